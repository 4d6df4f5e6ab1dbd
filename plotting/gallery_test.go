package plotting

import (
	"math"
	"math/rand/v2"
	"sync"

	"nqm/nqmkit"
	"nqm/theory"
)

// A sample is a value with the name of its files.
type sample struct {
	name  string
	value any
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// gallery returns every kind of chart, each of a value that a reader could
// have.
var gallery = sync.OnceValue(func() []sample {
	two, law := nqmkit.TwoDirections(50, 1), nqmkit.PowerLaw(10_000, 1)
	steps := nqmkit.Steps(20_000)
	rates := nqmkit.Expect(law, 20_000, nqmkit.SGD(0.05), nqmkit.SGD(0.3), nqmkit.SGD(1.5), nqmkit.SGD(2.05))
	return []sample{
		{"problem", law},
		{"scree", Scree(law)},
		{"density", Density(law)},
		{"curves", rates},
		{"bands", nqmkit.LossFan(law, 20_000, nqmkit.SGD(0.3), nqmkit.SGD(1.5))},
		{"split", LossSplit(rates[:3])},
		{"modes", must(ModeDecay(law, steps, nqmkit.SGD(0.5)))},
		{"sampled", nqmkit.Sample(two, 200, nqmkit.Trials(200, 1), nqmkit.SGD(0.02))},
		{"agreement", nqmkit.Check(two, 200, nqmkit.Trials(400, 1), nqmkit.SGD(0.02), nqmkit.SGD(0.005))},
		{"paths", nqmkit.Paths(two, 200, nqmkit.Trials(3, 1), nqmkit.SGD(0.01), nqmkit.SGD(0.002).Batch(16))},
		{"turned", turned()},
		{"slide", must(FramesOf("learning rate α", []float64{0.01, 0.03, 0.1, 0.3, 1}, func(alpha float64) any {
			return nqmkit.Expect(law, 5000, nqmkit.SGD(alpha), nqmkit.SGD(alpha).Batch(64))
		}))},
		{"compare", SideBySide("Batch size and the floor", LossCurves(nqmkit.Expect(two, 500, nqmkit.SGD(0.02))),
			LossCurves(nqmkit.Expect(two, 500, nqmkit.SGD(0.02).Batch(8))), LossCurves(nqmkit.Expect(two, 500, nqmkit.SGD(0.02).Batch(64))))},
		{"histogram", timesToTarget()},
		{"amplification", must(NoiseAmplification(geometric(1e-3, 90, 80), nqmkit.SGD(0.02), nqmkit.SGD(0.01), nqmkit.SGD(0.04)))},
		{"phase", rateMap()},
		{"phases", nqmkit.PhaseMap(two)},
		{"marked", marked()},
		{"scaling", scaling()},
		{"gaps", fixed()},
		{"published", published()},
		{"tradeoff", TradeOff(published())},
		{"steps", steps3()},
		{"tuned", tuned()},
		{"budget", tunedForABudget()},
		{"paired", nqmkit.Compare(two, 300, nqmkit.Trials(200, 1), nqmkit.SGD(0.01), nqmkit.Momentum(0.002, 0.8))},
		{"arrivals", arrivals()},
		{"estimates", nqmkit.EstimateNoiseScale(two, []float64{0.05, 0.5}, 4, 64, nqmkit.Trials(400, 1))},
		{"noisescales", nqmkit.NoiseScales(law, 20_000, nqmkit.SGD(0.3))},
		{"gap", []theory.Gap{nqmkit.BayesGap(law, 20_000, nqmkit.SGD(0.3)), nqmkit.BayesGap(law, 20_000, nqmkit.SGD(0.3).EMA(0.99))}},
		{"diverged", nqmkit.Sample(two, 2000, nqmkit.Trials(20, 1), nqmkit.SGD(0.05), nqmkit.SGD(0.02))},
		{"damping", nqmkit.Damping(nqmkit.Momentum(0.02, 0.9), 1)},
		{"dampings", dampings()},
		{"rate", nqmkit.Rate(two, nqmkit.Momentum(0.02, 0.5))},
		{"summary", nqmkit.Summary(law)},
		{"summaries", []theory.Summary{nqmkit.Summary(law), nqmkit.Summary(two)}},
		{"laws", must(theory.Moments(law, 1000, nqmkit.SGD(0.3)))},
		{"phasemaps", nqmkit.Sweep("flattest h", []float64{10, 1}, func(h float64) theory.PhaseMap { return nqmkit.PhaseMap(nqmkit.TwoDirections(50, h)) })},
		{"settings", BestSettings(published())},
		{"reach", AtBatchSizes(published(), Axis{Label: "overhead", Scale: Log10, Min: 1e-3}, func(c theory.ScalingCurve, best theory.Tuned) float64 { return best.Samples()/c.Perfect - 1 })},
		{"applied", nqmkit.RatesApplied(500, nqmkit.SGD(0.3).Cosine(), nqmkit.Momentum(0.03, 0.9).Linear())},
		{"schedule", schedules()},
		{"rates", bestRates()},
		{"buys", nqmkit.CompareSchedules(law, 100_000, nqmkit.SGD(1), 10)},
		{"batches", nqmkit.BestBatchSchedule(law, 1_000_000, nqmkit.SGD(0.5), 10)},
		{"contours", contours3()},
		{"symmetric", symmetric()},
		{"trained", trained("an MLP", 40)},
	}
})

// geometric returns n numbers from low to high, each the same multiple of the
// one before.
func geometric(low, high float64, n int) []float64 {
	x := make([]float64, n)
	for k := range x {
		x[k] = low * math.Pow(high/low, float64(k)/float64(n-1))
	}
	return x
}

func timesToTarget() Figure {
	rng := rand.New(rand.NewPCG(1, 2))
	times := func(mean float64) []float64 {
		var t []float64
		for range 400 {
			t = append(t, math.Round(mean*math.Exp(0.4*rng.NormFloat64())))
		}
		return append(t, math.Inf(1), math.Inf(1))
	}
	return must(Histogram("Steps to target 0.01", Axis{Label: "steps to target T", Scale: Log2},
		Distribution{"SGD α=0.02", "SGD", times(700), 640}, Distribution{"momentum α=0.02, β=0.9", "momentum", times(120), 110}))
}

// rateMap is the rate of heavy ball on two curvatures, from the roots of its
// characteristic polynomial, with the damping boundaries β = (1 - √(α h))².
func rateMap() Figure {
	const h1, h2 = 1.0, 0.05
	grid := Series{ZAxis: Axis{Label: "slowest rate per step"}}
	for i := range 61 {
		grid.X = append(grid.X, 4.2*(float64(i)+0.5)/61)
		grid.Y = append(grid.Y, (float64(i)+0.5)/61)
	}
	rate := func(x, beta float64) float64 {
		s, p := 1+beta-x, beta
		if s*s < 4*p {
			return math.Sqrt(p)
		}
		return (math.Abs(s) + math.Sqrt(s*s-4*p)) / 2
	}
	for _, beta := range grid.Y {
		for _, alpha := range grid.X {
			r := max(rate(alpha*h1, beta), rate(alpha*h2, beta))
			if r >= 1 {
				r = math.Inf(1)
			}
			grid.Z = append(grid.Z, r)
		}
	}
	boundary := func(h float64, name string) Series {
		s := Series{Name: name, End: name}
		for k := range 100 {
			x := 4.2 * h * (float64(k) + 0.5) / 100
			s.X, s.Y = append(s.X, x/h), append(s.Y, math.Pow(1-math.Sqrt(x), 2))
		}
		return s
	}
	stable := Series{Name: "stable for α h < 2 (1+β)", X: Values{2, 4}, Y: Values{0, 1}}
	root := func(h float64) float64 { return math.Sqrt(h) }
	alpha := math.Pow(2/(root(h1)+root(h2)), 2)
	beta := math.Pow((root(h1)-root(h2))/(root(h1)+root(h2)), 2)
	f := HeatMap("Where momentum is stable, and how fast", Axis{Label: "learning rate α", Min: 0.01, Max: 4.2}, Axis{Label: "momentum β", Min: 0.001, Max: 1},
		grid, []Series{boundary(h1, "critical, h = 1"), boundary(h2, "critical, h = 0.05"), stable}, &[2]float64{alpha, beta})
	return f
}

// marked is a figure with every kind of mark.
func marked() Figure {
	var b Values
	for e := 0; e <= 16; e += 2 {
		b = append(b, math.Exp2(float64(e)))
	}
	line := func(family string, floor, noise float64) Series {
		l := lookOf(family)
		s := Series{Name: family, End: family, X: b, Color: l.color, Dash: l.dash, Marker: l.marker, Width: 2}
		for _, x := range b {
			s.Y = append(s.Y, floor+noise/x)
		}
		return s
	}
	ideal := Series{Name: "perfect scaling", X: Values{1, 4096}, Y: Values{2e6, 2e6 / 4096}, Color: grey, Dash: Dotted}
	f := Figure{
		Title:   "Regions and references",
		Caption: "Lines floor + noise/B, in the looks of four families of methods.",
		Panels: []Panel{{
			X:      Axis{Label: "batch size B", Scale: Log2},
			Y:      Axis{Label: "steps to target T", Scale: Log10},
			Series: []Series{ideal, line("SGD", 7000, 2e6), line("momentum", 800, 1.9e6), line("SGD with EMA", 5000, 4e5), line("preconditioned SGD", 700, 5e5)},
			References: []Reference{
				{At: 300, Label: "critical batch, SGD", Vertical: true},
				{At: 400, Label: "Bayes bound"},
			},
			Regions: []Region{{From: math.Inf(-1), To: 256, Label: "perfect scaling", Vertical: true}, {From: 8192, To: math.Inf(1), Label: "no more gain", Vertical: true, Color: vermillion}},
		}},
	}
	return f
}

func batchScaling() Figure { return BatchScaling(scaling()) }

// published is the figure of the paper, of three methods.
var published = sync.OnceValue(func() theory.Scaling {
	return nqmkit.BatchScaling(nqmkit.PowerLaw(10_000, 1), 0.01, []float64{4, 16, 64, 256, 1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20},
		nqmkit.SGD(nqmkit.Free), nqmkit.Momentum(nqmkit.Free, nqmkit.Free), nqmkit.SGD(nqmkit.Free).Precondition(0.5))
})

func tradeOff() Figure { return TradeOff(scaling()) }

func schedules() Figure {
	t := Values{0, 500, 1000, 1500, 2000, 3000, 4000, 5000}
	cosine := Series{Name: "cosine", Color: grey, Dash: Dashed, Width: 2}
	for k := range 101 {
		x := float64(k) / 100
		cosine.X, cosine.Y = append(cosine.X, 5000*x), append(cosine.Y, 0.25*(1+math.Cos(math.Pi*x)))
	}
	return Figure{
		Title:   "Learning-rate schedules",
		Caption: "Steps hold until the next change.",
		Columns: 2,
		Panels: []Panel{
			{Title: "learning rate", X: Axis{Label: "steps t"}, Y: Axis{Label: "learning rate α"},
				Series: []Series{{Name: "best in pieces", Kind: KindStep, X: t, Y: Values{0.9, 0.6, 0.4, 0.25, 0.15, 0.08, 0.02, 0.02}, Color: black, Width: 2}, cosine}},
			{Title: "batch size", X: Axis{Label: "steps t"}, Y: Axis{Label: "batch size B", Scale: Log2},
				Series: []Series{{Name: "best in pieces", Kind: KindStep, X: t, Y: Values{1, 2, 4, 16, 32, 128, 512, 512}, Color: black, Width: 2}}},
		},
	}
}

// contours3 draws a loss by marching squares, and a path over it.
func contours3() Figure {
	s := Series{Kind: KindContour, Color: grey, Width: 0.8, Levels: Values{0.05, 0.2, 0.8, 3.2, 12.8}, ZAxis: Axis{Label: "loss L"}}
	for k := range 61 {
		v := -1.5 + 3*float64(k)/60
		s.X, s.Y = append(s.X, v), append(s.Y, v)
	}
	for _, y := range s.Y {
		for _, x := range s.X {
			s.Z = append(s.Z, (10*(x+y)*(x+y)/2+(x-y)*(x-y)/2)/2)
		}
	}
	p := Series{Name: "SGD α=0.15", Kind: KindPath, Color: blue, Width: 2}
	x, y := 1.3, -0.2
	for k := range 40 {
		p.X, p.Y, p.Time = append(p.X, x), append(p.Y, y), append(p.Time, float64(k))
		a, b := 10*(x+y)/2, (x-y)/2
		x, y = x-0.15*(a+b), y-0.15*(a-b)
	}
	return Figure{
		Title: "A path on a rotated bowl", Caption: "Grey: contours of the loss.", Time: "step t",
		Panels: []Panel{{Equal: true, X: Axis{Label: "parameter w₁"}, Y: Axis{Label: "parameter w₂"}, Series: []Series{s, p}}},
	}
}

func symmetric() Figure {
	s := Series{Name: "momentum α=0.1, β=0.9", Color: vermillion, Width: 2}
	for k := range 150 {
		t := float64(k)
		s.X, s.Y = append(s.X, t), append(s.Y, 100*math.Pow(0.94, t)*math.Cos(t/4))
	}
	return Figure{
		Title: "A ringing direction", Caption: "Symmetric axis: linear within ±0.01.",
		Panels: []Panel{{X: Axis{Label: "steps t"}, Y: Axis{Label: "coordinate θ", Scale: Symmetric, Linear: 0.01}, Series: []Series{s}}},
	}
}
