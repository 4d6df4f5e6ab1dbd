package nqmkit

import (
	"fmt"
	"math"

	"nqm/nqmkit/internal/random"
	"nqm/nqmkit/internal/rule"
)

// denseGround is a dense problem for runs side by side. Matrices are rows.
type denseGround struct {
	d                    int
	hessian, noise, root []float64 // H, C^½, Cov θ(0)^½
	mean                 []float64
	condition            []float64 // H^-p, nil if p = 0
	law                  random.Law
	streams              []random.Stream
	inputs               *inputs // nil without streaming noise
	// Of one run at a time: the point, its gradient, and a vector in work.
	at, slope, scratch []float64
}

func denseLandscape(p Dense, law Law) (landscape, error) {
	d := p.Hessian.SymmetricDim()
	h := must(eigen("Hessian", p.Hessian))
	if err := validateStreaming(p, p.Streaming, law); err != nil {
		return landscape{}, err
	}
	base := denseGround{d: d, law: law.drawn(), mean: p.Mean, hessian: h.power(1)}
	for i := range d { // as given, without the rounding of the decomposition
		for j := range d {
			base.hessian[i*d+j] = p.Hessian.At(i, j)
		}
	}
	label := 0.0
	if p.Streaming {
		label = p.labelNoise()
	}
	if p.Noise != nil && label == 0 { // else all noise is in the examples
		base.noise = must(eigen("Noise", p.Noise)).power(0.5)
	}
	if p.Start != nil {
		base.root = must(eigen("Start", p.Start)).power(0.5)
	}
	var root []float64 // H^½
	if p.Streaming {
		root = h.power(0.5)
	}
	see := func(by Approximation) Curvature {
		b := Block{A: p.Hessian}
		if by == GaussNewtonDiagonal {
			b = Block{Diagonal: make([]float64, d)}
			for i := range d {
				b.Diagonal[i] = p.Hessian.At(i, i)
			}
		}
		return Curvature{Blocks: []Block{b}, Constant: true}
	}
	return landscape{d: d, streaming: p.Streaming, see: see, lay: func(lanes int, power float64) (ground, error) {
		g := base
		g.streams = make([]random.Stream, lanes)
		g.at, g.slope, g.scratch = make([]float64, d), make([]float64, d), make([]float64, d)
		if p.Streaming {
			g.inputs = newInputs(d, lanes, label, func(x []float64) {
				copy(g.scratch, x)
				multiply(root, g.scratch, x)
			})
		}
		if power != 0 {
			if h.values[0] == 0 {
				return nil, fmt.Errorf("nqmkit: preconditioning by H^-%g needs curvatures > 0: the Hessian has the eigenvalue 0", power)
			}
			g.condition = h.power(-power)
		}
		return &g, nil
	}}, nil
}

func (g *denseGround) begin(theta []float64, seed uint64, first int) {
	for lane := range g.streams {
		s := random.New(seed, first+lane, random.ForStart)
		clear(g.at)
		if g.root != nil {
			s.Normals(g.scratch)
			multiply(g.root, g.scratch, g.at)
		}
		for i, m := range g.mean {
			g.at[i] += m
		}
		rule.Scatter(theta, g.at, lane, len(g.streams))
		g.streams[lane] = random.New(seed, first+lane, random.ForNoise)
	}
	if g.inputs != nil {
		g.inputs.begin(seed, first)
	}
}

// gradient is g = H θ + C^½ ε/√B, and H^-p g if the method preconditions. With
// streaming noise the mean over a batch of inputs stands in for H θ.
func (g *denseGround) gradient(point, out []float64, batch float64) {
	root := math.Sqrt(batch)
	for lane := range g.streams {
		rule.Gather(g.at, point, lane, len(g.streams))
		clear(g.slope)
		if g.noise != nil {
			g.law.Fill(&g.streams[lane], g.scratch)
			multiply(g.noise, g.scratch, g.slope)
		}
		if g.inputs == nil {
			for i, e := range g.slope {
				g.slope[i] = rule.Product(g.hessian[i*g.d:][:g.d], g.at) + e/root
			}
		} else {
			for i, m := range g.inputs.batchMean(lane, g.at, batch) {
				g.slope[i] = m + g.slope[i]/root
			}
		}
		if g.condition != nil {
			copy(g.scratch, g.slope)
			multiply(g.condition, g.scratch, g.slope)
		}
		rule.Scatter(out, g.slope, lane, len(g.streams))
	}
}

func (g *denseGround) loss(theta, out []float64) {
	for lane := range out {
		rule.Gather(g.at, theta, lane, len(out))
		multiply(g.hessian, g.at, g.scratch)
		out[lane] = rule.Product(g.at, g.scratch) / 2
	}
}

// multiply writes the product of a matrix, given by rows, with v.
func multiply(rows, v, out []float64) {
	for i := range out {
		out[i] = rule.Product(rows[i*len(v):][:len(v)], v)
	}
}
