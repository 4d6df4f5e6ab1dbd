package theory

import "testing"

// The losses that a search for a target looks at are those over every direction at every
// step, also where a long list is followed at points.
func TestGatheredWalksAgainstEveryDirection(t *testing.T) {
	t.Parallel()
	const steps = 240
	methods := []Method{ScheduleFree(0.2, 0.9), DANA(0.2, 0.05, 0.5, 4), AdEMAMix(0.05, 0.9, 0.999, 2).WarmSlow(200),
		Momentum(0.05, 0.9).Cosine(), Momentum(0.1, 0.8).EMA(0.95).Batch(4), QHM(0.2, 0.9, 0.7)}
	for name, p := range listsOfManyShapes(1200) {
		for _, m := range methods {
			m := must(over(m, steps))
			s := Steps{Checked: steps / sooner, Modes: p.Len()}
			w := p.gatheredWalker(&s, m, steps)
			if w == nil || w.reach != steps || s.Modes > p.Len()/2 || s.SumError > wanted {
				t.Errorf("%s, %v: %d modes, apart by %v", name, m, s.Modes, s.SumError)
				continue
			}
			want := newWalker(p.list(), m).losses(0, steps+1)
			for k, loss := range w.losses(0, steps+1) {
				if near(t, name+" "+m.String(), loss, want[k], 1e-10); t.Failed() {
					return
				}
			}
		}
	}
}

// A long list is followed to the limit that was asked for, and says
// of a target that the list's own power law reaches the same first step.
func TestTargetsOfLongLists(t *testing.T) {
	law := must(PowerLaw(4000, 1))
	list := must(law.Explicit())
	m := DANA(0.5, 0.01, 0.5, 4).Batch(4096)
	a, b := must(StepsToTarget(law, 0.03, m, 10_000)), must(StepsToTarget(list, 0.03, m, 10_000))
	if a.Outcome != Reached || b.Outcome != Reached || a.Steps != b.Steps || b.Modes > 1000 || b.SumError == 0 {
		t.Errorf("%v\nas a list %v, %d modes, error %v", a, b, b.Modes, b.SumError)
	}
	near(t, "loss", b.Loss, a.Loss, 1e-10)
}
