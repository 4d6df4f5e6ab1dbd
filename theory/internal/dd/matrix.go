package dd

import "math"

// Matrix is a small square matrix, by rows.
type Matrix [][]Number

// NewMatrix returns the n×n matrix of zeros.
func NewMatrix(n int) Matrix {
	m := make(Matrix, n)
	cells := make([]Number, n*n)
	for i := range m {
		m[i], cells = cells[:n:n], cells[n:]
	}
	return m
}

// Identity returns entry (i, j) of the identity matrix.
func Identity(i, j int) Number {
	if i == j {
		return Exact(1)
	}
	return Number{}
}

// Mul returns a·b.
func (a Matrix) Mul(b Matrix) Matrix {
	c := NewMatrix(len(a))
	for i := range a {
		for k := range a {
			if a[i][k].Hi == 0 {
				continue
			}
			for j := range a {
				c[i][j] = c[i][j].Add(a[i][k].Mul(b[k][j]))
			}
		}
	}
	return c
}

// Add returns a + b.
func (a Matrix) Add(b Matrix) Matrix {
	c := NewMatrix(len(a))
	for i := range a {
		for j := range a {
			c[i][j] = a[i][j].Add(b[i][j])
		}
	}
	return c
}

// FromIdentity returns I - a.
func (a Matrix) FromIdentity() Matrix {
	c := NewMatrix(len(a))
	for i := range a {
		for j := range a {
			c[i][j] = Identity(i, j).Sub(a[i][j])
		}
	}
	return c
}

// Around returns a v a'.
func (a Matrix) Around(v Matrix) Matrix {
	av := a.Mul(v)
	c := NewMatrix(len(a))
	for i := range a {
		for j := range i + 1 {
			for k := range a {
				c[i][j] = c[i][j].Add(av[i][k].Mul(a[j][k]))
			}
			c[j][i] = c[i][j]
		}
	}
	return c
}

// Size is the largest modulus of an entry, +Inf if one is not a number.
func (a Matrix) Size() float64 {
	var s float64
	for i := range a {
		for j := range a {
			v := math.Abs(a[i][j].Hi)
			if math.IsNaN(v) {
				return math.Inf(1)
			}
			s = math.Max(s, v)
		}
	}
	return s
}

// Rounded returns the entries as float64, by rows.
func (a Matrix) Rounded() []float64 {
	n := len(a)
	f := make([]float64, 0, n*n)
	for i := range a {
		for j := range a {
			f = append(f, a[i][j].Value())
		}
	}
	return f
}
