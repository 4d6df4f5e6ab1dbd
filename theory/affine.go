package theory

import "nqm/theory/internal/dd"

// affine is one step z' = (I - D) z + b ε. Its matrix is kept as the deviation
// D from the identity, in which tiny curvatures keep their digits.
type affine struct {
	dev   dd.Matrix
	noise []dd.Number
}

// then returns the step followed by a linear map (I - d).
func (a affine) then(d dd.Matrix) affine {
	// I - (I-d)(I-D) = D + d - dD
	dev := a.dev.Add(d)
	product := d.Mul(a.dev)
	noise := make([]dd.Number, len(a.noise))
	for i := range d {
		noise[i] = a.noise[i]
		for j := range d {
			dev[i][j] = dev[i][j].Sub(product[i][j])
			noise[i] = noise[i].Sub(d[i][j].Mul(a.noise[j]))
		}
	}
	return affine{dev, noise}
}
