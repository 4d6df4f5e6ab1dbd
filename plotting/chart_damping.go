package plotting

import (
	"fmt"
	"math"

	"nqm/theory"
	"nqm/theory/table"
)

var _ = pictures(Dampings)

var _ = numbers(func(d theory.Damping) swept {
	return swept{value: memory(d.Radius), label: "steps to 1/e"}
})

// Dampings returns the figure of how the mean of single directions moves in
// the long run. One direction is drawn as its slowest motion, rᵗ cos ωt with
// its envelope; several are drawn by curvature, the steps in which each falls
// to 1/e, with a symbol for its regime. A direction that grows or stands still
// has no such number, and a note says so.
func Dampings(all []theory.Damping) Figure {
	if len(all) == 1 {
		return motion(all[0]).found(dampingFinding(all)).linked()
	}
	p := Panel{X: Axis{Label: "curvature h", Scale: Log10}, Y: Axis{Label: "steps to 1/e", Scale: Log10}}
	f := Figure{
		Title:   "Damping by curvature",
		Caption: "Steps in which the mean of each direction falls to 1/e in the long run; the symbol is how it moves.",
		Table:   dampingTable(all),
	}
	var without []string
	for r := theory.Monotone; r <= theory.Unstable; r++ {
		s := Series{Name: r.String(), Kind: KindPoints, Color: black, Marker: regimeMarkers[r]}
		for _, d := range all {
			switch steps := memory(d.Radius); {
			case d.Regime != r:
			case countable(steps) && d.Curvature > 0:
				s.X, s.Y = append(s.X, d.Curvature), append(s.Y, steps)
			default:
				without = append(without, fmt.Sprintf("%s (%v)", number(d.Curvature), d.Regime))
			}
		}
		if len(s.X) > 0 {
			p.Series = append(p.Series, s)
		}
	}
	if len(without) > 0 {
		f.Notes = []string{"Without a place: h = " + listed(without) + "."}
	}
	f.Panels = []Panel{orWords(p)}
	return f.found(dampingFinding(all)).linked()
}

var regimeMarkers = [...]Marker{theory.Monotone: Circle, theory.Ringing: Ring, theory.Flipping: Triangle, theory.Critical: Diamond, theory.Standing: Square, theory.Unstable: Cross}

// memory returns the steps in which the mean falls to 1/e with a spectral
// radius, +Inf if it does not.
func memory(radius float64) float64 {
	if !(radius < 1) {
		return math.Inf(1)
	}
	return -1 / math.Log(radius)
}

// motion draws the slowest motion of a direction over a few of its memories or
// periods.
func motion(d theory.Damping) Figure {
	steps := max(8, math.Ceil(5*memory(d.Radius)))
	if period := 2 * math.Pi / d.Angle; d.Angle > 0 {
		steps = min(max(steps, 2*period), 40*period)
	}
	if math.IsInf(steps, 1) || d.Regime == theory.Unstable {
		steps = min(60, max(8, 2/math.Abs(math.Log(d.Radius))))
	}
	steps = math.Ceil(min(steps, motionSteps))
	envelope := Series{Name: "envelope ± rᵗ", Kind: KindBand, Color: grey}
	line := Series{Name: "slowest motion, rᵗ cos ωt", Color: black, Width: 1.5}
	for t := 0.0; t <= steps; t++ {
		r := math.Pow(d.Radius, t)
		envelope.X, envelope.Y, envelope.High = append(envelope.X, t), append(envelope.Y, -r), append(envelope.High, r)
		line.X, line.Y = append(line.X, t), append(line.Y, r*math.Cos(d.Angle*t))
	}
	if steps <= 80 {
		line.Marker = Circle
	}
	p := Panel{X: Axis{Label: "steps t"}, Y: Axis{Label: "mean of θ, relative"}, Series: []Series{envelope, line}, References: []Reference{{At: 0}}}
	if m := memory(d.Radius); m < steps {
		p.References = append(p.References, Reference{At: m, Label: "envelope at 1/e", Vertical: true})
	}
	return Figure{
		Title:   fmt.Sprintf("A direction of curvature %s: %v", number(d.Curvature), d.Regime),
		Caption: "How the mean moves in the long run, in units of its amplitude at the start: " + regimeWords(d) + ".",
		Panels:  []Panel{p},
		Table:   dampingTable([]theory.Damping{d}),
	}.linked()
}

// motionSteps is how many steps of a slow motion are drawn at most.
const motionSteps = 3000

