package theory

import (
	"math"
	"math/bits"
)

// Curves at equally spaced steps. Most curves are asked for at t, t+k, t+2k, ..., or
// at distances of k and k+1, as the whole parts of equal fractions have them. There
// the closed form need not be evaluated at each point: what a direction
// is at one of them gives the next by a few multiplications. For SGD
//
//	A² ← a^2k A²        S ← S + S_k A²
//
// and for the recurrences of second order, with y = ψ_{t-1},
//
//	A ← A_k A - puψ_{k-1} y        y ← ψ_{k-1} A + D_k y        D_k = A_k - (q-u) ψ_{k-1}
//	S ← S + Σ_{j<k} ψ_{t+j}²       ψ_{t+j} = ψ_j A + D_{j+1} y
//
// and distances of two kinds take two such maps.
//
// S grows by a quadratic form >= 0 in (A, y) and so keeps its relative accuracy.
// The closed form is taken up again after every `anchored` points at the latest,
// so that rounding cannot build up: the bound of 10^-12 holds as before.
//
// Directions that grow, those of second order that flip (s < 0) or have nearly a
// double root, and those whose numbers are near the ends of the range go by the
// closed form throughout.

const (
	// anchored is after how many points the closed form is taken up again.
	anchored = 256
	// block is how many directions are summed plainly before the compensated
	// sum takes them in.
	block = 64
	// worthwhile is how many equally spaced steps are a run at least.
	worthwhile = 16
)

// run is a stretch of steps at distances of stride, or of stride and stride+1:
// steps[from:to] of the curve.
type run struct {
	from, to int
	steps    []int // from the first to the last of them
	stride   int
	more     []uint8 // of distances of both kinds: what each has above stride; else nil
}

// newRun returns the run of steps[from:to] with the given least distance.
func newRun(steps []int, from, to, stride int) run {
	r := run{from: from, to: to, steps: steps[from:to], stride: stride}
	more, uneven := make([]uint8, len(r.steps)), false
	for k := range len(r.steps) - 1 {
		more[k] = uint8(r.steps[k+1] - r.steps[k] - stride)
		uneven = uneven || more[k] != 0
	}
	if uneven {
		r.more = more
	}
	return r
}

// runsOf splits steps into runs and the indices of the steps between them.
func runsOf(steps []int) (runs []run, single []int) {
	for i := 0; i < len(steps); {
		j, least, most := i+1, math.MaxInt, 0
		for ; j < len(steps); j++ {
			d := steps[j] - steps[j-1]
			if max(most, d)-min(least, d) > 1 {
				break
			}
			least, most = min(least, d), max(most, d)
		}
		if j-i < worthwhile {
			single = append(single, i)
			i++
			continue
		}
		runs = append(runs, newRun(steps, i, j, least))
		i = j
	}
	return runs, single
}

// partialSums are plain sums over a block of directions at the points of a curve.
type partialSums struct{ bias, noise, variance []float64 }

func newPartialSums(n int) partialSums {
	return partialSums{make([]float64, n), make([]float64, n), make([]float64, n)}
}

// into adds the sums to compensated sums and clears it.
func (s partialSums) into(l []parts) {
	for k := range s.bias {
		l[k].bias.Add(s.bias[k])
		l[k].noise.Add(s.noise[k])
		l[k].variance.Add(s.variance[k])
		s.bias[k], s.noise[k], s.variance[k] = 0, 0, 0
	}
}

func (s partialSums) part(from, to int) partialSums {
	return partialSums{s.bias[from:to], s.noise[from:to], s.variance[from:to]}
}

// strider is a mode that can be followed at equal and almost equal distances.
type strider interface {
	// follow adds the parts of the loss at the points of a run, or reports that
	// the mode has to be asked point by point. The sums are those of the run.
	follow(w weights, r run, s partialSums) bool
}

// weights turn A² and half the noise into the parts of the loss (see parts.add):
// bias = start A², v = spread A² + noise, variance = twice v (v + mean A²).
type weights struct{ half, start, spread, mean, twice float64 }

