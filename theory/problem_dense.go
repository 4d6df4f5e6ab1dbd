package theory

import (
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
// The error names a matrix that is not square, not symmetric to 10^-12 of its
// largest entry, not finite or not positive semi-definite, sizes that differ,
// or a variance < 0.
func Dense(h, c mat.Matrix, mean []float64, variance float64) (Problem, error) {
	p, err := DenseStart(h, c, mean, nil)
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
func DenseStart(h, c mat.Matrix, mean []float64, s mat.Matrix) (Problem, error) {
	hs, err := symmetric("Hessian", h)
	if err != nil {
		return Problem{}, err
	}
	d := hs.SymmetricDim()
	covariance := func(name string, m mat.Matrix) (*mat.SymDense, error) {
		if m == nil {
			return nil, nil
		}
		ms, err := symmetric(name, m)
		if err != nil {
			return nil, err
		}
		if n := ms.SymmetricDim(); n != d {
			return nil, fmt.Errorf("theory: %s has %d rows and Hessian has %d: want the same", name, n, d)
		}
		_, _, err = spectrumOf(name, ms)
		return ms, err
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
	p := Problem{Name: fmt.Sprintf("dense Hessian, d = %d", d), Curvature: b.values}
	p.Noise, p.Variance = b.variances(cs, &p), b.variances(ss, &p)
	if mean != nil {
		if len(mean) != d {
			return Problem{}, fmt.Errorf("theory: mean has %d entries and Hessian has %d rows: want the same", len(mean), d)
		}
		var turned mat.VecDense
		turned.MulVec(b.vectors.T(), mat.NewVecDense(d, append([]float64(nil), mean...)))
		p.Mean = turned.RawVector().Data
	}
	return p, p.Validate()
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

// symmetric copies a matrix, checked.
func symmetric(name string, m mat.Matrix) (*mat.SymDense, error) {
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
	s := mat.NewSymDense(r, nil)
	for i := range r {
		for j := range i + 1 {
			a, b := m.At(i, j), m.At(j, i)
			if math.Abs(a-b) > 1e-12*largest {
				return nil, fmt.Errorf("theory: %s[%d][%d] = %v and [%d][%d] = %v: want a symmetric matrix", name, i, j, a, j, i, b)
			}
			s.SetSym(i, j, a/2+b/2)
		}
	}
	return s, nil
}

// spectrumOf returns the eigenvalues, falling, and eigenvectors of a positive
// semi-definite matrix; what rounding has made negative is zero.
func spectrumOf(name string, s *mat.SymDense) ([]float64, *mat.Dense, error) {
	var e mat.EigenSym
	if !e.Factorize(s, true) {
		return nil, nil, fmt.Errorf("theory: %s: the eigenvalues did not converge", name)
	}
	rising := e.Values(nil)
	n := len(rising)
	largest := math.Max(math.Abs(rising[0]), math.Abs(rising[n-1]))
	if rising[0] < -1e-14*float64(n)*largest {
		return nil, nil, fmt.Errorf("theory: %s has the eigenvalue %v: want a positive semi-definite matrix", name, rising[0])
	}
	var v mat.Dense
	e.VectorsTo(&v)
	values, vectors := make([]float64, n), mat.NewDense(n, n, nil)
	for i := range values {
		values[i] = math.Max(0, rising[n-1-i])
		vectors.SetCol(i, mat.Col(nil, n-1-i, &v))
	}
	return values, vectors, nil
}
