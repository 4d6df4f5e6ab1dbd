package networks_test

import (
	"math"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/nqmkit/networks"
	"nqm/theory"
)

// Where the model is exact, what it foresees is what training does.
func TestForeseenStepsOfAQuadratic(t *testing.T) {
	methods := []nqmkit.Sampler{nqmkit.SGD(nqmkit.Free), nqmkit.Momentum(nqmkit.Free, 0.5), nqmkit.SGD(nqmkit.Free).EMA(0.8), nqmkit.SGD(nqmkit.Free).Precondition(0.5)}
	lab := networks.NewLab(placed())
	const target = 0.1
	exact := lab.Metric().Problem(lab.Start())
	s := networks.Experiment{Labs: []*networks.Lab{lab}, Target: target, BatchSizes: []float64{1, 8}, Runs: nqmkit.Trials(200, 1), Methods: methods, Foresights: networks.Foresights(target)[:1]}.Run()
	if len(s.Points) != 8 || s.Partial {
		t.Fatalf("%d points, want 8", len(s.Points))
	}
	for _, p := range s.Points {
		if p.Edge != "" {
			t.Errorf("%v: at the edge", p)
		}
		f := p.Foreseen[0]
		m := map[string]theory.Optimizer{"SGD": nqmkit.SGD(p.LearningRate), "momentum β=0.5": nqmkit.Momentum(p.LearningRate, 0.5), "SGD EMA γ=0.8": nqmkit.SGD(p.LearningRate).EMA(0.8), "SGD p=0.5": nqmkit.SGD(p.LearningRate).Precondition(0.5)}[p.Method]
		if math.IsInf(p.Steps.Value, 1) {
			t.Errorf("%v: not reached", p)
			continue
		}
		there := nqmkit.ExpectAt(exact, []int{int(p.Steps.Value), int(p.Steps.Value) + 1}, m.Batch(p.BatchSize))[0].Loss
		slack := math.Exp(3 / math.Sqrt(200)) // losses of runs scatter about as much as their mean
		if math.Min(there[0], there[1]) > slack*target || math.Max(there[0], there[1]) < target/slack || !(p.Steps.High/p.Steps.Low < 1.5) {
			t.Errorf("%v: the model's loss there is %v", p, there)
		}
		if off := math.Abs(math.Log2(f.LearningRate / p.LearningRate)); off > 0.51 {
			t.Errorf("%v: the model's best rate is %v", p, f.LearningRate)
		}
		if least, greatest := p.Apart(f); least < 1/slack || greatest > slack {
			t.Errorf("%v: curves apart by %v to %v", p, least, greatest)
		}
	}
}

// A schedule that is stretched to the run ends with it: steps are the length of the
// shortest run that ends at the target, trained and foreseen.
func TestSchedulesEndWithTheRun(t *testing.T) {
	lab := networks.NewLab(placed())
	const target = 0.05
	exact := lab.Metric().Problem(lab.Start())
	methods := map[string]theory.Optimizer{
		"SGD linear": nqmkit.SGD(nqmkit.Free).Linear(), "momentum β=0.5 cosine": nqmkit.Momentum(nqmkit.Free, 0.5).Cosine(), "SGD WSD 4, 4": nqmkit.SGD(nqmkit.Free).WSD(4, 4),
	}
	plain := networks.Experiment{Labs: []*networks.Lab{lab}, Target: target, BatchSizes: []float64{2}, Runs: nqmkit.Trials(200, 1), Methods: []nqmkit.Sampler{nqmkit.SGD(nqmkit.Free)}, Limit: 2000}.Run().Points[0]
	for name, m := range methods {
		s := networks.Experiment{Labs: []*networks.Lab{lab}, Target: target, BatchSizes: []float64{2}, Runs: nqmkit.Trials(200, 1), Methods: []nqmkit.Sampler{m}, Foresights: networks.Foresights(target)[:1]}.Run()
		p := s.Points[0]
		m.LearningRate = p.LearningRate
		end := func(steps float64) float64 {
			length := int(math.Round(steps))
			return nqmkit.ExpectAt(exact, []int{length}, m.Batch(2))[0].Loss[0]
		}
		if got := end(p.Steps.Value); !(math.Abs(got/target-1) < 3/math.Sqrt(200)) {
			t.Errorf("%s: the loss at the end of a run of %v steps is %v, want %v", name, p.Steps.Value, got, target)
		}
		if got := end(p.Foreseen[0].AtTrained); !(math.Abs(got/target-1) < 0.1) {
			t.Errorf("%s: the loss at the end of the foreseen %v steps is %v, want %v", name, p.Foreseen[0].AtTrained, got, target)
		}
		for k, length := range p.Looks {
			if length > 8 {
				near(t, name+", foreseen", p.Foreseen[0].Losses[k:k+1], []float64{end(float64(length))}, 1e-3) // bins
			}
		}
		if !(p.Steps.Value < plain.Steps.Value) {
			t.Errorf("%s: %v steps, at a constant rate %v", name, p.Steps.Value, plain.Steps.Value)
		}
	}
}

