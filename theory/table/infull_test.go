package table_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"nqm/theory/table"
)

// A number in full is the number, and a whole one that is no round one has no exponent.
func TestInFull(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 8))
	for range 10_000 {
		v := math.Exp(80*r.Float64() - 20)
		if r.IntN(2) == 0 {
			v = math.Floor(v)
		}
		text := table.InFull(v)
		if back, err := strconv.ParseFloat(text, 64); err != nil || back != v {
			t.Fatalf("%v is written %s", v, text)
		}
		if v == math.Floor(v) && v < 1e15 && strings.Contains(text, "e") && strings.Contains(fmt.Sprintf("%g", v), ".") {
			t.Errorf("%.0f is written %s", v, text)
		}
	}
	for v, want := range map[float64]string{1048576: "1048576", 1e6: "1e+06", 2.5e6: "2500000", 1.5: "1.5", math.Inf(1): "+Inf"} {
		if got := table.InFull(v); got != want {
			t.Errorf("%v is written %s, want %s", v, got, want)
		}
	}
}
