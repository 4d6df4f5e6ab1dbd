package plotting

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"nqm/theory/table"
)

// dataJSON returns the whole figure as JSON, or the frames with all figures,
// with every digit: encoding/json reads it back into the same Figure or Frames.
// Several are an array.
func dataJSON(all []picture) ([]byte, error) {
	values := mapped(all, func(p picture) any {
		if p.frames != nil {
			return *p.frames
		}
		return p.Figure
	})
	var value any = values
	if len(values) == 1 {
		value = values[0]
	}
	data, err := json.MarshalIndent(value, "", " ")
	return append(data, '\n'), err
}

// dataCSV returns the data of the figure as comma-separated values (RFC 4180),
// a row for each point:
//
//	figure     number of the figure, from 1; this column is there for several only
//	parameter  value of the slider; this column is there with frames only, named by the first
//	panel      number of the panel, from 1
//	series     name
//	kind       line, points, step, band, bar, heat, contour or path
//	x, y       the point; of a bar its left edge and its height
//	high       upper edge of a band, right edge of a bar, z of a grid
//	time       when the point is reached
//
// Numbers have every digit; +Inf is written so. A name that a spreadsheet would take
// for a formula has an apostrophe before it.
func dataCSV(all []picture) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	head := []string{"panel", "series", "kind", "x", "y", "high", "time"}
	slider := slices.IndexFunc(all, func(p picture) bool { return p.frames != nil })
	if slider >= 0 {
		head = append([]string{table.Inert(printable(all[slider].frames.Parameter))}, head...)
	}
	if len(all) > 1 {
		head = append([]string{"figure"}, head...)
	}
	w.Write(head)
	for i, p := range all {
		figures := []Figure{p.Figure}
		if p.frames != nil {
			figures = p.frames.Figures
		}
		for k, f := range figures {
			var before []string
			if len(all) > 1 {
				before = append(before, strconv.Itoa(i+1))
			}
			if slider >= 0 {
				before = append(before, digits(p.parameter(k)))
			}
			f.printable().csvRows(w, before)
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// parameter returns the value of frame k, NaN of a figure without a slider.
func (p picture) parameter(k int) float64 {
	if p.frames == nil {
		return math.NaN()
	}
	return p.frames.Values[k]
}

func (f Figure) csvRows(w *csv.Writer, before []string) {
	for i, p := range f.Panels {
		for _, s := range p.Series {
			kind := string(s.Kind)
			if s.Kind == KindLine {
				kind = "line"
			}
			if s.Kind == KindBar {
				s.X, s.High = s.edges()
			}
			row := func(x, y, high, time float64) {
				w.Write(append(append([]string(nil), before...), strconv.Itoa(i+1), table.Inert(s.Name), kind, digits(x), digits(y), digits(high), digits(time)))
			}
			if s.grid() {
				for k, z := range s.Z {
					if s.traced() {
						row(s.X[k], s.Y[k], z, math.NaN())
						continue
					}
					row(s.X[k%len(s.X)], s.Y[k/len(s.X)], z, math.NaN())
				}
				continue
			}
			for k := range s.X {
				row(s.X[k], s.Y[k], entryOrNaN(s.High, k), entryOrNaN(s.Time, k))
			}
		}
	}
}

func entryOrNaN(values Values, k int) float64 {
	if values == nil {
		return math.NaN()
	}
	return values[k]
}

// digits writes a number with every digit, and nothing for NaN.
func digits(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
