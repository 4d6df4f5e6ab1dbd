package theory

import (
	"math"
	"testing"
)

// unit maps any float64 into [0, 1), keeping the numbers next to both ends.
func unit(v float64) float64 {
	v = math.Abs(v)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0.5
	}
	if v >= 1 {
		v = 1 / v
	}
	return math.Min(v, 1-0x1p-53)
}

func positive(v float64) float64 {
	v = math.Abs(v)
	if math.IsNaN(v) || math.IsInf(v, 0) || v == 0 {
		return 1
	}
	return v
}

// sane checks a response: no NaN, no negative variance, the start at t = 0.
func sane(t *testing.T, what any, steps int, r Response) {
	t.Helper()
	if math.IsNaN(r.Factor) || math.IsNaN(r.Noise) || r.Noise < 0 {
		t.Errorf("%v, t=%d: %+v", what, steps, r)
	}
	if steps == 0 && (r.Factor != 1 || r.Noise != 0) {
		t.Errorf("%v at the start: %+v", what, r)
	}
}

// The closed forms: nothing is NaN or negative, the noise never falls with t and
// never exceeds its limit, and small steps are the literal recursion.
func FuzzKernel(f *testing.F) {
	for _, x := range []float64{0, 1e-300, 0.25, 1, 2, 2.5, 3.8, 1e200} {
		f.Add(1.0, x, 0.25, uint8(0), uint64(10))
		f.Add(0.3, x, 0.9, uint8(1), uint64(1e15))
		f.Add(0.5, x, 0.999, uint8(2), uint64(1000))
		f.Add(0.1, x, 0.0, uint8(3), uint64(7))
	}
	f.Fuzz(func(t *testing.T, alpha, h, beta float64, kind uint8, steps uint64) {
		o := SGD(positive(alpha))
		h, n := math.Abs(h), int(steps%1e15)
		if math.IsNaN(h) || math.IsInf(h, 0) {
			return
		}
		switch b := unit(beta); kind % 4 {
		case 0:
			o.Momentum = b
		case 1:
			o.Momentum, o.Nesterov = b, true
		case 2:
			o.Decay = b
		}
		m := o.Mode(h, 1)
		limit := m.Limit()
		sane(t, o, -1, limit)
		before := 0.0
		for _, k := range []int{0, 1, 2, n / 3, n/3 + 1, n, n + 1} {
			r := m.At(k)
			sane(t, o, k, r)
			if k > 2 && k < n/3 || k == 0 {
				before = 0
			}
			if k >= 2 && k <= n/3 && r.Noise < before*(1-1e-12) {
				t.Errorf("%v, h=%v: noise falls to %v from %v at t=%d", o, h, r.Noise, before, k)
			}
			before = r.Noise
			if r.Noise > limit.Noise*(1+1e-11) {
				t.Errorf("%v, h=%v: noise %v at t=%d above its limit %v", o, h, r.Noise, k, limit.Noise)
			}
		}
		recursion(t, o, h, m)
	})
}

