package theory

import (
	"math"
	"math/big"
)

// The oracle knows nothing of roots, kernels or doubling in float64: it takes
// the literal update rule of a method, written for numbers of many bits, and
// follows the mean of the state and its covariance through the steps.

// precision is in bits. 1 - 10^-308 needs 1024 of them.
const precision = 1152

type num = *big.Float

func number(v float64) num { return new(big.Float).SetPrec(precision).SetFloat64(v) }
func minus(a, b num) num   { return plus(a, new(big.Float).Neg(b)) }
func prod(a, b num) num    { return new(big.Float).SetPrec(precision).Mul(a, b) }
func ratio(a, b num) num   { return new(big.Float).SetPrec(precision).Quo(a, b) }
func float(a num) float64  { v, _ := a.Float64(); return v }

// plus skips a sum that rounds to its larger term, which big would align bit by bit.
func plus(a, b num) num {
	if a.Sign() == 0 || b.Sign() != 0 && b.MantExp(nil)-a.MantExp(nil) > precision+2 {
		return b
	}
	if b.Sign() == 0 || a.MantExp(nil)-b.MantExp(nil) > precision+2 {
		return a
	}
	return new(big.Float).SetPrec(precision).Add(a, b)
}

// literal is the update rule of a method in one direction, as a paper or a
// library would write it: gradient(θ) is the stochastic gradient at θ.
type literal struct {
	states int
	// start returns the state for θ(0) = 1.
	start func() []num
	// update does step t, the first being 1, on a copy of the state.
	update func(z []num, t int, gradient func(num) num) []num
	// read returns the coordinate that the answers are about after step t.
	read func(z []num, t int) num
	// same says that every step is the same, so that steps may be squared.
	same bool
	// power of the preconditioner H^-power on every gradient.
	power float64
}

// square is a matrix of numbers by rows.
type square [][]num

func zeros(n int) square {
	m := make(square, n)
	for i := range m {
		m[i] = make([]num, n)
		for j := range m[i] {
			m[i][j] = number(0)
		}
	}
	return m
}

func (a square) times(b square) square {
	c := zeros(len(a))
	for i := range a {
		for j := range a {
			for k := range a {
				c[i][j] = plus(c[i][j], prod(a[i][k], b[k][j]))
			}
		}
	}
	return c
}

func (a square) plus(b square) square {
	c := zeros(len(a))
	for i := range a {
		for j := range a {
			c[i][j] = plus(a[i][j], b[i][j])
		}
	}
	return c
}

func (a square) transposed() square {
	c := zeros(len(a))
	for i := range a {
		for j := range a {
			c[i][j] = a[j][i]
		}
	}
	return c
}

func (a square) on(z []num) []num {
	y := make([]num, len(z))
	for i := range a {
		y[i] = number(0)
		for k := range z {
			y[i] = plus(y[i], prod(a[i][k], z[k]))
		}
	}
	return y
}

// matrices reads A and b of step t off the literal update, by feeding it unit
// vectors and a unit of gradient noise.
func (l literal) matrices(h num, t int) (a, noise square) {
	a = zeros(l.states)
	condition := number(math.Pow(float(h), -l.power))
	silent := func(v num) num { return prod(condition, prod(h, v)) }
	for j := range l.states {
		z := zeros(l.states)[0]
		z[j] = number(1)
		for i, v := range l.update(z, t, silent) {
			a[i][j] = v
		}
	}
	kick := l.kick(h, t)
	noise = zeros(l.states)
	for i := range kick {
		for j := range kick {
			noise[i][j] = prod(kick[i], kick[j])
		}
	}
	return a, noise
}

// kick is what a unit of gradient noise adds to the state in step t.
func (l literal) kick(h num, t int) []num {
	condition := number(math.Pow(float(h), -l.power))
	return l.update(zeros(l.states)[0], t, func(v num) num { return prod(condition, plus(prod(h, v), number(1))) })
}

