package theory

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

const (
	// interpolatedPoints is how many points a polynomial of a proof goes through along
	// each axis.
	interpolatedPoints = 6
	// maxHalvings is how often a polynomial is halved for its bound.
	maxHalvings = 6
)

// chebyshevPoints are the Chebyshev points of [-1, 1].
var chebyshevPoints = func() (x [interpolatedPoints]float64) {
	for k := range x {
		x[k] = -math.Cos(math.Pi * (float64(k) + 0.5) / interpolatedPoints)
	}
	return x
}()

// lebesgue is the norm of interpolation at them, at most (Rivlin, The Chebyshev Polynomials, 1974).
var lebesgue = 2/math.Pi*math.Log(interpolatedPoints) + 1

// toBernstein makes of values at the Chebyshev points the Bernstein coefficients of the
// polynomial through them.
var toBernstein = func() (inverse mat.Dense) {
	values := mat.NewDense(interpolatedPoints, interpolatedPoints, nil)
	for k, x := range chebyshevPoints {
		choose, x := 1.0, (x+1)/2
		for j := range interpolatedPoints {
			values.Set(k, j, choose*math.Pow(x, float64(j))*math.Pow(1-x, float64(interpolatedPoints-1-j)))
			choose *= float64(interpolatedPoints-1-j) / float64(j+1)
		}
	}
	if err := inverse.Inverse(values); err != nil {
		panic(err) // it depends on nothing
	}
	return inverse
}()

// bernstein returns the Bernstein coefficients of the polynomial with these values, y
// the fastest.
func bernstein(values []float64, axes int) []float64 {
	table := mat.NewDense(len(values)/interpolatedPoints, interpolatedPoints, values)
	var c mat.Dense
	c.Mul(table, toBernstein.T())
	if axes == 2 {
		c.Mul(&toBernstein, mat.DenseCopyOf(&c))
	}
	return c.RawMatrix().Data
}

// leastOf is a lower bound of a polynomial on its box: the least of its Bernstein
// coefficients, which is a value of it if it is a corner; else after some halvings.
func leastOf(c []float64, axes, halvings int) float64 {
	at := 0
	for i := range c {
		if !(c[i] >= c[at]) {
			at = i
		}
	}
	const last = interpolatedPoints - 1
	corner := at%interpolatedPoints%last == 0 && at/interpolatedPoints%last == 0
	if halvings == 0 || corner {
		return c[at]
	}
	left, right := halved(c, axes == 2 && halvings%2 == 0)
	return math.Min(leastOf(left, axes, halvings-1), leastOf(right, axes, halvings-1))
}

// halved are the coefficients on both halves along y, or b (de Casteljau).
func halved(c []float64, alongB bool) (left, right []float64) {
	left, right = make([]float64, len(c)), append([]float64(nil), c...)
	step, stride := interpolatedPoints, 1
	if alongB {
		step, stride = 1, interpolatedPoints
	}
	for line := range len(c) / interpolatedPoints {
		at := func(j int) int { return line*step + j*stride }
		for r := range interpolatedPoints {
			left[at(r)] = right[at(0)]
			for j := range interpolatedPoints - 1 - r {
				right[at(j)] = (right[at(j)] + right[at(j+1)]) / 2
			}
		}
	}
	return left, right
}
