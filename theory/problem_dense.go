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
// each method that treats the directions of H apart; correlations between
// directions only enter the variance of the loss, which is then that of a noise
// without them.
//
// The error names a matrix that is not square, not symmetric to 10^-12 of its
// largest entry, not finite or not positive semi-definite, sizes that differ,
// or a variance < 0.
func Dense(h, c mat.Matrix, mean []float64, variance float64) (Problem, error) {
	hs, err := symmetric("Hessian", h)
	if err != nil {
		return Problem{}, err
	}
	d := hs.SymmetricDim()
	values, vectors, err := spectrumOf("Hessian", hs)
	if err != nil {
		return Problem{}, err
	}
	p := Problem{Name: fmt.Sprintf("dense Hessian, d = %d", d), Curvature: values, Variance: constant(d, variance)}
	if c != nil {
		cs, err := symmetric("noise covariance", c)
		if err != nil {
			return Problem{}, err
		}
		if cs.SymmetricDim() != d {
			return Problem{}, fmt.Errorf("theory: noise covariance has %d rows and Hessian has %d: want the same", cs.SymmetricDim(), d)
		}
		if _, _, err := spectrumOf("noise covariance", cs); err != nil {
			return Problem{}, err
		}
		p.Noise = make([]float64, d)
		for i := range d {
			v := vectors.ColView(i)
			p.Noise[i] = math.Max(0, mat.Inner(v, cs, v))
		}
	}
	if mean != nil {
		if len(mean) != d {
			return Problem{}, fmt.Errorf("theory: mean has %d entries and Hessian has %d rows: want the same", len(mean), d)
		}
		var turned mat.VecDense
		turned.MulVec(vectors.T(), mat.NewVecDense(d, append([]float64(nil), mean...)))
		p.Mean = turned.RawVector().Data
	}
	return p, p.Validate()
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
