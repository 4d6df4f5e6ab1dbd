package nqmkit_test

import (
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"nqm/nqmkit"
	"nqm/theory"
)

func longList(n int) nqmkit.Problem {
	r := rand.New(rand.NewPCG(16, 9))
	h := make([]float64, n)
	for i := range h {
		h[i] = math.Exp(-12 * r.Float64())
	}
	return nqmkit.List(h...)
}

// A long list has the curves that theory sums in one piece, to the last bits, and
// the same on any number of cores.
func TestExpectOnALongList(t *testing.T) {
	p, steps := longList(40_000), []int{0, 1, 10, 100}
	methods := []theory.Method{nqmkit.SGD(0.5), nqmkit.Momentum(0.1, 0.9), nqmkit.SGD(3)}
	curves := nqmkit.ExpectAt(p, steps, methods...)
	for i, m := range methods {
		want, err := theory.Expect(p, steps, m)
		if err != nil {
			t.Fatal(err)
		}
		if got := curves[i]; got.Problem != want.Problem || got.Method != want.Method || got.Family != want.Family || got.Modes != want.Modes {
			t.Errorf("%v: %+v, want %+v", m, got, want)
		}
		for k := range steps {
			if got := curves[i]; math.Abs(got.Loss[k]/want.Loss[k]-1) > 1e-14 || math.Abs(got.StdDev[k]/want.StdDev[k]-1) > 1e-12 {
				t.Errorf("%v, t = %d: %v ± %v, want %v ± %v", m, steps[k], got.Loss[k], got.StdDev[k], want.Loss[k], want.StdDev[k])
			}
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if alone := nqmkit.ExpectAt(p, steps, methods...); !reflect.DeepEqual(alone, curves) {
		t.Error("one core has other curves")
	}
	if message := panicOf(func() { nqmkit.Expect(p, 10, nqmkit.SGD(-1)) }); !strings.Contains(message, "learning rate -1") {
		t.Errorf("a bad method: %q", message)
	}
	p.Noise[12_345] = -1
	if message := panicOf(func() { nqmkit.Expect(p, 10, nqmkit.SGD(1)) }); !strings.Contains(message, "Noise[12345] = -1") {
		t.Errorf("a bad entry: %q", message)
	}
}

// slowly is a method that interrupts at its n-th curvature, and from there on takes
// its time until it is released.
func slowly(t *testing.T, n int64) (m nqmkit.Linear, release func()) {
	var calls atomic.Int64
	over := make(chan struct{})
	return nqmkit.Linear{Name: "slow", System: func(h float64) nqmkit.System {
		switch k := calls.Add(1); {
		case k == n:
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				err = self.Signal(syscall.SIGINT)
			}
			if err != nil {
				t.Error(err)
			}
		case k > n:
			select {
			case <-over:
			case <-time.After(10 * time.Millisecond):
			}
		}
		return nqmkit.System{State: [][]float64{{1 - 0.1*h}}, Noise: []float64{-0.1}, Readout: []float64{1}}
	}}, func() { close(over) }
}

// An interrupt keeps the curves that are whole.
func TestExpectInterrupted(t *testing.T) {
	p := longList(1 << 16)
	slow, release := slowly(t, 50_000)
	curves := nqmkit.ExpectAt(p, []int{0, 3}, nqmkit.SGD(0.1), slow, nqmkit.SGD(0.2))
	release()
	if len(curves) != 1 || curves[0].Method != nqmkit.SGD(0.1).String() {
		t.Errorf("%d curves of 3 methods, the second of which was interrupted", len(curves))
	}
	slow, release = slowly(t, 100)
	message := panicOf(func() { nqmkit.ExpectAt(p, []int{0, 3}, slow) })
	release()
	if !strings.Contains(message, "interrupted before the first curve was finished") {
		t.Errorf("interrupted at once: %q", message)
	}
}
