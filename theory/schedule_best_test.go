package theory

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"nqm/theory/longtest"
)

// With power 1 every direction has the same factor 1-α, and R = Σ h E θ² obeys
// R' = (1-α)² R + α² d/B for C = H. The best rate of each step is then that of
// a Kalman filter, α = R/(R + d/B), and 1/R grows by B/d per step.
func TestScheduleOfNewtonIsKalmanFilter(t *testing.T) {
	p := must(PowerLaw(1000, 1))
	const steps, batch = 40, 16.0
	s := must(BestSchedule(p, steps, SGD(1).Batch(batch).Precondition(1), steps))
	d := p.Dimension()
	risk := 0.0
	for i := 1.0; i <= d; i++ {
		risk += 1 / i
	}
	for k, alpha := range s.LearningRates {
		near(t, fmt.Sprintf("α_%d", k+1), alpha, risk/(risk+d/batch), 1e-7)
		risk = 1 / (1/risk + batch/d)
	}
	near(t, "loss", s.Loss, risk/2, 1e-12)
}

// If besides every direction has the same h E θ(0)², the Kalman filter is the
// Bayes estimator: the bound that no method can beat is attained.
func TestScheduleAttainsBayesBound(t *testing.T) {
	h := []float64{3, 1, 0.2, 1e-3}
	p := must(must(List(h...)).WithStart(nil, []float64{1. / 3, 1, 5, 1e3}))
	for _, steps := range []int{1, 2, 10, 60} {
		s := must(BestSchedule(p, steps, SGD(1).Batch(3).Precondition(1), steps))
		near(t, fmt.Sprintf("loss after %d steps", steps), s.Loss, must(BayesBound(p, 3*float64(steps))), 1e-12)
	}
}

// No schedule beats the Bayes bound, and more pieces are never worse where they
// contain the fewer.
func TestSchedulesAreOrdered(t *testing.T) {
	p := must(PowerLaw(10_000, 1))
	for _, power := range []float64{0, 0.5, 1} {
		for _, batch := range []float64{1, 64, 4096} {
			o := SGD(1).Batch(batch).Precondition(power)
			before := math.Inf(1)
			for _, pieces := range []int{1, 2, 4, 8, 16, 32} {
				s := must(BestSchedule(p, 320, o, pieces))
				if s.Loss > before*(1+1e-9) {
					t.Errorf("%v: %d pieces reach %v, fewer reach %v", o, pieces, s.Loss, before)
				}
				before = s.Loss
			}
			if bound := must(BayesBound(p, 320*batch)); before < bound {
				t.Errorf("%v reaches %v, below the Bayes bound %v", o, before, bound)
			}
		}
	}
}

// randomSchedule is a small problem, and a question about it.
func randomSchedule(r *rand.Rand) (p Problem, o Optimizer) {
	for range 1 + r.IntN(4) {
		p.Curvature = append(p.Curvature, math.Exp(6*r.Float64()-3))
		p.Noise = append(p.Noise, math.Exp(4*r.NormFloat64()-3))
		p.Mean = append(p.Mean, r.NormFloat64())
		p.Variance = append(p.Variance, math.Exp(3*r.NormFloat64())*float64(r.IntN(2)))
	}
	if r.IntN(4) == 0 {
		p.Noise = nil
	}
	return p, SGD(1).Precondition(float64(r.IntN(3)) / 2)
}

// The literal recursion at every point of a grid of rates never does better
// than 1 part in 10^9 below what was found, however the optima lie.
func TestScheduleAgainstDenseBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	for range 60 {
		p, o := randomSchedule(r)
		pieces := 2 + r.IntN(2)
		steps := pieces + r.IntN(6)
		s := must(BestSchedule(p, steps, o, pieces))
		cells := map[int]int{2: 300, 3: 60}[pieces]
		rates := make([]float64, pieces)
		best, at := math.Inf(1), make([]float64, pieces)
		for n := range int(math.Pow(float64(cells+1), float64(pieces))) {
			for k := range rates {
				rates[k] = s.Limit * float64(n%(cells+1)) / float64(cells)
				n /= cells + 1
			}
			if l := literalLoss(p, o.Power, rates, s.Lengths); l < best {
				best = l
				copy(at, rates)
			}
		}
		nothing := 1e-25 * literalLoss(p, o.Power, nil, nil)
		near(t, "literal loss of the answer", literalLoss(p, o.Power, s.LearningRates, s.Lengths)+nothing, s.Loss+nothing, 1e-9)
		if s.Loss > best*(1+1e-9)+nothing {
			t.Errorf("%+v, %v, lengths %v: found %v at %v, but %v has %v", p, o, s.Lengths, s.Loss, s.LearningRates, at, best)
		}
	}
}

