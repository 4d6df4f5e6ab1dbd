package nqmkit_test

import (
	"fmt"
	"math"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"nqm/nqmkit"
	"nqm/nqmkit/internal/cache"
	"nqm/theory"
)

// cacheFiles gives the test a cache of its own and returns how to list it.
func cacheFiles(t *testing.T) func() []string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", dir)
	t.Setenv("HOME", dir)         // where the cache lies on macOS
	t.Setenv("LocalAppData", dir) // and on Windows
	return func() []string {
		var files []string
		filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				files = append(files, path)
			}
			return nil
		})
		return files
	}
}

func TestCached(t *testing.T) {
	files := cacheFiles(t)
	calls := 0
	ask := func(alpha float64) theory.Curve {
		return nqmkit.Cached("curves", alpha, func() theory.Curve {
			calls++
			return nqmkit.Expect(nqmkit.List(1), 1000, nqmkit.SGD(alpha))[0]
		})
	}
	first, again, diverging := ask(0.1), ask(0.1), ask(3)
	if calls != 2 || !reflect.DeepEqual(first, again) {
		t.Errorf("%d calls for two inputs", calls)
	}
	if want := nqmkit.Expect(nqmkit.List(1), 1000, nqmkit.SGD(3))[0]; !reflect.DeepEqual(ask(3), want) || !diverging.Diverges() {
		t.Errorf("a diverging curve came back as %+v", ask(3))
	}
	if n := len(files()); n != 2 {
		t.Errorf("%d files", n)
	}
	// Other code, other types of inputs, other results are other entries.
	one := nqmkit.Cached("one", 0.1, func() float64 { calls++; return 1 })
	same1 := nqmkit.Cached("one", 0.1, func() float64 { calls++; return 2 })
	two := nqmkit.Cached("two", 0.1, func() float64 { calls++; return 2 })
	list := nqmkit.Cached("two", []any{0.1}, func() float64 { calls++; return 3 })
	text := nqmkit.Cached("two", 0.1, func() string { return "another type of result" })
	if one != 1 || same1 != 1 || two != 2 || list != 3 || calls != 5 || text == "" {
		t.Errorf("%v, %v, %v, %v, %q after %d calls", one, same1, two, list, text, calls)
	}
	nqmkit.ClearCache()
	if len(files()) != 0 || !reflect.DeepEqual(ask(0.1), first) || calls != 6 {
		t.Errorf("after clearing: %d calls, files %v", calls, files())
	}
}

