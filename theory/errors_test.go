package theory

import (
	"math"
	"strings"
	"testing"
)

func mine(s System) Linear {
	return Linear{Name: "mine", System: func(float64) System { return s }}
}

// Every mistake is one sentence that names the value.
func TestMistakes(t *testing.T) {
	p := must(List(1, 0.5))
	edited := must(PowerLaw(1000, 1))
	edited.Noise[3] = 7
	streaming := p
	streaming.Streaming = true
	flat := must(List(1, 0))
	ask := func(p Problem, m Method) error { return second(Expect(p, []int{10}, m)) }
	quantiles := func(p Problem, m Method, at ...float64) error { return second(LossQuantiles(p, 1, m, at...)) }
	for want, err := range map[string]error{
		"learning rate 0":                 ask(p, SGD(0)),
		"learning rate NaN":               ask(p, SGD(math.NaN())),
		"momentum 1":                      ask(p, Momentum(0.1, 1)),
		"EMA decay -0.1":                  ask(p, SGD(0.1).EMA(-0.1)),
		"batch size 0.5":                  ask(p, SGD(0.1).Batch(0.5)),
		"one of them":                     ask(p, SGD(0.1).EMA(0.5).Average()),
		"average from step -1":            ask(p, SGD(0.1).TailAverage(-1)),
		"steps -2: want 1 <= k <= 100000": ask(p, SGD(0.1).Lookahead(-2, 0.5)),
		"slow step 2":                     ask(p, SGD(0.1).Lookahead(2, 2)),
		"Curvature[1] = 0":                ask(flat, SGD(0.1).Precondition(1)),
		"factor -1":                       ask(p, SGD(0.1).Segments(Segment{From: -1})),
		"at most one":                     ask(p, SGD(0.1).Segments(Segment{From: 1}, Segment{From: 1})),
		"300 fixed steps":                 ask(p, SGD(0.1).WSD(100, 200)),
		"Noise[3] = 7 but Law says":       ask(edited, SGD(0.1)),
		"no System":                       ask(p, Linear{}),
		"State has 0 rows":                ask(p, mine(System{})),
		"row 0 has 2":                     ask(p, mine(System{State: [][]float64{{1, 2}}})),
		"Noise has 0":                     ask(p, mine(System{State: [][]float64{{1}}})),
		"Readout[0] = NaN":                ask(p, mine(System{State: [][]float64{{1}}, Noise: []float64{1}, Readout: []float64{math.NaN()}})),
		"Readout·Start = 0.5":             ask(p, mine(System{State: [][]float64{{1}}, Noise: []float64{1}, Readout: []float64{0.5}})),
		"probability 1":                   quantiles(p, SGD(0.1), 1),
		"below 1e-300 of the mean":        quantiles(p, SGD(0.1), 1e-320),
		"not a sum of chi-squares":        quantiles(streaming, SGD(0.1), 0.5),
		"no rate":                         second(DampingOf(SGD(0.1).Average(), 1)),
		"no stability limit":              second(StabilityLimit(p, SGD(1).Cosine())),
		"no bound for":                    second(PaperBound(streaming, []int{1}, SGD(0.1))),
		"that of additive noise":          second(BayesBound(streaming, 3)),
		"dimension 0: want 1":             second(PowerLaw(0, 1)),
		"exponent -1":                     second(PowerLaw(5, -1)),
		"from 1 to 2":                     second(LogUniform(3, 1, 2)),
		"too many to write out":           second(must(PowerLaw(1e9, 1)).Explicit()),
		"couples all 100000":              second(SecondMoments(streamed1e5(), 1, SGD(0.1))),
		"dampening 1":                     ask(p, Torch{LearningRate: 1, Momentum: 0.5, Dampening: 1}),
		"the direction is critical":       third(EffectiveLearningRate(Momentum(2.25, 0.25), 1)), // root -½
		"no effective learning rate:":     third(EffectiveLearningRate(SGD(0.1).EMA(0.9), 1)),
	} {
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %q, want one sentence with %q", err, want)
		}
	}
}

func third[A, B any](_ A, _ B, err error) error { return err }

func streamed1e5() Problem {
	p := must(PowerLaw(100_000, 1))
	p.Streaming = true
	return p
}

// The noise of every power, on a law and on its list.
func TestNoisePowers(t *testing.T) {
	law := must(PowerLaw(2000, 1.3))
	list := must(law.Explicit())
	for _, power := range []float64{0, 0.5, 1, 2} {
		a, b := must(law.WithNoisePower(3, power)), must(list.WithNoisePower(3, power))
		near(t, "loss", must(ExpectedLoss(a, 100, Momentum(0.3, 0.5))), must(ExpectedLoss(b, 100, Momentum(0.3, 0.5))), 1e-12)
	}
	none := must(law.WithNoisePower(0, 1))
	if c := must(Expect(none, []int{10}, SGD(0.5))); c.Noise[0] != 0 || c.Floor != 0 {
		t.Errorf("without noise: %v, floor %v", c.Noise, c.Floor)
	}
	given := must(list.WithNoise(constant(2000, 2)))
	mixed := must(given.WithStart(constant(2000, 1), constant(2000, 0.5)))
	near(t, "mixed start", must(ExpectedLoss(mixed, 0, SGD(0.5))), 1.5*must(ExpectedLoss(list, 0, SGD(0.5))), 1e-14)
}

// The names of the methods.
func TestNames(t *testing.T) {
	for want, o := range map[string]Optimizer{
		"SGD α=0.3, B=64": SGD(0.3).Batch(64),
		"momentum α=0.03, β=0.9, EMA γ=0.99, B=64":                                            Momentum(0.03, 0.9).EMA(0.99).Batch(64),
		"Nesterov α=0.1, β=0.9, Lookahead k=5 s=0.5, averaged from t=7, p=0.5, cosine 1 to 0": Nesterov(0.1, 0.9).Lookahead(5, 0.5).TailAverage(7).Precondition(0.5).Cosine(),
	} {
		if got := o.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for want, o := range map[string]Optimizer{
		"SGD": SGD(1), "momentum": Momentum(1, 0.5), "Nesterov": Nesterov(1, 0.5), "SGD with EMA": SGD(1).EMA(0.5),
		"preconditioned SGD": SGD(1).Precondition(1), "momentum with Lookahead with tail average": Momentum(1, 0.5).Lookahead(2, 0.5).TailAverage(1),
	} {
		if got := o.Family(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
