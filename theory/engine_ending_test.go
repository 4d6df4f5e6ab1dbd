package theory

import (
	"math"
	"testing"

	"nqm/theory/internal/dd"
)

// twoByRule steps the mean and the covariance of two variables by the rule as it is
// written, and returns those of a readout.
func twoByRule(steps int, start [2]float64, rule plainRule, h float64, read [2]float64) (mean, variance float64) {
	mean2, v := start, [2][2]float64{}
	for t := range steps {
		along := func(s [2]float64, noise float64) [2]float64 {
			return rule(t, func(a, b float64) float64 { return h*(a*s[0]+b*s[1]) + noise }, s)
		}
		mean2 = along(mean2, 0)
		c0, c1, b := along([2]float64{1, 0}, 0), along([2]float64{0, 1}, 0), along([2]float64{}, 1)
		a := [2][2]float64{{c0[0], c1[0]}, {c0[1], c1[1]}}
		var next [2][2]float64
		for i := range 2 {
			for j := range 2 {
				next[i][j] = b[i] * b[j]
				for k := range 2 {
					for l := range 2 {
						next[i][j] += a[i][k] * v[k][l] * a[j][l]
					}
				}
			}
		}
		v = next
	}
	for i := range 2 {
		mean += read[i] * mean2[i]
		for j := range 2 {
			variance += read[i] * read[j] * v[i][j]
		}
	}
	return mean, variance
}

// plainRule is a step; g is the gradient at a combination of the state.
type plainRule = func(t int, g func(a, b float64) float64, s [2]float64) [2]float64

func plainScheduleFree(alpha, beta float64) plainRule {
	return func(t int, g func(a, b float64) float64, s [2]float64) [2]float64 {
		z := s[1] - alpha*g(beta, 1-beta)
		c := 1 / float64(t+1)
		return [2]float64{(1-c)*s[0] + c*z, z}
	}
}

func plainDANA(alpha, ratio, fall, time float64) plainRule {
	return func(t int, g func(a, b float64) float64, s [2]float64) [2]float64 {
		grad := g(1, 0)
		v := (1-1/(1+float64(t)/time))*s[1] + grad
		return [2]float64{s[0] - alpha*(grad+ratio*math.Pow(1+float64(t), -fall)*v), v}
	}
}

