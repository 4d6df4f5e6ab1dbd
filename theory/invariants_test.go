package theory

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"nqm/theory/longtest"
)

func TestNeutralSettings(t *testing.T) {
	p := must(LogUniform(9, 2, 0.01))
	want := must(Expect(p, []int{0, 1, 10, 200}, SGD(0.4)))
	for _, m := range []Method{
		Momentum(0.4, 0), Nesterov(0.4, 0), SGD(0.4).EMA(0), SGD(0.4).Precondition(0), SGD(0.4).Lookahead(1, 1),
		SGD(0.4).Segments(Segment{Steps: 7, From: 1}), SGD(0.4).Batch(1), Momentum(0.4, 1e-300), SGD(0.4).EMA(1e-300),
		Momentum(0.4, 0).EMA(0).Lookahead(4, 1).TailAverage(200),
	} {
		got := must(Expect(p, []int{0, 1, 10, 200}, m))
		for k := range want.Loss {
			if o, ok := m.(Optimizer); ok && o.LookaheadSteps > 1 && want.Steps[k]%o.LookaheadSteps != 0 {
				continue
			}
			near(t, fmt.Sprint(m, " t=", want.Steps[k]), got.Loss[k], want.Loss[k], 1e-12)
		}
	}
}

// (α, λ, h, c, E θ²) → (α/k, kλ, kh, kc, E θ²/k) leaves the loss unchanged.
func TestRescaling(t *testing.T) {
	p := must(LogUniform(9, 2, 0.01))
	for _, k := range []float64{4, 1e-6, 1e100} {
		q := must(LogUniform(9, 2, 0.01))
		for i := range q.Curvature {
			q.Curvature[i] *= k
			q.Noise[i] *= k
			q.Variance[i] /= k
		}
		for _, o := range optimizersOf(conformanceRows()) {
			if o.Power != 0 {
				continue // H^-p has a scale of its own
			}
			scaled := o
			scaled.LearningRate /= k
			scaled.WeightDecay *= k
			a, b := must(Expect(p, []int{3, 50}, o)), must(Expect(q, []int{3, 50}, scaled))
			for i := range a.Loss {
				near(t, fmt.Sprint(o, " scaled by ", k), b.Loss[i], a.Loss[i], 2e-12)
			}
		}
	}
}

func TestPermutingAndGrouping(t *testing.T) {
	h := []float64{1, 0.5, 0.5, 0.1, 1, 0.5, 0.03}
	p := must(List(h...))
	rng := rand.New(rand.NewPCG(3, 4))
	rng.Shuffle(len(h), func(i, j int) { h[i], h[j] = h[j], h[i] })
	q, g := must(List(h...)), p.Grouped()
	if g.Len() != 4 || g.Dimension() != 7 {
		t.Errorf("grouped to %d entries of %v directions", g.Len(), g.Dimension())
	}
	for _, o := range optimizersOf(conformanceRows()) {
		a := must(ExpectedLoss(p, 40, o))
		near(t, "permuted "+o.String(), must(ExpectedLoss(q, 40, o)), a, 1e-14)
		near(t, "grouped "+o.String(), must(ExpectedLoss(g, 40, o)), a, 1e-14)
	}
}

// Multiplicities need not be whole: directions in uneven parts are the directions.
func TestParts(t *testing.T) {
	p := must(List(1, 0.5, 0.1, 0.03))
	split := Problem{}
	for i := range p.Len() {
		for _, m := range []float64{1e-320, 1e-200, 1e-9, 0.25, 0.75 - 1e-9} {
			split.Curvature, split.Multiplicity = append(split.Curvature, p.Curvature[i]), append(split.Multiplicity, m)
		}
	}
	split.Noise, split.Variance = split.Curvature, constant(split.Len(), 1)
	near(t, "the dimension", split.Dimension(), 4, 1e-15)
	steps := make([]int, 40)
	for k := range steps {
		steps[k] = 3 * k
	}
	for _, o := range optimizersOf(conformanceRows()) {
		for k, a := range [][]float64{must(Expect(p, steps, o)).Loss, must(Expect(p, steps, o)).StdDev} {
			b := must(Expect(split, steps, o))
			for i, v := range [][]float64{b.Loss, b.StdDev}[k] {
				near(t, fmt.Sprint(o, " in parts, t=", steps[i]), v, a[i], 1e-13)
			}
		}
		for i, v := range must(LossQuantiles(split, 17, o, 0.05, 0.9)) {
			near(t, o.String()+": quantile in parts", v, must(LossQuantiles(p, 17, o, 0.05, 0.9))[i], 1e-8)
		}
	}
	if a, b := must(StepsToTarget(p, 0.1, Momentum(0.1, 0.9), 1000)), must(StepsToTarget(split, 0.1, Momentum(0.1, 0.9), 1000)); a.Steps != b.Steps {
		t.Errorf("%d steps in parts, %d whole", b.Steps, a.Steps)
	}
}

