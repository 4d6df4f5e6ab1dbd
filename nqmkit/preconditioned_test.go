package nqmkit_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"nqm/nqmkit"
	"nqm/theory"
)

// On a quadratic, what a method gathers is H: with the same noise it takes the steps of
// the method that is given the exact power, which other code multiplies by.
func TestGatheredCurvatureOfAQuadraticIsItsHessian(t *testing.T) {
	flat := theory.Problem{Curvature: []float64{2, 0.5, 0.01}, Noise: []float64{1, 1, 1}, Mean: []float64{1, -2, 3}}
	for _, p := range []nqmkit.Quadratic{flat, nqmkit.Rotated(flat, 30), streaming(flat)} {
		for _, o := range []nqmkit.Optimizer{
			nqmkit.SGD(0.2).Precondition(1), nqmkit.Momentum(0.1, 0.7).Precondition(0.5).Batch(4), nqmkit.Nesterov(0.05, 0.5).Precondition(0.75).EMA(0.9).Cosine(),
		} {
			methods := []nqmkit.Preconditioned{nqmkit.KFAC(o)}
			if _, turned := p.(nqmkit.Dense); !turned {
				methods = append(methods, nqmkit.DiagonalGaussNewton(o))
			}
			for _, m := range methods {
				m.Damping = 0
				both := nqmkit.Paths(p, 100, nqmkit.Trials(30, 5), m, o)
				for run, theta := range both[0].Theta {
					for i := range theta {
						for k, got := range theta[i] {
							if want := both[1].Theta[run][i][k]; math.Abs(got-want) > 1e-10*(1+math.Abs(want)) {
								t.Fatalf("%v on %v: θ[%d] of run %d is %v, with the exact power %v", m, p, i, run, got, want)
							}
						}
					}
				}
			}
		}
	}
}

// The diagonal sees the axes: on a rotated problem it is that of the rotated H.
func TestDiagonalOfARotatedProblem(t *testing.T) {
	p := nqmkit.Rotated(nqmkit.TwoDirections(50, 1), 30)
	m := nqmkit.DiagonalGaussNewton(nqmkit.SGD(0.3).Precondition(0.5))
	own := nqmkit.Custom("by hand", func() nqmkit.Update {
		return func(_ int, theta, g []float64) []float64 {
			for i := range theta {
				theta[i] -= 0.3 * g[i] / math.Sqrt(p.Hessian.At(i, i)+0.01)
			}
			return theta
		}
	})
	both := nqmkit.Paths(p, 50, nqmkit.Trials(2, 5), m, own)
	for i := range 2 {
		for k, got := range both[0].Theta[1][i] {
			if want := both[1].Theta[1][i][k]; math.Abs(got-want) > 1e-10*(1+math.Abs(want)) {
				t.Fatalf("θ[%d] is %v, by hand %v", i, got, want)
			}
		}
	}
}