// The limits of methods that change for ever, against their rules stepped literally:
// what differs falls as the change does.
func TestEndingsOfMethodsThatChange(t *testing.T) {
	const late = 400_000
	for _, c := range []struct {
		m     Optimizer
		rule  plainRule
		start [2]float64
		read  [2]float64
		falls float64 // the difference as t to the power of it
	}{
		{ScheduleFree(0.5, 0.9), plainScheduleFree(0.5, 0.9), [2]float64{1, 1}, [2]float64{1, 0}, -1},
		{ScheduleFree(2.5, 0.5), plainScheduleFree(2.5, 0.5), [2]float64{1, 1}, [2]float64{1, 0}, -1},
		{ScheduleFree(1.9, 0), plainScheduleFree(1.9, 0), [2]float64{1, 1}, [2]float64{1, 0}, -1},
		{ScheduleFree(0.5, 0.9).AtY(), plainScheduleFree(0.5, 0.9), [2]float64{1, 1}, [2]float64{0.9, 0.1}, -1},
		{ScheduleFree(2.5, 0.5).AtY(), plainScheduleFree(2.5, 0.5), [2]float64{1, 1}, [2]float64{0.5, 0.5}, -1},
		{ScheduleFree(0.5, 0.9).AtZ(), plainScheduleFree(0.5, 0.9), [2]float64{1, 1}, [2]float64{0, 1}, -1},
		{DANA(0.5, 0.3, 0, 4), plainDANA(0.5, 0.3, 0, 4), [2]float64{1, 0}, [2]float64{1, 0}, -1},
		{DANA(1.2, 0.1, 0, 8), plainDANA(1.2, 0.1, 0, 8), [2]float64{1, 0}, [2]float64{1, 0}, -1},
		{DANA(0.5, 0.3, 0.5, 4), plainDANA(0.5, 0.3, 0.5, 4), [2]float64{1, 0}, [2]float64{1, 0}, -0.5},
		{DANA(1.5, 0.3, 1.5, 4), plainDANA(1.5, 0.3, 1.5, 4), [2]float64{1, 0}, [2]float64{1, 0}, -1},
	} {
		limit := c.m.Mode(1, 1).Limit()
		if limit.Factor != 0 {
			t.Errorf("%v: factor %v, want 0", c.m, limit.Factor)
		}
		var apart [2]float64
		for k, n := range []int{late / 16, late} {
			mean, variance := twoByRule(n, c.start, c.rule, 1, c.read)
			apart[k] = math.Abs(variance - limit.Noise)
			if math.Abs(mean) > 3*math.Pow(float64(n), c.falls) || apart[k] > 30*math.Pow(float64(n), c.falls) {
				t.Errorf("%v after %d steps: mean %v, variance %v, want %v", c.m, n, mean, variance, limit.Noise)
			}
		}
		if apart[1] > apart[0]*math.Pow(16, c.falls)*1.5 {
			t.Errorf("%v: apart from %v by %v, and then by %v", c.m, limit.Noise, apart[0], apart[1])
		}
	}
	// y is SGD's with α(1-β) in the end.
	near(t, "y", ScheduleFree(0.5, 0.9).AtY().Mode(0.7, 2).Limit().Noise, SGD(0.05).Mode(0.7, 2).Limit().Noise, 1e-14)
	near(t, "DANA", DANA(0.5, 0.3, 0.5, 4).Mode(0.7, 2).Limit().Noise, SGD(0.5).Mode(0.7, 2).Limit().Noise, 1e-14)
}

// A learning rate that falls to 0 leaves schedule-free x and y where z stands.
func TestEndingAtRateZero(t *testing.T) {
	const steps = 40
	for _, m := range []Optimizer{ScheduleFree(0.5, 0.9), ScheduleFree(0.5, 0.9).AtY(), ScheduleFree(0.5, 0.9).EMA(0.9)} {
		m = must(m.Linear().Over(steps))
		z := m
		z.Decay, z.AnswerY, z.AnswerZ = 0, false, true
		got, want := m.Mode(0.7, 1).Limit(), z.Mode(0.7, 1).At(steps)
		near(t, m.String(), got.Factor, want.Factor, 1e-13)
		near(t, m.String(), got.Noise, want.Noise, 1e-13)
		far := m.Mode(0.7, 1).At(1 << 18)
		near(t, m.String()+" far on", far.Factor, got.Factor, 1e-3)
	}
	near(t, "DANA", must(DANA(0.5, 0.3, 0.5, 4).Linear().Over(steps)).Mode(0.7, 1).Limit().Noise, must(DANA(0.5, 0.3, 0.5, 4).Linear().Over(steps)).Mode(0.7, 1).At(steps).Noise, 1e-13)
}