// k1 steps and then k2 equal k1 + k2: a schedule of equal segments is none, and
// walking through many times is jumping to the last.
func TestSegmentsCompose(t *testing.T) {
	p := must(LogUniform(9, 2, 0.01))
	for _, o := range optimizersOf(conformanceRows()) {
		if o.Schedule == nil {
			parts := o.Segments(Segment{Steps: 3, From: 1}, Segment{Steps: 14, From: 1}, Segment{Steps: 1, From: 1})
			for _, n := range []int{0, 2, 3, 17, 18, 60} {
				near(t, fmt.Sprint(o, " in segments, t=", n), must(ExpectedLoss(p, n, parts)), must(ExpectedLoss(p, n, o)), 2e-12)
			}
		}
		o = must(o.Over(60))
		walked := must(Expect(p, []int{1, 2, 5, 17, 33, 60}, o))
		near(t, o.String()+" walked", walked.Loss[5], must(ExpectedLoss(p, 60, o)), 1e-13)
	}
}

func TestPaperBoundsHold(t *testing.T) {
	p := must(LogUniform(9, 2, 0.01))
	steps := []int{0, 1, 2, 5, 10, 100, 1000, 100_000}
	for _, o := range []Optimizer{SGD(0.3), Momentum(0.3, 0.9), Momentum(0.9, 0.5), SGD(0.3).EMA(0.9), SGD(0.5).EMA(0.5)} {
		bound, c := must(PaperBound(p, steps, o)), must(Expect(p, steps, o))
		for k := range steps {
			if c.Loss[k] > bound[k]*(1+1e-14) {
				t.Errorf("%v, t=%d: loss %v above the bound %v", o, steps[k], c.Loss[k], bound[k])
			}
		}
		near(t, o.String()+": the bound in the end", c.Loss[7], bound[7], 1e-12)
	}
	if _, err := PaperBound(p, steps, Nesterov(0.1, 0.9)); err == nil {
		t.Error("the paper has a theorem about Nesterov")
	}
}

// Ringing: the target is reached at t = 5 and left again, for good from 59 on.
func TestRingingTarget(t *testing.T) {
	m := Momentum(0.1, 0.9).Mode(1, 0)
	first, settled := -1, 0
	for n := range 1000 {
		below := 0.5*math.Pow(m.At(n).Factor, 2) <= 0.001
		if below && first < 0 {
			first = n
		}
		if !below {
			settled = n + 1
		}
	}
	if first != 5 || settled != 59 {
		t.Errorf("first at %d, settled at %d", first, settled)
	}
}

// The literal update rules with random numbers: z-scores of the mean loss, for
// every row of the table.
func TestMonteCarlo(t *testing.T) {
	t.Parallel()
	trials := 20_000
	if !longtest.Wanted() {
		trials = 500
	}
	p := must(LogUniform(3, 1.5, 0.05))
	const steps, batch = 40, 2
	for n, r := range conformanceRows() {
		m := r.method
		switch o := m.(type) {
		case Optimizer:
			m = o.Batch(batch)
		case Linear:
			m = o.Batch(batch)
		case Torch:
			o.BatchSize = batch
			m = o
		}
		rng := rand.New(rand.NewPCG(7, uint64(n)))
		var walks []walk
		for _, h := range p.Curvature {
			walks = append(walks, r.literal.walk(h, steps))
		}
		var s, s2 float64
		for range trials {
			var loss float64
			for i, h := range p.Curvature {
				end := walks[i].sample(rng, math.Sqrt(p.Noise[i]/batch))
				loss += 0.5 * h * end * end
			}
			s += loss
			s2 += loss * loss
		}
		mean := s / float64(trials)
		deviation := math.Sqrt(s2/float64(trials) - mean*mean)
		c := must(Expect(p, []int{steps}, m))
		if z := (mean - c.Loss[0]) / c.StdDev[0] * math.Sqrt(float64(trials)); math.Abs(z) > 4.5 {
			t.Errorf("%v: sampled %v, exact %v, z = %.1f", m, mean, c.Loss[0], z)
		}
		if longtest.Wanted() {
			near(t, m.String()+": standard deviation", deviation, c.StdDev[0], 0.15)
		}
	}
}

// walk is a literal rule in one direction, step by step in float64.
type walk struct {
	start, read []float64
	a           [][][]float64
	kick        [][]float64
}

func (l literal) walk(h float64, steps int) walk {
	floats := func(v []num) []float64 {
		f := make([]float64, len(v))
		for i := range v {
			f[i] = float(v[i])
		}
		return f
	}
	w := walk{start: floats(l.start())}
	for t := 1; t <= steps; t++ {
		a, _ := l.matrices(number(h), t)
		var rows [][]float64
		for _, row := range a {
			rows = append(rows, floats(row))
		}
		w.a, w.kick = append(w.a, rows), append(w.kick, floats(l.kick(number(h), t)))
	}
	for j := range l.states {
		unit := zeros(l.states)[0]
		unit[j] = number(1)
		w.read = append(w.read, float(l.read(unit, steps)))
	}
	return w
}

// sample returns the coordinate at the end of a run from θ(0) ~ N(0, 1).
func (w walk) sample(rng *rand.Rand, deviation float64) float64 {
	theta := rng.NormFloat64()
	z, next := make([]float64, len(w.start)), make([]float64, len(w.start))
	for i, s := range w.start {
		z[i] = theta * s
	}
	for k, a := range w.a {
		noise := deviation * rng.NormFloat64()
		for i := range a {
			next[i] = dot(a[i], z) + noise*w.kick[k][i]
		}
		z, next = next, z
	}
	return dot(w.read, z)
}
