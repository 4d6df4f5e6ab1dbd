package theory

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// ringing has one direction with x = 0.1 under a learning rate of 0.1, no noise.
func ringing() Problem { return one(1, 0) }

// dipping starts in its steep direction only, and the flat one fills up later.
func dipping() Problem {
	return Problem{Curvature: []float64{1, 0.01}, Noise: []float64{1, 0.01}, Variance: []float64{1, 0}}
}

func TestStepsNotMonotone(t *testing.T) {
	for _, test := range []struct {
		p             Problem
		m             Method
		target        float64
		first, settle int
	}{
		{ringing(), Momentum(0.1, 0.9), 0.001, 5, 59},
		{dipping(), SGD(1).Batch(100), 0.00501, 1, -1},
		{must(List(1)), SGD(0.5).Batch(100), 0.5, 0, 0}, // the start is at the target
		{must(List(1)), SGD(1).Batch(100), 0.01, 1, 1},
	} {
		s := must(StepsToTarget(test.p, test.target, test.m, 0))
		if s.Outcome != Reached || s.Steps != test.first || s.SettleSteps != test.settle {
			t.Errorf("%v: want %d, settling at %d", s, test.first, test.settle)
		}
	}
	s := must(StepsToTarget(dipping(), 0.00501, SGD(1).Batch(100), 0))
	if s.Settles != Never {
		t.Errorf("%v: it comes back", s)
	}
	for at, want := range map[int]bool{25: true, 26: false} {
		if loss := must(ExpectedLoss(dipping(), at, SGD(1).Batch(100))); (loss <= 0.00501) != want {
			t.Errorf("loss at t=%d is %v", at, loss)
		}
	}
}

func TestStepsOutcomes(t *testing.T) {
	p := must(List(1, 0.1))
	for _, test := range []struct {
		m      Method
		target float64
		limit  int
		want   Outcome
	}{
		{SGD(0.5), 0.01, 0, Never},
		{SGD(2.5).Batch(1e6), 0.01, 0, Diverges},
		{SGD(2).Batch(1e6), 1e-7, 0, Diverges},
		{SGD(1e-3).Batch(1e6), 0.01, 100, NotWithinLimit},
		{SGD(1e-18).Batch(1e6), 0.01, 0, NotWithinLimit},
		{SGD(1e-3).Batch(1e6), 0.01, 0, Reached},
		{Momentum(1e-16, 0.9).Batch(1e6), 0.01, 0, NotWithinLimit},
		{Momentum(1e-10, 0.9).Batch(1e6), 0.01, 0, Reached},
		{Momentum(0.5, 0.9).EMA(0.5), 0.01, 0, Never},
		{SGD(0.5).Lookahead(3, 0.5), 0.01, 0, Never},
		{SGD(5).Lookahead(3, 0.9), 0.001, 0, Diverges},
		{SGD(0.5).Average(), 0.01, 0, Reached},
		{SGD(0.5).Average(), 1e-9, 5000, NotWithinLimit},
		{SGD(0.5).Cosine().Batch(100), 0.01, 200, Reached},
	} {
		s := must(StepsToTarget(p, test.target, test.m, test.limit))
		if s.Outcome != test.want {
			t.Errorf("%v: want %v", s, test.want)
		}
		if (s.Outcome == Reached) != (s.Steps >= 0) || s.Outcome == Never && !(s.Bound > s.Target && s.Floor > s.Target) {
			t.Errorf("%+v", s)
		}
		var back Steps
		text, err := json.Marshal(s)
		if math.IsInf(s.Floor, 0) || math.IsNaN(s.Floor) || math.IsInf(s.Loss, 0) || math.IsInf(s.Bound, 0) {
			continue
		}
		if err != nil || json.Unmarshal(text, &back) != nil || back != s {
			t.Errorf("%s: %v, read as %+v", text, err, back)
		}
	}
}