// regimeWords says what the regime means.
func regimeWords(d theory.Damping) string {
	switch d.Regime {
	case theory.Monotone:
		return "falls without a change of sign"
	case theory.Critical:
		return "at a double root, the border of ringing, it falls as fast as it can without"
	case theory.Ringing:
		return fmt.Sprintf("swings with a period of %s steps", number(2*math.Pi/d.Angle))
	case theory.Flipping:
		return "changes its sign in every step"
	case theory.Standing:
		return "does not move, without curvature"
	}
	return "grows, or does not forget its start"
}

var _ = pictures(RateOfDecay)

var _ = numbers(func(r theory.Rate) swept {
	return swept{value: r.Time, label: "steps to 1/e"}
})

// RateOfDecay returns the figure of the direction that decides the rate of a
// method on a problem: without noise the loss falls like r^2t. Of several it is
// the steps in which the mean falls to 1/e, a row each.
func RateOfDecay(rates ...theory.Rate) Figure {
	t := dampingTable(mapped(rates, func(r theory.Rate) theory.Damping { return r.Slowest }))
	for i, k := range few(len(rates), mostDampings) {
		t.Rows[i][2], t.Rows[i][4] = nineDigits(rates[k].Radius), number(rates[k].Time)
	}
	if len(rates) == 1 {
		slowest := rates[0].Slowest
		f := motion(slowest)
		f.Title, f.Table = fmt.Sprintf("Slowest direction, h = %s: %v", number(slowest.Curvature), slowest.Regime), t
		return f.found(rateFinding(rates)).linked()
	}
	rows := make([]labelledRow, len(rates))
	for i, r := range rates {
		rows[i] = memoryRow(r.Radius, fmt.Sprintf("slowest direction h = %s, %v", number(r.Slowest.Curvature), r.Slowest.Regime), look{color: grey})
	}
	f := memoryFigure(rows)
	f.Title, f.Table = "Rates of decay", t
	return f.linked()
}

var _ = pictures(BestPair)

var _ = numbers(func(o theory.BestSettings) swept {
	return swept{value: memory(o.Radius), label: "steps to 1/e, best settings", method: o.Optimizer.Family()}
})

// BestPair returns the figure of the best settings for convergence without
// noise: how the mean falls with them along the slowest direction. Of several it
// is the steps in which it falls to 1/e, a row each.
func BestPair(best ...theory.BestSettings) Figure {
	t := table.Text("best settings", "radius r")
	rows := make([]labelledRow, len(best))
	palette := newPalette(mapped(best, func(o theory.BestSettings) string { return o.Optimizer.Family() }))
	for i, o := range best {
		name := rounded(o.Optimizer).String()
		t.Rows = append(t.Rows, table.Texts(name, nineDigits(o.Radius)))
		rows[i] = memoryRow(o.Radius, name, palette.next(o.Optimizer.Family()))
	}
	f := memoryFigure(rows)
	f.Title = "Best without noise"
	if len(best) == 1 {
		f = motion(theory.Damping{Radius: best[0].Radius, Regime: theory.Critical})
		f.Title = "Best without noise: " + rounded(best[0].Optimizer).String()
		f.Caption = "How the mean falls in the long run along the slowest direction, in units of its amplitude at the start."
	}
	f.Table = t
	return f.found(pairFinding(best)).linked()
}

// memoryRow is the row of a spectral radius.
func memoryRow(radius float64, name string, l look) labelledRow {
	r := labelledRow{label: "does not fall: " + name, look: l}
	if radius == 0 {
		r.label = "falls at once: " + name
	}
	if steps := memory(radius); countable(steps) {
		r.label = count(steps) + " steps: " + name
		r.bar = [2]float64{min(1, steps), steps}
		r.marks = []rowMark{{"", Circle, steps}}
	}
	return r
}

// memoryFigure is the figure of rows of steps to 1/e.
func memoryFigure(rows []labelledRow) Figure {
	f := stepsFigure(rows)
	f.Panels[0].X.Label = "steps to 1/e"
	f.Caption = "Steps in which the mean falls to 1/e in the long run along the slowest direction, without noise."
	return f
}

// mostDampings is how many directions a table has.
const mostDampings = 12

func dampingTable(all []theory.Damping) table.Table {
	t := table.Text("curvature h", "regime", "radius r", "angle ω", "steps to 1/e")
	for _, k := range few(len(all), mostDampings) {
		d := all[k]
		t.Rows = append(t.Rows, table.Texts(number(d.Curvature), d.Regime.String(), nineDigits(d.Radius), number(d.Angle), count(memory(d.Radius))))
	}
	return partOf(t, len(all))
}