// Floor and limit of stability agree, and beyond it the literal rule grows.
func TestFloorsAndLimitsAgree(t *testing.T) {
	p := must(List(2, 0.5, 0.01))
	for _, m := range []Optimizer{ScheduleFree(1, 0), ScheduleFree(1, 0.9), ScheduleFree(1, 0.6).AtY(), ScheduleFree(1, 0.6).AtZ(), ScheduleFree(1, 0.6).EMA(0.9),
		DANA(1, 0.3, 0, 4), DANA(1, 0.3, 0.5, 4), DANA(1, 0.3, 0, 4).EMA(0.9), AdEMAMix(1, 0.9, 0.99, 2), SGD(1).EMA(0.9).Debiased(), SGD(1).EMA(0.9).WarmedUp(),
		Momentum(1, 0.9).EMA(0.9).FirstCopied(), Momentum(1, 0.9).Dampened(0.5), Momentum(1, 0.9).Keras(), Nesterov(1, 0.9).Stored(), SGD(1).WithDecay(0.1), QHM(1, 0.9, 0.5)} {
		limit := must(StabilityLimit(p, m))
		for _, side := range []float64{1 - 1e-4, 1 + 1e-4} {
			m.LearningRate = limit * side
			c := must(Expect(p, []int{0}, m))
			if c.NoFloor != "" || math.IsInf(c.Floor, 1) != (side > 1) {
				t.Errorf("%v at %v of its limit: floor %v %s", m, side, c.Floor, c.NoFloor)
			}
			if r, err := RateOf(p, m); err == nil && r.Stable != (side < 1) {
				t.Errorf("%v at %v of its limit: radius %v", m, side, r.Radius)
			}
		}
	}
	near(t, "schedule-free", must(StabilityLimit(p, ScheduleFree(1, 0.9))), 10, 1e-14)
	near(t, "DANA-constant", must(StabilityLimit(p, DANA(1, 0.5, 0, 4))), 0.8, 1e-14)
	near(t, "DANA-decaying", must(StabilityLimit(p, DANA(1, 0.5, 0.5, 4))), 1, 1e-14)
	for x, grows := range map[float64]bool{1.55: false, 1.65: true} { // of 4/(2+r) = 1.6
		if _, variance := twoByRule(1000, [2]float64{1, 0}, plainDANA(x, 0.5, 0, 4), 1, [2]float64{1, 0}); (variance > 1e6) != grows {
			t.Errorf("DANA at αh = %v: variance %v", x, variance)
		}
	}
}

// On the border 1/t decides, for schedule-free SGD by β.
func TestEndingOnTheBorder(t *testing.T) {
	for _, beta := range []float64{0.25, 0.75} {
		alpha := 2 / (1 - beta)
		early, _ := twoByRule(10_000, [2]float64{1, 1}, plainScheduleFree(alpha, beta), 1, [2]float64{1, 0})
		late, _ := twoByRule(160_000, [2]float64{1, 1}, plainScheduleFree(alpha, beta), 1, [2]float64{1, 0})
		for _, c := range []float64{0, 1} {
			if limit := ScheduleFree(alpha, beta).Mode(1, c).Limit(); math.IsInf(limit.Factor, 1) != (math.Abs(late) > math.Abs(early)) {
				t.Errorf("β = %v: from %v to %v, and the limit is %v", beta, early, late, limit)
			}
		}
	}
	near(t, "without momentum at z", ScheduleFree(2, 0).AtZ().Mode(1, 0).Limit().Factor, 1, 0)
}

// Where the learning rate has fallen to 0, what still changes is not followed: it moves
// averages only, which come to where θ is.
func TestEndingAtRateZeroIsNotFollowedOn(t *testing.T) {
	const steps = 20
	for _, m := range []Optimizer{AdEMAMix(0.1, 0.9999, 0.99999, 2), SGD(0.5).EMA(0.9999).WarmedUp(), Momentum(0.3, 0.9).EMA(0.9999).WarmedUp()} {
		s := must(m.Linear().Over(steps)).system()
		limit := s.general(dd.Exact(0.7), 1).Limit()
		if n := max(len(s.single[0]), len(s.single[1])); n > steps {
			t.Errorf("%v: the limit of %d steps took %d", m, steps, n)
		}
		theta := must(m.Linear().Over(steps))
		theta.Decay, theta.WarmUpDecay = 0, false
		want := theta.Mode(0.7/m.LearningRate, 1/m.LearningRate/m.LearningRate).At(steps)
		near(t, m.String(), limit.Factor, want.Factor, 1e-12)
		near(t, m.String(), limit.Noise, want.Noise, 1e-12)
	}
}