func (d Direction) weights() weights {
	half := 0.5 * d.Multiplicity * d.Curvature
	return weights{half, half * d.SecondMoment(), half * d.Variance, 2 * half * d.Mean * d.Mean, 2 / d.Multiplicity}
}

// ordinary reports whether all numbers stay far from the ends of the range.
func (w weights) ordinary(noise, steady float64) bool {
	for _, v := range [...]float64{w.start, w.spread, w.mean, w.twice, noise, noise * steady} {
		if v = math.Abs(v); v != 0 && !(v > 1e-130 && v < 1e130) {
			return false
		}
	}
	return true
}

// follow implements strider.
func (m sgdMode) follow(w weights, r run, s partialSums) bool {
	unit := w.half * m.sigma2
	if !(m.growth < 0) || !w.ordinary(unit, -1/m.growth) {
		return false
	}
	step, longer := m.fall(w, r.stride), fall{}
	if r.more != nil {
		longer = m.fall(w, r.stride+1)
	}
	for from := 0; from < len(s.bias); from += anchored {
		at, to := m.At(r.steps[from]), min(from+anchored, len(s.bias))
		if kept, noise := at.Factor*at.Factor, w.half*at.Noise; r.more == nil {
			s.part(from, to).followFirst(w, kept, noise, step.kept, step.rise)
		} else {
			s.part(from, to).followFirstUneven(w, kept, noise, [2]fall{step, longer}, r.more[from:to])
		}
	}
	return true
}

// fall is k steps of SGD at once: A² ← kept A², half the noise grows by rise A².
type fall struct{ kept, rise float64 }

func (m sgdMode) fall(w weights, k int) fall {
	r := m.At(k)
	return fall{r.Factor * r.Factor, w.half * r.Noise}
}

// followFirst follows kept = A² and half the noise of SGD.
func (s partialSums) followFirst(w weights, kept, noise, decay, rise float64) {
	bias := s.bias
	noises, variances := s.noise[:len(bias)], s.variance[:len(bias)]
	for k := range bias {
		v := w.spread*kept + noise
		bias[k] += w.start * kept
		noises[k] += noise
		variances[k] += w.twice * v * (v + w.mean*kept)
		noise += rise * kept
		kept *= decay
	}
}

// followFirstUneven is followFirst at distances of two kinds.
func (s partialSums) followFirstUneven(w weights, kept, noise float64, steps [2]fall, more []uint8) {
	bias := s.bias
	noises, variances := s.noise[:len(bias)], s.variance[:len(bias)]
	more = more[:len(bias)]
	for k := range bias {
		v := w.spread*kept + noise
		bias[k] += w.start * kept
		noises[k] += noise
		variances[k] += w.twice * v * (v + w.mean*kept)
		step := &steps[more[k]&1]
		noise += step.rise * kept
		kept *= step.kept
	}
}

// follow implements strider.
func (m secondOrder) follow(w weights, r run, s partialSums) bool {
	unit := w.half * m.variance
	stable := m.oneMinusP > 0 && m.edge > 0 && m.flip > 0
	if !stable || m.s < 0 || !w.ordinary(unit, m.steady) {
		return false
	}
	step, longer := m.propagator(r.stride), propagator{}
	points := m.reach(step, r.stride)
	if r.more != nil && points >= worthwhile/2 {
		longer = m.propagator(r.stride + 1)
		points = min(points, m.reach(longer, r.stride+1))
	}
	if points < worthwhile/2 {
		return false
	}
	step, longer = step.driven(unit), longer.driven(unit)
	for from := 0; from < len(s.bias); from += points {
		a, y, sum := m.evaluate(r.steps[from])
		if to := min(from+points, len(s.bias)); r.more == nil {
			s.part(from, to).followSecond(w, a, y, unit*sum, step)
		} else {
			s.part(from, to).followSecondUneven(w, a, y, unit*sum, [2]propagator{step, longer}, r.more[from:to])
		}
	}
	return true
}

