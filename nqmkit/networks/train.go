package networks

import (
	"fmt"
	"math"
	"math/bits"
	"slices"

	"gonum.org/v1/gonum/mat"

	"nqm/nqmkit"
	"nqm/nqmkit/internal/random"
	"nqm/theory"
)

// Train trains m with each method from its start for the given number of steps, and
// returns the loss of all examples, averaged over the runs, with a band, at the steps
// that nqmkit.Steps chooses. Batches are drawn with replacement; run k of a seed draws
// the same examples for every method (common random numbers), on any number of cores.
//
// A run that diverges has the loss +Inf from there on. Long training shows its
// progress, and an interrupt keeps the methods all of whose runs were finished. Train panics
// on an invalid method, on
// preconditioning without a Lab, a batch size that is no whole number, fewer than one run, steps < 0, an interrupt before
// any method was finished, and with the step where a loss or gradient of m is not finite:
// a run diverges when its loss overflows after the start, or its parameters grow beyond 10^75.
func Train(m Model, steps int, runs nqmkit.Runs, methods ...nqmkit.Sampler) []theory.SampledCurve {
	return TrainAt(m, nqmkit.Steps(steps), runs, methods...)
}

// TrainAt is Train with the loss observed at chosen steps, which must increase and not
// be negative.
func TrainAt(m Model, steps []int, runs nqmkit.Runs, methods ...nqmkit.Sampler) []theory.SampledCurve {
	checkModel(m)
	if runs.Trials < 1 || len(steps) == 0 || steps[0] < 0 || len(methods) == 0 {
		panic(fmt.Errorf("networks: %d runs of %d methods, looked at in %d steps: want 1 or more of each, and steps of 0 or more", runs.Trials, len(methods), len(steps)))
	}
	losses := nqmkit.Grid("method", spaced(len(methods)), "run", spaced(runs.Trials), func(method, run float64) []float64 {
		t := newTraining(m, methods[int(method)], steps[len(steps)-1], runs.Seed, int(run))
		row := make([]float64, len(steps))
		for k, step := range steps {
			row[k] = t.lossAfter(step)
		}
		return row
	}).Results
	var curves []theory.SampledCurve
	for k, method := range methods {
		if len(losses) < (k+1)*runs.Trials {
			break
		}
		c := nqmkit.CurveOf(steps, losses[k*runs.Trials:(k+1)*runs.Trials])
		c.Problem, c.Method, c.Family, c.Seed = textOf(m), method.String(), method.Family(), runs.Seed
		c.Partial = len(losses) < len(methods)*runs.Trials
		curves = append(curves, c)
	}
	if curves == nil {
		panic(fmt.Errorf("networks: interrupted before a method was finished"))
	}
	return curves
}

// textOf says what is trained: the model, its noise, and its start.
func textOf(m Model) string {
	return theory.Description{Problem: m.String(), Noise: "C = that of its examples", Start: "θ(0) = " + theory.Fingerprint(m.Start())}.String()
}

// training is one run.
type training struct {
	model    Model
	descent  *nqmkit.Descent
	turn     func(g []float64) // what preconditions a gradient; nil of plain methods
	examples random.Stream
	batch    []int
	gradient []float64
	diverged bool
}

func newTraining(m Model, method nqmkit.Sampler, steps int, seed uint64, run int) *training {
	start := m.Start()
	t := &training{
		model: m, descent: nqmkit.NewDescent(method, start, steps),
		examples: random.New(seed, run, random.ForNoise), gradient: make([]float64, len(start)),
	}
	if p := t.descent.Power(); p != 0 {
		t.turn = preconditioner(m, p)
	}
	t.descent.Sees(t.curvature)
	return t
}

// curvature is what a preconditioned method asks for, over the examples of the step.
func (t *training) curvature(by nqmkit.Approximation, at []float64) nqmkit.Curvature {
	c := curvatureOf(t.model, by, at, t.batch)
	sum := 0.0
	for _, b := range c.Blocks {
		for _, v := range b.Diagonal {
			sum += v * 0
		}
		for _, m := range []*mat.SymDense{b.A, b.S} {
			if m != nil {
				sum += mat.Sum(m) * 0
			}
		}
	}
	if sum != 0 {
		t.diverge("curvature", sum, at)
	}
	return c
}

// beyond is the size of parameters from which gradients that are not numbers are
// divergence.
const beyond = 1e75

func (t *training) step() {
	b := t.descent.BatchSize()
	if b != math.Trunc(b) || b > mostExamples {
		panic(fmt.Errorf("networks: batch size %v: want a whole number of examples, up to 2^24", b))
	}
	if cap(t.batch) < int(b) {
		t.batch = make([]int, int(b))
	}
	t.batch = t.batch[:int(b)]
	for k := range t.batch {
		place, _ := bits.Mul64(t.examples.Next(), uint64(t.model.Examples()))
		t.batch[k] = int(place)
	}
	t.model.Gradient(t.gradient, t.descent.Point(), t.batch)
	if t.turn != nil {
		t.turn(t.gradient)
	}
	sum := 0.0
	for _, v := range t.gradient {
		sum += v * 0 // 0 of finite numbers, else NaN
	}
	if sum != 0 {
		k := slices.IndexFunc(t.gradient, notFinite)
		t.diverge(fmt.Sprintf("gradient of parameter %d", k), t.gradient[k], t.descent.Point())
		return
	}
	t.descent.Step(t.gradient)
}

// diverge ends the run, if it is divergence, and not a fault of the model.
func (t *training) diverge(what string, value float64, at []float64) {
	largest := 0.0
	for _, v := range at {
		if !(math.Abs(v) <= largest) {
			largest = math.Abs(v) // NaN, too
		}
	}
	if loss := t.model.Loss(at); largest < beyond && !(math.IsInf(loss, 1) && t.descent.Steps() > 0) {
		panic(fmt.Errorf("networks: the %s of %v is %v in step %d, where the loss is %.3g and no parameter is above %.3g: want finite numbers", what, t.model, value, t.descent.Steps(), loss, largest))
	}
	t.diverged = true
}

// lossAfter goes on to a step, and returns the loss there, +Inf of a run that has
// diverged.
func (t *training) lossAfter(step int) float64 {
	for t.descent.Steps() < step && !t.diverged {
		t.step()
	}
	if t.diverged {
		return math.Inf(1)
	}
	loss := t.model.Loss(t.descent.Answer())
	if notFinite(loss) {
		t.diverge("loss", loss, t.descent.Answer())
		return math.Inf(1)
	}
	return loss
}
