package theory

import (
	"fmt"
	"math"
	"testing"

	"nqm/theory/longtest"
)

// The lecture's statements that are true, each with the border at which it stops.
// A test fails if the statement does not hold on this side of its border, or
// holds on the other side as well.

// steppedMoments returns E θ_i(t)² of heavy ball, or of SGD for β = 0, by stepping
// E θ², E θv and E v² through the update rule, t >= 0 times.
func steppedMoments(p Problem, alpha, beta, batch float64, t int) []float64 {
	tt, tv, vv := p.startSquares(), make([]float64, len(p.Curvature)), make([]float64, len(p.Curvature))
	for range t {
		coupled := 0.0 // Σ h_j E θ_j², which streaming noise grows with
		for i, h := range p.Curvature {
			coupled += h * tt[i]
		}
		for i, h := range p.Curvature {
			noise := p.Noise[i]
			if p.Streaming {
				noise += h*h*tt[i] + h*coupled
			}
			vv[i] = beta*beta*vv[i] + 2*beta*h*tv[i] + h*h*tt[i] + noise/batch
			cross := beta*tv[i] + h*tt[i] // E θ v'
			tt[i], tv[i] = tt[i]-2*alpha*cross+alpha*alpha*vv[i], cross-alpha*vv[i]
		}
	}
	return tt
}

// startSquares returns E θ_i(0)².
func (p Problem) startSquares() []float64 {
	squares := make([]float64, len(p.Curvature))
	for i := range squares {
		if p.Mean != nil {
			squares[i] = p.Mean[i] * p.Mean[i]
		}
		if p.Variance != nil {
			squares[i] += p.Variance[i]
		}
	}
	return squares
}

// steppedLoss is ½ Σ h_i E θ_i(t)².
func steppedLoss(p Problem, alpha, beta, batch float64, t int) float64 {
	sum := 0.0
	for i, square := range steppedMoments(p, alpha, beta, batch, t) {
		sum += p.Curvature[i] * square / 2
	}
	return sum
}

func stiffAndFlat() Problem { return must(TwoDirections(20, 0.5)) }

// The batch divides the floor and leaves the rate alone, unless the noise grows
// with the distance from the minimum.
func TestLecture20BatchAndFloor(t *testing.T) {
	const alpha = 0.033
	floor := func(p Problem, b float64) float64 { return steppedLoss(p, alpha, 0, b, 5000) }
	left := func(p Problem, b float64) float64 {
		f := floor(p, b)
		return (steppedLoss(p, alpha, 0, b, 101) - f) / (steppedLoss(p, alpha, 0, b, 100) - f)
	}
	p := stiffAndFlat()
	near(t, "64 floors at B = 64", 64*floor(p, 64), floor(p, 1), 1e-12)
	near(t, "what a step leaves", left(p, 64), left(p, 1), 1e-9)
	near(t, "what a step leaves", left(p, 1), math.Pow(1-alpha*0.5, 2), 1e-9)
	q := streaming(p)
	if 64*floor(q, 64) > 0.02*floor(q, 1) || left(q, 1) < left(q, 64)+0.02 {
		t.Errorf("streaming noise: floor times B %v and %v, a step leaves %v and %v",
			floor(q, 1), 64*floor(q, 64), left(q, 1), left(q, 64))
	}
	for _, problem := range []Problem{p, q} {
		near(t, problem.String(), must(Expect(problem, []int{1}, SGD(alpha))).Floor, floor(problem, 1), 1e-9)
	}
}

// With c = h^q the stiff direction has the larger variance for q = 1, down to
// q = 1 - ln((2-x_2)/(2-x_1)) / ln κ.
func TestLecture21LargerVariance(t *testing.T) {
	for _, alpha := range []float64{0.06, 0.001} {
		border := 1 - math.Log((2-0.5*alpha)/(2-20*alpha))/math.Log(40)
		for _, side := range []float64{1e-3, -1e-3} {
			p := must(stiffAndFlat().WithNoisePower(1, border+side))
			s := steppedMoments(p, alpha, 0, 1, 40_000)
			if (s[0] > s[1]) != (side > 0) {
				t.Errorf("α = %v, q = %v: variances %v", alpha, border+side, s)
			}
		}
		if border >= 1 {
			t.Errorf("α = %v: C = H is on the wrong side of %v", alpha, border)
		}
	}
}