// after returns the factor and, per unit of gradient-noise variance, the noise
// after t steps at curvature h.
func (l literal) after(h float64, t int) (factor, noise num) {
	z, v := l.start(), zeros(l.states)
	if l.same {
		a, n := l.matrices(number(h), 1)
		for ; t > 0; t >>= 1 {
			if t&1 == 1 {
				z, v = a.on(z), n.plus(a.times(v).times(a.transposed()))
			}
			n = n.plus(a.times(n).times(a.transposed()))
			a = a.times(a)
			if overflows(a) {
				return number(1e300), number(1e300)
			}
		}
		return l.readout(z, v, 0)
	}
	for k := 1; k <= t; k++ {
		a, n := l.matrices(number(h), k)
		z, v = a.on(z), n.plus(a.times(v).times(a.transposed()))
	}
	return l.readout(z, v, t)
}

func overflows(a square) bool {
	for i := range a {
		for j := range a {
			if a[i][j].MantExp(nil) > 1<<13 {
				return true
			}
		}
	}
	return false
}

func (l literal) readout(z []num, v square, t int) (factor, noise num) {
	noise = number(0)
	r := make([]num, l.states)
	for j := range r {
		unit := zeros(l.states)[0]
		unit[j] = number(1)
		r[j] = l.read(unit, t)
	}
	for i := range r {
		for j := range r {
			noise = plus(noise, prod(prod(r[i], r[j]), v[i][j]))
		}
	}
	return l.read(z, t), noise
}

// The rules. Each is written from its definition.

func literalSGD(alpha float64) literal {
	return literal{
		states: 1, same: true,
		start: func() []num { return []num{number(1)} },
		update: func(z []num, _ int, gradient func(num) num) []num {
			return []num{minus(z[0], prod(number(alpha), gradient(z[0])))}
		},
		read: func(z []num, _ int) num { return z[0] },
	}
}

func literalMomentum(alpha, beta float64) literal {
	return literal{
		states: 2, same: true,
		start: func() []num { return []num{number(1), number(0)} },
		update: func(z []num, _ int, gradient func(num) num) []num {
			v := plus(prod(number(beta), z[1]), gradient(z[0]))
			return []num{minus(z[0], prod(number(alpha), v)), v}
		},
		read: func(z []num, _ int) num { return z[0] },
	}
}

// literalNesterov keeps θ(t) and θ(t-1): another form than the library's.
func literalNesterov(alpha, beta float64) literal {
	return literal{
		states: 2, same: true,
		start: func() []num { return []num{number(1), number(1)} },
		update: func(z []num, _ int, gradient func(num) num) []num {
			y := plus(z[0], prod(number(beta), minus(z[0], z[1])))
			return []num{minus(y, prod(number(alpha), gradient(y))), z[0]}
		},
		read: func(z []num, _ int) num { return z[0] },
	}
}

// averaged adds a moving average of what a rule reads.
func averaged(l literal, gamma float64) literal {
	n := l.states
	return literal{
		states: n + 1, same: l.same,
		start: func() []num { return append(l.start(), number(1)) },
		update: func(z []num, t int, gradient func(num) num) []num {
			next := l.update(z[:n:n], t, gradient)
			rest := minus(number(1), number(gamma))
			return append(next, plus(prod(number(gamma), z[n]), prod(rest, l.read(next, t))))
		},
		read: func(z []num, _ int) num { return z[n] },
	}
}

// tailed averages what a rule reads uniformly from a step on.
func tailed(l literal, from int) literal {
	n := l.states
	return literal{
		states: n + 1,
		start: func() []num {
			z := l.start()
			return append(z, l.read(z, 0))
		},
		update: func(z []num, t int, gradient func(num) num) []num {
			next := l.update(z[:n:n], t, gradient)
			new := l.read(next, t)
			if t <= from {
				return append(next, new)
			}
			count := number(float64(t - from + 1))
			return append(next, plus(z[n], ratio(minus(new, z[n]), count)))
		},
		read: func(z []num, _ int) num { return z[n] },
	}
}

// slowed adds slow weights.
func slowed(l literal, k int, s float64) literal {
	n := l.states
	return literal{
		states: n + 1,
		start:  func() []num { return append(l.start(), number(1)) },
		update: func(z []num, t int, gradient func(num) num) []num {
			next := l.update(z[:n:n], t, gradient)
			phi := z[n]
			if t%k == 0 {
				phi = plus(phi, prod(number(s), minus(next[0], phi)))
				next[0] = phi
			}
			return append(next, phi)
		},
		read: func(z []num, _ int) num { return z[n] },
	}
}

