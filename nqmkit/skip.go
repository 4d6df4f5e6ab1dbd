package nqmkit

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"nqm/nqmkit/internal/leap"
	"nqm/nqmkit/internal/random"
	"nqm/theory"
)

// SkipAhead is SampleAt for linear methods and Gaussian noise, at any steps up
// to 10^15: it draws each observed state from its exact law given the one
// before, no matter how many steps lie between,
//
//	z(t+n) = A z(t) + N(0, V)        A = A_n ⋯ A_1        V = Σ_k A_n ⋯ A_{k+1} b_k b_k' A_{k+1}' ⋯ A_n' c
//
// instead of taking the n steps. The runs have the same law as SampleAt's, not
// the same numbers. A and V come from the rule's matrices by doubling, over each
// stretch of steps with one learning rate and batch size, once for all runs.
//
// The methods are theory.Linear, and every setting of theory.Optimizer: z holds
// the iterate and what the method has of a velocity, Lookahead's slow weights,
// and the moving average or the sum that the answer is made of. Where the
// learning rate changes in every step, as in Cosine, each step is a stretch of
// its own, which pays from some tens of runs; there may be 20 000 different
// learning rates.
//
// SkipAhead panics as Sample does, and on a method or problem that has no such
// law: adaptive methods, noise that is not Gaussian or that streams.
func SkipAhead(p theory.Problem, steps []int, runs Runs, methods ...Sampler) []theory.SampledCurve {
	if err := validate(steps, runs); err != nil {
		panic(err)
	}
	if last := steps[len(steps)-1]; last > maxSkip {
		panic(fmt.Errorf("nqmkit: step %d: skipping ahead wants at most 10^15", last))
	}
	if p.Streaming {
		panic(fmt.Errorf("nqmkit: %v cannot be skipped through: streaming noise is not Gaussian", p))
	}
	var curves []theory.SampledCurve
	for _, m := range methods {
		e := newExperiment(p, m, steps, runs)
		must(e.landscape.lay(1, e.recipe.power)) // there is such a preconditioner
		o := skipThrough(e, must(courseOf(m, steps)))
		c := o.summarise()
		o.free()
		c.Problem, c.Method, c.Family, c.Seed = p.String(), m.String(), m.Family(), runs.Seed
		curves = append(curves, c)
		if c.Partial {
			break
		}
	}
	return toldApart(curves, ofSampled)
}

const maxSkip = 1_000_000_000_000_000

// Skips go through the runs in batches, so that an interrupt keeps some, and in
// each through the directions in groups, whose leaps all runs share: as many as
// have so many numbers in A and L, within bounds.
const (
	skipBatch    = 256
	groupNumbers = 1 << 17
	leastGroup   = 16
	largestGroup = 256
)

// group returns how many directions a group has.
func (c course) group(b bowl) int {
	h := slices.Max(b.curvature)
	if h == 0 {
		return largestGroup
	}
	n := c.single(h, 0).n
	return min(max(groupNumbers/(2*n*n*len(c.Leaps)), leastGroup), largestGroup)
}

// skipThrough draws the losses of all runs at the chosen steps.
func skipThrough(e experiment, c course) observations {
	o := newObservations(e)
	w := begin("skipping ahead, "+e.name, float64(e.landscape.d)*float64(e.runs.Trials))
	defer w.end()
	for first := 0; first < e.runs.Trials && !w.interrupted.Load(); first += skipBatch {
		o.skipBatch(w, c, first, min(skipBatch, e.runs.Trials-first))
	}
	return o.finished()
}

// skipper is the state of one run between groups of directions.
type skipper struct {
	starts, noise random.Stream
	loss          []float64 // at each chosen step, so far
	draws         []float64
}

// skipBatch draws the runs first, first+1, ..., count of them.
func (o observations) skipBatch(w *work, c course, first, count int) {
	seed := o.experiment.runs.Seed
	skippers := make([]skipper, count)
	for i := range skippers {
		skippers[i] = skipper{
			starts: random.New(seed, first+i, random.ForStart), noise: random.New(seed, first+i, random.ForSkips),
			loss: make([]float64, len(o.steps)),
		}
	}
	b := o.landscape.bowl
	var group []skipped // that runs go through, while the next is prepared
	size := c.group(b)
	rooms := [2][]skipped{make([]skipped, size), make([]skipped, size)}
	for from := 0; from < len(b.curvature) || len(group) > 0; from += size {
		if w.interrupted.Load() {
			return
		}
		next := rooms[from/size%2][:max(min(size, len(b.curvature)-from), 0)]
		parallel(count+len(next), func(i int) {
			if i < count {
				for k := range group {
					skippers[i].pass(&group[k])
				}
				return
			}
			k := i - count
			next[k].place(b, from+k)
			next[k].prepare(c)
		})
		w.done.Add(int64(len(group) * count))
		group = next
	}
	for i, s := range skippers {
		o.reached[first+i] = o.note(first+i, s.loss)
	}
}

