package gomlx

import (
	"math"
	"testing"

	"nqm/nqmkit"
	"nqm/nqmkit/networks"
)

// The two engines agree on loss, gradient, training and measurement.
func TestMLP(t *testing.T) {
	d := networks.Digits()
	d.Inputs, d.Labels = d.Inputs[:60], d.Labels[:60]
	theirs, ours := MLP(d, 3), networks.MLP(d, 3).Penalty(0)
	theta := ours.Start()
	near := func(what string, got, want []float64, relative float64) {
		t.Helper()
		for i := range want {
			if !(math.Abs(got[i]-want[i]) <= relative*(1+math.Abs(want[i]))) {
				t.Fatalf("%s: %v in place %d, nqm's network has %v", what, got[i], i, want[i])
			}
		}
	}
	near("loss", []float64{theirs.Loss(theta)}, []float64{ours.Loss(theta)}, 1e-12)
	got, want := make([]float64, len(theta)), make([]float64, len(theta))
	for _, batch := range [][]int{nil, {3}, {5, 7, 5, 0}} {
		theirs.Gradient(got, theta, batch)
		ours.Gradient(want, theta, batch)
		near("gradient", got, want, 1e-12)
	}
	method := nqmkit.Momentum(0.1, 0.9).Batch(4)
	a, b := networks.Train(theirs, 30, nqmkit.Trials(2, 1), method)[0], networks.Train(ours, 30, nqmkit.Trials(2, 1), method)[0]
	near("training", a.Mean, b.Mean, 1e-9)
	trace, square := networks.NoiseScale(theirs, theta)
	wantTrace, wantSquare := networks.NoiseScale(ours, theta)
	near("noise scale", []float64{trace, square}, []float64{wantTrace, wantSquare}, 1e-9)
	p := networks.Lanczos(theirs, theta, networks.Hessian, 5, nqmkit.Trials(1, 1), nqmkit.NegativeCurvature(nqmkit.Clip))
	q := networks.Lanczos(ours, theta, networks.Hessian, 5, nqmkit.Trials(1, 1), nqmkit.NegativeCurvature(nqmkit.Clip))
	near("largest curvature", []float64{p.Direction(0).Curvature}, []float64{q.Direction(0).Curvature}, 1e-6)
}
