package nqmkit_test

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

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
	for _, index := range []string{"", "index", "Rank", "i", "No."} {
		counted := nqmkit.ReadSpectrum(spectrumFile(t, index+",curvature\n1,50\n2,1\n"))
		if want := []float64{50, 1}; !reflect.DeepEqual(counted.Curvature, want) {
			t.Errorf("beside a count named %q: curvature %v, want %v", index, counted.Curvature, want)
		}
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
		{"", "empty: want a column of curvatures"},
		{"1\nx\n", `line 2: the number in column 1 "x" is not a number`},
		{"h;c\n1;2\n\n3;x4\n", `line 4: the c "x4" is not a number`},
		{"1,2,3,4,5,6.5\n1,2,3,4,5,6\n", "line 1: 6 columns without names: want at most 5, curvature, noise"},
		{"curvature,size\n1,2\n", `column "size"`},
		{"curvature,\n1,2\n", `column ""`},
		{"h,lambda\n1,2\n", `"h" and "lambda" are both the curvature`},
		{"curvature\n", "no curvature in it"},
		{"a,b,c,d,e,0\n", `column "a"`},
		{",0,1,2,3,4,5,6\n", "the end: 8 columns without names: want at most 5"},
		{"curvature\n-1\n", "line 2: curvature -1, 100% of all absolute values: want at most 5% below 0, or a Treatment of them, as nqmkit.NegativeCurvature(nqmkit.Clip) or (nqmkit.SetAside)"},
		{"curvature\n1\nnan\n", "line 3: the curvature NaN: want a finite number"},
		{"curvature\n1\n1e999\n", `line 3: the curvature "1e999" is not a number`},
		{"1e999\n1\n", `line 1: the number in column 1 "1e999" is not a number`},
		{"1,2,3,\n", `line 1: "" is not a number`},
		{"1,2,\n2,3,\n", `line 1: the number in column 3 "" is not a number`},
		{"rank,curvature\n1,5\n3,4\n", `column "rank"`},
		{"curvature,variance\n1,1\n2,-1\n", "line 3: the variance -1: want a finite number >= 0"},
		{"curvature,multiplicity\n1,1\n2,0\n", "line 3: the multiplicity 0: want a finite number > 0"},
		{"curvature,noise\n1,1\n2,-1\n", "line 3: noise -1, 50% of all absolute values: want at most 5% below 0, or a Treatment of them, as nqmkit.NegativeNoise(nqmkit.Clip)"},
		{"curvature,streaming\n1,1\n2,0\n", "line 3: streaming 0: want 1 everywhere, or 0"},
		{"1\n1,2\n", "line 2 has 2 columns: want 1 as in line 1"},
		{"0,5\n0,25\n", `line 1: "0,5" may be two numbers, or one with a decimal comma: write a point`},
		{"5,4\n", `line 1: "5,4" may be two numbers`},
		{"5,0E+00\n2,5E-01\n", `line 1: "5,0E+00" may be two numbers`},
		{"0,5,0,25,0,125\n", `line 1: "0,5,0,25,0,125" may be two numbers`},
		{"0,5,1,5\n0,25,0,5\n", `line 1: "0,5,1,5" may be two numbers`},
		{"\"0,5\"\n\"0,25\"\n", `line 1: "0,5" is a number with a comma: write a point, and nothing between thousands`},
		{"curvature,noise\n\"1,000\",1\n", `line 2: "1,000" is a number with a comma`},
		{"1.000,5;2\n500,25;3\n", `line 1: "1.000,5" is a number with a comma`},
		{"h\tc\n1,000\t0.5\n", `line 2: "1,000" beside "0.5": write a point in both`},
		{"\xff\xfe5\x00", "UTF-16: save it as UTF-8"},
		{"5\x00\x01\x02", "no text: want .npy, .npz or .json by its name"},
		{"curvature,weight\n1,0.5\n2,0.5\n", "say how many parameters there are, as nqmkit.ReadSpectrum("},
		{"1,0.5\n2,\"0.5\n", "line 2"},
	} {
		message := panicOf(func() { nqmkit.ReadSpectrum(spectrumFile(t, test.text)) })
		if !strings.Contains(message, test.want) || strings.Contains(message, "\n") {
			t.Errorf("%q: got %q, want one sentence with %q", test.text, message, test.want)
		}
	}
	for _, option := range []nqmkit.SpectrumOption{nqmkit.Dimension(0), nqmkit.Dimension(math.Inf(1)), nqmkit.Dimension(-3)} {
		if message := panicOf(func() { nqmkit.ReadSpectrum("missing.csv", option) }); !strings.Contains(message, "want the number of parameters, >= 1") {
			t.Errorf("a dimension that is none: %q", message)
		}
	}
	if message := panicOf(func() { nqmkit.ReadSpectrum("missing.csv") }); !strings.Contains(message, "missing.csv") {
		t.Errorf("a missing file: %q", message)
	}
}

