package atlas

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/plotting"
	"nqm/theory"
	"nqm/theory/longtest"
)

// slow are the figures that take a second or more each.
var slow = regexp.MustCompile(`^(bayes-bound|schedules.*|.*published.*|momentum-preconditioning|effective-learning-rates|ema-preconditioning|training-runs|final-losses)$`)

// quick skips the slow figures in a short test.
func quick(t *testing.T, f Figure) {
	if !longtest.Wanted() && slow.MatchString(f.Name) {
		t.Skip("slow")
	}
}

// Every figure is written in every form, the same on one core and on many, can
// be read, and says how to read it.
func TestEveryFigure(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	seen := map[string]bool{}
	for _, f := range All() {
		t.Run(f.Name, func(t *testing.T) {
			quick(t, f)
			if !regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString(f.Name) || seen[f.Name] || len(f.About) < 20 {
				t.Errorf("name %q, about %q", f.Name, f.About)
			}
			seen[f.Name] = true
			var before map[string][]byte
			cores := []int{1, 5}
			if !longtest.Wanted() || strings.HasSuffix(f.Name, "-published") { // made as the one before it
				cores = cores[1:]
			}
			for _, cores := range cores {
				runtime.GOMAXPROCS(cores)
				known.Clear()
				dir := t.TempDir()
				made, err := f.Make()
				if err != nil {
					t.Fatal(err)
				}
				if err := made.Write(dir); err != nil {
					t.Fatal(err)
				}
				files := filesIn(t, dir)
				if len(files) != len(forms) {
					t.Fatalf("%d files, want %d", len(files), len(forms))
				}
				for name, data := range before {
					if !bytes.Equal(files[name], data) {
						t.Errorf("%s differs between 1 and %d cores", name, cores)
					}
				}
				before = files
				if made.Title == "" || made.Subtitle == "" || made.Caption == "" {
					t.Errorf("title %q, subtitle %q, caption %q: want what it found, of what, and how to read it", made.Title, made.Subtitle, made.Caption)
				}
			}
			readable(t, f.Name, before)
		})
	}
}

