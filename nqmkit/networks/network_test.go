package networks_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"nqm/nqmkit/networks"
)

// wave returns sin(a k + b), as testdata/reference.py has it.
func wave(n int, a, b float64) []float64 {
	v := make([]float64, n)
	for k := range v {
		v[k] = math.Sin(a*float64(k) + b)
	}
	return v
}

func rows(v []float64, columns int) (m [][]float64) {
	for ; len(v) > 0; v = v[columns:] {
		m = append(m, v[:columns])
	}
	return m
}

const examples = 6

func labelled(inputs int) networks.Data {
	d := networks.Data{Inputs: rows(wave(examples*inputs, 1.3, 0.2), inputs)}
	for k := range examples {
		d.Labels = append(d.Labels, (k*7+2)%3)
	}
	return d
}

func targeted(inputs int) networks.Data {
	return networks.Data{Inputs: rows(wave(examples*inputs, 1.3, 0.2), inputs), Targets: rows(wave(examples*2, 0.8, 1), 2)}
}

func kinds() map[string]*networks.Network {
	return map[string]*networks.Network{
		"softmax":        networks.Softmax(labelled(5)).Penalty(0.01),
		"linear":         networks.Softmax(targeted(5)).Penalty(0.01),
		"mlp":            networks.MLP(labelled(5), 4).Penalty(0.01),
		"deep":           networks.MLP(labelled(5), 4, 3).Penalty(0.01),
		"mlp on targets": networks.MLP(targeted(5), 4).Penalty(0.01),
		"conv":           networks.Conv(labelled(25), 2).Penalty(0.01),
		"conv deep":      networks.Conv(labelled(49), 2, 3).Penalty(0.01),
	}
}

func point(n *networks.Network) (theta, v []float64) {
	theta, v = wave(n.Parameters(), 1.1, 0.3), wave(n.Parameters(), 0.9, 1.6)
	for i := range theta {
		theta[i] *= 0.6
	}
	return theta, v
}

func near(t *testing.T, what string, got, want []float64, relative float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	largest, worst := 0.0, 0.0
	for i := range got {
		largest, worst = math.Max(largest, math.Abs(want[i])), math.Max(worst, math.Abs(got[i]-want[i]))
	}
	if !(worst <= relative*largest) || largest == 0 {
		t.Errorf("%s: off by %.3g of the largest, want %.0e", what, worst/largest, relative)
	}
}

// Everything against JAX in float64: see testdata/reference.py.
func TestAgainstAnotherEngine(t *testing.T) {
	var reference []struct {
		Name                     string
		Loss                     float64
		Gradient, Hessian, First []float64
		GaussNewton              []float64 `json:"gauss_newton"`
	}
	data, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &reference); err != nil {
		t.Fatal(err)
	}
	nets := kinds()
	if len(reference) != len(nets) {
		t.Fatalf("%d references for %d networks", len(reference), len(nets))
	}
	for _, r := range reference {
		n := nets[r.Name]
		theta, v := point(n)
		out := make([]float64, len(theta))
		near(t, r.Name+" loss", []float64{n.Loss(theta)}, []float64{r.Loss}, 1e-14)
		n.Gradient(out, theta, nil)
		near(t, r.Name+" gradient", out, r.Gradient, 1e-13)
		n.HessianProduct(out, theta, v)
		near(t, r.Name+" Hessian product", out, r.Hessian, 1e-13)
		n.GaussNewtonProduct(out, theta, v)
		near(t, r.Name+" Gauss-Newton product", out, r.GaussNewton, 1e-13)
		n.ExampleGradients([][]float64{out}, theta, []int{0})
		near(t, r.Name+" first example", out, r.First, 1e-13)
	}
}

// The gradient against the loss, and the Hessian product against the gradient, by
// differences of sixth order.
func TestAgainstDifferences(t *testing.T) {
	for name, n := range kinds() {
		theta, v := point(n)
		at, g := make([]float64, len(theta)), make([]float64, len(theta))
		slope, bent := 0.0, make([]float64, len(theta))
		const h = 1e-2
		for place, weight := range map[float64]float64{1: 45, -1: -45, 2: -9, -2: 9, 3: 1, -3: -1} {
			for i := range at {
				at[i] = theta[i] + place*h*v[i]
			}
			slope += weight / (60 * h) * n.Loss(at)
			n.Gradient(g, at, nil)
			for i := range bent {
				bent[i] += weight / (60 * h) * g[i]
			}
		}
		n.Gradient(g, theta, nil)
		along := 0.0
		for i := range g {
			along += g[i] * v[i]
		}
		near(t, name+" gradient", []float64{along}, []float64{slope}, 1e-7)
		n.HessianProduct(g, theta, v)
		near(t, name+" Hessian product", g, bent, 1e-6)
	}
}

// The mean of the examples' gradients is the batch's, repeats and all, and a batch may
// be longer than what is passed at once.
func TestGradientsOfExamplesSumUp(t *testing.T) {
	for name, n := range kinds() {
		theta, _ := point(n)
		var batch []int
		for k := range 300 {
			batch = append(batch, k*k%examples)
		}
		g := rows(make([]float64, len(batch)*len(theta)), len(theta))
		n.ExampleGradients(g, theta, batch)
		mean, want := make([]float64, len(theta)), make([]float64, len(theta))
		for _, row := range g {
			for i, v := range row {
				mean[i] += v / float64(len(batch))
			}
		}
		n.Gradient(want, theta, batch)
		near(t, name, mean, want, 1e-13)
	}
}

// Of one layer the Gauss-Newton matrix is the Hessian.
func TestGaussNewtonOfOneLayerIsTheHessian(t *testing.T) {
	for _, name := range []string{"softmax", "linear"} {
		n := kinds()[name]
		theta, v := point(n)
		gauss, hessian := make([]float64, len(theta)), make([]float64, len(theta))
		n.GaussNewtonProduct(gauss, theta, v)
		n.HessianProduct(hessian, theta, v)
		near(t, name, gauss, hessian, 1e-14)
	}
}
