package plotting

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"nqm/nqmkit"
	"nqm/plotting/internal/colors"
	"nqm/theory"
	"nqm/theory/longtest"
)

// anyMethod returns a method of any kind.
func anyMethod(rng *rand.Rand) theory.Optimizer {
	alpha, beta := []float64{0.01, 0.02, 0.03, 0.1, 0.3}[rng.IntN(5)], []float64{0.5, 0.8, 0.9}[rng.IntN(3)]
	o := []theory.Optimizer{nqmkit.SGD(alpha), nqmkit.SGD(alpha), nqmkit.Momentum(alpha, beta), nqmkit.Nesterov(alpha, beta), nqmkit.QHM(alpha, beta, 0.5)}[rng.IntN(5)]
	switch rng.IntN(8) {
	case 0:
		o = o.EMA(0.9)
	case 1:
		o = o.Precondition(0.5)
	case 2:
		o = o.Average()
	case 3:
		o = o.Cosine()
	case 4:
		o = o.Lookahead(5, 0.5)
	case 5:
		o = o.Batch(float64(int(1) << rng.IntN(10)))
	case 6:
		o = o.Precondition(0.5).EMA(0.9)
	}
	return o
}

// randomFigures are figures of several methods of any kind.
var randomFigures = sync.OnceValue(func() []sample {
	rng := rand.New(rand.NewPCG(18, 4))
	p := nqmkit.List(1, 0.3, 0.01)
	samples := []sample{
		{"cosine and average", nqmkit.Expect(p, 100, nqmkit.SGD(0.3), nqmkit.SGD(0.3).Cosine(), nqmkit.SGD(0.3).Average())},
		{"momenta", nqmkit.Expect(p, 100, nqmkit.Momentum(0.1, 0.5), nqmkit.Momentum(0.1, 0.9), nqmkit.Momentum(0.1, 0.99))},
		{"two paths", []theory.NoiseScales{nqmkit.NoiseScales(p, 100, nqmkit.SGD(0.1)), nqmkit.NoiseScales(p, 100, nqmkit.SGD(0.3)), nqmkit.NoiseScales(p, 100, nqmkit.SGD(0.5))}},
		{"three problems", []theory.Problem{p, nqmkit.PowerLaw(10, 1), nqmkit.PowerLaw(20, 2)}},
		{"lists", [][]float64{{1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}}},
	}
	rounds := 10
	if longtest.Wanted() {
		rounds = 30
	}
	for range rounds {
		var methods []theory.Method
		var optimizers []theory.Optimizer
		for range 2 + rng.IntN(7) {
			o := anyMethod(rng)
			methods, optimizers = append(methods, o), append(optimizers, o)
		}
		samples = append(samples,
			sample{"curves", nqmkit.Expect(p, 60, methods...)},
			sample{"split", LossSplit(nqmkit.Expect(p, 60, methods...))},
			sample{"fan", nqmkit.LossFan(p, 60, methods[:2]...)},
			sample{"sampled", nqmkit.Sample(p, 60, fiveRuns, samplers(optimizers)...)},
			sample{"gap", []theory.Gap{nqmkit.BayesGap(p, 60, optimizers[0]), nqmkit.BayesGap(p, 60, optimizers[1])}})
		if !slices.ContainsFunc(optimizers, func(o theory.Optimizer) bool { return o.Schedule != nil }) {
			if f := must(NoiseAmplification(geometric(0.01, 1, 5), methods...)); f.Validate() == nil {
				samples = append(samples, sample{"amplification", f})
			}
		}
	}
	return samples
})

// namedFigure is the figure of a sample, under its name.
type namedFigure struct {
	name   string
	figure Figure
}

// allDrawn are the figures of the gallery and of randomFigures: not to be changed.
var allDrawn = sync.OnceValue(func() []namedFigure {
	return mapped(slices.Concat(gallery(), randomFigures()), func(s sample) namedFigure {
		return namedFigure{s.name, must(onePicture(s.value)).Figure}
	})
})

// sameLook reports whether two series of a figure cannot be told apart but by their
// places.
func sameLook(a, b Series) bool {
	near := a.Color != "" && b.Color != "" && colors.Distance(a.Color, b.Color) < 0.05
	switch {
	case a.lined() && b.lined():
		return near && a.Dash == b.Dash && a.Marker == b.Marker && max(a.width(), b.width()) < 2*min(a.width(), b.width())
	case a.Kind == KindPoints && b.Kind == KindPoints:
		return near && a.Marker == b.Marker
	case a.Kind == KindBar && b.Kind == KindBar:
		return near
	}
	return false
}

// Nothing is told apart by its look alone that a panel's title or the label of its
// row names.
func TestNoTwoLinesLookAlike(t *testing.T) {
	for _, s := range allDrawn() {
		f := s.figure
		var all []Series
		for _, p := range f.Panels {
			for _, one := range p.Series {
				if one.Name == "" || one.Name == p.Title || p.Y.Blank {
					continue
				}
				for _, other := range all {
					if other.Name != one.Name && sameLook(one, other) {
						t.Errorf("%s: “%s” and “%s” are both %s %q %q", s.name, other.Name, one.Name, one.Color, one.Dash, one.Marker)
					}
				}
				all = append(all, one)
			}
		}
	}
}