func TestStepsMistakes(t *testing.T) {
	p := must(List(1))
	for want, err := range map[string]error{
		"target NaN":       second(StepsToTarget(p, math.NaN(), SGD(0.1), 0)),
		"target 0":         second(StepsToTarget(p, 0, SGD(0.1), 0)),
		"target -1":        second(StepsToTarget(p, -1, SGD(0.1), 0)),
		"target +Inf":      second(StepsToTarget(p, math.Inf(1), SGD(0.1), 0)),
		"limit of -1":      second(StepsToTarget(p, 1, SGD(0.1), -1)),
		"without a length": second(StepsToTarget(p, 1, SGD(0.1).Cosine(), 0)),
		"learning rate 0":  second(StepsToTarget(p, 1, SGD(0), 0)),
	} {
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %q, want one sentence with %q", err, want)
		}
	}
}

// The learning-rate grid of the published figure on the exact spectrum.
func TestStepsOnThePublishedGrid(t *testing.T) {
	t.Parallel()
	p := must(PowerLaw(10_000, 1))
	for _, test := range []struct {
		batch, power float64
		want         int
	}{
		{4, 0, 1515845}, {4, 0.5, 347979}, {1 << 10, 0, 10371}, {1 << 10, 0.5, 1371}, {1 << 20, 0, 7039}, {1 << 20, 0.5, 84},
	} {
		best := math.MaxInt
		for k := range 100 {
			m := SGD(math.Pow(10, -5+5.5*float64(k)/99)).Batch(test.batch).Precondition(test.power)
			if s := must(StepsToTarget(p, 0.01, m, 0)); s.Outcome == Reached {
				best = min(best, s.Steps)
			}
		}
		if best != test.want {
			t.Errorf("B=%g, power %g: %d steps, want %d", test.batch, test.power, best, test.want)
		}
	}
}

// scanned is the first step at or below the target and the first from which the
// loss stays there up to t = end, by the literal second moments.
func scanned(p Problem, o Optimizer, target float64, end int) (first, settle int, nearest float64) {
	first, settle, nearest = -1, 0, math.Inf(1)
	all := make([]literalMoments, p.Len())
	for i := range all {
		all[i] = literalMoments{s: p.Direction(i).SecondMoment(), sa: p.Direction(i).SecondMoment(), aa: p.Direction(i).SecondMoment()}
	}
	for t := range end + 1 {
		var loss float64
		for i := range all {
			d := p.Direction(i)
			if t > 0 {
				all[i].step(o, d)
			}
			loss += 0.5 * d.Multiplicity * d.Curvature * all[i].aa
		}
		if loss <= target {
			if first < 0 {
				first = t
			}
		} else {
			settle = t + 1
		}
		nearest = math.Min(nearest, math.Abs(loss/target-1))
	}
	return first, settle, nearest
}

// literalMoments are E of the products of θ, m = αv and the moving average.
type literalMoments struct{ s, sm, mm, sa, ma, aa float64 }

// step applies m' = βm + α(h y + ε), θ' = θ - m', avg' = γ avg + (1-γ) θ' with the
// gradient at y = θ, or at θ - βm of Nesterov's method.
func (q *literalMoments) step(o Optimizer, d Direction) {
	alpha := o.LearningRate * math.Pow(d.Curvature, -o.Power)
	x, b, g := alpha*d.Curvature, o.Momentum, o.Decay
	keep := b
	if o.Nesterov {
		keep -= x * b
	}
	e := alpha * alpha * d.Noise / o.batchSize()
	mm := keep*keep*q.mm + 2*keep*x*q.sm + x*x*q.s + e
	sm := keep*q.sm + x*q.s - mm
	s := q.s - 2*(keep*q.sm+x*q.s) + mm
	ma := keep*q.ma + x*q.sa
	sa := q.sa - ma
	aa := g*g*q.aa + 2*g*(1-g)*sa + (1-g)*(1-g)*s
	q.ma, q.sa = g*ma+(1-g)*sm, g*sa+(1-g)*s
	q.s, q.sm, q.mm, q.aa = s, sm, mm, aa
}

