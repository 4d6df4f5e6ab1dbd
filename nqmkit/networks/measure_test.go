package networks_test

import (
	"math"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/mat"

	"nqm/nqmkit"
	"nqm/nqmkit/networks"
)

// The optimum of linear regression solves a linear system.
func TestOptimumOfLinearRegression(t *testing.T) {
	d := targeted(4)
	const lambda = 0.1
	lab := networks.NewLab(networks.Softmax(d).Penalty(lambda))
	x := mat.NewDense(examples, 5, nil)
	y := mat.NewDense(examples, 2, nil)
	for k := range examples {
		x.SetRow(k, append(append([]float64(nil), d.Inputs[k]...), 1))
		y.SetRow(k, d.Targets[k])
	}
	var left, right, want mat.Dense
	left.Mul(x.T(), x)
	for i := range 5 {
		left.Set(i, i, left.At(i, i)+lambda*examples)
	}
	right.Mul(x.T(), y)
	if err := want.Solve(&left, &right); err != nil {
		t.Fatal(err)
	}
	near(t, "optimum", lab.Optimum, want.RawMatrix().Data, 1e-7)
	if loss := lab.Loss(lab.Optimum); loss != 0 {
		t.Errorf("excess %v at the optimum, want 0", loss)
	}
	near(t, "a tenth of the way", lab.Near(0.1).Start(), scaled(want.RawMatrix().Data, 0.9), 1e-7) // it starts at 0
}

func scaled(v []float64, by float64) (w []float64) {
	for _, x := range v {
		w = append(w, by*x)
	}
	return w
}

