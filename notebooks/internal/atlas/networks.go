package atlas

import (
	"nqm/nqmkit"
	"nqm/nqmkit/networks/experiments"
	"nqm/plotting"
	"nqm/theory"
)

// networkFigures are training beside what models foresaw of it, from the kept results.
var networkFigures = []Figure{
	{"network-near", "softmax regression near its optimum: steps against batch size, trained and predicted", trained("softmax-near")},
	{"network-zero", "softmax regression from zero: steps against batch size, trained and predicted", trained("softmax-zero")},
	{"network-mlp", "an MLP from five starts: steps against batch size of six methods, trained and predicted", trained("mlp")},
	{"network-critical", "the critical batch size of the MLP by the steps of its training", networkCritical},
}

func trained(name string) func() drawn {
	return func() drawn {
		s := experiments.Result(name)
		return drawn{plotting.AgainstTraining(s), nqmkit.TableOf(s)}
	}
}

func networkCritical() drawn {
	fit := experiments.Critical("mlp", "SGD")
	return drawn{plotting.CriticalBatches([]theory.CriticalFit{fit}), nqmkit.TableOf(fit.Residuals())}
}
