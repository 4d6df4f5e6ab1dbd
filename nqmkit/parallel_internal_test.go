package nqmkit

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"
)

func TestInOrder(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, cores := range []int{1, 2, 7} {
		runtime.GOMAXPROCS(cores)
		got := inOrder("squares", 200, func(i int) int {
			time.Sleep(time.Duration(200-i) * time.Microsecond / 4) // the first come last
			return i * i
		})
		for i, v := range got {
			if v != i*i {
				t.Fatalf("%d cores: result %d is %d", cores, i, v)
			}
		}
		if len(got) != 200 {
			t.Errorf("%d cores: %d results", cores, len(got))
		}
	}
	if got := inOrder("none", 0, func(int) int { panic("called") }); len(got) != 0 {
		t.Errorf("no calls give %v", got)
	}
}

// Of several panics the caller sees the first in the order, on any number of
// cores.
func TestPanicOfTheLowestPlace(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	runtime.GOMAXPROCS(8)
	for range 20 {
		value := panicOf(func() {
			inOrder("failing", 100, func(i int) int {
				if i >= 5 {
					panic(fmt.Sprint("place ", i))
				}
				time.Sleep(time.Millisecond)
				return i
			})
		})
		if value != "place 5" {
			t.Fatalf("panic %v", value)
		}
	}
}

// An interrupt returns at once with the finished results before the first gap,
// although a call is stuck, and takes nothing that came after it.
func TestInOrderInterrupted(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	runtime.GOMAXPROCS(2)
	stuck := make(chan struct{})
	defer close(stuck)
	got := inOrder("interrupted", 1000, func(i int) int {
		inner := begin("inside", 1) // interruptible work inside shares the interrupt
		defer inner.end()
		switch {
		case i == 20:
			<-stuck
		case i == 50:
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				err = self.Signal(syscall.SIGINT)
			}
			if err != nil {
				t.Error(err)
			}
			for !inner.interrupted.Load() {
				time.Sleep(time.Millisecond)
			}
			return -1
		}
		return i
	})
	want := make([]int, 20)
	for i := range want {
		want[i] = i
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want 0 to 19", got)
	}
	if again := inOrder("again", 3, func(i int) int { return i }); len(again) != 3 {
		t.Errorf("work after the interrupt has %d results", len(again))
	}
}
