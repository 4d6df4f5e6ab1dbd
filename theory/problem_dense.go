package theory

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Dense returns the problem of a Hessian H and a noise covariance C of one
// example, given as symmetric matrices, started at mean + N(0, variance I).
// C may be nil for gradients without noise and mean nil for the minimum.
//
// H and C need not share eigenvectors. Of C only the diagonal in H's basis
// matters to the expected loss and to every second moment of a direction, for
// each method that treats the directions of H apart. Where H and C commute, the
// basis is one of C too, inside each eigenspace of H as well, and the directions
// are independent: the law of the loss is exact. Where they do not, correlations
// between directions enter that law, and the problem is marked Correlated.
//
// Eigenvalues of H that differ by less than 10^-14 d of the largest are taken as
// equal, and those below it as 0; correlation coefficients below 10^-6, which
// change a variance by 10^-12 of itself, are taken as rounding.
//
// Measured matrices, in float32 or by differences, are not quite symmetric nor
// semi-definite. H is taken as (H + H')/2, and its eigenvalues below zero are
// treated as chosen; see Treatments. In a covariance, what is below zero may be
// Tolerated. The Note says so, where it is more than the rounding of float64.
//
// The error names a Hessian that is nil, a matrix that is not square, not symmetric to 10^-5 of its
// largest entry or not finite, sizes that differ, or a variance < 0, or is a Fault.
func Dense(h, c mat.Matrix, mean []float64, variance float64, chosen ...Treatments) (Problem, error) {
	p, err := DenseStart(h, c, mean, nil, chosen...)
	if err != nil {
		return Problem{}, err
	}
	p.Variance = constant(p.Len(), variance)
	return p, p.Validate()
}

// DenseStart is Dense for a problem that starts at mean + N(0, S) with any
// covariance S; nil means a start that is known exactly. The directions are
// independent where H, C and S commute with one another. The errors are those of
// Dense.
func DenseStart(h, c mat.Matrix, mean []float64, s mat.Matrix, chosen ...Treatments) (Problem, error) {
	var p Problem
	if h == nil {
		return Problem{}, errors.New("theory: the Hessian is nil: want a square matrix")
	}
	hs, err := p.symmetric("Hessian", h)
	if err != nil {
		return Problem{}, err
	}
	d := hs.SymmetricDim()
	covariance := func(name string, m mat.Matrix) (*mat.SymDense, error) {
		if m == nil {
			return nil, nil
		}
		ms, err := p.symmetric(name, m)
		if err != nil {
			return nil, err
		}
		if n := ms.SymmetricDim(); n != d {
			return nil, fmt.Errorf("theory: %s has %d rows and Hessian has %d: want the same", name, n, d)
		}
		values, _, err := spectrumOf(name, ms)
		if err != nil {
			return nil, err
		}
		of := Problem{Curvature: values}
		if found := of.find("eigenvalue", values, func(i int) bool { return values[i] < 0 }); found.count > 0 {
			if err := found.refused(treated(chosen).Noise); err != nil {
				return nil, fmt.Errorf("theory: the %s: %w", name, err)
			}
			p.remark("%s negative, down to %.3g, and passed over: %s of its trace", found.text(found.quantity), found.worst, percent(found.share))
		}
		return ms, nil
	}
	cs, err := covariance("noise covariance", c)
	if err != nil {
		return Problem{}, err
	}
	ss, err := covariance("start covariance", s)
	if err != nil {
		return Problem{}, err
	}
	b, err := eigenbasisOf(hs, cs, ss)
	if err != nil {
		return Problem{}, err
	}
	p.Curvature = b.values
	p.Noise, p.Variance = b.variances(cs, &p), b.variances(ss, &p)
	if mean != nil {
		if len(mean) != d {
			return Problem{}, fmt.Errorf("theory: mean has %d entries and Hessian has %d rows: want the same", len(mean), d)
		}
		var turned mat.VecDense
		turned.MulVec(b.vectors.T(), mat.NewVecDense(d, append([]float64(nil), mean...)))
		p.Mean = turned.RawVector().Data
	}
	if p, err = p.Measured(treated(chosen)); err != nil {
		return Problem{}, fmt.Errorf("theory: the Hessian: %w", err)
	}
	p.Name = fmt.Sprintf("dense Hessian, d = %d", p.Len())
	return p, nil
}

// treated is what was chosen, or nothing.
func treated(chosen []Treatments) Treatments {
	if len(chosen) == 0 {
		return Treatments{}
	}
	return chosen[0]
}

// eigenbasis is a basis of eigenvectors of H.
type eigenbasis struct {
	values  []float64 // falling
	vectors *mat.Dense
	equal   float64 // up to which difference eigenvalues are equal
}