// conditioned multiplies every gradient by H^-power.
func conditioned(l literal, power float64) literal {
	l.power = power
	return l
}

// paced changes the learning rate α(t) of a rule made for each.
func paced(n int, rule func(alpha float64) literal, alpha func(t int) float64) literal {
	l := rule(1)
	return literal{
		states: n, start: l.start, read: l.read,
		update: func(z []num, t int, gradient func(num) num) []num {
			return rule(alpha(t)).update(z, t, gradient)
		},
	}
}

// literalVelocity is Nesterov's method in θ and v.
func literalVelocity(alpha, beta float64) literal {
	l := literalMomentum(alpha, beta)
	l.update = func(z []num, _ int, gradient func(num) num) []num {
		y := minus(z[0], prod(prod(number(alpha), number(beta)), z[1]))
		v := plus(prod(number(beta), z[1]), gradient(y))
		return []num{minus(z[0], prod(number(alpha), v)), v}
	}
	return l
}

func unity() num { return number(1) }

// literalDampened is torch.optim.SGD with dampening: the first buffer is the gradient.
func literalDampened(alpha, beta, tau float64) literal {
	l := literalMomentum(alpha, beta)
	l.same = false
	l.update = func(z []num, t int, gradient func(num) num) []num {
		g := gradient(z[0])
		v := g
		if t > 1 {
			v = plus(prod(number(beta), z[1]), prod(minus(unity(), number(tau)), g))
		}
		return []num{minus(z[0], prod(number(alpha), v)), v}
	}
	return l
}

// literalStored is torch.optim.SGD with nesterov, about its parameters.
func literalStored(alpha, beta float64) literal {
	l := literalMomentum(alpha, beta)
	l.update = func(z []num, _ int, gradient func(num) num) []num {
		g := gradient(z[0])
		v := plus(prod(number(beta), z[1]), g)
		return []num{minus(z[0], prod(number(alpha), plus(g, prod(number(beta), v)))), v}
	}
	return l
}

// literalKeras is keras.optimizers.SGD: the learning rate of the step goes into the
// velocity.
func literalKeras(alpha, beta float64, nesterov bool) literal {
	l := literalMomentum(alpha, beta)
	l.update = func(z []num, _ int, gradient func(num) num) []num {
		down := prod(number(alpha), gradient(z[0]))
		v := minus(prod(number(beta), z[1]), down)
		if nesterov {
			return []num{minus(plus(z[0], prod(number(beta), v)), down), v}
		}
		return []num{plus(z[0], v), v}
	}
	return l
}

// literalScheduleFree has the state (x, z), and is read as its authors write it. The
// rates α(t), t = 1, 2, ..., weigh by the square of the largest so far.
func literalScheduleFree(alpha func(t int) float64, beta float64, sequence byte) literal {
	y := func(z []num) num { return plus(prod(minus(unity(), number(beta)), z[1]), prod(number(beta), z[0])) }
	return literal{
		states: 2,
		start:  func() []num { return []num{unity(), unity()} },
		update: func(z []num, t int, gradient func(num) num) []num {
			highest, sum, weight := 0.0, number(0), number(0)
			for k := 1; k <= t; k++ {
				highest = math.Max(highest, alpha(k))
				weight = prod(number(highest), number(highest))
				sum = plus(sum, weight)
			}
			c := number(0)
			if sum.Sign() > 0 {
				c = ratio(weight, sum)
			}
			next := minus(z[1], prod(number(alpha(t)), gradient(y(z))))
			return []num{plus(prod(minus(unity(), c), z[0]), prod(c, next)), next}
		},
		read: func(z []num, _ int) num {
			switch sequence {
			case 'y':
				return y(z)
			case 'z':
				return z[1]
			}
			return z[0]
		},
	}
}

