package theory

import "math"

// prover bounds the loss of a method with a scalar kernel whose learning rate is
// free, alone or with one setting b in [0, 1] on which the kernel depends affinely
// (momentum of heavy ball, decay of the average of SGD). The learning rate is
// α = y L(b)/h_max, 0 < y < 1, with the limit L of αh where stability ends, so that
// x = y L(b) η in a direction with η = h/h_max, and the coefficients of its
// characteristic polynomial z² - s z + p are bilinear in y and b.
type prover struct {
	*tuner
	axes        int // free settings
	states      int
	s, p, u     bilinear // of x and b, u = 1 - s + p
	limit, gain linear   // of b
	top         float64  // h_max, preconditioned
	modes       [][]provedMode
	work        float64 // factors that were computed
}

// bilinear is c[0] + c[1] x + c[2] b + c[3] x b, linear c[0] + c[1] b.
type (
	bilinear [4]float64
	linear   [2]float64
)

func (c *bilinear) at(x, b float64) float64 { return c[0] + c[1]*x + (c[2]+c[3]*x)*b }

func (c linear) at(b float64) float64 { return c[0] + c[1]*b }

// provedMode is a direction, with its polynomial as a function of y and b.
type provedMode struct {
	quickNode
	eta     float64
	s, p, u bilinear
}

// newProver returns nil if the loss is not of this kind.
func newProver(k *tuner) *prover {
	if k.problem.Streaming || k.base.Schedule != nil || !k.tunesRate() || len(k.free) > 2 || len(k.free) == 2 && k.free[1].coordinate != &slowCoordinate {
		return nil
	}
	v := &prover{tuner: k, axes: len(k.free)}
	v.top = math.Pow(k.height, 1-k.base.Power) * math.Max(1, math.Pow(k.span, 1-k.base.Power))
	var at [3]shape
	for i := range at {
		var ok bool
		if at[i], v.states, ok = v.shape(0.25 * float64(i+1)); !ok {
			return nil
		}
	}
	var base, slope shape
	for i := range base {
		slope[i] = 4 * (at[1][i] - at[0][i])
		base[i] = at[0][i] - slope[i]/4
		if math.Abs(at[2][i]-base[i]-0.75*slope[i]) > 1e-14 {
			return nil
		}
	}
	for i, c := range []*bilinear{&v.s, &v.p, &v.u} {
		*c = bilinear{base[2*i], base[2*i+1], slope[2*i], slope[2*i+1]}
	}
	v.limit, v.gain = linear{base[6], slope[6]}, linear{base[7], slope[7]}
	if v.limit[1] != 0 && (v.s[3] != 0 || v.p[3] != 0 || v.u[3] != 0) { // quadratic in b
		return nil
	}
	return v
}

// shape has value at 0 and slope in x of s, p and u, the limit and the gain.
type shape [8]float64

func (v *prover) shape(b float64) (c shape, states int, ok bool) {
	k, ok := v.kernelAt(b)
	q := newQuickKernel(k)
	u, p, sum := q.u.at(0), q.p.at(0), (q.w.at(0)-q.u.at(0))/2
	return shape{sum, (q.w.slope - q.u.slope) / 2, p, q.p.slope, u, q.u.slope, k.limit(), k.gain}, k.states, ok
}

// kernelAt is the kernel at a value of the second free setting.
func (v *prover) kernelAt(b float64) (kernel, bool) {
	o := v.inside()
	if v.axes == 2 {
		*v.free[1].number(&o) = b
	}
	return o.kernel()
}

// modesOf are the directions of a rung, nil beyond the last. A list is not binned.
func (v *prover) modesOf(rung int) []provedMode {
	for len(v.modes) <= rung {
		next := len(v.modes)
		if v.problem.Law.Count == 0 {
			next += v.lastOfList()
		}
		dirs, ok := v.directions(next)
		if !ok {
			return nil
		}
		var all []provedMode
		for _, n := range newQuick(dirs, v.base.Power).nodes {
			m := provedMode{quickNode: n, eta: n.rate / v.top}
			for i, c := range []*bilinear{&v.s, &v.p, &v.u} {
				*[]*bilinear{&m.s, &m.p, &m.u}[i] = bilinear{c[0], c[1] * m.eta * v.limit[0], c[2], m.eta * (c[1]*v.limit[1] + c[3]*v.limit[0])}
			}
			all = append(all, m)
		}
		v.modes = append(v.modes, all)
	}
	return v.modes[rung]
}

