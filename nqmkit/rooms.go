package nqmkit

import (
	"slices"
	"sync"
)

// rooms are arrays that are used again: a new one would have to be cleared.
type rooms struct{ sync.Pool }

// take returns n numbers of any value, for Put when they are not used any more.
func (r *rooms) take(n int) *[]float64 {
	room, ok := r.Get().(*[]float64)
	if !ok {
		room = new([]float64)
	}
	*room = slices.Grow((*room)[:0], n)[:n]
	return room
}

// newRows returns rows of zeros.
func newRows(rows, columns int) [][]float64 {
	return inRows(make([]float64, rows*columns), rows, columns)
}

// inRows cuts numbers into rows.
func inRows(all []float64, rows, columns int) [][]float64 {
	t := make([][]float64, rows)
	for i := range t {
		t[i] = all[i*columns:][:columns:columns]
	}
	return t
}
