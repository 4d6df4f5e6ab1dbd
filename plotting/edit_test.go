package plotting

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/plotting/internal/colors"
	"nqm/theory"
)

// saying returns how many texts of a figure, its series' names aside, are a name, or
// what a table says in its place.
func saying(f Figure, name string) int {
	_, method, _ := strings.Cut(strings.TrimSuffix(name, " (diverges)"), ": ")
	n := 0
	for _, row := range f.Table.Rows {
		for _, cell := range row {
			if cell == name || cell == strings.TrimSuffix(name, " (diverges)") || cell == method && method != "" {
				n++
			}
		}
	}
	for _, p := range f.Panels {
		for _, s := range p.Series {
			if s.End == name {
				n++
			}
		}
		for _, r := range p.References {
			if r.Of == name || strings.HasSuffix(r.Label, ", "+name) {
				n++
			}
		}
		for _, r := range p.Regions {
			if r.Label == name {
				n++
			}
		}
	}
	return n
}

// A series under another name has it at its end, in the table, at its floor and its
// row, and with the series that share it, in every figure.
func TestRenamedSeriesIsRenamedEverywhere(t *testing.T) {
	said := 0
	for _, s := range gallery() {
		figure, ok := s.value.(Figure)
		if !ok {
			var err error
			if figure, err = FigureOf(s.value); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range figure.legend() {
			f := figure
			f.Panels = mapped(f.Panels, func(p Panel) Panel { p.Series = slices.Clone(p.Series); return p })
			linked := false
		search:
			for _, p := range f.Panels {
				for k := range p.Series {
					if p.Series[k].Name == name {
						p.Series[k].Name, linked = "ours", p.Series[k].Of != ""
						break search
					}
				}
			}
			if !linked {
				continue // written by hand: it says what its author wrote
			}
			before, after := saying(figure, name), must(FigureOf(f))
			if saying(after, name) != 0 || saying(after, "ours") < before || slices.Contains(after.legend(), name) {
				t.Errorf("%s: “%s” is said %d times, and %d after it was renamed; the new name %d times; the legend is %q",
					s.name, name, before, saying(after, name), saying(after, "ours"), after.legend())
			}
			said += before
		}
	}
	if said < 100 {
		t.Errorf("only %d texts say a name", said)
	}
}

// A name within another is not renamed with it.
func TestRenamedWithinAName(t *testing.T) {
	f := LossCurves(nqmkit.Expect(nqmkit.TwoDirections(50, 1), 100, nqmkit.SGD(0.01), nqmkit.SGD(0.01).Batch(4), nqmkit.SGD(0.015)))
	f.Panels[0].Series[0].Name = "ours"
	got := must(FigureOf(f))
	if want := []string{"ours", "SGD α=0.01, B=4", "SGD α=0.015"}; !slices.Equal(got.legend(), want) {
		t.Errorf("legend %q, want %q", got.legend(), want)
	}
	for k, want := range got.legend() {
		if cell := got.Table.Rows[k][0]; cell != want {
			t.Errorf("row %d is %q, want %q", k, cell, want)
		}
	}
}

// One end of an axis holds, the other shows the data.
func TestOneEndOfAnAxis(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 3))
	for range 2000 {
		low := rng.NormFloat64() * math.Pow(10, 6*rng.Float64()-3)
		high := low + math.Abs(rng.NormFloat64())*math.Pow(10, 6*rng.Float64()-3)
		a := Axis{Scale: []Scale{Linear, Log10, Log2, Symmetric}[rng.IntN(4)]}
		if a.Scale.logarithmic() {
			low, high = math.Exp(rng.NormFloat64()), math.Exp(3+rng.Float64())
		}
		given := low + (high-low)*(3*rng.Float64()-1)
		if a.Scale.logarithmic() {
			given = math.Abs(given)
		}
		lower := rng.IntN(2) == 0
		if lower {
			a.Min = given
		} else {
			a.Max = given
		}
		if err := a.validate(); err != nil {
			t.Fatalf("%+v: %v", a, err)
		}
		b := a.fitted(low, high, 0)
		if lower && b.Min != given || !lower && b.Max != given || !(b.Min < b.Max) {
			t.Errorf("%+v over %v to %v became %v to %v", a, low, high, b.Min, b.Max)
		}
		slack := 1e-9 * (math.Abs(low) + math.Abs(high))
		if lower && given < high && b.Max < high-slack || !lower && low < given && b.Min > low+slack {
			t.Errorf("%+v over %v to %v, from %v to %v, hides data at its free end", a, low, high, b.Min, b.Max)
		}
	}
}