// setting is a point of the settings: of it x = rate η and the variance g²σ²/c.
type setting struct {
	y, b     float64
	x        float64 // of η = 1
	variance float64
	kernel   quickKernel
}

// settingAt is the point of y, with the rest of one of the same b.
func (v *prover) settingAt(y, b float64, k quickKernel) setting {
	x, g := y*v.limit.at(b), v.gain.at(b)
	return setting{y: y, b: b, x: x, variance: g * g * (x / v.top) * (x / v.top) / v.base.batchSize(), kernel: k}
}

// parts are the bias after tb and the noise after tn steps of a direction.
func (v *prover) parts(m *provedMode, at *setting, tb, tn float64) (bias, noise float64) {
	v.work++
	var square, sum float64
	if v.states == 1 {
		square, sum = quickFirst(at.x*m.eta, tb)
		if tn != tb {
			_, sum = quickFirst(at.x*m.eta, tn)
		}
	} else {
		r := at.kernel.at(at.x * m.eta)
		r.envelope = math.NaN()
		square, sum = r.at(tb)
		if tn != tb {
			_, sum = r.at(tn)
		}
	}
	return m.start * square, at.variance * m.noise * sum
}

// boxBound is what is known of the loss in a box.
type boxBound struct {
	least   float64 // no loss is lower
	central float64 // the lowest loss in its middle, at its first or last step
	best    int     // that step
	axis    int     // along which halving helps
}

// alongSteps is the axis of the steps.
const alongSteps = 2

// bound bounds the loss in a box from below. Of each direction it takes the least bias
// and the least noise over the steps of the box (see extremes). Both are analytic in y
// and b, so that their sum is at least the polynomial that interpolates it at
// Chebyshev points, less the error of interpolation. A part whose error would be larger
// than itself is left out, as it is >= 0. The polynomial is bounded by its Bernstein
// coefficients. The quadrature of a law is refined where its error matters.
func (v *prover) bound(b *proofBox, value float64) {
	for {
		modes := v.modesOf(b.rung)
		least := v.interpolated(modes, b)
		minorant, first, last := v.central(modes, b)
		b.central, b.best = first, b.from
		if last < first {
			b.central, b.best = last, b.to
		}
		if b.from < b.to && b.central-minorant > 0.5*(b.central-least) {
			b.axis = alongSteps
		}
		finer, doubt := v.modesOf(b.rung+1), 0.0
		if finer != nil {
			other, _, _ := v.central(finer, b)
			doubt = 2 * math.Abs(other-minorant)
		} else if c := v.problem.Law.Count; c != 0 && float64(len(modes)) < c {
			doubt = math.Inf(1)
		}
		b.least = math.Max(b.least, least-doubt)
		if b.least > value || least <= value || finer == nil {
			return
		}
		b.rung++
	}
}

// central returns in the middle of a box the sum of what is least of each direction, and
// the losses after the first and the last step.
func (v *prover) central(modes []provedMode, b *proofBox) (least, first, last float64) {
	s := b.middle()
	k, _ := v.kernelAt(s.center[1])
	at := v.settingAt(s.center[0], s.center[1], newQuickKernel(k))
	s.radius = [2]float64{}
	from, to := float64(b.from), float64(b.to)
	for i := range modes {
		m := &modes[i]
		bias, noise := v.parts(m, &at, to, to)
		last += m.weight * (bias + noise)
		if b.from == b.to {
			continue
		}
		begin, grown := v.parts(m, &at, from, from)
		first += m.weight * (begin + grown)
		ex := v.extremes(m, s, from, to)
		if ex.bias == from {
			bias = begin
		}
		if ex.noise == from {
			noise = grown
		}
		if !ex.known {
			bias = 0
			if m.weight < 0 {
				bias = m.start * ex.roots.realSquare(from, to)
			}
		}
		least += m.weight * (bias + noise)
	}
	if b.from == b.to {
		return last, last, last
	}
	return least, first, last
}

