package nqmkit_test

import (
	"encoding/json"
	"math"
	"os"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"nqm/nqmkit"
	"nqm/theory"
)

// A sweep is a loop, on any number of cores.
func TestSweepIsALoop(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	p := nqmkit.PowerLaw(300, 1)
	alphas, betas := nqmkit.LogSpaced(0.01, 1, 7), []float64{0, 0.5, 0.9}
	for _, cores := range []int{1, 3} {
		runtime.GOMAXPROCS(cores)
		s := nqmkit.Grid("learning rate", alphas, "momentum", betas, func(alpha, beta float64) float64 {
			return nqmkit.ExpectAt(p, []int{100}, nqmkit.Momentum(alpha, beta))[0].Loss[0]
		})
		k := 0
		for _, alpha := range alphas {
			for _, beta := range betas {
				want, err := theory.ExpectedLoss(p, 100, nqmkit.Momentum(alpha, beta))
				if err != nil || s.Results[k] != want {
					t.Fatalf("%d cores: result %d is %v, want %v at α = %v, β = %v", cores, k, s.Results[k], want, alpha, beta)
				}
				if at := theory.PointOf(s.Axes, k); !reflect.DeepEqual(at, []float64{alpha, beta}) {
					t.Fatalf("result %d is at %v", k, at)
				}
				k++
			}
		}
		if len(s.Results) != k || s.Partial {
			t.Errorf("%d results of %d, partial %v", len(s.Results), k, s.Partial)
		}
	}
}

// An interrupt keeps what is done, and tables say that more is missing.
func TestSweepInterrupted(t *testing.T) {
	s := nqmkit.Sweep("place", nqmkit.Spaced(0, 999, 1000), func(i float64) float64 {
		if i == 100 {
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				err = self.Signal(syscall.SIGINT)
			}
			if err != nil {
				t.Error(err)
			}
		}
		if i >= 100 {
			time.Sleep(10 * time.Millisecond)
		}
		return math.Inf(1)
	})
	if n := len(s.Results); !s.Partial || n < 90 || n == 1000 {
		t.Fatalf("partial %v, %d results", s.Partial, n)
	}
	table := nqmkit.TableOf(s)
	if len(table.Rows) != len(s.Results) || table.Columns[0].Name != "partial" {
		t.Errorf("table of %d rows, columns %v", len(table.Rows), table.Columns)
	}
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back theory.Sweep[float64]
	if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(back, s) {
		t.Errorf("came back with %d results, error %v", len(back.Results), err)
	}
}

func TestSweepRefuses(t *testing.T) {
	one := func(v float64) float64 { return v }
	for _, test := range []struct {
		want string
		call func()
	}{
		{"no name: give one", func() { nqmkit.Sweep(" ", []float64{1}, one) }},
		{"a sweep of x without values", func() { nqmkit.Sweep("x", nil, one) }},
		{"value 1 of a sweep of x is NaN", func() { nqmkit.Sweep("x", []float64{1, math.NaN()}, one) }},
		{"two axes named \"Batch size\"", func() {
			nqmkit.Grid("batch_size", []float64{1}, "Batch size", []float64{1}, func(a, b float64) float64 { return a })
		}},
		{"without an axis", func() { nqmkit.SweepAxes(nil, func([]float64) int { return 0 }) }},
		{"more than 10000000 points", func() {
			v := nqmkit.Spaced(0, 1, 4000)
			nqmkit.Grid("a", v, "b", v, func(a, b float64) float64 { return a })
		}},
		{"learning rate -1: want a finite number > 0", func() {
			nqmkit.Sweep("α", []float64{1, -1, -2}, func(a float64) theory.Steps {
				return nqmkit.StepsToTarget(nqmkit.List(1), 0.1, nqmkit.SGD(a))
			})
		}},
		{"1 numbers from 0 to 1: want 2 or more", func() { nqmkit.Spaced(0, 1, 1) }},
		{"from 0 to 1: want ends > 0", func() { nqmkit.LogSpaced(0, 1, 5) }},
	} {
		if message := panicOf(test.call); !strings.Contains(message, test.want) || strings.Contains(message, "\n") {
			t.Errorf("got %q, want one sentence with %q", message, test.want)
		}
	}
}

func TestSpaced(t *testing.T) {
	if got := nqmkit.Spaced(-1, 1, 5); !reflect.DeepEqual(got, []float64{-1, -0.5, 0, 0.5, 1}) {
		t.Errorf("spaced %v", got)
	}
	got := nqmkit.LogSpaced(1e-3, 1e3, 7)
	for k, v := range got {
		if want := math.Pow(10, float64(k-3)); math.Abs(v/want-1) > 1e-14 {
			t.Errorf("log spaced %v", got)
		}
	}
	if got[0] != 1e-3 || got[6] != 1e3 {
		t.Errorf("the ends are %v and %v", got[0], got[6])
	}
}