// literalLoss follows E θ² step by step.
func literalLoss(p Problem, power float64, rates []float64, lengths []int) float64 {
	var total float64
	for i := range p.Curvature {
		d := p.Direction(i)
		s := d.SecondMoment()
		for k, alpha := range rates {
			a := alpha * math.Pow(d.Curvature, -power)
			for range lengths[k] {
				s = (1-a*d.Curvature)*(1-a*d.Curvature)*s + a*a*d.Noise
			}
		}
		total += 0.5 * d.Multiplicity * d.Curvature * s
	}
	return total
}

// Newton's method from a hundred random starts finds nothing better, for up to
// twenty pieces.
func TestScheduleAgainstRandomStarts(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 2))
	trials := 150
	if !longtest.Wanted() {
		trials = 30
	}
	for range trials {
		p, o := randomSchedule(r)
		pieces := 2 + r.IntN(19)
		steps := pieces
		if r.IntN(2) == 0 {
			steps = 1 + int(math.Exp(7*r.Float64()))
		}
		s := must(BestSchedule(p, steps, o, pieces))
		c := must(newScheduler(p, o, pieces)).fine
		newton := c.newton(s.Lengths, 1e-9)
		for range 100 {
			u := make([]float64, len(s.Lengths))
			for k := range u {
				u[k] = math.Log(c.limit) - math.Abs(2*r.NormFloat64())
			}
			if f := newton.Minimize(u); s.Loss > f.Value*(1+1e-6)+1e-20*c.initial() {
				t.Fatalf("%+v, %v, lengths %v: found %v at %v, but %v has %v", p, o, s.Lengths, s.Loss, s.LearningRates, exponentials(f.At), f.Value)
			}
		}
	}
}

// For 26 to 100 pieces no rate of a dense grid is better in the place of any one,
// and no two are better exchanged, by the literal recursion; and no random start
// ends lower.
func TestManyRatesAgainstBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 2))
	trials := 12
	if !longtest.Wanted() {
		trials = 3
	}
	for range trials {
		p, o := randomSchedule(r)
		pieces := 26 + r.IntN(75)
		steps := pieces + r.IntN(2)*r.IntN(200)
		s := must(BestSchedule(p, steps, o, pieces))
		nothing := 1e-20 * literalLoss(p, o.Power, nil, nil)
		look := func(what string, rates []float64) {
			if l := literalLoss(p, o.Power, rates, s.Lengths); l < s.Loss*(1-1e-8)-nothing {
				t.Errorf("%+v, %v, lengths %v: found %v at %v, but with %s %v", p, o, s.Lengths, s.Loss, s.LearningRates, what, l)
			}
		}
		for k := range pieces {
			rates := slices.Clone(s.LearningRates)
			for cell := range 101 {
				rates[k] = s.Limit * float64(cell) / 100
				look(fmt.Sprintf("rate %d of %v", k, rates[k]), rates)
			}
			for j := range k {
				rates := slices.Clone(s.LearningRates)
				rates[j], rates[k] = rates[k], rates[j]
				look(fmt.Sprintf("rates %d and %d exchanged", j, k), rates)
			}
		}
		c := must(newScheduler(p, o, pieces)).fine
		newton := c.newton(s.Lengths, 1e-9)
		for range 20 {
			u := make([]float64, pieces)
			for k := range u {
				u[k] = math.Log(c.limit) - math.Abs(2*r.NormFloat64())
			}
			if f := newton.Minimize(u); s.Loss > f.Value*(1+1e-6)+nothing {
				t.Errorf("%+v, %v, lengths %v: found %v, from a random start %v", p, o, s.Lengths, s.Loss, f.Value)
			}
		}
	}
}

