package theory

import "math"

// quick sums the expected loss of methods with a scalar kernel (SGD, heavy ball,
// Nesterov, and the moving average of SGD, with constant settings) in float64,
// at between a half (SGD) and a sixth (heavy ball) of the cost of the exact
// modes (BenchmarkQuickLoss). A search for the best settings needs some thousands
// of losses, and its answer is certified by the exact modes. Over all regimes
// the two agree to 10^-9 (TestQuickLossAgainstExactModes).
type quick struct {
	nodes []quickNode
	power float64 // that x and c are scaled for
	// smooth leaves the oscillation out of what rings for more than a turn, so
	// that the loss has one valley instead of a comb of them.
	smooth bool
}

// quickNode is a direction, preconditioned: x = α·rate, c/h^2p.
type quickNode struct {
	rate, noise   float64
	start, weight float64 // E θ(0)², ½ m h
	// spacing to the next node of a quadrature, in log x; 0 of a direction itself.
	spacing float64
}

func newQuick(dirs []Direction, power float64) *quick {
	k := &quick{power: power}
	for _, d := range dirs {
		if d.Curvature == 0 {
			continue
		}
		n := quickNode{rate: d.Curvature, noise: d.Noise, start: d.SecondMoment(), weight: 0.5 * d.Multiplicity * d.Curvature}
		if power != 0 {
			scale := math.Pow(d.Curvature, -power)
			n.rate, n.noise = n.rate*scale, n.noise*scale*scale
		}
		k.nodes = append(k.nodes, n)
	}
	return k
}

// space sets the spacing of the nodes of panels, from one on.
func (k *quick) space(from int) {
	for ; from+order <= len(k.nodes); from += order {
		panel := k.nodes[from : from+order]
		for i := range panel {
			panel[i].spacing = math.Abs(math.Log(panel[order-1].rate/panel[0].rate)) / (order - 1)
		}
	}
}

// plain reports whether quick is made for o.
func (o Optimizer) plain() bool {
	_, ok := o.kernel()
	return ok
}

// quickKernel is a kernel in float64.
type quickKernel struct {
	states     int
	gain       float64
	p, q, u, w quickLine
}

func newQuickKernel(k kernel) quickKernel {
	return quickKernel{k.states, k.gain, k.p.rounded(), k.q.rounded(), k.u.rounded(), k.w.rounded()}
}

func (k *quickKernel) at(x float64) quickSecond {
	return quickSecond{p: k.p.at(x), q: k.q.at(x), u: k.u.at(x), w: k.w.at(x)}
}

// quickLine is base + slope (x - origin).
type quickLine struct{ base, slope, origin float64 }

func (l quickLine) at(x float64) float64 { return l.base + l.slope*(x-l.origin) }

// loss returns E L(t), +Inf where the settings are not stable.
func (k *quick) loss(kernel *quickKernel, alpha, batch, t float64) float64 {
	noise := alpha * alpha / batch
	var total float64
	if kernel.states == 1 {
		for i := range k.nodes {
			n := &k.nodes[i]
			square, sum := quickFirst(alpha*n.rate, t)
			total += n.weight * (square*n.start + noise*n.noise*sum)
		}
		return orInf(total)
	}
	noise *= kernel.gain * kernel.gain
	turns := 0.5 * math.Abs(kernel.w.slope-kernel.u.slope) * t
	envelope := math.NaN()
	if kernel.p.slope == 0 { // the modulus of complex roots is the same for all
		envelope = math.Exp(t * (0.5 * math.Log(kernel.p.base)))
	}
	for i := range k.nodes {
		n := &k.nodes[i]
		x := alpha * n.rate
		r := quickSecond{p: kernel.p.at(x), q: kernel.q.at(x), u: kernel.u.at(x), w: kernel.w.at(x), envelope: envelope, smooth: k.smooth, turns: turns * x * n.spacing}
		square, sum := r.at(t)
		total += n.weight * (square*n.start + noise*n.noise*sum)
	}
	return orInf(total)
}

// orInf replaces what is no number: the settings are not stable.
func orInf(v float64) float64 {
	if math.IsNaN(v) {
		return math.Inf(1)
	}
	return v
}

