package theory

import "nqm/theory/internal/dd"

// affine is one step z' = (I - D) z + b ε in a direction. Its matrix is kept as
// the deviation D from the identity, in which tiny curvatures keep their digits.
type affine struct {
	dev      dd.Matrix
	noise    []dd.Number
	gradient []dd.Number // the point whose gradient is taken
}

// kick is the covariance b b' that one step puts in.
func (a affine) kick() dd.Matrix {
	v := dd.NewMatrix(len(a.noise))
	for i := range v {
		for j := range v {
			v[i][j] = a.noise[i].Mul(a.noise[j])
		}
	}
	return v
}

// then returns the deviation of the step I - d followed by the step I - e:
// I - (I-e)(I-d) = d + e - ed.
func then(d, e dd.Matrix) dd.Matrix {
	both, product := d.Add(e), e.Mul(d)
	for i := range both {
		for j := range both {
			both[i][j] = both[i][j].Sub(product[i][j])
		}
	}
	return both
}

func rounded(v []dd.Number) []float64 {
	r := make([]float64, len(v))
	for i, x := range v {
		r[i] = x.Value()
	}
	return r
}

func dot(a, b []float64) float64 {
	var s float64
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}