func filesIn(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, e := range entries {
		if files[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// readable checks that each file is whole, and that the table has named
// columns and no row without a number.
func readable(t *testing.T, name string, files map[string][]byte) {
	t.Helper()
	if _, err := png.Decode(bytes.NewReader(files[name+".png"])); err != nil {
		t.Error(err)
	}
	if pdf := files[name+".pdf"]; !bytes.HasPrefix(pdf, []byte("%PDF-")) || !bytes.Contains(pdf[len(pdf)-32:], []byte("%%EOF")) {
		t.Error("the PDF is not whole")
	}
	svg := xml.NewDecoder(bytes.NewReader(files[name+".svg"]))
	for {
		if _, err := svg.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), name+".csv")
	if err := os.WriteFile(path, files[name+".csv"], 0o644); err != nil {
		t.Fatal(err)
	}
	table := nqmkit.ReadTable(path)
	if len(table.Rows) < 20 || len(table.Columns) < 2 {
		t.Errorf("a table of %d rows and %d columns", len(table.Rows), len(table.Columns))
	}
	for i, row := range table.Rows {
		for k, cell := range row {
			if v, ok := cell.(float64); ok && math.IsNaN(v) {
				t.Fatalf("row %d, column %s is NaN", i, table.Columns[k].Name)
			}
		}
	}
}

func TestSelect(t *testing.T) {
	all, err := Select(nil)
	if err != nil || len(all) != len(All()) {
		t.Errorf("no names: %d figures, error %v", len(all), err)
	}
	two, err := Select([]string{"ema-floor", "batch-size.svg", "ema-floor"})
	if err != nil || len(two) != 2 || two[0].Name != "ema-floor" || two[1].Name != "batch-size" {
		t.Errorf("two names: %v, error %v", two, err)
	}
	if _, err := Select([]string{"nothing"}); err == nil || !strings.Contains(err.Error(), `no figure "nothing"`) {
		t.Errorf("an unknown name: %v", err)
	}
}

// made returns a figure by its name.
func made(t *testing.T, name string) Made {
	t.Helper()
	chosen, err := Select([]string{name})
	if err != nil {
		t.Fatal(err)
	}
	m, err := chosen[0].Make()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// near compares two numbers relatively.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got/want-1) <= tolerance) {
		t.Errorf("%s is %.15g, want %.15g", what, got, want)
	}
}

// Speed and floor of momentum in one direction, from the matrix of its update:
// the spectral radius from the characteristic polynomial, the floor from the
// fixed point of the second moments, reached by stepping them.
func TestMomentumRateAndFloor(t *testing.T) {
	const x = 5e-4
	table := made(t, "momentum-rate-and-floor").Table
	betas, radii, floors := table.Numbers("momentum"), table.Numbers("radius"), table.Numbers("floor_over_sgd")
	for _, k := range []int{0, 50, 120, 139} {
		beta := betas[k]
		s := 1 + beta - x
		root := math.Sqrt(beta)
		if disc := s*s - 4*beta; disc > 0 {
			root = (s + math.Sqrt(disc)) / 2
		}
		near(t, "radius", radii[k], root, 1e-9)
		var tt, tv, vv float64 // E θ², E θv, E v²; α = x, h = c = 1
		for range 200_000 {
			// v' = βv + θ + ε, θ' = θ - x v'
			nv := beta*beta*vv + 2*beta*tv + tt + 1
			ntv := beta*tv + tt - x*nv
			ntt := tt - 2*x*(beta*tv+tt) + x*x*nv
			tt, tv, vv = ntt, ntv, nv
		}
		near(t, "floor", floors[k], tt/(x/(2-x)), 1e-6)
	}
}

// The demo of the lecture ends where the update rule does (numbers from 1152
// bits of precision elsewhere in the tests of theory).
func TestMomentumDemo(t *testing.T) {
	m := made(t, "momentum-demo")
	for _, number := range []string{"0.6815", "0.0760", "0.01363", "0.00478"} {
		if !strings.Contains(m.Caption, number) {
			t.Errorf("no %s in the caption %q", number, m.Caption)
		}
	}
}

// Every tuned point has its certificate, none is below the Bayes bound, and on
// the exact spectrum none is worse than the best of a grid of 100 learning rates
// from 10^-5 to 10^0.5.
func TestTunedFigures(t *testing.T) {
	longtest.Only(t)
	for _, name := range []string{"targets", "momentum-preconditioning", "ema-preconditioning", "momentum-preconditioning-published"} {
		table := made(t, name).Table
		goal, loss, before, best := table.Numbers("target"), table.Numbers("loss_at_steps"), table.Numbers("loss_before"), table.Numbers("best_before")
		steps, bound := table.Numbers("steps"), table.Numbers("bound")
		if len(steps) < 50 {
			t.Errorf("%s has %d rows", name, len(steps))
		}
		for k := range steps {
			if !(loss[k] <= goal[k] && goal[k] < before[k] && goal[k] < best[k] && steps[k] >= bound[k]) {
				t.Errorf("%s, row %d: %v", name, k, table.Rows[k])
			}
		}
	}
	grid := map[[2]float64]float64{{0, 4}: 1515845, {0, 1024}: 10371, {0, 1 << 20}: 7039, {0.5, 4}: 347979, {0.5, 1024}: 1371, {0.5, 1 << 20}: 84}
	table := made(t, "learning-rates").Table
	power, batch, steps := table.Numbers("power"), table.Numbers("batch_size"), table.Numbers("steps")
	for k := range steps {
		if of := grid[[2]float64{power[k], batch[k]}]; of != 0 && !(steps[k] <= of && steps[k] > 0.9*of) {
			t.Errorf("power %v, B = %v: %v steps, on the grid %v", power[k], batch[k], steps[k], of)
		}
	}
}

// Schedules and their certificates: the published search ends at the last
// length of a piece that misses the target, so that the best needs at most one
// step more in each piece (50 pieces, 100 bins).
func TestSchedules(t *testing.T) {
	longtest.Only(t)
	table := made(t, "schedules-published").Table
	batch, steps, loss, before := table.Numbers("batch_size"), table.Numbers("steps"), table.Numbers("loss_at_steps"), table.Numbers("loss_before")
	segment := map[float64]float64{16: 1008, 64: 330, 256: 182, 1024: 150, 4096: 142}
	for k := 0; k < len(batch); k += 50 {
		if most := 50 * (segment[batch[k]] + 1); !(steps[k] <= most) || !(steps[k] > 0.97*most) {
			t.Errorf("B = %v: %v steps, want at most %v", batch[k], steps[k], most)
		}
		if !(loss[k] <= target && before[k] > target) {
			t.Errorf("B = %v: loss %v, and %v a step before", batch[k], loss[k], before[k])
		}
	}
}

// The floors of the moving average, by stepping its second moments.
func TestEMAFloor(t *testing.T) {
	table := made(t, "ema-floor").Table
	x, decay, ratio := table.Numbers("alpha_h"), table.Numbers("decay"), table.Numbers("variance_ratio")
	for k := 201 * 2; k < 201*3; k += 25 { // αh = 0.1
		a, g := 1-x[k], decay[k]
		var tt, ta, aa float64
		for range 200_000 {
			ntt := a*a*tt + 1
			nta := a*g*ta + (1-g)*ntt
			naa := g*g*aa + 2*g*(1-g)*a*ta + (1-g)*(1-g)*ntt
			tt, ta, aa = ntt, nta, naa
		}
		near(t, "ratio", ratio[k], aa/tt, 1e-8)
	}
}

// Training curves, by the literal recursion over all 5000 directions.
func TestTrainingCurves(t *testing.T) {
	table := made(t, "training-curves").Table
	if got := len(table.Rows); got%5 != 0 {
		t.Fatalf("%d rows for five curves", got)
	}
	n := len(table.Rows) / 5
	steps, losses := table.Numbers("steps"), table.Numbers("loss")
	for curve, alpha := range []float64{0.001, 0.01, 0.1, 0.5, 1} {
		second := make([]float64, 5000)
		for i := range second {
			second[i] = 1
		}
		k, compared := curve*n, 0
		for t64 := 0; t64 <= 300; t64++ {
			if steps[k] == float64(t64) {
				want := 0.0
				for i, s := range second {
					want += s / float64(2*(i+1))
				}
				near(t, "loss", losses[k], want, 1e-10)
				k, compared = k+1, compared+1
			}
			for i := range second {
				h := 1 / float64(i+1)
				second[i] = (1-alpha*h)*(1-alpha*h)*second[i] + alpha*alpha*h
			}
		}
		if compared < 20 {
			t.Errorf("only %d points compared", compared)
		}
	}
}

// A figure that cannot be made or written is one sentence.
func TestErrorsAreSentences(t *testing.T) {
	bad := Figure{Name: "bad", make: func() drawn { panic(theory.Problem{}.Validate()) }}
	if _, err := bad.Make(); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
	dir := filepath.Join(t.TempDir(), "gone")
	m := Made{"m", drawn{plotting.LossCurves(nil), nqmkit.Table{}}}
	if err := m.Write(dir); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
}

// What a reader waits for, each figure with its files.
func BenchmarkFigures(b *testing.B) {
	for _, f := range All() {
		b.Run(f.Name, func(b *testing.B) {
			dir := b.TempDir()
			for b.Loop() {
				known.Clear()
				m, err := f.Make()
				if err == nil {
					err = m.Write(dir)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