// quickFirst returns Factor² and Σ ψ² of a recurrence of first order.
func quickFirst(x, t float64) (square, sum float64) {
	growth := x * (2 - x)
	if !(growth > 0) {
		return math.Inf(1), 0
	}
	log := 2 * t * math.Log(math.Abs(1-x))
	if x < 0.5 {
		log = 2 * t * math.Log1p(-x)
	}
	square = math.Exp(log)
	return square, (1 - square) / growth
}

// quickSecond is a recurrence of second order; see recurrence.
type quickSecond struct {
	p, q, u, w float64
	envelope   float64 // p^(t/2), NaN where it is not known
	smooth     bool
	turns      float64 // from node to node, times imag
}

// at returns Factor² and Σ ψ².
func (r quickSecond) at(t float64) (square, sum float64) {
	if !(r.q > 0 && r.u > 0 && r.w > 0) {
		return math.Inf(1), 0
	}
	// square is A_t², and product ψ_t ψ_{t-1}.
	var product float64
	switch disc := r.q*r.q - r.u*r.w; {
	case disc < 0:
		square, product = r.ringing(math.Sqrt(-disc), t)
	case r.p > 0:
		square, product = r.alike(math.Sqrt(disc), t)
	default:
		square, product = r.opposite(math.Sqrt(disc), t)
	}
	return square, ((1+r.p)*(1-square) - 2*r.p*r.u*product) / (r.q * r.u * r.w)
}

// calm is the phase, in radians, from which on smooth sums leave ringing out.
// followed is the turn from node to node, in radians, up to which a quadrature
// follows it; from twice that on it would see phases as if they were random, and ringing
// is left out.
const calm, followed = 6, 0.6

// ringing returns square and product for complex roots.
func (r quickSecond) ringing(imag, t float64) (square, product float64) {
	phase := t * math.Atan2(imag, (r.w-r.u)/2)
	keep := 1.0
	if r.smooth {
		turned := phase * phase / (calm * calm)
		keep = math.Exp(-turned * turned)
	} else if limit := followed * imag; r.turns > limit && phase > calm {
		keep = 0.5 + 0.5*math.Cos(math.Pi*math.Min(1, r.turns/limit-1))
	}
	cc, sc, ss := 0.5, 0., 0.5
	if keep == 1 {
		sin, cos := math.Sincos(phase)
		cc, sc, ss = cos*cos, sin*cos, sin*sin
	} else if keep > 0 {
		sin, cos := math.Sincos(phase)
		cc, sc, ss = keep*cos*cos+0.5*(1-keep), keep*sin*cos, keep*sin*sin+0.5*(1-keep)
	}
	envelope := r.envelope
	if math.IsNaN(envelope) {
		envelope = math.Exp(t * (0.5 * math.Log(r.p)))
	}
	q, w, energy := (r.q-r.u)/imag, 2/imag, envelope*envelope
	return energy * (cc + 2*q*sc + q*q*ss), energy * w * (sc + (q+r.p*w)*ss)
}

// alike returns them for real roots of the same sign, a double one included. Of
// negative roots they come from the recurrence of (-1)^t θ, which exchanges u
// and w.
func (r quickSecond) alike(gap, t float64) (square, product float64) {
	near, s := r.u, (r.w-r.u)/2
	if s < 0 {
		near, s = r.w, -s
	}
	below := near / ((r.q + near + gap) / 2) // 1 - |r1|
	large := (s + gap) / 2
	power := math.Exp(t * math.Log1p(-below))
	b := t
	if gap > 1e-14 {
		b = -math.Expm1(t*math.Log1p(-gap/large)) * large / gap
	}
	before := power / large * b
	now := power * (1 + r.p/(large*large)*b)
	factor := now - r.p*before
	if r.w < r.u {
		factor, before = now+r.p*before, -before
	}
	return factor * factor, now * before
}

// opposite returns them for roots r1 > 0 >= r2.
func (r quickSecond) opposite(gap, t float64) (square, product float64) {
	s := (r.w - r.u) / 2
	r1, r2 := (s+gap)/2, (s-gap)/2
	p1, p2 := math.Pow(r1, t), math.Pow(r2, t)
	now, before := (p1*r1-p2*r2)/gap, (p1-p2)/gap
	factor := now - r.p*before
	return factor * factor, now * before
}

// rounded is a line in float64.
func (l line) rounded() quickLine { return quickLine{l.base.Value(), l.slope.Value(), l.origin} }
