package nqmkit_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"nqm/nqmkit"
)

// Leading directions against the whole eigendecomposition, their noise against x'Cx of the
// matrix of all examples.
func TestLeadingIsTheEdgeOfTheMatrix(t *testing.T) {
	const d, examples = 40, 300
	r := rand.New(rand.NewPCG(1, 2))
	a := mat.NewDense(d, d, nil)
	a.Apply(func(i, _ int, _ float64) float64 { return r.NormFloat64() / float64(1+i) }, a)
	var h mat.SymDense
	h.SymOuterK(1, a)
	g := mat.NewDense(examples, d, nil)
	g.Apply(func(_, j int, _ float64) float64 { return r.NormFloat64() + math.Sin(float64(j)) }, g)
	var e mat.EigenSym
	e.Factorize(&h, true)
	values := e.Values(nil)
	product := func(hv, v []float64) { mat.NewVecDense(d, hv).MulVec(&h, mat.NewVecDense(d, v)) }
	gradient := func(to []float64, k int) { copy(to, g.RawRowView(k)) }
	all := nqmkit.Leading(d, 4, 25, product, examples, gradient, 7)
	if len(all) != 4 {
		t.Fatalf("%d directions, want 4", len(all))
	}
	for k, l := range all {
		want := values[d-1-k]
		if math.Abs(l.Curvature.Value-want) > 1e-8*values[d-1] || l.Curvature.Low > want+1e-12 || l.Curvature.High < want-1e-12 {
			t.Errorf("direction %d: %v, want %v", k, l.Curvature, want)
		}
		mean, second := 0.0, 0.0
		for i := range examples {
			v := mat.Dot(g.RowView(i), mat.NewVecDense(d, l.Vector))
			mean, second = mean+v/examples, second+v*v/examples
		}
		if want := (second - mean*mean) * examples / (examples - 1); math.Abs(l.Noise.Value-want) > 1e-9*want || !(l.Noise.Low < want && want < l.Noise.High) {
			t.Errorf("direction %d: %v, want %v", k, l.Noise, want)
		}
		if math.Abs(l.Gradient.Value-mean) > 1e-9 {
			t.Errorf("direction %d: %v, want %v", k, l.Gradient, mean)
		}
	}
	// A run that is cut short says how far it may be off, and holds an eigenvalue.
	for k, l := range nqmkit.Leading(d, 3, 5, product, examples, gradient, 7) {
		held := false
		for _, v := range values {
			held = held || l.Curvature.Low <= v && v <= l.Curvature.High
		}
		if !held || !(l.Curvature.High-l.Curvature.Low > 1e-6) {
			t.Errorf("direction %d after 5 steps: %v holds no eigenvalue", k, l.Curvature)
		}
	}
}

// 95% intervals of the noise hold its truth, over 500 sets of examples with a known variance.
func TestLeadingNoiseCovers(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	product := func(hv, v []float64) { hv[0], hv[1] = 2*v[0], v[1] }
	held := 0
	const sets = 500
	for range sets {
		l := nqmkit.Leading(2, 1, 2, product, 150, func(g []float64, _ int) { g[0], g[1] = 3*r.NormFloat64(), 1 }, 1)[0]
		if l.Noise.Low <= 9 && 9 <= l.Noise.High {
			held++
		}
	}
	if share := float64(held) / sets; share < 0.92 || share > 0.98 {
		t.Errorf("intervals hold the truth in %v of the sets", share)
	}
}

func TestLeadingRefuses(t *testing.T) {
	product := func(hv, v []float64) { copy(hv, v) }
	fine := func(g []float64, _ int) { g[0] = 1 }
	for want, f := range map[string]func(){
		"3 leading directions of 2 parameters by 2": func() { nqmkit.Leading(2, 3, 2, product, 5, fine, 1) },
		"the noise of 1 examples":                   func() { nqmkit.Leading(2, 1, 2, product, 1, fine, 1) },
		"gradient of example 2 is not finite": func() {
			nqmkit.Leading(2, 1, 2, product, 5, func(g []float64, k int) { g[0] = 1 / float64(2-k) }, 1)
		},
	} {
		func() {
			defer func() {
				if e, ok := recover().(error); !ok || !strings.Contains(e.Error(), want) {
					t.Errorf("%v, want %q", e, want)
				}
			}()
			f()
		}()
	}
}
