package theory

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"nqm/theory/longtest"
)

var measuredSizes = []float64{85e6, 302e6, 1.2e9}

// fitsOf fits each size by itself.
func fitsOf(t *testing.T, batches []float64, steps [][]float64, reference float64) []CriticalFit {
	t.Helper()
	var fits []CriticalFit
	for _, s := range steps {
		fits = append(fits, must(FitCritical(batches, s, reference)))
	}
	return fits
}

// The law of three language models. The numbers are of scipy's least_squares (1.15) from one
// start, for the same residuals, written out in Python.
func TestFitCriticalLawOfMeasuredSizes(t *testing.T) {
	var steps [][]float64
	for _, m := range measuredSteps {
		steps = append(steps, m.steps)
	}
	l := must(FitCriticalLaw(measuredSizes, fitsOf(t, measuredBatches, steps, 256)))
	check := func(e Estimate, want float64) {
		t.Helper()
		if math.Abs(e.Value/want-1) > 2e-5 || !(e.Low < e.Value && e.Value < e.High) {
			t.Errorf("%v: want %v inside its interval", e, want)
		}
	}
	check(l.Exponents[0], 0.41678333)
	check(l.Exponents[1], 1.02500074)
	check(l.Exponents[2], 1.02500074-0.41678333)
	check(Estimate{Value: l.Misfit, Low: 0, High: 1}, 0.05528140325826549)
	at := must(l.At(604e6))
	check(at[0], 2886.716398010825)
	check(at[1], 21927525.50423089)
	check(at[2], 1826.4019222491468)
	check(at[3], 21927525.50423089/2886.716398010825)
	next := must(l.Predict(604e6, 4096))
	check(next, 2886.716398010825+21927525.50423089/4096)
	if !strings.Contains(strings.Join(l.Notes, "\n"), "do not follow one law") { // F = 4.38 on 2 and 21 degrees
		t.Errorf("notes %q: the fits apart are better than chance allows", l.Notes)
	}
	t.Log(l, at, next, l.Notes)
}

// Of points that the law made, 95% of the intervals hold the truth, at a size within, at one
// beyond, and of the next measurement; and 95% of the laws are not called into question.
func TestFitCriticalLawCovers(t *testing.T) {
	longtest.Only(t) // five hundred fits
	r := rand.New(rand.NewPCG(16, 2))
	const fits, sd, s, e = 500, 0.06, 0.4, 1.05
	truth := func(n float64) (fewest, samples float64) {
		return 2000 * math.Pow(n/3e8, s), 1.1e7 * math.Pow(n/3e8, e)
	}
	drawn := func(n, b float64) float64 {
		fewest, samples := truth(n)
		return (fewest + samples/b) * math.Exp(sd*r.NormFloat64())
	}
	held := make(map[string]int)
	count := func(name string, e Estimate, want float64) {
		if e.Low <= want && want <= e.High {
			held[name]++
		}
	}
	for range fits {
		var steps [][]float64
		for _, n := range measuredSizes {
			var of []float64
			for _, b := range measuredBatches {
				of = append(of, drawn(n, b))
			}
			steps = append(steps, of)
		}
		l := must(FitCriticalLaw(measuredSizes, fitsOf(t, measuredBatches, steps, 256)))
		for k, want := range []float64{s, e, e - s} {
			count(l.Exponents[k].Name, l.Exponents[k], want)
		}
		for _, n := range []float64{151e6, 7e9} {
			fewest, samples := truth(n)
			at := must(l.At(n))
			for k, want := range []float64{fewest, samples, 1.2*256 + 0.2*samples/fewest, samples / fewest} {
				count(at[k].Name, at[k], want)
			}
			next := must(l.Predict(n, 2048))
			count(next.Name, next, drawn(n, 2048))
		}
		if !strings.Contains(strings.Join(l.Notes, "\n"), "do not follow one law") {
			held["one law"]++
		}
	}
	if len(held) != 14 {
		t.Errorf("%d numbers: want 14", len(held))
	}
	for name, n := range held {
		if n < 0.92*fits || n > 0.98*fits {
			t.Errorf("%s: %d of %d hold the truth", name, n, fits)
		}
	}
	t.Log(held)
}

// Two sizes give the law through both fits; points without a bend leave the law open.
func TestFitCriticalLawOfTwoSizes(t *testing.T) {
	fits := fitsOf(t, measuredBatches, [][]float64{measuredSteps[0].steps, measuredSteps[2].steps}, 256)
	sizes := []float64{measuredSizes[0], measuredSizes[2]}
	l := must(FitCriticalLaw(sizes, fits))
	for i, n := range sizes {
		at := must(l.At(n))
		for k, want := range []Estimate{fits[i].MinSteps, fits[i].MinSamples, fits[i].Critical[0], fits[i].Critical[1]} {
			if math.Abs(at[k].Value/want.Value-1) > 1e-5 {
				t.Errorf("N = %g: %v, by itself %v", n, at[k], want)
			}
		}
	}
	if len(l.Notes) == 0 || !strings.Contains(l.Notes[len(l.Notes)-1], "Two sizes") {
		t.Errorf("notes %q", l.Notes)
	}
	for k, r := range must(l.Residuals()) {
		f, j := fits[k/9], k%9
		if r.Observed != f.Steps[j] || math.Abs(r.Fitted/f.At(measuredBatches[j])-1) > 1e-5 {
			t.Errorf("%v: the fit by itself has %v", r, f.At(measuredBatches[j]))
		}
	}

	perfect := fitsOf(t, []float64{1, 2, 4, 8}, [][]float64{{8010, 3990, 2005, 999}, {16010, 8090, 3995, 2003}}, 1)
	open := must(FitCriticalLaw([]float64{1, 2}, perfect))
	at := must(open.At(1.5))
	if at[0].Low != 0 || !math.IsInf(at[3].High, 1) {
		t.Errorf("points of perfect scaling: %v", at)
	}
}

func TestFitCriticalLawRefuses(t *testing.T) {
	fits := fitsOf(t, []float64{64, 128, 256}, [][]float64{{900, 500, 300}, {1800, 1000, 600}}, 64)
	other := fitsOf(t, []float64{64, 128, 256}, [][]float64{{900, 500, 300}}, 128)
	for _, c := range []struct {
		sizes []float64
		fits  []CriticalFit
		want  string
	}{
		{[]float64{1}, fits, "1 sizes and 2 fits"},
		{[]float64{1, math.NaN()}, fits, "size N = NaN"},
		{[]float64{-1, 2}, fits, "size N = -1"},
		{[]float64{2, 2}, fits, "1 sizes of the model"},
		{nil, nil, "0 sizes of the model"},
		{[]float64{1, 2}, []CriticalFit{fits[0], other[0]}, "reference batch sizes 64 and 128"},
		{[]float64{1, 2}, []CriticalFit{fits[0], {}}, "N = 2"},
	} {
		if _, err := FitCriticalLaw(c.sizes, c.fits); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.sizes, err, c.want)
		}
	}
	bare := []CriticalFit{{BatchSizes: fits[0].BatchSizes, Steps: fits[0].Steps, Reference: 64}, fits[1]}
	if _, err := FitCriticalLaw([]float64{1, 2}, bare); err != nil { // the points are enough
		t.Error(err)
	}
	l := must(FitCriticalLaw([]float64{1, 2}, fits))
	if _, err := l.At(0); err == nil {
		t.Error("N = 0 is taken")
	}
	if _, err := l.Predict(1, math.Inf(1)); err == nil {
		t.Error("B = +Inf is taken")
	}
}
