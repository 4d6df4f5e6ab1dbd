package theory

import (
	"math"
	"testing"
)

// near fails unless got is within relative distance tol of want.
func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if got == want {
		return
	}
	if !(math.Abs(got-want) <= tol*math.Abs(want)) {
		t.Errorf("%s = %.17g, want %.17g (relative %.1e)", what, got, want, math.Abs(got/want-1))
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// The lecture's demonstration: h = (50, 1), α = 0.02, started at (1, 1).
// The reference values come from the second-moment recursion in 50 digits.
func TestLectureDemonstration(t *testing.T) {
	p := must(TwoDirections(50, 1))
	s := must(SecondMoments(p, 200, SGD(0.02)))
	near(t, "E θ1²", s[0], 0.02, 1e-12)
	near(t, "E θ2²", s[1], 0.010407221362110706, 1e-12)
	c := must(Expect(p, []int{200}, SGD(0.02)))
	near(t, "loss", c.Loss[0], 0.50520361068105535, 1e-12)
	near(t, "floor", c.Floor, 0.5+0.0050505050505050505, 1e-12)
	near(t, "standard deviation", c.StdDev[0], 0.70714503977889928, 1e-12)
}

func one(h, c float64) Problem {
	return Problem{Curvature: []float64{h}, Noise: []float64{c}, Variance: []float64{1}}
}

func TestStabilityEdges(t *testing.T) {
	for _, test := range []struct {
		name        string
		x, c        float64
		t           int
		want, limit float64 // of E θ²
	}{
		{"x = 1 at the start", 1, 1, 0, 1, 1},
		{"x = 1 after one step", 1, 1, 1, 1, 1},
		{"x = 2 walks at random", 2, 1, 100, 401, math.Inf(1)},
		{"x = 2 without noise stays", 2, 0, 100, 1, 1},
		{"x = 2.5 grows", 2.5, 1, 10, 19946.540380477905, math.Inf(1)},
		{"x = 2.5 overflows", 2.5, 1, 1e6, math.Inf(1), math.Inf(1)},
		{"x = 2.5 overflows without noise", 2.5, 0, 1e15, math.Inf(1), math.Inf(1)},
	} {
		p := one(1, test.c)
		near(t, test.name, must(SecondMoments(p, test.t, SGD(test.x)))[0], test.want, 1e-12)
		near(t, test.name+": floor", 2*must(Expect(p, []int{test.t}, SGD(test.x))).Floor, test.limit, 1e-12)
	}
}

func TestFlatDirection(t *testing.T) {
	p := one(0, 3)
	near(t, "E θ²", must(SecondMoments(p, 70, SGD(0.1)))[0], 1+70*0.01*3, 1e-12)
	c := must(Expect(p, []int{0, 1e15}, SGD(0.1)))
	if c.Loss[1] != 0 || c.Floor != 0 || c.StdDev[1] != 0 {
		t.Errorf("a direction without curvature has loss %v, floor %v", c.Loss[1], c.Floor)
	}
}

func TestTinyStep(t *testing.T) {
	near(t, "E θ²", must(SecondMoments(one(1e-6, 1e-6), 1e9, SGD(1e-3)))[0], 0.13576761545994294, 1e-12)
}

func TestTenThousandDirections(t *testing.T) {
	p := must(PowerLaw(10_000, 1))
	near(t, "loss at the start", must(ExpectedLoss(p, 0, SGD(1))), 4.8938030180221911, 1e-14)
}
