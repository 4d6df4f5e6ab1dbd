package theory

// quickRun follows methods of one or two variables under a schedule step by step in
// float64, at about a tenth of the cost of the general engine (BenchmarkQuickLoss), with
// which it agrees to 10^-9 (TestQuickRunAgainstExactModes).
type quickRun struct {
	variables int
	start     [2]float64
	reported  int
	steps     []quickMove
}

// quickMove is one step of two variables, z' = M z + b (x ρ'z + αε), and the variance of
// its noise in units of the optimizer's.
type quickMove struct {
	m                     [4]float64
	b0, b1, r0, r1, noise float64
}

func (s *system) hasQuickRun() bool {
	return s.layout.n <= 2 && s.LookaheadSteps == 0 && !s.UniformAverage && len(s.Schedule) > 0 && s.steady()
}

// quickRun is that of t steps of a stretched optimizer, nil if it has none.
func (s *system) quickRun(o Optimizer, t int) *quickRun {
	if !s.hasQuickRun() || t > maxStepwise || len(o.Schedule) == 0 {
		return nil
	}
	r := &quickRun{variables: s.layout.n, reported: s.layout.reported(), steps: make([]quickMove, 0, t)}
	copy(r.start[:], s.layout.start())
	still, whole := roundedStep(s.step(0, false)), roundedStep(s.step(1, false))
	put := func(f, noise float64) {
		at := func(a, b float64) float64 { return a + f*(b-a) }
		u := quickMove{b0: at(still.kick[0], whole.kick[0]), b1: at(still.kick[1], whole.kick[1]),
			r0: at(still.gradient[0], whole.gradient[0]), r1: at(still.gradient[1], whole.gradient[1]), noise: noise}
		for i, j := range []int{0, 1, 3, 4} {
			u.m[i] = -at(still.keep[j], whole.keep[j])
		}
		u.m[0]++
		u.m[3]++
		r.steps = append(r.steps, u)
	}
	for _, g := range o.Schedule {
		for k := 0; len(r.steps) < t && (k < g.Steps || g.Steps == 0); k++ {
			put(g.factor(k), o.batchSize()/o.batchIn(g))
		}
	}
	last := o.Schedule[len(o.Schedule)-1]
	for len(r.steps) < t {
		put(last.end(), o.batchSize()/o.batchIn(last))
	}
	return r
}

// loss returns the expected loss at the end, +Inf where it overflows.
func (r *quickRun) loss(dirs []Direction, o Optimizer) float64 {
	var total, start float64
	var four quickFour
	for _, d := range dirs {
		if d.Curvature == 0 {
			continue
		}
		alpha, exact := o.inDirection(d.Curvature)
		x, sigma2 := exact.Value(), alpha*(alpha*(d.Noise/o.batchSize()))
		half := 0.5 * d.Multiplicity * d.Curvature
		start += half * d.SecondMoment()
		if r.variables == 2 {
			total += half * r.second(x, sigma2, d.SecondMoment())
		} else if four.put(x, sigma2, d.SecondMoment(), half) {
			total += r.ends(&four)
		}
	}
	total += r.ends(&four)
	if total < vanishing*start {
		return lossesAt(dirs, o, []int{len(r.steps)})[0]
	}
	return orInf(total)
}

// second is E θ² of two variables at the end.
func (r *quickRun) second(x, sigma2, square float64) float64 {
	v00, v01, v11 := square*r.start[0]*r.start[0], square*r.start[0]*r.start[1], square*r.start[1]*r.start[1]
	for i := range r.steps {
		u := &r.steps[i]
		x0, x1, noise := x*u.b0, x*u.b1, sigma2*u.noise
		a00, a01, a10, a11 := u.m[0]+x0*u.r0, u.m[1]+x0*u.r1, u.m[2]+x1*u.r0, u.m[3]+x1*u.r1
		w00, w01 := a00*v00+a01*v01, a00*v01+a01*v11
		w10, w11 := a10*v00+a11*v01, a10*v01+a11*v11
		v00 = w00*a00 + w01*a01 + noise*u.b0*u.b0
		v01 = w00*a10 + w01*a11 + noise*u.b0*u.b1
		v11 = w10*a10 + w11*a11 + noise*u.b1*u.b1
	}
	if r.reported == 1 {
		return v11
	}
	return v00
}

// quickFour are four directions of one variable, which a processor follows at once.
type quickFour struct {
	n                         int
	x, sigma2, square, weight [4]float64
}

// put reports whether they are four.
func (f *quickFour) put(x, sigma2, square, weight float64) bool {
	f.x[f.n], f.sigma2[f.n], f.square[f.n], f.weight[f.n] = x, sigma2, square, weight
	f.n++
	return f.n == 4
}

// ends sums the loss of the directions at the end, and forgets them.
func (r *quickRun) ends(f *quickFour) (total float64) {
	v0, v1, v2, v3 := f.square[0], f.square[1], f.square[2], f.square[3]
	x0, x1, x2, x3 := f.x[0], f.x[1], f.x[2], f.x[3]
	s0, s1, s2, s3 := f.sigma2[0], f.sigma2[1], f.sigma2[2], f.sigma2[3]
	for i := range r.steps {
		u := &r.steps[i]
		b, m := u.b0*u.r0, u.m[0]
		noise := u.noise * u.b0 * u.b0
		a0, a1, a2, a3 := m+x0*b, m+x1*b, m+x2*b, m+x3*b
		v0 = a0*a0*v0 + s0*noise
		v1 = a1*a1*v1 + s1*noise
		v2 = a2*a2*v2 + s2*noise
		v3 = a3*a3*v3 + s3*noise
	}
	for i, v := range [4]float64{v0, v1, v2, v3} {
		if i < f.n {
			total += f.weight[i] * v
		}
	}
	*f = quickFour{}
	return total
}
