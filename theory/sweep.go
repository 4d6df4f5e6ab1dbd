package theory

import (
	"fmt"
	"math"

	"nqm/theory/table"
)

// Axis is a number that is varied, with its values in their order.
type Axis struct {
	Name   string    `json:"name"` // as in "momentum"
	Values []float64 `json:"values"`
}

// Sweep is what a question was answered at every point of a grid, of one axis
// or several.
type Sweep[T any] struct {
	Axes []Axis `json:"axes"`
	// Results has a value for each point; the last axis runs fastest. If Partial
	// it ends where an interrupt came.
	Results []T  `json:"results"`
	Partial bool `json:"partial,omitempty"`
}

// Grid returns the sweep without the type of its results: what tables and
// figures, which take every sweep, look at.
func (s Sweep[T]) Grid() (axes []Axis, results []any, partial bool) {
	for _, r := range s.Results {
		results = append(results, r)
	}
	return s.Axes, results, s.Partial
}

// PointsOf returns how many points axes have together, at most math.MaxInt.
func PointsOf(axes []Axis) int {
	n := 1.0
	for _, a := range axes {
		n *= float64(len(a.Values))
	}
	if !(n < math.MaxInt) {
		return math.MaxInt
	}
	return int(n)
}

// PointOf returns the values of the axes at place i of a sweep's results. It panics with an
// error where the axes have no such point.
func PointOf(axes []Axis, i int) []float64 {
	if n := PointsOf(axes); i < 0 || i >= n {
		panic(fmt.Errorf("theory: point %d of a sweep: its axes have %d, counted from 0", i, n))
	}
	point := make([]float64, len(axes))
	for k := len(axes) - 1; k >= 0; k-- {
		n := len(axes[k].Values)
		point[k] = axes[k].Values[i%n]
		i /= n
	}
	return point
}

// Records returns the rows of each point's result, with the point. The error
// names a type of result that has none, and results beyond the points of the axes.
func (s Sweep[T]) Records() ([]table.Record, error) {
	if n := PointsOf(s.Axes); len(s.Results) > n {
		return nil, fmt.Errorf("theory: %d results of a sweep whose axes have %d points: want one for each", len(s.Results), n)
	}
	var rows []table.Record
	for i, result := range s.Results {
		point := ended(nil, s.Partial)
		for k, v := range PointOf(s.Axes, i) {
			point = point.With(table.NameOf(s.Axes[k].Name), v)
		}
		found, err := table.Of(result)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			rows = append(rows, point.Join(r))
		}
	}
	return rows, nil
}
