package plotting

import (
	"math"
	"slices"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// A sweep of numbers is a line through them; those that are not there leave the
// ends out and gaps between, and a note counts them.
func TestSweepLine(t *testing.T) {
	inf := math.Inf(1)
	s := theory.Sweep[float64]{
		Axes:    []theory.Axis{{Name: "batch size B", Values: []float64{1, 2, 4, 8, 16, 32, 64}}},
		Results: []float64{inf, 1000, 500, inf, 100, 10, math.NaN()},
	}
	f, err := FigureOf(s)
	if err != nil {
		t.Fatal(err)
	}
	p := f.Panels[0]
	if p.X.Scale != Log2 || p.Y.Scale != Log10 || p.X.Label != "batch size B" {
		t.Errorf("axes %+v and %+v", p.X, p.Y)
	}
	if f.Title != "Value against batch size B" {
		t.Errorf("title %q", f.Title)
	}
	d := p.Series[0].drawable(p.X.Scale, p.Y.Scale)
	if d.Diverges || len(stretches(d.X)) != 2 || d.Y[0] != 1000 || d.Y[len(d.Y)-1] != 10 {
		t.Errorf("drawn: %v at %v, diverges %v", d.Y, d.X, d.Diverges)
	}
	if !slices.Contains(f.Notes, "Not drawn: 3 of 7 points, which have no finite value.") {
		t.Errorf("notes %q", f.Notes)
	}
	s.Partial, s.Results = true, s.Results[:3]
	f, err = FigureOf(s)
	if err != nil || len(f.Panels[0].Series[0].Y) != 2 || !strings.Contains(strings.Join(f.Notes, " "), "interrupted") {
		t.Errorf("a part: %+v, error %v", f, err)
	}
}

// Several methods at each point are several lines in the looks of their families.
func TestSweepOfSeveral(t *testing.T) {
	p := nqmkit.List(1, 0.1)
	f, err := FigureOf(nqmkit.Sweep("batch size B", []float64{16, 64}, func(b float64) []theory.Steps {
		return []theory.Steps{nqmkit.StepsToTarget(p, 0.05, nqmkit.SGD(0.1).Batch(b)), nqmkit.StepsToTarget(p, 0.05, nqmkit.Momentum(0.1, 0.5).Batch(b))}
	}))
	if err != nil {
		t.Fatal(err)
	}
	for k, family := range []string{"SGD", "momentum"} {
		if s := f.Panels[0].Series[k]; s.Name != family || s.Color != lookOf(family).color || len(s.Y) != 2 {
			t.Errorf("line %d: %+v", k, s)
		}
	}
}

// Lines of a cell's own numbers all have a name and a column, which follow when a user
// gives them better ones; a line alone has none.
func TestSweepOfNumbers(t *testing.T) {
	for n := 1; n <= 5; n++ {
		f, err := FigureOf(theory.Sweep[[]float64]{
			Axes:    []theory.Axis{{Name: "k", Values: []float64{1, 2}}},
			Results: [][]float64{make([]float64, n), make([]float64, n)},
		})
		if err != nil {
			t.Fatal(err)
		}
		if n == 1 {
			if s := f.Panels[0].Series[0]; s.Name != "" || s.End != "" {
				t.Errorf("a line alone is named %q, with %q at its end", s.Name, s.End)
			}
			continue
		}
		for k := range f.Panels[0].Series {
			f.Panels[0].Series[k].Name = string(rune('a' + k))
		}
		f = f.renamed()
		for k, s := range f.Panels[0].Series {
			name := string(rune('a' + k))
			if head := f.Table.Columns[k+1].Name; s.End != name || head != name {
				t.Errorf("line %d of %d: %q at its end, column %q, want %q", k+1, n, s.End, head, name)
			}
		}
	}
}

// A grid has the first axis along x and every number in its cell.
func TestSweepMap(t *testing.T) {
	s := nqmkit.Grid("a", []float64{1, 2, 3}, "b", []float64{10, 20}, func(a, b float64) float64 { return a + b })
	f, err := FigureOf(s)
	if err != nil {
		t.Fatal(err)
	}
	g := f.Panels[0].Series[0]
	if f.Panels[0].X.Label != "a" || f.Panels[0].Y.Label != "b" || g.Kind != KindHeat {
		t.Errorf("%+v", f.Panels[0])
	}
	for j, b := range g.Y {
		for i, a := range g.X {
			if g.Z[j*3+i] != a+b {
				t.Errorf("at (%v, %v): %v", a, b, g.Z[j*3+i])
			}
		}
	}
	s.Partial, s.Results = true, s.Results[:3]
	if f, err = FigureOf(s); err != nil || !math.IsInf(f.Panels[0].Series[0].Z[1*3+1], 1) {
		t.Errorf("a part of a grid: %v, error %v", f.Panels, err)
	}
}

func TestSweepWithoutPicture(t *testing.T) {
	one := theory.Axis{Name: "a", Values: []float64{1, 2}}
	for want, s := range map[string]any{
		"a sweep without results":             theory.Sweep[float64]{Axes: []theory.Axis{one}},
		"a sweep of a string has no picture":  theory.Sweep[string]{Axes: []theory.Axis{one}, Results: []string{"x", "y"}},
		"as many at each point":               theory.Sweep[[]float64]{Axes: []theory.Axis{one}, Results: [][]float64{{1}, {1, 2}}},
		"a sweep of 1 numbers over 3 axes":    theory.Sweep[float64]{Axes: []theory.Axis{one, one, one}, Results: []float64{1}},
		"nothing to draw: no series has a po": theory.Sweep[float64]{Axes: []theory.Axis{one}, Results: []float64{math.Inf(1), math.Inf(1)}},
	} {
		if _, err := FigureOf(s); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// A sweep over problems is not titled by the first of them.
func TestSweepOverProblems(t *testing.T) {
	f := must(FigureOf(nqmkit.Sweep("flattest h", []float64{1, 0.5}, func(h float64) theory.Steps {
		return nqmkit.StepsToTarget(nqmkit.TwoDirections(50, h), 0.1, nqmkit.SGD(0.02).Batch(64))
	})))
	if f.Title != "Steps to target against flattest h" {
		t.Errorf("title %q", f.Title)
	}
}
