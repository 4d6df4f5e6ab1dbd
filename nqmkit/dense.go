package nqmkit

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"nqm/theory"
)

// Dense is a problem whose Hessian and noise covariance are full matrices in
// the coordinates that the method sees. The expected loss of SGD and its
// relatives depends only on the eigenvalues and the diagonal of C in H's basis;
// adaptive methods see the axes, and are other methods on a rotated problem.
type Dense struct {
	// Name, if not empty, stands for what the problem is, beside a fingerprint of H.
	Name    string
	Hessian *mat.SymDense // H, positive semi-definite
	Noise   *mat.SymDense // C, of one example; nil means gradients without noise
	Mean    []float64     // E θ(0); nil means 0
	Start   *mat.SymDense // Cov θ(0); nil means a start that is known exactly
	// Streaming draws the inputs of least squares anew for each example, as
	// theory.Problem's Streaming does: x ~ N(0, H), g = x (x'θ - η), with label
	// noise η ~ N(0, σ²) where C = σ²H, else with ε ~ N(0, C) added to x x'θ.
	Streaming bool
	turned    *turned // by Rotated
}

// turned is how Rotated made a problem: for as long as nobody edits it.
type turned struct {
	problem theory.Problem // in H's eigenbasis
	degrees float64
	mark    string // of the matrices
}

// Rotated returns p in coordinates turned by an angle in degrees: in the plane
// of the first two axes, then of the second and third, and so on. Rotation by
// 0 is p itself. It panics on an invalid problem and on one of more than 4096
// directions.
func Rotated(p theory.Problem, degrees float64) Dense {
	if err := p.Validate(); err != nil {
		panic(err)
	}
	b := must(newBowl(p))
	d := len(b.curvature)
	if d > maxDense {
		panic(fmt.Errorf("nqmkit: %v rotated: want at most %d directions, as matrices are kept", p, maxDense))
	}
	if math.IsNaN(degrees) || math.IsInf(degrees, 0) {
		panic(fmt.Errorf("nqmkit: rotation by %v degrees: want a finite number", degrees))
	}
	q := turn(d, degrees*math.Pi/180)
	mean := mat.NewVecDense(d, nil)
	mean.MulVec(q, mat.NewVecDense(d, b.mean))
	r := Dense{
		Hessian: around(q, b.curvature), Noise: around(q, squares(b.noise)),
		Mean: mean.RawVector().Data, Start: around(q, squares(b.std)), Streaming: p.Streaming,
	}
	r.turned = &turned{p, degrees, r.mark()}
	return r
}

// mark tells the numbers of the problem from all others.
func (p Dense) mark() string {
	streaming := []float64{float64(one(p.Streaming))}
	return theory.Fingerprint(slices.Concat(rows(p.Hessian), [][]float64{p.Mean}, rows(p.Noise), [][]float64{streaming}, rows(p.Start))...)
}

// rows are the upper triangle of a matrix; of none they are those of zeros.
func rows(m *mat.SymDense) [][]float64 {
	if m == nil || m.IsEmpty() {
		return nil
	}
	raw := m.RawSymmetric()
	all := make([][]float64, raw.N)
	for i := range all {
		all[i] = raw.Data[i*raw.Stride+i : i*raw.Stride+raw.N]
	}
	return all
}

// eigenbasis returns the problem that Rotated turned, if it has not been edited.
func (p Dense) eigenbasis() (theory.Problem, bool) {
	if p.turned == nil || p.turned.mark != p.mark() {
		return theory.Problem{}, false
	}
	return p.turned.problem, true
}

// maxDense bounds the dimension of dense problems: 128 MB a matrix.
const maxDense = 4096

// turn returns the product of the plane rotations by angle.
func turn(d int, angle float64) *mat.Dense {
	sin, cos := math.Sincos(angle)
	q := mat.NewDense(d, d, nil)
	for i := range d {
		q.Set(i, i, 1)
	}
	for k := range d - 1 {
		for j := range d {
			a, b := q.At(k, j), q.At(k+1, j)
			q.Set(k, j, float64(cos*a)-float64(sin*b))
			q.Set(k+1, j, float64(sin*a)+float64(cos*b))
		}
	}
	return q
}

// around returns q diag(v) q'.
func around(q *mat.Dense, v []float64) *mat.SymDense {
	d := len(v)
	s := mat.NewSymDense(d, nil)
	for i := range d {
		for j := i; j < d; j++ {
			sum := 0.0
			for k := range d {
				sum += float64(q.At(i, k) * q.At(j, k) * v[k])
			}
			s.SetSym(i, j, sum)
		}
	}
	return s
}

func squares(v []float64) []float64 {
	s := make([]float64, len(v))
	for i, x := range v {
		s[i] = x * x
	}
	return s
}

// Spectrum returns p in H's eigenbasis, under p's name, as far as expected losses
// of methods that do not see the axes are concerned: there only the diagonals of C
// and of Cov θ(0) count. It is marked Correlated where those are not all. The error names what is wrong with p.
func (p Dense) Spectrum() (theory.Problem, error) {
	if err := p.Validate(); err != nil {
		return theory.Problem{}, err
	}
	flat, ok := p.eigenbasis()
	if !ok {
		zero := mat.NewSymDense(p.Hessian.SymmetricDim(), nil)
		var err error
		if flat, err = theory.DenseStart(p.Hessian, cmp.Or(p.Noise, zero), p.Mean, cmp.Or(p.Start, zero), theory.Treatments{Negative: theory.Refuse, Noise: theory.Refuse}); err != nil {
			return theory.Problem{}, err
		}
		flat.Streaming = p.Streaming
	}
	flat.Name = p.describe().Problem
	return flat, nil
}

