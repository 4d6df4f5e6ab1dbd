package theory

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// The division of samples against the bisected root of Σ n max(1, τ√(V/n)) = N,
// and against random transfers between two pieces.
func TestShareOut(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 9))
	for range 300 {
		n := 1 + r.IntN(6)
		noise, lengths := make([]float64, n), make([]float64, n)
		least := 0.0
		for k := range n {
			noise[k], lengths[k] = math.Exp(4*r.NormFloat64()), float64(1+r.IntN(9))
			least += lengths[k]
		}
		samples := least * math.Exp(3*r.Float64())
		spent := func(tau float64) (total float64) {
			for k := range n {
				total += lengths[k] * math.Max(1, tau*math.Sqrt(noise[k]/lengths[k]))
			}
			return total
		}
		low, high := 0.0, 1e9
		for range 200 {
			if mid := (low + high) / 2; spent(mid) < samples {
				low = mid
			} else {
				high = mid
			}
		}
		batch := shareOut(noise, lengths, samples)
		var value, total float64
		for k := range n {
			near(t, "B", batch[k], math.Max(1, high*math.Sqrt(noise[k]/lengths[k])), 1e-9)
			value += noise[k] / batch[k]
			total += batch[k] * lengths[k]
		}
		near(t, "samples spent", total, samples, 1e-12)
		i, j := r.IntN(n), r.IntN(n)
		gift := r.Float64() * (batch[i] - 1) * lengths[i]
		moved := append([]float64(nil), batch...)
		moved[i] -= gift / lengths[i]
		moved[j] += gift / lengths[j]
		var other float64
		for k := range n {
			other += noise[k] / moved[k]
		}
		if other < value*(1-1e-12) {
			t.Errorf("%v samples from %d to %d: %v < %v", gift, i, j, other, value)
		}
	}
}

// All batch sizes, steps and learning rates of a grid, by the literal recursion.
func TestBatchScheduleAgainstBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 12 {
		p, o := randomSchedule(r)
		if p.Noise == nil {
			continue
		}
		o.LearningRate = 0
		const samples = 9.0
		s := must(BestBatchSchedule(p, samples, o, 2))
		best, at := math.Inf(1), ""
		for steps := 1; steps <= samples; steps++ {
			lengths := lengthsOf(steps, 2)
			for k := 1; k < 200; k++ {
				alpha := s.Limit * float64(k) / 200
				for first := 1.0; first*float64(lengths[0]) <= samples; first += 0.02 {
					batch := []float64{first}
					if left := samples - first*float64(lengths[0]); len(lengths) == 2 {
						if left < float64(lengths[1]) {
							break
						}
						batch = append(batch, left/float64(lengths[1]))
					}
					if l := literalBatches(p, o.Power, alpha, lengths, batch); l < best {
						best, at = l, fmt.Sprint(steps, alpha, batch)
					}
				}
			}
		}
		if s.Loss > best*(1+1e-9) {
			t.Errorf("%+v, %v: %v, but %s has %v", p, o, s, at, best)
		}
		near(t, "literal loss of the answer", literalBatches(p, o.Power, s.LearningRate, s.Lengths, s.BatchSizes), s.Loss, 1e-9)
	}
}

func literalBatches(p Problem, power, alpha float64, lengths []int, batch []float64) float64 {
	var total float64
	for i := range p.Curvature {
		d := p.Direction(i)
		s := d.SecondMoment()
		a := alpha * math.Pow(d.Curvature, -power)
		for k, n := range lengths {
			for range n {
				s = (1-a*d.Curvature)*(1-a*d.Curvature)*s + a*a*d.Noise/batch[k]
			}
		}
		total += 0.5 * d.Multiplicity * d.Curvature * s
	}
	return total
}

// Power 1 with C = H: every division of the samples into Newton steps with the
// Kalman filter's weights has the same loss, one step with all of them too.
func TestBatchScheduleOfNewton(t *testing.T) {
	p := must(PowerLaw(1000, 1))
	var risk float64
	for i := 1.0; i <= 1000; i++ {
		risk += 1 / i
	}
	for _, pieces := range []int{1, 7} {
		s := must(BestBatchSchedule(p, 1e4, Optimizer{Power: 1}, pieces))
		near(t, "loss", s.Loss, 0.5/(1/risk+1e4/1000), 1e-11)
	}
}

