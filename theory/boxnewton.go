package theory

import "math"

// boxNewton minimises a smooth function of n variables u_k <= high by Newton's
// method with a damped Hessian (Levenberg 1944, Marquardt 1963), on the
// variables that are not held at the bound (Bertsekas 1982).
//
// Not gonum's optimize: it knows no bounds, and starts goroutines. Without a
// bound in the way, from the best constant rate to the best 50, its L-BFGS takes
// 20 gradients where this takes 26 second derivatives and as many values; from
// near, as nearly all searches here start, two or three of them suffice.
type boxNewton struct {
	high float64
	// value returns the function; derivatives also fills in its gradient and
	// the lower triangle of its Hessian, by rows.
	value       func(u []float64) float64
	derivatives func(u, grad, hess []float64) float64
	tolerance   float64 // of the residual
	steps       int     // at most
}

// stationary is where a minimisation ended.
type stationary struct {
	u        []float64
	value    float64
	gradient []float64 // of the logarithm of the value
	residual float64
	// definite: the Hessian over the variables off the bound is positive
	// definite.
	definite bool
}

const (
	// longest is the largest change of a variable in one step.
	longest = 2
	// tiniest is the least curvature that damping assumes, of the largest.
	tiniest = 1e-8
	// rounding is the relative error of the function, about.
	rounding = 1e-13
)

func (b boxNewton) minimize(start []float64) stationary {
	n := len(start)
	u := make([]float64, n)
	for k := range u {
		u[k] = math.Min(start[k], b.high)
	}
	grad, hess := make([]float64, n), make([]float64, n*n)
	work := newNewtonStep(n)
	trial := make([]float64, n)
	f := b.derivatives(u, grad, hess)
	damping := 1e-3
	for range b.steps {
		// Invariant: f, grad and hess are those at u.
		if b.residual(u, f, grad) <= b.tolerance {
			break
		}
		work.choose(u, grad, b.high)
		moved := false
		for damping < 1e12 {
			predicted := 0.0
			if work.solve(grad, hess, damping) {
				for k := range trial {
					trial[k] = math.Min(u[k]+work.step[k], b.high)
					work.step[k] = trial[k] - u[k]
				}
				predicted = -work.model(grad, hess)
			}
			if !(predicted > 0) {
				damping *= 8
				continue
			}
			if predicted < rounding*f {
				break // the function no longer tells better from worse
			}
			if gain := f - b.value(trial); gain >= 1e-3*predicted {
				if gain > 0.7*predicted {
					damping /= 16
				}
				moved = true
				break
			}
			damping *= 8
		}
		if !moved {
			f = b.touch(u, f, grad, hess, work)
			break
		}
		copy(u, trial)
		f = b.derivatives(u, grad, hess)
	}
	s := stationary{u: u, value: f, gradient: grad, residual: b.residual(u, f, grad)}
	work.choose(u, grad, b.high)
	s.definite = work.solve(grad, hess, 0)
	for k := range grad {
		grad[k] = relative(grad[k], f)
	}
	return s
}

// touch takes full Newton steps as long as they make the residual smaller, and
// returns the function where they end.
func (b boxNewton) touch(u []float64, f float64, grad, hess []float64, work *newtonStep) float64 {
	trial, g, h := make([]float64, len(u)), make([]float64, len(grad)), make([]float64, len(hess))
	for range 3 {
		work.choose(u, grad, b.high)
		if b.residual(u, f, grad) <= b.tolerance || !work.solve(grad, hess, 0) {
			break
		}
		for k := range u {
			trial[k] = math.Min(u[k]+work.step[k], b.high)
		}
		at := b.derivatives(trial, g, h)
		if !(at <= f*(1+rounding) && b.residual(trial, at, g) < b.residual(u, f, grad)) {
			break
		}
		f = at
		copy(u, trial)
		copy(grad, g)
		copy(hess, h)
	}
	return f
}

// residual is how far the optimality conditions are from being met: the
// largest derivative of log f, of a variable at the bound only if it points
// inwards.
func (b boxNewton) residual(u []float64, f float64, grad []float64) float64 {
	var worst float64
	for k, g := range grad {
		if u[k] >= b.high && g < 0 {
			continue
		}
		worst = math.Max(worst, math.Abs(relative(g, f)))
	}
	return worst
}

// relative is g/f, and 0 where the function is 0 and cannot be lower.
func relative(g, f float64) float64 {
	if f == 0 {
		return 0
	}
	return g / f
}

// newtonStep solves for one step.
type newtonStep struct {
	free   []int // variables that move
	factor []float64
	step   []float64
}

func newNewtonStep(n int) *newtonStep {
	return &newtonStep{free: make([]int, 0, n), factor: make([]float64, n*n), step: make([]float64, n)}
}

// choose holds the variables at the bound that would leave it.
func (w *newtonStep) choose(u, grad []float64, high float64) {
	w.free = w.free[:0]
	for k := range u {
		if u[k] < high || grad[k] > 0 {
			w.free = append(w.free, k)
		}
	}
}

// solve sets step to -(H + damping D)⁻¹ g on the free variables, D the
// diagonal of H, shortened to the longest step; false if the matrix is not
// positive definite.
func (w *newtonStep) solve(grad, hess []float64, damping float64) bool {
	n, m := len(grad), len(w.free)
	clear(w.step)
	var largest float64
	for k := range n {
		largest = math.Max(largest, math.Abs(hess[k*n+k]))
	}
	for i, k := range w.free {
		row := w.factor[i*m : i*m+i+1]
		for j := range row {
			row[j] = hess[k*n+w.free[j]]
		}
		row[i] += damping * math.Max(math.Abs(row[i]), tiniest*largest)
	}
	if !cholesky(w.factor, m) {
		return false
	}
	y := make([]float64, m)
	for i, k := range w.free {
		v := -grad[k]
		for j := range i {
			v -= w.factor[i*m+j] * y[j]
		}
		y[i] = v / w.factor[i*m+i]
	}
	for i := m - 1; i >= 0; i-- {
		for j := i + 1; j < m; j++ {
			y[i] -= w.factor[j*m+i] * y[j]
		}
		y[i] /= w.factor[i*m+i]
	}
	var size float64
	for i, k := range w.free {
		w.step[k] = y[i]
		size = math.Max(size, math.Abs(y[i]))
	}
	if size > longest {
		for k := range w.step {
			w.step[k] *= longest / size
		}
	}
	return !math.IsNaN(size)
}

// model is g·s + ½ s'H s.
func (w *newtonStep) model(grad, hess []float64) float64 {
	n := len(grad)
	var total float64
	for k, s := range w.step {
		if s == 0 {
			continue
		}
		row := hess[k*n : k*n+k+1]
		inner := 0.5 * row[k] * s
		for j, r := range row[:k] {
			inner += r * w.step[j]
		}
		total += s * (grad[k] + inner)
	}
	return total
}

// cholesky replaces the lower triangle of an n×n matrix by its factor; false
// if a pivot is not positive.
func cholesky(a []float64, n int) bool {
	for i := range n {
		row := a[i*n : i*n+i+1]
		for j := range i {
			row[j] = (row[j] - dot(row[:j], a[j*n:j*n+j])) / a[j*n+j]
		}
		pivot := row[i] - dot(row[:i], row[:i])
		if !(pivot > 0) {
			return false
		}
		row[i] = math.Sqrt(pivot)
	}
	return true
}
