package networks_test

import (
	"testing"

	"nqm/nqmkit"
	"nqm/nqmkit/networks"
)

// BenchmarkStep is one step of SGD on the MLP of 2410 parameters in batches of 32.
func BenchmarkStep(b *testing.B) {
	n := networks.MLP(networks.Digits(), 32)
	d := nqmkit.NewDescent(nqmkit.SGD(0.1), n.Start(), 0)
	g, batch := make([]float64, n.Parameters()), make([]int, 32)
	for i := 0; b.Loop(); i++ {
		for k := range batch {
			batch[k] = (i*32 + k) * 61 % n.Examples()
		}
		n.Gradient(g, d.Point(), batch)
		d.Step(g)
	}
}
