package plotting

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// lowestOf returns the method whose loss is lowest after the steps, by the literal rule of
// the squares of one direction after another, and how far the next is above it.
func lowestOf(p theory.Problem, steps int, methods []theory.Optimizer) (name string, ahead float64) {
	losses := mapped(methods, func(m theory.Optimizer) float64 {
		loss := 0.0
		for i := range p.Len() {
			d := p.Direction(i)
			square := d.Mean*d.Mean + d.Variance
			for range steps {
				square = (1-m.LearningRate*d.Curvature)*(1-m.LearningRate*d.Curvature)*square + m.LearningRate*m.LearningRate*d.Noise/max(m.BatchSize, 1)
			}
			loss += d.Curvature * square / 2
		}
		return loss
	})
	order := lowestFirst(losses)
	return fmt.Sprintf("α=%.6g", methods[order[0]].LearningRate), losses[order[1]] / losses[order[0]]
}

// What several panels, figures over one another, a slider's still image and a map of one's
// own find is so by brute force, and a title of one's own stays.
func TestFindingsOfPanelsAreTrue(t *testing.T) {
	said := tally{}
	findings(t, 106, 150, 3, func(rng *rand.Rand) bool {
		p := nqmkit.List(1, rng.Float64(), 0.1*rng.Float64())
		steps, batches := 5+rng.IntN(60), []float64{1, 8, 64, 512}[:2+rng.IntN(3)]
		rates := []float64{0.5 * rng.Float64(), 1.5 * rng.Float64()}
		at := func(b float64) []theory.Optimizer {
			return mapped(rates, func(a float64) theory.Optimizer { return nqmkit.SGD(a).Batch(b) })
		}
		draw := func(b float64) Figure {
			return must(FigureOf(nqmkit.Expect(p, steps, nqmkit.SGD(rates[0]).Batch(b), nqmkit.SGD(rates[1]).Batch(b))))
		}
		winners, ahead := make([]string, len(batches)), make([]float64, len(batches))
		for k, b := range batches {
			winners[k], ahead[k] = lowestOf(p, steps, at(b))
		}
		is := []sentence{{re(`SGD (α=\S+) ends lowest in all (\d+) panels, (?:(.+) to )?(.+) below the next`), func(part []string) bool {
			said["all"]++
			if least, most := part[3], part[4]; strings.HasSuffix(most, "times") && !saidTruly(slices.Max(ahead), most, t) ||
				strings.HasSuffix(least, "%") && !saidTruly(slices.Min(ahead), least, t) {
				return false
			}
			return part[2] == fmt.Sprint(len(batches)) && !slices.ContainsFunc(winners, func(w string) bool { return w != part[1] })
		}}, {re(`SGD (α=\S+) ends lowest up to batch size B = (\S+), SGD (α=\S+) from batch size B = (\S+) on`), func(part []string) bool {
			said["crossing"]++
			k := slices.Index(mapped(batches, number), part[4])
			return k > 0 && number(batches[k-1]) == part[2] &&
				!slices.ContainsFunc(winners[:k], func(w string) bool { return w != part[1] }) && !slices.ContainsFunc(winners[k:], func(w string) bool { return w != part[3] })
		}}}
		found := judge(t, must(FramesOf("batch size B", batches, func(b float64) any { return draw(b) })).multiples(), is)

		same := SideBySide("", draw(1), draw(1))
		alone := []sentence{{re(`SGD (α=\S+) ends lowest(?: in all 2 panels)?, (.*) below the next`), func(part []string) bool {
			said["alone"]++
			return part[1] == winners[0] && saidTruly(ahead[0], part[2], t)
		}}}
		judge(t, same, alone)
		one := must(FigureOf(nqmkit.Expect(p, steps, nqmkit.SGD(rates[0]))))
		judge(t, Overlay("", one, must(FigureOf(nqmkit.Expect(p, steps, nqmkit.SGD(rates[1]))))), alone)
		for _, f := range []Figure{SideBySide("Mine", draw(1), draw(1)), Overlay("Mine", one, one)} {
			if f.Title != "Mine" || f.Subtitle != "" {
				t.Errorf("the title of a user became %q over %q", f.Title, f.Subtitle)
			}
		}

		grid := Series{X: Values{1, 2, 3}, Y: Values{4, 5}, ZAxis: Axis{Label: "steps to target"}}
		for range 6 {
			grid.Z = append(grid.Z, float64(1+rng.IntN(50)))
		}
		least := slices.Min(grid.Z)
		judge(t, HeatMap("", Axis{Label: "learning rate α"}, Axis{Label: "momentum β"}, grid, nil, nil), []sentence{{re(`Least steps to target: (\d+), at α=(\d), β=(\d)`), func(part []string) bool {
			said["cell"]++
			i, j := int(part[2][0]-'1'), int(part[3][0]-'4')
			return part[1] == fmt.Sprint(least) && grid.Z[3*j+i] == least
		}}})
		return found
	})
	said.atLeast(t, 10, "all", "crossing", "alone", "cell")
}

// Samples scatter: over exact curves they find nothing.
func TestPanelsOfSamplesFindNothing(t *testing.T) {
	p, m := nqmkit.TwoDirections(50, 1), nqmkit.SGD(0.01)
	f := Overlay("", must(FigureOf(nqmkit.Expect(p, 50, m))), must(FigureOf(nqmkit.Sample(p, 50, nqmkit.Trials(50, 1), m))))
	if strings.Contains(f.Title, "lowest") || f.Title == "" {
		t.Errorf("the title is %q", f.Title)
	}
}
