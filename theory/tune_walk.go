package theory

import "math"

// quickWalk follows second moments E zz' step by step in float64, of methods of up to four
// variables with steady steps: under a schedule, with Lookahead and averages, and under
// multiplicative noise, which couples the directions. It costs a tenth of the general
// engine (BenchmarkQuickWalk), with which it agrees to 10^-9 (TestQuickWalkAgainstExactModes).
type quickWalk struct {
	layout
	start     []float64
	period    int // of Lookahead; 0 means none
	sum, from int // the variable that sums the iterates from a step on; -1 means none
	moves     []walkMove
	after     [2]walkMove // beyond the moves: a plain step, and one with the slow weights
}

// walkMove is one step z' = M z + b (x ρ'z + αε), M by rows of maxVariables, and the
// variance of its noise in units of the optimizer's.
type walkMove struct {
	m     [maxVariables * maxVariables]float64
	b, r  [maxVariables]float64
	noise float64
}

// quickWalk is that of t steps of a stretched optimizer, nil if it has none.
func (s *system) quickWalk(o Optimizer, t int) *quickWalk {
	if !s.steady() {
		return nil
	}
	w := &quickWalk{layout: s.layout, start: s.layout.start(), period: s.LookaheadSteps, sum: -1, from: s.AverageFrom}
	if s.UniformAverage {
		w.sum = s.layout.average
	}
	move := func(f, noise float64, sync bool) walkMove {
		u := walkMove{noise: noise}
		at := func(a, b float64) float64 { return a + f*(b-a) }
		still, whole := s.step(0, sync), s.step(1, sync)
		for i := range w.n {
			u.b[i] = at(still.kick[i].Value(), whole.kick[i].Value())
			u.r[i] = at(still.gradient[i].Value(), whole.gradient[i].Value())
			for j := range w.n {
				u.m[maxVariables*i+j] = -at(still.keep[i][j].Value(), whole.keep[i][j].Value())
			}
			u.m[maxVariables*i+i]++
		}
		return u
	}
	f, noise := 1.0, 1.0
	for _, g := range o.Schedule {
		noise = o.batchSize() / o.batchIn(g)
		for k := 0; len(w.moves) < t && (k < g.Steps || g.Steps == 0); k++ {
			w.moves = append(w.moves, move(g.factor(k), noise, w.syncs(len(w.moves))))
		}
		f = g.end()
	}
	for k, sync := range []bool{false, w.period > 0} {
		w.after[k] = move(f, noise, sync)
	}
	return w
}

func (w *quickWalk) syncs(k int) bool { return w.period > 0 && (k+1)%w.period == 0 }

// move is step k.
func (w *quickWalk) move(k int) *walkMove {
	switch {
	case k < len(w.moves):
		return &w.moves[k]
	case w.syncs(k):
		return &w.after[1]
	}
	return &w.after[0]
}

// secondMoments are those of a direction on its way.
type secondMoments struct {
	x, unit          float64 // αh, and the variance that noise of 1 adds
	h, weight, noise float64
	gradient         float64 // E of the square of the point where the gradient is taken
	v                [maxVariables * maxVariables]float64
}

