package plotting

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"strconv"
)

// dataJSON returns the whole figure as JSON, or the frames with all figures,
// with every digit: encoding/json reads it back into the same Figure or Frames.
func (p picture) dataJSON() ([]byte, error) {
	var value any = p.Figure
	if p.frames != nil {
		value = *p.frames
	}
	data, err := json.MarshalIndent(value, "", " ")
	return append(data, '\n'), err
}

// dataCSV returns the data of the figure as comma-separated values (RFC 4180),
// a row for each point:
//
//	parameter  value of the slider; this column is there for frames only
//	panel      number of the panel, from 1
//	series     name
//	kind       line, points, step, band, bar, heat, contour or path
//	x, y       the point; of a bar its left edge and its height
//	high       upper edge of a band, right edge of a bar, z of a grid
//	time       when the point is reached
//
// Numbers have every digit; +Inf is written so.
func (p picture) dataCSV() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	head := []string{"panel", "series", "kind", "x", "y", "high", "time"}
	if p.frames == nil {
		w.Write(head)
		p.Figure.printable().csvRows(w, nil)
	} else {
		w.Write(append([]string{printable(p.frames.Parameter)}, head...))
		for k, f := range p.frames.Figures {
			f.printable().csvRows(w, []string{digits(p.frames.Values[k])})
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

func (f Figure) csvRows(w *csv.Writer, before []string) {
	for i, p := range f.Panels {
		for _, s := range p.Series {
			kind := string(s.Kind)
			if s.Kind == Line {
				kind = "line"
			}
			if s.Kind == Bar {
				s.X, s.High = s.edges()
			}
			row := func(x, y, high, time float64) {
				w.Write(append(append([]string(nil), before...), strconv.Itoa(i+1), s.Name, kind, digits(x), digits(y), digits(high), digits(time)))
			}
			if s.grid() {
				for k, z := range s.Z {
					row(s.X[k%len(s.X)], s.Y[k/len(s.X)], z, math.NaN())
				}
				continue
			}
			for k := range s.X {
				row(s.X[k], s.Y[k], at(s.High, k), at(s.Time, k))
			}
		}
	}
}

func at(values Values, k int) float64 {
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
