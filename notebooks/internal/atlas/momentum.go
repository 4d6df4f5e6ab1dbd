package atlas

import (
	"fmt"
	"math"
	"slices"

	"nqm/nqmkit"
	"nqm/plotting"
	"nqm/theory"
)

// momentum are the figures of momentum that need no tuning.
var momentum = []Figure{
	{"momentum-rate-and-floor", "convergence rate and floor against momentum at αh = 5e-4 (paper)", rateAndFloor},
	{"effective-learning-rate", "how far α/(1-β) is the learning rate that momentum resembles", effectiveRate},
	{"noise-amplification", "noise that momentum keeps, at equal α and at equal α/(1-β)", noiseAmplification},
	{"momentum-phases", "where momentum is stable and how fast, h = (50, 1)", momentumPhases},
	{"momentum-demo", "the lecture's comparison of SGD and momentum at batch sizes 1 and 50", momentumDemo},
}

// rateAndFloor follows one direction at αh = 5·10⁻⁴ through β from 0 to 0.9999.
func rateAndFloor() drawn {
	const x = 5e-4
	gains := nqmkit.LogSpaced(1, 1e4, 401) // 1/(1-β)
	betas := mapped(gains, func(g float64) float64 { return 1 - 1/g })
	plain := must(theory.SteadyVariance(nqmkit.SGD(x), 1, 1))
	speed := mapped(betas, func(beta float64) float64 { return 1 - nqmkit.Damping(nqmkit.Momentum(x, beta), 1).Radius })
	floor := mapped(betas, func(beta float64) float64 {
		return must(theory.SteadyVariance(nqmkit.Momentum(x, beta), 1, 1)) / plain
	})
	ruleSpeed := mapped(gains, func(g float64) float64 { return x * g })
	critical := math.Pow(1-math.Sqrt(x), 2)
	axis := plotting.Axis{Label: "1/(1-β)", Scale: plotting.Log10}
	mark := []plotting.Reference{{At: 1 / (1 - critical), Vertical: true, Label: fmt.Sprintf("critical, β = %.4f", critical)}}
	return drawn{plotting.Figure{
		Title:    fmt.Sprintf("Beyond β = %.4f more momentum is slower, and its floor higher", critical),
		Subtitle: fmt.Sprintf("Momentum in one direction, αh = %g", x),
		Caption:  "Above, 1 - r with r the rate at which the mean falls; below, the floor as a multiple of SGD's. As long as the direction is overdamped, the rate follows the effective learning rate α/(1-β), in grey; beyond the critical momentum (1-√(αh))² it is √β, and slower with every increase, while the floor grows as 1/(1-β) throughout.",
		Panels: []plotting.Panel{
			{X: axis, Y: plotting.Axis{Label: "convergence 1 - r", Scale: plotting.Log10, Min: 1e-5, Max: 0.1}, References: mark,
				Series: []plotting.Series{approximation("as α/(1-β)", gains[:201], ruleSpeed[:201]), inLegend(line("momentum", "momentum", gains, speed))}},
			{X: axis, Y: plotting.Axis{Label: "floor over SGD's", Scale: plotting.Log10}, References: mark,
				Series: []plotting.Series{inLegend(line("momentum", "momentum", gains, floor))}},
		},
	}, table(column{"momentum", "", betas}, column{"radius", "", mapped(speed, func(v float64) float64 { return 1 - v })},
		column{"convergence", "", speed}, column{"convergence_by_effective_learning_rate", "", ruleSpeed}, column{"floor_over_sgd", "", floor})}
}

// effectiveRate ends each line at the double root, beyond which there is none.
func effectiveRate() drawn {
	f := plotting.Figure{
		Subtitle: "The effective learning rate of momentum in one direction",
		Caption:  "(1 - r)/h, the learning rate of the SGD that is as fast, over the rule α/(1-β). The rule is exact as αh → 0 and falls short of the truth by up to the factor 1 + √β at critical damping, where each line ends: beyond it the direction rings and no SGD resembles it.",
		Panels:   []plotting.Panel{{X: plotting.Axis{Label: "αh", Scale: plotting.Log10}, Y: plotting.Axis{Label: "exact over α/(1-β)"}}},
	}
	var rows []nqmkit.Table
	most := 0.0
	for k, beta := range []float64{0.5, 0.9, 0.99} {
		x := nqmkit.LogSpaced(1e-7, (1-1e-12)*math.Pow(1-math.Sqrt(beta), 2), 200)
		ratio := mapped(x, func(x float64) float64 {
			rule, exact, err := theory.EffectiveLearningRate(nqmkit.Momentum(x, beta), 1)
			return must(exact/rule, err)
		})
		most = max(most, slices.Max(ratio))
		f.Panels[0].Series = append(f.Panels[0].Series, inLegend(ordered(k, 3, fmt.Sprintf("β = %g", beta), x, ratio)))
		rows = append(rows, table(column{"momentum", "", mapped(x, func(float64) float64 { return beta })},
			column{"alpha_h", "", x}, column{"exact_over_rule", "", ratio}))
	}
	f.Title = fmt.Sprintf("Momentum is up to %s as fast as its effective learning rate says", times(most))
	return drawn{f, nqmkit.TableOf(rows)}
}

