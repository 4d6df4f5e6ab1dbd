package theory

import "testing"

// The nodes of the steepest laws, whose directions are 0 beyond the first, are as many as
// those of other steep ones, and their sums are those of the list.
func TestNodesOfSteepLawsAreFew(t *testing.T) {
	for _, exponent := range []float64{50, 400, 1e4, 1e9, 1e300} {
		for _, count := range []int{1000, 1e9} {
			p := must(SourceCondition(count, exponent, 0.9, false))
			if n := len(p.Law.nodes(ladder[0])); n > 500_000 {
				t.Errorf("%d nodes of %v", n, p)
			}
			sum := 0.0
			for i := 1.0; i <= 1000; i++ {
				sum += p.Law.At(i).Curvature
			}
			near(t, "trace", must(SummaryOf(p)).TraceH, sum, 1e-12)
		}
	}
}
