package theory

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// stretched is SGD at αh·f(t), f in many bits, with its plain average from a step on
// (none if from < 0): factor and noise after each step.
func stretched(alpha, h float64, f func(t int) num, from, steps int) (factors, noises []num) {
	x := prod(number(alpha), number(h))
	theta, sum := number(1), number(0)
	tt, ts, ss := number(0), number(0), number(0) // second moments of θ and of the sum
	for t := 0; t <= steps; t++ {
		if t > 0 {
			a, b := minus(number(1), prod(x, f(t))), prod(number(alpha), f(t))
			theta = prod(a, theta)
			tt, ts = plus(prod(a, prod(a, tt)), prod(b, b)), prod(a, ts)
		}
		if from < 0 {
			factors, noises = append(factors, theta), append(noises, tt)
			continue
		}
		if t < from {
			factors, noises = append(factors, theta), append(noises, tt)
			continue
		}
		sum = plus(sum, theta)
		ss = plus(ss, plus(prod(number(2), ts), tt))
		ts = plus(ts, tt)
		count := number(float64(t - from + 1))
		factors, noises = append(factors, ratio(sum, count)), append(noises, ratio(ss, prod(count, count)))
	}
	return factors, noises
}

// Next to the zero of a factor, at any step of a schedule: 1 - αh f(t) for random
// rates, to 10^-12 of itself; and so for averages of iterates that flip, αh next to 2,
// whose sums cancel. Noise to 10^-12 of itself.
func TestZerosKeepTheirDigits(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 15))
	one := number(1)
	for n := range 600 {
		k := rng.IntN(8) // the step whose factor is nearly a zero, or at which it flips
		length := 12 + rng.IntN(30)
		time := math.Exp(3 * rng.Float64())
		lift, drop := 0.5+rng.Float64(), rng.Float64()
		o, f := SGD(1), func(int) num { return one }
		switch n % 3 {
		case 0:
			o = o.InverseTime(time)
			f = func(t int) num { return ratio(one, plus(one, ratio(number(float64(t-1)), number(time)))) }
		case 1:
			o = o.Segments(Segment{Steps: length, Shape: LinearRate, From: lift, To: drop})
			f = func(t int) num {
				if t > length {
					return number(drop)
				}
				done := ratio(number(float64(t-1)), number(float64(length)))
				return plus(number(lift), prod(minus(number(drop), number(lift)), done))
			}
		}
		from := -1
		if n%3 == 2 || rng.IntN(2) == 0 {
			from = rng.IntN(length)
			o = o.TailAverage(from)
		}
		target := 1.0
		if n%3 == 2 {
			target = 2
		}
		o.LearningRate = math.Exp(10 * rng.NormFloat64())
		off := 1 + math.Pow(10, -2-14*rng.Float64())*float64(rng.IntN(3)-1)
		h := target * off / (o.LearningRate * float(f(k+1)))
		factors, noises := stretched(o.LearningRate, h, f, from, length+10)
		mode := o.Mode(h, 1)
		for s := 0; s <= length+10; s++ {
			r := mode.At(s)
			name := fmt.Sprintf("%v, αh f(%d) = %.17g, t = %d", o, k+1, target*off, s)
			if v := float(factors[s]); math.Abs(v) > 1e-250 {
				near(t, name+": factor", r.Factor, v, 1e-12)
			}
			near(t, name+": noise", r.Noise, float(noises[s]), 1e-12)
		}
	}
	// A zero of a schedule that is not to be taken for one: 5·10^-17 at t = 1.
	p := Problem{Curvature: []float64{7.44030867804919e-07}, Mean: []float64{1}}
	s := must(StepsToTarget(p, 1e-41, SGD(1344030.259053976).InverseTime(1), 1000))
	if s.Steps == 1 {
		t.Errorf("%v: the loss at t = 1 is 1.0e-39", s)
	}
}

// Methods of two variables and more, too, next to a zero of their factor at an early step,
// along a curve and one by one: to 10^-9 of itself, or 10^-30.
func TestZerosOfEveryMethodKeepTheirDigits(t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 15))
	zeros := 0
	for range 15 {
		beta, gamma, slow := []float64{0.3, 0.5, 0.9}[rng.IntN(3)], []float64{0.5, 0.9}[rng.IntN(2)], 0.2+0.8*rng.Float64()
		time := math.Exp(3 * rng.Float64())
		off := 1 + math.Pow(10, -4-13*rng.Float64())*float64(rng.IntN(3)-1)
		alpha := math.Exp(10 * rng.NormFloat64())
		h := []float64{1, 1, 4. / 3, 2, 1.5}[rng.IntN(5)] * off / alpha
		momentum := func(a float64) literal { return literalMomentum(a, beta) }
		pace := func(k int) float64 { return alpha / (1 + float64(k-1)/time) }
		for _, c := range []struct {
			o Optimizer
			l literal
		}{
			{Momentum(alpha, beta), momentum(alpha)},
			{Nesterov(alpha, beta), literalVelocity(alpha, beta)},
			{SGD(alpha).EMA(gamma), averaged(literalSGD(alpha), gamma)},
			{Momentum(alpha, beta).EMA(gamma), averaged(momentum(alpha), gamma)},
			{Nesterov(alpha, beta).EMA(gamma), averaged(literalVelocity(alpha, beta), gamma)},
			{SGD(alpha).EMA(gamma).Debiased(), debiased(literalSGD(alpha), gamma)},
			{Momentum(alpha, beta).Lookahead(3, slow), slowed(momentum(alpha), 3, slow)},
			{Momentum(alpha, beta).InverseTime(time), paced(2, momentum, pace)},
			{Momentum(alpha, beta).InverseTime(time).EMA(gamma), averaged(paced(2, momentum, pace), gamma)},
			{DANA(alpha, 0.3, 0.5, 4), literalDANA(alpha, 0.3, 0.5, 4)},
			{AdEMAMix(alpha, beta, 0.99, 0.5), literalAdEMAMix(alpha, beta, 0.99, 0.5, 0)},
		} {
			steps := make([]int, 24)
			for k := range steps {
				steps[k] = k
			}
			curve := must(Expect(Problem{Curvature: []float64{h}, Mean: []float64{1}}, steps, c.o)).Loss
			mode := c.o.Mode(h, 1)
			for k := range steps {
				literally, _ := c.l.after(h, k)
				want := float(literally)
				if math.Abs(want) < 1e-6 {
					zeros++
				}
				name := fmt.Sprintf("%v, αh = %.17g, t = %d: factor", c.o, alpha*h, k)
				for _, got := range []float64{math.Abs(mode.At(k).Factor), math.Sqrt(2 * curve[k] / h)} {
					if e := math.Abs(got - math.Abs(want)); !(e <= 1e-9*math.Abs(want)+1e-30) {
						t.Errorf("%s %g, want %g", name, got, want)
					}
				}
			}
		}
	}
	if zeros < 60 {
		t.Errorf("only %d factors are next to a zero", zeros)
	}
}
