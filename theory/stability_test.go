package theory

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"nqm/theory/longtest"
)

// literalCycle steps Lookahead's cycle literally, in many bits, from φ = 1 and from a
// velocity of 1 alone: the columns of the map of (φ, v).
func literalCycle(l literal, k int, s, x float64) [2][2]num {
	all := slowed(l, k, s)
	gradient := func(z num) num { return prod(number(x), z) }
	var c [2][2]num
	for j, start := range [][]num{{number(1), number(0), number(1)}, {number(0), number(1), number(0)}} {
		z := start
		for t := 1; t <= k; t++ {
			z = all.update(z, t, gradient)
		}
		c[0][j], c[1][j] = z[2], z[1]
	}
	return c
}

// literallyStable is Jury's verdict on the literal cycle.
func literallyStable(l literal, k int, s, x float64) bool {
	c := literalCycle(l, k, s, x)
	trace := plus(c[0][0], c[1][1])
	det := minus(prod(c[0][0], c[1][1]), prod(c[0][1], c[1][0]))
	one := number(1)
	return minus(one, det).Sign() > 0 && plus(minus(one, trace), det).Sign() > 0 && plus(plus(one, trace), det).Sign() > 0
}

// radiusOfCycle is the spectral radius of the same map by eigenvalues in float64.
func radiusOfCycle(l literal, k int, s, x float64) float64 {
	c := literalCycle(l, k, s, x)
	var e mat.Eigen
	e.Factorize(mat.NewDense(2, 2, []float64{float(c[0][0]), float(c[0][1]), float(c[1][0]), float(c[1][1])}), mat.EigenNone)
	r := 0.0
	for _, v := range e.Values(nil) {
		r = math.Max(r, size(v))
	}
	return r
}

// randomCycle is Lookahead over a random rule with a velocity, beside its literal rule
// at learning rate 1.
func randomCycle(r *rand.Rand, most int) (Optimizer, literal) {
	k := 1 + int(math.Exp(r.Float64()*math.Log(float64(most))))
	beta := 1 - math.Exp(-10*r.Float64())
	s := 1 - r.Float64()
	if r.IntN(4) == 0 {
		s = math.Exp(-6 * r.Float64())
	}
	switch r.IntN(3) {
	case 0:
		return Momentum(1, beta).Lookahead(k, s), literalMomentum(1, beta)
	case 1:
		return Nesterov(1, beta).Lookahead(k, s), literalVelocity(1, beta)
	}
	nu := 1 - 0.99*r.Float64()
	return QHM(1, beta, nu).Lookahead(k, s), literalQHM(1, beta, nu)
}

// The windows say of every x on a dense random grid what the literal cycle's
// eigenvalues say, and near the borders what its steps say in many bits.
func TestWindowsAgainstTheLiteralCycle(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 4))
	cycles, most := 60, 60
	if !longtest.Wanted() {
		cycles, most = 25, 30
	}
	p, several, looked := must(List(1)), 0, 0
	for range cycles {
		o, l := randomCycle(r, most)
		windows, err := StabilityWindows(p, o)
		if err != nil {
			t.Fatal(err)
		}
		if limit := must(StabilityLimit(p, o)); windows[0].Low != 0 || math.Abs(windows[0].High/limit-1) > 1e-14 {
			t.Errorf("%v: windows %v, limit %v", o, windows, limit)
		}
		if len(windows) > 1 {
			several++
		}
		last := windows[len(windows)-1].High
		for range 200 {
			x := 1.5 * last * r.Float64()
			if r.IntN(4) == 0 {
				x = last * math.Exp(-12*r.Float64())
			}
			in := false
			for _, w := range windows {
				in = in || w.Low < x && x < w.High
			}
			stable := false
			if radius := radiusOfCycle(l, o.LookaheadSteps, o.SlowStep, x); math.Abs(radius-1) > 1e-6 {
				stable = radius < 1
			} else {
				stable = literallyStable(l, o.LookaheadSteps, o.SlowStep, x)
			}
			if looked++; stable != in {
				t.Errorf("%v at x = %v: in a window %v, stable %v: %v", o, x, in, stable, windows)
			}
			at := o
			at.LearningRate = x
			if rate := must(RateOf(p, at)); rate.Stable != in {
				t.Errorf("%v: RateOf says stable %v, the windows %v", at, rate.Stable, windows)
			}
		}
		for _, w := range windows {
			for _, c := range []struct {
				x  float64
				in bool
			}{{w.Low * (1 - 1e-11), false}, {w.Low * (1 + 1e-11), true}, {w.High * (1 - 1e-11), true}, {w.High * (1 + 1e-11), false}} {
				if c.x > 0 && literallyStable(l, o.LookaheadSteps, o.SlowStep, c.x) != c.in {
					t.Errorf("%v at x = %v, at the border of %v: stable %v", o, c.x, w, !c.in)
				}
			}
		}
	}
	if several < cycles/10 {
		t.Errorf("%d of %d cycles have more than one window: the test sees too few", several, cycles)
	}
	t.Logf("%d cycles, %d with more than one window, %d looks", cycles, several, looked)
}

