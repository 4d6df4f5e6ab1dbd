package networks

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"nqm/nqmkit/internal/random"
)

// Network is a network on its data: layers of x W + b, at one place or at all
// places of an image, with tanh between them, and on top the mean over the examples of
//
//	-log softmax(z)_label        where the data have labels
//	½ |z - target|²              where they have targets
//
// plus ½ λ |θ|² with a penalty λ. The parameters are those of one layer after the
// other, W row by row (a row for each input) and then b. Numbers are float64.
//
// It is a Model, Curved and Scattered, and a plain value for its users: From,
// Seed and Penalty return changed copies.
type Network struct {
	name    string
	data    Data
	layers  []layer
	size    int // parameters
	penalty float64
	start   []float64
	passes  *sync.Pool // of *pass, which belong to the data and layers
}

// layer is one affine map, with what it reads.
type layer struct {
	in, out, places int
	reads           []int // of places·in entries of the layer below; nil: each once
	tanh            bool
	at, end         int // in the parameters; the bias is the last out of them
}

func (l layer) outputs() int { return l.places * l.out }

// DefaultPenalty is the λ of a network that is not given one. Without any, separable
// data have no optimum.
const DefaultPenalty = 1e-3

// Softmax returns softmax regression, x W + b, which starts at 0: 650 parameters on
// the digits. On targets it is linear regression. It panics on invalid data.
func Softmax(d Data) *Network {
	name := "softmax regression"
	if d.Targets != nil {
		name = "linear regression"
	}
	n := newNetwork(name, d)
	n.dense(d.outputs(), false)
	return n.From(make([]float64, n.size))
}

// MLP returns a network with hidden layers of tanh units of these widths, which
// starts as Seed(1) says: MLP(Digits(), 32) has 2410 parameters. It panics on invalid
// data, and on no width or one < 1.
func MLP(d Data, widths ...int) *Network {
	n := newNetwork("MLP", d)
	if len(widths) == 0 || slices.Min(widths) < 1 {
		panic(fmt.Errorf("networks: hidden widths %v: want one or more, each 1 or more", widths))
	}
	n.name = fmt.Sprintf("MLP %d", len(d.Inputs[0]))
	for _, w := range widths {
		n.dense(w, true)
		n.name += fmt.Sprintf("-%d", w)
	}
	n.dense(d.outputs(), false)
	n.name += fmt.Sprintf("-%d", d.outputs())
	return n.Seed(1)
}

// Conv returns a convolutional network for square images: channels of 3x3 filters with
// tanh, stride 1 and no padding for the first number, stride 2 for each further one,
// and a linear layer on top. Conv(Digits(), 4, 8) has 666 parameters. It panics on
// invalid data, on images that are not square, and where no image is left.
func Conv(d Data, channels ...int) *Network {
	n := newNetwork("conv", d)
	side := int(math.Round(math.Sqrt(float64(len(d.Inputs[0])))))
	if side*side != len(d.Inputs[0]) {
		panic(fmt.Errorf("networks: inputs of %d numbers are no square image", len(d.Inputs[0])))
	}
	if len(channels) == 0 || slices.Min(channels) < 1 {
		panic(fmt.Errorf("networks: channels %v: want one or more, each 1 or more", channels))
	}
	n.name = fmt.Sprintf("conv %dx%d", side, side)
	depth, stride := 1, 1
	for _, c := range channels {
		if side < filter {
			panic(fmt.Errorf("networks: a filter of %dx%d on an image of %dx%d: want fewer channel numbers", filter, filter, side, side))
		}
		next := (side-filter)/stride + 1
		var reads []int
		for y := range next {
			for x := range next {
				for dy := range filter {
					for dx := range filter {
						for z := range depth {
							reads = append(reads, ((y*stride+dy)*side+x*stride+dx)*depth+z)
						}
					}
				}
			}
		}
		n.add(layer{in: filter * filter * depth, out: c, places: next * next, reads: reads, tanh: true})
		n.name += fmt.Sprintf("-%d", c)
		side, depth, stride = next, c, 2
	}
	n.dense(d.outputs(), false)
	n.name += fmt.Sprintf("-%d", d.outputs())
	return n.Seed(1)
}

// filter is the side of the filters.
const filter = 3

func newNetwork(name string, d Data) *Network {
	if err := d.Validate(); err != nil {
		panic(err)
	}
	if d.Name == "" {
		d.Name = fmt.Sprintf("%d examples", len(d.Inputs))
	}
	n := &Network{name: name, data: d, penalty: DefaultPenalty}
	n.passes = &sync.Pool{New: func() any { return new(pass) }}
	return n
}

// below is how many numbers the next layer sees.
func (n *Network) below() int {
	if len(n.layers) == 0 {
		return len(n.data.Inputs[0])
	}
	return n.layers[len(n.layers)-1].outputs()
}

func (n *Network) dense(out int, tanh bool) {
	n.add(layer{in: n.below(), out: out, places: 1, tanh: tanh})
}

// maxParameters bounds a network: a gigabyte for each vector of as many numbers.
const maxParameters = 1 << 27

func (n *Network) add(l layer) {
	if all := float64(n.size) + (float64(l.in)+1)*float64(l.out); all > maxParameters {
		panic(fmt.Errorf("networks: %s with a layer of %d inputs and %d outputs has %.3g parameters: want at most %d", n.name, l.in, l.out, all, maxParameters))
	}
	l.at = n.size
	l.end = l.at + (l.in+1)*l.out
	n.size = l.end
	n.layers = append(n.layers, l)
}

