package nqmkit

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// parallel calls f(0), ..., f(n-1) on all cores, begins them in this order, and
// returns when all are over. After a panic no more are begun; the panic that
// comes first in the order, not in time, reaches the caller.
func parallel(n int, f func(i int)) {
	var next atomic.Int64
	var lowest panicked
	var workers sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				if value := panicOf(func() { f(int(i)) }); value != nil {
					lowest.take(int(i), value)
					next.Store(int64(n))
				}
			}
		})
	}
	workers.Wait()
	if lowest.value != nil {
		panic(lowest.value)
	}
}

// panicked is the panic of the lowest place.
type panicked struct {
	sync.Mutex
	place int
	value any
}

func (p *panicked) take(place int, value any) {
	p.Lock()
	defer p.Unlock()
	if p.value == nil || place < p.place {
		p.place, p.value = place, value
	}
}

// panicOf returns what f panics with, or nil.
func panicOf(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

// inOrder returns f(0), ..., f(n-1) in this order, computed on all cores, and
// shows the progress and the time left of the named work. The results are those
// of a plain loop, on any number of cores.
//
// An interrupt ends it at once: it then returns the results up to the first
// that was not finished, fewer than n. Calls of f that are under way go on
// unseen; f may be interruptible work itself, and what it returns after the
// interrupt is not taken. A panic of f reaches the caller as in parallel.
func inOrder[T any](name string, n int, f func(i int) T) []T {
	w := begin(name, float64(n))
	defer w.end()
	r := &prefix[T]{values: make([]T, n), has: make([]bool, n)}
	over := make(chan any, 1)
	go func() {
		over <- panicOf(func() {
			parallel(n, func(i int) {
				if w.interrupted.Load() {
					return
				}
				if v := f(i); !w.interrupted.Load() {
					r.put(i, v)
					w.done.Add(1)
				}
			})
		})
	}()
	select {
	case value := <-over:
		if value != nil && !w.interrupted.Load() {
			panic(value)
		}
	case <-w.halt:
	}
	return r.get()
}

// prefix collects results that come in any order.
type prefix[T any] struct {
	sync.Mutex
	values []T
	has    []bool
}

func (p *prefix[T]) put(i int, v T) {
	p.Lock()
	defer p.Unlock()
	p.values[i], p.has[i] = v, true
}

// get returns a copy of the results up to the first that is missing.
func (p *prefix[T]) get() []T {
	p.Lock()
	defer p.Unlock()
	n := 0
	for n < len(p.has) && p.has[n] {
		n++
	}
	return append(make([]T, 0, n), p.values[:n]...)
}
