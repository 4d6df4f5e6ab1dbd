package theory

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"nqm/theory/internal/dd"
	"nqm/theory/internal/search"
)

// pieceObjective is the expected loss of plain SGD as a function of the learning
// rates α_1, ..., α_n of its pieces, of n_1, ..., n_n steps. A direction of
// gain a = h^(1-p) has ℓ = ½ m h E θ², and one piece maps it, with x = αa, to
//
//	ℓ' = q ℓ + N        q = (1-x)^2n
//	N = (1-q) f         f = φ α/(2-x)        φ = ½ m h^-p c/B
//
// (the paper's theorem 1, piece by piece). The loss after all pieces is Σ ℓ.
// Derivatives are with respect to u = log α, by a forward and an adjoint pass:
// with λ_k the product of the factors q of the later pieces, and r_j = ∂ℓ/∂u_j
// before piece k,
//
//	∂L/∂u_k = Σ λ_k (q' ℓ + N')
//	∂²L/∂u_j∂u_k = Σ λ_k q' r_j (j < k)        ∂²L/∂u_k² = Σ λ_k (q″ ℓ + N″)
//
// at a cost of directions × pieces, and of directions × pieces² at most for the
// second derivatives: a piece forgets what came long before it.
type pieceObjective struct {
	gain, start, floor []float64 // a, ℓ(0) and φ of each direction
	limit              float64   // α <= 2/max a
	evaluations        int

	moves []move
	loss  []float64 // ℓ before each piece
	past  []float64 // r_j
}

// move is what a piece does to one direction: q, N and their first two
// derivatives in log α.
type move struct{ q, q1, q2, n, n1, n2 float64 }

// newPieceObjective sums what the directions of equal gain have in common, which
// loses nothing: all of them with power 1.
func newPieceObjective(dirs []Direction, o Optimizer) *pieceObjective {
	type column struct{ gain, start, floor float64 }
	var all []column
	for _, d := range dirs {
		if d.Curvature == 0 {
			continue
		}
		all = append(all, column{powerOf(d.Curvature, 1-o.Power), 0.5 * d.Multiplicity * d.Curvature * d.SecondMoment(),
			0.5 * d.Multiplicity * d.Noise / o.batchSize() * powerOf(d.Curvature, -o.Power)})
	}
	slices.SortStableFunc(all, func(a, b column) int { return cmp.Compare(b.gain, a.gain) })
	c := &pieceObjective{limit: math.Inf(1)}
	for _, d := range all {
		n := len(c.gain)
		if n == 0 || c.gain[n-1] != d.gain {
			c.gain, c.start, c.floor = append(c.gain, d.gain), append(c.start, 0), append(c.floor, 0)
			n++
		}
		c.start[n-1] += d.start
		c.floor[n-1] += d.floor
	}
	if len(c.gain) > 0 {
		c.limit = 2 / c.gain[0]
	}
	return c
}

// coarse merges neighbours of a long list, for the search: gains within a
// ratio of e^width become their mean, weighted by what there is to lose.
func (c *pieceObjective) coarse(width float64) *pieceObjective {
	r := &pieceObjective{limit: c.limit}
	for i := 0; i < len(c.gain); {
		first := c.gain[i]
		var gain, weight, start, floor float64
		for ; i < len(c.gain) && c.gain[i] >= first*math.Exp(-width); i++ {
			w := math.Abs(c.start[i]) + math.Abs(c.floor[i])*c.limit + math.SmallestNonzeroFloat64
			gain, weight = gain+w*c.gain[i], weight+w
			start, floor = start+c.start[i], floor+c.floor[i]
		}
		if weight <= 1e-300 {
			gain, weight = first, 1
		}
		r.gain, r.start, r.floor = append(r.gain, math.Min(gain/weight, first)), append(r.start, start), append(r.floor, floor)
	}
	return r
}

// within returns c merged to n directions, or to as few as there are when those
// within a factor of 2.4 are one.
func (c *pieceObjective) within(n int) *pieceObjective {
	r := c
	for width := 0.01; len(r.gain) > n && width < 1; width *= 1.3 {
		r = c.coarse(width)
	}
	return r
}

// largest bounds the loss of one step: +Inf if it overflows.
func (c *pieceObjective) largest() float64 {
	var total float64
	for i := range c.gain {
		total += math.Abs(c.start[i]) + 2*math.Abs(c.floor[i])*c.limit
	}
	if math.IsNaN(total) {
		return math.Inf(1)
	}
	return total
}

// silent reports whether there is no noise.
func (c *pieceObjective) silent() bool {
	return !slices.ContainsFunc(c.floor, func(f float64) bool { return f != 0 })
}

// initial is the loss at the start.
func (c *pieceObjective) initial() float64 {
	var total dd.Sum
	for _, l := range c.start {
		total.Add(l)
	}
	return total.Value()
}

// moveOf returns what a piece of n steps does to a direction.
func moveOf(alpha, gain, floor, n float64) move {
	x := math.Min(alpha*gain, 2)
	y := 1 - x
	var m move
	var lost float64 // 1 - q
	switch {
	case n == 1:
		m.q, m.q1, m.q2 = y*y, -2*x*y, 2*x*(2*x-1)
		lost = x * (2 - x)
	case math.Abs(y) < 1e-60: // and so is its n-th power, n >= 2
		lost = 1
	default:
		log := math.Log1p(-x)
		if x > 1 {
			log = math.Log(-y)
		}
		m.q, lost = decay(2 * n * log)
		m.q1 = -2 * n * x * m.q / y
		m.q2 = 2 * n * x * m.q / (y * y) * (2*n*x - 1)
	}
	if e := x * (2 - x); x > 1 && n*e < 1e-3 {
		m.noiseAtTheEdge(floor*alpha*x, x, y, e, n)
		return m
	}
	f := floor * alpha / (2 - x)
	f1 := 2 * f / (2 - x)
	f2 := f1 * (2 + x) / (2 - x)
	m.n = lost * f
	m.n1 = lost*f1 - m.q1*f
	m.n2 = lost*f2 - 2*m.q1*f1 - m.q2*f
	return m
}