// Far beyond the windows, too, a cycle's rate is that of its literal matrix: where it grows
// by up to e^200, whose determinant cancels.
func TestRatesBeyondTheWindows(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 9))
	p, far := must(List(1)), 0
	for range 40 {
		o, l := randomCycle(r, 60)
		limit := must(StabilityLimit(p, o))
		for range 12 {
			o.LearningRate = limit * (1 + 4*r.Float64())
			rate := must(RateOf(p, o))
			want := math.Log(radiusOfCycle(l, o.LookaheadSteps, o.SlowStep, o.LearningRate))
			if want > 50 {
				far++
			}
			if k := float64(o.LookaheadSteps); want > 1e-3 && (rate.Stable || math.Abs(math.Log(rate.Radius)*k-want) > 1e-6*want) {
				t.Errorf("%v: radius %g to the %g, want e^%g", o, rate.Radius, k, want)
			}
		}
	}
	if far < 30 {
		t.Errorf("only %d cycles grow by e^50", far)
	}
}

// The limits that a grid of x had stepped over.
func TestLimitIsTheFirstBorder(t *testing.T) {
	for _, c := range []struct {
		o      Optimizer
		l      literal
		border float64
	}{
		{Momentum(1, 0.9999).Lookahead(50, 0.5), literalMomentum(1, 0.9999), 0.0638},
		{Momentum(1, 0.99).Lookahead(100, 0.8), literalMomentum(1, 0.99), 3.708},
	} {
		limit := must(StabilityLimit(must(List(1, 0.3, 0.01)), c.o))
		near(t, c.o.Family(), limit, c.border, 1e-3)
		for f, stable := range map[float64]bool{1 - 1e-12: true, 1 + 1e-12: false} {
			if literallyStable(c.l, c.o.LookaheadSteps, c.o.SlowStep, limit*f) != stable {
				t.Errorf("%v: at %v of its limit %v stable is %v", c.o, f, limit, !stable)
			}
		}
		for _, same := range []Optimizer{c.o.EMA(0.9), c.o.Average(), c.o.TailAverage(1000), c.o.Batch(7)} {
			if l := must(StabilityLimit(must(List(1, 0.3, 0.01)), same)); l != limit {
				t.Errorf("%v: limit %v, not %v", same, l, limit)
			}
		}
	}
}

// A learning rate is stable where it is in every direction: at random problems the
// windows are those of the literal cycles together, preconditioned or not.
func TestWindowsOfSeveralDirections(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 5))
	for range 12 {
		o, l := randomCycle(r, 30)
		h := []float64{1, r.Float64(), r.Float64() / 10}
		power := []float64{0, 0.5}[r.IntN(2)]
		windows := must(StabilityWindows(must(List(h...)), o.Precondition(power)))
		for range 100 {
			alpha := 1.2 * windows[len(windows)-1].High * r.Float64()
			in, stable := false, true
			for _, w := range windows {
				in = in || w.Low < alpha && alpha < w.High
			}
			for _, h := range h {
				stable = stable && literallyStable(l, o.LookaheadSteps, o.SlowStep, alpha*math.Pow(h, 1-power))
			}
			if in != stable {
				t.Errorf("%v on %v at %v: in a window %v, stable %v", o, h, alpha, in, stable)
			}
		}
	}
}

// Methods without tongues have one window, up to the limit, whatever the problem.
func TestOneWindow(t *testing.T) {
	t.Parallel()
	law := must(PowerLaw(1_000_000_000, 1))
	streaming := must(List(1, 0.1))
	streaming.Streaming = true
	for _, p := range []Problem{must(List(2, 1)), law, streaming} {
		for _, o := range []Optimizer{SGD(1), Momentum(1, 0.9), Nesterov(1, 0.9).EMA(0.5), SGD(1).Lookahead(5, 0.5), SGD(1).Average()} {
			limit, err := StabilityLimit(p, o)
			windows, same := StabilityWindows(p, o)
			if fmt.Sprint(err) != fmt.Sprint(same) {
				t.Errorf("%v: %v, %v", o, err, same)
			} else if err == nil && (len(windows) != 1 || windows[0] != Window{0, limit}) {
				t.Errorf("%v: %v, limit %v", o, windows, limit)
			}
		}
	}
	flat := must(StabilityWindows(must(List(0)), SGD(1)))
	if len(flat) != 1 || !math.IsInf(flat[0].High, 1) {
		t.Errorf("without curvature: %v", flat)
	}
	for want, err := range map[string]error{
		"each of 1e+09":      second(StabilityWindows(law, Momentum(1, 0.9999).Lookahead(50, 0.5))),
		"no stability limit": second(StabilityWindows(law, SGD(1).Cosine())),
		"not isolated":       second(StabilityWindows(must(List(1)), Momentum(1, 1-1e-8).Lookahead(100_000, 0.5))),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// Slow weights after every step are one rule more, with one window: of momentum that of the
// learning rate sα, and of all that of the rate.
func TestWindowOfLookaheadOverOneStep(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 4))
	p := must(List(1))
	for range 40 {
		beta, s := []float64{0.9999, -math.Expm1(-9 * r.Float64())}[r.IntN(2)], 0.05+0.95*r.Float64()
		for i, o := range []Optimizer{Momentum(1, beta), Nesterov(1, beta), QHM(1, beta, r.Float64())} {
			windows, err := StabilityWindows(p, o.Lookahead(1, s))
			if err != nil || len(windows) != 1 {
				t.Errorf("%v over 1 step, s = %v: %v, %v", o, s, windows, err)
				continue
			}
			if i == 0 {
				near(t, o.String(), windows[0].High, 2*(1+beta)/s, 1e-14)
			}
			for _, off := range []float64{-1e-6, 1e-6} {
				at := o.Lookahead(1, s)
				at.LearningRate = windows[0].High * (1 + off)
				if rate := must(RateOf(p, at)); rate.Stable != (off < 0) {
					t.Errorf("%v: radius %v, the window is %v", at, rate.Radius, windows[0])
				}
			}
		}
	}
}
