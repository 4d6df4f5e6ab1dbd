package theory

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"nqm/theory/longtest"
)

// TestTuneAgainstBruteForce searches small random problems, ringing ones
// included, on a dense grid of settings with the literal recursion of the second
// moments, for settings that reach the target in fewer steps than the tuned ones.
func TestTuneAgainstBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 3))
	problems := 60
	if !longtest.Wanted() {
		problems = 12
	}
	for n := range problems {
		h := make([]float64, 1+r.IntN(5))
		for i := range h {
			h[i] = math.Exp(-3 * r.Float64())
		}
		p, err := List(h...)
		if err != nil {
			t.Fatal(err)
		}
		start, err := ExpectedLoss(p, 0, SGD(1))
		if err != nil {
			t.Fatal(err)
		}
		target := start * math.Exp(-0.5-2*r.Float64())
		base := Optimizer{LearningRate: Free, BatchSize: math.Exp(8 * r.Float64())}
		switch n % 4 {
		case 1:
			base.Momentum = Free
		case 2:
			base.Momentum, base.Nesterov = Free, true
		case 3:
			base.Decay = Free
		}
		got, err := Tune(p, target, base, 0)
		if err != nil {
			t.Fatal(err)
		}
		want, err := StepsToTarget(p, target, got.Optimizer, 0)
		if err != nil || want.Outcome != Reached || want.Steps != got.Steps.Steps {
			t.Fatalf("%v: %v, %v", got.Optimizer, want, err)
		}
		if !(got.BestBefore > target) {
			t.Errorf("%v to %v: best loss before %v", got.Optimizer, target, got.BestBefore)
		}
		if t0, o := bruteForce(p, base, target, got.Steps.Steps-1); o.LearningRate != 0 {
			t.Errorf("problem %v to %v: %v takes %d steps, tuned %v %d", h, target, o, t0, got.Optimizer, got.Steps.Steps)
		}
	}
}

// bruteForce returns settings that reach the target within the limit, if any.
func bruteForce(p Problem, base Optimizer, target float64, limit int) (int, Optimizer) {
	other := []float64{0}
	if base.Momentum == Free || base.Decay == Free {
		for z := 0.02; z < math.Log(8*float64(limit)); z += 0.06 {
			other = append(other, -math.Expm1(-z))
		}
	}
	highest := 0.0
	for _, h := range p.Curvature {
		highest = math.Max(highest, h)
	}
	for _, b := range other {
		o := base
		if o.Momentum == Free {
			o.Momentum = b
		}
		if o.Decay == Free {
			o.Decay = b
		}
		for z := -8.0; z < 7; z += 0.05 {
			o.LearningRate = o.unitLimit() / highest / (1 + math.Exp(-z))
			if steps := literalSteps(p, o, target, limit); steps >= 0 {
				return steps, o
			}
		}
	}
	return 0, Optimizer{}
}

// literalSteps follows the covariance of (θ, v, average) of each direction.
func literalSteps(p Problem, o Optimizer, target float64, limit int) int {
	type matrix [3][3]float64
	state, maps := make([]matrix, p.Len()), make([]matrix, p.Len())
	g := o.Decay
	e := [3]float64{-o.LearningRate, 1, -(1 - g) * o.LearningRate}
	for i := range state {
		s := p.Direction(i).SecondMoment()
		state[i][0][0], state[i][0][2], state[i][2][0], state[i][2][2] = s, s, s, s
		// v' = b v + h (θ - look v) + ε, θ' = θ - a v', average' = g average + (1-g) θ'
		a, b, h, look := o.LearningRate, o.Momentum, p.Curvature[i], 0.0
		if o.Nesterov {
			look = a * b
		}
		m := matrix{{1 - a*h, -a * (b - h*look), 0}, {h, b - h*look, 0}, {}}
		m[2] = [3]float64{(1 - g) * m[0][0], (1 - g) * m[0][1], g}
		maps[i] = m
	}
	for step := 1; step <= limit; step++ {
		loss := 0.0
		for i := range state {
			m, s := &maps[i], &state[i]
			var half, next matrix
			for x := range 3 {
				for y := range 3 {
					half[x][y] = m[x][0]*s[0][y] + m[x][1]*s[1][y] + m[x][2]*s[2][y]
				}
			}
			for x := range 3 {
				for y := range 3 {
					next[x][y] = half[x][0]*m[y][0] + half[x][1]*m[y][1] + half[x][2]*m[y][2] + e[x]*e[y]*p.Noise[i]/o.BatchSize
				}
			}
			*s = next
			loss += 0.5 * p.Curvature[i] * next[2][2]
		}
		if loss <= target {
			return step
		}
		if loss > 1e6 {
			return -1
		}
	}
	return -1
}