// The optimizer that is returned has the loss that is stated in the package's
// other engine, and no rate can be moved to a better one within the limit.
func TestBestRatesAreStationary(t *testing.T) {
	t.Parallel()
	p := must(PowerLaw(10_000, 1))
	for _, batch := range []float64{1, 64, 4096, 1 << 20} {
		s := must(BestSchedule(p, 5003, SGD(1).Batch(batch), 10))
		near(t, "loss by the general engine", s.Loss, must(ExpectedLoss(p, 5003, s.Optimizer)), 1e-11)
		if s.Residual > 1e-7 || !s.Definite {
			t.Errorf("B=%g: residual %v, definite %v", batch, s.Residual, s.Definite)
		}
		total, held := 0, 0
		for k, n := range s.Lengths {
			total += n
			if n != 500 && n != 501 {
				t.Errorf("piece %d has %d steps of 5003 in 10", k, n)
			}
			if s.LearningRates[k] >= s.Limit {
				t.Errorf("B=%g: rate %d is %v, not below the limit %v", batch, k, s.LearningRates[k], s.Limit)
			}
			if s.LearningRates[k] == math.Nextafter(s.Limit, 0) {
				held++
				if s.Gradient[k] > 0 {
					t.Errorf("B=%g: rate %d is at the limit and its gradient is %v", batch, k, s.Gradient[k])
				}
			}
			for _, by := range []float64{0.99, 1.01} {
				moved := s.Optimizer
				moved.Schedule = append(Schedule(nil), s.Optimizer.Schedule...)
				moved.Schedule[k].From *= by
				if moved.Schedule[k].From*moved.LearningRate > s.Limit {
					continue
				}
				if l := must(ExpectedLoss(p, 5003, moved)); l < s.Loss {
					t.Errorf("B=%g: rate %d times %v has loss %v < %v", batch, k, by, l, s.Loss)
				}
			}
		}
		if total != 5003 || held != s.AtLimit {
			t.Errorf("%d steps, %d at the limit: want 5003 and %d", total, s.AtLimit, held)
		}
	}
}

// A list is summed exactly, and searched with fewer directions: the answer is
// that of the law.
func TestScheduleOfListAndLaw(t *testing.T) {
	law := must(PowerLaw(5000, 1))
	a := must(BestSchedule(law, 3000, SGD(1).Batch(64), 6))
	b := must(BestSchedule(must(law.Explicit()), 3000, SGD(1).Batch(64), 6))
	near(t, "loss of the list", b.Loss, a.Loss, 1e-11)
	for k := range a.LearningRates {
		near(t, "rate of the list", b.LearningRates[k], a.LearningRates[k], 1e-6)
	}
	rising := must(BestSchedule(law, 300, SGD(1).Batch(64).Precondition(1.5), 6))
	near(t, "power 1.5", rising.Loss, must(ExpectedLoss(law, 300, rising.Optimizer)), 1e-11)
}

func TestScheduleEdges(t *testing.T) {
	one := must(BestSchedule(must(List(2)), 3, SGD(1), 10))
	if len(one.Lengths) != 3 || one.Limit != 1 {
		t.Errorf("3 steps in 10 pieces: %+v", one)
	}
	exact := must(BestSchedule(must(must(List(2)).WithNoise(nil)), 1, SGD(1), 1))
	near(t, "one step without noise", exact.LearningRates[0], 0.5, 1e-6)
	atRest := must(BestSchedule(must(must(List(2, 1)).WithStart(nil, nil)), 100, SGD(1), 4))
	if atRest.Loss > 1e-100 || atRest.Optimizer.Validate() != nil || !(atRest.Residual < math.Inf(1)) {
		t.Errorf("a start at the minimum: %+v", atRest)
	}
	long := must(BestSchedule(must(PowerLaw(1e9, 1)), MaxSteps, SGD(1), 10))
	if !(long.Loss > 0 && long.Loss < 1) || long.Residual > 1e-6 {
		t.Errorf("10^15 steps: %+v", long)
	}
	for _, s := range []BestRates{one, exact, atRest, long} {
		var back BestRates
		if err := json.Unmarshal(must(json.Marshal(s)), &back); err != nil || !reflect.DeepEqual(s, back) {
			t.Errorf("through JSON: %+v, %v", back, err)
		}
	}
}