// One spectrum with its noise, as people write it, is one problem.
func TestReadSpectrumAsText(t *testing.T) {
	h, c := []float64{5, 0.5, 0.25}, []float64{1, 2, 0.125}
	for _, text := range []string{
		"curvature,noise\n5,1\n0.5,2\n0.25,0.125\n",
		"\ufeffcurvature,noise\r\n5,1\r\n0.5,2\r\n0.25,0.125\r\n",
		"# by hand\n\nnoise, Eigenvalue\n1, 5\n2, 0.5\n0.125, 0.25",
		"5,1\n0.5,2\n0.25,0.125\n",
		"5 1\n0.5 2\n0.25 0.125\n",
		"  5.0e+00   1.0e+00\n  5.0e-01   2\n 0.25 .125\n",
		"h\tc\n5\t1\n0.5\t2\n0.25\t0.125\n",
		"λ;c\n5;1\n0,5;2\n0,25;0,125\n",
		"5;1\n0,5;2\n0,25;0,125\n",
		"0,5\t2\n5\t1\n0,25\t0,125\n",
		"5,0 1\n0,5 2\n0,25 0,125\n",
		",lambda,noise\n0,5,1\n1,0.5,2\n2,0.25,0.125\n",
		"Unnamed: 0,lambda,noise\n0,5,1\n1,0.5,2\n2,0.25,0.125\n",
		`"","eigenvalue","c"` + "\n" + `"1",5,1` + "\n" + `"2",0.5,2` + "\n" + `"3",0.25,0.125`,
		"0,5,1\n1,0.5,2\n2,0.25,0.125\n",
		"# curvature noise\n5 1\n0.5 2\n0.25 0.125\n",
		"curvature [1/unit],noise\n5,1\n0.5,2\n0.25,0.125\n",
		"eigenvalue (1/unit),noise_var\n5,1\n0.5,2\n0.25,0.125\n",
		"lambda_i,c_i\n5,1\n0.5,2\n0.25,0.125\n",
		"EigVals,gradientNoise\n5,1\n0.5,2\n0.25,0.125\n",
	} {
		p := nqmkit.ReadSpectrum(spectrumFile(t, text)).Grouped()
		if !reflect.DeepEqual(p.Curvature, h) || !reflect.DeepEqual(p.Noise, c) {
			t.Errorf("%q is the curvatures %v with noise %v", text, p.Curvature, p.Noise)
		}
		if counted := strings.HasPrefix(text, "0,5,1"); counted != strings.Contains(p.Note, "the first column, which counts the rows, was left out") {
			t.Errorf("%q has the note %q", text, p.Note)
		}
	}
	for _, text := range []string{
		"5,0.5,0.25", "5;0,5;0,25\n", "5\t0.5\t0.25\n", "5 0.5 0.25\n", "5 0,5 0,25", "5\n0.5\n0.25\n", "curvature\n5\n0,5\n0,25\n",
		"\"h\"\n5\n0,5\n0,25\n", ",0\n0,5\n1,0.5\n2,0.25\n", "index,eigval\n0,5\n1,0.5\n2,0.25\n", "5, 0.5, 0.25\n",
	} {
		p := nqmkit.ReadSpectrum(spectrumFile(t, text))
		if !reflect.DeepEqual(p.Curvature, h) || !reflect.DeepEqual(p.Noise, h) {
			t.Errorf("%q is the curvatures %v with noise %v", text, p.Curvature, p.Noise)
		}
	}
	if p := nqmkit.ReadSpectrum(spectrumFile(t, "5,4,3,2,1\n")); p.Len() != 5 {
		t.Errorf("5,4,3,2,1 is %v", p)
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

// What a refusal of matrices advises helps.
func TestFromMatricesRefusesWithARemedyThatHelps(t *testing.T) {
	good, bad := mat.NewDense(2, 2, []float64{2, 1, 1, 2}), mat.NewDense(2, 2, []float64{1, 0, 0, -1})
	options := map[string]nqmkit.SpectrumOption{
		"nqmkit.NegativeCurvature(nqmkit.Clip)": nqmkit.NegativeCurvature(nqmkit.Clip), "(nqmkit.SetAside)": nqmkit.NegativeCurvature(nqmkit.SetAside),
		"nqmkit.NegativeNoise(nqmkit.Clip)": nqmkit.NegativeNoise(nqmkit.Clip),
	}
	for _, pair := range [][2]*mat.Dense{{bad, good}, {good, bad}} {
		make := func(options ...nqmkit.SpectrumOption) func() {
			return func() { nqmkit.FromMatrices(pair[0], pair[1], nil, 1, options...) }
		}
		message, advised := panicOf(make()), 0
		for text, option := range options {
			if strings.Contains(message, text) {
				advised++
				if again := panicOf(make(option)); again != "<nil>" {
					t.Errorf("%q: with %s %q", message, text, again)
				}
			}
		}
		if advised == 0 {
			t.Errorf("%q: want a remedy", message)
		}
	}
	if message := panicOf(func() { nqmkit.FromMatrices(nil, good, nil, 1) }); message != "theory: the Hessian is nil: want a square matrix" {
		t.Errorf("no Hessian: %q", message)
	}
}
