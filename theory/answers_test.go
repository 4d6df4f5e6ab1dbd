package theory

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"nqm/theory/longtest"
)

func TestNoiseScalesAtTheStart(t *testing.T) {
	s := must(SummaryOf(must(PowerLaw(10_000, 1))))
	near(t, "loss", s.StartLoss, 4.8938030180221911, 1e-13)
	near(t, "B_noise", s.NoiseScale, 1.3683495967334775, 1e-12)
	near(t, "B_simple", s.SimpleNoiseScale, 5.9505127012887562, 1e-12)
	near(t, "condition", s.Condition, 1e4, 1e-14)
	along := must(NoiseScalesOf(must(PowerLaw(10_000, 1)), []int{0, 100}, SGD(0.3)))
	near(t, "B_noise along", along.Noise[0], 1.3683495967334775, 1e-12)
	near(t, "B_simple along", along.Simple[0], 5.9505127012887562, 1e-12)
}

func TestQuadratureAgainstExactSums(t *testing.T) {
	t.Parallel()
	exponents := []float64{0.5, 1, 1.7}
	if !longtest.Wanted() {
		exponents = []float64{1}
	}
	for _, a := range exponents {
		law := must(PowerLaw(16_000, a))
		list := must(law.Explicit())
		for _, m := range []Method{SGD(0.3), Momentum(0.3, 0.9), Momentum(0.01, 0.99), Momentum(1.5, 0.999), SGD(0.3).EMA(0.99), Nesterov(0.1, 0.9).EMA(0.9)} {
			steps := []int{0, 1, 30, 1000, 50_000}
			x, y := must(Expect(law, steps, m)), must(Expect(list, steps, m))
			for k := range steps {
				near(t, m.String(), x.Loss[k], y.Loss[k], 1e-12)
				near(t, m.String()+" deviation", x.StdDev[k], y.StdDev[k], 1e-11)
			}
			near(t, m.String()+" floor", x.Floor, y.Floor, 1e-12)
			if x.SumError > 1e-10 || y.SumError != 0 {
				t.Errorf("%v: sum errors %g and %g", m, x.SumError, y.SumError)
			}
		}
	}
}

func TestTrillionDimensions(t *testing.T) {
	p := must(PowerLaw(1e12, 1))
	c := must(Expect(p, []int{0, 1000}, SGD(0.3)))
	// H_n = log n + γ + 1/2n
	near(t, "start", c.Loss[0], 0.5*(math.Log(1e12)+0.57721566490153286060), 1e-12)
	if c.SumError > 1e-10 || c.Modes > 2000 {
		t.Errorf("%d modes with error %g", c.Modes, c.SumError)
	}
	if _, err := p.Explicit(); err == nil {
		t.Error("10^12 directions were written out")
	}
}

func TestBayesBound(t *testing.T) {
	p := must(PowerLaw(10_000, 1))
	n := must(BayesSamples(p, 0.01))
	if math.Floor(n) != 495016 {
		t.Errorf("samples = %v, want 495016", n)
	}
	near(t, "bound there", must(BayesBound(p, n)), 0.01, 1e-13)
	near(t, "the prior", must(BayesBound(p, 0)), 4.8938030180221911, 1e-12)
	g := must(BayesGap(p, []int{1, 10, 1000}, SGD(0.3).Batch(4)))
	for k, r := range g.Ratio {
		if r < 1 {
			t.Errorf("t=%d: loss %v below the bound %v", g.Curve.Steps[k], g.Curve.Loss[k], g.Bound[k])
		}
	}
}

func TestNewton(t *testing.T) {
	p := must(List(5, 4, 3, 2, 1))
	m := SGD(1).Precondition(1).InverseTime(1).Batch(4)
	near(t, "loss", must(ExpectedLoss(p, 10, m)), 0.0625, 1e-13)
}

func TestBatchSchedule(t *testing.T) {
	p := must(List(1))
	m := SGD(0.5).Segments(Segment{Steps: 1, From: 1, BatchSize: 1}, Segment{Steps: 1, From: 1, BatchSize: 2})
	near(t, "loss", must(ExpectedLoss(p, 2, m)), 0.125, 1e-15)
}

