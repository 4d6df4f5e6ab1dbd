package plotting

import (
	"cmp"
	"fmt"

	"nqm/theory/table"
)

var _ = pictures(Numbers)

// Numbers returns the figure of numbers in their order, a line for each list.
// Those that are not finite are left out, and a note counts them.
func Numbers(lists [][]float64) Figure {
	f := Figure{
		Title:   "Numbers",
		Caption: "Numbers in their order.",
	}
	var p Panel
	heads := []string{"place"}
	var every Values
	longest := 0
	for i, list := range lists {
		l := orderedLook(i, len(lists))
		s := Series{Name: nth("list", i, len(lists)), Color: l.color, Dash: l.dash, Width: 2}
		if len(list) <= mostMarkers {
			s.Marker = l.marker
		}
		for k, v := range list {
			s.X, s.Y = append(s.X, float64(k+1)), append(s.Y, v)
		}
		if n := countNone(s.Y); n > 0 {
			f.Notes = append(f.Notes, fmt.Sprintf("Not drawn: %d of %d numbers, which are not finite.", n, len(list)))
		}
		s = trimmed(s)
		p.Series, every, longest = append(p.Series, s), append(every, s.Y...), max(longest, len(list))
		heads = append(heads, cmp.Or(s.Name, "number"))
	}
	f.Table = table.Text(heads...)
	p.X, p.Y = Axis{Label: "place"}, axisOver("number", every)
	for _, k := range few(longest, 12) {
		row := []string{fmt.Sprint(k + 1)}
		for _, list := range lists {
			cell := ""
			if k < len(list) {
				cell = number(list[k])
			}
			row = append(row, cell)
		}
		f.Table.Rows = append(f.Table.Rows, table.Texts(row...))
	}
	f.Table = partOf(f.Table, longest)
	labelEnds(p.Series)
	f.Panels = []Panel{orWords(p)}
	return f.found(numbersFinding(lists)).linked()
}
