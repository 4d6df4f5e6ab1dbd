package networks_test

import (
	"testing"

	"nqm/nqmkit"
	"nqm/nqmkit/networks"
)

// BenchmarkTorchStep is that of PyTorch on one core, in float64, and in float32 as a metric
// of its own.
func BenchmarkTorchStep(b *testing.B) {
	var seconds map[string]float64
	const steps = 5000
	askTorch(b, map[string]any{"steps": steps}, &seconds)
	for b.Loop() { // it has timed itself
	}
	b.ReportMetric(1e9*seconds["float64"]/steps, "ns/op")
	b.ReportMetric(1e9*seconds["float32"]/steps, "float32-ns/op")
}

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