// A curvature that moves, in two blocks, is averaged factor by factor, and the product is
// inverted: here as one matrix, by a linear solve.
func TestGatheredCurvatureIsAveragedAndInverted(t *testing.T) {
	const d, steps = 8, 7
	symmetric := func(n int, at float64) *mat.SymDense {
		m := mat.NewSymDense(n, nil)
		for k := range n + 2 { // of full rank
			v := mat.NewVecDense(n, nil)
			for i := range n {
				v.SetVec(i, math.Sin(at+float64(3*k+5*i*k+i)))
			}
			m.SymRankOne(m, 1, v)
		}
		return m
	}
	see := func(t int) nqmkit.Curvature {
		return nqmkit.Curvature{Plus: 0.02, Blocks: []nqmkit.Block{
			{A: symmetric(3, float64(t)), S: symmetric(2, 1.5*float64(t))}, {Diagonal: []float64{1 + float64(t), 0}},
		}}
	}
	m := nqmkit.KFAC(nqmkit.SGD(0.1))
	m.Damping, m.Decay, m.Every = 0.03, 0.8, 3
	descent := nqmkit.NewDescent(m, make([]float64, d), steps)
	descent.Sees(func(by nqmkit.Approximation, point []float64) nqmkit.Curvature {
		if by != nqmkit.KroneckerFactors || len(point) != d || point[0] != descent.Point()[0] {
			t.Errorf("asked for %s at %v", by, point)
		}
		return see(descent.Steps())
	})
	first, second, tail, left := mat.NewSymDense(3, nil), mat.NewSymDense(2, nil), []float64{0, 0}, 1.0
	want := make([]float64, d)
	for k := range steps {
		g := make([]float64, d)
		for i := range g {
			g[i] = math.Cos(float64(i*i + k))
		}
		if k%3 == 0 {
			now := see(k)
			for i := range 3 {
				for j := i; j < 3; j++ {
					first.SetSym(i, j, 0.8*first.At(i, j)+0.2*now.Blocks[0].A.At(i, j))
				}
			}
			for i := range 2 {
				for j := i; j < 2; j++ {
					second.SetSym(i, j, 0.8*second.At(i, j)+0.2*now.Blocks[0].S.At(i, j))
				}
				tail[i] = 0.8*tail[i] + 0.2*now.Blocks[1].Diagonal[i]
			}
			left *= 0.8
		}
		whole := mat.NewDense(d, d, nil)
		for i := range 3 {
			for j := range 3 {
				for x := range 2 {
					for y := range 2 {
						whole.Set(2*i+x, 2*j+y, first.At(i, j)*second.At(x, y)/(1-left)/(1-left))
					}
				}
			}
		}
		for i := range 2 {
			whole.Set(6+i, 6+i, tail[i]/(1-left))
		}
		for i := range d {
			whole.Set(i, i, whole.At(i, i)+0.05)
		}
		var direction mat.VecDense
		if err := direction.SolveVec(whole, mat.NewVecDense(d, g)); err != nil {
			t.Fatal(err)
		}
		for i := range want {
			want[i] -= 0.1 * direction.AtVec(i)
		}
		descent.Step(g)
		for i, got := range descent.Answer() {
			if math.Abs(got-want[i]) > 1e-11*(1+math.Abs(want[i])) {
				t.Fatalf("step %d: θ[%d] = %v, by a linear solve %v", k, i, got, want[i])
			}
		}
	}
}

func TestPreconditionedRefuses(t *testing.T) {
	change := func(f func(*nqmkit.Preconditioned)) nqmkit.Preconditioned {
		m := nqmkit.KFAC(nqmkit.SGD(0.1))
		f(&m)
		return m
	}
	run := func(m nqmkit.Preconditioned) func() {
		return func() { nqmkit.Sample(nqmkit.TwoDirections(1, 0), 3, nqmkit.Trials(1, 1), m) }
	}
	for want, f := range map[string]func(){
		`Preconditioned by ""`:             run(nqmkit.Preconditioned{Optimizer: nqmkit.SGD(0.1)}),
		"power 0 of K-FAC":                 run(change(func(m *nqmkit.Preconditioned) { m.Optimizer.Power = 0 })),
		"damping -1":                       run(change(func(m *nqmkit.Preconditioned) { m.Damping = -1 })),
		"decay 1 of":                       run(change(func(m *nqmkit.Preconditioned) { m.Decay = 1 })),
		"every 0 steps":                    run(change(func(m *nqmkit.Preconditioned) { m.Every = 0 })),
		"learning rate -1":                 run(change(func(m *nqmkit.Preconditioned) { m.Optimizer.LearningRate = -1 })),
		"curvature of 0: want numbers > 0": run(change(func(m *nqmkit.Preconditioned) { m.Damping = 0 })),
		"want Descent's Sees": func() {
			nqmkit.NewDescent(nqmkit.KFAC(nqmkit.SGD(1)), []float64{1}, 1).Step([]float64{1})
		},
		"curvature of 2 numbers for 1": func() {
			d := nqmkit.NewDescent(nqmkit.KFAC(nqmkit.SGD(1)), []float64{1}, 1)
			d.Sees(func(nqmkit.Approximation, []float64) nqmkit.Curvature {
				return nqmkit.Curvature{Blocks: []nqmkit.Block{{Diagonal: []float64{1, 2}}}}
			})
			d.Step([]float64{1})
		},
	} {
		refuses(t, want, f)
	}
}