// reach is how many points of a run stay within the error bound. A ringing mode
// may turn by maxPhase. An error of 2^-53 in the map (a, -b; c, d) of a step moves
// its roots by that much times √(bc) over their distance, or, next to a double
// root, grows with the square of the number of points.
func (m *secondOrder) reach(l propagator, stride int) int {
	log, distance := m.logR, m.gap
	if m.rings {
		log, distance = m.logMod, m.imag
	}
	points := float64(anchored)
	if size := math.Exp(float64(stride) * log); size > 0 && l.b != 0 {
		coupling := math.Sqrt(l.b*l.c) / size
		points = math.Min(points, math.Max(24/math.Sqrt(coupling), 1000*distance/math.Sqrt(m.loss/2)))
	}
	return int(math.Min(points, maxPhase/(float64(stride)*m.omega)))
}

// propagator is k steps at once: (A, y) ← (a A - b y, c A + d y), with the sum of the
// squares of the impulses on the way, xx A² + 2 xy A y + yy y².
type propagator struct{ a, b, c, d, xx, xy, yy float64 }

// driven has the squares in the given unit, xy twice.
func (l propagator) driven(unit float64) propagator {
	l.xx, l.xy, l.yy = l.xx*unit, 2*l.xy*unit, l.yy*unit
	return l
}

// propagator returns k steps. The form of 2n steps is that of the first n with what the
// next n add, G + K'GK; all K come from the closed form.
func (m *secondOrder) propagator(k int) propagator {
	one := m.mapOf(1)
	one.xx, one.xy, one.yy = 1, m.p, m.p*m.p
	done := one
	for i := bits.Len(uint(k)) - 2; i >= 0; i-- {
		half := m.mapOf(k >> (i + 1))
		half.xx, half.xy, half.yy = done.xx, done.xy, done.yy
		done = half.then(done)
		if k>>i&1 == 1 {
			done = one.then(done)
		}
	}
	whole := m.mapOf(k)
	whole.xx, whole.xy, whole.yy = done.xx, done.xy, done.yy
	return whole
}

// mapOf returns the map of k steps without the squares, which stay 0.
func (m *secondOrder) mapOf(k int) propagator {
	a, _, before := m.impulse(k)
	return propagator{a: a, b: m.p * m.edge * before, c: before, d: a - m.q.Sub(m.u).Value()*before}
}

// then returns the squares of l's steps and those of next after them, without the
// map.
func (l propagator) then(next propagator) propagator {
	ax, ay := next.xx*l.a+next.xy*l.c, next.xy*l.a+next.yy*l.c // G (a, c)
	bx, by := next.xy*l.d-next.xx*l.b, next.yy*l.d-next.xy*l.b // G (-b, d)
	return propagator{
		xx: l.xx + l.a*ax + l.c*ay,
		xy: l.xy + l.a*bx + l.c*by,
		yy: l.yy - l.b*bx + l.d*by,
	}
}

// followSecond follows A, y and half the noise.
func (s partialSums) followSecond(w weights, a, y, noise float64, l propagator) {
	bias := s.bias
	noises, variances := s.noise[:len(bias)], s.variance[:len(bias)]
	for k := range bias {
		kept := a * a
		v := w.spread*kept + noise
		bias[k] += w.start * kept
		noises[k] += noise
		variances[k] += w.twice * v * (v + w.mean*kept)
		noise += l.xx*kept + y*(l.xy*a+l.yy*y)
		a, y = l.a*a-l.b*y, l.c*a+l.d*y
	}
}

// followSecondUneven is followSecond at distances of two kinds.
func (s partialSums) followSecondUneven(w weights, a, y, noise float64, steps [2]propagator, more []uint8) {
	bias := s.bias
	noises, variances := s.noise[:len(bias)], s.variance[:len(bias)]
	more = more[:len(bias)]
	for k := range bias {
		kept := a * a
		v := w.spread*kept + noise
		bias[k] += w.start * kept
		noises[k] += noise
		variances[k] += w.twice * v * (v + w.mean*kept)
		l := &steps[more[k]&1]
		noise += l.xx*kept + y*(l.xy*a+l.yy*y)
		a, y = l.a*a-l.b*y, l.c*a+l.d*y
	}
}