// Seed returns n with the start of a seed: weights N(0, 1/inputs) and biases 0.
func (n *Network) Seed(seed uint64) *Network {
	s := random.New(seed, 0, random.ForStart)
	start := make([]float64, n.size)
	for _, l := range n.layers {
		w := start[l.at : l.end-l.out]
		s.Normals(w)
		for i := range w {
			w[i] /= math.Sqrt(float64(l.in))
		}
	}
	return n.From(start)
}

// From returns n with another start. It panics on one of another length, or that is
// not finite.
func (n *Network) From(start []float64) *Network {
	n.check("start", start)
	checkStart(start)
	c := *n
	c.start = slices.Clone(start)
	return &c
}

// Penalty returns n with the penalty ½ λ |θ|², λ >= 0, a part of every gradient.
func (n *Network) Penalty(lambda float64) *Network {
	if !(lambda >= 0) || math.IsInf(lambda, 0) {
		panic(fmt.Errorf("networks: penalty %v: want a finite number >= 0", lambda))
	}
	c := *n
	c.penalty = lambda
	return &c
}

// String names the network, its data and penalty.
func (n *Network) String() string {
	return fmt.Sprintf("%s on %s, λ=%g", n.name, n.data.Name, n.penalty)
}

// Start returns a copy of where training begins.
func (n *Network) Start() []float64 { return slices.Clone(n.start) }

// Parameters is how many there are.
func (n *Network) Parameters() int { return n.size }

// Examples is how many there are.
func (n *Network) Examples() int { return len(n.data.Inputs) }

func (n *Network) check(what string, v []float64) {
	if len(v) != n.size {
		panic(fmt.Errorf("networks: a %s of %d numbers for %d parameters: want as many", what, len(v), n.size))
	}
}

// places returns the examples that are meant by a batch, checked.
func (n *Network) places(batch []int) []int {
	if batch == nil {
		all := make([]int, n.Examples())
		for k := range all {
			all[k] = k
		}
		return all
	}
	if len(batch) == 0 {
		panic(fmt.Errorf("networks: a batch of 0 examples: want 1 or more"))
	}
	for _, k := range batch {
		if k < 0 || k >= n.Examples() {
			panic(fmt.Errorf("networks: example %d in a batch: want 0 to %d", k, n.Examples()-1))
		}
	}
	return batch
}

// mostAtOnce is how many examples are passed at once: their numbers stay in the cache.
const mostAtOnce = 128

// inParts calls f with a pass over a part of the examples, one part after the other.
func (n *Network) inParts(batch []int, f func(p *pass, part []int)) {
	p := n.passes.Get().(*pass)
	for from := 0; from < len(batch); from += mostAtOnce {
		part := batch[from:min(from+mostAtOnce, len(batch))]
		p.fit(n, len(part))
		f(p, part)
	}
	n.passes.Put(p)
}

// Loss is the mean loss of all examples, with the penalty.
func (n *Network) Loss(theta []float64) float64 {
	n.check("point", theta)
	sum := 0.0
	n.inParts(n.places(nil), func(p *pass, part []int) {
		p.forward(n, theta, part)
		sum += p.loss(n, part)
	})
	return sum/float64(n.Examples()) + n.penalty/2*dot(theta, theta)
}

// Gradient is that of Model, by backpropagation.
func (n *Network) Gradient(g, theta []float64, batch []int) {
	n.check("gradient", g)
	n.check("point", theta)
	batch = n.places(batch)
	clear(g)
	n.inParts(batch, func(p *pass, part []int) {
		p.forward(n, theta, part)
		p.loss(n, part)
		p.backward(n, g, theta, 1/float64(len(batch)))
	})
	n.penalise(g, theta)
}

// penalise adds λ v.
func (n *Network) penalise(to, v []float64) {
	if n.penalty != 0 {
		axpy(n.penalty, v, to)
	}
}

// ExampleGradients is that of Scattered, each with the penalty's part. It panics
// unless g has as many rows as the batch.
func (n *Network) ExampleGradients(g [][]float64, theta []float64, batch []int) {
	n.check("point", theta)
	batch = n.places(batch)
	if len(g) != len(batch) {
		panic(fmt.Errorf("networks: %d rows for the gradients of %d examples: want as many", len(g), len(batch)))
	}
	from := 0
	n.inParts(batch, func(p *pass, part []int) {
		p.forward(n, theta, part)
		p.loss(n, part)
		for k := range part {
			n.check("gradient", g[from+k])
			clear(g[from+k])
		}
		p.apart(n, g[from:from+len(part)], theta)
		from += len(part)
	})
	for _, row := range g {
		n.penalise(row, theta)
	}
}

// HessianProduct sets hv to H v at theta over all examples, by Pearlmutter's
// R-operator (1994): the derivative of backpropagation along v.
func (n *Network) HessianProduct(hv, theta, v []float64) {
	n.product(hv, theta, v, (*pass).curve)
}

// GaussNewtonProduct sets gv to J' L J v over all examples, J being the derivative of the
// outputs and L that of the loss in the outputs, twice (Schraudolph 2002), plus λ v.
// For cross-entropy it is the Fisher matrix, and for one layer the Hessian itself.
func (n *Network) GaussNewtonProduct(gv, theta, v []float64) {
	n.product(gv, theta, v, (*pass).gaussNewton)
}

func (n *Network) product(hv, theta, v []float64, of func(p *pass, n *Network, hv, theta, v []float64, scale float64)) {
	n.check("product", hv)
	n.check("point", theta)
	n.check("direction", v)
	clear(hv)
	n.inParts(n.places(nil), func(p *pass, part []int) {
		p.forward(n, theta, part)
		p.loss(n, part)
		of(p, n, hv, theta, v, 1/float64(n.Examples()))
	})
	n.penalise(hv, v)
}