// γ < 1 - αh_d keeps SGD's rate, and the border is max |1-αh_i|.
func TestLecture22AverageKeepsTheRate(t *testing.T) {
	rate := func(alpha, gamma float64) float64 { // of the slowest mean, by stepping it
		mean := func(t int) float64 {
			largest := 0.0
			for _, h := range []float64{20, 0.5} {
				theta, average := 1.0, 1.0
				for range t {
					theta *= 1 - alpha*h
					average = gamma*average + (1-gamma)*theta
				}
				largest = max(largest, math.Abs(average))
			}
			return largest
		}
		return math.Pow(mean(3200)/mean(1600), 1.0/1600)
	}
	for _, test := range []struct{ alpha, gamma, want float64 }{
		{0.06, 0.9, 0.97}, {0.06, 0.96, 0.97}, {0.06, 0.98, 0.98},
		{0.0985, 0.96, 0.97}, {0.0985, 0.98, 0.98}, // 1 - αh_d is 0.951, and max |a_i| is 0.97
	} {
		near(t, fmt.Sprint(test), rate(test.alpha, test.gamma), test.want, 1e-6)
		m := SGD(test.alpha).EMA(test.gamma)
		near(t, m.String(), must(RateOf(stiffAndFlat(), m)).Radius, test.want, 1e-12)
	}
}

// Momentum damps a gradient that changes sign as long as β < (x-1)².
func TestLecture23MomentumDampsFlips(t *testing.T) {
	const x = 1.7
	after := func(beta float64) float64 { // the largest |θ| of four, from step 60 on
		theta, v, largest := 1.0, 0.0, 0.0
		for k := range 64 {
			v = beta*v + x*theta
			theta -= v
			if k >= 60 {
				largest = max(largest, math.Abs(theta))
			}
		}
		return largest
	}
	for beta, damps := range map[float64]bool{0.05: true, 0.0923: true, 0.3: true, 0.45: true, 0.53: false, 0.9: false} {
		if (after(beta) < after(0)) != damps {
			t.Errorf("β = %v leaves %v, none %v", beta, after(beta), after(0))
		}
		if (radius(Momentum(x, beta), 1) < x-1) != damps {
			t.Errorf("β = %v: rate %v", beta, radius(Momentum(x, beta), 1))
		}
	}
	near(t, "β = (x-1)²", radius(Momentum(x, (x-1)*(x-1)), 1), x-1, 1e-14)
}

// An effective learning rate up to (1+β)/(1-β) times SGD's limit is stable with
// additive noise, and hardly any more than SGD's with streaming noise at B = 1.
func TestLecture24EffectiveRateBeyondTheLimit(t *testing.T) {
	const beta = 0.8
	for _, test := range []struct {
		p    Problem
		gain float64
	}{{stiffAndFlat(), 9}, {streaming(stiffAndFlat()), 1.417}} {
		limit := must(StabilityLimit(test.p, Momentum(1, beta)))
		near(t, test.p.String(), limit/(1-beta)/must(StabilityLimit(test.p, SGD(1))), test.gain, 1e-4)
		below, above := steppedLoss(test.p, 0.98*limit, beta, 1, 20_000), steppedLoss(test.p, 1.02*limit, beta, 1, 20_000)
		if !(below < 1e4) || above < 1e10 {
			t.Errorf("%v: the loss is %v just below the limit and %v just above it", test.p, below, above)
		}
	}
}

