package networks_test

import (
	"fmt"
	"math"

	"nqm/nqmkit"
	"nqm/nqmkit/networks"
)

// A loss of one's own, in whatever engine: here robust location, log cosh(θ - x).
func ExampleFunctions() {
	x := []float64{-1, 0, 0.5, 2}
	m := networks.Functions{
		Name: "robust location", From: []float64{3}, Count: len(x),
		LossAt: func(theta []float64) (sum float64) {
			for _, v := range x {
				sum += math.Log(math.Cosh(theta[0]-v)) / float64(len(x))
			}
			return sum
		},
		Gradient: func(g, theta []float64, batch []int) {
			if batch == nil {
				batch = []int{0, 1, 2, 3}
			}
			g[0] = 0
			for _, k := range batch {
				g[0] += math.Tanh(theta[0]-x[k]) / float64(len(batch))
			}
		},
	}.New()
	d, g := nqmkit.NewDescent(nqmkit.Momentum(0.2, 0.5), m.Start(), 0), make([]float64, 1)
	for range 100 {
		m.Gradient(g, d.Point(), nil)
		d.Step(g)
	}
	fmt.Printf("θ = %.6f, loss %.6f\n", d.Answer()[0], m.Loss(d.Answer()))
	// Output: θ = 0.291040, loss 0.445574
}
