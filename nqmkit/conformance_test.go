package nqmkit_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"nqm/nqmkit"
	"nqm/theory"
)

// uneven has directions of every kind: stiff, flat, without noise, without
// curvature, repeated; and starts that are certain, random and both.
func uneven() theory.Problem {
	return theory.Problem{
		Curvature:    []float64{2, 0.5, 0.01, 0},
		Noise:        []float64{0.3, 0, 4, 1},
		Mean:         []float64{1, -2, 0, 3},
		Variance:     []float64{0, 0.5, 2, 0},
		Multiplicity: []float64{1, 3, 2, 1},
	}
}

// streaming is least squares on fresh inputs, with label noise (C = H).
func streaming(p theory.Problem) theory.Problem {
	p.Streaming = true
	return p
}

// misaligned is a dense problem whose noise is correlated in H's eigenbasis.
func misaligned() nqmkit.Dense {
	return nqmkit.Dense{
		Hessian: mat.NewSymDense(3, []float64{2, 0.5, 0, 0.5, 1, 0.2, 0, 0.2, 0.3}),
		Noise:   mat.NewSymDense(3, []float64{1, 1, 0, 1, 1, 0, 0, 0, 0.5}), // of rank 2
		Mean:    []float64{1, -1, 2},
	}
}

// streamingMisaligned is misaligned on fresh inputs; labelled has C = 0.3² H, so
// that its noise is that of labels.
func streamingMisaligned() nqmkit.Dense {
	p := misaligned()
	p.Streaming = true
	return p
}

func labelled() nqmkit.Dense {
	p := streamingMisaligned()
	p.Noise = mat.NewSymDense(3, nil)
	p.Noise.ScaleSym(0.09, p.Hessian)
	return p
}

// triple is a researcher's own linear method: heavy ball by its matrices.
func triple(alpha, beta float64) theory.Linear {
	return theory.Linear{Name: "own momentum", System: func(h float64) theory.System {
		return theory.System{
			State:   [][]float64{{1 - alpha*h, -alpha * beta}, {h, beta}},
			Noise:   []float64{-alpha, 1},
			Readout: []float64{1, 0},
		}
	}}
}

// changing is schedule-free SGD by its matrices: x and z, with the gradient at
// βx + (1-β)z and the answer at x.
func changing(alpha, beta float64) theory.Linear {
	return theory.Linear{Name: "own schedule-free", System: func(h float64) theory.System {
		at := func(t int) theory.System {
			c, x := 1/float64(t+1), alpha*h
			return theory.System{
				State:   [][]float64{{1 - c - c*x*beta, c - c*x*(1-beta)}, {-x * beta, 1 - x*(1-beta)}},
				Noise:   []float64{-c * alpha, -alpha},
				Readout: []float64{1, 0}, Start: []float64{1, 1}, Gradient: []float64{beta, 1 - beta},
			}
		}
		s := at(0)
		s.Step = at
		return s
	}}
}

