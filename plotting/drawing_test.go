package plotting

import (
	"image"
	"image/color"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/plot/vg"

	"nqm/nqmkit"
	"nqm/plotting/internal/colors"
	"nqm/plotting/internal/indexed"
	"nqm/theory"
)

// An isoline of x² + y² is a circle, also on logarithmic axes where the loss
// is known; a saddle has two branches.
func TestIsolines(t *testing.T) {
	s := Series{Kind: KindContour, Levels: Values{0.25, 1}}
	for k := range 81 {
		s.X, s.Y = append(s.X, -1.5+3*float64(k)/80), append(s.Y, -1.5+3*float64(k)/80)
	}
	for _, y := range s.Y {
		for _, x := range s.X {
			s.Z = append(s.Z, x*x+y*y)
		}
	}
	lines := s.isolines(Axis{}, Axis{})
	if len(lines) != 2 {
		t.Fatalf("%d lines, want a circle for each level", len(lines))
	}
	for _, l := range lines {
		for _, p := range l.at {
			if r := math.Hypot(p[0], p[1]); math.Abs(r-math.Sqrt(l.level)) > 1e-3 {
				t.Errorf("level %v: a point at radius %v", l.level, r)
			}
		}
		if first, last := l.at[0], l.at[len(l.at)-1]; math.Hypot(first[0]-last[0], first[1]-last[1]) > 1e-9 {
			t.Errorf("the circle of level %v is open", l.level)
		}
	}
	saddle := Series{Kind: KindContour, X: Values{-1, 1}, Y: Values{-1, 1}, Z: Values{1, -1, -1, 1}, Levels: Values{0}}
	if n := len(saddle.isolines(Axis{}, Axis{})); n != 2 {
		t.Errorf("a saddle has %d lines", n)
	}
	hole := Series{Kind: KindContour, X: Values{0, 1}, Y: Values{0, 1}, Z: Values{0, 1, math.Inf(1), 1}, Levels: Values{0.5}}
	if n := len(hole.isolines(Axis{}, Axis{})); n != 0 {
		t.Errorf("a cell with an infinite corner has %d lines", n)
	}
}

func TestIsolinesOnLogarithmicAxes(t *testing.T) {
	x, y := Axis{Scale: Log10}, Axis{Scale: Log2}
	s := Series{Kind: KindContour, Levels: Values{8}, ZAxis: Axis{Scale: Log10}}
	for k := range 9 {
		s.X, s.Y = append(s.X, math.Pow(10, float64(k)/4)), append(s.Y, math.Exp2(float64(k)))
	}
	for _, v := range s.Y {
		for _, u := range s.X {
			s.Z = append(s.Z, u*v)
		}
	}
	for _, l := range s.isolines(x, y) {
		for _, p := range l.at {
			if math.Abs(p[0]*p[1]/8-1) > 1e-9 {
				t.Errorf("xy = %v on the line of 8", p[0]*p[1])
			}
		}
	}
}

// Thinning keeps the extremes, the ends and the gaps of a line.
func TestThinnedKeepsWhatIsSeen(t *testing.T) {
	s := Series{}
	for k := range 100_000 {
		s.X, s.Y = append(s.X, float64(k)), append(s.Y, math.Sin(float64(k)/5000))
	}
	s.Y[50_123], s.X[70_000], s.Y[70_000] = 7, math.NaN(), math.NaN()
	v := Panel{Series: []Series{s}}.view()
	thin := v.thinned(s, 500)
	if n := len(thin.X); n > 2100 || n < 500 {
		t.Errorf("%d points are left", n)
	}
	peak, gaps := 0.0, 0
	for k := range thin.X {
		if math.IsNaN(thin.X[k]) {
			gaps++
		}
		peak = max(peak, thin.Y[k])
	}
	if gaps != 1 || thin.X[0] != 0 || thin.X[len(thin.X)-1] != 99_999 {
		t.Errorf("from %v to %v with %d gaps", thin.X[0], thin.X[len(thin.X)-1], gaps)
	}
	found := false
	for _, y := range thin.Y {
		found = found || y == 7
	}
	if !found {
		t.Error("the peak is gone")
	}
	spiral := Series{Kind: KindPath}
	for k := range 100_000 {
		phi := float64(k) / 1000
		spiral.X, spiral.Y = append(spiral.X, phi*math.Cos(phi)), append(spiral.Y, phi*math.Sin(phi))
		spiral.Time = append(spiral.Time, float64(k))
	}
	thin = Panel{Series: []Series{spiral}}.view().thinned(spiral, 500)
	if n := len(thin.X); n > 60_000 || n < 1000 || len(thin.Time) != n || thin.Time[n-1] != 99_999 {
		t.Errorf("a spiral keeps %d points and %d times", n, len(thin.Time))
	}
}