func TestPublishedBins(t *testing.T) {
	longtest.Only(t)
	p := must(PublishedBins(10_000, 100))
	if p.Dimension() != 10_000 {
		t.Errorf("%v directions", p.Dimension())
	}
	// The authors' own formula, 1e-8 included, and their binary search.
	for _, test := range []struct{ batch, power, want float64 }{
		{4, 0, 1507367}, {4, 0.5, 345591}, {1 << 20, 0, 7268}, {1 << 20, 0.5, 84},
	} {
		best := math.Inf(1)
		for k := range 100 {
			alpha := math.Pow(10, -5+5.5*float64(k)/99)
			low, high := 0.0, 1e9
			for low < high-1 {
				mid := math.Floor((low + high) / 2)
				var loss float64
				for i, h := range p.Curvature {
					x := alpha * math.Pow(h, 1-test.power)
					beta := (1 - x) * (1 - x)
					star := math.Pow(alpha*math.Pow(h, -test.power), 2) * h / test.batch / (1 - beta + 1e-8)
					loss += 0.5 * p.Multiplicity[i] * h * (star + math.Pow(beta, mid)*(1-star))
				}
				if loss < 0.01 {
					high = mid
				} else {
					low = mid
				}
			}
			best = math.Min(best, math.Max(low, 1))
		}
		if best != test.want {
			t.Errorf("B=%v, power %v: %v steps, want %v", test.batch, test.power, best, test.want)
		}
	}
}

// The best of 100 learning rates on all 10^4 directions, first t at or below
// the target, by bisection: the loss falls with t from this start.
func TestExactSteps(t *testing.T) {
	longtest.Only(t)
	p := must(PowerLaw(10_000, 1))
	for _, test := range []struct {
		batch, power float64
		want         int
	}{{4, 0, 1515845}, {4, 0.5, 347979}, {1 << 10, 0, 10371}, {1 << 10, 0.5, 1371}, {1 << 20, 0, 7039}, {1 << 20, 0.5, 84}} {
		best := math.MaxInt
		for k := range 100 {
			m := SGD(math.Pow(10, -5+5.5*float64(k)/99)).Precondition(test.power).Batch(test.batch)
			if best < math.MaxInt && must(ExpectedLoss(p, best-1, m)) > 0.01 {
				continue
			}
			low, high := 0, 1<<24
			if best < high {
				high = best
			}
			if must(ExpectedLoss(p, high, m)) > 0.01 {
				continue
			}
			for high-low > 1 {
				if mid := (low + high) / 2; must(ExpectedLoss(p, mid, m)) > 0.01 {
					low = mid
				} else {
					high = mid
				}
			}
			best = high
		}
		if best != test.want {
			t.Errorf("B=%v, power %v: %v steps, want %v", test.batch, test.power, best, test.want)
		}
	}
}

func TestQuantiles(t *testing.T) {
	// One direction: a scaled chi-square, whose law is known.
	for _, d := range []int{1, 2, 5, 1000} {
		p := must(List(constant(d, 2)...)).Grouped()
		chi := distuv.ChiSquared{K: float64(d)}
		for _, pr := range []float64{1e-4, 0.05, 0.5, 0.95, 0.9999} {
			q := must(LossQuantiles(p, 0, SGD(0.1), pr))[0]
			near(t, "chi-square", q, chi.Quantile(pr), 2e-8)
			near(t, "probability", must(LossProbability(p, 0, SGD(0.1), chi.Quantile(pr))), pr, 2e-8)
		}
	}
	// A certain start, so that the chi-squares are not central, by sampling.
	p := must(TwoDirections(50, 1))
	const n = 200_000
	rng := rand.New(rand.NewPCG(1, 2))
	m := Momentum(0.005, 0.9)
	var response [2]Response
	for i := range response {
		d := p.Direction(i)
		response[i] = m.Mode(d.Curvature, d.Noise).At(20)
	}
	losses := make([]float64, n)
	for k := range losses {
		for i, r := range response {
			d := p.Direction(i)
			x := r.Factor*d.Mean + math.Sqrt(r.Noise)*rng.NormFloat64()
			losses[k] += 0.5 * d.Curvature * x * x
		}
	}
	sort.Float64s(losses)
	for _, pr := range []float64{0.01, 0.1, 0.5, 0.9, 0.99} {
		q := must(LossQuantiles(p, 20, m, pr))[0]
		share := float64(sort.SearchFloat64s(losses, q)) / n
		if z := (share - pr) / math.Sqrt(pr*(1-pr)/n); math.Abs(z) > 4 {
			t.Errorf("quantile %v = %v: share below %v, z = %.1f", pr, q, share, z)
		}
	}
}