// Each method's closed form against the literal update rule; the two share no
// code. Every row would doubt a right closed form with a probability of 0.001
// over all its steps together; with the seeds fixed the test gives the same answer each time. A new
// method needs a new row and no more.
func TestClosedFormsAgreeWithTheLiteralRules(t *testing.T) {
	two := nqmkit.TwoDirections(50, 1)
	small := nqmkit.PowerLaw(30, 1)
	regular := theory.Problem{Curvature: []float64{2, 0.5, 0.01}, Noise: []float64{1, 1, 1}, Mean: []float64{1, -2, 3}}
	for _, row := range []struct {
		name   string
		p      nqmkit.Quadratic
		method nqmkit.Sampler
	}{
		{"SGD, the lecture's two directions", two, nqmkit.SGD(0.02)},
		{"SGD beyond x = 1", two, nqmkit.SGD(0.035)},
		{"SGD with a batch", small, nqmkit.SGD(0.5).Batch(16)},
		{"SGD, unequal directions", uneven(), nqmkit.SGD(0.7)},
		{"SGD without noise", theory.Problem{Curvature: []float64{1, 3}, Mean: []float64{1, 1}}, nqmkit.SGD(0.1)},
		{"momentum", uneven(), nqmkit.Momentum(0.1, 0.9)},
		{"momentum at its double root", theory.Problem{Curvature: []float64{9, 1}, Noise: []float64{9, 1}, Variance: []float64{1, 1}}, nqmkit.Momentum(0.25, 0.25)},
		{"momentum with a batch", small, nqmkit.Momentum(0.05, 0.95).Batch(8)},
		{"Nesterov", uneven(), nqmkit.Nesterov(0.1, 0.9)},
		{"Nesterov, stiff", two, nqmkit.Nesterov(0.02, 0.5)},
		{"QHM", uneven(), nqmkit.QHM(0.5, 0.9, 0.7)},
		{"torch's dampening", uneven(), nqmkit.Momentum(0.3, 0.8).Dampened(0.5)},
		{"stored Nesterov", uneven(), nqmkit.Nesterov(0.1, 0.9).Stored()},
		{"Keras", uneven(), nqmkit.Momentum(0.1, 0.9).Keras().Linear()},
		{"Keras with Nesterov", uneven(), nqmkit.Nesterov(0.1, 0.9).Keras().Cosine()},
		{"schedule-free", uneven(), nqmkit.ScheduleFree(0.7, 0.9)},
		{"schedule-free at y, warmed up", uneven(), nqmkit.ScheduleFree(0.7, 0.5).AtY().WSD(10, 0)},
		{"schedule-free at z", uneven(), nqmkit.ScheduleFree(0.7, 0.5).AtZ()},
		{"AdEMAMix", uneven(), nqmkit.AdEMAMix(0.1, 0.9, 0.99, 3)},
		{"AdEMAMix, warmed up, decoupled decay", uneven(), nqmkit.AdEMAMix(0.1, 0.5, 0.99, 3).WarmSlow(30).WithDecoupledDecay(0.2)},
		{"DANA-constant", uneven(), nqmkit.DANA(0.3, 0.1, 0, 4)},
		{"DANA-decaying", uneven(), nqmkit.DANA(0.3, 0.3, 0.5, 4).Batch(4)},
		{"debiased EMA", uneven(), nqmkit.SGD(0.7).EMA(0.95).Debiased()},
		{"warmed-up EMA of heavy ball", uneven(), nqmkit.Momentum(0.1, 0.9).EMA(0.95).WarmedUp()},
		{"EMA as AveragedModel", uneven(), nqmkit.SGD(0.7).EMA(0.95).FirstCopied()},
		{"momentum schedule", uneven(), nqmkit.Momentum(0.1, 0.5).Segments(
			theory.Segment{Steps: 15, Shape: theory.LinearRate, From: 0.1, To: 1, Momentum: 0.95, MomentumTo: 0.8}, theory.Segment{Shape: theory.CosineRate, From: 1, Momentum: 0.8, MomentumTo: 0.9, BatchSize: 4})},
		{"momentum schedule of Nesterov", uneven(), nqmkit.Nesterov(0.1, 0.5).Segments(
			theory.Segment{Steps: 15, Shape: theory.LinearRate, From: 0.1, To: 1, Momentum: 0.95, MomentumTo: 0.8}, theory.Segment{From: 1, Momentum: 0.7})},
		{"weight decay", uneven(), nqmkit.Momentum(0.1, 0.8).WithDecay(0.3)},
		{"weight decay on a rotated problem", nqmkit.Rotated(uneven(), 70), nqmkit.Nesterov(0.1, 0.8).WithDecay(0.3)},
		{"decoupled decay, preconditioned", regular, nqmkit.SGD(0.2).Precondition(0.5).WithDecoupledDecay(0.3).Linear()},
		{"streaming schedule-free", streaming(small), nqmkit.ScheduleFree(0.2, 0.9)},
		{"streaming DANA", streaming(small), nqmkit.DANA(0.1, 0.1, 1, 4)},
		{"streaming SGD with weight decay", streaming(small), nqmkit.SGD(0.2).WithDecay(0.1)},
		{"EMA of SGD", uneven(), nqmkit.SGD(0.7).EMA(0.9)},
		{"EMA of momentum", uneven(), nqmkit.Momentum(0.1, 0.9).EMA(0.8)},
		{"EMA of Nesterov", small, nqmkit.Nesterov(0.1, 0.8).EMA(0.95)},
		{"uniform average", uneven(), nqmkit.SGD(0.7).Average()},
		{"tail average of momentum", uneven(), nqmkit.Momentum(0.1, 0.8).TailAverage(20)},
		{"half preconditioned", regular, nqmkit.SGD(0.2).Precondition(0.5)},
		{"Newton", regular, nqmkit.SGD(0.2).Precondition(1)},
		{"preconditioned momentum", regular, nqmkit.Momentum(0.1, 0.7).Precondition(0.75).Batch(4)},
		{"Lookahead of SGD", uneven(), nqmkit.SGD(0.7).Lookahead(5, 0.5)},
		{"Lookahead of Nesterov with EMA", uneven(), nqmkit.Nesterov(0.1, 0.9).Lookahead(7, 0.8).EMA(0.5)},
		{"cosine schedule", uneven(), nqmkit.SGD(0.7).Cosine()},
		{"linear schedule of momentum", uneven(), nqmkit.Momentum(0.1, 0.9).Linear()},
		{"WSD of Nesterov", uneven(), nqmkit.Nesterov(0.1, 0.9).WSD(10, 20)},
		{"Newton with 1/t", regular, nqmkit.SGD(1).Precondition(1).InverseTime(1)},
		{"schedule of batch sizes", uneven(), nqmkit.Momentum(0.1, 0.5).Segments(
			theory.Segment{Steps: 15, From: 1, BatchSize: 2}, theory.Segment{Steps: 20, Shape: theory.CosineRate, From: 1, To: 0.3, BatchSize: 16}, theory.Segment{From: 0.3, BatchSize: 4})},
		{"own linear method", uneven(), triple(0.1, 0.9)},
		{"own linear method that changes", uneven(), changing(0.3, 0.9)},
		{"torch with dampening", uneven(), theory.Torch{LearningRate: 0.5, Momentum: 0.8, Dampening: 0.5, BatchSize: 2}},
		{"torch, dampening without momentum", uneven(), theory.Torch{LearningRate: 0.5, Dampening: 0.5, BatchSize: 2}},
		{"torch with Nesterov", uneven(), theory.Torch{LearningRate: 0.1, Momentum: 0.8, Nesterov: true}},
		{"streaming SGD", streaming(small), nqmkit.SGD(0.2)},
		{"streaming SGD with a batch", streaming(small), nqmkit.SGD(0.4).Batch(4)},
		{"streaming momentum", streaming(small), nqmkit.Momentum(0.05, 0.8)},
		{"streaming, noise that no label makes", streaming(uneven()), nqmkit.SGD(0.1)},
		{"streaming SGD on a rotated problem", nqmkit.Rotated(streaming(nqmkit.PowerLaw(5, 1)), 30), nqmkit.SGD(0.2).Batch(2)},
		{"streaming momentum, dense", labelled(), nqmkit.Momentum(0.02, 0.7)},
		{"streaming Nesterov, dense, noise that no label makes", streamingMisaligned(), nqmkit.Nesterov(0.02, 0.7).EMA(0.5)},
		{"streaming, preconditioned, dense", labelled(), nqmkit.SGD(0.05).Precondition(0.5)},
		{"SGD on a rotated problem", nqmkit.Rotated(two, 30), nqmkit.SGD(0.02)},
		{"momentum on a rotated problem", nqmkit.Rotated(uneven(), 70), nqmkit.Momentum(0.1, 0.9)},
		{"preconditioned on a rotated problem", nqmkit.Rotated(regular, -40), nqmkit.SGD(0.2).Precondition(0.5)},
		{"SGD with misaligned noise", misaligned(), nqmkit.SGD(0.4)},
		{"Nesterov with misaligned noise", misaligned(), nqmkit.Nesterov(0.1, 0.9)},
		{"SGD, Student t", nqmkit.StudentT(uneven(), 5), nqmkit.SGD(0.7)},
		{"momentum, Rademacher", nqmkit.Rademacher(two), nqmkit.Momentum(0.005, 0.9)},
		{"SGD, Student t, misaligned", nqmkit.StudentT(misaligned(), 7), nqmkit.SGD(0.4)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			a := nqmkit.Check(row.p, 60, nqmkit.Trials(4000, 7), row.method)[0]
			if !a.Agrees() {
				t.Errorf("worst |z| = %.2f, allowed %.2f", a.Worst(), a.Threshold)
			}
		})
	}
}

