package theory

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"nqm/theory/longtest"
)

// noiseOfSteps returns, step by step, the bias after T steps and the noise that each step
// leaves at the end in a batch of one.
func noiseOfSteps(p Problem, power, alpha float64, steps int) (bias float64, noise []float64) {
	noise = make([]float64, steps)
	for i := range p.Curvature {
		d := p.Direction(i)
		a := alpha * math.Pow(d.Curvature, -power)
		kept := (1 - a*d.Curvature) * (1 - a*d.Curvature)
		left := 0.5 * d.Multiplicity * d.Curvature
		for t := steps - 1; t >= 0; t-- {
			noise[t] += left * a * a * d.Noise
			left *= kept
		}
		bias += left * d.SecondMoment()
	}
	return bias, noise
}

// plainBest is the lowest loss over the batch sizes, for given T and α: the
// price of a sample by bisection.
func plainBest(p Problem, power, alpha float64, steps, pieces int, samples float64) float64 {
	bias, noise := noiseOfSteps(p, power, alpha, steps)
	pieces = min(pieces, steps)
	lengths, sums := make([]float64, pieces), make([]float64, pieces)
	for t, k := 0, 0; t < steps; t++ {
		for t >= (k+1)*steps/pieces {
			k++
		}
		lengths[k]++
		sums[k] += noise[t]
	}
	batch := func(k int, price float64) float64 {
		return math.Max(1, math.Sqrt(sums[k]/(lengths[k]*price)))
	}
	low, high := 1e-30, 1e30 // prices
	for range 120 {
		price, spent := math.Sqrt(low*high), 0.0
		for k := range lengths {
			spent += lengths[k] * batch(k, price)
		}
		if spent > samples {
			low = price
		} else {
			high = price
		}
	}
	for k := range lengths {
		bias += sums[k] / batch(k, high)
	}
	return bias
}

// smallBatchProblem is a problem with noise, and a question about it.
func smallBatchProblem(r *rand.Rand) (p Problem, o Optimizer) {
	for p, o = randomSchedule(r); p.Noise == nil; {
		p, o = randomSchedule(r)
	}
	o.LearningRate = 0
	return p, o
}

// At every T, and every rate of a dense grid, for few pieces and for many,
// the best batch sizes by the literal noise of each step are no better, and none is
// below the bound.
func TestBatchScheduleAgainstAllSteps(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 5))
	trials := 40
	if !longtest.Wanted() {
		trials = 8
	}
	for n := range trials {
		p, o := smallBatchProblem(r)
		pieces := 1 + r.IntN(60)
		samples := math.Exp(r.Float64() * math.Log(120))
		s := must(BestBatchSchedule(p, samples, o, pieces))
		rates := 300
		if n%3 == 0 { // the rate is given
			o.LearningRate, rates = s.Limit*r.Float64(), 1
			s = must(BestBatchSchedule(p, samples, o, pieces))
		}
		best, at := math.Inf(1), ""
		for steps := 1; steps <= int(samples); steps++ {
			for k := range rates {
				alpha := s.Limit * math.Pow((float64(k)+0.5)/float64(rates), 2)
				if rates == 1 {
					alpha = o.LearningRate
				}
				if l := plainBest(p, o.Power, alpha, steps, pieces, samples); l < best {
					best, at = l, fmt.Sprint(steps, " steps of ", alpha)
				}
			}
		}
		if s.Loss > best*(1+1e-6) || s.Bound > best || s.Bound > s.Loss || s.Gap() > 1e-4 {
			t.Errorf("%+v, %v, %d pieces, %v samples: %v with bound %v, but %s have %v", p, o, pieces, samples, s, s.Bound, at, best)
		}
	}
}

// All divisions of few samples into whole batches, with every T.
func TestBatchScheduleAgainstAllDivisions(t *testing.T) {
	r := rand.New(rand.NewPCG(22, 5))
	for range 6 {
		p, o := smallBatchProblem(r)
		pieces, samples := 1+r.IntN(5), 6+r.IntN(5)
		s := must(BestBatchSchedule(p, float64(samples), o, pieces))
		least := math.Inf(1)
		for steps := 1; steps <= samples; steps++ {
			lengths := lengthsOf(steps, pieces)
			batch := make([]float64, len(lengths))
			var divide func(k, left int)
			divide = func(k, left int) {
				if k == len(lengths) {
					for i := 1; i < 100; i++ {
						least = math.Min(least, literalBatches(p, o.Power, s.Limit*float64(i)/100, lengths, batch))
					}
					return
				}
				for b := 1; b*lengths[k] <= left; b++ {
					batch[k] = float64(b)
					divide(k+1, left-b*lengths[k])
				}
			}
			divide(0, samples)
		}
		if least < s.Bound || least < s.Loss*(1-1e-9) {
			t.Errorf("%+v, %v: %v with bound %v, but whole batches have %v", p, o, s, s.Bound, least)
		}
	}
}