// labelNoise returns σ where C = σ² H, else 0.
func (p Dense) labelNoise() float64 {
	if p.Noise == nil || mat.Trace(p.Hessian) == 0 {
		return 0
	}
	ratio := mat.Trace(p.Noise) / mat.Trace(p.Hessian)
	var apart mat.SymDense
	apart.ScaleSym(-ratio, p.Hessian)
	apart.AddSym(&apart, p.Noise)
	if !(mat.Norm(&apart, 2) <= 1e-12*mat.Norm(p.Noise, 2)) {
		return 0
	}
	return math.Sqrt(ratio)
}

// String says what the problem is: that Rotated turned another, or how large it
// is, with fingerprints of its matrices; see theory.Description.
func (p Dense) String() string { return p.describe().String() }

func (p Dense) describe() theory.Description {
	name := p.Name
	if q, ok := p.eigenbasis(); ok && name == "" {
		d := q.Describe()
		d.Problem += fmt.Sprintf(", rotated by %g°", p.turned.degrees)
		return d
	}
	h := rows(p.Hessian)
	if name == "" {
		name = fmt.Sprintf("dense quadratic of %d dimensions", len(h))
	}
	noise, flat := diagonalOf(p.Noise, len(h))
	start, alone := diagonalOf(p.Start, len(h))
	axes := theory.Problem{ // of no curvature that a noise could be likened to
		Curvature: slices.Repeat([]float64{-1}, len(h)), Noise: noise, Mean: p.Mean, Variance: start,
	}
	d := axes.Describe()
	d.Problem = theory.Named(name, h...)
	switch c := rows(p.Noise); {
	case slices.EqualFunc(c, h, slices.Equal[[]float64]):
		d.Noise = "C = H"
	case !flat:
		d.Noise = "C = matrix " + theory.Fingerprint(c...)
	}
	if !alone {
		d.Start = "θ(0) ~ matrix " + theory.Fingerprint(append(rows(p.Start), p.Mean)...)
	}
	if p.Streaming {
		d.Noise += ", streaming"
	}
	return d
}

// diagonalOf returns the diagonal of a matrix, nil being zeros, and whether all
// of d numbers are on it.
func diagonalOf(m *mat.SymDense, d int) ([]float64, bool) {
	var values []float64
	for _, row := range rows(m) {
		values = append(values, row[0])
		if slices.ContainsFunc(row[1:], func(v float64) bool { return v != 0 }) {
			return nil, false
		}
	}
	return values, values == nil || len(values) == d
}

// Validate returns an error that names the first matrix with a wrong size, a
// number that is not finite, or a negative eigenvalue.
func (p Dense) Validate() error {
	if p.Hessian == nil || p.Hessian.IsEmpty() {
		return fmt.Errorf("nqmkit: a dense problem needs a Hessian")
	}
	d := p.Hessian.SymmetricDim()
	if d > maxDense {
		return fmt.Errorf("nqmkit: dense problem of %d dimensions: want at most %d", d, maxDense)
	}
	if p.Mean != nil && (len(p.Mean) != d || !allFinite(p.Mean)) {
		return fmt.Errorf("nqmkit: Mean of a dense problem: want %d finite numbers", d)
	}
	for _, m := range []struct {
		name   string
		matrix *mat.SymDense
	}{{"Hessian", p.Hessian}, {"Noise", p.Noise}, {"Start", p.Start}} {
		if m.matrix == nil {
			continue
		}
		if n := m.matrix.SymmetricDim(); n != d {
			return fmt.Errorf("nqmkit: %s is %d x %d and the Hessian %d x %d: want equal sizes", m.name, n, n, d, d)
		}
		if _, err := eigen(m.name, m.matrix); err != nil {
			return err
		}
	}
	return nil
}

// spectrum is a symmetric matrix q diag(values) q'.
type spectrum struct {
	values []float64
	q      *mat.Dense
}

// eigen decomposes m. Eigenvalues that are negative by rounding count as 0.
func eigen(name string, m *mat.SymDense) (spectrum, error) {
	d := m.SymmetricDim()
	for i := range d {
		for j := i; j < d; j++ {
			if v := m.At(i, j); math.IsNaN(v) || math.IsInf(v, 0) {
				return spectrum{}, fmt.Errorf("nqmkit: %s[%d][%d] = %v: want a finite number", name, i, j, v)
			}
		}
	}
	var e mat.EigenSym
	if !e.Factorize(m, true) {
		return spectrum{}, fmt.Errorf("nqmkit: the eigenvalues of %s do not converge", name)
	}
	s := spectrum{values: e.Values(nil), q: new(mat.Dense)}
	e.VectorsTo(s.q)
	largest := math.Max(math.Abs(s.values[0]), math.Abs(s.values[d-1]))
	for i, v := range s.values {
		if v < -1e-12*largest*float64(d) {
			return spectrum{}, fmt.Errorf("nqmkit: %s has the eigenvalue %v: want 0 or more", name, v)
		}
		s.values[i] = math.Max(v, 0)
	}
	return s, nil
}

// power returns the matrix to the power p, as rows.
func (s spectrum) power(p float64) []float64 {
	d := len(s.values)
	v := make([]float64, d)
	for i, x := range s.values {
		v[i] = math.Pow(x, p)
	}
	m := around(s.q, v)
	rows := make([]float64, 0, d*d)
	for i := range d {
		for j := range d {
			rows = append(rows, m.At(i, j))
		}
	}
	return rows
}