// The best learning rate of a quadratic without noise is known: 2/(h_1 + h_d) for many
// steps, and the search finds it from far away.
func TestSearchFindsTheBestRate(t *testing.T) {
	quiet := networks.Functions{Name: "quiet", From: []float64{1, 1}, Count: 1,
		LossAt:   func(theta []float64) float64 { return (theta[0]*theta[0] + 0.01*theta[1]*theta[1]) / 2 },
		Gradient: func(g, theta []float64, _ []int) { g[0], g[1] = theta[0], 0.01*theta[1] },
	}.New()
	p := networks.Experiment{Labs: []*networks.Lab{networks.NewLab(quiet)}, Target: 1e-12, BatchSizes: []float64{1}, Methods: []nqmkit.Sampler{nqmkit.SGD(nqmkit.Free)}, Runs: nqmkit.Trials(1, 1)}.Run().Points[0]
	if want := math.Exp2(3. / 4); p.LearningRate != want { // 2/1.01 = 1.98; 2 is unstable
		t.Errorf("best rate %v, want %v: %v", p.LearningRate, want, p)
	}
	rho := 1 - 0.01*p.LearningRate
	if want := math.Log(1e-12/0.005) / (2 * math.Log(rho)); math.Abs(p.Steps.Value/want-1) > 1e-3 {
		t.Errorf("%v steps, want %v", p.Steps.Value, want)
	}
}

// What cannot be reached is an answer.
func TestTargetsOutOfReach(t *testing.T) {
	s := networks.Experiment{Labs: []*networks.Lab{networks.NewLab(placed())}, Target: 1e-7, BatchSizes: []float64{1}, Methods: []nqmkit.Sampler{nqmkit.SGD(nqmkit.Free)}, Runs: nqmkit.Trials(2, 1), Limit: 30}.Run()
	if p := s.Points[0]; !math.IsInf(p.Steps.Value, 1) || len(p.Tried) < 10 {
		t.Errorf("%v: want a target that was not reached", p)
	}
	missed := theory.TrainedSteps{BatchSize: 4, LearningRate: 0.5, Steps: theory.Estimate{Value: math.Inf(1)}, Trials: 10, Tried: []theory.TriedRate{{LearningRate: 0.25, Steps: math.Inf(1), Limit: 80}, {LearningRate: 0.5, Steps: math.Inf(1), Limit: 100}}}
	for _, want := range []string{"not reached within 100 by any of 2 learning rates", "not reached by the 10 fresh runs at α=0.5"} {
		if got := missed.String(); !strings.Contains(got, want) {
			t.Errorf("%q: want %q in it", got, want)
		}
		missed.Tried[1].Steps = 70 // in the search, but not afterwards
	}
}

