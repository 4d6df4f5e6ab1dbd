package nqmkit_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/nqmkit/shards"
	"nqm/theory"
)

// divide runs a cell as so many processes would, part by part in the given order, and
// then puts the parts together.
func divide(t *testing.T, dir string, of int, order []int, cell func()) (code int, said string) {
	t.Helper()
	var errs bytes.Buffer
	for _, k := range order {
		args := []string{"-o", dir, "-shard", fmt.Sprint(k), "-of", fmt.Sprint(of)}
		if code := shards.Run(args, &errs, shards.Cell{Name: "cell 1", Run: cell}); code != 0 {
			t.Fatalf("part %d of %d: code %d, %s", k, of, code, &errs)
		}
	}
	errs.Reset()
	code = shards.Run([]string{"-merge", "-o", dir}, &errs, shards.Cell{Name: "cell 1", Run: cell})
	return code, errs.String()
}

// Sweeps, grids and batch scalings in any number of parts, computed in any order and some
// of them twice, are those of one process, to the last bit.
func TestPartsAreTheWhole(t *testing.T) {
	p, m := nqmkit.PowerLaw(50, 1), nqmkit.Momentum(0.1, 0.5)
	var got any
	cells := map[string]func(){
		"sweep": func() {
			got = nqmkit.Sweep("x", nqmkit.LogSpaced(0.01, 3, 7), func(x float64) []theory.Curve {
				return nqmkit.Expect(p, 30, nqmkit.SGD(x), m) // some diverge
			})
		},
		"grid of any": func() {
			got = nqmkit.Grid("x", []float64{0.1, 0.2}, "y", []float64{0, 0.9, 1.5}, func(x, y float64) any {
				if y == 1.5 {
					return []any{math.Inf(1), "no", nqmkit.StepsToTarget(p, 0.3, m)}
				}
				return nqmkit.StepsToTarget(p, 0.3, nqmkit.Momentum(x, y))
			})
		},
		"scaling": func() {
			got = nqmkit.BatchScaling(p, 0.3, nqmkit.PowersOfTwo(2, 5), nqmkit.SGD(nqmkit.Free), nqmkit.SGD(0.3))
		},
		"scaling inside a sweep": func() {
			got = nqmkit.Sweep("target", []float64{0.3, 0.5, 0.7}, func(target float64) theory.Scaling {
				return nqmkit.BatchScaling(p, target, nqmkit.PowersOfTwo(2, 4), nqmkit.SGD(0.3))
			})
		},
	}
	for name, cell := range cells {
		cell()
		want := got
		for of, order := range map[int][]int{1: {0}, 2: {1, 0, 1}, 3: {2, 0, 1}, 20: {0, 19, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18}} {
			got = nil
			if code, said := divide(t, t.TempDir(), of, order, cell); code != 0 {
				t.Errorf("%s in %d parts: code %d, %s", name, of, code, said)
			}
			if !bitwise(got, want) {
				t.Errorf("%s in %d parts is\n%v\nwant\n%v", name, of, got, want)
			}
		}
	}
}

// bitwise compares the text of all fields with every digit, as NaN is not itself.
func bitwise(a, b any) bool { return fmt.Sprintf("%#v", a) == fmt.Sprintf("%#v", b) }

// Every type of result comes back from a function that returns any, or is refused in a
// sentence.
func TestPartsKnowEveryResult(t *testing.T) {
	var refused []string
	for name, values := range results(nqmkit.List(1, 0.5, 0.1)) {
		for _, v := range values[:3] { // itself, a list, a list of lists
			var got theory.Sweep[any]
			cell := func() { got = nqmkit.Sweep("x", []float64{1, 2}, func(float64) any { return v }) }
			var errs bytes.Buffer
			code := shards.Run([]string{"-o", t.TempDir()}, &errs, shards.Cell{Name: "cell 1", Run: cell})
			if code != 0 && strings.Contains(errs.String(), "let the function return "+reflect.TypeOf(v).String()) {
				if !slices.Contains(refused, name) {
					refused = append(refused, name)
				}
				continue
			}
			if code != 0 || len(got.Results) != 2 || !bitwise(got.Results[1], v) {
				t.Errorf("%s came back as %v: %s", name, got, &errs)
			}
		}
	}
	slices.Sort(refused)
	if want := []string{"Description", "Direction", "Power", "Problem", "Response"}; !slices.Equal(refused, want) {
		t.Errorf("refused are %q: want %q, which answer no question of a sweep", refused, want)
	}
}

