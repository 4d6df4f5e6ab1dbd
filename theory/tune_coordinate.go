package theory

import "math"

// Free marks a setting of an Optimizer that Tune is to choose, of those that
// Setting.CanBeFree: learning rate, momentum, velocity weight, dampening, the slow momentum
// and weight of AdEMAMix, the ratio, fall and time of DANA's velocity, EMA decay and
// preconditioning power. Others are refused with the reason; whole numbers, as the steps
// of a warm-up, are swept.
var Free = math.Inf(-1)

// coordinate is how tuning sees a setting: the value at z, the range of z for
// runs of t steps, and the spacing of a grid, as a multiple of the usual one.
type coordinate struct {
	value  func(z float64) float64
	bounds func(t float64) (low, high float64)
	pitch  float64 // 0: the usual one
}

var (
	// rateCoordinate has a value that depends on the others: see space.
	rateCoordinate = coordinate{}
	slowCoordinate = coordinate{
		value:  func(z float64) float64 { return -math.Expm1(-z) },
		bounds: func(t float64) (low, high float64) { return 0, slowest(t) },
	}
	// partCoordinate is that of a part of 1 that may be 0, and lacks of 1 as little as
	// momenta do beside it.
	partCoordinate = coordinate{
		value:  func(z float64) float64 { return -math.Expm1(-z) },
		bounds: func(float64) (low, high float64) { return 0, 10 * math.Ln2 },
		pitch:  1,
	}
	// Weights and times are looked for in their logarithm.
	mixCoordinate = coordinate{
		value:  math.Exp,
		bounds: func(float64) (low, high float64) { return math.Log(0.01), math.Log(100) },
	}
	ratioCoordinate = coordinate{
		value:  math.Exp,
		bounds: func(t float64) (low, high float64) { return -2*math.Log(t+1) - 1, 1 },
	}
	timeCoordinate = coordinate{
		value:  math.Exp,
		bounds: func(float64) (low, high float64) { return math.Log(0x1p-6), math.Log(64) },
	}
	powerCoordinate = coordinate{
		value:  func(z float64) float64 { return z },
		bounds: func(float64) (low, high float64) { return 0, 1 },
		pitch:  0.25,
	}
)

// slowest is the largest -log(1-β) of runs of t steps.
func slowest(t float64) float64 { return math.Log(8*t) + 1 }
