package theory

import (
	"math"
	"math/rand/v2"
	"testing"
)

// drawWalk draws a method with Lookahead, averages and schedules, as they come.
func drawWalk(r *rand.Rand, steps int) Optimizer {
	o := drawRule(r)
	if r.IntN(2) == 0 {
		o.LookaheadSteps, o.SlowStep = 1+r.IntN(9), 0.2+0.7*r.Float64()
	}
	switch r.IntN(4) {
	case 0:
		o.Decay = -math.Expm1(-9 * r.Float64())
	case 1:
		o.UniformAverage = true
	case 2:
		o.UniformAverage, o.AverageFrom = true, int(math.Exp(6*r.Float64()))
	}
	if r.IntN(4) == 0 {
		o.Power = 0.9 * r.Float64()
	}
	o.LearningRate = o.unitLimit() / (1 + math.Exp(9*r.Float64()-3))
	for range r.IntN(3) {
		g := Segment{Steps: 1 + steps/3, Shape: Shape(r.IntN(4)), From: 1, To: r.Float64(), Time: 1 + 9*r.Float64()}
		if r.IntN(3) == 0 {
			g.BatchSize = math.Exp(9 * r.Float64())
		}
		o.Schedule = append(o.Schedule, g)
	}
	return o
}

// Every method with steady steps, with additive and with multiplicative noise.
func TestQuickWalkAgainstExactModes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	dirs := must(List(1, 0.7, 0.3, 0.05, 0.01, 0.002, 1e-4, 1e-6, 0)).list()
	worst := 0.0
	for n := range 400 {
		steps := int(math.Exp(6 * r.Float64()))
		o := drawWalk(r, steps)
		streaming := n%2 == 0
		var want float64
		if streaming {
			must(visitStreamed(dirs, o, []int{steps}, nil, func(_ int, _, loss float64) { want = loss }))
		} else {
			want = lossesAt(dirs, o, []int{steps})[0]
		}
		got, ok := o.system().quickWalk(o, steps).loss(dirs, o, steps, streaming)
		if !ok || math.IsInf(want, 1) && math.IsInf(got, 1) {
			continue
		}
		off := math.Abs(got/want - 1)
		if worst = math.Max(worst, off); !(off <= 1e-9) {
			t.Errorf("%v at %d, multiplicative noise %v: %v, want %v, off by %.2g", o, steps, streaming, got, want, off)
		}
	}
	t.Logf("worst %.2g", worst)
}

func BenchmarkQuickWalk(b *testing.B) {
	dirs := must(PowerLaw(10_000, 1)).Law.nodes(ladder[1])
	for _, o := range []Optimizer{SGD(0.03), Momentum(0.003, 0.9), Momentum(0.003, 0.9).EMA(0.99), Momentum(0.003, 0.9).EMA(0.99).Lookahead(5, 0.5)} {
		perStep := func(b *testing.B) {
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(dirs)*1000), "ns/direction/step")
		}
		w := o.system().quickWalk(o, 1000)
		b.Run("quick/"+o.Family(), func(b *testing.B) {
			for b.Loop() {
				w.loss(dirs, o, 1000, true)
			}
			perStep(b)
		})
		b.Run("exact/"+o.Family(), func(b *testing.B) {
			for b.Loop() {
				_, _ = visitStreamed(dirs, o, []int{1000}, nil, nil)
			}
			perStep(b)
		})
	}
}
