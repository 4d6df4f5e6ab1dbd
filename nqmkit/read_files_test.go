package nqmkit_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// measured is a file that NumPy or pandas wrote: see testdata/measured/make.py.
func measured(name string) string { return filepath.Join("testdata", "measured", name) }

// One known spectrum, in every format that NumPy and pandas write it.
func TestReadSpectrumOfOtherTools(t *testing.T) {
	var known struct{ Curvature, Noise []float64 }
	data, err := os.ReadFile(measured("known.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &known); err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields(`known.json columns_f8.npy columns_f4.npy columns_big_f8.npy columns_big_f4.npy
		fortran_f8.npy fortran_f4.npy fortran_big_f8.npy fortran_big_f4.npy stored.npz deflated.npz positional.npz
		savetxt.txt pandas.csv pandas_semicolon.csv pandas_no_index.tsv pandas.json pandas_records.json pandas_list.json`) {
		p := nqmkit.ReadSpectrum(measured(name))
		if !reflect.DeepEqual(p.Curvature, known.Curvature) || !reflect.DeepEqual(p.Noise, known.Noise) || p.Note != "" {
			t.Errorf("%s has curvature %v, noise %v and the note %q", name, p.Curvature, p.Noise, p.Note)
		}
	}
	for _, name := range strings.Fields(`h_f8.npy h_f4.npy h_big_f8.npy h_big_f4.npy row.npy column.npy one.npz
		savetxt.csv pandas_series.csv pandas_nameless.csv`) {
		p := nqmkit.ReadSpectrum(measured(name))
		if !reflect.DeepEqual(p.Curvature, known.Curvature) || !reflect.DeepEqual(p.Noise, known.Curvature) || p.Note != "" {
			t.Errorf("%s has curvature %v, noise %v and the note %q", name, p.Curvature, p.Noise, p.Note)
		}
	}
	if p := nqmkit.ReadSpectrum(measured("counts.npy")); !reflect.DeepEqual(p.Curvature, []float64{3, 2, 1}) {
		t.Errorf("integers are %v", p.Curvature)
	}
}

func TestMalformedFilesOfOtherTools(t *testing.T) {
	for name, want := range map[string]string{
		"object.npy":     `an array of type "|O": want float32, float64 or integers`,
		"complex.npy":    `an array of type "<c16"`,
		"four.npy":       "an array of shape [2 2 2 2] without a name: want one row or column of curvatures, or columns curvature, noise",
		"empty.npy":      "no curvature in it",
		"nan.npy":        "entry [1]: the curvature NaN: want a finite number",
		"negative.npy":   "entry [2]: curvature -0.5, 25% of all absolute values: want at most 5% below 0, or a Treatment of them, as nqmkit.NegativeCurvature(nqmkit.Clip)",
		"cut.npy":        `ends early: 36 bytes for an array of shape [5] and type "<f8"`,
		"cut_header.npy": "ends in the header, after 40 bytes",
		"longer.npy":     "8 bytes after an array of shape [5]",
		"huge.npy":       "the shape (999999999,) is larger than the file",
		"cut.npz":        "no archive of NumPy's arrays",
		"none.npy":       "no such file",
	} {
		message := panicOf(func() { nqmkit.ReadSpectrum(measured(name)) })
		if !strings.Contains(message, "nqmkit: testdata/measured/"+name+": "+want) || strings.Contains(message, "\n") {
			t.Errorf("%s: got %q, want one sentence with %q", name, message, want)
		}
	}
	for text, want := range map[string]string{
		`{"curvature": [1, 2`:                       "line 1: no JSON",
		"{\n\"curvature\": [1, 2]\n\"noise\": [1]}": "line 3: no JSON",
		`{"curvature": [1, 2], "noise": [1]}`:       "1 of noise and 2 of curvature: want one for each",
		`{"curvature": [1, "x"]}`:                   "curvature: entry 1: x is not a number",
		`{"curvature": [[1, 2], [3]]}`:              "entry 1 has the shape [1] after [2]: want lists of one length",
		`{"curvature": [[1, 2], [3, 4]]}`:           "curvatures of shape [2 2] without weights",
		`{"loss": [1, 2], "steps": [3, 4]}`:         "the arrays loss, steps are none of curvature, noise",
		`"text"`:                                    "neither a list nor an object",
		`{}`:                                        "no list of numbers in it",
		`[]`:                                        "no curvature in it",
		`{"eig\nvalue": [1], "b": [2]}`:             "the arrays b, eig value are none of curvature",
		`[1, null]`:                                 "entry [1]: the curvature NaN",
		`[1, NaN]`:                                  "entry [1]: the curvature NaN",
		`[1, Infinity]`:                             "entry [1]: the curvature +Inf",
		`{"h": [1, 2], "w": [0.5, 0.6], "n_params": 9}`:                         "the weights from w[0] to w[1] have the sum 1.1: want 1 in each run",
		`{"h": [1, 2], "w": [1.5, -0.5], "n_params": 9}`:                        "w[1]: the weight -0.5: want a finite number >= 0",
		`{"h": [1, NaN], "w": [0.5, 0.5], "n_params": 9}`:                       "h[1]: the curvature NaN of weight 0.5",
		`{"h": [2, 1], "density": [1, 1], "n_params": 9}`:                       "h[1]: 1 after 2: want a grid that rises",
		`{"h": [0, 1], "density": [4, 1], "n_params": 9}`:                       "the density has the integral 2.5 and the sum 5: want 1",
		`{"alpha": [1, 2, 3], "beta": [1], "n_params": 9}`:                      "alpha of shape [3] and beta of shape [1]: want as many, or one less",
		`{"h": [1, 2], "n_params": 9}`:                                          "2 directions without weights beside Dimension(9)",
		`[[1, 0.5], [0.5, 1]]`:                                                  "a symmetric matrix: want eigenvalues, or nqmkit.FromMatrices(nqmkit.ReadMatrix(",
		`{"columns": [{"name": "curvature", "type": "text"}], "rows": [["x"]]}`: "row 0: the curvature x is not a number",
	} {
		path := filepath.Join(t.TempDir(), "h.json")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		message := panicOf(func() { nqmkit.ReadSpectrum(path) })
		if !strings.Contains(message, want) || strings.Contains(message, "\n") {
			t.Errorf("%s: got %q, want one sentence with %q", text, message, want)
		}
	}
}

// A problem that is saved in either form and read back gives the same loss, and the
// same text but for its name.
func TestProblemsThroughFiles(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 3))
	for k := range 60 {
		n := 1 + r.IntN(12)
		p := nqmkit.Problem{Streaming: r.IntN(2) == 0, Correlated: r.IntN(3) == 0}
		for range n {
			p.Curvature, p.Noise = append(p.Curvature, math.Exp(-9*r.Float64())), append(p.Noise, r.Float64())
			p.Mean, p.Variance = append(p.Mean, r.NormFloat64()), append(p.Variance, r.Float64())
			p.Multiplicity = append(p.Multiplicity, math.Exp(6*r.Float64()-3))
		}
		for _, list := range []*[]float64{&p.Noise, &p.Mean, &p.Variance, &p.Multiplicity} {
			if r.IntN(4) == 0 {
				*list = nil
			}
		}
		path := filepath.Join(t.TempDir(), []string{"p.csv", "p.json"}[k%2])
		nqmkit.Save(path, p)
		q := nqmkit.ReadSpectrum(path)
		for i := range n {
			if p.Direction(i) != q.Direction(i) {
				t.Errorf("direction %d of %v came back as %+v", i, p, q.Direction(i))
			}
		}
		if q.Streaming != p.Streaming || q.Correlated != p.Correlated {
			t.Errorf("%v came back as %v", p, q)
		}
		for _, m := range []theory.Method{nqmkit.SGD(0.3), nqmkit.Momentum(0.1, 0.9).Batch(4)} {
			a, b := nqmkit.Expect(p, 30, m)[0], nqmkit.Expect(q, 30, m)[0]
			if !reflect.DeepEqual(a.Loss, b.Loss) {
				t.Errorf("%v: %v from the file, %v before", m, b.Loss, a.Loss)
			}
		}
	}
}

func TestReadMatrix(t *testing.T) {
	if m := nqmkit.ReadMatrix(measured("fortran_big_f4.npy")); m.At(1, 0) != 7.5 || m.At(1, 1) != 1.5 {
		t.Errorf("a matrix came as %v", m)
	}
	for text, want := range map[string]float64{"0 1\n1 2\n": 1, "0,1\n1.0,2\n": 1, ",0,1\n0,3.0,4\n1,5,6\n": 5} {
		if m := nqmkit.ReadMatrix(spectrumFile(t, text)); m.At(1, 0) != want {
			t.Errorf("%q came as %v", text, m)
		}
	}
	if message := panicOf(func() { nqmkit.ReadMatrix(measured("stored.npz")) }); !strings.Contains(message, "2 arrays, the first of shape [5]: want one matrix") {
		t.Errorf("two arrays: %q", message)
	}
}

// A table as people write it has its columns by name.
func TestReadTableAsText(t *testing.T) {
	for _, text := range []string{
		"N,B,K,loss\n1000,32,10,0.5\n2000,64,20,0.25\n", "N;B;K;loss\n1000;32;10;0,5\n2000;64;20;0,25\n",
		"N\tB\tK\tloss\n1000\t32\t10\t0.5\n2000\t64\t20\t0.25\n", "# runs\nN B K loss\n1000 32 10 0.5\n2000 64 20 0.25\n",
		"\ufeffN,B,K,loss\r\n1000,32,10,0.5\r\n2000,64,20,0.25\r\n", ",N,B,K,loss\n0,1000,32,10,0.5\n1,2000,64,20,0.25\n",
		"N, B, K, loss\n1000, 32, 10, 0.5\n2000, 64, 20, 0.25\n", "N,B,K,loss \n1000,32,10,0.5 \n2000,64,20,0.25\n",
	} {
		table := nqmkit.ReadTable(spectrumFile(t, text))
		if !reflect.DeepEqual(table.Numbers("N"), []float64{1000, 2000}) || !reflect.DeepEqual(table.Numbers("loss"), []float64{0.5, 0.25}) || len(table.Columns) != 4 {
			t.Errorf("%q came as %v", text, table)
		}
	}
	if loss := nqmkit.ReadTable(spectrumFile(t, "loss\n0,5\n0,25\n")).Numbers("loss"); !reflect.DeepEqual(loss, []float64{0.5, 0.25}) {
		t.Errorf("decimal commas came as %v", loss)
	}
}

// A million eigenvalues in each format.
func BenchmarkReadSpectrum(b *testing.B) {
	r := rand.New(rand.NewPCG(16, 4))
	column, list := []byte("curvature\n"), []byte("[1")
	for range 1_000_000 {
		column = strconv.AppendFloat(column, math.Exp(-12*r.Float64()), 'g', -1, 64)
		list = append(list, ", "...)
		list = strconv.AppendFloat(list, math.Exp(-12*r.Float64()), 'g', -1, 64)
		column = append(column, '\n')
	}
	for name, data := range map[string][]byte{"h.csv": column, "h.json": append(list, ']')} {
		path := filepath.Join(b.TempDir(), name)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				nqmkit.ReadSpectrum(path)
			}
		})
	}
}

// A file with any bytes changed, cut or doubled is a valid problem still, or one
// sentence that names it.
func TestDamagedFiles(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 10))
	files, err := filepath.Glob(measured("*"))
	if err != nil || len(files) < 40 {
		t.Fatalf("%d files, error %v", len(files), err)
	}
	dir := t.TempDir()
	read := 0
	for _, file := range files {
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "damaged"+filepath.Ext(file))
		for range 60 {
			data := slices.Clone(whole)
			for range 1 + r.IntN(3) {
				switch i := r.IntN(len(data)); r.IntN(5) {
				case 0:
					data[i] = byte(r.IntN(256))
				case 1:
					data[i] ^= 1 << r.IntN(8)
				case 2:
					data = data[:i+1]
				case 3:
					data = slices.Insert(data, i, data[i:min(i+r.IntN(9), len(data))]...)
				case 4:
					data[i] = ",;\t \n#-.0\"[]{}e"[r.IntN(15)]
				}
			}
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
			for _, options := range [][]nqmkit.SpectrumOption{nil, {nqmkit.Dimension(200), nqmkit.NegativeCurvature(nqmkit.Clip)}} {
				message := panicOf(func() {
					if err := nqmkit.ReadSpectrum(path, options...).Validate(); err != nil {
						t.Errorf("%s, damaged, is no valid problem: %v", file, err)
					}
					read++
				})
				if message != "<nil>" && (!strings.HasPrefix(message, "nqmkit: "+path+": ") || strings.Contains(message, "\n")) {
					t.Errorf("%s, damaged: got %q, want one sentence with the file", file, message)
				}
			}
			for _, message := range []string{panicOf(func() { nqmkit.ReadMatrix(path) }), panicOf(func() { nqmkit.ReadTable(path) })} {
				if message != "<nil>" && !strings.HasPrefix(message, "nqmkit: ") {
					t.Errorf("%s, damaged: got %q", file, message)
				}
			}
		}
	}
	if read < 200 {
		t.Errorf("%d damaged files were read: want enough of them", read)
	}
}
