package networks

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"nqm/nqmkit"
	"nqm/theory"
)

// Matrix is what a network is measured by.
type Matrix string

// The matrices of curvature.
const (
	Hessian     Matrix = "Hessian"
	GaussNewton Matrix = "Gauss-Newton matrix" // no eigenvalue is negative
)

// Measurement is curvature and gradient noise at one point of training, over all
// examples.
type Measurement struct {
	Model     string
	Matrix    Matrix
	Theta     []float64
	Loss      float64
	Curvature []float64  // eigenvalues, falling; some may be negative
	Basis     *mat.Dense // their eigenvectors, in columns
	Gradient  []float64  // in the basis
	Noise     []float64  // variance of one example's gradient, in the basis
}

// maxDense bounds the parameters of a dense spectrum.
const maxDense = 4096

// Measure returns the whole spectrum of m at theta, with the noise along it: so many
// products with the matrix as there are parameters, on all cores, one
// eigendecomposition, and the gradients of all examples. It panics beyond 4096 parameters, for
// which there is Lanczos, on a point of another length or that is not finite, on endless
// examples, on numbers that are not finite, and where m does not know its Gauss-Newton
// matrix and is asked for it.
func Measure(m Model, theta []float64, which Matrix) Measurement {
	checkPoint(m, theta, true)
	d := len(m.Start())
	if d > maxDense {
		panic(fmt.Errorf("networks: a dense spectrum of %d parameters: want at most %d; networks.Lanczos takes 40 products a vector in place of %d", d, maxDense, d))
	}
	product := productOf(m, theta, which)
	columns := nqmkit.Sweep(string(which), spaced(d), func(i float64) []float64 {
		v, hv := make([]float64, d), make([]float64, d)
		v[int(i)] = 1
		product(hv, v)
		return hv
	}).Results
	if len(columns) < d {
		panic(fmt.Errorf("networks: interrupted after %d of %d products", len(columns), d))
	}
	h := mat.NewSymDense(d, nil)
	for i := range d {
		for j := range i + 1 {
			h.SetSym(i, j, columns[i][j]/2+columns[j][i]/2)
			if notFinite(h.At(i, j)) {
				panic(fmt.Errorf("networks: the %s[%d][%d] of %v is %v: want finite numbers", which, i, j, m, h.At(i, j)))
			}
		}
	}
	var e mat.EigenSym
	if !e.Factorize(h, true) {
		panic(fmt.Errorf("networks: the eigenvalues of the %s of %v do not converge", which, m))
	}
	r := Measurement{Model: m.String(), Matrix: which, Theta: slices.Clone(theta), Loss: m.Loss(theta), Curvature: e.Values(nil), Basis: new(mat.Dense)}
	e.VectorsTo(r.Basis)
	slices.Reverse(r.Curvature)
	for i := range d {
		row := r.Basis.RawRowView(i)
		slices.Reverse(row)
	}
	r.Gradient, r.Noise = noiseAlong(m, theta, r.Basis)
	return r
}

func spaced(n int) []float64 {
	v := make([]float64, n)
	for k := range v {
		v[k] = float64(k)
	}
	return v
}

// productOf returns the products with a matrix of m at theta.
func productOf(m Model, theta []float64, which Matrix) func(hv, v []float64) {
	if which == Hessian {
		return func(hv, v []float64) { hessianProduct(m, hv, theta, v) }
	}
	c, ok := bare(m).(Curved)
	if which != GaussNewton || !ok {
		panic(fmt.Errorf("networks: %v has no %q: want networks.Hessian, or a model with GaussNewtonProduct", m, which))
	}
	return func(gv, v []float64) { c.GaussNewtonProduct(gv, theta, v) }
}

// rowsAtOnce is how many gradients of examples are kept at a time.
const rowsAtOnce = 256

