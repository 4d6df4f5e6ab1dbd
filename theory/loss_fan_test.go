package theory

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// In one direction that starts around its minimum the loss is ½ h v χ²: its fan is
// that of the chi-square with the variance that plain steps give.
func TestFanOfOneDirection(t *testing.T) {
	const h, alpha, c, batch = 2.0, 0.3, 0.7, 3.0
	p := Problem{Curvature: []float64{h}, Noise: []float64{c}, Variance: []float64{4}}
	steps := []int{0, 1, 2, 5, 20}
	f := must(LossFan(p, steps, SGD(alpha).Batch(batch)))
	chi := distuv.ChiSquared{K: 1}
	v, k := 4.0, 0
	for step := 0; k < len(steps); step++ {
		if step == steps[k] {
			for i, pr := range f.Probabilities {
				near(t, "quantile", f.Quantiles[i][k], 0.5*h*v*chi.Quantile(pr), 1e-7)
			}
			near(t, "mean", f.Mean[k], 0.5*h*v, 1e-13)
			k++
		}
		v = (1-alpha*h)*(1-alpha*h)*v + alpha*alpha*c/batch
	}
}

// Each quantile has its probability, by the other way round; they rise; a loss that
// overflows has no finite one. A schedule is that of the whole run.
func TestFanHasItsProbabilities(t *testing.T) {
	p := must(PowerLaw(300, 1))
	m := Momentum(0.1, 0.8).Cosine()
	steps := []int{1, 10, 40, 80}
	f := must(LossFan(p, steps, m))
	long := must(m.Over(80))
	for k, step := range steps {
		for i, pr := range f.Probabilities {
			near(t, "probability", must(LossProbability(p, step, long, f.Quantiles[i][k])), pr, 1e-7)
			if i > 0 && !(f.Quantiles[i][k] > f.Quantiles[i-1][k]) {
				t.Errorf("step %d: quantiles %v", step, f.Quantiles)
			}
		}
		near(t, "mean", f.Mean[k], must(ExpectedLoss(p, step, long)), 1e-13)
	}
	streaming := p
	streaming.Streaming = true
	if _, err := LossFan(streaming, steps, m); err == nil {
		t.Error("a fan under multiplicative noise, where the law of the loss is not known")
	}
	if wild := must(LossFan(p, []int{0, 100_000}, SGD(3))); !math.IsInf(wild.Quantiles[0][1], 1) || math.IsInf(wild.Quantiles[4][0], 1) {
		t.Errorf("divergence: %v", wild.Quantiles)
	}
}
