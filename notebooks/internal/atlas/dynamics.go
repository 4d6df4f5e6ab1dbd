package atlas

import (
	"fmt"

	"nqm/nqmkit"
	"nqm/plotting"
	"nqm/theory"
)

// dynamics are the figures of plain SGD.
var dynamics = []Figure{
	{"training-curves", "expected loss of SGD for five learning rates, h = 1/i, d = 5000 (paper)", trainingCurves},
	{"two-directions", "the lecture's first example, h = (50, 1), direction by direction", twoDirections},
	{"bias-and-noise", "what is left of the start and what the noise has put in, two learning rates", biasAndNoise},
	{"rate-against-floor", "the trade-off of the learning rate: speed of the slowest direction against the floor", rateAgainstFloor},
	{"batch-size", "expected loss for five batch sizes at one learning rate: one rate, five floors", batchSize},
	{"noise-scales", "the two noise scales along the path of SGD", noiseScales},
	{"bayes-bound", "SGD with a constant and a falling learning rate beside what no method can beat", bayesBound},
}

func trainingCurves() drawn {
	p := nqmkit.PowerLaw(5000, 1)
	return curves("Expected loss, exact. A larger learning rate falls faster and stops higher; none is best at every step.",
		nqmkit.Expect(p, 1_000_000, nqmkit.SGD(0.001), nqmkit.SGD(0.01), nqmkit.SGD(0.1), nqmkit.SGD(0.5), nqmkit.SGD(1)))
}

func twoDirections() drawn {
	p, m, steps := nqmkit.TwoDirections(50, 1), nqmkit.SGD(0.02), nqmkit.Steps(200)
	f := must(plotting.ModeDecay(p, steps, m))
	stiff, flat := make([]float64, len(steps)), make([]float64, len(steps))
	for k, t := range steps {
		second := nqmkit.SecondMoments(p, t, m)
		stiff[k], flat[k] = 25*second[0], 0.5*second[1]
	}
	last := len(steps) - 1
	f.Caption = fmt.Sprintf("The stiff direction, αh = 1, is at its floor %.3g after one step; the flat one is at %.3g then, and at %.3g after %d.", stiff[1], flat[1], flat[last], steps[last])
	return drawn{f, table(column{"steps", "", asFloats(steps)}, column{"loss_h_50", "", stiff}, column{"loss_h_1", "", flat})}
}

func asFloats(steps []int) []float64 {
	x := make([]float64, len(steps))
	for k, t := range steps {
		x[k] = float64(t)
	}
	return x
}

func biasAndNoise() drawn {
	c := nqmkit.Expect(nqmkit.PowerLaw(10_000, 1), 1_000_000, nqmkit.SGD(0.01), nqmkit.SGD(0.1))
	f := plotting.LossSplit(c)
	for i := range f.Panels {
		f.Panels[i].Y.Min, f.Panels[i].Y.Max = 1e-3, 10
	}
	return drawn{f, nqmkit.TableOf(c)}
}

// rateAgainstFloor follows the learning rate through its stable range.
func rateAgainstFloor() drawn {
	p, ends := nqmkit.PowerLaw(10_000, 1), nqmkit.List(1, 1e-4) // the slowest direction is at an end
	limit := nqmkit.StabilityLimit(p, nqmkit.SGD(1))
	alphas := nqmkit.LogSpaced(1e-3*limit, 0.9*limit, 80)
	for _, short := range nqmkit.LogSpaced(0.09, 0.005, 20) { // where the floor bends
		alphas = append(alphas, (1-short)*limit)
	}
	durations, floors := make([]float64, len(alphas)), make([]float64, len(alphas))
	last := 0 // of half the stability limit
	for k, alpha := range alphas {
		if alpha <= limit/2 {
			last = k
		}
		durations[k] = nqmkit.Rate(ends, nqmkit.SGD(alpha)).Time
		floors[k], _, _ = theory.SteadyState(p, nqmkit.SGD(alpha))
	}
	x := plotting.Axis{Label: "learning rate α", Scale: plotting.Log10}
	edge := []plotting.Reference{{At: limit, Vertical: true, Label: "2/h₁"}}
	return drawn{plotting.Figure{
		Title: fmt.Sprintf("At α = %.3g SGD is %s as fast as at α = %.3g, its floor %s as high",
			alphas[last], times(durations[0]/durations[last]), alphas[0], times(floors[last]/floors[0])),
		Subtitle: "SGD: " + p.String(),
		Caption:  "Above, the steps in which the slowest direction falls to 1/e; below, the steady-state risk. Both change by the same factor until α nears the stability limit, where the floor alone grows without bound.",
		Panels: []plotting.Panel{
			{X: x, Y: plotting.Axis{Label: "steps to 1/e", Scale: plotting.Log10}, Series: []plotting.Series{line("SGD", "", alphas, durations)}, References: edge},
			{X: x, Y: plotting.Axis{Label: "floor L(∞)", Scale: plotting.Log10}, Series: []plotting.Series{line("SGD", "", alphas, floors)}, References: edge},
		},
	}, table(column{"learning_rate", "1/curvature", alphas}, column{"time", "steps", durations}, column{"floor", "", floors})}
}

func batchSize() drawn {
	var methods []theory.Method
	for _, b := range []float64{1, 4, 16, 64, 256} {
		methods = append(methods, nqmkit.SGD(0.5).Batch(b))
	}
	return curves("The bias falls alike for every batch size; the floor is in proportion to 1/B.",
		nqmkit.Expect(nqmkit.PowerLaw(10_000, 1), 1_000_000, methods...))
}

func noiseScales() drawn {
	p := nqmkit.PowerLaw(10_000, 1)
	s := nqmkit.NoiseScales(p, 100_000, nqmkit.SGD(0.1))
	f := plotting.NoiseScales(s)
	f.Subtitle += ": SGD α=0.1, " + p.String()
	f.Caption = "The batch size at which noise and signal are alike grows as the loss falls: early on small batches suffice. B_noise weighs directions by their curvature."
	return drawn{f, nqmkit.TableOf(s)}
}

// bayesBound sets a constant rate beside Newton's method with the rate 1/t,
// whose loss is d/2t: that of maximum likelihood.
func bayesBound() drawn {
	p, steps := nqmkit.PowerLaw(10_000, 1), 100_000
	constant := nqmkit.BayesGap(p, steps, nqmkit.SGD(0.1))
	newton := nqmkit.BayesGap(p, steps, nqmkit.SGD(1).Precondition(1).InverseTime(1))
	f := plotting.LossCurves([]theory.Curve{constant.Curve, newton.Curve})
	f.Title = plotting.BayesGaps([]theory.Gap{constant, newton}).Title
	p0 := &f.Panels[0]
	p0.References = nil
	p0.Y.Min, p0.Y.Max = least(constant.Bound)/2, 20
	p0.Series = append(p0.Series, approximation("Bayes bound", asFloats(constant.Curve.Steps)[1:], constant.Bound[1:]))
	f.Caption = fmt.Sprintf("No method that has seen t gradients has a lower expected loss than the grey line. Newton's method with the rate 1/t, d/2t, comes to it from above, %.4g times at the end, but is far off at first. At its closest the constant rate is %.3g times above.",
		newton.Ratio[len(newton.Ratio)-1], least(constant.Ratio[1:]))
	return drawn{f, nqmkit.TableOf(constant, newton)}
}

func least(v []float64) float64 {
	m := v[0]
	for _, x := range v {
		m = min(m, x)
	}
	return m
}