// The optimum has the loss that is stated in the general engine, spends its
// samples, and meets its conditions; more pieces are never worse.
func TestBestBatchSchedule(t *testing.T) {
	t.Parallel()
	p := must(PowerLaw(10_000, 1))
	for _, o := range []Optimizer{{}, {LearningRate: 0.3}, {Power: 0.5}} {
		before := math.Inf(1)
		for _, pieces := range []int{1, 2, 4, 8, 16} {
			s := must(BestBatchSchedule(p, 1e5, o, pieces))
			near(t, "loss by the general engine", s.Loss, must(ExpectedLoss(p, s.Steps, s.Optimizer)), 1e-11)
			near(t, "samples", s.Optimizer.samples(s.Steps), 1e5, 1e-12)
			if s.Residual > 1e-9 || s.Fewer < s.Loss*(1-1e-12) || s.More < s.Loss*(1-1e-12) {
				t.Errorf("%+v: residual %v, %v one step less, %v one step more", s, s.Residual, s.Fewer, s.More)
			}
			if s.Loss > before*(1+1e-9) {
				t.Errorf("%d batch sizes: loss %v, with fewer %v", pieces, s.Loss, before)
			}
			before = s.Loss
		}
	}
}

// To first order in αh a batch that grows does what a rate that falls does, in
// fewer steps: the difference of the losses shrinks in proportion to αh.
func TestBatchGrowthIsRateDecay(t *testing.T) {
	p := must(must(List(1, 0.3, 0.1)).WithStart(nil, nil))
	differs := func(alpha float64) float64 {
		n := int(8 / alpha)
		rates := SGD(alpha).Segments(Segment{Steps: n, From: 1}, Segment{Steps: 2 * n, From: 0.5}, Segment{Steps: 4 * n, From: 0.25})
		batches := SGD(alpha).Segments(Segment{Steps: n, From: 1}, Segment{Steps: n, From: 1, BatchSize: 2}, Segment{Steps: n, From: 1, BatchSize: 4})
		near(t, "samples", batches.samples(3*n), rates.samples(7*n), 1e-15)
		return must(ExpectedLoss(p, 3*n, batches))/must(ExpectedLoss(p, 7*n, rates)) - 1
	}
	coarse, fine := differs(1./256), differs(1./4096)
	if !(math.Abs(coarse) < 0.02) {
		t.Errorf("relative difference %v at αh = 1/256", coarse)
	}
	near(t, "ratio of the differences", coarse/fine, 16, 0.1)
}

func TestCompareSchedules(t *testing.T) {
	p := must(PowerLaw(10_000, 1))
	c := must(CompareSchedules(p, 1e5, SGD(1), 10))
	if !(c.Rates.Loss < c.Rate.Loss && c.Batches.Loss < c.Batch.Loss && c.Batch.Loss <= c.Rate.Loss*(1+1e-9)) {
		t.Errorf("rates %v of %v, batches %v of %v", c.Rates.Loss, c.Rate.Loss, c.Batches.Loss, c.Batch.Loss)
	}
	for _, loss := range []float64{c.Rates.Loss, c.Batches.Loss} {
		if loss < c.Bayes {
			t.Errorf("loss %v is below the Bayes bound %v", loss, c.Bayes)
		}
	}
	var back ScheduleComparison
	if err := json.Unmarshal(must(json.Marshal(c)), &back); err != nil || !reflect.DeepEqual(c, back) {
		t.Errorf("through JSON: %v", err)
	}
}

func TestBatchScheduleEdges(t *testing.T) {
	quiet := must(must(List(1, 0.1)).WithNoise(nil))
	if s := must(BestBatchSchedule(quiet, 50, Optimizer{}, 3)); s.Residual > 1e-9 || s.Steps != 50 {
		t.Errorf("without noise: %+v", s)
	}
	if s := must(BestBatchSchedule(must(List(1)), 1, Optimizer{}, 3)); s.Steps != 1 || s.BatchSizes[0] != 1 {
		t.Errorf("one sample: %+v", s)
	}
	p := must(List(1, 0.5))
	streaming := p
	streaming.Streaming = true
	ask := func(p Problem, o Optimizer, samples float64, pieces int) error {
		return second(BestBatchSchedule(p, samples, o, pieces))
	}
	for want, err := range map[string]error{
		"0.5 samples: want 1":   ask(p, Optimizer{}, 0.5, 1),
		"NaN samples":           ask(p, Optimizer{}, math.NaN(), 1),
		"learning rate 2: want": ask(p, SGD(2), 10, 1),
		"additive noise":        ask(streaming, Optimizer{}, 10, 1),
		"plain SGD":             ask(p, Momentum(1, 0.5), 10, 1),
		"0 pieces":              ask(p, Optimizer{}, 10, 0),
		"in batches of 16":      second(CompareSchedules(p, 10, SGD(1).Batch(16), 2)),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}
