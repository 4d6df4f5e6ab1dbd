package rule

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Approximation is how a method approximates the curvature of what it descends.
type Approximation string

// The approximations that a Preconditioned method may ask for.
const (
	// GaussNewtonDiagonal is the diagonal of the Gauss-Newton matrix.
	GaussNewtonDiagonal Approximation = "Gauss-Newton diagonal"
	// KroneckerFactors are K-FAC's (Martens and Grosse 2015): for each layer the second
	// moment of what it reads, times that of the derivatives of what it answers.
	KroneckerFactors Approximation = "K-FAC"
)

// Curvature is that of a loss at a point, by an approximation: a block for each group of
// parameters, one after the other, plus a multiple of the identity.
type Curvature struct {
	Blocks   []Block
	Plus     float64 // >= 0
	Constant bool    // the same at every point: it is asked for once
}

// Block is the curvature of some parameters: diag(Diagonal), or A ⊗ S of parameters that
// lie as a matrix with a row for each of A's. S nil is 1.
type Block struct {
	Diagonal []float64
	A, S     *mat.SymDense
}

// numbers are what a block is made of, to be averaged.
func (b Block) numbers() [][]float64 {
	all := [][]float64{b.Diagonal}
	for _, m := range []*mat.SymDense{b.A, b.S} {
		if m != nil {
			all = append(all, m.RawSymmetric().Data)
		}
	}
	return all
}

func (b Block) clone() Block {
	c := Block{Diagonal: slices.Clone(b.Diagonal)}
	if b.A != nil {
		c.A = mat.NewSymDense(b.A.SymmetricDim(), nil)
		c.A.CopySym(b.A)
	}
	if b.S != nil {
		c.S = mat.NewSymDense(b.S.SymmetricDim(), nil)
		c.S.CopySym(b.S)
	}
	return c
}

// Gathering says how a rule makes its preconditioner.
type Gathering struct {
	By      Approximation
	Power   float64
	Damping float64
	Decay   float64 // ρ
	Every   int
}

// preconditioned is g → (Ĝ/(1-ρ^n) + λ)^-p g before each step of a rule, with Ĝ' = ρ Ĝ +
// (1-ρ) G of each factor of the curvature, gathered n times.
type preconditioned struct {
	Rule
	Gathering
	shape   Shape
	at      []float64
	t       int
	mean    Curvature // Ĝ
	left    float64   // ρ^n
	turns   []turn
	one     []float64
	settled bool // the curvature is constant, and known
}

// Preconditioned returns r with gradients that are multiplied by a power of the
// curvature that the shape's See tells.
func Preconditioned(r Rule, g Gathering, s Shape) Rule {
	return &preconditioned{Rule: r, Gathering: g, shape: s, left: 1, one: make([]float64, s.D)}
}

func (r *preconditioned) Point(theta []float64) []float64 {
	r.at = r.Rule.Point(theta)
	return r.at
}

func (r *preconditioned) Step(theta, gradient []float64) {
	if r.t%r.Every == 0 && !r.settled {
		if r.at == nil {
			r.Point(theta)
		}
		r.gather(r.shape.See(r.By, r.at))
	}
	r.t++
	turned := slices.Clone(gradient)
	for lane := range r.shape.Lanes {
		Gather(r.one, turned, lane, r.shape.Lanes)
		rest := r.one
		for _, t := range r.turns {
			t.apply(rest[:t.size()])
			rest = rest[t.size():]
		}
		Scatter(turned, r.one, lane, r.shape.Lanes)
	}
	r.Rule.Step(theta, turned)
}

// gather takes a curvature into the average, and makes the preconditioner anew.
func (r *preconditioned) gather(c Curvature) {
	r.settled = c.Constant
	if r.mean.Blocks == nil {
		for _, b := range c.Blocks {
			zero := b.clone()
			for _, v := range zero.numbers() {
				clear(v)
			}
			r.mean.Blocks = append(r.mean.Blocks, zero)
		}
	}
	r.left *= r.Decay
	r.turns = r.turns[:0]
	size := 0
	for k, b := range c.Blocks {
		average := r.mean.Blocks[k].numbers()
		for i, v := range b.numbers() {
			for j, x := range v {
				average[i][j] = float64(r.Decay*average[i][j]) + float64((1-r.Decay)*x)
			}
		}
		r.turns = append(r.turns, newTurn(r.mean.Blocks[k], 1/(1-r.left), c.Plus+r.Damping, r.Power))
		size += r.turns[k].size()
	}
	if size != r.shape.D {
		panic(fmt.Errorf("nqmkit: a curvature of %d numbers for %d parameters: want as many", size, r.shape.D))
	}
}

// turn multiplies by the power of a block: in the eigenbases u of A and v of S, or none
// of a diagonal.
type turn struct {
	u, v    *mat.Dense
	factors []float64 // row by row
}

func (t turn) size() int { return len(t.factors) }

// newTurn returns (scale b + plus)^-power; of factors each is scaled.
func newTurn(b Block, scale, plus, power float64) turn {
	if b.A == nil {
		t := turn{factors: make([]float64, len(b.Diagonal))}
		for i, h := range b.Diagonal {
			t.factors[i] = inverse(float64(scale*h)+plus, power)
		}
		return t
	}
	t := turn{}
	a, s := []float64(nil), []float64{1 / scale}
	a, t.u = eigen(b.A)
	if b.S != nil {
		s, t.v = eigen(b.S)
	}
	for _, x := range a {
		for _, y := range s {
			t.factors = append(t.factors, inverse(float64(scale*x)*float64(scale*y)+plus, power))
		}
	}
	return t
}

// inverse is h^-power. Of numbers beyond the range it is +Inf, so that the step diverges.
func inverse(h, power float64) float64 {
	switch {
	case h > 0 && !math.IsInf(h, 1):
		return math.Pow(h, -power)
	case h <= 0:
		panic(fmt.Errorf("nqmkit: preconditioning by a curvature of %v: want numbers > 0; a damping makes them", h))
	}
	return math.Inf(1)
}

// eigen returns eigenvalues, negative ones by rounding as 0, and eigenvectors in columns;
// NaN for a matrix with numbers beyond the range.
func eigen(m *mat.SymDense) (values []float64, vectors *mat.Dense) {
	vectors = new(mat.Dense)
	var e mat.EigenSym
	n := m.SymmetricDim()
	if sum := mat.Sum(m); math.IsNaN(sum) || math.IsInf(sum, 0) || !e.Factorize(m, true) {
		return slices.Repeat([]float64{math.NaN()}, n), mat.NewDense(n, n, nil)
	}
	e.VectorsTo(vectors)
	values = e.Values(nil)
	for i, v := range values {
		values[i] = math.Max(v, 0)
	}
	return values, vectors
}

func (t turn) apply(g []float64) {
	if t.u == nil {
		for i, f := range t.factors {
			g[i] *= f
		}
		return
	}
	rows, _ := t.u.Dims()
	at := mat.NewDense(rows, len(g)/rows, g)
	var turned mat.Dense
	turned.Mul(t.u.T(), at)
	if t.v != nil {
		turned.Mul(&turned, t.v)
	}
	for i, f := range t.factors {
		turned.RawMatrix().Data[i] *= f
	}
	if t.v != nil {
		turned.Mul(&turned, t.v.T())
	}
	at.Mul(t.u, &turned)
}
