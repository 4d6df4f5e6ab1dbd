package search

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// Newton minimises a smooth positive function of many variables in a box by
// Newton's method with a damped Hessian (Levenberg 1944, Marquardt 1963), on the
// variables that are not held at an end.
//
// Not gonum's optimize: it knows no bounds, and starts goroutines. Without a
// bound in the way, from the best constant rate to the best 50, its L-BFGS takes
// 20 gradients where this takes 26 second derivatives and as many values; from
// near, as nearly all searches here start, two or three of them suffice.
type Newton struct {
	Box Box
	// Value returns the function; Derivatives also fills in its gradient and
	// the lower triangle of its Hessian, by rows.
	Value       func(u []float64) float64
	Derivatives func(u, grad, hess []float64) float64
	Tolerance   float64 // of the residual
	Steps       int     // at most
}

// Minimum is where a minimisation ended.
type Minimum struct {
	At       []float64
	Value    float64
	Gradient []float64 // of the logarithm of the value
	Residual float64   // see residual
	// Definite: the Hessian over the variables that are not held is positive
	// definite.
	Definite bool
}

const (
	// longest is the largest change of a variable in one step.
	longest = 2
	// tiniest is the least curvature that damping assumes, of the largest.
	tiniest = 1e-8
	// Rounding is the relative error of the function, about.
	Rounding = 1e-13
)

// Minimize searches from a start, which it leaves as it is.
func (b Newton) Minimize(start []float64) Minimum {
	n := len(start)
	u := append([]float64(nil), start...)
	b.Box.Into(u)
	grad, hess := make([]float64, n), make([]float64, n*n)
	work := newNewtonStep(n)
	trial := make([]float64, n)
	f := b.Derivatives(u, grad, hess)
	damping := 1e-3
	for range b.Steps {
		// Invariant: f, grad and hess are those at u.
		if b.residual(u, f, grad) <= b.Tolerance {
			break
		}
		work.free = b.Box.free(u, grad, work.free[:0])
		moved := false
		for damping < 1e12 {
			predicted := 0.0
			if work.solve(grad, hess, damping) {
				floats.AddTo(trial, u, work.step)
				b.Box.Into(trial)
				floats.SubTo(work.step, trial, u)
				predicted = -work.model(grad, hess)
			}
			if !(predicted > 0) {
				damping *= 8
				continue
			}
			if predicted < Rounding*f {
				break // the function no longer tells better from worse
			}
			if gain := f - b.Value(trial); gain >= 1e-3*predicted {
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
		f = b.Derivatives(u, grad, hess)
	}
	m := Minimum{At: u, Value: f, Gradient: grad, Residual: b.residual(u, f, grad)}
	work.free = b.Box.free(u, grad, work.free[:0])
	m.Definite = work.solve(grad, hess, 0)
	for k := range grad {
		grad[k] = Relative(grad[k], f)
	}
	return m
}

// touch takes full Newton steps as long as they make the residual smaller, and
// returns the function where they end.
func (b Newton) touch(u []float64, f float64, grad, hess []float64, work *newtonStep) float64 {
	trial, g, h := make([]float64, len(u)), make([]float64, len(grad)), make([]float64, len(hess))
	for range 3 {
		work.free = b.Box.free(u, grad, work.free[:0])
		if b.residual(u, f, grad) <= b.Tolerance || !work.solve(grad, hess, 0) {
			break
		}
		floats.AddTo(trial, u, work.step)
		b.Box.Into(trial)
		at := b.Derivatives(trial, g, h)
		if !(at <= f*(1+Rounding) && b.residual(trial, at, g) < b.residual(u, f, grad)) {
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
// largest derivative of log f, of a variable at an end only if it points
// inwards.
func (b Newton) residual(u []float64, f float64, grad []float64) float64 {
	var worst float64
	for k, g := range grad {
		if !b.Box.holds(k, u[k], g) {
			worst = math.Max(worst, math.Abs(Relative(g, f)))
		}
	}
	return worst
}

// Relative is g/f, and 0 where the function is 0 and cannot be lower.
func Relative(g, f float64) float64 {
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
	right  []float64
}

func newNewtonStep(n int) *newtonStep {
	return &newtonStep{free: make([]int, 0, n), factor: make([]float64, n*n), step: make([]float64, n), right: make([]float64, n)}
}

// solve sets step to -(H + damping D)⁻¹ g on the free variables, D the
// diagonal of H, shortened to the longest step; false if the matrix is not
// positive definite. It calls LAPACK as mat.Cholesky does, without that type's
// copies and its condition number.
func (w *newtonStep) solve(grad, hess []float64, damping float64) bool {
	n, m := len(grad), len(w.free)
	clear(w.step)
	if m == 0 {
		return true
	}
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
		w.right[i] = -grad[k]
	}
	factor, ok := lapack64.Potrf(blas64.Symmetric{Uplo: blas.Lower, N: m, Stride: m, Data: w.factor})
	if !ok {
		return false
	}
	lapack64.Potrs(factor, blas64.General{Rows: m, Cols: 1, Stride: 1, Data: w.right[:m]})
	var size float64
	for i, k := range w.free {
		w.step[k] = w.right[i]
		size = math.Max(size, math.Abs(w.right[i]))
	}
	if size > longest {
		floats.Scale(longest/size, w.step)
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
		total += s * (grad[k] + 0.5*row[k]*s + floats.Dot(row[:k], w.step[:k]))
	}
	return total
}
