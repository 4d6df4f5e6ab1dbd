package plotting

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"nqm/nqmkit"
	"nqm/theory/longtest"
)

// readable checks that an axis that is drawn has two numbers and more in it,
// no two alike, none in the notation of programs, and as many as have room.
func readable(t *testing.T, name string, a Axis, marks []plot.Tick) {
	t.Helper()
	seen := map[string]bool{}
	for _, m := range marks {
		if m.Label == "" || !a.inside(m.Value) {
			continue
		}
		if seen[m.Label] || strings.ContainsAny(m.Label, "eE+") {
			t.Errorf("%s: axis %q from %v to %v has a tick %q (again %v)", name, a.Label, a.Min, a.Max, m.Label, seen[m.Label])
		}
		seen[m.Label] = true
	}
	if len(seen) < 2 || len(seen) > 12 {
		t.Errorf("%s: %s axis %q from %v to %v has %d numbers: %v", name, a.Scale, a.Label, a.Min, a.Max, len(seen), seen)
	}
}

// readableFigure checks the axes of stills and of pages.
func readableFigure(t *testing.T, name string, f Figure) {
	t.Helper()
	for _, v := range f.views() {
		for _, a := range []Axis{v.X, v.Y} {
			if a.Blank {
				continue
			}
			readable(t, name, a, a.Ticks(a.Min, a.Max))
			readable(t, name+", sparse", a, roomy{a, 100, false}.Ticks(a.Min, a.Max))
			readablePage(t, name, a)
		}
		if s, ok := v.heatSeries(); ok {
			a := s.zAxis()
			readable(t, name+", colours", a, a.Ticks(a.Min, a.Max))
		}
	}
}

// readablePage checks that a page is given its ticks, or that the axis has a
// power of its base in three places and more, where a chart library puts them.
func readablePage(t *testing.T, name string, a Axis) {
	t.Helper()
	if e := axisMeta(a); e.Base > 0 && len(e.Ticks) < 2 {
		low, high := math.Ceil(math.Log(a.Min)/math.Log(e.Base)-1e-9), math.Floor(math.Log(a.Max)/math.Log(e.Base)+1e-9)
		if len(e.Ticks) > 0 || high-low < 2 {
			t.Errorf("%s: the page's axis %q from %v to %v has %d ticks and %v powers", name, a.Label, a.Min, a.Max, len(e.Ticks), high-low+1)
		}
	}
}

func TestEveryAxisHasNumbers(t *testing.T) {
	for _, s := range append(nothingReached(), gallery()...) {
		shown := must(onePicture(s.value))
		readableFigure(t, s.name, shown.Figure)
	}
}

// The loss falls by a little or by much, from any height.
func TestLossCurvesHaveNumbers(t *testing.T) {
	for _, d := range []int{10, 100, 1000, 10_000} {
		for _, alpha := range []float64{0.01, 0.05, 0.2, 0.5, 1} {
			for _, last := range []int{10, 20, 50, 100, 500, 1000} {
				readableFigure(t, "curve", must(FigureOf(nqmkit.Expect(nqmkit.PowerLaw(d, 1), last, nqmkit.SGD(alpha)))))
			}
		}
	}
}

func TestEveryRangeHasNumbers(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 3))
	ranges := 4000
	if longtest.Wanted() {
		ranges = 20_000
	}
	for range ranges {
		at := math.Pow(10, -12+24*rng.Float64())
		span := math.Pow(10, -6+7.5*rng.Float64()) // in the logarithm, or a share
		for _, a := range []Axis{
			{Min: at, Max: at * (1 + span)}, {Min: -at, Max: at * span}, {Min: -at * (1 + span), Max: -at},
			{Scale: Log10, Min: at, Max: at * math.Pow(10, span)}, {Scale: Log2, Min: at, Max: at * math.Pow(2, span)},
			{Scale: Symmetric, Linear: at * rng.Float64(), Min: -at, Max: at * span},
			{Scale: Symmetric, Linear: at * rng.Float64(), Min: at, Max: at * (1 + span)},
		} {
			readable(t, "range", a, a.Ticks(a.Min, a.Max))
			readable(t, "range, sparse", a, roomy{a, 100, false}.Ticks(a.Min, a.Max))
			readablePage(t, "range", a)
			if t.Failed() {
				return
			}
		}
	}
}

// Whatever numbers there are, and whichever ends are set: constant to the last digit, tiny,
// huge, none but one. What is drawn has numbers on its axes, and what is not is refused in a
// sentence.
func TestAnyNumbersHaveAxes(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 109))
	odd := []float64{0, 1, -1, 1e300, -1e300, 1e-300, 5e-324, math.MaxFloat64, -math.MaxFloat64, math.Inf(1), math.Inf(-1), 1e15, math.Pi, 1e-12}
	one := func() float64 {
		if rng.IntN(3) == 0 {
			return math.Exp(40*rng.NormFloat64()) * float64(1-2*rng.IntN(2))
		}
		return odd[rng.IntN(len(odd))]
	}
	axis := func() Axis {
		a := Axis{Label: "a", Scale: []Scale{Linear, Log10, Log2, Symmetric}[rng.IntN(4)]}
		for _, end := range []*float64{&a.Min, &a.Max} {
			if rng.IntN(4) == 0 {
				*end = one()
			}
		}
		return a
	}
	figures, drawn := 400, 0
	if longtest.Wanted() {
		figures = 4000
	}
	for i := range figures {
		list, n := [2]Values{}, 1+rng.IntN(5)
		for d := range list {
			at, how := one(), rng.IntN(4)
			for k := range n {
				list[d] = append(list[d], []float64{at, at * (1 + float64(k)*math.Pow(10, -17*rng.Float64())), math.Abs(at) * math.Exp(0.4*rng.Float64()), one()}[how])
			}
		}
		kind := []Kind{KindLine, KindPoints, KindStep, KindBar}[rng.IntN(4)]
		f := Figure{Title: "t", Panels: []Panel{{X: axis(), Y: axis(), Series: []Series{{Name: "s", Kind: kind, X: list[0], Y: list[1]}}}}}
		shown, err := onePicture(f)
		if err != nil {
			continue
		}
		drawn++
		readableFigure(t, fmt.Sprintf("%+v", f.Panels[0]), shown.Figure)
		if i%10 == 0 {
			if _, err := encodeFile(".html", f); err != nil {
				t.Errorf("page of %+v: %v", f.Panels[0], err)
			}
		}
	}
	if drawn < figures/3 {
		t.Errorf("%d of %d figures drawn", drawn, figures)
	}
}
