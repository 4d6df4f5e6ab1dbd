package nqmkit_test

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// lanczosSpectrum is the spectrum that testdata/measured/make.py has measured.
func lanczosSpectrum() nqmkit.Problem { return nqmkit.PowerLaw(200, 1.2) }

// Ritz values and weights, as tools hand them out, are one problem, whose band holds
// the loss on the spectrum itself.
func TestReadSpectrumOfLanczosRuns(t *testing.T) {
	d := nqmkit.Dimension(200)
	first := nqmkit.ReadSpectrum(measured("pyhessian.npz"), d)
	if b := first.Band; first.Len() != 240 || math.Abs(first.Dimension()-200) > 1e-9 || b.Degree != 79 || b.Probes != 6 {
		t.Errorf("%d entries of %v directions, degree %d of %d probes", first.Len(), first.Dimension(), b.Degree, b.Probes)
	}
	for _, name := range strings.Fields("pyhessian.npz pyhessian.npy pyhessian.json pairs.csv spectral_density.npz eigenthings.npz eigenthings.json recurrence.npz tridiagonals.npy") {
		p := nqmkit.ReadSpectrum(measured(name), d)
		same := name == "pyhessian.npy" || name == "pyhessian.json" || name == "pairs.csv" || name == "spectral_density.npz"
		if same && !reflect.DeepEqual([]any{p.Curvature, p.Multiplicity, p.Band}, []any{first.Curvature, first.Multiplicity, first.Band}) {
			t.Errorf("%s is another problem", name)
		}
		methods := []theory.Method{nqmkit.SGD(0.5), nqmkit.Momentum(0.1, 0.9)}
		if name == "recurrence.npz" {
			methods = append(methods, nqmkit.SGD(0.5).EMA(0.9).Batch(8), nqmkit.SGD(0.5).Cosine())
		}
		for _, m := range methods {
			steps := []int{0, 3, 30, 300, 3000}
			c, want := nqmkit.ExpectAt(p, steps, m)[0], nqmkit.ExpectAt(lanczosSpectrum(), steps, m)[0]
			for k, loss := range want.Loss {
				if !(c.Low[k] <= loss && loss <= c.High[k]) {
					t.Errorf("%s, %v, t = %d: loss %v outside of the band from %v to %v", name, m, steps[k], loss, c.Low[k], c.High[k])
				}
				if c.Low[k] < 0.01*loss && k < 3 || c.High[k] > 4*loss {
					t.Errorf("%s, %v, t = %d: a band from %v to %v around %v says little", name, m, steps[k], c.Low[k], c.High[k], loss)
				}
			}
		}
	}
	if p := nqmkit.ReadSpectrum(measured("eigenthings.npz"), d); p.Len() != 6*40+30 || p.Note != "270 Ritz values of 7 random vectors stand for 200 directions" {
		t.Errorf("with padding: %d entries, note %q", p.Len(), p.Note)
	}
}

// A density on a grid is its points: it has the trace of the smoothed spectrum.
func TestReadSpectrumOfADensity(t *testing.T) {
	p := nqmkit.ReadSpectrum(measured("density.csv"), nqmkit.Dimension(200), nqmkit.NegativeCurvature(nqmkit.Clip))
	exact := nqmkit.ReadSpectrum(measured("pyhessian.npz"), nqmkit.Dimension(200))
	got, want := nqmkit.Summary(p).TraceH, nqmkit.Summary(exact).TraceH
	// A Gaussian of width σ that is cut at 0 adds at most σ/√(2π) to the mean.
	if got < want*0.99 || got > want+200*0.02/math.Sqrt(2*math.Pi)*1.01 {
		t.Errorf("trace %v, of the Ritz values %v", got, want)
	}
	if !strings.Contains(p.Note, "a density on a grid, taken as weights of its points") || !strings.Contains(p.Note, "curvatures are negative, down to ") {
		t.Errorf("the note is %q", p.Note)
	}
	if p.Banded() {
		t.Error("points of a grid have a band")
	}
}

// Counts between bounds are directions between ends, and the loss is in the band.
func TestReadSpectrumOfCounts(t *testing.T) {
	p := nqmkit.ReadSpectrum(measured("counts.npz"), nqmkit.Part("B1_P10_gn_sgd")) // which has n_params
	if math.Abs(p.Dimension()-200) > 1e-9 || p.Curvature[0] < 0.99 {
		t.Errorf("%v directions, the first of curvature %v", p.Dimension(), p.Curvature[0])
	}
	for _, m := range []theory.Method{nqmkit.SGD(0.5), nqmkit.Momentum(0.1, 0.9)} {
		steps := []int{0, 3, 30, 300, 3000}
		c, want := nqmkit.ExpectAt(p, steps, m)[0], nqmkit.ExpectAt(lanczosSpectrum(), steps, m)[0]
		for k, loss := range want.Loss {
			if !(c.Low[k] <= loss && loss <= c.High[k] && math.Abs(c.Loss[k]/loss-1) < 0.1) {
				t.Errorf("%v, t = %d: %v in a band from %v to %v, the loss is %v", m, steps[k], c.Loss[k], c.Low[k], c.High[k], loss)
			}
		}
	}
	if message := panicOf(func() { nqmkit.ReadSpectrum(measured("counts.npz"), nqmkit.Part("B2")) }); !strings.Contains(message, `no array has a name that begins with "B2"`) {
		t.Errorf("another part: %q", message)
	}
}