// Data beyond an axis that was set are said to be, in part or whole; With makes it
// wider.
func TestDataBeyondAnAxis(t *testing.T) {
	f := LossCurves(nqmkit.Expect(nqmkit.TwoDirections(50, 1), 100, nqmkit.SGD(0.01)))
	if notes := f.notes(); len(notes) != 0 {
		t.Errorf("notes %q", notes)
	}
	cut := f
	cut.Panels = slices.Clone(f.Panels)
	cut.Panels[0].X.Max = 50
	if got := strings.Join(must(FigureOf(cut)).notes(), " "); !strings.Contains(got, "“SGD α=0.01”: 50 of 101 points lie outside the picture.") {
		t.Errorf("notes %q", got)
	}
	wider := must(FigureOf(f.With(Points("measured", []float64{10, 200}, []float64{1e-3, 30}))))
	v := wider.views()[0]
	if notes := wider.notes(); len(notes) != 0 || !v.X.inside(200) || !v.Y.inside(1e-3) || !v.Y.inside(30) {
		t.Errorf("axes %v to %v, %v to %v, notes %q", v.X.Min, v.X.Max, v.Y.Min, v.Y.Max, notes)
	}
	if f.Panels[0].X.Max != 100 || len(f.Panels[0].Series) != 1 {
		t.Error("With changed the figure that it was given")
	}
}

// Lines of one's own get colours of the house that the figure does not have, onto
// every figure.
func TestOwnSeriesGetTheNextColour(t *testing.T) {
	for _, s := range gallery() {
		f, ok := s.value.(Figure)
		if !ok {
			f = must(FigureOf(s.value))
		}
		var own []Series
		for k := range 9 {
			own = append(own, Line(fmt.Sprintf("line %d", k), []float64{1, 2}, []float64{0.5, 0.6}))
		}
		before := len(f.Panels[0].Series)
		drawn := must(FigureOf(f.With(append(own, Points("line 0", []float64{1}, []float64{0.5}))...))).Panels[0].Series
		for k, one := range drawn[before : before+9] {
			for _, other := range drawn[:before+k] {
				if other.Kind != KindHeat && other.Dash == one.Dash && colors.Distance(other.Color, one.Color) < leastDistance {
					t.Errorf("%s: %q looks like %q (%s, %q)", s.name, one.Name, other.Name, one.Color, one.Dash)
				}
			}
		}
		if first, points := drawn[before], drawn[before+9]; points.Color != first.Color {
			t.Errorf("%s: the points of a line are %s, the line %s", s.name, points.Color, first.Color)
		}
	}
}

// Figures take colours as CSS writes them, in every place.
func TestColoursOfCSS(t *testing.T) {
	line := Series{X: Values{1, 2}, Y: Values{1, 2}, Color: "RebeccaPurple"}
	f := oneSeries(Axis{}, Axis{}, line)
	f.Panels[0].Regions = []Region{{From: 1, To: 2, Color: "rgb(255 99 71)"}}
	got := must(FigureOf(f)).Panels[0]
	if got.Series[0].Color != "#663399" || got.Regions[0].Color != "#ff6347" {
		t.Errorf("%q and %q", got.Series[0].Color, got.Regions[0].Color)
	}
	for _, e := range extensions {
		if _, err := encodeFile(e, f); err != nil {
			t.Errorf("%s: %v", e, err)
		}
	}
}

