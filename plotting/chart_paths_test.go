package plotting

import (
	"math"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// Adam on a turned bowl: no closed form, and contours that lie askew.
func turned() []theory.Paths {
	return nqmkit.Paths(nqmkit.Rotated(nqmkit.TwoDirections(50, 1), 30), 200, nqmkit.Trials(4, 1), nqmkit.SGD(0.005).Batch(8), nqmkit.Adam(0.05).Batch(8))
}

// Every contour is a line of equal loss of the turned Hessian.
func TestContoursOfATurnedBowl(t *testing.T) {
	paths := turned()
	f := must(FigureOf(paths))
	h := nqmkit.Rotated(nqmkit.TwoDirections(50, 1), 30).Hessian
	ellipses := 0
	for _, s := range f.Panels[0].Series {
		if s.Color != grey {
			continue
		}
		ellipses++
		loss := func(k int) float64 {
			x, y := s.X[k], s.Y[k]
			return (h.At(0, 0)*x*x + 2*h.At(0, 1)*x*y + h.At(1, 1)*y*y) / 2
		}
		for k := range s.X {
			if math.Abs(loss(k)/loss(0)-1) > 1e-9 {
				t.Fatalf("the loss on a contour goes from %v to %v", loss(0), loss(k))
			}
		}
	}
	if ellipses != contourCount {
		t.Errorf("%d contours", ellipses)
	}
	if math.Abs(h.At(0, 1)) < 1 {
		t.Fatal("the bowl is not turned")
	}
}

func TestPathsWithoutAClosedForm(t *testing.T) {
	paths := nqmkit.Paths(nqmkit.TwoDirections(50, 1), 20, nqmkit.Trials(3, 1), nqmkit.Adam(0.05))
	paths[0].Partial = true
	f := must(FigureOf(paths))
	for _, s := range f.Panels[0].Series {
		if s.Kind != KindPath {
			continue
		}
		for k := range s.X {
			var x, y float64
			for _, run := range paths[0].Theta {
				x, y = x+run[0][k]/3, y+run[1][k]/3
			}
			if math.Abs(s.X[k]-x) > 1e-12 || math.Abs(s.Y[k]-y) > 1e-12 {
				t.Errorf("step %d: (%v, %v) is not the mean of the runs", k, s.X[k], s.Y[k])
			}
		}
	}
	if !strings.Contains(f.Caption, "the mean of the runs") || len(f.notes()) != 1 {
		t.Errorf("caption %q, notes %q", f.Caption, f.notes())
	}
}
