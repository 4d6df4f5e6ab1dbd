package search

import (
	"math"
	"testing"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within*math.Max(1, math.Abs(want))) {
		t.Errorf("%s: %v, want %v within %g", what, got, want, within)
	}
}

// bowl is f = 2 + (u-1)² + (v+1)⁴/8 + (v+1)²/4 + (u-1)(v+1)/2, convex near its
// minimum (1, -1).
func bowl(u []float64) float64 {
	a, b := u[0]-1, u[1]+1
	return 2 + a*a + b*b*b*b/8 + b*b/4 + a*b/2
}

func bowlDerivatives(u, grad, hess []float64) float64 {
	a, b := u[0]-1, u[1]+1
	grad[0], grad[1] = 2*a+b/2, b*b*b/2+b/2+a/2
	hess[0], hess[2], hess[3] = 2, 0.5, 1.5*b*b+0.5
	return bowl(u)
}

// heldAt is v+1 at the bowl's minimum for u-1 = a: b³ + b + a = 0 by Cardano.
func heldAt(a float64) float64 {
	root := math.Sqrt(a*a/4 + 1./27)
	return math.Cbrt(-a/2+root) + math.Cbrt(-a/2-root)
}

// Both end off the bound with a gradient that vanishes, and at the bound where
// the optimum is beyond it.
func TestMinimaInABox(t *testing.T) {
	n := Newton{Box: Below(5, 2), Value: bowl, Derivatives: bowlDerivatives, Tolerance: 1e-12, Steps: 50}
	free := n.Minimize([]float64{4, 4})
	near(t, "u", free.At[0], 1, 1e-10)
	near(t, "v", free.At[1], -1, 1e-10)
	if !free.Definite || free.Residual > 1e-12 {
		t.Errorf("residual %v, definite %v", free.Residual, free.Definite)
	}
	n.Box = Below(0.5, 2)
	held := n.Minimize([]float64{-3, 0.4})
	if held.At[0] != 0.5 || !(held.Gradient[0] < 0) || held.Residual > 1e-12 {
		t.Errorf("at the bound: %+v", held)
	}
	near(t, "v where u is held", held.At[1]+1, heldAt(-0.5), 1e-10)
	for _, low := range []float64{-9, 2} {
		d := Descent{F: bowl, Box: Box{[]float64{low, -9}, []float64{9, 9}}, Flat: 1e-13}
		z := []float64{4, 4}
		value, u := d.From(z, 0.5), math.Max(low, 1)
		near(t, "u by differences", z[0], u, 1e-5)
		near(t, "v by differences", z[1]+1, heldAt(u-1), 0.5*0.5*0.03*0.03*4) // f‴/f″ is below 4
		near(t, "its value", value, bowl([]float64{u, heldAt(u-1) - 1}), 1e-7)
	}
}

// A descent does not go up, and leaves a saddle.
func TestDescentLeavesASaddle(t *testing.T) {
	saddle := func(z []float64) float64 { return z[0]*z[0] - z[1]*z[1] + z[1]*z[1]*z[1]*z[1] }
	z := []float64{0.1, 1e-3}
	Descent{F: saddle, Box: Box{[]float64{-3, -3}, []float64{3, 3}}, Flat: 1e-13}.From(z, 0.5)
	near(t, "u", z[0], 0, 1e-5)
	near(t, "v", math.Abs(z[1]), math.Sqrt(0.5), 1e-5)
}
