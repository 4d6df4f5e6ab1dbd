package networks

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// Lab is a model whose optimum is known, and what was measured there: its loss is the
// excess over the minimum, and its methods may precondition.
type Lab struct {
	Model
	Optimum []float64
	Minimum float64 // the loss there
	at      func() Measurement
	start   []float64
}

// NewLab finds the optimum of m, from its start: by L-BFGS over all examples, to a
// gradient of 10^-8. For a network that is not convex it is a minimum, and another
// start may find another. It panics where the gradient stays above 10^-5, and where loss
// or gradient at the start are not finite.
func NewLab(m Model) *Lab {
	checkModel(m)
	start := slices.Clone(m.Start())
	g := make([]float64, len(start))
	m.Gradient(g, start, nil)
	if loss, k := m.Loss(start), slices.IndexFunc(g, notFinite); notFinite(loss) || k >= 0 {
		panic(fmt.Errorf("networks: %v has loss %v at its start, and over all examples the gradient %.3g: want finite numbers", m, loss, g[max(k, 0)]))
	}
	result, err := minimize(optimize.Problem{
		Func: m.Loss,
		Grad: func(g, theta []float64) { m.Gradient(g, theta, nil) },
	}, start, &optimize.Settings{GradientThreshold: 1e-8, MajorIterations: 50_000, Converger: optimize.NeverTerminate{}}, &optimize.LBFGS{Store: 30})
	if result == nil {
		panic(fmt.Errorf("networks: the optimum of %v was not found: %w", m, err))
	}
	m.Gradient(g, result.X, nil)
	minimum := m.Loss(result.X)
	if length := math.Sqrt(dot(g, g)); !(length <= 1e-5) || notFinite(minimum) {
		panic(fmt.Errorf("networks: the optimum of %v was not found: a gradient of %.3g is left at loss %v; a penalty makes one", m, length, minimum))
	}
	return LabAt(m, result.X)
}

// LabAt is NewLab where the optimum is known, as that of a Lab that was made before. It
// panics on a point of another length, or that is not finite.
func LabAt(m Model, optimum []float64) *Lab {
	checkPoint(m, optimum, false)
	l := &Lab{Model: m, Optimum: slices.Clone(optimum), Minimum: m.Loss(optimum), start: slices.Clone(m.Start())}
	l.at = sync.OnceValue(func() Measurement {
		which := GaussNewton
		if _, knows := bare(m).(Curved); !knows {
			which = Hessian
		}
		return Measure(m, l.Optimum, which)
	})
	return l
}

// minimize is optimize.Minimize, which evaluates in goroutines of its own: a panic there is
// one here.
func minimize(p optimize.Problem, start []float64, s *optimize.Settings, m optimize.Method) (*optimize.Result, error) {
	var fault any
	guarded := func(f func()) {
		defer func() {
			if r := recover(); r != nil {
				fault = r
			}
		}()
		if fault == nil {
			f()
		}
	}
	f, grad := p.Func, p.Grad
	p.Func = func(x []float64) (v float64) {
		v = math.NaN()
		guarded(func() { v = f(x) })
		return v
	}
	if grad != nil {
		p.Grad = func(g, x []float64) { guarded(func() { grad(g, x) }) }
	}
	p.Status = func() (optimize.Status, error) {
		if fault != nil {
			return optimize.Failure, nil
		}
		return optimize.NotTerminated, nil
	}
	result, err := optimize.Minimize(p, start, s, m)
	if fault != nil {
		panic(fault)
	}
	return result, err
}

// Near returns l started at so large a part of the way from the optimum to its model's
// start: Near(1) is that start. It panics on a part that is not finite.
func (l *Lab) Near(part float64) *Lab {
	if math.IsNaN(part) || math.IsInf(part, 0) {
		panic(fmt.Errorf("networks: part %v of the way: want a finite number", part))
	}
	c := *l
	c.start = slices.Clone(l.Model.Start())
	for i, v := range l.Optimum {
		c.start[i] = v + part*(c.start[i]-v)
	}
	return &c
}

// Start is where training begins.
func (l *Lab) Start() []float64 { return slices.Clone(l.start) }

// Loss is the excess over the minimum.
func (l *Lab) Loss(theta []float64) float64 { return l.Model.Loss(theta) - l.Minimum }

// Metric is the measurement at the optimum, by the Gauss-Newton matrix where the model
// knows it, made when it is first asked for. A method with Precondition(p) multiplies by its power -p.
func (l *Lab) Metric() Measurement { return l.at() }

// bare is the model inside a lab.
func bare(m Model) Model {
	if l, ok := m.(*Lab); ok {
		return bare(l.Model)
	}
	return m
}

// preconditioner returns what multiplies a gradient by G^-p.
func preconditioner(m Model, p float64) func(g []float64) {
	l, ok := m.(*Lab)
	if !ok {
		panic(fmt.Errorf("networks: %v has no curvature to precondition by: want networks.NewLab of it", m))
	}
	r := l.Metric()
	if last := r.Curvature[len(r.Curvature)-1]; !(last > 0) {
		panic(fmt.Errorf("networks: a curvature of %v of %v, preconditioned with power %v: want curvatures > 0, as a penalty makes them", last, m, p))
	}
	powers := make([]float64, len(r.Curvature))
	for i, h := range r.Curvature {
		powers[i] = math.Pow(h, -p)
	}
	turned := mat.NewVecDense(len(powers), nil)
	return func(g []float64) {
		turned.MulVec(r.Basis.T(), mat.NewVecDense(len(g), g))
		for i, f := range powers {
			turned.SetVec(i, f*turned.AtVec(i))
		}
		mat.NewVecDense(len(g), g).MulVec(r.Basis, turned)
	}
}
