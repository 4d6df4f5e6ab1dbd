package plotting

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// Any character may stand in any text of any file.
func TestTextSurvivesInEveryFile(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 8))
	names := []string{"𝔼[L], 𝟚 of 𝛼", "a 😀 problem", "é\u0301", "中文", "\U0010ffff"}
	for range 20 {
		var name []rune
		for range 10 {
			name = append(name, rune(rng.IntN(0x110000)))
		}
		names = append(names, string(name))
	}
	for _, name := range names {
		f := oneSeries(Axis{Label: name}, Axis{Label: name}, Series{Name: name, End: name, X: Values{0, 1}, Y: Values{0, 1}, Color: blue})
		f.Title, f.Notes = name, []string{name}
		for _, e := range extensions {
			func() {
				defer func() {
					if r := recover(); r != nil {
						t.Errorf("%s of %q: %v", e, name, r)
					}
				}()
				if _, err := encodeFile(e, f); err != nil {
					t.Errorf("%s of %q: %v", e, name, err)
				}
			}()
		}
	}
}

// A table of some of many points says so.
func TestPartOfATableIsMarked(t *testing.T) {
	for _, n := range []int{2, 3, 5, 20} {
		values := make([]float64, n)
		for k := range values {
			values[k] = float64(k + 1)
		}
		one := nqmkit.Sweep("a", values, func(a float64) float64 { return a * a })
		two := nqmkit.Grid("a", values, "b", []float64{1, 2, 3}, func(a, b float64) float64 { return a * b })
		for _, s := range []struct {
			value any
			all   int
		}{{one, n}, {two, 3 * n}, {values, n}, {theory.Sweep[float64]{Axes: one.Axes, Results: one.Results[:n-1], Partial: true}, n - 1}} {
			f := must(FigureOf(s.value))
			marked := slices.ContainsFunc(f.Table.Lines(), func(row []string) bool { return strings.HasPrefix(row[0], "… 12 of ") })
			if rows := len(f.Table.Rows); marked != (s.all > 12) || !marked && rows != s.all || marked && rows != 13 {
				t.Errorf("%d of %d rows, marked %v", rows, s.all, marked)
			}
		}
	}
}

// A name that a spreadsheet would take for a formula is text in a file of data.
func TestDataHoldNoFormula(t *testing.T) {
	for _, name := range []string{"=1+1", "+x", "-x", "@x", "'=x"} {
		figures := Frames{Parameter: name, Values: []float64{-1}, Figures: []Figure{
			oneSeries(Axis{Label: "x"}, Axis{Label: "y"}, Series{Name: name, X: Values{-1}, Y: Values{2}, Color: blue}),
		}}
		data, err := encodeData(".csv", must(shownOf(figures)))
		if err != nil {
			t.Fatal(err)
		}
		if said := string(data); strings.Count(said, "'"+name) != 2 || !strings.Contains(said, ",-1,2,") {
			t.Errorf("%q is written as\n%s", name, said)
		}
	}
}