// literalAdEMAMix is algorithm 1 of the paper without ν. Its warm-up takes logarithms
// in float64.
func literalAdEMAMix(alpha, beta1, beta3, weight float64, warm int) literal {
	return literal{
		states: 3,
		start:  func() []num { return []num{unity(), number(0), number(0)} },
		update: func(z []num, t int, gradient func(num) num) []num {
			g := gradient(z[0])
			a, slow := weight, beta3
			if t <= warm {
				a = weight * (float64(t) / float64(warm))
				from, to, part := math.Log(beta1), math.Log(beta3), float64(t)/float64(warm)
				slow = math.Exp(from * to / ((1-part)*to + part*from))
			}
			m1 := plus(prod(number(beta1), z[1]), prod(minus(unity(), number(beta1)), g))
			m2 := plus(prod(number(slow), z[2]), prod(minus(unity(), number(slow)), g))
			left := unity()
			for range t {
				left = prod(left, number(beta1))
			}
			step := plus(ratio(m1, minus(unity(), left)), prod(number(a), m2))
			return []num{minus(z[0], prod(number(alpha), step)), m1, m2}
		},
		read: func(z []num, _ int) num { return z[0] },
	}
}

// literalDANA is dana_optimizer of the authors' code, its count from 0.
func literalDANA(g2, ratio3, kappa, delta float64) literal {
	l := literalMomentum(1, 0)
	l.same = false
	l.update = func(z []num, t int, gradient func(num) num) []num {
		count := t - 1
		g := gradient(z[0])
		lost := ratio(unity(), plus(unity(), ratio(number(float64(count)), number(delta))))
		v := plus(prod(minus(unity(), lost), z[1]), g)
		g3 := prod(prod(number(g2), number(ratio3)), number(math.Pow(float64(1+count), -kappa)))
		return []num{minus(minus(z[0], prod(number(g2), g)), prod(g3, v)), v}
	}
	return l
}

// decayed adds coupled weight decay to every gradient.
func decayed(l literal, lambda float64) literal {
	update := l.update
	l.update = func(z []num, t int, gradient func(num) num) []num {
		return update(z, t, func(at num) num { return plus(gradient(at), prod(number(lambda), at)) })
	}
	return l
}

// shrunk takes α_t λ θ off the first variable of a rule, beside what it does.
func shrunk(l literal, lambda float64, alpha func(t int) float64) literal {
	update := l.update
	l.update = func(z []num, t int, gradient func(num) num) []num {
		off := prod(prod(number(alpha(t)), number(lambda)), z[0])
		next := update(z, t, gradient)
		next[0] = minus(next[0], off)
		return next
	}
	return l
}

// weighed adds a moving average with a decay of each step t = 1, 2, ...
func weighed(l literal, decay func(t int) float64) literal {
	n := l.states
	a := averaged(l, 0)
	a.same = false
	a.update = func(z []num, t int, gradient func(num) num) []num {
		next := l.update(z[:n:n], t, gradient)
		gamma := number(decay(t))
		return append(next, plus(prod(gamma, z[n]), prod(minus(unity(), gamma), l.read(next, t))))
	}
	return a
}

// debiased is the weighted mean of the iterates 1, ..., t with weights γ^(t-j): their
// sum and that of the weights, literally.
func debiased(l literal, gamma float64) literal {
	n := l.states
	return literal{
		states: n + 1,
		start:  func() []num { return append(l.start(), number(0)) },
		update: func(z []num, t int, gradient func(num) num) []num {
			next := l.update(z[:n:n], t, gradient)
			return append(next, plus(prod(number(gamma), z[n]), l.read(next, t)))
		},
		read: func(z []num, t int) num {
			if t == 0 {
				return l.read(z[:n], 0)
			}
			weights := number(0)
			for range t {
				weights = plus(prod(number(gamma), weights), unity())
			}
			return ratio(z[n], weights)
		},
	}
}

// momenta changes the momentum β(t) of a rule made for each.
func momenta(n int, rule func(beta float64) literal, beta func(t int) float64) literal {
	l := rule(0)
	return literal{
		states: n, start: l.start, read: l.read,
		update: func(z []num, t int, gradient func(num) num) []num {
			return rule(beta(t)).update(z, t, gradient)
		},
	}
}