// An entry that was cut, changed in any byte, put in another's place, or is of the
// future, is computed anew.
func TestDamagedCache(t *testing.T) {
	files := cacheFiles(t)
	calls := 0
	ask := func(input string) []float64 {
		return nqmkit.Cached("damaged", input, func() []float64 { calls++; return []float64{float64(len(input)), math.Inf(1)} })
	}
	ask("other")
	foreign, err := os.ReadFile(files()[0])
	if err != nil {
		t.Fatal(err)
	}
	nqmkit.ClearCache()
	want := ask("x")
	path := files()[0]
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := [][]byte{foreign, append(slices.Clone(good), ' ')}
	for k := range good {
		flipped := slices.Clone(good)
		flipped[k] ^= 1
		damaged = append(damaged, good[:k], flipped)
	}
	calls = 0
	for i, bad := range damaged {
		if err := os.WriteFile(path, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		if got := ask("x"); !reflect.DeepEqual(got, want) || calls != i+1 {
			t.Fatalf("%q: %v after %d calls", bad, got, calls)
		}
		if now, err := os.ReadFile(path); err != nil || string(now) != string(good) {
			t.Fatalf("%q is not repaired", bad)
		}
	}
	calls = 0
	if ask("x"); calls != 0 {
		t.Error("a whole entry is computed anew")
	}
	tomorrow := time.Now().Add(24 * time.Hour)
	if err := os.Chtimes(path, tomorrow, tomorrow); err != nil {
		t.Fatal(err)
	}
	if ask("x"); calls != 1 {
		t.Error("an entry of tomorrow is believed")
	}
	if ask("x"); calls != 1 {
		t.Error("the entry after it is not")
	}
}

// Inputs that print alike, or have the same JSON, are told apart: each is asked
// for twice, computed once, and gets its own answer.
func TestInputsAreToldApart(t *testing.T) {
	cacheFiles(t)
	type hidden struct{ steps int }
	p := nqmkit.TwoDirections(50, 1)
	renamed, streamed := p, p
	renamed.Name, streamed.Streaming = "another name", true
	turned := nqmkit.Rotated(p, 30)
	stiffer := nqmkit.Rotated(nqmkit.TwoDirections(51, 1), 30)
	stiffer.Name = turned.Name
	inputs := []any{
		hidden{1}, hidden{2}, []any{1}, []any{1.0}, 1, 1.0, "1",
		p, renamed, streamed, turned, stiffer, nqmkit.StudentT(p, 5), nqmkit.StudentT(p, 9), nqmkit.StudentT(p, math.Nextafter(9, 10)),
		nqmkit.StudentT(turned, 5), nqmkit.Rademacher(p), nqmkit.Rademacher(turned), &p, []theory.Problem{p},
		nqmkit.Adam(0.1), nqmkit.AdamW(0.1, 0), nqmkit.Adam(0.1).EMA(0.5), nqmkit.Adam(0.1).EMA(0.6), nqmkit.TailAverage(nqmkit.Adam(0.1), 3),
		nqmkit.Lookahead(nqmkit.Adam(0.1), 3, 0.5), nqmkit.SGD(0.1), nqmkit.SGD(0.1).Batch(1), nqmkit.SGD(0.1).Cosine(), nqmkit.SGD(nqmkit.Free), nqmkit.Trials(1, 2), nqmkit.Trials(2, 1),
	}
	for range 2 {
		for k, in := range inputs {
			if got := nqmkit.Cached("kinds", in, func() int { return k }); got != k {
				t.Errorf("%T %+v got the answer of %T %+v", in, in, inputs[got], inputs[got])
			}
		}
	}
	again := nqmkit.StudentT(nqmkit.Rotated(nqmkit.TwoDirections(50, 1), 30), 5)
	if nqmkit.Cached("kinds", again, func() int { return -1 }) == -1 {
		t.Error("an equal problem that was made anew is not known")
	}
}

// A cache that cannot be written is none.
func TestNoCache(t *testing.T) {
	cacheFiles(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, home := range []string{file, ""} {
		t.Setenv("XDG_CACHE_HOME", home)
		t.Setenv("HOME", home)
		calls := 0
		for range 2 {
			if got := nqmkit.Cached("x", 1, func() int { calls++; return 5 }); got != 5 {
				t.Errorf("got %d", got)
			}
		}
		if calls != 2 {
			t.Errorf("home %q: %d calls", home, calls)
		}
	}
}

func TestCachedRefuses(t *testing.T) {
	cacheFiles(t)
	type hidden struct{ steps int }
	for want, call := range map[string]func(){
		"its field nqmkit_test.hidden.steps would be lost":    func() { nqmkit.Cached("x", 1, func() hidden { return hidden{1} }) },
		"an interface, interface {}, whose type would be los": func() { nqmkit.Cached("x", 1, func() theory.Sweep[any] { return theory.Sweep[any]{} }) },
		"a func(), which JSON does not have":                  func() { nqmkit.Cached("x", 1, func() []func() { return nil }) },
		"Cached without a name: give one":                     func() { nqmkit.Cached("", 1, func() int { return 1 }) },
		"theory.Linear.System, a func(float64) theory.System, which cannot be told from another: give the numbers": func() { nqmkit.Cached("x", triple(0.1, 0.5), func() int { return 1 }) },
		"nqmkit.CustomMethod.Start, a func() nqmkit.Update, which": func() {
			nqmkit.Cached("x", []any{nqmkit.Custom("mine", func() nqmkit.Update { return nil })}, func() int { return 1 })
		},
		"the inputs of Cached hold a func(), which cannot": func() { nqmkit.Cached("x", func() {}, func() int { return 1 }) },
		"a complex128, which JSON does not have":           func() { nqmkit.Cached("x", 1, func() complex128 { return 1 }) },
	} {
		if message := panicOf(call); !strings.Contains(message, want) || strings.Contains(message, "\n") {
			t.Errorf("got %q, want one sentence with %q", message, want)
		}
	}
}

// short writes one of its two numbers.
type short struct{ A, B int }

func (s short) MarshalText() ([]byte, error)     { return fmt.Append(nil, s.A), nil }
func (s *short) UnmarshalText(text []byte) error { _, err := fmt.Sscan(string(text), &s.A); return err }

// A result that JSON changes is refused, not changed, and nothing of it is kept; a
// result that JSON keeps is not, whatever its NaN looks like.
func TestChangedResults(t *testing.T) {
	files := cacheFiles(t)
	ask := func(result func()) string { return panicOf(result) }
	type twice struct {
		A float64 `json:"B"`
		B float64
	}
	type shadowed struct {
		short
		X float64
	}
	long, err := new(big.Float).SetPrec(300).SetString("0.1")
	if !err {
		t.Fatal("no number")
	}
	var none *int
	changed := " cannot be cached: it comes back from JSON as another value"
	for name, call := range map[string]func(){
		"two fields of one name": func() { nqmkit.Cached("x", 1, func() twice { return twice{1, 2} }) },
		"no UTF-8":               func() { nqmkit.Cached("x", 1, func() []string { return []string{"\xff"} }) },
		"300 bits":               func() { nqmkit.Cached("x", 1, func() *big.Float { return long }) },
		"half of itself":         func() { nqmkit.Cached("x", 1, func() map[string]short { return map[string]short{"a": {1, 2}} }) },
		"an empty list": func() {
			nqmkit.Cached("x", 1, func() struct {
				A []int `json:",omitempty"`
			} {
				return struct {
					A []int `json:",omitempty"`
				}{[]int{}}
			})
		},
		"nothing, pointed to": func() { nqmkit.Cached("x", 1, func() **int { return &none }) },
		"time of a clock":     func() { nqmkit.Cached("x", 1, time.Now) },
	} {
		if said := ask(call); !strings.Contains(said, changed) || strings.Contains(said, "\n") {
			t.Errorf("%s: %q", name, said)
		}
	}
	if said := ask(func() { nqmkit.Cached("x", 1, func() map[float64]int { t.Error("computed"); return nil }) }); !strings.Contains(said, "whose keys JSON does not have") {
		t.Errorf("keys: %q", said)
	}
	if said := ask(func() { nqmkit.Cached("x", 1, func() shadowed { return shadowed{X: 1} }) }); !strings.Contains(said, "cannot be cached") {
		t.Errorf("embedded: %q", said)
	}
	if n := len(files()); n != 0 {
		t.Errorf("%d results are kept", n)
	}
	odd := math.Float64frombits(math.Float64bits(math.NaN()) | 1<<63 | 2)
	for _, whole := range []func(){
		func() {
			nqmkit.Cached("x", 1, func() []float64 { return []float64{odd, math.Inf(-1), math.Copysign(0, -1), 0.1} })
		},
		func() {
			nqmkit.Cached("x", 1, func() map[int]theory.Problem { return map[int]theory.Problem{3: nqmkit.List(1, 2)} })
		},
		func() { nqmkit.Cached("x", 1, func() *big.Int { return big.NewInt(5) }) },
		func() { nqmkit.Cached("x", 1, func() []time.Time { return []time.Time{time.Unix(1, 2).UTC()} }) },
	} {
		if said := ask(whole); said != "<nil>" {
			t.Error(said)
		}
	}
}

// Every result comes back from the cache, in every form: none is refused that could
// be kept.
func TestResultsAreKept(t *testing.T) {
	for _, p := range []theory.Problem{nqmkit.List(1, 0.1, 0.01)} {
		for name, forms := range results(p) {
			for _, v := range forms {
				back := reflect.New(reflect.TypeOf(v))
				data, err := theory.EncodeJSON(v)
				if err == nil {
					err = theory.DecodeJSON(data, back.Interface())
				}
				if err != nil {
					t.Errorf("%s: %v", name, err)
				} else if same, err := cache.Same(v, back.Elem().Interface()); err != nil || !same {
					t.Errorf("%s: a %T comes back as another, error %v", name, v, err)
				}
			}
		}
	}
}

// An interrupted sweep is returned and not kept.
func TestInterruptedIsNotCached(t *testing.T) {
	files := cacheFiles(t)
	s := nqmkit.Cached("x", 1, func() theory.Sweep[float64] {
		return nqmkit.Sweep("x", nqmkit.Spaced(0, 1, 1000), func(x float64) float64 {
			if x > 0.1 {
				interruptSelf(t)
				time.Sleep(10 * time.Millisecond)
			}
			return x
		})
	})
	if !s.Partial || len(files()) != 0 {
		t.Errorf("partial %v, files %v", s.Partial, files())
	}
}

var interruptOnce sync.Once

func interruptSelf(t *testing.T) {
	interruptOnce.Do(func() {
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Signal(syscall.SIGINT)
		}
		if err != nil {
			t.Error(err)
		}
	})
}

// Processes that write the same entries, and are killed while they do, leave a
// cache in which every entry is whole.
func TestCacheSurvivesKilledWriters(t *testing.T) {
	files := cacheFiles(t)
	var writers []*exec.Cmd
	for range 4 {
		c := exec.Command(os.Args[0], "-test.run=^TestHelperCacheWriter$")
		c.Env = append(os.Environ(), "NQM_TEST_CACHE_WRITER=1")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		writers = append(writers, c)
	}
	// Up to four of the files are those in work, which may end as one. The writers
	// take the time that they need on a busy machine: none ends by itself.
	var ended atomic.Bool
	var waiting sync.WaitGroup
	for _, c := range writers {
		waiting.Go(func() { c.Wait(); ended.Store(true) })
	}
	for len(files()) <= 24 && !ended.Load() {
		time.Sleep(time.Millisecond)
	}
	if ended.Load() {
		t.Error("a writer ended by itself")
	}
	for _, c := range writers {
		c.Process.Kill()
	}
	waiting.Wait()
	calls := 0
	for i := range 20 {
		if got := cacheEntry(i, &calls); len(got) != 20_000 || got[0] != float64(i) || got[19_999] != float64(i) {
			t.Errorf("entry %d came back as %d numbers", i, len(got))
		}
	}
	if calls > 4 {
		t.Errorf("%d of 20 entries were computed anew: at most the four in work could be missing", calls)
	}
}

func cacheEntry(i int, calls *int) []float64 {
	return nqmkit.Cached("writers", i, func() []float64 {
		*calls++
		return slices.Repeat([]float64{float64(i)}, 20_000)
	})
}

// TestHelperCacheWriter is the process that TestCacheSurvivesKilledWriters
// starts.
func TestHelperCacheWriter(t *testing.T) {
	if os.Getenv("NQM_TEST_CACHE_WRITER") == "" {
		t.Skip("a helper process")
	}
	calls := 0
	for i := 0; ; i++ { // every writer begins with the same entries
		cacheEntry(i, &calls)
	}
}

func ExampleCached() {
	defer nqmkit.ClearCache()
	target := 0.01
	s := nqmkit.Cached("steps to the target", target, func() theory.Steps {
		return nqmkit.StepsToTarget(nqmkit.PowerLaw(10_000, 1), target, nqmkit.SGD(0.1).Batch(64))
	})
	fmt.Println(s.Outcome, s.Loss <= target)
	// Output: reached true
}