// A lab at the optimum of another is the same, also through training and a preconditioner.
func TestLabAtAnOptimum(t *testing.T) {
	for name, n := range kinds() {
		found := networks.NewLab(n)
		at := networks.LabAt(n, found.Optimum)
		ask := func(l *networks.Lab) any {
			return []any{l.Minimum, l.Start(), l.Loss(l.Start()), networks.Train(l.Near(0.5), 10, nqmkit.Trials(2, 1), nqmkit.SGD(0.01).Precondition(0.5))}
		}
		if got, want := ask(at), ask(found); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	panics(t, "a point of 1 numbers for 2", func() { networks.LabAt(ownModel(nil), []float64{1}) })
	panics(t, "a point with NaN", func() { networks.LabAt(ownModel(nil), []float64{1, math.NaN()}) })
	panics(t, "no model", func() { networks.LabAt(nil, []float64{1}) })
}

// A measurement against matrices that are made from single products and gradients.
func TestMeasurementIsTheMatrices(t *testing.T) {
	n := networks.MLP(labelled(5), 4).Penalty(0.01)
	theta, _ := point(n)
	d := len(theta)
	g := rows(make([]float64, examples*d), d)
	n.ExampleGradients(g, theta, []int{0, 1, 2, 3, 4, 5})
	c := mat.NewSymDense(d, nil)
	full := make([]float64, d)
	n.Gradient(full, theta, nil)
	for _, row := range g {
		off := mat.NewVecDense(d, nil)
		off.SubVec(mat.NewVecDense(d, row), mat.NewVecDense(d, full))
		c.SymRankOne(c, 1./examples, off)
	}
	for _, which := range []networks.Matrix{networks.Hessian, networks.GaussNewton} {
		m := networks.Measure(n, theta, which)
		product := map[networks.Matrix]func(hv, theta, v []float64){networks.Hessian: n.HessianProduct, networks.GaussNewton: n.GaussNewtonProduct}[which]
		got, want, noise, along := make([]float64, d), make([]float64, d), make([]float64, d), make([]float64, d)
		for i, h := range m.Curvature {
			q := mat.Col(nil, i, m.Basis)
			product(got, theta, q)
			for j := range want {
				want[j] = h*q[j] + 1 // so that a flat direction has a scale
				got[j]++
			}
			near(t, "eigenvector", got, want, 1e-10)
			noise[i] = mat.Inner(mat.NewVecDense(d, q), c, mat.NewVecDense(d, q))
			along[i] = mat.Dot(mat.NewVecDense(d, q), mat.NewVecDense(d, full))
			if i > 0 && h > m.Curvature[i-1] {
				t.Errorf("eigenvalue %d rises", i)
			}
		}
		near(t, "noise", m.Noise, noise, 1e-10)
		near(t, "gradient", m.Gradient, along, 1e-10)
		trace, square := networks.NoiseScale(n, theta)
		near(t, "B_simple", []float64{trace, trace / square}, []float64{mat.Trace(c), m.BSimple()}, 1e-10)
	}
	if m := networks.Measure(n, theta, networks.Hessian); m.Curvature[d-1] >= 0 {
		t.Error("the test wants a Hessian with a negative eigenvalue")
	} else {
		panics(t, "curvature", func() { m.Problem(n.Start(), nqmkit.NegativeCurvature(nqmkit.Refuse)) })
		if p := m.Problem(n.Start(), nqmkit.NegativeCurvature(nqmkit.Clip)); p.Note == "" {
			t.Error("no note of what was clipped")
		}
	}
	if m := networks.Measure(n, theta, networks.GaussNewton); !(m.Curvature[d-1] > 0.0099) {
		t.Errorf("Gauss-Newton eigenvalue %v: want the penalty at least", m.Curvature[d-1])
	}
}

// Differences of gradients stand in for products, to eight digits.
func TestProductsByDifferences(t *testing.T) {
	n := networks.MLP(labelled(5), 4).Penalty(0.01)
	theta, _ := point(n)
	without := networks.Functions{Name: "mlp", From: n.Start(), Count: examples, LossAt: n.Loss, Gradient: n.Gradient}.New()
	a, b := networks.Measure(n, theta, networks.Hessian), networks.Measure(without, theta, networks.Hessian)
	near(t, "eigenvalues", b.Curvature, a.Curvature, 1e-8)
	near(t, "noise scale", []float64{b.BSimple(), b.BNoise()}, []float64{a.BSimple(), a.BNoise()}, 1e-6)
}

// Lanczos has the largest eigenvalue and both traces of the whole spectrum.
func TestLanczosIsTheSpectrum(t *testing.T) {
	n := networks.MLP(labelled(5), 4).Penalty(0.01)
	theta, _ := point(n)
	p := networks.Lanczos(n, theta, networks.GaussNewton, 39, nqmkit.Trials(200, 1))
	m := networks.Measure(n, theta, networks.GaussNewton)
	top, h, c := 0.0, 0.0, 0.0
	for i := range p.Len() {
		d := p.Direction(i)
		top, h, c = math.Max(top, d.Curvature), h+d.Multiplicity*d.Curvature, c+d.Multiplicity*d.Noise
	}
	wantH, wantC := 0.0, 0.0
	for i := range m.Curvature {
		wantH, wantC = wantH+m.Curvature[i], wantC+m.Noise[i]
	}
	near(t, "largest", []float64{top}, m.Curvature[:1], 1e-9)
	near(t, "tr H", []float64{h}, []float64{wantH}, 0.1)
	near(t, "tr C", []float64{c}, []float64{wantC}, 1e-9)
}

// Leading has the first rows of Measure, whose noise divides by n and not by n-1.
func TestLeadingIsTheMeasurement(t *testing.T) {
	n := networks.MLP(labelled(5), 4).Penalty(0.01)
	theta, _ := point(n)
	m := networks.Measure(n, theta, networks.Hessian)
	for k, l := range networks.Leading(n, theta, networks.Hessian, 3, 30, 1) {
		near(t, "edge", []float64{l.Curvature.Value, l.Noise.Value, math.Abs(l.Gradient.Value)}, []float64{m.Curvature[k], m.Noise[k] * examples / (examples - 1), math.Abs(m.Gradient[k])}, 1e-7)
	}
}

// BenchmarkMeasure is the dense spectrum of softmax regression on the digits, 650
// parameters, with its noise.
func BenchmarkMeasure(b *testing.B) {
	n := networks.Softmax(networks.Digits())
	for b.Loop() {
		networks.Measure(n, n.Start(), networks.Hessian)
	}
}
