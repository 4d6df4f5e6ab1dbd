package theory

import (
	"math"
	"math/bits"

	"nqm/theory/internal/dd"
)

// powers is the general engine: 2^k steps of an affine map at once, for every
// k that has been asked for. With D_k = I - A^(2^k) and V_k the covariance that
// 2^k steps put in,
//
//	D_{k+1} = 2 D_k - D_k²        V_{k+1} = V_k + A^(2^k) V_k A^(2^k)'
//
// so that neither slow modes nor small covariances cancel. Once D is no longer
// small the power itself is squared, which keeps the digits of its decay. All
// is done in 106 bits and rounded to float64 at the end; the error after t
// steps is about t 2^-100 + 2^-50 log2 t, relative to the size of the matrices.
type powers struct {
	power  dd.Matrix // A^(2^k) of the last level
	dev    dd.Matrix // I - power while that is small, else nil
	v      dd.Matrix
	levels []level
	grown  bool // the last level has overflowed
}

// level is 2^k steps in float64, matrices by rows, and its power unrounded.
type level struct {
	a, v  []float64
	exact dd.Matrix
}

func newPowers(step affine) *powers {
	return powersFrom(step.dev, step.kick())
}

func powersFrom(dev, v dd.Matrix) *powers {
	p := &powers{power: dev.FromIdentity(), dev: dev, v: v}
	p.note()
	return p
}

func (p *powers) note() {
	if p.dev != nil && p.dev.Size() > 0.25 {
		p.dev = nil
	}
	p.grown = p.power.Size() > math.MaxFloat64 || p.v.Size() > math.MaxFloat64
	p.levels = append(p.levels, level{p.power.Rounded(), p.v.Rounded(), p.power})
}

// double appends a level.
func (p *powers) double() {
	p.v = p.v.Add(p.power.Around(p.v))
	if p.dev == nil {
		p.power = p.power.Mul(p.power)
	} else {
		square := p.dev.Mul(p.dev)
		for i := range square {
			for j := range square {
				square[i][j] = p.dev[i][j].Scale(2).Sub(square[i][j])
			}
		}
		p.dev = square
		p.power = square.FromIdentity()
	}
	p.note()
}

// at returns 2^k steps, or false if they overflow.
func (p *powers) at(k int) (level, bool) {
	for len(p.levels) <= k && !p.grown {
		p.double()
	}
	if k >= len(p.levels) || p.grown && k == len(p.levels)-1 {
		return level{}, false
	}
	return p.levels[k], true
}

// cycleOf returns the powers of n-1 plain steps and one last step, done as one. The
// plain ones come by doubling: m steps after k add A^m V_k A^m' to V_m.
func cycleOf(n int, plain, last affine) *powers {
	size := len(plain.noise)
	dev, v := dd.NewMatrix(size), dd.NewMatrix(size)
	kick := plain.kick()
	for i := bits.Len(uint(n-1)) - 1; i >= 0; i-- {
		v = dev.FromIdentity().Around(v).Add(v)
		dev = then(dev, dev)
		if (n-1)>>i&1 == 1 {
			v = plain.dev.FromIdentity().Around(v).Add(kick)
			dev = then(dev, plain.dev)
		}
	}
	v = last.dev.FromIdentity().Around(v).Add(last.kick())
	return powersFrom(then(dev, last.dev), v)
}

// settled is the limit of |power| and of the covariance as the doubling goes
// on; ok is false where either grows without bound, and the power is then that of
// the last level, nil if it is beyond 10^6. Where powers overflow on their way, as
// those of strongly non-normal matrices do, the eigenvalues in float64 decide, and
// the covariance is not known beyond 10^308.
func (p *powers) settled(silent bool) (power, v []float64, ok bool) {
	for range 2200 {
		before := p.levels[len(p.levels)-1]
		if p.power.Size() < 1e-18 {
			return before.a, before.v, true
		}
		if p.grown {
			break
		}
		p.double()
		if silent && p.stands(before) {
			return before.a, before.v, true
		}
	}
	if first := p.levels[0].a; p.grown && eigenDamping(1, first).LogRadius < 0 {
		none := make([]float64, len(first))
		return none, none, p.v.Size() == 0
	}
	if p.power.Size() > 1e6 {
		return nil, nil, false
	}
	return p.levels[len(p.levels)-1].a, nil, false
}

func (p *powers) stands(before level) bool {
	now := p.levels[len(p.levels)-1]
	for i, v := range now.a {
		if !(math.Abs(math.Abs(v)-math.Abs(before.a[i])) <= 1e-17) {
			return false
		}
	}
	return true
}