// note keeps the losses of a run.
func (o observations) note(run int, loss []float64) reached {
	r := reached{looks: len(o.steps), dead: -1}
	for k, l := range loss {
		if r.dead < 0 && !(l <= math.MaxFloat64) {
			r.dead = o.steps[k]
		}
		if r.dead >= 0 {
			l = math.Inf(1)
		}
		o.values[k][run] = l
	}
	return r
}

// skipped is a direction with its leaps between the chosen steps.
type skipped struct {
	transition
	curvature, noise, mean, std float64
	order                       []int       // the leap to each chosen step
	counts                      []float64   // of a course
	a, l                        leap.Square // A and L of each leap, one after the other
}

// place makes s direction i of a problem.
func (s *skipped) place(b bowl, i int) {
	s.curvature, s.noise, s.mean, s.std = b.curvature[i], b.noise[i], b.mean[i], b.std[i]
}

// workspaces are leaps that are not in use.
var workspaces = sync.Pool{New: func() any { return new(leap.Powers) }}

// prepare computes A and L of each leap, which only a direction with curvature needs.
func (s *skipped) prepare(c course) {
	if s.curvature == 0 {
		return
	}
	work := workspaces.Get().(*leap.Powers)
	defer workspaces.Put(work)
	s.transition, s.order, s.counts = c.single(s.curvature, 0), c.Order, c.counts
	work.Compose(c.Plan, s.n, func(kind int) (leap.Square, leap.Vector) {
		t := c.single(s.curvature, kind)
		return t.d, t.b
	})
	size := s.n * s.n
	s.a, s.l = leap.Grown(s.a, len(c.Leaps)*size), leap.Grown(s.l, len(c.Leaps)*size)
	for k, at := range c.Leaps {
		a, v := work.Of(at)
		copy(s.a[k*size:][:size], a)
		s.l[k*size:][:size].Cholesky(v, s.n)
	}
}

// pass takes a run through all chosen steps in one direction and adds its
// part of the losses. A direction without curvature has none, and one that
// starts at its minimum and feels no noise stays there.
func (s *skipper) pass(d *skipped) {
	start := d.mean + float64(d.std*s.starts.Normal())
	if d.curvature == 0 || start == 0 && d.noise == 0 {
		return
	}
	n := d.n
	if need := n * len(s.loss); cap(s.draws) < need {
		s.draws = make([]float64, need)
	}
	draws := s.draws[:n*len(s.loss)]
	s.noise.Normals(draws)
	scale, half := d.noise, d.curvature/2
	switch {
	case n == 1:
		d.passOne(start, scale, half, draws, s.loss)
		return
	case n == 2 && d.counts == nil:
		d.passTwo(start, scale, half, draws, s.loss)
		return
	}
	var z, next leap.Vector
	for i := range n {
		z[i] = d.s[i] * start
	}
	for k := range s.loss {
		at := d.order[k] * n * n
		a, l, e := d.a[at:][:n*n], d.l[at:][:n*n], draws[k*n:][:n]
		theta := 0.0
		for i := range n {
			sum := 0.0
			for j := range n {
				sum += float64(a[i*n+j] * z[j])
			}
			if scale > 0 {
				for j := range i + 1 {
					sum += float64(scale * l[i*n+j] * e[j])
				}
			}
			next[i] = sum
			theta += float64(d.r[i] * sum)
		}
		z = next
		if d.counts != nil && d.counts[k] > 0 {
			theta = z[n-1] / d.counts[k]
		}
		s.loss[k] += float64(half * theta * theta)
	}
}

// passOne is pass for a state of one number.
func (d *skipped) passOne(start, scale, half float64, draws, loss []float64) {
	theta := d.s[0] * start
	for k, e := range draws {
		at := d.order[k]
		theta = float64(d.a[at] * theta)
		if scale > 0 {
			theta += float64(scale * d.l[at] * e)
		}
		loss[k] += float64(half * theta * d.r[0] * theta * d.r[0])
	}
}

// passTwo is pass for a state of two numbers.
func (d *skipped) passTwo(start, scale, half float64, draws, loss []float64) {
	x, y := d.s[0]*start, d.s[1]*start
	for k := range loss {
		at := 4 * d.order[k]
		a, l, e := d.a[at:][:4], d.l[at:][:4], draws[2*k:][:2]
		x, y = float64(a[0]*x)+float64(a[1]*y), float64(a[2]*x)+float64(a[3]*y)
		if scale > 0 {
			x += float64(scale * l[0] * e[0])
			y += float64(scale * (float64(l[2]*e[0]) + float64(l[3]*e[1])))
		}
		theta := float64(d.r[0]*x) + float64(d.r[1]*y)
		loss[k] += float64(half * theta * theta)
	}
}