// torch's and optax's own rules against the methods of package theory that
// claim to be them.
func TestTorchAndOptaxConventions(t *testing.T) {
	for _, row := range []struct {
		sampled nqmkit.Sampler
		closed  theory.Method
	}{
		{nqmkit.TorchSGD{LearningRate: 0.1, Momentum: 0.9}, theory.Momentum(0.1, 0.9)},
		{nqmkit.TorchSGD{LearningRate: 0.1, Momentum: 0.9}, theory.Torch{LearningRate: 0.1, Momentum: 0.9, Dampening: 0}},
		{nqmkit.TorchSGD{LearningRate: 0.5, Momentum: 0.8, Dampening: 0.8}, theory.Torch{LearningRate: 0.5, Momentum: 0.8, Dampening: 0.8}},
		{nqmkit.TorchSGD{LearningRate: 0.5, Momentum: 0.8, Dampening: 0.3}, theory.Torch{LearningRate: 0.5, Momentum: 0.8, Dampening: 0.3}},
		{nqmkit.TorchSGD{LearningRate: 0.1, Momentum: 0.8, Nesterov: true}, lookingAhead(0.1, 0.8)},
		{nqmkit.TorchSGD{LearningRate: 0.1, Momentum: 0.8, Nesterov: true}, theory.Torch{LearningRate: 0.1, Momentum: 0.8, Nesterov: true}},
		{nqmkit.TorchSGD{LearningRate: 0.1, Momentum: 0.8, WeightDecay: 0.3}, theory.Momentum(0.1, 0.8).WithDecay(0.3)},
		{nqmkit.OptaxSGD{LearningRate: 0.1, Momentum: 0.8, Nesterov: true}, theory.FromOptax(0.1, 0.8, true)},
		{nqmkit.OptaxSGD{LearningRate: 0.1, Momentum: 0.9}, theory.FromOptax(0.1, 0.9, false)},
		{nqmkit.OptaxSGD{LearningRate: 0.1, Momentum: 0.8, Nesterov: true}, lookingAhead(0.1, 0.8)},
	} {
		a := nqmkit.CheckAgainst(uneven(), nqmkit.Steps(60), nqmkit.Trials(4000, 11), row.closed, row.sampled)
		if !a.Agrees() {
			t.Errorf("%v against %v: worst |z| = %.2f, allowed %.2f", row.sampled, row.closed, a.Worst(), a.Threshold)
		}
	}
}

