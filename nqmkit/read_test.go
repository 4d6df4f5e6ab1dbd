package nqmkit_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"nqm/nqmkit"
)

func spectrumFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hessian.csv")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadSpectrum(t *testing.T) {
	plain := nqmkit.ReadSpectrum(spectrumFile(t, "# measured\n50\n1\n"))
	if want := []float64{50, 1}; !reflect.DeepEqual(plain.Curvature, want) || !reflect.DeepEqual(plain.Noise, want) {
		t.Errorf("curvature %v and noise %v, want both %v", plain.Curvature, plain.Noise, want)
	}
	if want := []float64{1, 1}; !reflect.DeepEqual(plain.Variance, want) || plain.Name != "hessian" {
		t.Errorf("variance %v of %q, want %v of hessian", plain.Variance, plain.Name, want)
	}
	named := nqmkit.ReadSpectrum(spectrumFile(t, "Multiplicity, curvature, noise, mean\n3, 2, 0.5, 1\n1, 1e-3, 0, -1\n"))
	for _, column := range []struct{ got, want []float64 }{
		{named.Curvature, []float64{2, 1e-3}}, {named.Noise, []float64{0.5, 0}},
		{named.Mean, []float64{1, -1}}, {named.Multiplicity, []float64{3, 1}}, {named.Variance, nil},
	} {
		if !reflect.DeepEqual(column.got, column.want) {
			t.Errorf("a named column is %v, want %v", column.got, column.want)
		}
	}
}

func TestReadSpectrumSaysWhatIsWrong(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", "no curvature"},
		{"1\nx\n", `line 2: the curvature "x" is not a number`},
		{"1,2,3,4,5,6\n", "line 1 has 6 columns"},
		{"curvature,size\n1,2\n", `column "size"`},
		{"curvature\n-1\n", "Curvature[0] = -1"},
		{"1\n1,2\n", "wrong number of fields"},
	} {
		message := panicOf(func() { nqmkit.ReadSpectrum(spectrumFile(t, test.text)) })
		if !strings.Contains(message, test.want) || strings.Contains(message, "\n") {
			t.Errorf("%q: got %q, want one sentence with %q", test.text, message, test.want)
		}
	}
	if message := panicOf(func() { nqmkit.ReadSpectrum("missing.csv") }); !strings.Contains(message, "missing.csv") {
		t.Errorf("a missing file: %q", message)
	}
}

// A method written in a cell gets what SGD gets; heavy ball written by hand is
// heavy ball.
func TestOwnLinearMethod(t *testing.T) {
	byHand := nqmkit.Linear{Name: "mine", System: func(h float64) nqmkit.System {
		return nqmkit.System{
			State:   [][]float64{{1 - 0.1*h, -0.09}, {h, 0.9}},
			Noise:   []float64{-0.1, 1},
			Readout: []float64{1, 0},
		}
	}}
	p := nqmkit.PowerLaw(50, 1)
	mine := nqmkit.Expect(p, 300, byHand)[0]
	built := nqmkit.Expect(p, 300, nqmkit.Momentum(0.1, 0.9))[0]
	for k, want := range built.Loss {
		if got := mine.Loss[k]; got < want*(1-1e-12) || got > want*(1+1e-12) {
			t.Fatalf("loss at %d is %v by hand, %v built in", built.Steps[k], got, want)
		}
	}
}