func TestDense(t *testing.T) {
	c, s := math.Cos(0.5), math.Sin(0.5)
	turn := mat.NewDense(2, 2, []float64{c, -s, s, c})
	rotated := func(a, b, off float64) mat.Matrix {
		var m, r mat.Dense
		m.Mul(turn, mat.NewDense(2, 2, []float64{a, off, off, b}))
		r.Mul(&m, turn.T())
		return &r
	}
	mean := []float64{c - s, s + c} // (1, 1) turned
	p := must(Dense(rotated(50, 1, 0), rotated(50, 1, 3), mean, 0))
	straight := must(TwoDirections(50, 1))
	near(t, "loss with C misaligned", must(ExpectedLoss(p, 200, SGD(0.02))), must(ExpectedLoss(straight, 200, SGD(0.02))), 1e-12)
	for want, bad := range map[string]error{
		"square":                          second(Dense(mat.NewDense(2, 3, nil), nil, nil, 1)),
		"curvature -1":                    second(Dense(rotated(1, -1, 0), nil, nil, 1)),
		"symmetric":                       second(Dense(mat.NewDense(2, 2, []float64{1, 2, 0, 1}), nil, nil, 1)),
		"NaN":                             second(Dense(mat.NewDense(1, 1, []float64{math.NaN()}), nil, nil, 1)),
		"noise covariance: eigenvalue -2": second(Dense(rotated(1, 1, 0), rotated(1, -2, 0), nil, 1)),
	} {
		if bad == nil || !strings.Contains(bad.Error(), want) {
			t.Errorf("error %q, want %q in it", bad, want)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestOptima(t *testing.T) {
	p := must(LogUniform(50, 10, 0.1))
	for _, o := range []BestSettings{must(BestSGD(p)), must(BestMomentum(p)), must(BestNesterov(p))} {
		r := must(RateOf(p, o.Optimizer))
		near(t, o.Optimizer.String(), r.Radius, o.Radius, 1e-7) // √ε: a double root
		for _, f := range []float64{0.97, 1.03} {
			worse := o.Optimizer
			worse.LearningRate *= f
			if k := must(RateOf(p, worse)); k.Radius <= o.Radius {
				t.Errorf("%v is better than the optimum: %v < %v", worse, k.Radius, o.Radius)
			}
			worse = o.Optimizer
			if worse.Momentum > 0 {
				worse.Momentum *= f
				if k := must(RateOf(p, worse)); k.Radius <= o.Radius {
					t.Errorf("%v is better than the optimum: %v < %v", worse, k.Radius, o.Radius)
				}
			}
		}
	}
}

// On either side of every limit the long-run loss is finite and infinite.
func TestStabilityLimits(t *testing.T) {
	streaming := must(LogUniform(20, 1, 0.01))
	streaming.Streaming = true
	for _, p := range []Problem{must(LogUniform(20, 3, 0.01)), streaming} {
		for _, o := range []Optimizer{SGD(1), SGD(1).Batch(4), Momentum(1, 0.9), Nesterov(1, 0.9), SGD(1).EMA(0.9), Nesterov(1, 0.5).EMA(0.9), SGD(1).Precondition(0.5), SGD(1).Lookahead(4, 0.5), Momentum(1, 0.8).Lookahead(3, 0.5)} {
			limit, err := StabilityLimit(p, o)
			if err != nil {
				if !p.Streaming || o.LookaheadSteps == 0 {
					t.Error(err)
				}
				continue
			}
			for _, f := range []float64{1 - 1e-6, 1 + 1e-6} {
				o.LearningRate = limit * f
				if floor := must(Expect(p, []int{1}, o)).Floor; math.IsInf(floor, 1) != (f > 1) {
					t.Errorf("%v, streaming %v: floor %v at %v of the limit %v", o, p.Streaming, floor, f, limit)
				}
			}
		}
	}
}

// Lookahead of one step is the method itself with the learning rate sα, and a cycle
// of k steps of SGD multiplies by 1 - s + s (1-x)^k: small slow steps go far
// beyond the method's own limit.
func TestStabilityOfSmallSlowSteps(t *testing.T) {
	p := must(LogUniform(20, 3, 0.01))
	for _, s := range []float64{1, 0.5, 0.3, 0.01, 1e-4} {
		for _, b := range []float64{0, 0.5, 0.99} {
			near(t, "k = 1", must(StabilityLimit(p, Momentum(1, b).Lookahead(1, s))), 2*(1+b)/s/3, 1e-12)
		}
		near(t, "k = 2", must(StabilityLimit(p, SGD(1).Lookahead(2, s))), 2./3, 1e-12)
		for _, k := range []int{3, 5} {
			near(t, "odd k", must(StabilityLimit(p, SGD(1).Lookahead(k, s))), (1+math.Pow(2/s-1, 1/float64(k)))/3, 1e-12)
		}
	}
}

// A direction so flat that its radius rounds to 1 is still slow, not unstable: the
// slowest root of momentum is 1 - αh/(1-β) to second order in αh.
func TestRateOfFlatDirections(t *testing.T) {
	for _, h := range []float64{1e-9, 1e-14, 1e-18, 1e-60} {
		p := must(List(1, h))
		_, exactly, err := EffectiveLearningRate(SGD(0.5), h)
		near(t, "exact rate of SGD", exactly, 0.5, 1e-15)
		_, momentum, err2 := EffectiveLearningRate(Momentum(0.5, 0.9), h)
		near(t, "exact rate of momentum", momentum, 5*(1+45*h), 1e-14)
		if r := must(RateOf(p, Momentum(0.5, 0.9))); err != nil || err2 != nil || !r.Stable || r.Slowest.Curvature != h {
			t.Errorf("h = %g: %+v, %v, %v", h, r, err, err2)
		} else {
			near(t, "time", r.Time, 0.2/h, 100*h+1e-15)
		}
	}
}

// Torch has the rate of what it is after its first step.
func TestTorchRate(t *testing.T) {
	p := must(LogUniform(5, 1, 0.1))
	m := Torch{LearningRate: 0.4, Momentum: 0.8, Dampening: 0.5}
	r := must(RateOf(p, m))
	near(t, "radius", r.Radius, must(RateOf(p, Momentum(0.2, 0.8))).Radius, 0)
	noiseless := must(p.WithNoise(nil))
	c := must(Expect(noiseless, []int{100, 2900}, m))
	near(t, "decay", math.Log(c.Loss[1]/c.Loss[0])/5600, math.Log(r.Radius), 1e-3)
	streaming := p
	streaming.Streaming = true
	s := must(Expect(streaming, []int{4000}, Torch{LearningRate: 0.1, Momentum: 0.5, Dampening: 0.5}))
	near(t, "floor under multiplicative noise", s.Floor, s.Loss[0], 1e-12)
}

// Multiplicative noise by an independent recursion for SGD and heavy ball, and
// its limits: with a huge batch it is the noiseless method.
func TestStreaming(t *testing.T) {
	p := must(LogUniform(7, 1, 0.05))
	p.Streaming = true
	alpha, batch := 0.1, 3.0
	s := constant(7, 1)
	for range 50 {
		var common float64
		for i, h := range p.Curvature {
			common += h * s[i]
		}
		for i, h := range p.Curvature {
			s[i] = (1-alpha*h)*(1-alpha*h)*s[i] + alpha*alpha/batch*(h*h*s[i]+h*common+h)
		}
	}
	got := must(SecondMoments(p, 50, SGD(alpha).Batch(batch)))
	for i := range s {
		near(t, "E θ²", got[i], s[i], 1e-13)
	}
	c := must(Expect(p, []int{50, 100_000}, SGD(alpha).Batch(batch)))
	near(t, "floor", c.Loss[1], c.Floor, 1e-10)
	m := must(Expect(p, []int{50, 100_000}, Nesterov(0.05, 0.7).EMA(0.5).Batch(batch)))
	near(t, "floor of averaged Nesterov", m.Loss[1], m.Floor, 1e-10)
	plain := p
	plain.Streaming, plain.Noise = false, nil
	near(t, "huge batch", must(ExpectedLoss(p, 30, Momentum(alpha, 0.5).Batch(1e300))), must(ExpectedLoss(plain, 30, Momentum(alpha, 0.5))), 1e-13)
}

// The noise of torch's dampened momentum, the whole first gradient included:
// the answer to the noise of gradient j is followed on its own.
func TestTorchNoise(t *testing.T) {
	const h, alpha, beta, dampening, c, batch = 0.7, 0.2, 0.9, 0.3, 2.0, 4.0
	const steps = 12
	var total float64
	for j := 1; j <= steps; j++ {
		theta, v := 0.0, 0.0
		for k := 1; k <= steps; k++ {
			g := h * theta
			if k == j {
				g++
			}
			if k == 1 {
				v = g
			} else {
				v = beta*v + (1-dampening)*g
			}
			theta -= alpha * v
		}
		total += theta * theta * c / batch
	}
	m := Torch{LearningRate: alpha, Momentum: beta, Dampening: dampening, BatchSize: batch}
	near(t, "noise", m.Mode(h, c).At(steps).Noise, total, 1e-13)
	near(t, "steady", m.Mode(h, c).Limit().Noise, m.Optimizer().Mode(h, c).Limit().Noise, 1e-13)
}

// The converters against libraries' updates written out, without noise.
func TestConventions(t *testing.T) {
	const h, alpha, beta, dampening = 0.7, 0.2, 0.9, 0.3
	theta, v := 1.0, 0.0
	averaged, w := 1.0, 0.0
	ahead, z := 1.0, 0.0
	for k := 1; k <= 30; k++ {
		g := h * theta
		if k == 1 {
			v = g
		} else {
			v = beta*v + (1-dampening)*g
		}
		theta -= alpha * v
		w = beta*w + (1-beta)*h*averaged
		averaged -= alpha * w
		z = beta*z + h*ahead
		ahead -= alpha * (h*ahead + beta*z)
		near(t, "torch with dampening", Torch{LearningRate: alpha, Momentum: beta, Dampening: dampening}.Mode(h, 0).At(k).Factor, theta, 1e-12)
		near(t, "averaged gradient", FromAveraged(alpha, beta).Mode(h, 0).At(k).Factor, averaged, 1e-12)
		near(t, "torch with nesterov", Torch{LearningRate: alpha, Momentum: beta, Nesterov: true}.Mode(h, 0).At(k).Factor, ahead, 1e-12)
		near(t, "optax with nesterov", FromOptax(alpha, beta, true).Mode(h, 0).At(k).Factor, ahead, 1e-12)
	}
	near(t, "there and back", FromAveraged(alpha, beta).ToAveraged(), alpha, 1e-15)
	near(t, "without dampening", Torch{LearningRate: alpha, Momentum: beta}.Mode(h, 0).At(9).Factor, Momentum(alpha, beta).Mode(h, 0).At(9).Factor, 0)
}

// The closed form of the limit for SGD, and a law against its list.
func TestStreamingLaw(t *testing.T) {
	t.Parallel()
	law := must(PowerLaw(4000, 1.2))
	law.Streaming = true
	list := must(law.Explicit())
	for _, batch := range []float64{1, 8} {
		limit := must(StabilityLimit(list, SGD(1).Batch(batch)))
		var gain float64
		for _, h := range list.Curvature {
			gain += limit / batch * h / (2 - limit*h*(1+1/batch))
		}
		near(t, "gain at the limit", gain, 1, 1e-11)
		near(t, "limit of the law", must(StabilityLimit(law, SGD(1).Batch(batch))), limit, 1e-11)
		m := Momentum(0.05*limit, 0.9).Batch(batch)
		a, b := must(Expect(law, []int{1, 30, 200}, m)), must(Expect(list, []int{1, 30, 200}, m))
		for k := range a.Loss {
			near(t, "loss", a.Loss[k], b.Loss[k], 1e-11)
		}
		near(t, "floor", a.Floor, b.Floor, 1e-11)
	}
}

// torch applies its dampening where it keeps a velocity, and keeps one only
// where there is momentum: θ' = θ - α h θ whatever the dampening.
func TestTorchDampensNothingWithoutMomentum(t *testing.T) {
	m, theta := Torch{LearningRate: 0.3, Dampening: 0.5}, 1.0
	for k := range 6 {
		near(t, "factor", m.Mode(2, 0).At(k).Factor, theta, 1e-14)
		theta -= 0.3 * (2 * theta)
	}
}

// The text of a torch method has what one types into torch, digit for digit.
func TestTorchText(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 3))
	for range 50 {
		m := Torch{LearningRate: rng.Float64(), Momentum: rng.Float64(), BatchSize: float64(2 + rng.IntN(100))}
		want := fmt.Sprintf("torch SGD lr=%v, momentum=%v", m.LearningRate, m.Momentum)
		if rng.IntN(2) == 0 {
			m.Dampening = rng.Float64()
			want += fmt.Sprintf(", dampening=%v", m.Dampening)
		} else {
			m.Nesterov = true
			want += ", nesterov=True"
		}
		if want += fmt.Sprintf(", B=%v", m.BatchSize); m.String() != want {
			t.Errorf("%q, want %q", m, want)
		}
	}
	for want, m := range map[string]Torch{
		"torch SGD lr=0.3, momentum=0.9, dampening=0.4": {LearningRate: 0.3, Momentum: 0.9, Dampening: 0.4},
		"torch SGD lr=0.3, dampening=0.4":               {LearningRate: 0.3, Dampening: 0.4, BatchSize: 1},
		"torch SGD lr=0.3":                              {LearningRate: 0.3},
	} {
		if m.String() != want {
			t.Errorf("%q, want %q", m, want)
		}
	}
}

// A share q of n runs is q n of them, also where the product is rounded up.
func TestQuantileOfSampledSteps(t *testing.T) {
	for _, n := range []int{10, 50, 100, 1000} {
		s := SampledSteps{Trials: n}
		for k := range n {
			s.Steps = append(s.Steps, k+1)
		}
		for percent := 1; percent <= 100; percent++ {
			want := (percent*n + 99) / 100
			if got, ok := s.Quantile(float64(percent) / 100); got != want || !ok {
				t.Errorf("%d%% of %d runs arrive by step %d, want %d", percent, n, got, want)
			}
		}
	}
}

// With s = 1 Lookahead is the method itself, seen every k steps: its modes turn as fast.
func TestAngleOfLookahead(t *testing.T) {
	plain := must(DampingOf(Momentum(0.1, 0.9), 1))
	slow := must(DampingOf(Momentum(0.1, 0.9).Lookahead(4, 1), 1))
	near(t, "angle per step", slow.Angle, plain.Angle, 1e-9)
	near(t, "radius per step", slow.Radius, plain.Radius, 1e-9)
}

// The risk of the maximum-likelihood estimate, ½ Σ c/h from one sample, is finite
// on a problem with a direction that has noise and no curvature.
func TestLikelihoodOfFlatDirection(t *testing.T) {
	p := must(must(List(2, 0.5, 0)).WithNoise([]float64{3, 1, 4}))
	s := must(NewScaling(p, 0.01, []float64{1}, nil))
	near(t, "samples", s.MaximumLikelihood, (3/2.+1/0.5)/2/0.01, 1e-14)
}