// checkSteps compares an answer with a literal scan.
func checkStepsAgainstScan(t *testing.T, p Problem, o Optimizer, target float64, end int) {
	t.Helper()
	first, settle, nearest := scanned(p, o, target, end)
	if nearest < 1e-8 {
		return // rounding decides
	}
	s, err := StepsToTarget(p, target, o, 0)
	if err != nil {
		return
	}
	got := s.Steps
	if got > end {
		got = -1
	}
	if got != first {
		t.Errorf("%v on h=%v, start %v, noise %v: a scan finds %d", s, p.Curvature, p.Variance, p.Noise, first)
	}
	if s.Settles == Reached && s.SettleSteps <= end && s.SettleSteps != settle {
		t.Errorf("%v on h=%v: a scan settles at %d", s, p.Curvature, settle)
	}
	if s.Settles == Never && s.Outcome == Reached && s.Floor <= target {
		t.Errorf("%v: floor %v", s, s.Floor)
	}
	if s.Outcome == NotWithinLimit && s.Checked <= end {
		t.Errorf("%v: not decided after %d losses", s, s.Evaluations)
	}
}

// randomly draws a small problem and a method of every kind and damping.
func randomly(r *rand.Rand) (Problem, Optimizer, float64) {
	n := 1 + r.IntN(4)
	p := Problem{}
	for range n {
		p.Curvature = append(p.Curvature, math.Pow(10, -3*r.Float64()))
		p.Noise = append(p.Noise, float64(r.IntN(3))*r.Float64())
		p.Variance = append(p.Variance, float64(r.IntN(3))*r.Float64())
	}
	o := SGD(4.2 * math.Pow(r.Float64(), 2)).Batch(math.Pow(10, 4*r.Float64()))
	switch r.IntN(4) {
	case 0:
		o.Momentum = r.Float64()
	case 1:
		o.Momentum, o.Nesterov = r.Float64(), true
	case 2:
		o.Decay = r.Float64()
	}
	return p, o, must(ExpectedLoss(p, 0, o))*math.Pow(10, -5*r.Float64()) + 1e-9
}

func TestStepsAgainstScans(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		p, o, target := randomly(r)
		checkStepsAgainstScan(t, p, o, target, 600)
	}
}

func FuzzSteps(f *testing.F) {
	f.Add(1.0, 0.01, 1.0, 0.0, 0.5, 0.9, uint8(0), 0.01)
	f.Add(1.0, 0.5, 1.0, 1.0, 3.5, 0.9, uint8(1), 0.001)
	f.Add(2.0, 0.1, 0.0, 1.0, 0.7, 0.5, uint8(2), 0.3)
	f.Add(1.0, 0.3, 0.1, 1.0, 1.9, 0.0, uint8(3), 0.2)
	f.Fuzz(func(t *testing.T, h1, h2, s1, s2, alpha, beta float64, kind uint8, target float64) {
		for _, v := range []*float64{&h1, &h2, &s1, &s2, &alpha, &target} {
			*v = math.Abs(*v)
			if !(*v < 1e3) || *v < 1e-6 && *v != 0 {
				return
			}
		}
		o := SGD(alpha).Batch(float64(1 + int(kind)*int(kind)))
		switch b := unit(beta); kind % 4 {
		case 0:
			o.Momentum = b
		case 1:
			o.Momentum, o.Nesterov = b, true
		case 2:
			o.Decay = b
		}
		p := Problem{Curvature: []float64{h1, h2}, Noise: []float64{h1, h2}, Variance: []float64{s1, s2}}
		checkStepsAgainstScan(t, p, o, target, 200)
	})
}

