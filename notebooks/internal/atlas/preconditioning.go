package atlas

import (
	"fmt"

	"nqm/nqmkit"
	"nqm/plotting"
	"nqm/theory"
)

// preconditioning are the figures of H^-p that need no tuning.
var preconditioning = []Figure{
	{"preconditioning-demo", "the lecture's comparison of powers 0, 0.5 and 1, h = (50, 1)", preconditioningDemo},
	{"preconditioning-trade-off", "speed and floor against the power p, h = 1/i, d = 10000", preconditioningTradeOff},
}

func preconditioningDemo() drawn {
	m := nqmkit.SGD(0.1).Batch(10)
	return curves("Without it αh₁ = 5 and the loss diverges. Power 1 ends lowest here, because h⁻ᵖ is less than 1 for h = 50: it takes smaller steps.",
		nqmkit.Expect(nqmkit.TwoDirections(50, 1), 2000, m, m.Precondition(0.5), m.Precondition(1)))
}

// preconditioningTradeOff keeps αh₁^(1-p) = 1/2 while p goes from 0 to 1.
func preconditioningTradeOff() drawn {
	p, ends := nqmkit.PowerLaw(10_000, 1), nqmkit.List(1, 1e-4) // the slowest direction is at an end
	powers := nqmkit.Spaced(0, 1, 51)
	durations, floors := make([]float64, len(powers)), make([]float64, len(powers))
	for k, power := range powers {
		m := nqmkit.SGD(0.5).Precondition(power)
		durations[k] = nqmkit.Rate(ends, m).Time
		floors[k], _, _ = theory.SteadyState(p, m)
	}
	last := len(powers) - 1
	x := plotting.Axis{Label: "power p of H⁻ᵖ", Max: 1}
	return drawn{plotting.Figure{
		Title: fmt.Sprintf("Dividing by the curvature is %s as fast as SGD, its floor %s as high",
			times(durations[0]/durations[last]), times(floors[last]/floors[0])),
		Subtitle: "Preconditioned SGD α=0.5: " + p.String(),
		Caption:  "Above, the steps in which the slowest direction falls to 1/e; below, the steady-state risk at B = 1. A stronger preconditioner buys speed with noise; the price is paid back by the batch size, to which the floor is inversely proportional.",
		Panels: []plotting.Panel{
			{X: x, Y: plotting.Axis{Label: "steps to 1/e", Scale: plotting.Log10}, Series: []plotting.Series{line("preconditioned SGD", "", powers, durations)}},
			{X: x, Y: plotting.Axis{Label: "floor L(∞)", Scale: plotting.Log10}, Series: []plotting.Series{line("preconditioned SGD", "", powers, floors)}},
		},
	}, table(column{"power", "", powers}, column{"time", "steps", durations}, column{"floor", "", floors})}
}