// A target that the first step is beyond has no look on the way, and is an answer: of every
// kind of method, beside the models, and with a law to fit, which then has nothing to go by.
func TestTargetsWithinTheFirstStep(t *testing.T) {
	one := networks.Data{Inputs: [][]float64{{0.5, 1}}, Targets: [][]float64{{1}}}
	for _, m := range []networks.Model{networks.Softmax(one), placed()} {
		lab := networks.NewLab(m)
		for _, part := range []float64{0.5, 0.9, 0.999} {
			s := networks.Experiment{Labs: []*networks.Lab{lab}, Target: part * lab.Loss(lab.Start()), BatchSizes: []float64{64}, Runs: nqmkit.Trials(2, 1), Limit: 200, Fitted: true,
				Methods: []nqmkit.Sampler{nqmkit.SGD(nqmkit.Free), nqmkit.Momentum(nqmkit.Free, 0.9), nqmkit.SGD(nqmkit.Free).Linear(), nqmkit.Adam(1)}, Foresights: networks.Foresights(0.1)[:1]}.Run()
			for _, p := range s.Points {
				if !(p.Steps.Value > 0 && p.Steps.Value < 1) || len(p.Looks) > 0 || len(p.Foreseen) != 1 {
					t.Errorf("%v to %g of the start: %v with looks %v: want less than a step", m, part, p, p.Looks)
				}
			}
			if len(s.Notes) == 0 || !strings.Contains(s.Notes[0], "no point has a loss on the way to the target") {
				t.Errorf("%v: notes %q: want why no law is fitted", m, s.Notes)
			}
		}
	}
}

// Models of another method than is trained do not cut its training short: what the
// slowest of them predicts is the limit, and of a method that they know what the first does.
func TestLimitOfAMethodWithoutItsModels(t *testing.T) {
	lab := networks.NewLab(placed())
	const target = 0.1
	loud := networks.Foresight{Name: "loud", Problem: func(l *networks.Lab) theory.Problem {
		p := l.Metric().Problem(l.Start())
		p.Noise = slices.Clone(p.Noise)
		for i := range p.Noise {
			p.Noise[i] *= 10
		}
		return p
	}}
	s := networks.Experiment{Labs: []*networks.Lab{lab}, Target: target, BatchSizes: []float64{2}, Runs: nqmkit.Trials(2, 1), Methods: []nqmkit.Sampler{nqmkit.SGD(nqmkit.Free), nqmkit.Adam(1)},
		Foresights: []networks.Foresight{networks.Foresights(target)[0], loud}}.Run()
	for k, p := range s.Points {
		first, slowest := p.Foreseen[0].Steps, p.Foreseen[1].Steps
		if !(slowest > 2*first) {
			t.Fatalf("%s: predicted %v and %v: want a second model that is slower", p.Method, first, slowest)
		}
		most := 0
		for _, r := range p.Tried {
			most = max(most, r.Limit)
		}
		if want := 100 + int(10*[]float64{first, slowest}[k]); most != want {
			t.Errorf("%s: given %d steps at most, want %d: predicted %v and %v", p.Method, most, want, first, slowest)
		}
	}
}

// Runs go on until their steps have an interval, that is until the average crosses the
// target without any one of them, too.
func TestStepsHaveAnInterval(t *testing.T) {
	lab := networks.NewLab(placed())
	missed := 0
	for seed := range uint64(20) {
		p := networks.Experiment{Labs: []*networks.Lab{lab}, Target: 0.1, BatchSizes: []float64{2}, Runs: nqmkit.Trials(2, seed), Methods: []nqmkit.Sampler{nqmkit.SGD(nqmkit.Free)}}.Run().Points[0]
		if e := p.Steps; math.IsInf(e.Value, 1) {
			missed++
		} else if !(e.Low > 0 && e.High < math.Inf(1)) {
			t.Errorf("seed %d: %v", seed, p)
		}
	}
	if missed > 2 {
		t.Errorf("%d of 20 points missed the target", missed)
	}
}

