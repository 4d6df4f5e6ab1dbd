package theory

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// Both sides spend the same samples: the whole steps that a budget pays for,
// counted in whole tenths of a sample.
func TestCompareSchedulesBudget(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 1))
	p := must(List(1, 0.5, 0.1))
	for range 60 {
		batch := 10 + rng.IntN(200)
		steps := 1 + rng.IntN(12)
		given := batch * steps
		if rng.IntN(2) == 0 {
			given += rng.IntN(batch)
		}
		b, n := tenths(batch), tenths(given)
		c := must(CompareSchedules(p, n, SGD(1).Batch(b), 4))
		text := fmt.Sprintf("%v samples in batches of %v", n, b)
		if c.Rate.Steps != steps || c.Rates.Steps != steps {
			t.Errorf("%s: %d and %d steps, want %d", text, c.Rate.Steps, c.Rates.Steps, steps)
		}
		want := tenths(batch * steps)
		var spent float64
		for k, length := range c.Batches.Lengths {
			spent += float64(length) * c.Batches.BatchSizes[k]
		}
		for name, got := range map[string]float64{
			"all": c.Samples, "one rate": c.Rate.Samples(), "rates": c.Rates.Samples(), "one batch": c.Batch.Samples,
			"batches": c.Batches.Samples, "the sum of the batches": spent,
		} {
			near(t, text+": "+name, got, want, 1e-14)
		}
		near(t, text+": bound", c.Bayes, must(BayesBound(p, want)), 1e-12)
		if c.Given != n || (given == batch*steps) != (c.Samples == c.Given) {
			t.Errorf("%s: %v of %v", text, c.Samples, c.Given)
		}
	}
}

// tenths is the number that one writes for so many tenths.
func tenths(n int) float64 {
	v, err := strconv.ParseFloat(fmt.Sprintf("%d.%d", n/10, n%10), 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

func TestScheduleComparisonText(t *testing.T) {
	c := must(CompareSchedules(must(List(1, 0.5, 0.1)), 127, SGD(1).Batch(64), 4))
	if text := c.String(); !strings.HasPrefix(text, "64 samples on each side, of 127 given: loss ") || !strings.Contains(text, "learning rates found (pieces: 1, steps: 1)") {
		t.Error(text)
	}
}