// The loss against T has a comb: between T = 990 and 1260 every multiple of the 30
// pieces is better than the one before, and all that is between worse.
func TestBatchScheduleOverTheComb(t *testing.T) {
	p := must(PowerLaw(30, 1))
	s := must(BestBatchSchedule(p, 20_000, Optimizer{}, 30))
	best, at := math.Inf(1), 0
	for _, steps := range []int{930, 990, 1080, 1200, 1230, 1250, 1259, 1260, 1261, 1290, 1320, 1500} {
		for k := range 400 {
			alpha := 0.07 + 0.08*float64(k)/400
			if l := plainBest(p, 0, alpha, steps, 30, 20_000); l < best {
				best, at = l, steps
			}
		}
	}
	if at != 1260 || s.Steps != at || s.Loss > best || s.Bound > best || s.Gap() > 2e-3 {
		t.Errorf("%v with bound %v, but %d steps have %v", s, s.Bound, at, best)
	}
}

// No rate and no batch sizes are below the parabola of another rate: by the
// literal recursion.
func TestParabolaIsBelow(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 5))
	for range 3000 {
		p, o := smallBatchProblem(r)
		c := must(newScheduler(p, o.Batch(1), 1)).rough
		steps := 1 + r.IntN(30)
		lengths := lengthsOf(steps, 1+r.IntN(8))
		samples := float64(steps) * math.Exp(3*r.Float64())
		at := c.limit * r.Float64()
		l := c.spend(math.Log(at), courseOf(lengths), samples)
		alpha := c.limit * math.Pow(r.Float64(), float64(1+r.IntN(3)))
		batch := make([]float64, len(lengths))
		spare := samples - float64(steps)
		for k := range batch {
			part := spare
			if k < len(batch)-1 {
				part *= r.Float64()
			}
			spare -= part
			batch[k] = 1 + part/float64(lengths[k])
		}
		if r.IntN(2) == 0 {
			batch = l.batch
		}
		other := literalBatches(p, o.Power, alpha, lengths, batch)
		by := alpha/at - 1
		if below := l.loss + l.slope*by + (l.climb-2*l.left)*by*by; other < below-1e-9*(l.loss+math.Abs(below)) {
			t.Fatalf("%+v, %v, %v: loss %v at %v, parabola of %v %v", p, o, lengths, other, alpha, at, below)
		}
		if reach := l.reach(0.9 * l.loss); reach < 1 {
			if end := l.loss - l.slope*reach + (l.climb-2*l.left)*reach*reach; math.Abs(end/l.loss-0.9) > 1e-6 {
				t.Fatalf("reach %v of %+v: %v of the loss is there, want 0.9", reach, l, end/l.loss)
			}
		}
	}
}

// What bounds many T at once is below each of them, and so is a spectrum with
// neighbours made one.
func TestRelaxedIsBelow(t *testing.T) {
	r := rand.New(rand.NewPCG(24, 5))
	for range 2000 {
		var p Problem
		for p.Noise == nil {
			p, _ = randomSchedule(r)
		}
		many := must(PowerLaw(1+r.IntN(60), 2*r.Float64()))
		if r.IntN(2) == 0 {
			p = must(many.Explicit())
		}
		b := batchSearch{scheduler: must(newScheduler(p, SGD(1), 1+r.IntN(40+r.IntN(2)*360)))}
		from := 1 + r.IntN(300)
		to := from + r.IntN(1+int(math.Exp(6*r.Float64())))
		steps := from + r.IntN(to-from+1)
		samples := float64(to) * (1 + 10*r.Float64()*float64(r.IntN(2)))
		c := b.rough
		u := math.Log(c.limit * math.Pow(r.Float64(), float64(1+r.IntN(3))))
		truth := plainBest(p, 0, math.Exp(u), steps, b.pieces, samples)
		near(t, "loss", c.spend(u, courseOf(lengthsOf(steps, b.pieces)), samples).loss, truth, 1e-9)
		for _, c := range []*pieceObjective{c, c.below(0.1), c.below(1)} {
			if l := c.spend(u, b.relaxed(from, to), samples).loss; l > truth*(1+1e-9) {
				t.Fatalf("%+v, %d pieces, rate %v: loss %v in %d steps, bound of %d to %d %v", p, b.pieces, math.Exp(u), truth, steps, from, to, l)
			}
		}
	}
}

// The branch and bound alone finds what the search finds, from one step of the
// highest rate.
func TestProofFindsTheBest(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(25, 5))
	for range 15 {
		p, o := smallBatchProblem(r)
		b := batchSearch{scheduler: must(newScheduler(p, o.Batch(1), 1+r.IntN(40))), samples: math.Exp(8 * r.Float64())}
		best := b.optimum()
		found, bound := b.prove(b.along(b.fine, b.highest(b.fine), 1))
		if found.loss > best.Loss*(1+1e-4) || bound > best.Loss || bound < best.Loss*(1-1e-3) {
			t.Errorf("%+v, %v samples: loss %v with bound %v, the search has %v", p, b.samples, found.loss, bound, best)
		}
	}
}
