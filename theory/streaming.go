package theory

import (
	"math"
)

// Streaming least squares. On fresh Gaussian inputs x ~ N(0, H) with labels
// x'θ* + noise, the gradient of an example is x(x'θ - noise), and its noise
// grows with the distance from the minimum. With e_i = E (point where the
// gradient is taken)_i², a batch of B has in direction i the noise variance
//
//	( h_i² e_i + h_i Σ_j m_j h_j e_j + c_i ) / B
//
// in place of c_i/B; c_i = h_i σ² is the label noise. All directions feel the
// common sum, so the second moments S_i of all states are stepped together,
// literally, at a cost of directions times steps:
//
//	S_i' = A_i S_i A_i' + b_i b_i' (noise variance of i)
//
// The mean is that of additive noise. (The paper has additive noise only. For
// SGD this is the recursion of Paquette et al. 2021 and of Jain et al. 2018.)

// stream fills the curve of a problem with multiplicative noise. The variance of
// the loss has no closed form there: StdDev is nil.
func (c *Curve) stream(p Problem, m Method) error {
	some := spread(c.Steps)
	if last := some[len(some)-1]; last > 2000 {
		for len(some) > 1 && some[len(some)-1] > 2000 {
			some = some[:len(some)-1]
		}
	}
	losses := func(dirs []Direction, steps []int) []float64 {
		var v []float64
		_, _ = visitStreamed(dirs, m, steps, nil, func(_ int, bias, loss float64) { v = append(v, bias, loss) })
		return v
	}
	dirs, disagreement, err := p.nodesFor(m, p.summable(c.Steps[len(c.Steps)-1], m), func(d []Direction) []float64 { return losses(d, some) })
	if err != nil {
		return err
	}
	c.Modes, c.SumError = len(dirs), disagreement
	s, err := visitStreamed(dirs, m, c.Steps, nil, func(_ int, bias, loss float64) {
		c.Bias, c.Loss = append(c.Bias, bias), append(c.Loss, loss)
		c.Noise = append(c.Noise, excess(loss, bias))
	})
	if err != nil {
		return err
	}
	c.Floor, err = s.floor(m)
	if err != nil {
		c.NoFloor = err.Error()
	}
	return nil
}

func excess(loss, bias float64) float64 {
	if math.IsInf(loss, 1) {
		return loss
	}
	return math.Max(0, loss-bias)
}