// recursion compares eight steps with the literal second moments.
func recursion(t *testing.T, o Optimizer, h float64, m Mode) {
	x := o.LearningRate * h
	if x > 1e6 || x > 0 && x < 1e-290 {
		return
	}
	a, b := 1.0, 0.0                   // θ and αv of the mean
	var tt, tv, vv, ta, va, aa float64 // covariances, a the average
	avg, g, beta := 1.0, o.Decay, o.Momentum
	scale := 1.0
	for k := 1; k <= 8; k++ {
		s, u := 1.0, 0.0 // gradient at sθ + u(αv)
		if o.Nesterov {
			u = -beta
		}
		// αv' = (β+xu) αv + x s θ + e, θ' = θ - αv'
		p, q := beta+x*u, x*s
		a, b = a-(p*b+q*a), p*b+q*a
		nvv := p*p*vv + 2*p*q*tv + q*q*tt + 1
		ntv := p*tv + q*tt - nvv
		ntt := tt - 2*(p*tv+q*tt) + nvv
		nva, nta := p*va+q*ta, 0.0
		nta = ta - nva
		tt, tv, vv = ntt, ntv, nvv
		aa = g*g*aa + 2*g*(1-g)*nta + (1-g)*(1-g)*tt
		ta = g*nta + (1-g)*tt
		va = g*nva + (1-g)*tv
		avg = g*avg + (1-g)*a
		r := m.At(k)
		sigma2 := o.LearningRate * o.LearningRate
		if sigma2 == 0 || math.IsInf(sigma2, 0) || sigma2 < 1e-280 {
			return
		}
		scale = math.Max(math.Max(scale, math.Abs(a)), math.Max(math.Abs(b), math.Max(tt, vv)))
		wantFactor, wantNoise := avg, aa
		if math.Abs(r.Factor-wantFactor) > 1e-9*scale || math.Abs(r.Noise/sigma2-wantNoise) > 1e-9*scale {
			t.Errorf("%v, h=%v, t=%d: %v and %v, literally %v and %v", o, h, k, r.Factor, r.Noise/sigma2, wantFactor, wantNoise)
		}
	}
}

// The general engine with every setting: nothing is NaN or negative.
func FuzzMachine(f *testing.F) {
	f.Add(0.3, 1.0, 0.9, 0.5, uint8(3), uint8(7), uint64(100))
	f.Add(1.0, 2.0, 0.0, 0.99, uint8(0), uint8(255), uint64(1e15))
	f.Add(0.5, 8.0, 0.99, 0.5, uint8(5), uint8(64), uint64(77))
	f.Fuzz(func(t *testing.T, alpha, h, beta, gamma float64, k, kind uint8, steps uint64) {
		o := Optimizer{LearningRate: positive(alpha), Momentum: unit(beta), Nesterov: kind&1 > 0}
		h = math.Abs(h)
		if math.IsNaN(h) || math.IsInf(h, 0) {
			return
		}
		switch kind >> 1 & 3 {
		case 1:
			o.Decay = unit(gamma)
		case 2:
			o = o.TailAverage(int(k))
		}
		if kind&8 > 0 {
			o = o.Lookahead(1+int(k)%9, math.Max(unit(gamma), 0x1p-30))
		}
		n := int(steps % 1e15)
		switch kind >> 4 & 3 {
		case 1:
			o = o.Segments(Segment{Steps: 1 + int(k), From: 1}, Segment{Steps: 3, Shape: LinearRate, From: 1, To: unit(gamma)})
		case 2:
			o, _ = o.Cosine().Over(1 + int(k))
		case 3:
			o, n = o.InverseTime(positive(gamma)), n%1000
		}
		if o.Validate() != nil {
			return
		}
		m := o.Mode(h, 1)
		for _, at := range []int{0, 1, 5, n / 2, n} {
			sane(t, o, at, m.At(at))
		}
		sane(t, o, -1, m.Limit())
	})
}

// A problem of two directions: parts add up, the deviation is a number, divergence
// is +Inf.
func FuzzExpect(f *testing.F) {
	f.Add(50.0, 1.0, 0.02, 0.9, 1.0, 1.0, uint64(200))
	f.Add(1.0, 1e-300, 2.0, 0.0, 0.0, 0.0, uint64(1e15))
	f.Fuzz(func(t *testing.T, h1, h2, alpha, beta, mean, variance float64, steps uint64) {
		p := Problem{Curvature: []float64{h1, h2}, Noise: []float64{h1, h2}, Mean: []float64{mean, 1}, Variance: []float64{variance, 0}}
		m := Momentum(alpha, beta)
		c, err := Expect(p, []int{0, 1 + int(steps%1e15)}, m)
		if err != nil {
			return
		}
		for k := range c.Loss {
			for _, v := range []float64{c.Loss[k], c.Bias[k], c.Noise[k], c.StdDev[k], c.Floor} {
				if math.IsNaN(v) || v < 0 {
					t.Fatalf("%v on h=%v, %v, mean %v, variance %v: %+v", m, h1, h2, mean, variance, c)
				}
			}
		}
	})
}
