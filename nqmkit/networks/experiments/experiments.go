// Package experiments is what the lesson on real networks asks of training, and what
// came out. Networks, targets, batch sizes, seeds and the construction of every model
// (networks.Foresights, networks.FitSteps) were fixed before the runs;
// `go run ./notebooks experiments` makes them again, with the same bytes on any number of cores.
//
// The estimator of trained steps was changed once, after a first try of softmax-near with
// seed 2019 and before anything else was run: the first look at which an average of five
// runs was at the target came early by chance, by a tenth to a third, while the losses on
// the way were the model's. Steps now come from fresh runs and all looks around the
// crossing. The models were not touched, and the seed is another.
//
// Written before any run of mlp-kfac and mlp-schedules: K-FAC needs more steps than its
// model H^-1 at all batch sizes, and least so where noise rules; its half power is nearer
// to H^-½ than Adam is. A falling rate saves steps at B = 4 and none at 1024. Damping 0.01, averaging .95 and every fifth step are defaults,
// and were not tuned. In mlp the limit of a point is ten times the steps of the quietest
// model; in mlp-kfac it is ten times those of C at the target.
//
// Written after these, and before any run with the diagonal of Gauss-Newton, with a cosine
// or a line of momentum, of the convolutional network, or of Adam at B = 4 beyond 729 steps:
//
//   - The diagonal takes more steps than K-FAC at every batch size, and fewer than SGD. Its
//     half power, without momentum, is as near to H^-½ as K-FAC's is, and nearer than Adam's.
//   - A cosine is a line to within a tenth. A line under momentum saves what it saves SGD at
//     B = 4, and costs as much at 1024.
//   - Adam at B = 4 had reached ten times the steps of the quietest model, 63, which is not
//     its own. Given ten times those of the slowest it arrives, in about the steps of SGD.
//   - The convolutional network shares its weights between 36 places, so that its curvature
//     is larger and its noise too: its critical batch is that of the MLP within a factor of
//     two. C at the target and streaming are off by as much as on the MLP, a factor of two at
//     large batches; momentum, averages and p = ½ save what they save there, within a third.
//     (Averages and p = ½ were cut for their time, when the first two points of averages
//     were finished: 1470 steps at B = 4, 321 at 16.)
//
// Sizes were chosen by how long a run takes, on other seeds, without a look at any
// prediction.
package experiments

import (
	"embed"
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"sync"

	"nqm/nqmkit"
	"nqm/nqmkit/networks"
	"nqm/theory"
)

// Question is an experiment that can be made.
type Question struct {
	Name  string // of its file
	About string
	run   func() theory.TrainedScaling
}

// seed is that of all runs; starts are those of the MLP's.
const seed = 2020

var starts = []uint64{1, 2, 3, 4, 5}

// version changes with what the experiments compute, so that none goes on with points of
// another one.
const version = "networks/experiments 3"

// All returns the questions in their order.
func All() []Question {
	free := nqmkit.Free
	three := []nqmkit.Sampler{nqmkit.SGD(free), nqmkit.Momentum(free, 0.9), nqmkit.SGD(free).EMA(0.95)}
	six := []nqmkit.Sampler{three[0], three[1], three[2], nqmkit.SGD(free).Precondition(0.5), nqmkit.SGD(free).Precondition(1), nqmkit.Adam(1)}
	wide, narrow := []float64{2, 8, 32, 128, 512, 2048}, []float64{4, 16, 64, 256, 1024}
	softmax := sync.OnceValue(func() *networks.Lab { return networks.NewLab(networks.Softmax(networks.Digits())) })
	return []Question{
		{"softmax-near", "softmax regression from a tenth of the way to its optimum, to half of that loss", func() theory.TrainedScaling {
			return ask([]*networks.Lab{softmax().Near(0.1)}, 0.003, wide, three, false)
		}},
		{"softmax-zero", "softmax regression from zero", func() theory.TrainedScaling {
			return ask([]*networks.Lab{softmax()}, 0.1, wide, three, false)
		}},
		{"mlp", "the MLP 64-8-10 from five starts, with preconditioning, Adam, and a law fitted to SGD alone", func() theory.TrainedScaling {
			return ask(mlp(), mlpTarget, narrow, six, true)
		}},
		{"mlp-schedules", "the same MLP with a learning rate that falls to zero over the run, along a line or a cosine, beside two of the models", func() theory.TrainedScaling {
			e := asked(mlp(), mlpTarget, narrow, []nqmkit.Sampler{nqmkit.SGD(free).Linear(), nqmkit.SGD(free).Cosine(), nqmkit.Momentum(free, 0.9).Linear()}, false)
			e.Foresights = []networks.Foresight{e.Foresights[1], e.Foresights[3]} // each look is a run of its own
			return e.Run()
		}},
		{"mlp-kfac", "the same MLP with K-FAC and with the diagonal of Gauss-Newton, gathered on the way, beside exact powers of the optimum's curvature", func() theory.TrainedScaling {
			whole, half := nqmkit.SGD(free).Precondition(1), nqmkit.SGD(free).Precondition(0.5)
			e := asked(mlp(), mlpTarget, narrow, []nqmkit.Sampler{nqmkit.KFAC(whole), nqmkit.KFAC(half), nqmkit.DiagonalGaussNewton(whole), nqmkit.DiagonalGaussNewton(half)}, false)
			f := e.Foresights
			f[0], f[1] = f[1], f[0] // C at the target says how long a point may take
			return e.Run()
		}},
		{"conv", "a convolutional network of 358 parameters from five starts, trained and foreseen as the MLP", func() theory.TrainedScaling {
			return ask(conv(), mlpTarget, narrow, three[:2], false)
		}},
	}
}