// Low, middle and high of each curvature are the band of a problem, also through our
// own tables.
func TestReadSpectrumOfABand(t *testing.T) {
	p := nqmkit.ReadSpectrum(spectrumFile(t, "low,middle,high\n4,5,6\n0,1,1.5\n"))
	if want := (theory.Band{Low: []float64{4, 0}, High: []float64{6, 1.5}}); !reflect.DeepEqual(p.Band, want) || !reflect.DeepEqual(p.Curvature, []float64{5, 1}) {
		t.Errorf("the band is %+v around %v", p.Band, p.Curvature)
	}
	c := nqmkit.Expect(p, 0, nqmkit.SGD(0.1))[0]
	if c.Low[0] != 2 || c.Loss[0] != 3 || c.High[0] != 3.75 { // half the sums
		t.Errorf("at the start the loss is %v, from %v to %v", c.Loss[0], c.Low[0], c.High[0])
	}
	for _, name := range []string{"p.csv", "p.json"} {
		path := filepath.Join(t.TempDir(), name)
		p := nqmkit.ReadSpectrum(measured("recurrence.npz"), nqmkit.Dimension(200))
		nqmkit.Save(path, p)
		if q := nqmkit.ReadSpectrum(path); !reflect.DeepEqual(q.Band, p.Band) || !reflect.DeepEqual(q.Multiplicity, p.Multiplicity) {
			t.Errorf("%s: the band came back as %+v, was %+v", name, q.Band, p.Band)
		}
	}
	for text, want := range map[string]string{
		"low,curvature\n1,2\n":          "a low or a high end of each curvature: want both",
		"low,curvature,high\n1,2,1.5\n": "line 2: low 1, curvature 2, high 1.5: want them to rise",
		"low,curvature,high\n1,2,nan\n": "line 2: the high NaN: want a finite number",
		"run,h,w\n0,1,1\n1,1,0.4\n":     "the weights from line 3 to line 3 have the sum 0.4",
		"h,w,multiplicity\n1,1,3\n":     "weights and multiplicities: want one of them",
	} {
		message := panicOf(func() { nqmkit.ReadSpectrum(spectrumFile(t, text), nqmkit.Dimension(1)) })
		if strings.Contains(text, "low") {
			message = panicOf(func() { nqmkit.ReadSpectrum(spectrumFile(t, text)) })
		}
		if !strings.Contains(message, want) || strings.Contains(message, "\n") {
			t.Errorf("%q: got %q, want one sentence with %q", text, message, want)
		}
	}
}

// The loss on a Lanczos run that saw everything is that on the spectrum of its
// vector; a file that is cut is an error.
func TestReadSpectrumOfLanczosRunsRefuses(t *testing.T) {
	data, err := os.ReadFile(measured("pyhessian.npz"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cut.npz")
	if err := os.WriteFile(path, data[:len(data)/2], 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		path string
		want string
	}{
		{path, "no archive of NumPy's arrays"},
		{measured("pyhessian.npz"), "say how many parameters there are, as nqmkit.ReadSpectrum("},
		{measured("recurrence.npz"), "say how many parameters there are"},
		{measured("counts.npz"), "the arrays B1_P10_gn_sgd_L, "},
	} {
		if message := panicOf(func() { nqmkit.ReadSpectrum(test.path) }); !strings.Contains(message, test.want) {
			t.Errorf("%s: got %q, want %q in it", test.path, message, test.want)
		}
	}
}

// The lines of notebooks/MEASURING.md with the packages themselves, on one trained
// network of 99 parameters, 40 steps a run (PyTorch 2.15, hessian-eigenthings
// 1.0.0a5, curvlinops 3.0.1, and PyHessian 0.1 with torch.linalg.eigh for the
// torch.eig that PyTorch has no more): the Hessian whole, and as each tool's Lanczos runs see it. The loss on the
// whole is in the band of each.
func TestToolsThemselves(t *testing.T) {
	h := nqmkit.ReadMatrix(measured("H_torch.npy"))
	whole := nqmkit.FromMatrices(h, h, nil, 1)
	if want := "11 of 99 curvatures are negative, down to -0.0116, and taken as 0: 11% of the dimension, 0.37% of Σ|h|"; !strings.Contains(whole.Note, want) || !strings.Contains(whole.Note, "the Hessian is asymmetric by up to ") {
		t.Errorf("the note on the whole is %q, want %q in it", whole.Note, want)
	}
	for _, tool := range []string{"pyhessian", "eigenthings", "curvlinops"} {
		p := nqmkit.ReadSpectrum(measured(tool+"_torch.npz"), nqmkit.Dimension(99))
		if p.Band.Probes != 10 || !strings.Contains(p.Note, " Ritz values of 10 random vectors stand for 99 directions; ") || !strings.Contains(p.Note, " are negative, down to -0.0116, and taken as 0") {
			t.Errorf("%s: %d probes, note %q", tool, p.Band.Probes, p.Note)
		}
		got, want := nqmkit.Summary(p), nqmkit.Summary(whole)
		if math.Abs(got.LargestCurvature/want.LargestCurvature-1) > 1e-4 || math.Abs(got.TraceH/want.TraceH-1) > 0.1 {
			t.Errorf("%s: largest curvature %v and trace %v, of the matrix %v and %v", tool, got.LargestCurvature, got.TraceH, want.LargestCurvature, want.TraceH)
		}
		for _, m := range []theory.Method{nqmkit.SGD(0.5), nqmkit.Momentum(0.1, 0.9).Batch(8)} {
			steps := []int{0, 3, 30, 300, 3000}
			c, loss := nqmkit.ExpectAt(p, steps, m)[0], nqmkit.ExpectAt(whole, steps, m)[0].Loss
			for k := range steps {
				if !(c.Low[k] <= loss[k] && loss[k] <= c.High[k]) {
					t.Errorf("%s, %v, t = %d: loss %v outside of the band from %v to %v", tool, m, steps[k], loss[k], c.Low[k], c.High[k])
				}
			}
		}
	}
}
