package theory

import "math"

// matrix is a small square matrix of 106-bit numbers.
type matrix [][]dd

func newMatrix(n int) matrix {
	m := make(matrix, n)
	cells := make([]dd, n*n)
	for i := range m {
		m[i], cells = cells[:n:n], cells[n:]
	}
	return m
}

func identity(i, j int) dd {
	if i == j {
		return exact(1)
	}
	return dd{}
}

func (a matrix) mul(b matrix) matrix {
	c := newMatrix(len(a))
	for i := range a {
		for k := range a {
			if a[i][k].hi == 0 {
				continue
			}
			for j := range a {
				c[i][j] = c[i][j].add(a[i][k].mul(b[k][j]))
			}
		}
	}
	return c
}

func (a matrix) add(b matrix) matrix {
	c := newMatrix(len(a))
	for i := range a {
		for j := range a {
			c[i][j] = a[i][j].add(b[i][j])
		}
	}
	return c
}

// fromIdentity returns I - a.
func (a matrix) fromIdentity() matrix {
	c := newMatrix(len(a))
	for i := range a {
		for j := range a {
			c[i][j] = identity(i, j).sub(a[i][j])
		}
	}
	return c
}

// around returns a v a'.
func (a matrix) around(v matrix) matrix {
	av := a.mul(v)
	c := newMatrix(len(a))
	for i := range a {
		for j := range i + 1 {
			for k := range a {
				c[i][j] = c[i][j].add(av[i][k].mul(a[j][k]))
			}
			c[j][i] = c[i][j]
		}
	}
	return c
}

// size is the largest modulus of an entry, +Inf if one is not a number.
func (a matrix) size() float64 {
	var s float64
	for i := range a {
		for j := range a {
			v := math.Abs(a[i][j].hi)
			if math.IsNaN(v) {
				return math.Inf(1)
			}
			s = math.Max(s, v)
		}
	}
	return s
}

// rounded returns the entries as float64, by rows.
func (a matrix) rounded() []float64 {
	n := len(a)
	f := make([]float64, 0, n*n)
	for i := range a {
		for j := range a {
			f = append(f, a[i][j].value())
		}
	}
	return f
}

// affine is one step z' = (I - D) z + b ε. Its matrix is kept as the deviation
// D from the identity, in which tiny curvatures keep their digits.
type affine struct {
	dev   matrix
	noise []dd
}

// then returns the step followed by a linear map (I - d).
func (a affine) then(d matrix) affine {
	// I - (I-d)(I-D) = D + d - dD
	dev := a.dev.add(d)
	product := d.mul(a.dev)
	noise := make([]dd, len(a.noise))
	for i := range d {
		noise[i] = a.noise[i]
		for j := range d {
			dev[i][j] = dev[i][j].sub(product[i][j])
			noise[i] = noise[i].sub(d[i][j].mul(a.noise[j]))
		}
	}
	return affine{dev, noise}
}