// interpolated is the bound of one rung. It finds the axis of the settings along which
// the errors are larger.
func (v *prover) interpolated(modes []provedMode, b *proofBox) float64 {
	s := b.middle()
	points := v.points(s)
	values := make([]float64, len(points))
	bias, noise := make([]float64, len(points)), make([]float64, len(points))
	from, to := float64(b.from), float64(b.to)
	low, high := v.variance(s)
	var lost float64
	var loose [2]float64
	ellipse := len(ellipses) / 3
	for i := range modes {
		m := &modes[i]
		ex := v.extremes(m, s, from, to)
		var most, grown float64
		for j := range points {
			bias[j], noise[j] = v.parts(m, &points[j], ex.bias, ex.noise)
			most, grown = math.Max(most, bias[j]), math.Max(grown, noise[j])
		}
		var errors [2]float64 // of bias and noise
		for axis := range v.axes {
			e := v.interpolation(m, s, axis, ex, &ellipse)
			if size := most + grown; size > 0 {
				loose[axis] += math.Abs(m.weight) * size * math.Log1p(math.Min((e[0]+e[1])/size, math.MaxFloat64))
			}
			if axis > 0 {
				e[0], e[1] = lebesgue*e[0], lebesgue*e[1]
			}
			errors[0], errors[1] = errors[0]+e[0], errors[1]+e[1]
		}
		w := math.Abs(m.weight)
		if ex.known && errors[0] < most {
			lost += w * errors[0]
			addTo(values, m.weight, bias)
		} else if m.weight < 0 {
			lost += w * m.start * ex.roots.realSquare(from, to)
		}
		if errors[1] < grown {
			lost += w * errors[1]
			addTo(values, m.weight, noise)
		} else if m.weight < 0 {
			lost += w * high * m.noise * math.Min(ex.roots.sum(ex.noise), ex.steady)
		} else {
			lost -= w * low * m.noise // ψ_0 = 1
		}
	}
	b.axis = 0
	if loose[1] > 1.05*loose[0] || loose[1] > 0.95*loose[0] && s.radius[1] > s.radius[0] {
		b.axis = 1
	}
	return leastOf(bernstein(values, v.axes), v.axes, maxHalvings) - lost
}

func addTo(sum []float64, weight float64, terms []float64) {
	for i, t := range terms {
		sum[i] += weight * t
	}
}

// points are the Chebyshev points of a box, y the fastest.
func (v *prover) points(s patch) []setting {
	var all []setting
	for _, z := range chebyshevPoints[:] {
		b := s.center[1] + s.radius[1]*z
		k, _ := v.kernelAt(b)
		quick := newQuickKernel(k)
		for _, x := range chebyshevPoints[:] {
			all = append(all, v.settingAt(s.center[0]+s.radius[0]*x, b, quick))
		}
		if v.axes == 1 {
			break
		}
	}
	return all
}

// variance bounds g²σ²/c in a box, of complex settings its modulus.
func (v *prover) variance(s patch) (low, high float64) {
	bounds := func(c linear) (low, high float64) {
		at, moves := math.Abs(c.at(s.center[1])), math.Abs(c[1])*s.radius[1]
		return math.Max(0, at-moves), at + moves
	}
	limitLow, limitHigh := bounds(v.limit)
	gainLow, gainHigh := bounds(v.gain)
	of := func(y, limit, gain float64) float64 {
		alpha := y * limit / v.top
		return alpha * alpha * gain * gain / v.base.batchSize()
	}
	return of(math.Max(0, s.center[0]-s.radius[0]), limitLow, gainLow), of(s.center[0]+s.radius[0], limitHigh, gainHigh)
}