// publishedGrid are steps to loss 0.01 that the notebook of the paper's authors
// finds on its 100 bins, from its grid of learning rates and momenta. It returns
// the last step that fails, and adds 1e-8 to a denominator.
var publishedGrid = []struct {
	method string
	power  float64
	steps  [10]int // B = 4, 16, ..., 2^20
}{
	{"SGD", 0, [...]int{1507367, 379858, 95759, 25880, 10609, 8117, 7447, 7309, 7276, 7268}},
	{"SGD", 0.5, [...]int{345591, 86273, 21587, 5421, 1366, 342, 106, 88, 85, 84}},
	{"momentum", 0, [...]int{1333444, 326809, 83186, 20969, 5203, 1280, 349, 208, 183, 178}},
	{"momentum", 0.5, [...]int{287137, 74456, 18406, 4572, 1140, 293, 74, 21, 17, 17}},
}

// TestTuneAgainstPublishedGrid: at no point do tuned settings need more steps
// than the published ones, one step later where they in truth reach the target.
// At power ½, B = 16 that notebook is two steps too early: none of our settings
// come to 0.01 at step 86274.
func TestTuneAgainstPublishedGrid(t *testing.T) {
	t.Parallel()
	p, err := PublishedBins(10_000, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range publishedGrid {
		for k, steps := range row.steps {
			o := SGD(Free)
			if row.method == "momentum" {
				o = Momentum(Free, Free)
			}
			batch := math.Pow(4, float64(k+1))
			got, err := Tune(p, 0.01, o.Batch(batch).Precondition(row.power), 0)
			if err != nil {
				t.Fatal(err)
			}
			if row.method == "SGD" && row.power == 0.5 && batch == 16 {
				if got.Steps.Steps != 86275 || !(got.BestBefore > 0.01) {
					t.Errorf("%v", got)
				}
				continue
			}
			if got.Steps.Steps > steps+1 {
				t.Errorf("%s, power %v, B = %v: %d steps, published %d", row.method, row.power, batch, got.Steps.Steps, steps)
			}
		}
	}
}

// TestTuneOnExactSpectrum: acceptance values for d = 10^4, where the best of 100
// learning rates is a bound.
func TestTuneOnExactSpectrum(t *testing.T) {
	t.Parallel()
	p := mustPowerLaw(t, 10_000)
	for _, c := range []struct {
		power, batch float64
		grid         int
	}{
		{0, 4, 1515845}, {0, 1 << 10, 10371}, {0, 1 << 20, 7039},
		{0.5, 4, 347979}, {0.5, 1 << 10, 1371}, {0.5, 1 << 20, 84},
	} {
		sgd := tuned(t, p, SGD(Free).Batch(c.batch).Precondition(c.power))
		momentum := tuned(t, p, Momentum(Free, Free).Batch(c.batch).Precondition(c.power))
		ema := tuned(t, p, SGD(Free).EMA(Free).Batch(c.batch).Precondition(c.power))
		if sgd > c.grid || momentum > sgd || ema > sgd {
			t.Errorf("power %v, B = %v: SGD %d, momentum %d, EMA %d, grid %d", c.power, c.batch, sgd, momentum, ema, c.grid)
		}
	}
	// The lecture sees no benefit of momentum at small batches; it is about 11%
	// to 15% of the steps.
	if sgd, momentum := tuned(t, p, SGD(Free).Batch(4)), tuned(t, p, Momentum(Free, Free).Batch(4)); float64(momentum) > 0.89*float64(sgd) {
		t.Errorf("B = 4: SGD %d, momentum %d", sgd, momentum)
	}
}

// TestTuneFreesMore: more freedom needs no more steps.
func TestTuneFreesMore(t *testing.T) {
	p := mustPowerLaw(t, 10_000)
	power := tuned(t, p, SGD(Free).Batch(1<<12).Precondition(Free))
	for _, fixed := range []float64{0, 0.25, 0.5, 0.75, 1} {
		if some := tuned(t, p, SGD(Free).Batch(1<<12).Precondition(fixed)); some < power {
			t.Errorf("power %v: %d steps, free %d", fixed, some, power)
		}
	}
	rate := tuned(t, p, Momentum(0.1, Free).Batch(1<<12))
	if both := tuned(t, p, Momentum(Free, Free).Batch(1<<12)); both > rate {
		t.Errorf("both free: %d steps, momentum alone %d", both, rate)
	}
}

// TestTuneIsInvariant: (α, h, c, E θ²) -> (α/k, k h, k c, E θ²/k) changes nothing
// but the learning rate.
func TestTuneIsInvariant(t *testing.T) {
	p, err := List(1, 0.3, 0.02)
	if err != nil {
		t.Fatal(err)
	}
	q, err := List(8, 2.4, 0.16)
	if err != nil {
		t.Fatal(err)
	}
	q.Variance = []float64{0.125, 0.125, 0.125}
	a, err := Tune(p, 0.01, Momentum(Free, Free).Batch(100), 0)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Tune(q, 0.01, Momentum(Free, Free).Batch(100), 0)
	if err != nil {
		t.Fatal(err)
	}
	if a.Steps.Steps != b.Steps.Steps || math.Abs(a.Optimizer.LearningRate/b.Optimizer.LearningRate-8) > 1e-6 {
		t.Errorf("%v, %v", a, b)
	}
}

// TestTuneLossIsStationary: no neighbouring settings are better, for the methods
// with an engine of their own and for those without.
func TestTuneLossIsStationary(t *testing.T) {
	p := mustPowerLaw(t, 1000)
	for _, o := range []Optimizer{
		SGD(Free), Momentum(Free, Free), Nesterov(Free, Free), SGD(Free).EMA(Free), Momentum(0.01, Free),
		SGD(Free).Cosine(), SGD(Free).WSD(10, 50), SGD(Free).Linear(), SGD(Free).InverseTime(20), SGD(Free).Lookahead(5, 0.5), SGD(Free).Average(),
	} {
		got, err := TuneLoss(p, 200, o.Batch(16))
		if err != nil {
			t.Fatal(err)
		}
		for k := range settings {
			s := &settings[k]
			if !s.isFree(&o) {
				continue
			}
			for _, by := range []float64{-1e-3, 1e-3} {
				near := got.Optimizer
				f := s.number(&near)
				if s.Field == "LearningRate" {
					*f *= 1 + by
				} else {
					*f += by * (1 - *f)
				}
				if near.Validate() != nil || near.Momentum == 0 && near.LearningRate >= 2 { // beyond the limit
					continue
				}
				loss, err := ExpectedLoss(p, 200, near)
				if err != nil {
					t.Fatal(err)
				}
				if loss < got.Steps.Loss*(1-1e-7) {
					t.Errorf("%v has loss %v, %v %v", got.Optimizer, got.Steps.Loss, near, loss)
				}
			}
		}
	}
}

// TestTuneAnswers: what is out of reach is an answer, and a mistake an error.
func TestTuneAnswers(t *testing.T) {
	p := mustPowerLaw(t, 100)
	short, err := Tune(p, 0.01, SGD(Free), 10)
	if err != nil || short.Steps.Outcome != NotWithinLimit || short.Steps.Steps != -1 || !(short.BestBefore > 0.01) {
		t.Errorf("%v, %v", short, err)
	}
	unstable, err := Tune(p, 0.01, SGD(3).EMA(Free), 1000)
	if err != nil || unstable.Steps.Outcome != Diverges {
		t.Errorf("%v, %v", unstable, err)
	}
	there, err := Tune(p, 100, SGD(Free), 0)
	if err != nil || there.Steps.Outcome != Reached || there.Steps.Steps != 0 {
		t.Errorf("%v, %v", there, err)
	}
	for _, c := range []struct {
		o      Optimizer
		target float64
		limit  int
		want   string
	}{
		{SGD(0.1), 0.01, 0, "no free setting"},
		{SGD(Free), math.NaN(), 0, "target NaN"},
		{SGD(Free), 0.01, -1, "limit of -1"},
		{SGD(Free).Batch(0.5), 0.01, 0, "batch size 0.5"},
		{SGD(Free).EMA(Free).Average(), 0.01, 0, "at once"},
	} {
		if _, err := Tune(p, c.target, c.o, c.limit); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.o, err, c.want)
		}
	}
	if _, err := ExpectedLoss(p, 10, SGD(Free)); err == nil || !strings.Contains(err.Error(), "Free") {
		t.Errorf("free learning rate: %v", err)
	}
}

