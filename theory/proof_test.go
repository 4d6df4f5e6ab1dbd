package theory

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"strings"
	"testing"
)

// randomProver is a prover of a random problem, of each method that has one.
func randomProver(r *rand.Rand) (*prover, Optimizer) {
	h := make([]float64, 1+r.IntN(4))
	mean, noise := make([]float64, len(h)), make([]float64, len(h))
	for i := range h {
		h[i], mean[i], noise[i] = math.Exp(-6*r.Float64()), 2*r.Float64(), math.Exp(-8*r.Float64())
	}
	p := must(must(must(List(h...)).WithStart(mean, nil)).WithNoise(noise))
	if r.IntN(6) == 0 {
		p = must(PowerLaw(500+r.IntN(5000), 0.5+r.Float64()))
	}
	beta, gamma := r.Float64(), r.Float64()
	methods := []Optimizer{
		SGD(Free), Momentum(Free, beta), Nesterov(Free, beta), SGD(Free).EMA(gamma), Momentum(Free, beta).Precondition(0.5),
		Momentum(Free, Free), SGD(Free).EMA(Free), SGD(Free).EMA(Free).Precondition(1),
	}
	o := methods[r.IntN(len(methods))].Batch(math.Floor(math.Exp(8 * r.Float64())))
	return newProver(must(newTuner(p, o))), o
}

func (b *proofBox) inside(r *rand.Rand) (at [2]float64, t int) {
	for a := range at {
		at[a] = b.low[a] + r.Float64()*(b.high[a]-b.low[a])
	}
	return at, b.from + r.IntN(b.to-b.from+1)
}

// No loss in a box is lower than its bound, by the exact modes at random settings and
// steps of random boxes of every width; and the bound of a small box is close.
func TestBoundsOfBoxes(t *testing.T) {
	r := rand.New(rand.NewPCG(*tuneSeed, 15))
	close, small := 0, 0
	for range 20 * tuneCases() {
		v, o := randomProver(r)
		b := &proofBox{from: 1 + r.IntN(200)}
		width := math.Exp(-14 * r.Float64())
		b.to = b.from + int(width*float64(b.from)*r.Float64())
		for a := range v.axes {
			b.low[a] = (1 - width) * r.Float64()
			b.high[a] = b.low[a] + width
		}
		v.bound(b, math.Inf(1))
		least := math.Inf(1)
		for range 20 {
			at, steps := b.inside(r)
			o.LearningRate = at[0] * v.limit.at(at[1]) / v.top
			if v.axes == 2 {
				*v.free[1].number(&o) = at[1]
			}
			loss := must(ExpectedLoss(v.problem, steps, o))
			least = math.Min(least, loss)
			if !(b.least <= loss*(1+proofGuard)) {
				t.Fatalf("%v on %v: loss %v after %d steps, bound %v of %+v", o, v.problem, loss, steps, b.least, b)
			}
		}
		if width < 1e-5 {
			small++
			if b.least > 0.9*least {
				close++
			}
		}
	}
	if !(close > small*9/10) {
		t.Errorf("the bounds of %d small boxes of %d are within a tenth", close, small)
	}
}

// The discs hold the roots, and the bounds the factors, of complex settings: by the
// quadratic formula and the recurrence itself.
func TestDiscsOfRoots(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 15))
	for range 400 {
		v, _ := randomProver(r)
		modes := v.modesOf(0)
		m := &modes[r.IntN(len(modes))]
		x := patch{center: [2]float64{r.Float64(), r.Float64()}}
		for a := range v.axes {
			x.radius[a] = math.Exp(-10 * r.Float64())
		}
		if v.axes == 1 {
			x.center[1] = 0
		}
		discs := m.roots(x)
		steps := 1 + r.IntN(30)
		for range 20 {
			var at [2]complex128
			for a := range at {
				at[a] = complex(x.center[a], 0) + complex(x.radius[a]*math.Sqrt(r.Float64()), 0)*cmplx.Exp(complex(0, 2*math.Pi*r.Float64()))
			}
			of := func(c bilinear) complex128 {
				return complex(c[0], 0) + complex(c[1], 0)*at[0] + (complex(c[2], 0)+complex(c[3], 0)*at[0])*at[1]
			}
			s, p := of(m.s), of(m.p)
			root := cmplx.Sqrt(s*s - 4*p)
			r1, r2 := (s+root)/2, (s-root)/2
			if cmplx.Abs(r1) < cmplx.Abs(r2) {
				r1, r2 = r2, r1
			}
			const slack = 1 + 1e-12
			if cmplx.Abs(r1) > discs.q1*slack || cmplx.Abs(r2) > discs.q2*slack+1e-15 || cmplx.Abs(r1-r2)*slack < discs.gap {
				t.Fatalf("roots %v and %v, discs %+v", r1, r2, discs)
			}
			psi, before, factor, sum := complex(1, 0), complex(0, 0), complex(1, 0), 0.0
			for n := 0; ; n++ {
				if square := cmplx.Abs(factor) * cmplx.Abs(factor); square > discs.square(float64(n), float64(n))*slack || sum > discs.sum(float64(n))*slack+1e-300 {
					t.Fatalf("after %d steps |A|² %v, Σ|ψ|² %v; bounds %v and %v of %+v", n, square, sum, discs.square(float64(n), float64(n)), discs.sum(float64(n)), discs)
				}
				if n == steps {
					break
				}
				sum += cmplx.Abs(psi) * cmplx.Abs(psi)
				psi, before = s*psi-p*before, psi
				factor = psi - p*before
			}
		}
	}
}

