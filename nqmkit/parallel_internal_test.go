package nqmkit

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
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

// Work without parts ends with a sentence when it is interrupted, gives its answer or
// its mistake otherwise, and inside other work leaves both to that.
func TestWholeInterrupted(t *testing.T) {
	said := func(compute func() int) (got int, mistake any) {
		defer func() { mistake = recover() }()
		return whole("thinking", compute), nil
	}
	stuck := make(chan struct{})
	defer close(stuck)
	_, mistake := said(func() int {
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Signal(syscall.SIGINT)
		}
		if err != nil {
			t.Error(err)
		}
		<-stuck
		return 0
	})
	if err, ok := mistake.(error); !ok || !strings.HasPrefix(err.Error(), "nqmkit: thinking: interrupted") {
		t.Errorf("interrupted, it says %v", mistake)
	}
	if got, mistake := said(func() int { return 7 }); got != 7 || mistake != nil {
		t.Errorf("answer %d, mistake %v", got, mistake)
	}
	if _, mistake := said(func() int { panic("mine") }); mistake != "mine" {
		t.Errorf("its own mistake becomes %v", mistake)
	}
	outer := begin("outer", 1)
	defer outer.end()
	if got, mistake := said(func() int { return 8 }); got != 8 || mistake != nil {
		t.Errorf("inside: answer %d, mistake %v", got, mistake)
	}
}
