package plotting

import (
	"fmt"
	"math"
	"slices"

	"nqm/theory/table"
)

// mapped returns what each entry of a list becomes; of nil, nil.
func mapped[T, U any](list []T, change func(T) U) []U {
	if list == nil {
		return nil
	}
	changed := make([]U, len(list))
	for i, v := range list {
		changed[i] = change(v)
	}
	return changed
}

func unique(words []string) []string {
	var kept []string
	seen := map[string]bool{}
	for _, w := range words {
		if !seen[w] {
			seen[w], kept = true, append(kept, w)
		}
	}
	return kept
}

func common(problems []string) string {
	for _, p := range problems {
		if p != problems[0] {
			return "several problems"
		}
	}
	if len(problems) == 0 {
		return ""
	}
	return problems[0]
}

// few returns at most n places of a list of the given length, evenly spread,
// first and last included.
func few(length, n int) []int {
	n = min(n, length)
	at := make([]int, n)
	for k := range at {
		at[k] = k * (length - 1) / max(n-1, 1)
	}
	return slices.Compact(at)
}

// partOf returns a table of few rows of many, with a last row that says so.
func partOf(t table.Table, all int) table.Table {
	if n := len(t.Rows); n < all {
		t.Rows = append(t.Rows, padded([]string{fmt.Sprintf("… %d of %d rows", n, all)}, len(t.Columns)))
	}
	return t
}

// ordered returns a list with those before that are to be first.
func ordered[T any](list []T, first func(T) bool) []T {
	var before, after []T
	for _, s := range list {
		if first(s) {
			before = append(before, s)
		} else {
			after = append(after, s)
		}
	}
	return append(before, after...)
}

// stretches returns the ranges of places between the gaps (NaN) of a list.
func stretches(x []float64) [][2]int {
	var found [][2]int
	from := 0
	for k := 0; k <= len(x); k++ {
		if k < len(x) && !math.IsNaN(x[k]) {
			continue
		}
		if k > from {
			found = append(found, [2]int{from, k})
		}
		from = k + 1
	}
	return found
}