// The second moment of a direction is at no step of an interval lower than the bias and
// the noise at the steps that are said to be least, nor higher where it counts negatively:
// by the recurrence itself.
func TestExtremesOfSteps(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 15))
	known := 0
	for range 4000 {
		v, _ := randomProver(r)
		modes := v.modesOf(0)
		m := modes[r.IntN(len(modes))]
		m.start = math.Exp(4 * r.NormFloat64())
		if r.IntN(2) == 0 {
			m.weight = -m.weight
		}
		x := patch{center: [2]float64{math.Pow(r.Float64(), 3), math.Pow(r.Float64(), 3)}}
		for a := range v.axes {
			x.radius[a] = math.Exp(-12*r.Float64()) * math.Min(x.center[a], 1-x.center[a])
		}
		if v.axes == 1 {
			x.center[1] = 0
		}
		from := 1 + r.IntN(20)
		to := from + 1 + r.IntN(40)
		ex := v.extremes(&m, x, float64(from), float64(to))
		if ex.known {
			known++
		}
		at := x.center
		for a := range at {
			at[a] += x.radius[a] * (2*r.Float64() - 1)
		}
		_, variance := v.variance(patch{center: at})
		variance *= m.noise
		s, p := m.s.at(at[0], at[1]), m.p.at(at[0], at[1])
		psi, before, factor, sum := 1.0, 0.0, 1.0, 0.0
		biases, noises := make([]float64, to+1), make([]float64, to+1)
		for n := range biases {
			biases[n], noises[n] = m.start*factor*factor, variance*sum
			sum += psi * psi
			psi, before = s*psi-p*before, psi
			factor = psi - p*before
		}
		side := math.Copysign(1, m.weight)
		bound := noises[int(ex.noise)]
		if ex.known {
			bound += biases[int(ex.bias)]
		} else if side < 0 {
			bound += m.start * ex.roots.realSquare(float64(from), float64(to))
		}
		for n := from; n <= to; n++ {
			if l := biases[n] + noises[n]; side*(l-bound) < -1e-9*(l+bound) {
				t.Fatalf("E θ² is %v at step %d of %d to %d, bound %v (%v), from %+v at %v", l, n, from, to, bound, side, ex, at)
			}
		}
		if ex.steady < sum*(1-1e-9) {
			t.Fatalf("Σ ψ² is %v, bound %v", sum, ex.steady)
		}
	}
	if known < 1000 {
		t.Errorf("the least bias is known %d times", known)
	}
}

// A polynomial is never lower than its bound, which is close.
func TestLeastOfPolynomials(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 15))
	for range 200 {
		axes := 1 + r.IntN(2)
		var a, b [interpolatedPoints]float64
		for i := range a {
			a[i], b[i] = r.NormFloat64(), r.NormFloat64()
		}
		at := func(x, y float64) (v float64) {
			for i := range a {
				v += a[i]*math.Pow(x, float64(i)) + b[i]*math.Pow(y, float64(i))*(1+x)
			}
			return v
		}
		var values []float64
		for _, y := range chebyshevPoints {
			for _, x := range chebyshevPoints {
				values = append(values, at(x, y))
			}
			if axes == 1 {
				break
			}
		}
		got := leastOf(bernstein(values, axes), axes, maxHalvings)
		least := math.Inf(1)
		for x := -1.0; x <= 1; x += 1. / 64 {
			y := chebyshevPoints[0]
			least = math.Min(least, at(x, y))
			for y = -1.0; axes == 2 && y <= 1; y += 1. / 64 {
				least = math.Min(least, at(x, y))
			}
		}
		if got > least+1e-9 || got < least-2 {
			t.Errorf("%d axes: bound %v, least %v", axes, got, least)
		}
	}
}