// A law is searched on a quadrature: the list of its directions agrees, in both
// losses of the certificate.
func TestStepsOnALawAndItsList(t *testing.T) {
	law := must(PowerLaw(3000, 1.2))
	list := must(law.Explicit())
	for _, m := range []Method{
		SGD(0.3).Batch(64), Momentum(0.03, 0.9).Batch(4096), Momentum(3, 0.95).Batch(1 << 20), Nesterov(0.3, 0.9).Batch(1e6),
		SGD(1.5).EMA(0.9).Batch(64), Momentum(1e-4, 0.999).Batch(256), SGD(0.01).Precondition(0.5).Batch(256),
	} {
		a, b := must(StepsToTarget(law, 0.02, m, 0)), must(StepsToTarget(list, 0.02, m, 0))
		if a.Outcome != b.Outcome || a.Steps != b.Steps || a.SettleSteps != b.SettleSteps {
			t.Errorf("%v and %v", a, b)
		}
		if a.Outcome == Reached {
			near(t, "loss", a.Loss, b.Loss, 1e-10)
			near(t, "loss before", a.Before, b.Before, 1e-10)
		}
	}
}

func BenchmarkStepsToTarget(b *testing.B) {
	p := must(PowerLaw(10_000, 1))
	for _, m := range []Method{SGD(0.014678).Batch(4), Momentum(0.03, 0.9).Batch(1024), Momentum(3.5112, 0.95167).Batch(1 << 20), Momentum(0.008111, 0.997664).Batch(1024), SGD(1).EMA(0.99).Batch(256)} {
		b.Run(m.String(), func(b *testing.B) {
			var s Steps
			for b.Loop() {
				s = must(StepsToTarget(p, 0.01, m, 0))
			}
			b.ReportMetric(float64(s.Steps), "steps")
			b.ReportMetric(float64(s.Evaluations), "losses")
			b.ReportMetric(float64(s.Modes), "modes")
		})
	}
}

// At x = 3 for 800 steps the loss overflows, and at x = ½ it comes down again: the
// target is reached at t = 1603, which no float64 follows.
func TestScheduleThatOverflowsOnItsWay(t *testing.T) {
	p := must(List(1))
	up := SGD(1).Segments(Segment{Steps: 800, From: 3}, Segment{Steps: 1, From: 0.5})
	s := must(StepsToTarget(p, 0.2, up, 5000))
	if s.Outcome != NotWithinLimit || s.Checked >= 800 || !math.IsInf(s.Loss, 1) {
		t.Errorf("%+v", s)
	}
	if s := must(StepsToTarget(p, 0.2, SGD(1).Segments(Segment{Steps: 800, From: 3}), 5000)); s.Outcome != Diverges {
		t.Errorf("unstable for ever: %+v", s)
	}
}

// On power laws, whose early steps a coarse quadrature excludes, a target that a ringing loss
// meets is first met where a scan of the literal moments of all directions meets it.
func TestStepsOnLawsAgainstScan(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(15, 1))
	const end = 300
	for range 40 {
		d, exponent := int(math.Exp(3+5*r.Float64())), 0.6+r.Float64()
		p := must(PowerLaw(d, exponent))
		o := Momentum(math.Exp(-4*r.Float64()), 1-math.Exp(-1-4*r.Float64())).Batch(math.Exp(12 * r.Float64()))
		if r.IntN(4) == 0 {
			o.Nesterov = true
		}
		target := must(ExpectedLoss(p, 1+r.IntN(end), o)) * (1 + 1e-3*r.Float64())
		checkStepsAgainstScan(t, p, o, target, end)
	}
}

// A schedule that changes nothing has the answer of none, with its proof.
func TestIdleScheduleIsNoSchedule(t *testing.T) {
	p := must(PowerLaw(100, 1))
	for _, o := range []Optimizer{SGD(1), SGD(0.4).Batch(4), Momentum(0.3, 0.9).Batch(16)} {
		for _, target := range []float64{0.01, 1} {
			idle := o
			idle.Schedule = Schedule{{Steps: 3, From: 1}, {Steps: 1, From: 1}}
			want, got := must(StepsToTarget(p, target, o, 0)), must(StepsToTarget(p, target, idle, 0))
			if got.Outcome != want.Outcome || got.Steps != want.Steps || got.SettleSteps != want.SettleSteps || got.Method != idle.String() {
				t.Errorf("%v, want %v", got, want)
			}
		}
	}
}
