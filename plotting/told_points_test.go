package plotting

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// A sweep of results of every kind says what it went over: in the title or on
// an axis, and its value in the table and, where each point is a line or a
// panel of its own, with that.
func TestASweepNamesItsValue(t *testing.T) {
	axis := theory.Axis{Name: "weight w", Values: []float64{7, 11, 13}}
	for _, s := range gallery() {
		switch s.value.(type) {
		case Figure, Frames, Swept:
			continue
		}
		f, err := FigureOf(theory.Sweep[any]{Axes: []theory.Axis{axis}, Results: []any{s.value, s.value, s.value}})
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		if !strings.Contains(f.Title+f.Subtitle, "weight w") {
			t.Errorf("%s: title %q, %q", s.name, f.Title, f.Subtitle)
		}
		seen := f.legend()
		for _, p := range f.Panels {
			seen = append(seen, p.Title)
		}
		for _, v := range axis.Values {
			word := fmt.Sprint(v)
			if f.Panels[0].X.Label != "weight w" && !slices.ContainsFunc(seen, func(name string) bool { return strings.HasSuffix(name, word) || strings.Contains(name, "w = "+word) }) {
				t.Errorf("%s: %v is in no name of %q", s.name, v, seen)
			}
			if !slices.ContainsFunc(f.Table.Lines()[1:], func(row []string) bool {
				return strings.HasSuffix(row[0], word) || strings.Contains(row[0], "w = "+word)
			}) {
				t.Errorf("%s: %v is in no row of %v", s.name, v, f.Table.Lines())
			}
		}
	}
}

// A value that a method's own name has is not said twice.
func TestASweepSaysAValueOnce(t *testing.T) {
	p := nqmkit.PowerLaw(100, 1)
	f := must(FigureOf(nqmkit.Sweep("learning rate α", []float64{0.1, 0.3}, func(alpha float64) theory.Curve {
		return nqmkit.Expect(p, 10, nqmkit.SGD(alpha))[0]
	})))
	if got := f.legend(); !slices.Equal(got, []string{"SGD α=0.1", "SGD α=0.3"}) {
		t.Errorf("names %q", got)
	}
}

// Two problems at each point, and two methods of one family, are two lines.
func TestASweepTellsItsLinesApart(t *testing.T) {
	hard, easy := nqmkit.PowerLaw(100, 1), nqmkit.PowerLaw(100, 2)
	steps := func(p theory.Problem, alpha, b float64) theory.Steps {
		return nqmkit.StepsToTarget(p, 1, nqmkit.SGD(alpha).Batch(b))
	}
	for name, at := range map[string]func(b float64) []theory.Steps{
		"problems": func(b float64) []theory.Steps { return []theory.Steps{steps(hard, 0.1, b), steps(easy, 0.1, b)} },
		"methods":  func(b float64) []theory.Steps { return []theory.Steps{steps(hard, 0.1, b), steps(hard, 0.2, b)} },
	} {
		f := must(FigureOf(nqmkit.Sweep("batch size B", []float64{16, 64}, at)))
		if got := f.legend(); len(got) != 2 {
			t.Errorf("%s: legend %q", name, got)
		}
		if name == "problems" && strings.Contains(f.Title, hard.String()) {
			t.Errorf("title %q of two problems", f.Title)
		}
	}
}