// loss returns the expected loss after t steps, +Inf where it overflows; ok is false where
// so little is left of the start that float64 is not enough.
func (w *quickWalk) loss(dirs []Direction, o Optimizer, t int, streaming bool) (loss float64, ok bool) {
	all := make([]secondMoments, 0, len(dirs))
	var start float64
	for _, d := range dirs {
		if d.Curvature == 0 {
			continue
		}
		alpha, x := o.inDirection(d.Curvature)
		i := secondMoments{x: x.Value(), unit: alpha * (alpha / o.batchSize()), h: d.Curvature, weight: d.Multiplicity * d.Curvature, noise: d.Noise}
		for j, a := range w.start {
			for k, b := range w.start {
				i.v[maxVariables*j+k] = a * b * d.SecondMoment()
			}
		}
		start += i.weight * d.SecondMoment()
		all = append(all, i)
	}
	for k := range t {
		if k == w.from {
			w.begin(all)
		}
		u := w.move(k)
		if common := 0.0; streaming {
			for i := range all {
				d := &all[i]
				d.gradient = w.square(&d.v, &u.r)
				common += d.weight * d.gradient
			}
			if !(common < huge*huge) {
				return math.Inf(1), true
			}
			for i := range all {
				d := &all[i]
				w.step(d, u, d.h*(d.h*d.gradient+common)+d.noise)
			}
			continue
		}
		for i := range all {
			w.step(&all[i], u, all[i].noise)
		}
	}
	if t == w.from {
		w.begin(all)
	}
	read, count := w.reported(), 1.0
	if w.sum >= 0 {
		if count = float64(t - w.from + 1); t < w.from {
			read, count = w.slow, 1
		}
	}
	for i := range all {
		loss += all[i].weight * all[i].v[(maxVariables+1)*read]
	}
	loss /= count * count
	return orInf(0.5 * loss), !(loss < vanishing*start)
}

// begin puts the iterates into their sums.
func (w *quickWalk) begin(all []secondMoments) {
	if w.sum < 0 {
		return
	}
	for i := range all {
		v := &all[i].v
		for j := range w.n {
			if j != w.sum {
				v[maxVariables*w.sum+j] = v[maxVariables*w.slow+j]
				v[maxVariables*j+w.sum] = v[maxVariables*w.slow+j]
			}
		}
		v[(maxVariables+1)*w.sum] = v[(maxVariables+1)*w.slow]
	}
}

// square is r'v r.
func (w *quickWalk) square(v *[maxVariables * maxVariables]float64, r *[maxVariables]float64) (c float64) {
	for i := range w.n {
		for j := range w.n {
			c += r[i] * v[maxVariables*i+j] * r[j]
		}
	}
	return c
}

// step does one step of a direction with noise of a variance.
func (w *quickWalk) step(d *secondMoments, u *walkMove, noise float64) {
	const n = maxVariables
	noise *= d.unit * u.noise
	v := &d.v
	switch w.n {
	case 1:
		a := u.m[0] + d.x*u.b[0]*u.r[0]
		v[0] = a*a*v[0] + noise*u.b[0]*u.b[0]
		return
	case 2:
		x0, x1 := d.x*u.b[0], d.x*u.b[1]
		a, b, c, e := u.m[0]+x0*u.r[0], u.m[1]+x0*u.r[1], u.m[n]+x1*u.r[0], u.m[n+1]+x1*u.r[1]
		w00, w01 := a*v[0]+b*v[1], a*v[1]+b*v[n+1]
		w10, w11 := c*v[0]+e*v[1], c*v[1]+e*v[n+1]
		v[0] = w00*a + w01*b + noise*u.b[0]*u.b[0]
		v[1] = w00*c + w01*e + noise*u.b[0]*u.b[1]
		v[n], v[n+1] = v[1], w10*c+w11*e+noise*u.b[1]*u.b[1]
		return
	}
	var a, wide [n * n]float64
	for i := range n {
		xb := d.x * u.b[i]
		for j := range n {
			a[n*i+j] = u.m[n*i+j] + xb*u.r[j]
		}
	}
	for i := range w.n {
		a0, a1, a2, a3 := a[n*i], a[n*i+1], a[n*i+2], a[n*i+3]
		for j := range n {
			wide[n*i+j] = a0*v[j] + a1*v[n+j] + a2*v[2*n+j] + a3*v[3*n+j]
		}
	}
	for i := range w.n {
		w0, w1, w2, w3, kick := wide[n*i], wide[n*i+1], wide[n*i+2], wide[n*i+3], noise*u.b[i]
		for j := range i + 1 {
			c := w0*a[n*j] + w1*a[n*j+1] + w2*a[n*j+2] + w3*a[n*j+3] + kick*u.b[j]
			v[n*i+j], v[n*j+i] = c, c
		}
	}
}
