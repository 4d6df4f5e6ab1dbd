package networks_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"

	"gonum.org/v1/gonum/mat"

	"nqm/nqmkit"
	"nqm/nqmkit/networks"
)

// askTorch runs testdata/engine.py with the Python that NQM_PYTHON names; without one it
// skips.
func askTorch(t testing.TB, task, answer any) {
	t.Helper()
	python := os.Getenv("NQM_PYTHON")
	if python == "" {
		t.Skip("NQM_PYTHON names no Python with torch: loading it takes long")
	}
	if exec.Command(python, "-c", "import torch").Run() != nil {
		t.Skip("torch is not installed")
	}
	input, err := json.Marshal(task)
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	c := exec.Command(python, "testdata/engine.py")
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(input), &out, &errs
	if err := c.Run(); err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	if err := json.Unmarshal(out.Bytes(), answer); err != nil {
		t.Fatal(err)
	}
}

// Every kind of network on the digits and on numbers, at a random point: losses, gradients,
// gradients of examples, products and curvatures against PyTorch's in float64.
func TestAgainstTorch(t *testing.T) {
	digits := networks.Digits()
	digits.Inputs, digits.Labels = digits.Inputs[:150], digits.Labels[:150] // more than are passed at once
	numbers := networks.Data{Name: "numbers", Inputs: digits.Inputs[:20]}
	random := rand.New(rand.NewPCG(7, 1))
	for range numbers.Inputs {
		numbers.Targets = append(numbers.Targets, []float64{random.NormFloat64(), random.NormFloat64()})
	}
	rows := []struct {
		name             string
		net              *networks.Network
		data             networks.Data
		channels, widths []int
	}{
		{"softmax", networks.Softmax(digits), digits, []int{}, []int{10}},
		{"linear", networks.Softmax(numbers), numbers, []int{}, []int{2}},
		{"MLP", networks.MLP(digits, 8), digits, []int{}, []int{8, 10}},
		{"deep MLP", networks.MLP(digits, 7, 5, 6), digits, []int{}, []int{7, 5, 6, 10}},
		{"MLP on numbers", networks.MLP(numbers, 6), numbers, []int{}, []int{6, 2}},
		{"conv", networks.Conv(digits, 3), digits, []int{3}, []int{10}},
		{"deep conv", networks.Conv(digits, 2, 4), digits, []int{2, 4}, []int{10}},
		{"conv on numbers", networks.Conv(numbers, 3, 2), numbers, []int{3, 2}, []int{2}},
	}
	var questions []map[string]any
	for _, r := range rows {
		theta, v := r.net.Start(), make([]float64, r.net.Parameters())
		for i := range theta {
			theta[i] += 0.1 * random.NormFloat64()
			v[i] = random.NormFloat64()
		}
		questions = append(questions, map[string]any{
			"inputs": r.data.Inputs, "labels": r.data.Labels, "targets": r.data.Targets, "channels": r.channels, "widths": r.widths,
			"penalty": 0.01, "theta": theta, "v": v,
		})
	}
	var answers []struct {
		Loss, Gradient, Examples, Hessian, Diagonal []float64
		GaussNewton                                 []float64 `json:"gauss_newton"`
		Factors                                     [][]float64
	}
	askTorch(t, map[string]any{"cases": questions}, &answers)
	for k, r := range rows {
		n, want := r.net.Penalty(0.01), answers[k]
		theta, v := questions[k]["theta"].([]float64), questions[k]["v"].([]float64)
		got := make([]float64, len(theta))
		near(t, r.name+" loss", []float64{n.Loss(theta)}, want.Loss, 1e-13)
		n.Gradient(got, theta, nil)
		near(t, r.name+" gradient", got, want.Gradient, 1e-12)
		n.HessianProduct(got, theta, v)
		near(t, r.name+" Hessian product", got, want.Hessian, 1e-12)
		n.GaussNewtonProduct(got, theta, v)
		near(t, r.name+" Gauss-Newton product", got, want.GaussNewton, 1e-12)
		all, batch := [][]float64{}, []int{}
		for i := range r.data.Inputs {
			all, batch = append(all, make([]float64, len(theta))), append(batch, i)
		}
		n.ExampleGradients(all, theta, batch)
		var flat []float64
		for _, row := range all {
			flat = append(flat, row...)
		}
		near(t, r.name+" gradients of examples", flat, want.Examples, 1e-12)
		near(t, r.name+" diagonal", n.Curvature(nqmkit.GaussNewtonDiagonal, theta, nil).Blocks[0].Diagonal, want.Diagonal, 1e-12)
		for l, b := range n.Curvature(nqmkit.KroneckerFactors, theta, nil).Blocks {
			near(t, r.name+" A", whole(b.A), want.Factors[2*l], 1e-12)
			near(t, r.name+" S", whole(b.S), want.Factors[2*l+1], 1e-12)
		}
	}
}

// whole are the numbers of a matrix, row by row.
func whole(m *mat.SymDense) []float64 { return mat.DenseCopyOf(m).RawMatrix().Data }