// extremes are the steps of an interval at which bias and noise of a direction are
// least, for all settings of a box; the greatest, of a direction that counts
// negatively.
type extremes struct {
	bias, noise float64
	known       bool // of the bias; there may be no such step
	roots       discs
	steady      float64 // an upper bound of Σ ψ², for ever
}

// extremes finds them. The noise never falls. From A_{t+1} - A_t = -u ψ_t and ψ_t >= 0
// the bias falls where the roots are real and their sum is >= 0, or else until the
// phase (t+1)ω is π/2. With real roots r1 >= r2 >= 0 also A_t = (1-r2) ψ_t + r2^(t+1), so
// that E θ² falls for ever if the variance per step g²σ² is at most
//
//	E θ(0)² u (1-r2)(1+r1)        (1-r2)(1+r1) = 1 - p + √(s²-4p)
//
// and of SGD, where u = x, it moves monotonically from its start to g²σ²/(x(2-x)).
func (v *prover) extremes(m *provedMode, s patch, from, to float64) extremes {
	ex := extremes{bias: to, noise: from, known: true, roots: m.roots(s), steady: math.Inf(1)}
	r := &ex.roots
	u := m.u.over(s)
	if q, w := 1-r.p.high, 1+r.s.low+r.p.low; q > 0 && u.low > 0 && w > 0 {
		ex.steady = (1 + r.p.high) / (q * u.low * w)
	}
	if from == to {
		return ex
	}
	low, high := v.variance(s)
	low, high = low*m.noise, high*m.noise
	switch {
	case v.states == 1:
		below, above := m.start*math.Min(u.low*(2-u.low), u.high*(2-u.high)), m.start*math.Max(u.low*(2-u.low), u.high*(2-u.high))
		if u.low < 1 && u.high > 1 {
			above = m.start
		}
		if high <= below {
			ex.noise = to
		} else if low >= above {
			ex.bias = from
		}
	case !r.falls(to):
		ex.known = false
	case r.disc.low >= 0 && r.p.low >= 0 && high <= m.start*u.low*(1-r.p.high+math.Sqrt(r.disc.low)):
		ex.noise = to
	}
	if m.weight < 0 {
		ex.bias, ex.noise = from+to-ex.bias, from+to-ex.noise
	}
	return ex
}

// ellipses are parameters ρ of ellipses of Bernstein: the sums of their half-axes, of
// an interval of radius 1.
var ellipses = [...]float64{1.3, 1.7, 2.3, 3.2, 4.5, 6.5, 10, 16, 30, 60, 150, 400}

// interpolation bounds the errors of interpolating the bias and the noise of a direction
// along one axis: of a function whose modulus is at most M in the ellipse of ρ it is at
// most 4 M ρ^(1-n)/(ρ-1) with n points (Trefethen, Approximation Theory and
// Approximation Practice, theorem 8.2). M comes from bounds of the roots over a disc around
// the ellipse. The search for the best ellipse begins where the last one ended.
func (v *prover) interpolation(m *provedMode, s patch, axis int, ex extremes, last *int) (errors [2]float64) {
	at := func(i int) [2]float64 {
		rho := ellipses[i]
		wide := s
		wide.radius[axis] *= (rho + 1/rho) / 2
		roots := m.roots(wide)
		_, variance := v.variance(wide)
		factor := 4 * math.Pow(rho, 1-interpolatedPoints) / (rho - 1)
		v.work++
		return [2]float64{factor * times(m.start, roots.square(ex.bias, ex.bias)), factor * times(variance*m.noise, roots.sum(ex.noise))}
	}
	errors = at(*last)
	for _, way := range []int{1, -1} {
		for i := *last + way; i >= 0 && i < len(ellipses); i += way {
			e := at(i)
			if !(e[0]+e[1] < errors[0]+errors[1]) {
				break
			}
			*last, errors = i, e
		}
	}
	return errors
}

// patch are the settings y and b next to a center: of a box, or, where they may be complex, of
// the product of two discs.
type patch struct{ center, radius [2]float64 }
