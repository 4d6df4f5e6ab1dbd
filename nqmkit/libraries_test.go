package nqmkit_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// The optimizers of torch, optax and schedulefree themselves, stepped with the same noise: agreement
// to rounding. The Python that NQM_PYTHON names runs them; what it does not have
// is skipped.
func TestTorchAndOptaxThemselves(t *testing.T) {
	const alpha, beta, gamma, tau, decay, steps = 0.3, 0.9, 0.95, 0.4, 0.25, 60
	h, start := []float64{1.5, 0.3, 0.01}, []float64{1, -2, 3}
	rng := rand.New(rand.NewPCG(5, 1))
	noise := make([][]float64, steps)
	for k := range noise {
		for range h {
			noise[k] = append(noise[k], rng.NormFloat64())
		}
	}
	theirs := libraries(t, map[string]any{"curvature": h, "start": start, "noise": noise,
		"alpha": alpha, "beta": beta, "gamma": gamma, "tau": tau, "decay": decay})
	warm := theory.Schedule{{Steps: 10, Shape: theory.LinearRate, From: 0.1, To: 1.1}, {From: 1}} // (t+1)/10 in step t
	ball, free := theory.Momentum(alpha, beta), theory.ScheduleFree(alpha, beta)
	for name, m := range map[string]theory.Optimizer{
		"torch momentum":          ball,
		"torch dampening":         ball.Dampened(tau),
		"torch nesterov":          theory.Torch{LearningRate: alpha, Momentum: beta, Nesterov: true}.Optimizer(),
		"torch weight decay":      ball.WithDecay(decay),
		"torch linear":            ball.Linear(),
		"torch nesterov linear":   theory.Nesterov(alpha, beta).Stored().Linear(),
		"torch averaged model":    ball.EMA(gamma).FirstCopied(),
		"optax nesterov":          theory.FromOptax(alpha, beta, true),
		"optax linear":            ball.Linear(),
		"optax weight decay":      ball.WithDecay(decay),
		"optax schedule-free":     free,
		"optax schedule-free y":   free.AtY(),
		"schedulefree constant x": free,
		"schedulefree constant y": free.AtY(),
		"schedulefree warm x":     free.Segments(warm...),
		"schedulefree warm y":     free.AtY().Segments(warm...),
		"optax debiased":          theory.SGD(alpha).EMA(gamma).Debiased(),
	} {
		t.Run(name, func(t *testing.T) {
			want, ok := theirs[name]
			if !ok {
				t.Skip(strings.Fields(name)[0] + " is not installed")
			}
			d := nqmkit.NewDescent(m, start, steps)
			for _, e := range noise {
				gradient := make([]float64, len(h))
				for i, v := range d.Point() {
					gradient[i] = h[i]*v + e[i]
				}
				d.Step(gradient)
			}
			for i, v := range d.Answer() {
				if !(math.Abs(v-want[i]) <= 1e-12*math.Max(1, math.Abs(want[i]))) {
					t.Errorf("θ[%d] = %v, theirs is %v", i, v, want[i])
				}
			}
		})
	}
}

// libraries runs the script; it skips the test where there is no Python.
func libraries(t *testing.T, task map[string]any) map[string][]float64 {
	python := os.Getenv("NQM_PYTHON")
	if python == "" {
		t.Skip("NQM_PYTHON names no Python with torch, optax or schedulefree: loading them takes long")
	}
	input := must(json.Marshal(task))
	c := exec.Command(python, "testdata/libraries.py")
	var out, errs bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(input), &out, &errs
	if err := c.Run(); err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	var all map[string][]float64
	if err := json.Unmarshal(out.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	return all
}
