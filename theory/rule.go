package theory

import (
	"math"

	"nqm/theory/internal/dd"
)

// rule is how an optimizer moves, before averages and slow weights: what its
// name is, how many variables it has, and its step. It is all that the package
// knows of the rule; moments, rates, damping, stability, streaming noise and
// skip-ahead are derived from it.
type rule struct {
	name   string // as in "momentum": of families, and before the settings
	states int    // 1 to 3
	step   func(o Optimizer, at stage) update
	// changes is the number of steps after which the step depends on the schedule
	// only, forever if it always does; nil is 0.
	changes func(o *Optimizer) int
	// free of momentum is a rule that momentum 0 leaves as it is; others are then SGD.
	free bool
	// starts are the variables that start at θ(0), as θ does.
	starts []int
	// fades is the variable, if any, that a rule which changes for ever comes to leave as
	// it is, and that falls to 0 where the others settle: see ending.
	fades func(o *Optimizer) (variable int, ok bool)
}

// stage is a step t = 0, 1, ... of a run, under the factor f of the schedule. With t
// = forever it is the step that a rule comes to.
type stage struct {
	t int
	f dd.Number
	// own is the momentum of the method itself, where a schedule has another in this
	// step. kept is what the product of the momenta of all steps so far lacks of 1.
	own  float64
	kept float64
	// next is the momentum of the step after it, of schedule-free SGD.
	next float64
	// share is the weight of the step's iterate among those of all steps so far, in
	// an average that weighs them by the square of the highest rate until then.
	share dd.Number
}

// update is one step in a direction with x = αh, under the factor f of the
// schedule, driven by noise ε of variance c/B:
//
//	z' = M z + b (x ρ'z + αε)        A = M + x b ρ'
//
// The gradient is taken at ρ'z and comes in along b. Variable 0 is θ, and a rule
// starts at z = (θ(0), 0). M, b and ρ are at most linear in f, so that A is a
// quadratic. M is kept as its deviation from the identity, in which a slow
// variable keeps its digits.
type update struct {
	n        int
	keep     [maxVariables][maxVariables]dd.Number // N = I - M
	kick     [maxVariables]dd.Number               // b
	gradient [maxVariables]dd.Number               // ρ
}

// maxVariables is how many an optimizer has at most: θ, its velocity, slow
// weights, and an average.
const maxVariables = 4

// affine is the step in a direction: A as its deviation from the identity.
func (u *update) affine(x dd.Number) affine {
	a := affine{dev: dd.NewMatrix(u.n), noise: make([]dd.Number, u.n), gradient: make([]dd.Number, u.n)}
	copy(a.noise, u.kick[:])
	copy(a.gradient, u.gradient[:])
	for i := range u.n {
		for j := range u.n {
			a.dev[i][j] = u.keep[i][j]
			if u.gradient[j].Hi != 0 && u.kick[i].Hi != 0 {
				a.dev[i][j] = a.dev[i][j].Sub(x.Mul(u.kick[i]).Mul(u.gradient[j]))
			}
		}
	}
	return a
}

// shear makes it the step of S z = (θ, 2θ + m, ...): S N S⁻¹, S b and S⁻ᵀ ρ.
func (u *update) shear() {
	for j := range u.n {
		u.keep[1][j] = u.keep[1][j].Add(u.keep[0][j].Scale(2))
	}
	for i := range u.n {
		u.keep[i][0] = u.keep[i][0].Sub(u.keep[i][1].Scale(2))
	}
	u.kick[1] = u.kick[1].Add(u.kick[0].Scale(2))
	u.gradient[0] = u.gradient[0].Sub(u.gradient[1].Scale(2))
}

// atIterate reports whether the gradient is taken at θ.
func (u *update) atIterate() bool {
	for j := 1; j < u.n; j++ {
		if u.gradient[j].Hi != 0 {
			return false
		}
	}
	return u.gradient[0] == dd.Exact(1)
}

// triangle is the characteristic polynomial z² - s z + p of a step of one or two
// variables, as its distances from the three edges of the triangle of stability:
//
//	q = 1 - p        u = 1 - s + p        w = 1 + s + p        stable: all three > 0
//
// The gradient enters A by the product of two vectors, so that all three are
// affine in x (the matrix determinant lemma):
//
//	p = det M + x ρ'adj(M) b        u = det N - x ρ'adj(N) b        w = det(I+M) + x ρ'adj(I+M) b
//
// Of a step of one variable p is 0, and one of three has none.
type triangle struct{ p, q, u, w line }

func (u *update) triangle() triangle {
	one := dd.Exact(1)
	if u.n > 2 {
		return triangle{}
	}
	if u.n == 1 {
		m := one.Sub(u.keep[0][0])
		tap := u.kick[0].Mul(u.gradient[0])
		return triangle{q: newLine(one, dd.Number{}), u: newLine(u.keep[0][0], tap.Neg()), w: newLine(one.Add(m), tap)}
	}
	n := two{u.keep[0][0], u.keep[0][1], u.keep[1][0], u.keep[1][1]}
	m := two{one.Sub(n.a), n.b.Neg(), n.c.Neg(), one.Sub(n.d)}
	plus := two{one.Add(m.a), m.b, m.c, one.Add(m.d)}
	b := [2]dd.Number{u.kick[0], u.kick[1]}
	through := func(v [2]dd.Number) dd.Number { return u.gradient[0].Mul(v[0]).Add(u.gradient[1].Mul(v[1])) }
	product := through(m.adjugate(b))
	return triangle{
		p: newLine(m.det(), product),
		q: newLine(n.a.Add(n.d).Sub(n.det()), product.Neg()),
		u: newLine(n.det(), through(n.adjugate(b)).Neg()),
		w: newLine(plus.det(), through(plus.adjugate(b))),
	}
}

// limit returns the least x > 0 that is not stable, +Inf if there is none.
func (t triangle) limit() float64 {
	least := math.Inf(1)
	for _, l := range []line{t.q, t.u, t.w} {
		if l.slope.Hi < 0 {
			least = math.Min(least, l.origin-l.base.Value()/l.slope.Value())
		}
	}
	return least
}

// flips reports whether the two roots have a negative sum.
func (t triangle) flips(x dd.Number) bool { return t.w.at(x).Sub(t.u.at(x)).Hi < 0 }

// line is an affine function base + slope (x - origin). Its origin is 1 or 2 where
// it has a zero there, so that it keeps its digits next to it.
type line struct {
	base, slope dd.Number
	origin      float64
}

func newLine(at0, slope dd.Number) line {
	for _, origin := range []float64{2, 1} {
		if at := at0.Add(slope.Mul(dd.Exact(origin))); at.Hi == 0 && slope.Hi != 0 {
			return line{slope: slope, origin: origin}
		}
	}
	return line{base: at0, slope: slope}
}

func (l line) at(x dd.Number) dd.Number {
	switch {
	case l.slope.Hi == 0:
		return l.base
	case l.origin != 0:
		x = x.Sub(dd.Exact(l.origin))
	}
	return l.base.Add(l.slope.Mul(x))
}

// two is a matrix (a b; c d).
type two struct{ a, b, c, d dd.Number }

func (m two) det() dd.Number { return m.a.Mul(m.d).Sub(m.b.Mul(m.c)) }

// adjugate returns adj(m) v.
func (m two) adjugate(v [2]dd.Number) [2]dd.Number {
	return [2]dd.Number{m.d.Mul(v[0]).Sub(m.b.Mul(v[1])), m.a.Mul(v[1]).Sub(m.c.Mul(v[0]))}
}