// noiseAtTheEdge is N near x = 2, where f is infinite and 1-q is zero:
// N = s G with s the noise of one step and, for e = 1-(1-x)² = x(2-x),
//
//	G = Σ_{j<n} (1-e)^j = n - n(n-1)/2 e + n(n-1)(n-2)/6 e² - ...
func (m *move) noiseAtTheEdge(s, x, y, e, n float64) {
	var g, g1, g2 float64
	term := n // binomial(n, k+1)
	sign := 1.0
	for k := 0.0; k < 7; k++ {
		g += sign * term * math.Pow(e, k)
		if k >= 1 {
			g1 += sign * term * k * math.Pow(e, k-1)
		}
		if k >= 2 {
			g2 += sign * term * k * (k - 1) * math.Pow(e, k-2)
		}
		sign = -sign
		term *= (n - k - 1) / (k + 2)
	}
	e1, e2 := 2*x*y, 2*x*(1-2*x)
	m.n = s * g
	m.n1 = s * (2*g + g1*e1)
	m.n2 = s * (4*g + 4*g1*e1 + g2*e1*e1 + g1*e2)
}

// at returns the loss after all pieces with learning rates e^u.
func (c *pieceObjective) at(u []float64, lengths []int) float64 {
	c.evaluations++
	alpha := exponentials(u)
	var total float64
	for i, a := range c.gain {
		l := c.start[i]
		for k, n := range lengths {
			l = afterPiece(l, alpha[k], a, c.floor[i], float64(n))
		}
		total += l
	}
	return total
}

// afterPiece is q ℓ + N alone.
func afterPiece(l, alpha, gain, floor, n float64) float64 {
	x := math.Min(alpha*gain, 2)
	if n == 1 {
		return (1-x)*(1-x)*l + floor*alpha*x
	}
	if x > 1.99 {
		m := moveOf(alpha, gain, floor, n)
		return m.q*l + m.n
	}
	log := math.Log1p(-x)
	if x > 1 {
		log = math.Log(x - 1)
	}
	q, lost := decay(2 * n * log)
	return q*l + lost*(floor*alpha/(2-x))
}

// decay returns e^y and 1 - e^y for y <= 0.
func decay(y float64) (q, lost float64) {
	if y < -math.Ln2 {
		q = math.Exp(y)
		return q, 1 - q
	}
	lost = -math.Expm1(y)
	return 1 - lost, lost
}

func exponentials(u []float64) []float64 {
	alpha := make([]float64, len(u))
	for k := range u {
		alpha[k] = math.Exp(u[k])
	}
	return alpha
}

// derivatives returns the loss and fills in its gradient in u and the lower
// triangle of its Hessian, by rows.
func (c *pieceObjective) derivatives(u []float64, lengths []int, grad, hess []float64) float64 {
	c.evaluations++
	n := len(u)
	if len(c.moves) != n {
		c.moves, c.loss, c.past = make([]move, n), make([]float64, n+1), make([]float64, n)
	}
	clear(grad)
	clear(hess)
	alpha := exponentials(u)
	var total float64
	for i, a := range c.gain {
		c.loss[0] = c.start[i]
		for k := range n {
			m := moveOf(alpha[k], a, c.floor[i], float64(lengths[k]))
			c.moves[k], c.loss[k+1] = m, m.q*c.loss[k]+m.n
		}
		total += c.loss[n]
		c.adjoint(grad, hess)
	}
	return total
}

// forgotten is the part of an early piece's effect below which it is left out
// of the second derivatives.
const forgotten = 1e-30

func (c *pieceObjective) adjoint(grad, hess []float64) {
	n := len(grad)
	lambda := 1.0
	for k := n - 1; k >= 0; k-- {
		m := &c.moves[k]
		direct := m.q1*c.loss[k] + m.n1
		grad[k] += lambda * direct
		hess[k*n+k] += lambda * (m.q2*c.loss[k] + m.n2)
		// From here on q2 holds ∂ℓ/∂u_k after the piece, and n2 holds λ_k q'.
		m.q2, m.n2 = direct, lambda*m.q1
		lambda *= m.q
	}
	from := 0
	for k := range n {
		m := &c.moves[k]
		if from < k {
			floats.AddScaled(hess[k*n+from:k*n+k], m.n2, c.past[from:k])
			floats.Scale(m.q, c.past[from:k])
			for from < k && math.Abs(c.past[from]) <= forgotten*math.Abs(c.moves[from].q2) {
				from++
			}
		}
		c.past[k] = m.q2
	}
}

// top is the logarithm of the limit.
func (c *pieceObjective) top() float64 { return math.Log(c.limit) }

// newton is Newton's method on a pieceObjective.
func (c *pieceObjective) newton(lengths []int, tolerance float64) search.Newton {
	return search.Newton{Box: search.Below(c.top(), len(lengths)), Tolerance: tolerance, Steps: 100,
		Value:       func(u []float64) float64 { return c.at(u, lengths) },
		Derivatives: func(u, grad, hess []float64) float64 { return c.derivatives(u, lengths, grad, hess) }}
}
