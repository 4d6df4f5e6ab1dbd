package networks

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// pass is what some examples leave on their way through a network and back. A matrix
// has a row for each example and place.
type pass struct {
	examples int
	levels   []level
	chance   []float64 // softmax of each example
}

// level is what a layer has of it; the first letter r means the derivative along
// a direction in the parameters.
type level struct {
	x, rx []float64 // what it reads
	a, ra []float64 // what it answers
	d, rd []float64 // the derivative of the loss in x W + b
}

func room(v []float64, n int) []float64 {
	if cap(v) < n {
		return make([]float64, n)
	}
	return v[:n]
}

// fit makes room for some examples.
func (p *pass) fit(n *Network, examples int) {
	p.examples = examples
	if p.levels == nil {
		p.levels = make([]level, len(n.layers))
	}
	for k, l := range n.layers {
		v := &p.levels[k]
		if k == 0 || l.reads != nil { // else it reads the answer below
			v.x = room(v.x, examples*l.places*l.in)
		}
		v.a, v.d = room(v.a, examples*l.outputs()), room(v.d, examples*l.outputs())
	}
	p.chance = room(p.chance, examples*n.data.outputs())
}

// rooms makes room for derivatives along a direction.
func (p *pass) rooms(n *Network) {
	for k, l := range n.layers {
		v := &p.levels[k]
		if k > 0 && l.reads != nil {
			v.rx = room(v.rx, p.examples*l.places*l.in)
		}
		v.ra, v.rd = room(v.ra, p.examples*l.outputs()), room(v.rd, p.examples*l.outputs())
	}
}

// weights are W and b of a layer in the parameters, or in what is like them.
func (l layer) weights(theta []float64) (w, b []float64) {
	return theta[l.at : l.end-l.out], theta[l.end-l.out : l.end]
}

// gather copies what a layer reads of each example's numbers.
func (l layer) gather(x, below []float64, examples int) {
	each, size := l.places*l.in, len(below)/examples
	for k := range examples {
		from, to := below[k*size:(k+1)*size], x[k*each:(k+1)*each]
		for i, j := range l.reads {
			to[i] = from[j]
		}
	}
}

// spread is the transpose of gather.
func (l layer) spread(below, x []float64, examples int) {
	clear(below)
	each, size := l.places*l.in, len(below)/examples
	for k := range examples {
		to, from := below[k*size:(k+1)*size], x[k*each:(k+1)*each]
		for i, j := range l.reads {
			to[j] += from[i]
		}
	}
}

// affine sets z to x W + b.
func (l layer) affine(z, x, theta []float64) {
	w, b := l.weights(theta)
	for at := 0; at < len(z); at += l.out {
		copy(z[at:at+l.out], b)
	}
	l.addProduct(z, x, w)
}

// addGradient adds x'd to W's part of g and d's rows to b's.
func (l layer) addGradient(g, x, d []float64) {
	w, b := l.weights(g)
	addOuter(w, x, d, l.in, l.out)
	for at := 0; at < len(d); at += l.out {
		for i, v := range d[at : at+l.out] {
			b[i] += v
		}
	}
}

// The products of a layer are small, and by rows they take half the time of one call of
// blas64.Gemm; the sums have its order.

// addProduct adds x w to z.
func (l layer) addProduct(z, x, w []float64) {
	m := matrix(l.in, l.out, w)
	for k := range len(z) / l.out {
		blas64.Gemv(blas.Trans, 1, m, vector(x[k*l.in:(k+1)*l.in]), 1, vector(z[k*l.out:(k+1)*l.out]))
	}
}

// addOuter adds x'd to w, of in rows and out columns.
func addOuter(w, x, d []float64, in, out int) {
	rows := len(d) / out
	if rows < in {
		for k := range rows {
			blas64.Ger(1, vector(x[k*in:(k+1)*in]), vector(d[k*out:(k+1)*out]), matrix(in, out, w))
		}
		return
	}
	for i := range in {
		blas64.Gemv(blas.Trans, 1, matrix(rows, out, d), blas64.Vector{N: rows, Inc: in, Data: x[i:]}, 1, vector(w[i*out:(i+1)*out]))
	}
}

func matrix(rows, columns int, v []float64) blas64.General {
	return blas64.General{Rows: rows, Cols: columns, Stride: columns, Data: v}
}

func vector(v []float64) blas64.Vector { return blas64.Vector{N: len(v), Inc: 1, Data: v} }

func dot(a, b []float64) float64 {
	return blas64.Dot(vector(a), vector(b))
}

func axpy(alpha float64, x, y []float64) {
	blas64.Axpy(alpha, vector(x), vector(y))
}

// forward takes the examples through the network.
func (p *pass) forward(n *Network, theta []float64, part []int) {
	for k, l := range n.layers {
		v := &p.levels[k]
		switch {
		case k > 0 && l.reads == nil:
			v.x = p.levels[k-1].a
		case k > 0:
			l.gather(v.x, p.levels[k-1].a, p.examples)
		default:
			each := l.places * l.in
			for i, example := range part {
				x, to := n.data.Inputs[example], v.x[i*each:(i+1)*each]
				if l.reads == nil {
					copy(to, x)
				} else {
					l.gather(to, x, 1)
				}
			}
		}
		l.affine(v.a, v.x, theta)
		if l.tanh {
			for i, z := range v.a {
				v.a[i] = math.Tanh(z)
			}
		}
	}
}