// eachPart calls use with the gradients of all examples, a part at a time, in the rows
// of a matrix.
func eachPart(m Model, theta []float64, use func(g *mat.Dense)) {
	n, d := m.Examples(), len(theta)
	all := mat.NewDense(min(rowsAtOnce, n), d, nil)
	var batch []int
	var g [][]float64
	for from := 0; from < n; from += rowsAtOnce {
		batch, g = batch[:0], g[:0]
		for k := from; k < min(from+rowsAtOnce, n); k++ {
			batch, g = append(batch, k), append(g, all.RawRowView(k-from))
		}
		exampleGradients(m, g, theta, batch)
		use(all.Slice(0, len(batch), 0, d).(*mat.Dense))
	}
}

// noiseAlong returns mean and variance of the examples' gradients along the columns of
// a basis.
func noiseAlong(m Model, theta []float64, basis *mat.Dense) (mean, variance []float64) {
	d, n := len(theta), float64(m.Examples())
	mean, variance = make([]float64, d), make([]float64, d)
	var centre []float64 // the gradient of all: what is left cancels nothing
	full := make([]float64, d)
	m.Gradient(full, theta, nil)
	var turned mat.VecDense
	turned.MulVec(basis.T(), mat.NewVecDense(d, full))
	centre = turned.RawVector().Data
	var along mat.Dense
	eachPart(m, theta, func(g *mat.Dense) {
		along.Reset()
		along.Mul(g, basis)
		rows, _ := along.Dims()
		for k := range rows {
			for i, v := range along.RawRowView(k) {
				off := v - centre[i]
				mean[i] += off / n
				variance[i] += off * off / n
			}
		}
	})
	for i, off := range mean {
		mean[i] = centre[i] + off
		checkNoise(m, variance[i], mean[i])
		variance[i] -= off * off
	}
	return mean, variance
}

// checkNoise panics where gradients are beyond the numbers, or their squares are.
func checkNoise(m Model, noise, gradient float64) {
	if notFinite(noise) || notFinite(gradient) {
		panic(fmt.Errorf("networks: the noise of %v is %v, where its gradient is %v: want finite numbers", m, noise, gradient))
	}
}

// NoiseScale returns tr C and |∇L|² of m at theta, over all examples: B_simple is their
// quotient (McCandlish et al. 2018).
func NoiseScale(m Model, theta []float64) (trace, square float64) {
	checkPoint(m, theta, true)
	full := make([]float64, len(theta))
	m.Gradient(full, theta, nil)
	n := float64(m.Examples())
	eachPart(m, theta, func(g *mat.Dense) {
		rows, _ := g.Dims()
		for k := range rows {
			for i, v := range g.RawRowView(k) {
				trace += (v - full[i]) * (v - full[i]) / n
			}
		}
	})
	square = dot(full, full)
	checkNoise(m, trace, square)
	return trace, square
}

// BSimple is tr C / |g|², the batch at which noise and gradient are equally long.
func (r Measurement) BSimple() float64 {
	trace, square := 0.0, 0.0
	for i, g := range r.Gradient {
		trace, square = trace+r.Noise[i], square+g*g
	}
	return trace / square
}

// BNoise is tr HC / g'Hg, the batch at which the best step of SGD is half as good as
// without noise.
func (r Measurement) BNoise() float64 {
	trace, square := 0.0, 0.0
	for i, g := range r.Gradient {
		trace, square = trace+r.Curvature[i]*r.Noise[i], square+r.Curvature[i]*g*g
	}
	return trace / square
}