// meaningOf says what the colour of a series stands for: a family of methods,
// an order, or neither.
func meaningOf(hex string) []string {
	lab := colors.OKLab(colors.Linear(hex))
	if lab[1]*lab[1]+lab[2]*lab[2] < 0.03*0.03 {
		return []string{"neutral"}
	}
	for at := range 101 {
		if colors.Distance(hex, colors.Sequence(at, 101)) < 0.005 {
			return []string{"ordered"}
		}
	}
	var families []string
	for family, l := range looks {
		for at := range 51 {
			if family != "" && colors.Distance(hex, colors.Ramp(l.color, float64(at)/50)) < 0.01 || hex == l.color || hex == colors.Shade(l.color, -0.5) {
				families = append(families, family)
			}
		}
	}
	return families
}

// The colours of methods are those of series that are named by a method, of that
// kind; of an ordered parameter, of no method where others have their own.
func TestAColourHasOneMeaning(t *testing.T) {
	words := map[string]string{"SGD": "SGD", "momentum": "momentum", "Nesterov": "Nesterov", "Adam": "Adam", "QHM": ""}
	for _, s := range allDrawn() {
		f := s.figure
		for _, p := range f.Panels {
			for _, one := range p.Series {
				if one.Kind == KindHeat {
					continue
				}
				meaning := meaningOf(one.Color)
				if slices.Contains(meaning, "neutral") || slices.Contains(meaning, "ordered") {
					continue
				}
				named := one.Name + " " + one.End + " " + p.Title + " " + f.Title
				if len(meaning) == 0 && strings.Contains(named, " with ") {
					continue // of a stranger
				}
				kind := ""
				for word := range words {
					if strings.Contains(named, word) {
						kind = word
					}
				}
				if kind == "" {
					t.Errorf("%s: “%s” has the colour %s of a method: %v", s.name, one.Name, one.Color, unique(meaning))
				}
			}
		}
	}
}

// In a figure of several kinds of methods each that is alone of its kind has its
// own colour; methods of one kind have the colours of an order.
func TestMethodsHaveTheirColours(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 5))
	p := nqmkit.List(1, 0.3, 0.01)
	for range 100 {
		var methods []theory.Method
		count := map[string]int{}
		for range 2 + rng.IntN(5) {
			o := anyMethod(rng)
			methods = append(methods, o)
			count[o.Family()]++
		}
		curves := nqmkit.Expect(p, 20, methods...)
		f := LossCurves(curves)
		for k, c := range curves {
			got := f.Panels[0].Series[k].Color
			_, known := looks[c.Family]
			switch {
			case len(count) == 1:
				if want := OrderedColors(len(curves))[k]; got != want {
					t.Errorf("%s, curve %d of one family, is %s: want %s", c.Method, k, got, want)
				}
			case known && count[c.Family] == 1 && got != ColorOf(c.Family):
				t.Errorf("%s is %s: want %s", c.Method, got, ColorOf(c.Family))
			}
		}
	}
}

// The colours of an order are those of no method, and keep their order in
// lightness.
func TestOrderedColours(t *testing.T) {
	for n := 1; n < 12; n++ {
		light := -1.0
		for k, c := range OrderedColors(n) {
			for family, l := range looks {
				if d := colors.Distance(c, l.color); d < 0.07 {
					t.Errorf("colour %d of %d is %.3f from that of %s", k, n, d, family)
				}
			}
			if got := colors.OKLab(colors.Linear(c))[0]; got <= light {
				t.Errorf("colour %d of %d is not lighter than the one before", k, n)
			} else {
				light = got
			}
		}
	}
}

// One name a method, in all that a figure says.
func TestOneNameForMomentum(t *testing.T) {
	for _, s := range allDrawn() {
		for _, text := range textsOf(s.figure) {
			if strings.Contains(strings.ToLower(text), "heavy") {
				t.Errorf("%s: %q", s.name, text)
			}
		}
	}
	if got := fmt.Sprint(nqmkit.Momentum(0.1, 0.9).Family()); got != "momentum" {
		t.Errorf("the family is %q", got)
	}
}

func samplers(methods []theory.Optimizer) []nqmkit.Sampler {
	return mapped(methods, func(o theory.Optimizer) nqmkit.Sampler { return o })
}

// Lines of many methods are told apart, also where one figure lies over another.
func TestLinesOfManyMethodsAreApart(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 110))
	p := nqmkit.TwoDirections(50, 1)
	for range 120 {
		var methods []nqmkit.Method
		for range 1 + rng.IntN(30) {
			alpha := 0.01 * rng.Float64()
			methods = append(methods, []nqmkit.Method{nqmkit.SGD(alpha), nqmkit.Momentum(alpha/9, 0.9), nqmkit.Nesterov(alpha/9, 0.9),
				nqmkit.SGD(alpha).EMA(0.9), nqmkit.SGD(alpha).Precondition(0.5), nqmkit.SGD(alpha).Cosine(), nqmkit.SGD(alpha).Average()}[rng.IntN(7)])
		}
		curves := nqmkit.Expect(p, 20, methods...)
		for _, f := range []Figure{LossCurves(curves), Overlay("", LossCurves(curves[:1]), LossCurves(curves[len(curves)/2:]))} {
			lines := f.Panels[0].Series
			for i, a := range lines {
				for _, b := range lines[:i] {
					one, other := look{a.Color, a.Dash, a.Marker}, look{b.Color, b.Dash, b.Marker}
					if a.Name != b.Name && a.Name != "" && b.Name != "" && a.lined() && b.lined() && one.like(other) {
						t.Errorf("of %d lines %q and %q look alike", len(lines), a.Name, b.Name)
					}
				}
			}
		}
	}
}