// A law that is fitted to losses of a known law predicts methods that it has not seen.
func TestFittedLawPredictsUnseenMethods(t *testing.T) {
	const d = 200
	law := theory.Problem{}
	height := 0.0
	for i := 1; i <= d; i++ {
		h := 0.8 * math.Pow(float64(i), -1.2)
		law.Curvature, law.Noise, law.Variance = append(law.Curvature, h), append(law.Noise, 0.5*h), append(law.Variance, math.Pow(float64(i), -0.7)/h)
		height += math.Pow(float64(i), -0.7) / 2
	}
	var points []theory.TrainedSteps
	for _, b := range []float64{4, 32, 256} {
		p := theory.TrainedSteps{BatchSize: b, LearningRate: 0.1 * math.Sqrt(b), Looks: []int{3, 10, 30, 100, 300}}
		p.Losses = nqmkit.ExpectAt(law, p.Looks, nqmkit.SGD(p.LearningRate).Batch(b))[0].Loss
		points = append(points, p)
	}
	fit := networks.FitSteps(points, height, d)
	for _, m := range []nqmkit.Optimizer{nqmkit.Momentum(0.05, 0.9).Batch(32), nqmkit.SGD(0.8).EMA(0.9).Batch(64), nqmkit.SGD(0.05).Precondition(0.5).Batch(16)} {
		got, want := nqmkit.ExpectAt(fit, []int{50, 200}, m)[0].Loss, nqmkit.ExpectAt(law, []int{50, 200}, m)[0].Loss
		for k := range want {
			if math.Abs(got[k]/want[k]-1) > 0.05 {
				t.Errorf("%v: %v, want %v (%s)", m, got, want, fit.Note)
			}
		}
	}
	panics(t, "without a loss", func() { networks.FitSteps(nil, 1, 3) })
}

// Points are the same on any number of cores, and beside others.
func TestExperimentsAreTheSameOnAnyCores(t *testing.T) {
	lab := networks.NewLab(networks.Softmax(labelled(5)).Penalty(0.1))
	target := lab.Loss(lab.Start()) / 2
	ask := func(batches ...float64) theory.TrainedScaling {
		return networks.Experiment{Labs: []*networks.Lab{lab, lab}, Target: target, BatchSizes: batches, Runs: nqmkit.Trials(3, 1), Limit: 200,
			Methods: []nqmkit.Sampler{nqmkit.SGD(nqmkit.Free), nqmkit.Adam(1), nqmkit.KFAC(nqmkit.SGD(nqmkit.Free)), nqmkit.SGD(nqmkit.Free).Linear()}, Foresights: networks.Foresights(target)[:2]}.Run()
	}
	all := ask(2, 8)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if again := ask(2, 8); encoded(all) != encoded(again) {
		t.Errorf("on one core\n%v\non more\n%v", again, all)
	}
	alone := ask(8)
	if !reflect.DeepEqual(alone.Points[1].Tried, all.Points[3].Tried) {
		t.Errorf("alone %v, beside others %v", alone.Points[1], all.Points[3])
	}
}

func encoded(v any) string {
	data, err := theory.EncodeJSON(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func TestFaultsOfExperimentsAreNamed(t *testing.T) {
	lab := networks.NewLab(placed())
	sgd := []nqmkit.Sampler{nqmkit.SGD(nqmkit.Free)}
	one := []float64{1}
	for want, e := range map[string]networks.Experiment{
		"0 labs":              {Target: 1, BatchSizes: one, Methods: sgd, Runs: nqmkit.Trials(1, 1)},
		"batch size 1.5":      {Labs: []*networks.Lab{lab}, Target: 1, BatchSizes: []float64{1.5}, Methods: sgd, Runs: nqmkit.Trials(1, 1)},
		"target 1000 of":      {Labs: []*networks.Lab{lab}, Target: 1000, BatchSizes: one, Methods: sgd, Runs: nqmkit.Trials(1, 1)},
		"target NaN of":       {Labs: []*networks.Lab{lab}, Target: math.NaN(), BatchSizes: one, Methods: sgd, Runs: nqmkit.Trials(1, 1)},
		"as the first method": {Labs: []*networks.Lab{lab}, Target: 0.1, BatchSizes: one, Methods: []nqmkit.Sampler{nqmkit.Adam(1)}, Runs: nqmkit.Trials(1, 1), Fitted: true},
		"a search for the":    {Labs: []*networks.Lab{lab}, Target: 0.1, BatchSizes: one, Methods: []nqmkit.Sampler{theory.Torch{}}, Runs: nqmkit.Trials(1, 1)},
		"momentum 2":          {Labs: []*networks.Lab{lab}, Target: 0.1, BatchSizes: one, Methods: []nqmkit.Sampler{nqmkit.Momentum(1, 2)}, Runs: nqmkit.Trials(1, 1)},
	} {
		panics(t, want, func() { e.Run() })
	}
}