func TestEndLabelsDoNotOverlap(t *testing.T) {
	ends := []ending{{at: 50, label: 50}, {at: 52, label: 52}, {at: 51, label: 51}, {at: 90, label: 90}, {at: 99, label: 99}}
	spread(ends, 12, 0, 100)
	for k := 1; k < len(ends); k++ {
		if gap := ends[k].label - ends[k-1].label; gap < 12-1e-3 || ends[k].at < ends[k-1].at {
			t.Errorf("labels %d and %d are %v apart", k-1, k, gap)
		}
	}
	if ends[0].label < 0 || ends[4].label > 100+1e-9 {
		t.Errorf("labels from %v to %v leave the panel", ends[0].label, ends[4].label)
	}
	if d := ends[3].label - ends[3].at; d > 3 || d < -8 {
		t.Errorf("a label moved by %v", d)
	}
	var none []ending
	spread(none, 12, 0, vg.Length(100))
}

// Each kind of series leaves its colour in the image.
func TestEveryKindLeavesInk(t *testing.T) {
	const red = "#ff0000"
	square := Series{Kind: KindHeat, X: Values{0, 1}, Y: Values{0, 1}, Z: Values{0, 0, 0, 1}}
	for kind, s := range map[Kind]Series{
		KindLine: {X: Values{0, 1}, Y: Values{0, 1}}, KindPoints: {X: Values{0, 1}, Y: Values{0, 1}}, KindStep: {X: Values{0, 1, 2}, Y: Values{0, 1, 2}},
		KindBar: {X: Values{0, 1}, Y: Values{1, 2}}, KindPath: {X: Values{0, 1}, Y: Values{0, 1}},
		KindContour: {X: Values{0, 1, 2}, Y: Values{0, 1, 2}, Z: Values{0, 0, 0, 1, 1, 1, 2, 2, 2}, Levels: Values{0.5}},
		KindBand:    {X: Values{0, 1}, Y: Values{0, 0}, High: Values{1, 1}},
	} {
		s.Kind, s.Color, s.Width = kind, red, 4
		want := red
		switch kind {
		case KindBand:
			want = "#ffcccc"
		case KindBar:
			want = "#ff4040"
		}
		if n := inkOf(t, Figure{Panels: []Panel{{Series: []Series{s}}}}, want); n < 20 {
			t.Errorf("%q has %d pixels of its colour", kind, n)
		}
	}
	if n := inkOf(t, Figure{Panels: []Panel{{Series: []Series{square}}}}, colors.HeatStops[0]); n < 1000 {
		t.Errorf("a heat map has %d pixels of its lowest colour", n)
	}
}

func TestStepsHoldUntilTheNext(t *testing.T) {
	s := Series{Kind: KindStep, X: Values{0, 1, 2}, Y: Values{5, 6, 7}}.stairs()
	want := [][2]float64{{0, 5}, {1, 5}, {1, 6}, {2, 6}, {2, 7}}
	if got := pairs(s); len(got) != len(want) {
		t.Fatalf("stairs %v", got)
	}
	for k, p := range pairs(s) {
		if p != want[k] {
			t.Errorf("corner %d at %v, want %v", k, p, want[k])
		}
	}
}

