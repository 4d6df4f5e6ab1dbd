package nqmkit_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// libraries is testdata/libraries.json: what the optimizers of other packages came to
// from the same start with the same noise, and the versions that made it.
type libraries struct {
	Task struct {
		Curvature, Start, Known                            []float64
		Noise                                              [][]float64
		Alpha, Beta, Gamma, Tau, Decay, Weight, Slow, Time float64
	} `json:"task"`
	Versions map[string]string    `json:"versions"`
	Known    map[string]float64   `json:"known"` // losses
	Results  map[string][]float64 `json:"results"`
}

// askLibraries reads them; the Python that NQM_PYTHON names makes anew those that it has.
func askLibraries(t *testing.T) (theirs libraries) {
	kept := must(os.ReadFile("testdata/libraries.json"))
	if python := os.Getenv("NQM_PYTHON"); python != "" {
		c := exec.Command(python, "testdata/libraries.py")
		var out, errs bytes.Buffer
		c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(kept), &out, &errs
		if err := c.Run(); err != nil {
			t.Fatalf("%v\n%s", err, errs.String())
		}
		kept = out.Bytes()
	}
	if err := json.Unmarshal(kept, &theirs); err != nil {
		t.Fatal(err)
	}
	return theirs
}

// The optimizers of torch, optax, schedulefree, qhoptim, Keras and of DANA's authors themselves,
// stepped with the same noise: the literal rules agree with them to rounding, and so do the closed forms with
// their answers to a start and to each unit of noise. What they came to is kept in
// testdata.
func TestLibrariesThemselves(t *testing.T) {
	theirs := askLibraries(t)
	task, steps := theirs.Task, len(theirs.Task.Noise)
	alpha, beta, gamma, tau, decay := task.Alpha, task.Beta, task.Gamma, task.Tau, task.Decay
	warm := theory.Schedule{{Steps: 10, Shape: theory.LinearRate, From: 0.1, To: 1.1}, {From: 1}} // (t+1)/10 in step t
	cycle := theory.Schedule{
		{Steps: 5, Shape: theory.CosineRate, From: 1. / 25, To: 1, Momentum: 0.95, MomentumTo: 0.8},
		{Steps: 18, Shape: theory.CosineRate, From: 1, To: 1. / 25e4, Momentum: 0.8, MomentumTo: 0.95}}
	ball, nesterov, qhm := theory.Momentum(alpha, beta), theory.Torch{LearningRate: alpha, Momentum: beta, Nesterov: true}.Optimizer(), theory.QHM(alpha, beta, tau)
	free, mix := theory.ScheduleFree(alpha, beta), theory.AdEMAMix(alpha, beta, task.Slow, task.Weight)
	ours := map[string]theory.Optimizer{
		"torch SGD":                           theory.SGD(alpha),
		"torch momentum":                      ball,
		"torch dampening":                     theory.Torch{LearningRate: alpha, Momentum: beta, Dampening: tau}.Optimizer(),
		"torch dampening linear":              ball.Dampened(tau).Linear(),
		"torch nesterov":                      nesterov,
		"torch weight decay":                  ball.WithDecay(decay),
		"torch nesterov weight decay":         nesterov.WithDecay(decay),
		"torch linear":                        ball.Linear(),
		"torch cosine":                        ball.Cosine(),
		"torch nesterov linear":               nesterov.Linear(),
		"torch one cycle":                     ball.Segments(cycle...),
		"torch nesterov one cycle":            nesterov.Segments(cycle...),
		"torch averaged model":                ball.EMA(gamma).FirstCopied(),
		"torch averaged model, one by one":    ball.EMA(gamma).FirstCopied(),
		"torch averaged model, equal weights": ball.TailAverage(1),
		"optax SGD":                           theory.FromOptax(alpha, 0, false),
		"optax trace":                         theory.FromOptax(alpha, beta, false),
		"optax ema of gradients":              theory.FromAveraged(alpha, beta),
		"optax nesterov":                      theory.FromOptax(alpha, beta, true),
		"optax linear":                        ball.Linear(),
		"optax nesterov linear":               theory.FromOptax(alpha, beta, true).Linear(),
		"optax weight decay":                  ball.WithDecay(decay),
		"optax decoupled decay":               ball.WithDecoupledDecay(decay),
		"optax decoupled decay linear":        ball.WithDecoupledDecay(decay).Linear(),
		"optax momentum schedule":             ball.Segments(theory.Segment{Steps: steps, Shape: theory.LinearRate, From: 1, Momentum: beta, MomentumTo: tau}),
		"optax schedule-free":                 free,
		"optax schedule-free y":               free.AtY(),
		"optax schedule-free warm":            free.Segments(warm...),
		"optax ademamix":                      mix,
		"optax ademamix warm":                 mix.WarmSlow(steps),
		"optax debiased":                      theory.SGD(alpha).EMA(gamma).Debiased(),
		"optax debiased nesterov linear":      nesterov.EMA(gamma).Debiased().Linear(),
		"schedulefree constant x":             free,
		"schedulefree constant y":             free.AtY(),
		"schedulefree warm x":                 free.Segments(warm...),
		"schedulefree warm y":                 free.AtY().Segments(warm...),
		"schedulefree weight decay x":         free.WithDecay(decay),
		"schedulefree weight decay y":         free.AtY().WithDecay(decay),
		"qhoptim":                             qhm,
		"qhoptim decoupled decay":             qhm.WithDecoupledDecay(decay),
		"keras":                               ball.Keras(),
		"keras nesterov":                      nesterov.Keras(),
		"keras linear":                        ball.Keras().Linear(),
		"keras linear nesterov":               nesterov.Keras().Linear(),
		"keras decoupled decay linear":        ball.Keras().WithDecoupledDecay(decay).Linear(),
		"keras ema":                           ball.EMA(gamma).FirstCopied(),
		"DANA-constant":                       theory.DANA(alpha, task.Weight, 0, task.Time),
		"DANA-decaying":                       theory.DANA(alpha, task.Weight, tau, task.Time),
	}
	for name := range theirs.Results {
		if _, ok := ours[name]; !ok {
			t.Errorf("%s is none of ours", name)
		}
	}
	for name, m := range ours {
		t.Run(name, func(t *testing.T) {
			want, ok := theirs.Results[name]
			if !ok {
				notInstalled(t)
			}
			d := nqmkit.NewDescent(m, task.Start, steps)
			for _, e := range task.Noise {
				gradient := make([]float64, len(task.Curvature))
				for i, v := range d.Point() {
					gradient[i] = task.Curvature[i]*v + e[i]
				}
				d.Step(gradient)
			}
			for i, v := range d.Answer() {
				if !(math.Abs(v-want[i]) <= 1e-12*math.Max(1, math.Abs(want[i]))) {
					t.Errorf("θ[%d] = %v, theirs is %v", i, v, want[i])
				}
			}
			// After those with random noise, for each curvature one that starts at 1 and one for each
			// step that has noise in it alone.
			for at := len(want) % (steps + 1); at < len(want); at += steps + 1 {
				variance := 0.0
				for _, v := range want[at+1 : at+1+steps] {
					variance += v * v
				}
				p := theory.Problem{Curvature: task.Curvature[at : at+1], Noise: []float64{1}, Mean: []float64{1}}
				exact := must(theory.Moments(p, steps, must(m.Over(steps))))[0]
				if !(math.Abs(exact.Mean-want[at]) <= 1e-12) || !(math.Abs(exact.Noise-variance) <= 1e-12*variance) {
					t.Errorf("h = %v: mean %v and variance %v, theirs %v and %v", p.Curvature[0], exact.Mean, exact.Noise, want[at], variance)
				}
			}
		})
	}
}