// Problem returns the noisy quadratic of the measurement whose minimum is at theta and
// that starts at a point, with what was measured below zero treated as chosen; see
// theory.Problem's Measured. It panics as that has errors.
func (r Measurement) Problem(start []float64, options ...nqmkit.SpectrumOption) theory.Problem {
	if len(start) != len(r.Theta) || len(start) == 0 {
		panic(fmt.Errorf("networks: a start of %d numbers for a measurement of %d parameters: want as many, and 1 or more", len(start), len(r.Theta)))
	}
	off := make([]float64, len(start))
	for i, v := range start {
		off[i] = v - r.Theta[i]
	}
	var mean mat.VecDense
	mean.MulVec(r.Basis.T(), mat.NewVecDense(len(off), off))
	p := theory.Problem{
		Name: fmt.Sprintf("%s of %s", r.Matrix, r.Model), Curvature: slices.Clone(r.Curvature),
		Noise: slices.Clone(r.Noise), Mean: mean.RawVector().Data, Correlated: true,
	}
	return must(p.Measured(nqmkit.TreatmentsOf(options...)))
}

// Lanczos returns the problem of the spectrum of m at theta, by so many products from
// each of the plan's vectors, as nqmkit.Lanczos does, for networks that are too large
// for Measure. Its noise has the whole of C, tr C/tr H · H, and not its shape.
func Lanczos(m Model, theta []float64, which Matrix, steps int, plan nqmkit.Runs, options ...nqmkit.SpectrumOption) theory.Problem {
	checkPoint(m, theta, true)
	p := nqmkit.Lanczos(len(theta), steps, productOf(m, theta, which), plan, options...)
	trace, _ := NoiseScale(m, theta)
	sum := 0.0
	for i := range p.Len() {
		d := p.Direction(i)
		sum += d.Multiplicity * d.Curvature
	}
	if !(sum > 0) {
		panic(fmt.Errorf("networks: the trace of the %s of %v is %v: want a number > 0, along which its noise is shared", which, m, sum))
	}
	p = must(p.WithNoisePower(trace/sum, 1))
	p.Name = fmt.Sprintf("%s of %v", which, m)
	return p
}

// Leading measures the leading eigenvectors of a matrix of m at theta by Lanczos steps from
// one random vector, with the gradient and noise of all examples along them and the
// intervals of all three, for networks of any size: see nqmkit.Leading.
func Leading(m Model, theta []float64, which Matrix, count, steps int, seed uint64) []theory.LeadingDirection {
	checkPoint(m, theta, true)
	gradient := func(g []float64, example int) { exampleGradients(m, [][]float64{g}, theta, []int{example}) }
	return nqmkit.Leading(len(theta), count, steps, productOf(m, theta, which), m.Examples(), gradient, seed)
}

// exampleGradients are those of a batch, however m has them. It panics where one is not finite.
func exampleGradients(m Model, g [][]float64, theta []float64, batch []int) {
	if s, ok := bare(m).(Scattered); ok {
		s.ExampleGradients(g, theta, batch)
	} else {
		for k := range batch {
			m.Gradient(g[k], theta, batch[k:k+1])
		}
	}
	for k, row := range g {
		if i := slices.IndexFunc(row, notFinite); i >= 0 {
			panic(fmt.Errorf("networks: the gradient of example %d of %v in parameter %d is %v: want finite numbers", batch[k], m, i, row[i]))
		}
	}
}

// hessianProduct sets hv to H v, by a central difference of fourth order where m does
// not know it: (8 (g(ε) - g(-ε)) - (g(2ε) - g(-2ε))) / 12ε.
func hessianProduct(m Model, hv, theta, v []float64) {
	if c, ok := bare(m).(Curved); ok {
		c.HessianProduct(hv, theta, v)
		return
	}
	length, scale := 0.0, 1.0
	for i, x := range v {
		length += x * x
		scale = math.Max(scale, math.Abs(theta[i]))
	}
	clear(hv)
	if length == 0 {
		return
	}
	step := 1e-3 * scale / math.Sqrt(length)
	at, g := make([]float64, len(v)), make([]float64, len(v))
	for _, point := range []struct{ place, weight float64 }{{1, 8}, {-1, -8}, {2, -1}, {-2, 1}} {
		for i, x := range v {
			at[i] = theta[i] + point.place*step*x
		}
		m.Gradient(g, at, nil)
		for i, x := range g {
			hv[i] += point.weight / (12 * step) * x
		}
	}
}