// TestTuneOnRandomProblems: over many orders of magnitude, with directions
// without curvature, noise or start, an answer is what it says.
func TestTuneOnRandomProblems(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	reached, problems := 0, 300
	if !longtest.Wanted() {
		problems = 40
	}
	for range problems {
		p := Problem{}
		for range 1 + r.IntN(6) {
			p.Curvature = append(p.Curvature, math.Exp(-12*r.Float64()))
			p.Noise = append(p.Noise, math.Exp(6*r.NormFloat64()))
			p.Mean = append(p.Mean, r.NormFloat64())
			p.Variance = append(p.Variance, math.Exp(3*r.NormFloat64()))
		}
		switch r.IntN(6) {
		case 0:
			p.Noise = nil
		case 1:
			p.Variance = nil
		case 2:
			p.Mean = nil
		case 3:
			p.Curvature = append(p.Curvature[1:], 0)
		}
		o := SGD(Free).Batch(math.Exp(10 * r.Float64()))
		switch r.IntN(6) {
		case 0:
			o.Momentum = Free
		case 1:
			o.Momentum, o.Nesterov = Free, true
		case 2:
			o.Decay = Free
		case 3:
			o.Momentum = 0.9
		case 4:
			if p.Curvature[len(p.Curvature)-1] > 0 {
				o.Power = Free
			}
		}
		start, err := ExpectedLoss(p, 0, SGD(1))
		if err != nil {
			t.Fatal(err)
		}
		if start == 0 {
			continue
		}
		target := start * math.Exp(-8*r.Float64()*r.Float64())
		got, err := Tune(p, target, o, 0)
		if err != nil {
			t.Fatalf("%v, %v to %v: %v", p, o, target, err)
		}
		switch s := got.Steps; {
		case s.Outcome == Reached:
			reached++
			loss, err := ExpectedLoss(p, s.Steps, got.Optimizer)
			if err != nil || !(loss <= target*(1+1e-9)) || s.Steps > 0 && !(got.BestBefore > target) {
				t.Errorf("%v: loss %v, %v", got, loss, err)
			}
		case s.Outcome != NotWithinLimit || s.Checked < 1e12:
			t.Errorf("%v", got)
		}
	}
	if reached < problems*5/6 {
		t.Errorf("%d of %d targets reached", reached, problems)
	}
}