// notInstalled skips a test of what the Python of NQM_PYTHON does not have. What is kept has all.
func notInstalled(t *testing.T) {
	if os.Getenv("NQM_PYTHON") == "" {
		t.Fatal("not in testdata/libraries.json")
	}
	t.Skip("not installed")
}

// Losses that other packages came to: the debiased moving average and the one from θ(0), the learning
// rate outside and inside the velocity, and the parameters that torch stores of Nesterov's method,
// which are not its θ.
func TestKnownAnswersOfLibraries(t *testing.T) {
	theirs := askLibraries(t)
	alpha, beta := theirs.Task.Alpha, theirs.Task.Beta
	law, one := theory.Problem{Curvature: nqmkit.PowerLaw(1000, 1).Curvature, Variance: nqmkit.PowerLaw(1000, 1).Variance}, theory.Problem{Curvature: []float64{1}, Mean: []float64{1}}
	few := theory.Problem{Curvature: theirs.Task.Known, Noise: theirs.Task.Known, Variance: []float64{1, 1, 1}}
	line := theory.Momentum(alpha, beta).Linear()
	for name, row := range map[string]struct {
		p      theory.Problem
		steps  int
		m      theory.Method
		digits float64 // as quoted
	}{
		"torch averaged model from the start": {law, 10_000, theory.SGD(alpha).EMA(0.9999), 0.565},
		"optax debiased":                      {law, 10_000, theory.SGD(alpha).EMA(0.9999).Debiased(), 0.0143},
		"torch linear":                        {one, 20, line, 0.002754},
		"keras linear":                        {one, 20, line.Keras(), 0.002338},
		"torch nesterov":                      {few, 30, theory.Torch{LearningRate: alpha, Momentum: beta, Nesterov: true}, 0.6409},
	} {
		t.Run(name, func(t *testing.T) {
			want, ok := theirs.Known[name]
			if !ok {
				notInstalled(t)
			}
			m := row.m
			if o, ok := m.(theory.Optimizer); ok {
				m = must(o.Over(row.steps))
			}
			got := must(theory.ExpectedLoss(row.p, row.steps, m))
			if !(math.Abs(got-want) <= 1e-11*want) || !(math.Abs(got-row.digits) <= 0.002*row.digits) {
				t.Errorf("%v, theirs is %v", got, want)
			}
		})
	}
	if lead := must(theory.ExpectedLoss(few, 30, theory.Nesterov(alpha, beta))); math.Abs(lead-theirs.Known["torch nesterov"]) < 0.01 {
		t.Errorf("θ of Nesterov's method has the loss %v of what torch stores", lead)
	}
}