// What is proved of the paper's problem, and what is refuted: an answer of one step
// more than the least.
func TestProvedSteps(t *testing.T) {
	p := must(PowerLaw(10_000, 1))
	for _, o := range []Optimizer{SGD(Free).Batch(1 << 20), SGD(Free).Batch(1024), SGD(Free).Batch(4), SGD(Free).Batch(64).Precondition(0.5), Momentum(Free, 0.9).Batch(1024), Nesterov(Free, 0.9).Batch(64), SGD(Free).EMA(0.99).Batch(64)} {
		a := must(Tune(p, 0.01, o, 0))
		if !a.Proved || !(a.Bound > 0.01) || !(a.Bound <= a.BestBefore) {
			t.Errorf("%v: %v, bound %v", o, a, a.Bound)
		}
		k := must(newTuner(p, o))
		if d := newProver(k).above(0.01, 1, a.Steps.Steps, mostBoxes, proofWork); d.hit == nil {
			t.Errorf("%v: %d steps are said to be too few", o, a.Steps.Steps)
		}
	}
}

// An answer that is not the best is refuted and mended: that of a learning rate a fifth
// too large.
func TestProveMendsAnswers(t *testing.T) {
	for _, p := range []Problem{must(PowerLaw(10_000, 1)), must(List(1, 0.5, 0.1))} {
		for _, o := range []Optimizer{SGD(Free).Batch(64), Momentum(Free, 0.9).Batch(64), Nesterov(Free, 0.5).Batch(64), SGD(Free).EMA(0.9).Batch(64)} {
			best := must(Tune(p, 0.02, o, 0))
			worse := best
			worse.Proved, worse.Optimizer.LearningRate = false, 0.8*best.Optimizer.LearningRate
			worse.Steps = must(StepsToTarget(p, 0.02, worse.Optimizer, 0))
			got := must(Prove(p, worse, 0))
			if !best.Proved || !got.Proved || got.Steps.Steps != best.Steps.Steps || worse.Steps.Steps <= best.Steps.Steps {
				t.Errorf("%v on %v: %v, mended from %v to %v", o, p, best, worse, got)
			}
			steps := max(3, best.Steps.Steps/3)
			low := must(TuneLoss(p, steps, o))
			off := low
			off.Optimizer.LearningRate *= 0.8
			off.Steps.Loss = must(ExpectedLoss(p, steps, off.Optimizer))
			back := must(Prove(p, off, 0))
			if !low.Proved || !back.Proved || math.Abs(back.Steps.Loss/low.Steps.Loss-1) > 2*provedGap || !(low.Bound <= low.Steps.Loss) {
				t.Errorf("%v on %v: %v, mended to %v", o, p, low, back)
			}
		}
	}
}

// Two free settings are proved where directions and steps are few; what has no scalar
// kernel comes back searched.
func TestProvedPairs(t *testing.T) {
	p := must(List(1, 0.25))
	for _, o := range []Optimizer{Momentum(Free, Free).Batch(1024), SGD(Free).EMA(Free).Batch(64)} {
		if a := must(Tune(p, 0.05, o, 0)); !a.Proved || a.Intervals == 0 {
			t.Errorf("%v: %v", o, a)
		}
	}
	for _, o := range []Optimizer{Nesterov(Free, Free), Momentum(Free, 0.9).EMA(0.5), SGD(Free).Average(), SGD(Free).Lookahead(5, 0.5), SGD(Free).Cosine(), SGD(0.1).EMA(Free), SGD(Free).Precondition(Free).EMA(0.1), QHM(Free, 0.9, 0.7)} {
		if a := must(Tune(p, 0.01, o.Batch(64), 0)); a.Proved || a.Bound != 0 || !strings.Contains(a.String(), "searched") {
			t.Errorf("%v: %v", o, a)
		}
	}
}

// A list of many directions is searched at once and proved where that is asked for.
func TestProofOfALongList(t *testing.T) {
	p := must(LogUniform(8000, 1, 1e-3))
	a := must(Tune(p, 100, SGD(Free).Batch(64), 0))
	if a.Proved || a.Intervals != 0 {
		t.Errorf("%v: %d intervals", a, a.Intervals)
	}
	if b := must(Prove(p, a, 200)); !b.Proved || b.Steps.Steps != a.Steps.Steps || b.Intervals > 200 {
		t.Errorf("%v: %d intervals", b, b.Intervals)
	}
}