// A part is written and well whatever lies beside it: parts of another count, a copy of
// another part in its place, which is named, or one under a name of its own.
func TestPartsAmongOthers(t *testing.T) {
	dir, got := t.TempDir(), theory.Sweep[float64]{}
	run := func(args ...string) (int, string) {
		var errs bytes.Buffer
		code := shards.Run(append([]string{"-o", dir}, args...), &errs, shards.Cell{Name: "cell 1", Run: func() {
			got = nqmkit.Sweep("x", nqmkit.Spaced(0, 1, 6), func(x float64) float64 { return x })
		}})
		return code, errs.String()
	}
	well := func(args ...string) {
		t.Helper()
		if code, said := run(args...); code != 0 {
			t.Errorf("%q: %s", args, said)
		}
	}
	well("-shard", "0", "-of", "3")
	well("-shard", "0", "-of", "2")
	if code, said := run("-merge"); code == 0 || !strings.Contains(said, "missing are the cells 1, 5 of 6") {
		t.Errorf("code %d, %s", code, said)
	}
	parts, err := filepath.Glob(filepath.Join(dir, "*.0-of-2.json"))
	if err != nil || len(parts) != 1 {
		t.Fatal(parts, err)
	}
	data, err := os.ReadFile(parts[0])
	if err != nil {
		t.Fatal(err)
	}
	other := strings.Replace(parts[0], ".0-of-", ".1-of-", 1)
	for _, path := range []string{other, strings.Replace(parts[0], "-of-2", "-of-2 (copy)", 1)} {
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if code, said := run("-shard", "1", "-of", "2"); code == 0 || !strings.Contains(said, other+" holds part 0 of 2: remove it") {
		t.Errorf("code %d, %s", code, said)
	}
	if err := os.Remove(other); err != nil {
		t.Fatal(err)
	}
	well("-shard", "1", "-of", "2")
	if well("-merge"); !slices.Equal(got.Results, nqmkit.Spaced(0, 1, 6)) {
		t.Errorf("%v", got)
	}
}

// What is missing, damaged or of another program is named, and nothing is taken from it.
func TestPartsThatAreNotThere(t *testing.T) {
	ran := false
	of := func(n int) func() {
		return func() {
			nqmkit.Sweep("x", nqmkit.Spaced(0, 1, n), func(x float64) float64 { return x })
			ran = true
		}
	}
	for name, c := range map[string]struct {
		order []int
		spoil func(paths []string) error
		cell  func()
		want  string
	}{
		"a part missing": {[]int{0, 2}, nil, of(6), "missing are the parts 1 of 3 (counted from 0)"},
		"nothing there":  {nil, nil, of(6), "missing are all parts"},
		"a part removed": {[]int{0, 1, 2}, func(p []string) error { return os.Remove(p[1]) }, of(6), "missing are the parts 1 of 3"},
		"half a file":    {[]int{0, 1, 2}, func(p []string) error { return os.Truncate(p[1], 40) }, of(6), "is damaged"},
		"another program": {[]int{0, 1, 2}, func(p []string) error {
			return edit(p[1], `"program":"`, `"program":"0`)
		}, of(6), "is a part of another program"},
		"another sweep": {[]int{0, 1, 2}, func(p []string) error {
			return edit(p[1], `"cells":6`, `"cells":7`)
		}, of(6), "is a part of another program"},
		"a cell too many": {[]int{0, 1, 2}, func(p []string) error {
			return edit(p[1], `"results":{"1"`, `"results":{"6"`)
		}, of(6), "its cells are not those of part 1 of 3"},
		"a cell too few": {[]int{0, 1, 2}, func(p []string) error {
			return edit(p[1], `"4":`, `"1":`)
		}, of(6), "its cells are not those of part 1 of 3"},
		"a part of no number": {[]int{0, 1, 2}, func(p []string) error {
			return edit(p[1], `"of":3`, `"of":0`)
		}, of(6), "its cells are not those of part 1 of 0"},
		"a result of another type": {[]int{0, 1, 2}, func(p []string) error {
			return edit(p[1], `"results":{"1":0.2`, `"results":{"1":"x"`)
		}, of(6), "cell 1 in"},
	} {
		dir := t.TempDir()
		for _, k := range c.order {
			var errs bytes.Buffer
			args := []string{"-o", dir, "-shard", fmt.Sprint(k), "-of", "3"}
			if code := shards.Run(args, &errs, shards.Cell{Name: "cell 1", Run: c.cell}); code != 0 {
				t.Fatalf("%s: %s", name, &errs)
			}
		}
		if c.spoil != nil {
			paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
			if err != nil || len(paths) != 3 {
				t.Fatalf("%q, %v", paths, err)
			}
			if err := c.spoil(paths); err != nil {
				t.Fatal(err)
			}
		}
		ran = false
		if code, said := divide(t, dir, 3, nil, c.cell); code != 1 || !strings.Contains(said, c.want) || ran {
			t.Errorf("%s: code %d, %q, the cell went on: %v; want %q", name, code, said, ran, c.want)
		}
	}
}

func edit(path, old, new string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !bytes.Contains(data, []byte(old)) {
		return fmt.Errorf("%s has no %s: %s", path, old, data)
	}
	return os.WriteFile(path, bytes.Replace(data, []byte(old), []byte(new), 1), 0o666)
}

// A mistake in the flags is one sentence, and nothing is run.
func TestPartsWithMistakes(t *testing.T) {
	for args, want := range map[string]string{
		"-shard 1":             "want both; the count is never guessed",
		"-of 3":                "want both; the count is never guessed",
		"-shard 3 -of 3":       "want a part from 0 to 2",
		"-shard -1 -of 3":      "want a part from 0 to 2",
		"-shard 0 -of 0":       "want 1 or more parts",
		"-merge -of 3":         "want one or the other",
		"-shard x -of 3":       "invalid value",
		"more":                 "is no flag",
		"-merge -shard 0 -of2": "provided but not defined",
	} {
		var errs bytes.Buffer
		cell := shards.Cell{Name: "cell 1", Run: func() { t.Errorf("%s runs the cell", args) }}
		code := shards.Run(strings.Fields(args), &errs, cell)
		if code != 2 || !strings.Contains(errs.String(), want) {
			t.Errorf("%s: code %d, %q; want %q", args, code, &errs, want)
		}
	}
}
