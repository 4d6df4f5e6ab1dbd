package theory

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestQuickLossAgainstExactModes draws methods over all regimes: real roots of
// one sign and of two, complex ones, near the double root and the edge.
func TestQuickLossAgainstExactModes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	p, err := PowerLaw(400, 1)
	if err != nil {
		t.Fatal(err)
	}
	dirs := p.Law.all()
	worst := 0.0
	for range 4000 {
		o := Optimizer{BatchSize: math.Exp(14 * r.Float64())}
		switch r.IntN(4) {
		case 0:
		case 1:
			o.Momentum = -math.Expm1(-12 * r.Float64())
		case 2:
			o.Momentum, o.Nesterov = -math.Expm1(-12*r.Float64()), true
		case 3:
			o.Decay = -math.Expm1(-12 * r.Float64())
		}
		if r.IntN(2) == 0 {
			o.Power = 0.9 * r.Float64()
		}
		o.LearningRate = o.unitLimit() / (1 + math.Exp(9*r.Float64()-2))
		if r.IntN(8) == 0 && o.Momentum != 0 { // the double root of the first direction
			o.LearningRate = math.Pow(1-math.Sqrt(o.Momentum), 2)
		}
		steps := int(math.Exp(13 * r.Float64()))
		want := lossesAt(dirs, o, []int{steps})[0]
		got := quickly(newQuick(dirs, o.Power), o, float64(steps))
		if off := math.Abs(got/want - 1); !(off <= 1e-9) {
			t.Fatalf("%v at %d: %v, want %v, off by %.2g", o, steps, got, want, off)
		} else if off > worst {
			worst = off
		}
	}
	t.Logf("worst %.2g", worst)
}

// BenchmarkQuickLoss compares the quick sums with the exact modes, and with the
// general engine, which EMA of momentum needs.
func BenchmarkQuickLoss(b *testing.B) {
	p, err := PowerLaw(10_000, 1)
	if err != nil {
		b.Fatal(err)
	}
	dirs := p.Law.nodes(ladder[1])
	k := newQuick(dirs, 0)
	perDirection := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(dirs)), "ns/direction")
	}
	for _, o := range []Optimizer{SGD(0.3), Momentum(0.03, 0.9), Nesterov(0.03, 0.9), SGD(0.3).EMA(0.99), Momentum(0.03, 0.9).EMA(0.99), SGD(0.3).Cosine(), Momentum(0.03, 0.9).Cosine()} {
		o := must(o.Over(1000))
		if o.plain() {
			b.Run("quick/"+o.Family(), func(b *testing.B) {
				for b.Loop() {
					quickly(k, o, 1000)
				}
				perDirection(b)
			})
		} else if e := o.system().quickEngine(); e != nil {
			b.Run("quick/"+o.Family(), func(b *testing.B) {
				for b.Loop() {
					e.loss(dirs, o, 1000)
				}
				perDirection(b)
			})
		} else {
			r := o.system().quickRun(o, 1000)
			b.Run("quick/"+o.Family(), func(b *testing.B) {
				for b.Loop() {
					r.loss(dirs, o)
				}
				perDirection(b)
			})
		}
		b.Run("exact/"+o.Family(), func(b *testing.B) {
			for b.Loop() {
				lossesAt(dirs, o, []int{1000})
			}
			perDirection(b)
		})
	}
}

// quickly is the quick loss of an optimizer whose system is a kernel.
func quickly(k *quick, o Optimizer, t float64) float64 {
	exact, _ := o.kernel()
	kernel := newQuickKernel(exact)
	return k.loss(&kernel, o.LearningRate, o.batchSize(), t)
}

// drawRule draws SGD, momentum, Nesterov or QHM with a batch size.
func drawRule(r *rand.Rand) Optimizer {
	o := Optimizer{BatchSize: math.Exp(14 * r.Float64())}
	beta := -math.Expm1(-9 * r.Float64())
	switch r.IntN(4) {
	case 0:
		o.Momentum = beta
	case 1:
		o.Momentum, o.Nesterov = beta, true
	case 2:
		o.Momentum, o.VelocityWeight = beta, 0.2+0.8*r.Float64()
	}
	return o
}

