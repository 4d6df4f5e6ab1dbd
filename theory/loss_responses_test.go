package theory

import (
	"math"
	"testing"
)

// The law of each direction, of the loss and the noise scales of a long list that is
// followed at points are those of every direction followed by itself.
func TestInterpolatedResponsesAgainstEveryDirection(t *testing.T) {
	t.Parallel()
	steps := []int{0, 1, 3, 40, 300}
	methods := []Method{ScheduleFree(0.2, 0.9), DANA(0.2, 0.05, 0.5, 4), AdEMAMix(0.05, 0.9, 0.999, 2).WarmSlow(200),
		Momentum(0.05, 0.9).Cosine(), SGD(0.3).WSD(50, 100).Batch(8)}
	for name, p := range listsOfManyShapes(1500) {
		for _, m := range methods {
			m := must(over(m, steps[len(steps)-1]))
			if name == "silent" && m.Family() == "momentum" {
				continue // it rings, with no noise to hide it: the list itself is followed
			}
			r, ok := p.responsesOf(m, steps, math.Inf(1))
			if !ok || r.modes > p.Len()/2 {
				t.Errorf("%s, %v: not resolved", name, m)
				continue
			}
			mode := modesOf(m)
			for i := range p.Len() {
				d := p.Direction(i)
				respond(mode(d.Curvature, d.Noise), steps, func(k int, want Response) {
					got := r.at(d.Curvature)[k]
					got.Noise = times(got.Noise, d.Noise)
					size := math.Sqrt(want.Factor*want.Factor*d.SecondMoment() + want.Noise)
					// Of a start alone, the largest nearby may be that of any h within a part.
					if size == 0 || name == "silent" {
						size = 1
					}
					nearBy(t, name+" factor of "+m.String(), got.Factor, want.Factor, 1e-11*math.Max(size, math.Abs(want.Factor)))
					near(t, name+" noise of "+m.String(), got.Noise, want.Noise, 1e-11)
				})
				if t.Failed() {
					return
				}
			}
		}
	}
}

// No quadrature follows more directions than can be waited for, whatever it is that changes.
func TestQuadraturesThatAreFollowedAreBounded(t *testing.T) {
	p := must(PowerLaw(1e9, 1))
	own := byStep(1.5, 0.9999, func(t int) float64 { return 1 / math.Sqrt(1+float64(t)) })
	for _, m := range []Method{own, ScheduleFree(0.5, 0.9), DANA(0.5, 0.1, 0, 4), AdEMAMix(0.5, 0.99, 0.999, 2).WarmSlow(1e6), Momentum(0.5, 0.99).Cosine(), SGD(0.5).EMA(0.9).WarmedUp()} {
		for _, steps := range []int{1000, 100_000} {
			m := must(over(m, steps))
			followed, _ := followedSteps(p, steps, m)
			if work := p.summable(steps, m) * float64(followed) * costOf(m); !(work <= mostFollowed*(1+1e-9)) {
				t.Errorf("%v, %d steps: work of %.2g, want at most %.2g", m, steps, work, float64(mostFollowed))
			}
			if err := affordable(p, steps, m, 1); err != nil {
				t.Errorf("%v: %v", m, err)
			}
		}
	}
}