// lookingAhead is Nesterov's method with the results about y = θ - αβ v, where
// the gradient is taken: the parameters of torch and optax.
func lookingAhead(alpha, beta float64) theory.Linear {
	return theory.Linear{Name: "Nesterov, y", System: func(h float64) theory.System {
		return theory.System{
			State:   [][]float64{{1 - alpha*h, -alpha * beta * (1 - alpha*h)}, {h, beta * (1 - alpha*h)}},
			Noise:   []float64{-alpha, 1},
			Readout: []float64{1, -alpha * beta},
		}
	}}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Without noise and with a certain start there is nothing to average: the
// literal rule must give the closed form itself.
func TestLiteralRulesWithoutNoiseAreExact(t *testing.T) {
	p := theory.Problem{Curvature: []float64{1.7, 0.6, 0.01}, Mean: []float64{1, -2, 30}}
	at := nqmkit.Steps(80)
	for _, m := range []theory.Method{
		nqmkit.SGD(0.9), nqmkit.Momentum(0.5, 0.9), nqmkit.Nesterov(0.4, 0.9), nqmkit.SGD(0.9).EMA(0.8), nqmkit.Nesterov(0.4, 0.9).EMA(0.6),
		nqmkit.Momentum(0.5, 0.7).TailAverage(13), nqmkit.Nesterov(0.4, 0.5).Average(), nqmkit.Momentum(0.5, 0.9).Lookahead(6, 0.4), nqmkit.Nesterov(0.3, 0.8).Precondition(0.5),
		nqmkit.Nesterov(0.4, 0.9).Cosine(), nqmkit.Momentum(0.5, 0.9).WSD(7, 11), nqmkit.SGD(0.9).InverseTime(5), nqmkit.Momentum(0.3, 0.5).Linear().Lookahead(4, 0.5).EMA(0.3),
		triple(0.5, 0.9), lookingAhead(0.4, 0.9), theory.Torch{LearningRate: 0.5, Momentum: 0.8, Dampening: 0.4},
	} {
		exact := must(theory.Expect(p, at, m))
		sampled := nqmkit.SampleAt(p, at, nqmkit.Trials(2, 1), m)[0]
		for k, want := range exact.Loss {
			if got := sampled.Mean[k]; !(math.Abs(got-want) <= 1e-12*exact.Loss[0]) {
				t.Errorf("%v after %d steps: loss %v, closed form %v", m, at[k], got, want)
				break
			}
		}
	}
}