// A law's directions are drawn to the last, whether written out or not.
func TestSpectrumReachesTheLastDirection(t *testing.T) {
	for _, d := range []int{1000, 100_000, 1_000_000_000} {
		p := nqmkit.PowerLaw(d, 1)
		s := Spectrum(p).Panels[0].Series[0]
		rank, h := s.X[len(s.X)-1], s.Y[len(s.Y)-1]
		if rank != float64(d) || math.Abs(h*float64(d)-1) > 0.01 {
			t.Errorf("the last of %d directions is drawn at %v with curvature %v", d, rank, h)
		}
		count := 0.0
		for _, n := range Density(p).Panels[0].Series[0].Y {
			count += n
		}
		if count != float64(d) {
			t.Errorf("the density counts %v of %d directions", count, d)
		}
	}
}

// Equal directions are a level step, from the first to the last of them.
func TestSpectrumOfGroupsIsLevel(t *testing.T) {
	p := nqmkit.List(4, 1, 0.01)
	p.Multiplicity = []float64{3, 340, 2000}
	s := Spectrum(p).Panels[0].Series[0]
	want := map[float64]float64{1: 4, 3: 4, 4: 1, 343: 1, 344: 0.01, 2343: 0.01}
	if len(s.X) != len(want) {
		t.Errorf("drawn at %v, want both ends of three steps", s.X)
	}
	for k, rank := range s.X {
		if s.Y[k] != want[rank] {
			t.Errorf("direction %v is drawn with curvature %v, want %v", rank, s.Y[k], want[rank])
		}
	}
}

// A rare colour of a heat map keeps its hue in the still image.
func TestPalettedKeepsRareColours(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 300, 100))
	for i := range 300 * 100 {
		m.Set(i%300, i/300, color.RGBA{uint8(i % 251), uint8(i / 251 % 240), 90, 255})
	}
	rare := color.RGBA{255, 240, 0, 255}
	m.Set(7, 7, rare)
	r, g, b, _ := indexed.Image(m, nil).At(7, 7).RGBA()
	if abs := math.Abs(float64(r>>8)-255) + math.Abs(float64(g>>8)-240) + float64(b>>8); abs > 60 {
		t.Errorf("yellow became (%d, %d, %d)", r>>8, g>>8, b>>8)
	}
}

// Parts of directions, as the weights of a quadrature are, rise in rank too.
func TestSpectrumOfParts(t *testing.T) {
	p := nqmkit.List(8, 4, 2, 1)
	p.Multiplicity = []float64{0.25, 0.5, 3.25, 1000}
	s := Spectrum(p).Panels[0].Series[0]
	for k, rank := range s.X {
		if k > 0 && rank <= s.X[k-1] || rank <= 0 || rank > 1004 {
			t.Errorf("drawn at the ranks %v: want them to rise up to 1004", s.X)
			break
		}
	}
	if s.X[0] != 0.25 || s.Y[0] != 8 {
		t.Errorf("the first point is (%v, %v), want (0.25, 8)", s.X[0], s.Y[0])
	}
}

// A measured spectrum says on its picture what was done to it, and has its band; so
// do the losses on it.
func TestMeasuredProblemHasItsNoteAndBand(t *testing.T) {
	p := nqmkit.List(8, 1)
	p.Note = "1 of 3 curvatures is negative"
	p.Band = theory.Band{Low: []float64{4, 0}, High: []float64{8, 2}}
	f := Spectrum(p)
	if len(f.Notes) != 1 || f.Notes[0] != "1 of 3 curvatures is negative." {
		t.Errorf("the notes are %q", f.Notes)
	}
	at := slices.IndexFunc(f.Panels[0].Series, func(s Series) bool { return s.Kind == KindBand })
	if band := f.Panels[0].Series[max(at, 0)]; at < 0 || !slices.Equal(band.High, []float64{8, 2}) || band.Y[0] != 4 || !(band.Y[1] > 0 && band.Y[1] <= 1) {
		t.Errorf("the band of the curvatures is %+v", band)
	}
	curves := nqmkit.ExpectAt(p, []int{0, 3, 9}, nqmkit.SGD(0.1), nqmkit.SGD(0.2))
	bands := 0
	for _, s := range LossCurves(curves).Panels[0].Series {
		if s.Kind == KindBand {
			if !slices.Equal(s.Y, curves[bands].Low) || !slices.Equal(s.High, curves[bands].High) {
				t.Errorf("band %d is %+v", bands, s)
			}
			bands++
		}
	}
	if bands != 2 {
		t.Errorf("%d bands of two curves", bands)
	}
}