// mlpTarget is that of the convolutional network, too.
const mlpTarget = 0.15

// mlp and conv are the labs of the two networks that bend, one for each start.
var (
	mlp  = fromStarts(func() *networks.Network { return networks.MLP(networks.Digits(), 8) })
	conv = fromStarts(func() *networks.Network { return networks.Conv(networks.Digits(), 4, 4) })
)

func fromStarts(net func() *networks.Network) func() []*networks.Lab {
	return sync.OnceValue(func() []*networks.Lab {
		places := make([]float64, len(starts))
		for k := range places {
			places[k] = float64(k)
		}
		optima := whole(nqmkit.Sweep("start", places, func(k float64) []float64 {
			return networks.NewLab(net().Seed(starts[int(k)])).Optimum
		}).Results, len(starts))
		labs := make([]*networks.Lab, len(starts))
		for k, at := range optima {
			labs[k] = networks.LabAt(net().Seed(starts[k]), at)
		}
		return labs
	})
}

// Scales are the noise scales of the MLP along gradient descent: at the start, on the
// way, and at the target. It panics when it is interrupted.
func Scales() []theory.Estimate {
	losses := []float64{3, 1, 0.5, mlpTarget}
	return whole(networks.ScalesAlong(mlp(), losses...), 2*len(losses))
}

// whole returns all of n results, which an interrupt cuts short.
func whole[T any](all []T, n int) []T {
	if len(all) < n {
		panic(fmt.Errorf("experiments: interrupted after %d of %d", len(all), n))
	}
	return all
}

func ask(labs []*networks.Lab, target float64, batches []float64, methods []nqmkit.Sampler, fitted bool) theory.TrainedScaling {
	return asked(labs, target, batches, methods, fitted).Run()
}

func asked(labs []*networks.Lab, target float64, batches []float64, methods []nqmkit.Sampler, fitted bool) networks.Experiment {
	return networks.Experiment{
		Labs: labs, Target: target, BatchSizes: batches, Methods: methods, Runs: nqmkit.Trials(5, seed), Limit: 20_000,
		Foresights: networks.Foresights(target), Fitted: fitted, Keep: version,
	}
}

// Run makes an experiment, or goes on with one that was interrupted. Numbers are rounded to
// five digits. It panics when it is interrupted before its models were measured.
func (q Question) Run() theory.TrainedScaling {
	s := q.run()
	for i := range s.Points {
		round(&s.Points[i])
	}
	return s
}

func round(p *theory.TrainedSteps) {
	numbers := []*float64{&p.LearningRate, &p.Steps.Value, &p.Steps.Low, &p.Steps.High}
	for k := range p.Tried {
		numbers = append(numbers, &p.Tried[k].LearningRate, &p.Tried[k].Steps)
	}
	for k := range p.Losses {
		numbers = append(numbers, &p.Losses[k])
	}
	for k := range p.Foreseen {
		f := &p.Foreseen[k]
		numbers = append(numbers, &f.LearningRate, &f.Steps, &f.AtTrained)
		for i := range f.Losses {
			numbers = append(numbers, &f.Losses[i])
		}
	}
	for _, v := range numbers {
		*v, _ = strconv.ParseFloat(strconv.FormatFloat(*v, 'g', 5, 64), 64)
	}
}

//go:embed results
var kept embed.FS

// Result returns what came out of an experiment, from the file that
// `go run ./notebooks experiments` writes. It panics on a name that All does not have.
func Result(name string) theory.TrainedScaling {
	var s theory.TrainedScaling
	read(name, &s)
	return s
}

// KeptScales are what Scales returned.
func KeptScales() (all []theory.Estimate) {
	read("scales", &all)
	return all
}

func read(name string, into any) {
	data, err := kept.ReadFile(path.Join("results", name+".json"))
	if err == nil {
		err = theory.DecodeJSON(data, into)
	}
	if err != nil {
		var names []string
		for _, q := range All() {
			names = append(names, q.Name)
		}
		panic(fmt.Errorf("experiments: no result %q: want one of %q: %w", name, names, err))
	}
}

// Critical fits the critical batch size of a method to the steps that its training took, as
// nqmkit.CriticalBatch does. It panics where fewer than three points reached the target.
func Critical(name, method string) theory.CriticalFit {
	var batches, steps []float64
	for _, p := range Result(name).Of(method) {
		if !math.IsInf(p.Steps.Value, 1) {
			batches, steps = append(batches, p.BatchSize), append(steps, p.Steps.Value)
		}
	}
	return nqmkit.CriticalBatch(batches, steps)
}

// Ratios are predicted over trained steps of all points by one model, in increasing
// order, without those where either is not a number of steps.
func Ratios(s theory.TrainedScaling, model string) []float64 {
	var all []float64
	for _, p := range s.Points {
		for _, f := range p.Foreseen {
			if v := p.Ratio(f).Value; f.Model == model && !math.IsNaN(v) && !math.IsInf(v, 0) && v > 0 {
				all = append(all, v)
			}
		}
	}
	slices.Sort(all)
	return all
}
