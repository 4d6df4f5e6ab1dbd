package networks

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"nqm/nqmkit"
)

// Factored is a Model that tells an nqmkit.Preconditioned its curvature over a batch.
type Factored interface {
	Curvature(by nqmkit.Approximation, theta []float64, batch []int) nqmkit.Curvature
}

// Curvature is that of Factored: the diagonal of the Gauss-Newton matrix, which for
// cross-entropy is the Fisher matrix, or the factors of each layer,
//
//	A = E Σ_t (x_t, 1)(x_t, 1)'        S = E Σ_t d_t d_t' / T
//
// with x_t what the layer reads and d_t the derivative in what it answers, at the T places
// of an image or the one of a dense layer. The mean over answers is exact and not drawn.
// The penalty is added to either.
func (n *Network) Curvature(by nqmkit.Approximation, theta []float64, batch []int) nqmkit.Curvature {
	n.check("point", theta)
	batch = n.places(batch)
	c := nqmkit.Curvature{Plus: n.penalty}
	add := n.addDiagonal
	if by == nqmkit.KroneckerFactors {
		add = n.addFactors
		for _, l := range n.layers {
			c.Blocks = append(c.Blocks, nqmkit.Block{A: mat.NewSymDense(l.in+1, nil), S: mat.NewSymDense(l.out, nil)})
		}
	} else {
		c.Blocks = []nqmkit.Block{{Diagonal: make([]float64, n.size)}}
	}
	n.inParts(batch, func(p *pass, part []int) {
		p.forward(n, theta, part)
		p.loss(n, part)
		add(p, c.Blocks, theta, 1/float64(len(batch)))
	})
	return c
}

// eachRoot sets the top of the pass to each column of a root of the loss's Hessian in the
// outputs, L = Σ_c s_c s_c': of cross-entropy s_c = √p_c (e_c - p), of squares e_c.
func (p *pass) eachRoot(n *Network, use func()) {
	top, out := p.levels[len(p.levels)-1].d, n.data.outputs()
	for c := range out {
		clear(top)
		for at := 0; at < len(top); at += out {
			if n.data.Targets != nil {
				top[at+c] = 1
				continue
			}
			chance := p.chance[at : at+out]
			root := math.Sqrt(chance[c])
			for j, v := range chance {
				top[at+j] = -root * v
			}
			top[at+c] += root
		}
		use()
	}
}

func (n *Network) addDiagonal(p *pass, to []nqmkit.Block, theta []float64, scale float64) {
	rows := make([][]float64, p.examples)
	for k := range rows {
		rows[k] = make([]float64, n.size)
	}
	p.eachRoot(n, func() {
		for _, row := range rows {
			clear(row)
		}
		p.apart(n, rows, theta)
		for _, row := range rows {
			for i, v := range row {
				to[0].Diagonal[i] += scale * v * v
			}
		}
	})
}

func (n *Network) addFactors(p *pass, to []nqmkit.Block, theta []float64, scale float64) {
	for k, l := range n.layers {
		ones := make([]float64, 0, p.examples*l.places*(l.in+1))
		for x := p.levels[k].x; len(x) > 0; x = x[l.in:] {
			ones = append(append(ones, x[:l.in]...), 1)
		}
		addSquares(to[k].A, ones, scale)
	}
	p.eachRoot(n, func() {
		p.down(n, theta, func(k int, l layer, v *level) { addSquares(to[k].S, v.d, scale/float64(l.places)) })
	})
}

// addSquares adds scale x'x of the rows of x to m.
func addSquares(m *mat.SymDense, x []float64, scale float64) {
	n := m.SymmetricDim()
	squares := make([]float64, n*n)
	addOuter(squares, x, x, n, n)
	scaled(squares, scale)
	m.AddSym(m, mat.NewSymDense(n, squares))
}

// curvatureOf is what m tells a preconditioned method.
func curvatureOf(m Model, by nqmkit.Approximation, theta []float64, batch []int) nqmkit.Curvature {
	f, ok := bare(m).(Factored)
	if !ok {
		panic(fmt.Errorf("networks: %v does not tell its curvature by %s: want a network, or a model with the method Curvature", m, by))
	}
	return f.Curvature(by, theta, batch)
}