func noiseAmplification() drawn {
	h := nqmkit.LogSpaced(1e-3, 30, 200)
	const alpha = 0.05
	betas := []float64{0.5, 0.9, 0.99}
	same, effective := []theory.Method{nqmkit.SGD(alpha)}, []theory.Method{nqmkit.SGD(alpha)}
	for _, beta := range betas {
		same = append(same, nqmkit.Momentum(alpha, beta))
		effective = append(effective, nqmkit.Momentum(math.Round(1e5*alpha*(1-beta))/1e5, beta))
	}
	a, b := must(plotting.NoiseAmplification(h, same...)), must(plotting.NoiseAmplification(h, effective...))
	a.Title, b.Title = "equal α", "equal α/(1-β)"
	for _, f := range []plotting.Figure{a, b} {
		for k, beta := range betas {
			s := &f.Panels[0].Series[k]
			*s = inLegend(ordered(k, len(betas), fmt.Sprintf("β = %g", beta), s.X, s.Y))
		}
		f.Panels[0].References[0].Label = "SGD"
	}
	f := plotting.SideBySide(fmt.Sprintf("Momentum keeps up to %s SGD's noise at equal α, at most %.2f times at equal α/(1-β)", times(highest(a)), highest(b)), a, b)
	f.Subtitle = fmt.Sprintf("Stationary variance of θ over that of SGD α=%g", alpha)
	f.Caption = "Stationary variance of θ over that of SGD, exact. At equal learning rates momentum keeps about 1/(1-β) times more; at equal effective ones it keeps less, most clearly where the direction is stiff."
	var t []nqmkit.Table
	for _, panel := range []struct {
		name    string
		methods []theory.Method
	}{{"equal learning rate", same}, {"equal effective learning rate", effective}} {
		for _, m := range panel.methods[1:] {
			ratio := mapped(h, func(h float64) float64 {
				return must(theory.SteadyVariance(m, h, 1)) / must(theory.SteadyVariance(panel.methods[0], h, 1))
			})
			one := nqmkit.Table{Columns: []nqmkit.Column{{Name: "comparison"}, {Name: "method"}, {Name: "curvature"}, {Name: "variance_ratio"}}}
			for k := range h {
				one.Rows = append(one.Rows, []any{panel.name, m.String(), h[k], ratio[k]})
			}
			t = append(t, one)
		}
	}
	return drawn{f, nqmkit.TableOf(t)}
}

// highest is the largest number that a figure draws.
func highest(f plotting.Figure) float64 {
	m := math.Inf(-1)
	for _, s := range f.Panels[0].Series {
		m = max(m, slices.Max(s.Y))
	}
	return m
}

func momentumPhases() drawn {
	m := nqmkit.PhaseMap(nqmkit.TwoDirections(50, 1))
	return drawn{plotting.PhaseMap(m), nqmkit.TableOf(m)}
}

func momentumDemo() drawn {
	p := nqmkit.TwoDirections(50, 1)
	var panels []plotting.Figure
	var all []theory.Curve
	for _, b := range []float64{1, 50} {
		c := nqmkit.Expect(p, 500, nqmkit.SGD(0.005).Batch(b), nqmkit.Momentum(0.005, 0.9).Batch(b))
		f := plotting.LossCurves(c)
		f.Title = fmt.Sprintf("B = %g", b)
		for k, name := range []string{"SGD", "momentum"} {
			s := &f.Panels[0].Series[k]
			s.Name = name
			*s = inLegend(*s)
		}
		f.Panels[0].References = nil
		panels, all = append(panels, f), append(all, c...)
	}
	end := func(k int) float64 { return all[k].Loss[len(all[k].Loss)-1] }
	f := plotting.SideBySide(fmt.Sprintf("After 500 steps momentum's loss is %s SGD's at B = 1, %s at B = 50", times(end(1)/end(0)), times(end(3)/end(2))), panels...)
	f.Subtitle = "SGD and momentum β=0.9, α=0.005: " + p.String()
	f.Caption = fmt.Sprintf("Momentum is ahead early on only. After 500 steps it is higher at both batch sizes: %.4f against %.4f, and %.5f against %.5f.", end(1), end(0), end(3), end(2))
	return drawn{f, nqmkit.TableOf(all)}
}
