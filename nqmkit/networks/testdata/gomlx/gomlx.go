// Package gomlx shows a network that is defined in GoMLX as a model of nqm: training,
// measurement and prediction work on it as on nqm's own. It is a module of its own, so that
// nqm does not depend on GoMLX.
package gomlx

import (
	"github.com/gomlx/gomlx/backends"
	_ "github.com/gomlx/gomlx/backends/simplego"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"nqm/nqmkit/networks"
)

// MLP returns a network with one layer of tanh units and the cross-entropy, written in
// GoMLX, on data with labels: its parameters lie as those of networks.MLP.
func MLP(d networks.Data, width int) networks.Model {
	backend, err := backends.NewWithConfig("go")
	if err != nil {
		panic(err)
	}
	n, in, out := len(d.Inputs), len(d.Inputs[0]), d.Classes
	var flat []float64
	labels := make([]int32, n)
	all := make([]int32, n)
	for k, x := range d.Inputs {
		flat, labels[k], all[k] = append(flat, x...), int32(d.Labels[k]), int32(k)
	}
	inputs := tensors.FromFlatDataAndDimensions(flat, n, in)
	answers := tensors.FromFlatDataAndDimensions(labels, n, 1)

	shapes := [][]int{{in, width}, {1, width}, {width, out}, {1, out}}
	// The nodes are the four weights, the batch, the inputs and the answers.
	loss := func(nodes []*Node) *Node {
		places := Reshape(nodes[4], -1, 1)
		x, label := Gather(nodes[5], places), Gather(nodes[6], places)
		z := Tanh(Add(Dot(x, nodes[0]), nodes[1]))
		z = Add(Dot(z, nodes[2]), nodes[3])
		chosen := OneHot(Reshape(label, -1), out, z.DType())
		return Neg(ReduceAllMean(ReduceSum(Mul(chosen, LogSoftmax(z)), -1)))
	}
	losses := MustNewExec(backend, loss)
	gradients := MustNewExec(backend, func(nodes []*Node) []*Node { return Gradient(loss(nodes), nodes[:4]...) })
	call := func(e *Exec, theta []float64, batch []int) []*tensors.Tensor {
		var args []any
		for _, s := range shapes {
			args = append(args, tensors.FromFlatDataAndDimensions(theta[:s[0]*s[1]], s...))
			theta = theta[s[0]*s[1]:]
		}
		places := all
		if batch != nil {
			places = make([]int32, len(batch))
			for k, v := range batch {
				places[k] = int32(v)
			}
		}
		results, err := e.Exec(append(args, places, inputs, answers)...)
		if err != nil {
			panic(err)
		}
		return results
	}
	return networks.Functions{
		Name: "MLP in GoMLX on " + d.Name, From: networks.MLP(d, width).Start(), Count: n,
		LossAt: func(theta []float64) float64 { return tensors.ToScalar[float64](call(losses, theta, nil)[0]) },
		Gradient: func(g, theta []float64, batch []int) {
			for _, part := range call(gradients, theta, batch) {
				g = g[copy(g, tensors.MustCopyFlatData[float64](part)):]
			}
		},
	}.New()
}
