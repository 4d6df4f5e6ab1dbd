package plotting

import (
	"math"
	"math/rand/v2"
	"testing"

	"nqm/nqmkit"
)

// On a page the cells of a map of evenly spaced values begin and end at numbers that can be
// read, and no label of a line lies over another.
func TestMapsOnAPage(t *testing.T) {
	r := rand.New(rand.NewPCG(18, 9))
	for range 40 {
		h := []float64{math.Exp(6 * r.Float64()), 1}
		v := PhaseMap(nqmkit.PhaseMap(nqmkit.List(h...))).views()[0]
		heat := v.extra().Heat
		for _, edges := range [][]float64{heat.X, heat.Y} {
			for _, e := range []float64{edges[0], edges[len(edges)-1]} {
				if span := edges[len(edges)-1] - edges[0]; e != 0 && math.Abs(e) < 1e-9*span {
					t.Fatalf("h = %v: an edge at %g of a map %g wide", h, e, span)
				}
			}
		}
		for _, s := range v.Series {
			if s.Kind != KindContour {
				continue
			}
			labels, all := v.seriesExtra(s), 0
			for _, l := range labelled(s.isolines(v.X, v.Y)) {
				if m := l.middle(); v.X.inside(m[0]) && v.Y.inside(m[1]) {
					all++
				}
			}
			if len(labels.Words) == 0 && all > 0 {
				t.Fatalf("h = %v: none of %d labels", h, all)
			}
			for i, a := range labels.Labels {
				for k, b := range labels.Labels[:i] {
					x, y := 350*math.Abs(v.X.Normalize(v.X.Min, v.X.Max, a[0])-v.X.Normalize(v.X.Min, v.X.Max, b[0])), 310*math.Abs(a[1]-b[1])/(v.Y.Max-v.Y.Min)
					if x < 12 && y < 12 {
						t.Fatalf("h = %v: %s over %s", h, labels.Words[i], labels.Words[k])
					}
				}
			}
		}
	}
}
