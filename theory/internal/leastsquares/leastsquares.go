// Package leastsquares fits a few parameters to residuals: the least sum of their
// squares from many starts, and how far a number that depends on the parameters may
// move before the sum has risen by so much (its profile).
//
// A descent is Newton's method of gonum/optimize with the Hessian of Gauss and Newton,
// J'J, which is what the residuals of a good fit leave of it.
package leastsquares

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// Problem is a sum of squares Σ r_k(z)².
type Problem struct {
	// Rows is how many residuals there are.
	Rows int
	// At writes the residuals at z, and their derivatives unless slope is nil: a row
	// for each residual, a column for each parameter. They may be infinite.
	At func(z, residuals []float64, slope *mat.Dense)
	// Low and High bound each parameter, finite. A descent that leaves them meets a
	// wall: a residual of its own, which no Sum counts.
	Low, High []float64
}

// damping is what the Hessian has more than J'J on its diagonal, in units of the mean
// square of the residuals: with it a step along what the residuals hardly see is not
// endless, and the descent is still quadratic where they vanish (Yamashita and Fukushima
// 2001).
const damping = 0.2

// wall is how far beyond a bound a wall costs as much as a residual of 1.
const wall = 0.3

// Fit is the place of a low sum of squares.
type Fit struct {
	Z   []float64
	Sum float64
}

// Sum returns Σ r² at z.
func (p Problem) Sum(z []float64) float64 {
	r := make([]float64, p.Rows)
	p.At(z, r, nil)
	return sumOf(r)
}

func sumOf(r []float64) float64 {
	s := floats.Dot(r, r)
	if math.IsNaN(s) {
		return math.Inf(1)
	}
	return s
}

// Best descends from the best few of many starts, and returns the least sum found.
func (p Problem) Best(starts [][]float64, few int) Fit {
	fits := make([]Fit, len(starts))
	for i, z := range starts {
		fits[i] = Fit{z, p.Sum(z)}
	}
	slices.SortStableFunc(fits, func(a, b Fit) int {
		switch {
		case a.Sum < b.Sum:
			return -1
		case a.Sum > b.Sum:
			return 1
		}
		return 0
	})
	best := Fit{Sum: math.Inf(1)}
	for _, f := range fits[:min(few, len(fits))] {
		if math.IsInf(f.Sum, 1) {
			break
		}
		if f = p.Descend(f.Z); f.Sum < best.Sum || best.Z == nil {
			best = f
		}
	}
	return best
}

// Lattice returns n points that fill the box of the bounds evenly: the additive
// recurrence of the generalised golden ratio (Roberts 2018), the root of
// x^(d+1) = x + 1.
func (p Problem) Lattice(n int) [][]float64 {
	d := len(p.Low)
	ratio := 2.0
	for range 60 {
		ratio = math.Pow(1+ratio, 1/float64(d+1))
	}
	points := make([][]float64, n)
	for i := range points {
		points[i] = make([]float64, d)
		for k := range d {
			_, part := math.Modf(0.5 + float64(i)*math.Pow(ratio, -float64(k+1)))
			points[i][k] = p.Low[k] + part*(p.High[k]-p.Low[k])
		}
	}
	return points
}

// Descend returns a local least sum of squares, walls included on the way.
func (p Problem) Descend(z []float64) Fit { return p.descend(z, nil, 1e-15, 1e-8) }

// pull is a further residual, weight·(g(z) - to).
type pull struct {
	g          Quantity
	weight, to float64
}

// Quantity is a number that depends on the parameters, with its derivatives, which it
// writes unless slope is nil.
type Quantity func(z, slope []float64) float64

// Parameter is the quantity z_k.
func Parameter(k int) Quantity {
	return func(z, slope []float64) float64 {
		if slope != nil {
			clear(slope)
			slope[k] = 1
		}
		return z[k]
	}
}

// descend ends where a step gains less than absolute, or relative of the sum.
func (p Problem) descend(z []float64, towards *pull, absolute, relative float64) Fit {
	d := len(z)
	w := &work{p: p, towards: towards, r: make([]float64, p.Rows+d+1), slope: mat.NewDense(p.Rows+d+1, d, nil)}
	settings := &optimize.Settings{
		MajorIterations: 80,
		Converger:       &optimize.FunctionConverge{Absolute: absolute, Relative: relative, Iterations: 2},
	}
	// An error says that no shorter step went down: the place is as good as it gets.
	result, _ := optimize.Minimize(optimize.Problem{Func: w.value, Grad: w.gradient, Hess: w.hessian},
		z, settings, &optimize.Newton{Linesearcher: &optimize.Backtracking{MinimumStepSize: 1e-7}, GradStopThreshold: 1e-9})
	if result == nil || result.X == nil || math.IsInf(result.F, 1) {
		return Fit{slices.Clone(z), p.Sum(z)}
	}
	return Fit{result.X, p.Sum(result.X)}
}

// work is a sum of squares with its walls and a pull.
type work struct {
	p       Problem
	towards *pull
	at      []float64 // where slope is from
	r       []float64
	slope   *mat.Dense
}

func (w *work) residuals(z []float64, slope *mat.Dense) {
	n, d := w.p.Rows, len(z)
	var own *mat.Dense
	if slope != nil {
		slope.Zero()
		own = slope.Slice(0, n, 0, d).(*mat.Dense)
	}
	w.p.At(z, w.r[:n], own)
	for k, v := range z {
		out := max(0, v-w.p.High[k]) + min(0, v-w.p.Low[k])
		w.r[n+k] = out / wall
		if slope != nil && out != 0 {
			slope.Set(n+k, k, 1/wall)
		}
	}
	w.r[n+d] = 0
	if t := w.towards; t != nil {
		var g []float64
		if slope != nil {
			g = slope.RawRowView(n + d)
		}
		w.r[n+d] = t.weight * (t.g(z, g) - t.to)
		floats.Scale(t.weight, g)
	}
}

func (w *work) value(z []float64) float64 {
	w.look(z)
	return 0.5 * sumOf(w.r)
}

func (w *work) look(z []float64) {
	if w.at == nil || !slices.Equal(w.at, z) {
		w.residuals(z, w.slope)
		w.at = append(w.at[:0], z...)
	}
}

func (w *work) gradient(grad, z []float64) {
	w.look(z)
	mat.NewVecDense(len(z), grad).MulVec(w.slope.T(), mat.NewVecDense(len(w.r), w.r))
}

func (w *work) hessian(h *mat.SymDense, z []float64) {
	w.look(z)
	h.SymOuterK(1, w.slope.T())
	ridge := damping*sumOf(w.r)/float64(w.p.Rows) + 1e-11*mat.Trace(h)
	for k := range z {
		h.SetSym(k, k, h.At(k, k)+ridge)
	}
}