// Momentum scales perfectly up to larger batches where κ is large. At κ = 64 and
// B = 256 it is within 20% of its samples at B = 1, and SGD is not, even without
// noise. At κ = 2 it is the other way round.
func TestLecture25MomentumScalesFurther(t *testing.T) {
	longtest.Only(t)
	const target, batch = 0.05, 256
	p := must(LogUniform(50, 64, 1))
	steps := func(o Optimizer) int {
		best := must(Tune(p, target, o, 0))
		m := best.Optimizer
		if l := steppedLoss(p, m.LearningRate, m.Momentum, m.BatchSize, best.Steps.Steps); l > target*(1+1e-9) {
			t.Errorf("%v: the loss after %d steps is %v", m, best.Steps.Steps, l)
		}
		return best.Steps.Steps
	}
	one, many := steps(Momentum(Free, Free).Batch(1)), steps(Momentum(Free, Free).Batch(batch))
	if float64(batch*many) > 1.2*float64(one) {
		t.Errorf("momentum takes %d samples at B = 1 and %d at B = %d", one, batch*many, batch)
	}
	within := int(1.2 * float64(steps(SGD(Free).Batch(1))) / batch)
	quiet := must(p.WithNoise(make([]float64, 50)))
	for k := range 1000 {
		if alpha := 2.0 / 64 * float64(k) / 1000; steppedLoss(quiet, alpha, 0, 1, within) <= target {
			t.Errorf("SGD is within 20%% at B = %d, with α = %v", batch, alpha)
		}
	}
	p = must(LogUniform(50, 2, 1))
	critical := func(o Optimizer) float64 { // the largest power of two within 20%
		largest := 1
		least := float64(steps(o.Batch(1)))
		for b := 2; float64(b*steps(o.Batch(float64(b)))) <= 1.2*least; b *= 2 {
			largest = b
		}
		return float64(largest)
	}
	if sgd, momentum := critical(SGD(Free)), critical(Momentum(Free, Free)); momentum >= sgd {
		t.Errorf("κ = 2: perfect scaling up to %v with SGD and %v with momentum", sgd, momentum)
	}
}

// H^-p makes the condition number κ^(1-p) up to p = 1, and κ^(p-1) beyond.
func TestLecture26ConditionNumber(t *testing.T) {
	p := must(stiffAndFlat().WithNoise([]float64{0, 0}))
	for _, power := range []float64{0, 0.25, 0.5, 0.75, 1.25, 1.5, 2} {
		stiff, flat := math.Pow(20, 1-power), math.Pow(0.5, 1-power)
		alpha := 2 / (stiff + flat)
		theta := []float64{1, 1}
		for range 10 {
			theta[0] -= alpha * math.Pow(20, -power) * 20 * theta[0]
			theta[1] -= alpha * math.Pow(0.5, -power) * 0.5 * theta[1]
		}
		kappa := math.Pow(40, math.Abs(1-power))
		want := (kappa - 1) / (kappa + 1)
		near(t, fmt.Sprint("stepped, p = ", power), math.Pow(math.Abs(theta[1]), 0.1), want, 1e-12)
		near(t, fmt.Sprint("p = ", power), must(RateOf(p, SGD(alpha).Precondition(power))).Radius, want, 1e-12)
	}
}

// At a small batch some power between 0 and 1 beats both ends, each with its best
// learning rate; at a large one Newton's single step cannot be beaten.
func TestLecture27BestPower(t *testing.T) {
	p := must(LogUniform(200, 1, 0.001))
	target := must(SummaryOf(p)).StartLoss / 100
	even := must(p.WithNoisePower(must(SummaryOf(p)).TraceH/200, 0))
	steps := func(p Problem, o Optimizer) int { // of the best learning rate, checked by stepping
		best := must(Tune(p, target, o, 0))
		m, q, loss := best.Optimizer, p, 0.0
		q.Curvature, q.Noise = make([]float64, 200), make([]float64, 200)
		for i, h := range p.Curvature {
			q.Curvature[i], q.Noise[i] = math.Pow(h, 1-m.Power), p.Noise[i]*math.Pow(h, -2*m.Power)
		}
		for i, square := range steppedMoments(q, m.LearningRate, 0, m.BatchSize, best.Steps.Steps) {
			loss += p.Curvature[i] * square / 2
		}
		if loss > target*(1+1e-9) {
			t.Errorf("%v: the loss after %d steps is %v", m, best.Steps.Steps, loss)
		}
		return best.Steps.Steps
	}
	for _, test := range []struct {
		p     Problem
		power float64
	}{{p, 0.8}, {even, 0.3}} {
		for _, b := range []float64{1, 64} {
			sgd := SGD(Free).Batch(b)
			none, some, all := steps(test.p, sgd), steps(test.p, sgd.Precondition(test.power)), steps(test.p, sgd.Precondition(1))
			if some >= none || some >= all {
				t.Errorf("%v, B = %v: %d, %d and %d steps with p = 0, %v and 1", test.p, b, none, some, all, test.power)
			}
		}
		if n := steps(test.p, SGD(Free).Batch(1<<18).Precondition(1)); n != 1 {
			t.Errorf("%v: %d Newton steps without noise to speak of", test.p, n)
		}
	}
}
