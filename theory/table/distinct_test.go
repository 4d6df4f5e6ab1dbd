package table_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"nqm/theory/table"
)

// Of any names no two are alike afterwards, what is there once stays, and so does the first
// of several: also where a name has a number behind it already.
func TestDistinct(t *testing.T) {
	r := rand.New(rand.NewPCG(18, 2))
	for range 5000 {
		names := make([]string, r.IntN(8))
		for i := range names {
			names[i] = []string{"a", "b", ""}[r.IntN(3)]
			for range r.IntN(3) {
				names[i] += fmt.Sprintf(" (%d)", 2+r.IntN(2))
			}
		}
		kept := slices.Clone(names)
		apart := table.Distinct(names)
		if !slices.Equal(names, kept) {
			t.Fatalf("the names %q became %q", kept, names)
		}
		for i, name := range apart {
			first := slices.Index(names, names[i]) == i
			if first && name != names[i] || !strings.HasPrefix(name, names[i]) || slices.Index(apart, name) != i {
				t.Fatalf("%q becomes %q", names, apart)
			}
		}
	}
}