// loss returns the sum of the examples' losses, and sets the derivative of each in
// the outputs.
func (p *pass) loss(n *Network, part []int) float64 {
	top := &p.levels[len(p.levels)-1]
	out, sum := n.data.outputs(), 0.0
	for i, example := range part {
		z, d := top.a[i*out:(i+1)*out], top.d[i*out:(i+1)*out]
		if n.data.Targets != nil {
			for j, target := range n.data.Targets[example] {
				d[j] = z[j] - target
				sum += d[j] * d[j] / 2
			}
			continue
		}
		chance := p.chance[i*out : (i+1)*out]
		largest, total := z[0], 0.0
		for _, v := range z {
			largest = max(largest, v)
		}
		for j, v := range z {
			chance[j] = math.Exp(v - largest)
			total += chance[j]
		}
		label := n.data.Labels[example]
		sum += math.Log(total) + largest - z[label]
		for j := range chance {
			chance[j] /= total
			d[j] = chance[j]
		}
		d[label]--
	}
	return sum
}

// down takes the derivative in the outputs, already in the top level, down to each
// layer; use is called with each on the way.
func (p *pass) down(n *Network, theta []float64, use func(k int, l layer, v *level)) {
	for k := len(n.layers) - 1; k >= 0; k-- {
		l, v := n.layers[k], &p.levels[k]
		if l.tanh {
			for i, a := range v.a {
				v.d[i] *= 1 - a*a
			}
		}
		use(k, l, v)
		if k == 0 {
			return
		}
		p.pull(l, p.levels[k-1].d, v.d, theta, 0)
	}
}

// pull sets below to β below + d W', at the places where the layer read.
func (p *pass) pull(l layer, below, d, theta []float64, beta float64) {
	w, _ := l.weights(theta)
	rows := len(d) / l.out
	into := func(x []float64, beta float64) {
		blas64.Gemm(blas.NoTrans, blas.Trans, 1, matrix(rows, l.out, d), matrix(l.in, l.out, w), beta, matrix(rows, l.in, x))
	}
	if l.reads == nil {
		into(below, beta)
		return
	}
	x := make([]float64, rows*l.in)
	into(x, 0)
	if beta == 0 {
		l.spread(below, x, p.examples)
		return
	}
	sum := make([]float64, len(below))
	l.spread(sum, x, p.examples)
	axpy(1, sum, below)
}

// backward adds scale times the sum of the gradients to g.
func (p *pass) backward(n *Network, g, theta []float64, scale float64) {
	scaled(p.levels[len(p.levels)-1].d, scale)
	p.down(n, theta, func(_ int, l layer, v *level) { l.addGradient(g, v.x, v.d) })
}

func scaled(v []float64, scale float64) {
	for i := range v {
		v[i] *= scale
	}
}

// apart adds the gradient of each example to a row of g.
func (p *pass) apart(n *Network, g [][]float64, theta []float64) {
	p.down(n, theta, func(_ int, l layer, v *level) {
		rows, columns := l.places*l.in, l.outputs()
		for k := range g {
			l.addGradient(g[k], v.x[k*rows:(k+1)*rows], v.d[k*columns:(k+1)*columns])
		}
	})
}

// along takes the derivative along v through the network: R(x W + b) =
// R(x) W + x V + v.
func (p *pass) along(n *Network, theta, v []float64) {
	p.rooms(n)
	for k, l := range n.layers {
		at := &p.levels[k]
		l.affine(at.ra, at.x, v)
		if k > 0 {
			if l.reads == nil {
				at.rx = p.levels[k-1].ra
			} else {
				l.gather(at.rx, p.levels[k-1].ra, p.examples)
			}
			w, _ := l.weights(theta)
			l.addProduct(at.ra, at.rx, w)
		}
		if l.tanh {
			for i, a := range at.a {
				at.ra[i] *= 1 - a*a
			}
		}
	}
}

// bend sets to to the derivative of the loss's in the outputs, where these move
// by along: L R(z), with L = diag(p) - p p' for cross-entropy.
func (p *pass) bend(n *Network, to, along []float64) {
	if n.data.Targets != nil {
		copy(to, along)
		return
	}
	out := n.data.outputs()
	for at := 0; at < len(to); at += out {
		chance, r := p.chance[at:at+out], along[at:at+out]
		mean := 0.0
		for j, c := range chance {
			mean += c * r[j]
		}
		for j, c := range chance {
			to[at+j] = c * (r[j] - mean)
		}
	}
}

// gaussNewton adds scale J' L J v to gv.
func (p *pass) gaussNewton(n *Network, gv, theta, v []float64, scale float64) {
	p.along(n, theta, v)
	top := &p.levels[len(p.levels)-1]
	p.bend(n, top.d, top.ra)
	p.backward(n, gv, theta, scale)
}

// curve adds scale H v to hv: the derivative of backward along v.
func (p *pass) curve(n *Network, hv, theta, v []float64, scale float64) {
	p.along(n, theta, v)
	top := &p.levels[len(p.levels)-1]
	p.bend(n, top.rd, top.ra)
	scaled(top.d, scale)
	scaled(top.rd, scale)
	for k := len(n.layers) - 1; k >= 0; k-- {
		l, at := n.layers[k], &p.levels[k]
		if l.tanh { // R(d (1 - a²)) = R(d) (1 - a²) - 2 a R(a) d
			for i, a := range at.a {
				at.rd[i] = at.rd[i]*(1-a*a) - 2*a*at.ra[i]*at.d[i]
				at.d[i] *= 1 - a*a
			}
		}
		l.addGradient(hv, at.x, at.rd)
		if k == 0 {
			return
		}
		w, _ := l.weights(hv)
		addOuter(w, at.rx, at.d, l.in, l.out)
		below := &p.levels[k-1]
		p.pull(l, below.rd, at.rd, theta, 0)
		p.pull(l, below.rd, at.d, v, 1)
		p.pull(l, below.d, at.d, theta, 0)
	}
}
