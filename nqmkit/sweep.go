package nqmkit

import (
	"fmt"
	"math"
	"reflect"
	"strings"

	"nqm/nqmkit/shards"
	"nqm/theory"
	"nqm/theory/table"
)

// Sweep asks a question at each value of one number, any field of a problem or
// a method or what else the function makes of it, and returns the answers in
// the order of the values:
//
//	s := nqmkit.Sweep("momentum", []float64{0, 0.5, 0.9}, func(beta float64) any {
//		return nqmkit.StepsToTarget(p(), 0.01, nqmkit.Momentum(0.01, beta).Batch(64))
//	})
//	plotting.Show(s)
//	nqmkit.Save("momentum.csv", s)
//
// The function is called on all cores at once and must not change anything that
// it shares; the answers are the same on any number of cores. A long sweep shows
// its progress, and an interrupt ends it with the answers so far, marked
// Partial. A function that returns its own type instead of any gives Results
// of that type.
//
// Sweep panics on a name that is empty, no function, no values, a value that is NaN, and
// with the panic of the function at the first value that has one.
func Sweep[T any](name string, values []float64, ask func(value float64) T) theory.Sweep[T] {
	asked(ask == nil)
	return SweepAxes([]theory.Axis{{Name: name, Values: values}}, func(at []float64) T { return ask(at[0]) })
}

// Grid is Sweep over two numbers: every value of the one with every value of
// the other, which runs fastest.
func Grid[T any](name string, values []float64, other string, others []float64, ask func(value, other float64) T) theory.Sweep[T] {
	asked(ask == nil)
	return SweepAxes([]theory.Axis{{Name: name, Values: values}, {Name: other, Values: others}},
		func(at []float64) T { return ask(at[0], at[1]) })
}

// SweepAxes is Sweep over any number of axes, the last of which runs fastest.
// The function is given one value of each.
func SweepAxes[T any](axes []theory.Axis, ask func(at []float64) T) theory.Sweep[T] {
	asked(ask == nil)
	n, err := gridSize(axes)
	if err != nil {
		panic(err)
	}
	s := theory.Sweep[T]{}
	names := make([]string, len(axes))
	for k, a := range axes {
		names[k] = a.Name
		s.Axes = append(s.Axes, theory.Axis{Name: a.Name, Values: append([]float64(nil), a.Values...)})
	}
	s.Results = divided("sweep of "+strings.Join(names, " and "), n, func(i int) T { return ask(theory.PointOf(s.Axes, i)) })
	s.Partial = len(s.Results) < n
	return s
}

// divided is inOrder for work that package shards may divide between processes: not
// inside other work, which is a cell of its own.
func divided[T any](name string, n int, f func(i int) T) []T {
	if outermost.Load() != nil {
		return inOrder(name, n, f)
	}
	d := shards.Next(name, n)
	if d == nil {
		return inOrder(name, n, f)
	}
	if answer := reflect.TypeFor[T](); answer.Kind() != reflect.Interface {
		if err := keeps(answer, nil); err != nil {
			panic(fmt.Errorf("nqmkit: a %s of %v cannot be divided: %w", name, answer, err))
		}
	}
	return shards.Take(d, func(cells []int) []T {
		return inOrder(name, len(cells), func(k int) T { return f(cells[k]) })
	})
}

// asked panics where a sweep has no function.
func asked(none bool) {
	if none {
		panic(fmt.Errorf("nqmkit: a sweep without a function: want one that answers at each point"))
	}
}

// mostPoints bounds a grid, whose results are kept.
const mostPoints = 10_000_000

func gridSize(axes []theory.Axis) (int, error) {
	if len(axes) == 0 {
		return 0, fmt.Errorf("nqmkit: a sweep without an axis: give at least one")
	}
	n := 1
	for k, a := range axes {
		if strings.TrimSpace(a.Name) == "" {
			return 0, fmt.Errorf("nqmkit: axis %d of a sweep has no name: give one, as in \"momentum\"", k)
		}
		for _, b := range axes[:k] {
			if table.NameOf(a.Name) == table.NameOf(b.Name) {
				return 0, fmt.Errorf("nqmkit: a sweep with two axes named %q: want different names", a.Name)
			}
		}
		if len(a.Values) == 0 {
			return 0, fmt.Errorf("nqmkit: a sweep of %s without values: give at least one", a.Name)
		}
		for i, v := range a.Values {
			if math.IsNaN(v) {
				return 0, fmt.Errorf("nqmkit: value %d of a sweep of %s is NaN: want numbers", i, a.Name)
			}
		}
		if n > mostPoints/len(a.Values) {
			return 0, fmt.Errorf("nqmkit: a sweep of more than %d points: want fewer", mostPoints)
		}
		n *= len(a.Values)
	}
	return n, nil
}

// Spaced returns n >= 2 numbers from the first to the last at equal distances.
// It panics on fewer, and unless both ends are finite.
func Spaced(first, last float64, n int) []float64 {
	if n < 2 || math.IsInf(first, 0) || math.IsInf(last, 0) || math.IsNaN(first+last) {
		panic(fmt.Errorf("nqmkit: %d numbers from %v to %v: want 2 or more, and finite ends", n, first, last))
	}
	values := make([]float64, n)
	for k := range values {
		share := float64(k) / float64(n-1)
		values[k] = first*(1-share) + last*share
	}
	return values
}

// LogSpaced returns n >= 2 numbers from the first to the last at equal ratios.
// It panics on fewer, and unless both ends are positive and finite.
func LogSpaced(first, last float64, n int) []float64 {
	if !(first > 0 && last > 0) {
		panic(fmt.Errorf("nqmkit: %d numbers at equal ratios from %v to %v: want ends > 0", n, first, last))
	}
	values := Spaced(math.Log(first), math.Log(last), n)
	for k, v := range values {
		values[k] = math.Exp(v)
	}
	values[0], values[n-1] = first, last
	return values
}