// What lies over one another in one panel keeps its points, has names and lines that
// differ, and is seen whole.
func TestOverlay(t *testing.T) {
	two := nqmkit.TwoDirections(50, 1)
	slow, fast := nqmkit.SGD(0.02), nqmkit.Momentum(0.005, 0.9)
	exact := LossCurves(nqmkit.Expect(two, 100, slow, fast))
	sampled := SampledCurves(nqmkit.Sample(two, 150, nqmkit.Trials(20, 1), slow, fast))
	for _, figures := range [][]Figure{{exact, sampled}, {sampled, exact}, {exact, exact}, {exact, sampled, exact}} {
		f := must(FigureOf(Overlay("all", figures...)))
		var points, want int
		for _, g := range figures {
			for _, s := range g.Panels[0].Series {
				want += len(s.X)
			}
		}
		lines := map[string]bool{}
		for _, s := range f.Panels[0].Series {
			points += len(s.X)
			if s.lined() {
				if look := s.Color + string(s.Dash); lines[look] || lines[s.Name] {
					t.Errorf("two lines %q, %s", s.Name, look)
				} else {
					lines[look], lines[s.Name] = true, true
				}
			}
		}
		if points != want || len(f.Panels) != 1 || len(f.notes()) > 0 || len(lines) != 4*len(figures) {
			t.Errorf("%d points of %d, %d panels, notes %q, lines %v", points, want, len(f.Panels), f.notes(), lines)
		}
	}
}

// A table is shown as a table, among pictures too, and is no picture in a file.
func TestTableIsShown(t *testing.T) {
	curves := nqmkit.Expect(nqmkit.TwoDirections(50, 1), 500, nqmkit.SGD(0.02))
	all := must(shownOf([]any{nqmkit.TableOf(curves), curves}))
	b, err := all[0].bundle()
	if err != nil || len(all) != 2 || all[1].tabular() {
		t.Fatalf("%d pictures (%v)", len(all), err)
	}
	more := fmt.Sprintf("(%d more rows)", len(nqmkit.TableOf(curves).Rows)-40)
	page, text := b["text/html"].(string), b["text/plain"].(string)
	for _, want := range []string{"SGD α=0.02", "25.5", more} {
		if !strings.Contains(page, want) || !strings.Contains(text, want) {
			t.Errorf("%q is not in the table's page and text", want)
		}
	}
	if data, err := encodeFile(".html", []any{nqmkit.TableOf(curves), curves}); err != nil || !strings.Contains(string(data), more) {
		t.Errorf("the page lacks the table (%v)", err)
	}
	for _, e := range []string{".svg", ".pdf", ".png"} {
		if _, err := encodeFile(e, nqmkit.TableOf(curves)); err == nil || !strings.Contains(err.Error(), "a table is no picture") {
			t.Errorf("%s: %v", e, err)
		}
	}
	if _, err := FigureOf(nqmkit.TableOf(curves)); err == nil {
		t.Error("a table became a figure")
	}
}

// Small multiples share their axes, where these mean the same.
func TestSideBySideSharesAxes(t *testing.T) {
	two := nqmkit.TwoDirections(50, 1)
	short, long := LossCurves(nqmkit.Expect(two, 100, nqmkit.SGD(0.01))), LossCurves(nqmkit.Expect(two, 900, nqmkit.SGD(0.03)))
	views := must(FigureOf(SideBySide("both", short, long))).views()
	if a, b := views[0], views[1]; a.X != b.X || a.Y != b.Y || !a.X.inside(900) || !a.Y.inside(0.2) {
		t.Errorf("axes %+v and %+v, %+v and %+v", a.X, b.X, a.Y, b.Y)
	}
	other := SideBySide("others", short, StepsToTarget([]theory.Steps{nqmkit.StepsToTarget(two, 0.3, nqmkit.SGD(0.01))}))
	if views := must(FigureOf(other)).views(); views[0].X.Max != 100 {
		t.Errorf("steps and steps to a target share an axis to %v", views[0].X.Max)
	}
}
