package plotting

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// What figures of several panels find, and of several figures in one.

// lossLines returns the losses of methods that a panel draws along the steps, all of them
// and to the same last step, or nothing: samples scatter, and what is no method is black or
// grey.
func (p Panel) lossLines() []Series {
	if p.X.Label != "steps t" || p.Y.Label != "loss L(t)" || slices.ContainsFunc(p.Series, func(s Series) bool { return s.Kind == KindBand || s.Kind == KindPoints }) {
		return nil
	}
	var lines []Series
	for _, s := range p.Series {
		if !s.lined() || s.Name == "" || slices.Contains(NeutralColors(), s.Color) {
			continue
		}
		if len(s.X) == 0 || len(s.X) != len(s.Y) || len(p.Series[0].X) == 0 || end(s.X) != end(p.Series[0].X) || !countable(end(s.Y)) {
			return nil
		}
		lines = append(lines, s)
	}
	return lines
}

func end(v Values) float64 { return v[len(v)-1] }

// panelsFinding says whose loss ends lowest in every panel, or in which first of them whose
// does and in which others; and by how much. At names a place among panels in an order.
func panelsFinding(panels []Panel, at func(k int) string) string {
	var names, winners []string
	least, most := math.Inf(1), 0.0
	for k, p := range panels {
		lines := p.lossLines()
		own := mapped(lines, func(s Series) string { return s.Name })
		if k == 0 {
			names = own
		}
		if len(lines) < 2 || len(unique(own)) < len(own) || !slices.Equal(own, names) {
			return ""
		}
		ends := mapped(lines, func(s Series) float64 { return end(s.Y) })
		order := lowestFirst(ends)
		low, high := ends[order[0]], ends[order[1]]
		if high <= (1+level)*low {
			return ""
		}
		winners = append(winners, own[order[0]])
		least, most = min(least, high/low), max(most, high/low)
	}
	switch parts := slices.Compact(slices.Clone(winners)); {
	case len(parts) == 1 && len(panels) == 1:
		return fmt.Sprintf("%s ends lowest, %s below the next", parts[0], aheadWords(1, most))
	case len(parts) == 1:
		by := aheadWords(1, most)
		if less := aheadWords(1, least); less != by {
			if strings.HasSuffix(by, "times") {
				less = strings.TrimSuffix(less, " times")
			}
			by = less + " to " + by
		}
		return fmt.Sprintf("%s ends lowest in all %d panels, %s below the next", parts[0], len(panels), by)
	case len(parts) == 2:
		k := slices.Index(winners, parts[1])
		return fmt.Sprintf("%s ends lowest up to %s, %s from %s on", parts[0], at(k-1), parts[1], at(k))
	}
	return ""
}

// panelTitle names a panel of several that need not be in an order.
func panelTitle(k int) string { return fmt.Sprintf("panel %d", k+1) }

// untitled gives a figure that joins others a title if it has none: what they are all of,
// and what it finds.
func (f Figure) untitled(of []Figure) Figure {
	if f.Title != "" || len(of) == 0 {
		return f
	}
	f.Title = sharedTitle(of)
	return f.found(panelsFinding(f.Panels, panelTitle))
}
