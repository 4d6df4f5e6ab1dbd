package plotting

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"nqm/nqmkit/networks"
	"nqm/plotting/internal/colors"
	"nqm/theory"
)

var palette8 = map[string]string{"black": black, "orange": orange, "sky blue": skyBlue, "green": green, "blue": blue, "vermillion": vermillion, "purple": purple, "maroon": maroon}

// Lines stand out from the page: 3 to 1 (WCAG 2.1, 1.4.11) on white but for
// orange and sky blue, which the package's comment names, and on dark for all;
// words in a colour have 4.5 to 1.
func TestPaletteContrast(t *testing.T) {
	for name, c := range palette8 {
		want := 3.0
		if name == "orange" || name == "sky blue" {
			want = 2.2
		}
		if got := colors.Contrast(c, colors.Paper); got < want {
			t.Errorf("%s on white has a contrast of %.2f, want %v", name, got, want)
		}
		if got := colors.Contrast(colors.OnDark(c), colors.DarkPaper); got < 4 {
			t.Errorf("%s on dark has a contrast of %.2f", name, got)
		}
		if got := colors.Contrast(colors.Readable(c), colors.Paper); got < 4.5 {
			t.Errorf("words in %s have a contrast of %.2f", name, got)
		}
		for k := range 7 {
			if k > 0 && colors.Ramp(c, float64(k)/6) == colors.Ramp(c, float64(k-1)/6) {
				t.Errorf("two steps of the ramp of %s are alike", c)
			}
			if got := colors.Contrast(colors.Ramp(c, float64(k)/6), colors.Paper); got < 2.2 {
				t.Errorf("shade %d of %s has a contrast of %.2f", k, name, got)
			}
		}
	}
	if got := colors.Contrast(grey, colors.Paper); got < 3 {
		t.Errorf("grey on white has a contrast of %.2f", got)
	}
}

// The matrices of Machado, Oliveira and Fernandes (2009, table 1, severity 1)
// on linear red, green and blue.
var deficiencies = map[string][3][3]float64{
	"normal": {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protan": {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deutan": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritan": {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

func seenBy(m [3][3]float64, hex string) [3]float64 {
	c, seen := colors.Linear(hex), [3]float64{}
	for i := range 3 {
		for j := range 3 {
			seen[i] += m[i][j] * c[j]
		}
		seen[i] = min(max(seen[i], 0), 1)
	}
	return colors.OKLab(seen)
}

func distance(m [3][3]float64, a, b string) float64 {
	x, y := seenBy(m, a), seenBy(m, b)
	return math.Sqrt((x[0]-y[0])*(x[0]-y[0]) + (x[1]-y[1])*(x[1]-y[1]) + (x[2]-y[2])*(x[2]-y[2]))
}

// Any two colours stay apart under simulated colour blindness, on white and as
// they are on dark: 0.02 in OKLab is about the least that is noticed, and
// black on white is 1.
func TestPaletteConfusion(t *testing.T) {
	for vision, m := range deficiencies {
		for a, colorA := range palette8 {
			for b, colorB := range palette8 {
				if a >= b {
					continue
				}
				if d := distance(m, colorA, colorB); d < 0.07 {
					t.Errorf("%s: %s and %s are %.3f apart", vision, a, b, d)
				}
				if d := distance(m, colors.OnDark(colorA), colors.OnDark(colorB)); d < 0.035 {
					t.Errorf("%s: %s and %s are %.3f apart on dark", vision, a, b, d)
				}
			}
		}
	}
}

// Two families never share both colour and dash, nor both colour and marker
// where dashes are equal; a family looks the same in every figure.
func TestOneLookForEachFamily(t *testing.T) {
	seen := map[string]string{}
	for family, l := range looks {
		key := fmt.Sprint(l.color, l.dash)
		if other, taken := seen[key]; taken {
			t.Errorf("%s and %s look alike", family, other)
		}
		seen[key] = family
		alone, among := newPalette([]string{family}), newPalette([]string{"Adam", family, "a stranger"})
		among.next("a stranger")
		if family != "Adam" && alone.next(family) != among.next(family) {
			t.Errorf("%s looks different in company", family)
		}
	}
	strangers := []string{"Lion", "Triple", "Lookahead", "RMSProp", "AdaGrad"}
	p, used := newPalette(strangers), map[look]string{}
	for _, s := range strangers {
		l := p.next(s)
		if other, taken := used[l]; taken {
			t.Errorf("%s and %s look alike", s, other)
		}
		used[l] = s
	}
}

// Shades of one family keep their order, on a dark page too.
func TestShadesKeepTheirOrder(t *testing.T) {
	for name, c := range palette8 {
		if c == black {
			continue
		}
		light, dark := 2.0, 2.0
		for k := range 6 {
			s := colors.Ramp(c, float64(k)/5)
			l, d := colors.Luminance(s), colors.Luminance(colors.OnDark(s))
			if l >= light || d >= dark {
				t.Errorf("%s: shade %d is not darker than the one before", name, k)
			}
			light, dark = l, d
		}
	}
}

func TestHeatColoursRiseInLightness(t *testing.T) {
	before := -1.0
	for k := range 101 {
		c := colors.Heat(float64(k) / 100)
		l := colors.OKLab(colors.Linear(fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)))[0]
		if l < before-0.004 { // of a rounding
			t.Errorf("colour %d is darker than the one before", k)
		}
		before = l
	}
}

// A model has one look in every figure of training, whichever others stand beside it, and
// none has the colour of a method or the look of another model.
func TestModelsHaveOneLook(t *testing.T) {
	models := []string{"fit to SGD"}
	for _, f := range networks.Foresights(0.1) {
		models = append(models, f.Name)
	}
	seen, rng := map[string]look{}, rand.New(rand.NewPCG(18, 108))
	for range 100 {
		rng.Shuffle(len(models), func(i, j int) { models[i], models[j] = models[j], models[i] })
		s := theory.TrainedScaling{Problem: "net", Target: 0.1, BatchSizes: []float64{1, 8}, Methods: []string{"SGD"}}
		for _, b := range s.BatchSizes {
			p := theory.TrainedSteps{Problem: "net", Method: "SGD", Target: 0.1, BatchSize: b, Steps: theory.Estimate{Name: "steps", Value: 9, Low: 8, High: 10}}
			for _, m := range models[:1+rng.IntN(len(models))] {
				p.Foreseen = append(p.Foreseen, theory.ForeseenSteps{Model: m, Steps: 5})
			}
			s.Points = append(s.Points, p)
		}
		for _, line := range AgainstTraining(s).Panels[0].Series {
			if line.Name == "training" {
				continue
			}
			l := look{color: line.Color, dash: line.Dash}
			if was, ok := seen[line.Name]; ok && was != l {
				t.Fatalf("%s wears %v and %v", line.Name, was, l)
			}
			seen[line.Name] = l
		}
	}
	for a, one := range seen {
		for b, other := range seen {
			if a != b && one.like(other) {
				t.Errorf("%s and %s look alike", a, b)
			}
		}
		for name, color := range palette8 {
			if name != "black" && colors.Distance(one.color, color) < leastDistance {
				t.Errorf("%s has the colour of a method, %s", a, name)
			}
		}
	}
	if len(seen) != len(models) {
		t.Errorf("%d of %d models seen", len(seen), len(models))
	}
}