// Numbers of every size: an answer that is finite and keeps its promises, or an
// error.
func TestScheduleExtremes(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 2))
	pick := func(v ...float64) float64 { return v[r.IntN(len(v))] }
	answers := 0
	for range 300 {
		var p Problem
		for range 1 + r.IntN(3) {
			p.Curvature = append(p.Curvature, pick(0, 1e-300, 1e-150, 1e-20, 1e-5, 1, 2, 1e3, 1e100, 1e300))
			p.Noise = append(p.Noise, pick(0, 1e-300, 1e-100, 1e-10, 1, 1e5, 1e100, 1e300))
			p.Mean = append(p.Mean, pick(0, 1, 1e-160, 1e100))
			p.Variance = append(p.Variance, pick(0, 1, 1e-300, 1e200))
		}
		o := SGD(1).Batch(pick(1, 16, 1e10, 1e300)).Precondition(pick(0, 0, 0.5, 1, 1.5, -0.5))
		steps, pieces := int(pick(1, 2, 3, 17, 1000, 1e9, 1e15)), 1+r.IntN(6)
		if s, err := BestSchedule(p, steps, o, pieces); err == nil {
			answers++
			if !(s.Loss >= 0 && s.Residual >= 0 && slices.Max(s.LearningRates) < s.Limit) || s.Optimizer.Validate() != nil {
				t.Errorf("%+v, %v: %+v", p, o, s)
			}
		}
		if s, err := ScheduleToTarget(p, pick(1e-10, 0.01, 1, 1e100), o, pieces); err == nil {
			if s.Outcome == Reached && !(s.Loss <= s.Target && (s.Steps <= 1 || s.Before > s.Target)) {
				t.Errorf("%+v, %v: %+v", p, o, s)
			}
		}
		if s, err := BestBatchSchedule(p, pick(1, 2, 10, 1e3, 1e7, 1e15), o.Batch(1), pieces); err == nil {
			if !(s.Loss >= 0 && s.Residual >= 0 && slices.Min(s.BatchSizes) >= 1) || s.Optimizer.Validate() != nil {
				t.Errorf("%+v, %v: %+v", p, o, s)
			}
		}
	}
	if answers < 50 {
		t.Errorf("%d answers to 300 questions", answers)
	}
}

// A schedule of many pieces has a name that fits a legend.
func TestScheduleNames(t *testing.T) {
	p := must(List(1, 0.1))
	rates := must(BestSchedule(p, 100, SGD(1), 8)).Optimizer.Schedule.String()
	batches := must(BestBatchSchedule(p, 1000, SGD(0.5), 8)).Optimizer.Schedule.String()
	for name, want := range map[string]string{rates: "8 segments 1 to 0.", batches: "8 segments in "} {
		if !strings.HasPrefix(name, want) || len(name) > 48 {
			t.Errorf("schedule is called %q", name)
		}
	}
	if !strings.Contains(batches, " at B=2.46 to ") {
		t.Errorf("batch sizes are called %q", batches)
	}
}

func TestScheduleMistakes(t *testing.T) {
	p := must(List(1, 0.5))
	streaming := p
	streaming.Streaming = true
	flat := must(List(0))
	ask := func(p Problem, o Optimizer, steps, pieces int) error {
		return second(BestSchedule(p, steps, o, pieces))
	}
	for want, err := range map[string]error{
		"over 0 steps":           ask(p, SGD(1), 0, 1),
		"0 pieces: want 1":       ask(p, SGD(1), 1, 0),
		"2001 pieces":            ask(p, SGD(1), 1, 2001),
		"batch size 0.5":         ask(p, SGD(1).Batch(0.5), 1, 1),
		"those of plain SGD":     ask(p, Momentum(1, 0.9), 1, 1),
		"momentum":               ask(p, Momentum(1, 0.9), 1, 1),
		"additive noise":         ask(streaming, SGD(1), 1, 1),
		"no curvature":           ask(flat, SGD(1), 1, 1),
		"Curvature[0] = 0":       ask(flat, SGD(1).Precondition(0.5), 1, 1),
		"at least one curvature": ask(Problem{}, SGD(1), 1, 1),
		"the limit 0 with":       ask(must(List(1e300)), SGD(1).Precondition(-0.5), 1, 1),
		"or a power <= 1":        ask(must(PowerLaw(1e9, 1)), SGD(1).Precondition(2), 1, 1),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}
