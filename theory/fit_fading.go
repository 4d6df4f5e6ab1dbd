package theory

import (
	"math"
	"math/bits"
)

// faded returns the schedule of a rate that fades: α in the first step, and α 2^-ak from
// step 2^(k-1) on up to 2^k, so that it falls about as t^-a.
func faded(a float64, steps int) Schedule {
	s := Schedule{{Steps: 1, From: 1}}
	for k, done := 1, 1; done < steps; k++ {
		n := min(done, steps-done)
		s = append(s, Segment{Steps: n, From: math.Exp2(-a * float64(k))})
		done += n
	}
	return s
}

// fadingFollower is SGD under a rate that fades. A piece of n steps at one rate is the
// closed form of SGD: with e = (1-x)^2n, x = αh, and u = α²/(x(2-x)),
//
//	start' = e start        noise' = e noise + u (1 - e)
type fadingFollower struct {
	alpha, h float64
	factors  []float64
	ends     []answer // after 1, 2, 4, ... steps
}

func (f *fadingFollower) prepare(h float64, factors []float64) {
	f.h, f.factors = h, factors
	f.ends = append(f.ends[:0], f.piece(answer{start: 1}, 0, 1))
}

// at continues the whole pieces as far as is asked for.
func (f *fadingFollower) at(steps int) answer {
	if steps == 0 {
		return answer{start: 1}
	}
	k := bits.Len(uint(steps)) - 1
	for len(f.ends) <= k {
		last := len(f.ends)
		f.ends = append(f.ends, f.piece(f.ends[last-1], last, float64(int(1)<<(last-1))))
	}
	if rest := steps - 1<<k; rest > 0 {
		return f.piece(f.ends[k], k+1, float64(rest))
	}
	return f.ends[k]
}

// piece takes n steps at the rate of piece k.
func (f *fadingFollower) piece(a answer, k int, n float64) answer {
	return a.after(n, f.alpha*f.factors[k], f.h, 1, float64(k))
}

// after takes n more steps of SGD at the rate α, in batches of b, in a direction of curvature
// h; log α falls with a at k log 2.
func (a answer) after(n, alpha, h, b, k float64) answer {
	x := alpha * h
	switch {
	case x == 0: // of a schedule that has come to rest
		return a
	case x >= 2:
		return answer{start: math.Inf(1), noise: math.Inf(1)}
	}
	log := math.Log1p(-x)
	if x > 1 {
		log = math.Log(x - 1)
	}
	lost := -math.Expm1(2 * n * log)
	e, fall := 1-lost, 0.0 // and its derivative by log x
	if e > 0 {
		fall = e * 2 * n * x / (x - 1)
	}
	u := alpha * alpha / (x * (2 - x)) / b
	byH, byAlpha := -u*(2-2*x)/(2-x), u*2/(2-x)
	byFade := -k * math.Ln2
	return answer{
		start:      e * a.start,
		startSlope: e*a.startSlope + fall*a.start,
		startFade:  e*a.startFade + byFade*fall*a.start,
		noise:      e*a.noise + u*lost,
		noiseSlope: e*a.noiseSlope + fall*(a.noise-u) + byH*lost,
		noiseFade:  e*a.noiseFade + byFade*(fall*(a.noise-u)+byAlpha*lost),
	}
}

// ratePiece is a piece of a schedule with one rate and one batch size.
type ratePiece struct{ steps, factor, batch float64 }

// mostRatePieces is in how many a segment is taken that changes in every step, each with the
// rate of its middle: a loss is then right to 10^-4 (TestScheduledAgainstExpect).
const mostRatePieces = 200

func piecesOf(o Optimizer) []ratePiece {
	var all []ratePiece
	for _, g := range o.Schedule {
		batch := g.BatchSize
		if batch == 0 {
			batch = o.batchSize()
		}
		n := float64(g.Steps)
		if g.Shape == ConstantRate {
			all = append(all, ratePiece{n, g.From, batch})
			continue
		}
		pieces := min(n, mostRatePieces)
		for k := range int(pieces) {
			middle := (float64(k)+0.5)*n/pieces - 0.5
			below, share := math.Modf(middle)
			factor := g.factor(int(below))
			if share > 0 {
				factor += share * (g.factor(int(below)+1) - factor)
			}
			all = append(all, ratePiece{n / pieces, factor, batch})
		}
	}
	return append(all, ratePiece{math.Inf(1), o.Schedule[len(o.Schedule)-1].end(), all[len(all)-1].batch})
}

// scheduledFollower is SGD under a schedule.
type scheduledFollower struct {
	alpha, h float64
	pieces   []ratePiece
}

func (f *scheduledFollower) prepare(h float64, _ []float64) { f.h = h }

func (f *scheduledFollower) at(steps int) answer {
	a, left := answer{start: 1}, float64(steps)
	for _, p := range f.pieces {
		if left <= 0 {
			break
		}
		a = a.after(min(left, p.steps), f.alpha*p.factor, f.h, p.batch, 0)
		left -= p.steps
	}
	return a
}
