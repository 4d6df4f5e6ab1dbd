package theory

import (
	"math"

	"nqm/theory/internal/dd"
)

// parts are the sums over directions that make up the law of the loss.
type parts struct{ bias, noise, variance dd.Sum }

// add adds a direction with its response.
func (l *parts) add(d Direction, r Response) {
	kept := r.Factor * r.Factor
	half := 0.5 * d.Multiplicity * d.Curvature
	v := times(kept, d.Variance) + r.Noise
	l.bias.Add(biasOf(half, kept, d.SecondMoment()))
	l.noise.Add(half * r.Noise)
	l.variance.Add(half * times(d.Curvature*v, v+2*times(kept, d.Mean*d.Mean)))
}

// join adds the sums over other directions.
func (l *parts) join(o *parts) {
	l.bias.Add(o.bias.Value())
	l.noise.Add(o.noise.Value())
	l.variance.Add(o.variance.Value())
}

// times is the product of two numbers >= 0 in which a zero wins over +Inf:
// what does not exist does not grow.
func times(a, b float64) float64 {
	if a == 0 || b == 0 {
		return 0
	}
	return a * b
}

// biasOf is half · kept · square, also where kept · square is no float64.
func biasOf(half, kept, square float64) float64 {
	if all := times(kept, square); half >= 1 || !math.IsInf(all, 1) {
		return half * all
	}
	return times(half*kept, square)
}

// respond visits the responses of a mode after increasing numbers of steps.
func respond(mode Mode, steps []int, visit func(k int, r Response)) {
	if m, ok := mode.(interface {
		walk([]int, func(int, Response))
	}); ok {
		m.walk(steps, visit)
		return
	}
	for k, t := range steps {
		visit(k, mode.At(t))
	}
}
