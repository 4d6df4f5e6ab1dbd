package atlas

import (
	"fmt"
	"strings"

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
	{"network-schedules", "the MLP with a learning rate that falls to zero over the run, along a line or a cosine: steps against batch size, trained and predicted", trained("mlp-schedules")},
	{"network-kfac", "the MLP with K-FAC and the diagonal of Gauss-Newton: steps against batch size, trained and predicted", trained("mlp-kfac")},
	{"network-conv", "a convolutional network from five starts: steps against batch size, trained and predicted", trained("conv")},
	{"network-critical", "the critical batch size of the MLP by the steps of its training with each of six methods", networkCritical},
}

func trained(name string) func() drawn {
	return func() drawn {
		s := experiments.Result(name)
		return drawn{plotting.AgainstTraining(s), nqmkit.TableOf(s)}
	}
}

// networkCritical fits the steps of every method.
func networkCritical() drawn {
	var fits []theory.CriticalFit
	var points []theory.Residual
	methods := experiments.Result("mlp").Methods
	for _, m := range methods {
		fit := experiments.Critical("mlp", m)
		fits = append(fits, fit)
		for _, r := range fit.Residuals() {
			r.Label = m + ", " + r.Label
			points = append(points, r)
		}
	}
	at := func(i int) theory.Estimate { return fits[i].Critical[0] }
	small, large := 0, 0
	for i := range fits {
		if at(i).Value < at(small).Value {
			small = i
		}
		if at(i).Value > at(large).Value {
			large = i
		}
	}
	f := plotting.CriticalBatches(fits)
	f.Title = fmt.Sprintf("The critical batch size, %s, goes from %.3g (%s) to %.3g (%s)", at(0).Name, at(small).Value, methods[small], at(large).Value, methods[large])
	f.Subtitle = "MLP 64-8-10, trained by six methods"
	f.Caption = "The MLP 64-8-10 from five starts, trained; the fits are, in their order, to " + strings.Join(methods, "; ") + ". " + f.Caption
	return drawn{f, nqmkit.TableOf(points)}
}
