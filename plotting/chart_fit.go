package plotting

import (
	"fmt"
	"math"

	"nqm/plotting/internal/colors"
	"nqm/theory"
	"nqm/theory/table"
)

var _ = pictures(Estimates)

var _ = numbers(func(e theory.Estimate) swept { return swept{value: e.Value, label: e.Name} })

// Estimates returns the figure of fitted numbers with their intervals of 95%, a row for
// each. An arrow is an end that the data leave open.
func Estimates(all []theory.Estimate) Figure {
	x := Axis{Label: "value", Scale: Log10}
	for _, e := range all {
		if e.Value <= 0 && e.Low < 0 {
			x.Scale = Symmetric
		}
	}
	rows := make([]labelledRow, len(all))
	for i, e := range all {
		rows[i] = labelledRow{label: fmt.Sprintf("%s: %s", e.Name, intervalWords(e)), look: look{color: colors.Sequence(i, max(len(all), 2))},
			bar: shownEnds(e, x), open: e.IsOpen(), marks: []rowMark{{"fit", Circle, e.Value}}}
	}
	return Figure{
		Title:   "Fitted numbers",
		Caption: "Dots are the fit, bars the profile intervals of 95%. A dotted bar goes on: the data do not bound the number there.",
		Panels:  []Panel{orWords(rowsPanel(x, rows))},
		Height:  rowsHeight(len(all)),
		Table:   estimatesOf("", all),
	}.found(estimatesFinding(all)).linked()
}

// shownEnds are those of an interval that have a place on an axis; of an open end,
// three times beyond the number.
func shownEnds(e theory.Estimate, x Axis) [2]float64 {
	low, high := e.Low, e.High
	if !x.Scale.shows(low) {
		low = e.Value / 3
	}
	if !x.Scale.shows(high) {
		high = max(e.Value, low) * 3
	}
	if !x.Scale.shows(low) || !x.Scale.shows(high) {
		return [2]float64{}
	}
	return [2]float64{low, high}
}

func intervalWords(e theory.Estimate) string {
	return fmt.Sprintf("%s (%s to %s)", estimateWord(e.Value), estimateWord(e.Low), estimateWord(e.High))
}

// estimateWord writes an end of an interval, which may be open.
func estimateWord(v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "-∞"
	}
	return fmt.Sprintf("%.4g", v)
}

// estimatesOf is the table of fitted numbers, of one of several fits by its name.
func estimatesOf(name string, all []theory.Estimate) table.Table {
	heads := []string{"number", "fit", "95% from", "to", "note"}
	if name != "" {
		heads = append([]string{"fit of"}, heads...)
	}
	t := table.Text(heads...)
	for _, e := range all {
		row := []string{e.Name, estimateWord(e.Value), estimateWord(e.Low), estimateWord(e.High), e.Note}
		if name != "" {
			row = append([]string{name}, row...)
		}
		t.Rows = append(t.Rows, table.Texts(row...))
	}
	return t
}

// residualPanel returns how far each point is off its law, in percent.
func residualPanel(x Axis, series ...Series) Panel {
	return Panel{X: x, Y: Axis{Label: "off the law, %"}, Series: series, References: []Reference{{At: 0, Label: "the law"}}}
}

// percent is by how much a point lies above its law, e^r - 1.
func percent(r theory.Residual) float64 { return 100 * math.Expm1(r.Log()) }
