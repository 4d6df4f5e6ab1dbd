package theory

import "testing"

// The reference values of this file come from the second-moment recursion in
// 50 digits.

func TestAverageOfTheDemonstration(t *testing.T) {
	p := must(TwoDirections(50, 1))
	m := SGD(0.02).EMA(0.9)
	c := must(Expect(p, []int{200}, m))
	near(t, "loss", c.Loss[0], 0.030785084421194542, 1e-12)
	for i, want := range []float64{1. / 19, 0.83942908117752} {
		d := p.Direction(i)
		factor := m.Mode(d.Curvature, d.Noise).Limit().Noise / SGD(0.02).Mode(d.Curvature, d.Noise).Limit().Noise
		near(t, "floor factor", factor, want, 1e-13)
	}
}

func TestMomentumDemonstration(t *testing.T) {
	p := must(TwoDirections(50, 1))
	for _, test := range []struct {
		m    Method
		want float64
	}{
		{SGD(0.005), 0.076000350243577862},
		{Momentum(0.005, 0.9), 0.68153055354525042},
		{SGD(0.005).Batch(50), 0.0047804516084992347},
		{Momentum(0.005, 0.9).Batch(50), 0.013630611070905008},
	} {
		near(t, test.m.String(), must(ExpectedLoss(p, 500, test.m)), test.want, 1e-12)
	}
}

func TestDoubleRoots(t *testing.T) {
	p := Problem{Curvature: []float64{9, 1}, Noise: []float64{9, 1}, Variance: []float64{1, 1}}
	c := must(Expect(p, []int{1, 5, 10}, Momentum(0.25, 0.25)))
	for i, want := range []float64{9.875, 7.78076171875, 7.5932884216308594} {
		near(t, "loss", c.Loss[i], want, 1e-14)
	}
	near(t, "floor", c.Floor, 7.5925925925925926, 1e-14)
}

func TestFlatDirectionUnderMomentum(t *testing.T) {
	for _, c := range []float64{0, 1, 1e-200} {
		sigma2 := 0.25 * c
		s := must(SecondMoments(one(0, c), 10, Momentum(0.5, 0.9)))
		near(t, "E θ²", s[0], 1+202.10693417033625*sigma2, 1e-13)
	}
}
