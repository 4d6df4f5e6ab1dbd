package theory

import (
	"math"
	"math/rand/v2"
	"testing"

	"nqm/theory/longtest"
)

// listsOfManyShapes are long: even, in clusters, with outliers and directions
// without curvature, with starts, noises and numbers that know nothing of the curvature.
func listsOfManyShapes(n int) map[string]Problem {
	r := rand.New(rand.NewPCG(7, 7))
	with := func(h func(i int) float64) Problem {
		var p Problem
		for i := range n {
			p.Curvature = append(p.Curvature, h(i))
			p.Noise = append(p.Noise, r.ExpFloat64())
			p.Mean = append(p.Mean, r.NormFloat64())
			p.Variance = append(p.Variance, r.Float64())
			p.Multiplicity = append(p.Multiplicity, float64(1+r.IntN(3)))
		}
		return p
	}
	silent := with(func(int) float64 { return math.Exp(-5 * r.Float64()) })
	silent.Noise = nil
	return map[string]Problem{
		"even":     with(func(int) float64 { return math.Exp(-12 * r.Float64()) }),
		"clusters": with(func(i int) float64 { return math.Pow(10, -float64(i%4)) * (1 + 1e-3*r.Float64()) }),
		"outliers": with(func(i int) float64 {
			if i%10 == 0 {
				return 0
			}
			return 1e-3 * math.Exp(r.NormFloat64()) * math.Max(1, 100/float64(i))
		}),
		"power":  must(must(PowerLaw(n, 1.5)).Explicit()),
		"silent": silent,
	}
}

// Sums at points are those over every direction, of methods that change and of
// schedules, of lists of any shape.
func TestGatheredListsAgainstEveryDirection(t *testing.T) {
	t.Parallel()
	steps := []int{0, 1, 2, 5, 30, 300}
	methods := []Method{ScheduleFree(0.2, 0.9), ScheduleFree(0.2, 0.9).AtY(), DANA(0.2, 0.05, 0.5, 4), DANA(0.2, 0.01, 0, 8),
		AdEMAMix(0.05, 0.9, 0.999, 2).WarmSlow(200), Momentum(0.05, 0.9).Cosine(), Momentum(0.05, 0.9).Keras().Linear().EMA(0.99), SGD(0.3).WSD(50, 100).Batch(8)}
	for name, p := range listsOfManyShapes(2000) {
		for i, m := range methods {
			if !longtest.Wanted() && i%2 != len(name)%2 {
				continue
			}
			m := must(over(m, 300))
			_, l, modes, apartBy, ok := p.gather(m, steps, math.Inf(1))
			if !ok || modes > p.Len()/2 || apartBy > wanted {
				t.Errorf("%s, %v: %d modes, apart by %v", name, m, modes, apartBy)
				continue
			}
			exact := lossesOf(p.list(), modesOf(m), steps)
			for k := range exact {
				loss := exact[k].bias.Value() + exact[k].noise.Value()
				nearBy(t, name+" bias", l[k].bias.Value(), exact[k].bias.Value(), 1e-12*loss)
				nearBy(t, name+" noise", l[k].noise.Value(), exact[k].noise.Value(), 1e-12*loss)
				near(t, name+" variance", l[k].variance.Value(), exact[k].variance.Value(), 1e-11)
			}
		}
	}
}

// Ten thousand directions over 10^5 steps are followed, and are those of the power law
// that they are the list of, whose sums are taken by quadrature of its index.
func TestLongListsAreFollowed(t *testing.T) {
	t.Parallel()
	law := must(PowerLaw(1e4+1e4, 1))
	list := must(law.Explicit())
	at := []int{100, 10_000, 60_000}
	for _, m := range []Method{DANA(0.5, 0.01, 0.5, 4), SGD(0.3).EMA(0.999).Linear()} {
		a, b := must(Expect(law, at, m)), must(Expect(list, at, m))
		if b.Modes > 600 || b.SumError == 0 || b.SumError > wanted {
			t.Errorf("%v: %d modes, error %v", m, b.Modes, b.SumError)
		}
		for k := range at {
			near(t, "loss", b.Loss[k], a.Loss[k], 2e-11)
			near(t, "deviation", b.StdDev[k], a.StdDev[k], 2e-11)
		}
		near(t, "floor", b.Floor, a.Floor, 2e-11)
	}
}

// Directions that grow beyond all numbers do so as they are, whether they are few of a list,
// most of it or all, and the others are not followed one by one for it.
func TestGatheredDivergence(t *testing.T) {
	p := must(LogUniform(3000, 10, 1e-3))
	steps := []int{1, 10, 800}
	for _, c := range []struct {
		m     Optimizer
		limit float64 // of the curvature
	}{{DANA(0.21, 0.05, 0.5, 4), 2 / 0.21}, {DANA(1, 0.05, 0.5, 4), 2}, {ScheduleFree(3, 0.9), 20. / 3}, {DANA(200, 0.05, 0.5, 4), 0.01}, {DANA(1e5, 0.05, 0.5, 4), 2e-5}} {
		grow := 0
		for _, h := range p.Curvature {
			if h > c.limit {
				grow++
			}
		}
		_, l, modes, _, ok := p.gather(c.m, steps, math.Inf(1))
		if !ok || modes > grow+400 {
			t.Errorf("%v: %d modes, %v, of %d directions that grow", c.m, modes, ok, grow)
			continue
		}
		for k, want := range lossesOf(p.list(), modesOf(c.m), steps) {
			near(t, c.m.String()+" bias", l[k].bias.Value(), want.bias.Value(), 1e-11)
			near(t, c.m.String()+" noise", l[k].noise.Value(), want.noise.Value(), 1e-11)
		}
		if !math.IsInf(l[3].bias.Value(), 1) {
			t.Errorf("%v: the limit of the bias is %v", c.m, l[3].bias.Value())
		}
	}
}

// nearBy compares with an absolute bound; infinities are equal.
func nearBy(t *testing.T, what string, got, want, bound float64) {
	t.Helper()
	if got != want && !(math.Abs(got-want) <= bound) {
		t.Errorf("%s: %v, want %v within %v", what, got, want, bound)
	}
}
