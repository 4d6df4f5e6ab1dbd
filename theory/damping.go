package theory

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"nqm/theory/table"
)

// Regime is how the mean of a direction moves in the long run.
type Regime int

// The regimes of a direction. The lecture knows only the first two.
const (
	Monotone Regime = iota // real roots, the slowest positive: no sign changes in the end
	Ringing                // complex roots: oscillates with a period
	Flipping               // real roots, the slowest negative: the sign flips in every step
	Critical               // a double root: the border of ringing
	Standing               // does not move: no curvature
	Unstable               // grows, or does not forget
)

var regimeNames = [...]string{"monotone", "ringing", "flipping", "critical", "standing", "unstable"}

// String returns the regime's name.
func (r Regime) String() string {
	if r < 0 || int(r) >= len(regimeNames) {
		return fmt.Sprintf("Regime(%d)", int(r))
	}
	return regimeNames[r]
}

// MarshalText writes the regime's name.
func (r Regime) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads a name that MarshalText wrote.
func (r *Regime) UnmarshalText(text []byte) error {
	for k, name := range regimeNames {
		if name == string(text) {
			*r = Regime(k)
			return nil
		}
	}
	return fmt.Errorf("theory: regime %q: want one of %q", text, regimeNames)
}

// Damping describes one direction under a method with constant settings.
type Damping struct {
	Curvature float64 `json:"curvature"`
	Regime    Regime  `json:"regime"`
	Radius    float64 `json:"radius"` // spectral radius of the state: the mean falls like Radius^t
	// Angle is that of the slowest roots, in radians per step: 0 where monotone,
	// π where flipping; a ringing mode has the period 2π/Angle. Of Lookahead it is
	// that of a cycle over its k steps: π/k where the cycles flip.
	Angle float64 `json:"angle"`
	// LogRadius is log Radius, with the digits that a Radius near 1 has lost.
	LogRadius float64 `json:"log_radius"`
}

// damping reads the regime off the roots.
func (m secondOrder) damping(h float64) Damping {
	d := Damping{Curvature: h}
	switch {
	case m.rings:
		d.Regime, d.LogRadius, d.Angle = Ringing, m.logMod, m.omega
		if m.s < 0 {
			d.Angle = math.Pi - m.omega
		}
	case m.s < 0:
		d.Regime, d.LogRadius, d.Angle = Flipping, m.log2, math.Pi
	default:
		d.LogRadius = m.log1
	}
	d.Radius = math.Exp(d.LogRadius)
	switch {
	case m.edge == 0:
		d.Regime, d.Radius, d.LogRadius = Standing, 1, 0
	case !(m.oneMinusP > 0 && m.edge > 0 && m.flip > 0):
		d.Regime = Unstable
	case !m.rings && m.gap == 0:
		d.Regime = Critical
	}
	return d
}

// eigenDamping reads the regime off the eigenvalues of a step.
func eigenDamping(h float64, a []float64) Damping {
	n := int(math.Round(math.Sqrt(float64(len(a)))))
	// The iteration overflows, and may not end, at the largest numbers.
	scale := math.Exp2(math.Max(0, math.Ceil(math.Log2(largestOf(a)))-500))
	if math.IsInf(scale, 1) {
		return Damping{Curvature: h, Regime: Unstable, Radius: math.Inf(1), LogRadius: math.Inf(1)}
	}
	a = append([]float64(nil), a...)
	for i := range a {
		a[i] /= scale
	}
	var e mat.Eigen
	if !e.Factorize(mat.NewDense(n, n, a), mat.EigenNone) {
		return Damping{Curvature: h, Regime: Unstable, Radius: math.NaN()}
	}
	var slow complex128
	for _, v := range e.Values(nil) {
		if size(v) > size(slow) || size(v) == size(slow) && imag(v) > imag(slow) {
			slow = v
		}
	}
	d := Damping{Curvature: h, Radius: scale * size(slow), Angle: math.Atan2(math.Abs(imag(slow)), real(slow))}
	d.LogRadius = math.Log(size(slow)) + math.Log(scale)
	switch {
	case h == 0:
		d.Regime = Standing
	case !(d.Radius < 1):
		d.Regime = Unstable
	case imag(slow) != 0:
		d.Regime = Ringing
	case real(slow) < 0:
		d.Regime = Flipping
	}
	return d
}

// largestOf is the largest modulus, +Inf if one is not a number.
func largestOf(a []float64) float64 {
	most := 0.0
	for _, v := range a {
		if math.IsNaN(v) {
			return math.Inf(1)
		}
		most = math.Max(most, math.Abs(v))
	}
	return most
}

func size(v complex128) float64 { return math.Hypot(real(v), imag(v)) }

// Records returns one row.
func (d Damping) Records() []table.Record { return []table.Record{d.record()} }

func (d Damping) record() table.Record {
	return table.Row("curvature", d.Curvature, "regime", d.Regime.String(), "radius", d.Radius, "angle", d.Angle)
}