// Averages of momentum and Lookahead over all regimes, and the curves of a look.
func TestQuickEngineAgainstExactModes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 2))
	dirs := must(List(1, 0.7, 0.3, 0.05, 0.01, 0.002, 1e-4, 1e-6)).list()
	worst := 0.0
	for range 1500 {
		o := drawRule(r)
		switch r.IntN(4) {
		case 0:
			o.LookaheadSteps, o.SlowStep = 1+r.IntN(9), 0.2+0.7*r.Float64()
		case 1:
			o.Decay = -math.Expm1(-9 * r.Float64())
		case 2:
			o.UniformAverage = true
		case 3:
			o.UniformAverage, o.AverageFrom = true, int(math.Exp(8*r.Float64()))
		}
		if r.IntN(3) == 0 { // with an average it has four variables
			o.LookaheadSteps, o.SlowStep = 1+int(math.Exp(8*r.Float64())), 0.2+0.7*r.Float64()
		}
		if r.IntN(4) == 0 {
			o.Power = 0.9 * r.Float64()
		}
		o.LearningRate = o.unitLimit() / (1 + math.Exp(9*r.Float64()-3))
		if r.IntN(8) == 0 && o.Momentum != 0 { // the double root of the first direction
			o.LearningRate = math.Pow(1-math.Sqrt(o.Momentum), 2)
		}
		e := o.system().quickEngine()
		steps := int(math.Exp(11 * r.Float64()))
		want := lossesAt(dirs, o, []int{steps})[0]
		got := e.loss(dirs, o, steps)
		off := math.Abs(got/want - 1)
		if math.IsInf(want, 1) && math.IsInf(got, 1) {
			continue
		}
		if worst = math.Max(worst, off); !(off <= 1e-9) {
			t.Errorf("%v at %d: %v, want %v, off by %.2g", o, steps, got, want, off)
		}
		if last := min(steps, 40); last > 0 {
			losses := make([]float64, last+1)
			for _, d := range dirs {
				e.curve(d, o, losses)
			}
			if want := lossesAt(dirs, o, []int{last})[0]; !(math.Abs(losses[last]/want-1) <= 1e-8) {
				t.Errorf("%v: curve at %d: %v, want %v", o, last, losses[last], want)
			}
		}
	}
	t.Logf("worst %.2g", worst)
}

// Schedules of every shape, of methods of one and two variables.
func TestQuickRunAgainstExactModes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 3))
	dirs := must(List(1, 0.7, 0.3, 0.05, 0.01, 0.002, 1e-4, 1e-6, 0)).list()
	worst := 0.0
	for range 300 {
		o := drawRule(r)
		if o.Momentum == 0 && r.IntN(2) == 0 {
			o.Decay = -math.Expm1(-9 * r.Float64())
		}
		o.LearningRate = o.unitLimit() / (1 + math.Exp(9*r.Float64()-3))
		steps := int(math.Exp(8 * r.Float64()))
		for range 1 + r.IntN(3) {
			g := Segment{Steps: 1 + steps/3, Shape: Shape(r.IntN(4)), From: 1, To: r.Float64(), Time: 1 + 9*r.Float64()}
			if r.IntN(3) == 0 {
				g.BatchSize = math.Exp(9 * r.Float64())
			}
			o.Schedule = append(o.Schedule, g)
		}
		want := lossesAt(dirs, o, []int{steps})[0]
		got := o.system().quickRun(o, steps).loss(dirs, o)
		off := math.Abs(got/want - 1)
		if worst = math.Max(worst, off); !(off <= 1e-9) {
			t.Errorf("%v at %d: %v, want %v, off by %.2g", o, steps, got, want, off)
		}
	}
	t.Logf("worst %.2g", worst)
}

// The compressed list has the sums of the list, of lists of any shape, and of those of
// start and noise.
func TestCompressedLists(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 4))
	for n := range 12 {
		all := make([]Direction, 3000)
		for i := range all {
			h := math.Exp(-9 * r.Float64())
			switch n % 4 {
			case 1:
				h = math.Pow(float64(i+1), -1)
			case 2: // a bulk and outliers
				h = math.Exp(-6 + 0.5*r.NormFloat64())
				if i < 20 {
					h = r.Float64()
				}
			case 3: // some alike, some without curvature
				h = math.Round(9*r.Float64()) / 10
			}
			all[i] = Direction{Curvature: h, Noise: h * math.Exp(r.NormFloat64()), Mean: r.NormFloat64(), Variance: r.Float64(), Multiplicity: 1 + float64(r.IntN(3))}
		}
		some := compressed(all)
		if len(some) > len(all)/2 {
			t.Errorf("kind %d: %d of %d directions", n%4, len(some), len(all))
		}
		for _, o := range []Optimizer{SGD(0.9), Momentum(0.1, 0.9), SGD(0.5).EMA(0.9), Momentum(0.1, 0.9).EMA(0.9), SGD(0.5).Cosine()} {
			o = must(o.Batch(1 + 99*r.Float64()).Over(100))
			if got, want := lossesAt(some, o, []int{100})[0], lossesAt(all, o, []int{100})[0]; !(math.Abs(got/want-1) < 1e-9) {
				t.Errorf("kind %d, %v: %v, want %v (off by %.2g)", n%4, o, got, want, got/want-1)
			}
		}
	}
}

// A coarse quadrature that leaves out what it does not follow is nearer to the loss
// than one that sees phases as if they were random.
func TestUnfollowedRingingIsLeftOut(t *testing.T) {
	p := must(PowerLaw(1_000_000, 1))
	o := Momentum(1.76, 0.9998).Batch(1 << 20)
	var with, without float64
	for range 12 {
		o.LearningRate *= 0.97
		want := must(ExpectedLoss(p, 20_000, o))
		k := must(newTuner(p, Momentum(Free, Free).Batch(1<<20)))
		with += math.Abs(k.lossOn(1, o, 20_000)/want - 1)
		without += math.Abs(quickly(newQuick(k.dirs[1], 0), o, 20_000)/want - 1)
	}
	if !(with < without/4) {
		t.Errorf("off by %.2g, without it by %.2g", with/12, without/12)
	}
	t.Logf("%.2g, %.2g", with/12, without/12)
}