func tuned(t *testing.T, p Problem, o Optimizer) int {
	t.Helper()
	got, err := Tune(p, 0.01, o, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got.Steps.Outcome != Reached || !(got.Steps.Loss <= 0.01 && got.Steps.Before > 0.01 && got.BestBefore > 0.01) {
		t.Fatalf("%v: %v, best before %v", got.Optimizer, got.Steps, got.BestBefore)
	}
	return got.Steps.Steps
}

func mustPowerLaw(t testing.TB, d int) Problem {
	t.Helper()
	p, err := PowerLaw(d, 1)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// BenchmarkTune is the paper's figures of steps against batch size, one after
// the other on one core: 4 powers and 10 batch sizes.
func BenchmarkTune(b *testing.B) {
	p := mustPowerLaw(b, 10_000)
	for _, o := range []Optimizer{SGD(Free), Momentum(Free, Free), SGD(Free).EMA(Free)} {
		b.Run(o.Family(), func(b *testing.B) {
			for b.Loop() {
				for _, power := range []float64{0, 0.25, 0.5, 0.75} {
					for batch := 4.0; batch <= 1<<20; batch *= 4 {
						if _, err := Tune(p, 0.01, o.Batch(batch).Precondition(power), 0); err != nil {
							b.Fatal(err)
						}
					}
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/figure")
		})
	}
}

// Losses are counted whether or not their search found the target.
func TestFailedBracketCounts(t *testing.T) {
	for _, target := range []float64{1, 1e-30} {
		k := must(newTuner(must(List(1, 0.5)), SGD(Free)))
		found := k.bracket(math.Log(target), 8)
		if want := target == 1; want != (found < 8) || k.evaluations == 0 {
			t.Errorf("target %v: %d steps after %d losses", target, found, k.evaluations)
		}
	}
}