// eigenbasisOf returns the basis of H which, inside each eigenspace of H, is one
// of a generic sum of the others: where they commute it is one of each.
func eigenbasisOf(h *mat.SymDense, others ...*mat.SymDense) (b eigenbasis, err error) {
	if b.values, b.vectors, err = spectrumOf("Hessian", h); err != nil {
		return b, err
	}
	d := len(b.values)
	b.equal = 1e-14 * float64(d) * b.values[0]
	sum, weight := mat.NewSymDense(d, nil), 1.0
	for _, m := range others {
		if m == nil || mat.Max(m) == 0 { // of a positive semi-definite matrix: none
			continue
		}
		var part mat.SymDense
		part.ScaleSym(weight/mat.Max(m), m)
		sum.AddSym(sum, &part)
		weight *= generic
	}
	for from, to := 0, 0; from < d; from = to {
		for to = from + 1; to < d && b.values[to-1]-b.values[to] <= b.equal; {
			to++
		}
		if to == from+1 {
			continue
		}
		space := b.vectors.Slice(0, d, from, to).(*mat.Dense)
		inside := around(space, sum)
		if !correlated(inside) {
			continue
		}
		_, turn, err := spectrumOf("covariance inside an eigenspace", inside)
		if err != nil {
			return b, err
		}
		var turned mat.Dense
		turned.Mul(space, turn)
		space.Copy(&turned)
	}
	return b, nil
}

// generic weighs two covariances against each other such that no eigenvalues of
// the sum meet by design.
const generic = 0.6180339887498949

// variances returns the diagonal of a covariance in the basis, and marks p where
// directions that matter to the loss are correlated.
func (b eigenbasis) variances(m *mat.SymDense, p *Problem) []float64 {
	if m == nil {
		return nil
	}
	turned := around(b.vectors, m)
	v := make([]float64, len(b.values))
	curved := 0
	for i := range v {
		v[i] = math.Max(0, turned.At(i, i))
		if b.values[i] > b.equal {
			curved++
		}
	}
	if curved > 0 && correlated(turned.SliceSym(0, curved)) {
		p.Correlated = true
	}
	return v
}

// around returns v' m v.
func around(v *mat.Dense, m *mat.SymDense) *mat.SymDense {
	_, n := v.Dims()
	var left, all mat.Dense
	left.Mul(v.T(), m)
	all.Mul(&left, v)
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			s.SetSym(i, j, all.At(i, j)/2+all.At(j, i)/2)
		}
	}
	return s
}

// correlated reports whether a covariance has more beside its diagonal than
// rounding.
func correlated(m mat.Symmetric) bool {
	n := m.SymmetricDim()
	var largest float64
	for i := range n {
		largest = math.Max(largest, m.At(i, i))
	}
	for i := range n {
		for j := range i {
			together := math.Sqrt(math.Max(0, m.At(i, i)) * math.Max(0, m.At(j, j)))
			if math.Abs(m.At(i, j)) > 1e-6*together+1e-14*float64(n)*largest {
				return true
			}
		}
	}
	return false
}

// asymmetric is how far a matrix of float32 may be from symmetric, by its largest entry.
const asymmetric = 1e-5

// symmetric copies a matrix, checked, and notes what is more than rounding.
func (p *Problem) symmetric(name string, m mat.Matrix) (*mat.SymDense, error) {
	r, c := m.Dims()
	if r != c || r == 0 {
		return nil, fmt.Errorf("theory: %s is %d by %d: want a square matrix", name, r, c)
	}
	var largest float64
	for i := range r {
		for j := range r {
			v := m.At(i, j)
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("theory: %s[%d][%d] = %v: want a finite number", name, i, j, v)
			}
			largest = math.Max(largest, math.Abs(v))
		}
	}
	s, apart := mat.NewSymDense(r, nil), 0.0
	for i := range r {
		for j := range i + 1 {
			a, b := m.At(i, j), m.At(j, i)
			apart = math.Max(apart, math.Abs(a-b))
			if math.Abs(a-b) > asymmetric*largest {
				return nil, fmt.Errorf("theory: %s[%d][%d] = %v and [%d][%d] = %v: want a symmetric matrix", name, i, j, a, j, i, b)
			}
			s.SetSym(i, j, a/2+b/2)
		}
	}
	if apart > 1e-12*largest {
		p.remark("the %s is asymmetric by up to %.2g of its largest entry, and was symmetrised", name, apart/largest)
	}
	return s, nil
}

// spectrumOf returns the eigenvalues, falling, and eigenvectors of a matrix; what
// rounding may have made negative is zero.
func spectrumOf(name string, s *mat.SymDense) ([]float64, *mat.Dense, error) {
	var e mat.EigenSym
	if !e.Factorize(s, true) {
		return nil, nil, fmt.Errorf("theory: %s: the eigenvalues did not converge", name)
	}
	rising := e.Values(nil)
	n := len(rising)
	largest := math.Max(math.Abs(rising[0]), math.Abs(rising[n-1]))
	var v mat.Dense
	e.VectorsTo(&v)
	values, vectors := make([]float64, n), mat.NewDense(n, n, nil)
	for i := range values {
		if values[i] = rising[n-1-i]; values[i] < 0 && values[i] >= -1e-14*float64(n)*largest {
			values[i] = 0
		}
		vectors.SetCol(i, mat.Col(nil, n-1-i, &v))
	}
	return values, vectors, nil
}
