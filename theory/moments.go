package theory

import (
	"errors"
	"fmt"
	"math"

	"nqm/theory/table"
)

// Moment is the law of one coordinate θ_i(t): Gaussian for Gaussian noise and a
// Gaussian or certain start.
type Moment struct {
	Mean     float64 `json:"mean"`     // E θ_i
	Variance float64 `json:"variance"` // Var θ_i = Start + Noise
	Start    float64 `json:"start"`    // variance that is left of the initial point's
	Noise    float64 `json:"noise"`    // variance that the gradient noise has put in
}

// SecondMoment returns E θ_i².
func (m Moment) SecondMoment() float64 { return m.Mean*m.Mean + m.Variance }

// Moments returns the law of every entry of the problem after t steps: mean and
// variance, and the variance's parts. Of a long list that is followed step by step they are
// interpolated: after t steps the noise is known to 10^-11 or 10^-15 t of itself, and the mean
// to as much of the largest root mean square nearby (see the type responses). The errors are
// those of Expect; multiplicative noise counts all variance beyond the start's as noise.
func Moments(p Problem, t int, m Method) ([]Moment, error) {
	m, mode, err := directionwise(p, []int{t}, m)
	if err != nil {
		return nil, err
	}
	var seconds []float64
	if p.Streaming {
		if seconds, err = streamedMoments(p, t, m); err != nil {
			return nil, err
		}
	}
	all := make([]Moment, p.Len())
	for i := range all {
		d := p.Direction(i)
		r := mode(d.Curvature, d.Noise).At(t)
		k := Moment{Mean: r.Factor * d.Mean, Start: times(r.Factor*r.Factor, d.Variance), Noise: r.Noise}
		if d.Mean == 0 {
			k.Mean = 0
		}
		if seconds != nil {
			k.Noise = excess(seconds[i], k.Mean*k.Mean+k.Start)
		}
		k.Variance = k.Start + k.Noise
		all[i] = k
	}
	return all, nil
}

// SteadyState returns the limit of the expected loss as t grows, and the limits
// of E θ_i² for every entry; +Inf where they grow without bound. What the start
// leaves for ever is included. Under multiplicative noise the second moments are
// not offered: second is nil. Under a rate that falls as 1/t for ever a direction
// without curvature comes to rest somewhere; its second moment is then that after
// 2^20 steps. The errors are those of Expect, and the reason of
// Curve.NoFloor.
func SteadyState(p Problem, m Method) (loss float64, second []float64, err error) {
	c, err := Expect(p, []int{0}, m)
	if err != nil {
		return 0, nil, err
	}
	if c.NoFloor != "" {
		return 0, nil, errors.New(c.NoFloor)
	}
	if p.Streaming {
		return c.Floor, nil, nil
	}
	m, err = over(m, 0)
	if err != nil {
		return 0, nil, err
	}
	second = make([]float64, p.Len())
	mode := modesOf(m)
	for i := range second {
		d := p.Direction(i)
		r := mode(d.Curvature, d.Noise).Limit()
		second[i] = times(r.Factor*r.Factor, d.SecondMoment()) + r.Noise
	}
	return c.Floor, second, nil
}

// SteadyVariance returns the limit of the variance that noise c puts into a
// direction of curvature h, +Inf where there is none. A schedule without a length
// is an error.
func SteadyVariance(m Method, h, c float64) (float64, error) {
	if err := check(Problem{Curvature: []float64{h}, Noise: []float64{c}}, m); err != nil {
		return math.NaN(), err
	}
	if o, ok := m.(Optimizer); ok && o.Schedule.open() >= 0 {
		return math.NaN(), fmt.Errorf("theory: %v has a schedule without a length, and so no limit: call Over with the steps of the run", o)
	}
	if reason := unsettled(m); reason != "" {
		return math.NaN(), errors.New(reason)
	}
	return m.Mode(h, c).Limit().Noise, nil
}

// Records returns one row.
func (m Moment) Records() []table.Record {
	return []table.Record{table.Row("mean", m.Mean, "variance", m.Variance, "start", m.Start, "noise", m.Noise)}
}
