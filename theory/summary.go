package theory

import (
	"fmt"
	"math"

	"nqm/theory/internal/dd"
	"nqm/theory/table"
)

// Summary describes a problem in a few numbers.
type Summary struct {
	Problem            string  `json:"problem"`
	Dimension          float64 `json:"dimension"`
	LargestCurvature   float64 `json:"largest_curvature"`
	SmallestCurvature  float64 `json:"smallest_curvature"` // that is not zero
	Condition          float64 `json:"condition"`          // largest/smallest curvature that is not zero
	Flat               float64 `json:"flat"`               // directions without curvature
	TraceH             float64 `json:"trace_h"`            // Σ h
	TraceC             float64 `json:"trace_c"`            // Σ c
	TraceH2            float64 `json:"trace_h2"`           // Σ h²
	TraceHC            float64 `json:"trace_hc"`           // Σ hc
	EffectiveDimension float64 `json:"effective_dimension"`
	StartLoss          float64 `json:"start_loss"`
	SimpleNoiseScale   float64 `json:"simple_noise_scale"` // B_simple at the start
	NoiseScale         float64 `json:"noise_scale"`        // B_noise at the start
	Modes              int     `json:"modes"`              // directions that were summed
	SumError           float64 `json:"sum_error"`          // estimated relative error of the sums
}

// String is one sentence with the numbers that say most.
func (s Summary) String() string {
	flat := ""
	if s.Flat > 0 {
		flat = fmt.Sprintf(", %.6g of them without curvature", s.Flat)
	}
	return fmt.Sprintf("%s: %.6g directions%s, h from %.6g to %.6g, trace of H %.6g, loss %.6g at the start, B_simple %.6g, B_noise %.6g there",
		s.Problem, s.Dimension, flat, s.SmallestCurvature, s.LargestCurvature, s.TraceH, s.StartLoss, s.SimpleNoiseScale, s.NoiseScale)
}

// SummaryOf returns the summary of a problem. The effective dimension is
// (Σ h)²/Σ h², the number of equal directions with the same two traces; it and
// the condition number are 0 where there is no curvature. The
// noise scales are those of McCandlish et al. 2018, equations 2.8 and 2.9, for
// the expected squares at the start:
//
//	B_simple = tr C / E|g|²        B_noise = tr HC / E g'Hg        g = Hθ(0)
//
// Under multiplicative noise C there is its mean at the start, Σ c in TraceC and
// TraceHC the label noise alone. The error names an invalid problem.
func SummaryOf(p Problem) (Summary, error) {
	if err := p.Validate(); err != nil {
		return Summary{}, err
	}
	dirs, disagreement := p.nodes(func(d []Direction) []float64 {
		s := tracesOf(inUnits(d, p.ordinary()))
		return s[:]
	})
	t := tracesOf(dirs)
	unit := p.ordinary()
	u := tracesOf(inUnits(dirs, unit))
	traceC, traceHC := p.noiseTraces(u, u[4], u[5], u[6])
	s := Summary{
		Problem: p.String(), Dimension: p.Dimension(), TraceH: t[0], TraceH2: t[1], TraceC: t[2], TraceHC: t[3],
		EffectiveDimension: over0(u[0]*u[0], u[1]), StartLoss: t[4],
		SimpleNoiseScale: over0(traceC, u[5]), NoiseScale: over0(traceHC, u[6]),
		Modes: len(dirs), SumError: disagreement,
	}
	s.LargestCurvature, s.SmallestCurvature = p.extremes()
	s.Flat = p.flat()
	s.Condition = over0(s.LargestCurvature, s.SmallestCurvature)
	return s, nil
}

// over0 is a/b with the limit 0 for 0/0: without noise no batch is too small. It
// is +Inf where both overflow.
func over0(a, b float64) float64 {
	switch {
	case a == 0:
		return 0
	case math.IsInf(a, 1):
		return a
	}
	return a / b
}

// tracesOf returns Σh, Σh², Σc, Σhc, ½Σhs, Σh²s and Σh³s.
func tracesOf(dirs []Direction) (t [7]float64) {
	var s [7]dd.Sum
	for _, d := range dirs {
		h, c, e := d.Curvature, d.Noise, d.SecondMoment()
		for k, v := range [7]float64{h, h * h, c, h * c, h * e / 2, h * h * e, h * h * h * e} {
			s[k].Add(d.Multiplicity * v)
		}
	}
	for k := range s {
		t[k] = s[k].Value()
	}
	return t
}

// ordinary is a unit of curvature, a power of two, in which cubes of the curvatures do
// not leave the range: 1 for the usual ones.
func (p Problem) ordinary() float64 {
	largest, _ := p.extremes()
	if largest == 0 || largest > 1e-60 && largest < 1e60 {
		return 1
	}
	_, e := math.Frexp(largest)
	return math.Ldexp(1, max(e, -1000))
}

// inUnits returns the same directions by another unit of curvature, whose square is
// that of the noise. Noise scales and effective dimension do not depend on it, and
// their bits do not either.
func inUnits(dirs []Direction, unit float64) []Direction {
	if unit == 1 {
		return dirs
	}
	scaled := append([]Direction(nil), dirs...)
	for i := range scaled {
		scaled[i].Curvature /= unit
		scaled[i].Noise = scaled[i].Noise / unit / unit
	}
	return scaled
}

// noiseTraces returns tr C and tr HC of one example where the expected loss is
// loss, given the traces of the problem, E|g|² and E g'Hg. Streaming adds the
// covariance Hθθ'H + H θ'Hθ to the label noise.
func (p Problem) noiseTraces(traces [7]float64, loss, g2, gHg float64) (c, hc float64) {
	if !p.Streaming {
		return traces[2], traces[3]
	}
	return traces[2] + g2 + 2*loss*traces[0], traces[3] + gHg + 2*loss*traces[1]
}

// extremes returns the largest curvature and the smallest that is not zero.
func (p Problem) extremes() (largest, smallest float64) {
	smallest = math.Inf(1)
	see := func(h float64) {
		largest = math.Max(largest, h)
		if h > 0 {
			smallest = math.Min(smallest, h)
		}
	}
	for _, h := range p.Curvature {
		see(h)
	}
	if p.Law.Count != 0 {
		see(p.Law.Curvature.At(p.Law.Count))
	}
	if math.IsInf(smallest, 1) {
		smallest = 0
	}
	return largest, smallest
}

// flat returns how many directions of a list have no curvature; those of a law have some.
func (p Problem) flat() float64 {
	var n dd.Sum
	if p.Law.Count == 0 {
		for i, h := range p.Curvature {
			if h == 0 {
				n.Add(p.Direction(i).Multiplicity)
			}
		}
	}
	return n.Value()
}

// NoiseScales are the two noise scales along the expected path of a method.
type NoiseScales struct {
	Problem string    `json:"problem"`
	Method  string    `json:"method"`
	Steps   []int     `json:"steps"`
	Simple  []float64 `json:"simple"` // tr C / E|g|²
	Noise   []float64 `json:"noise"`  // tr HC / E g'Hg
}

// NoiseScalesOf returns B_simple and B_noise at the point that m has reached
// after each number of steps, with the exact E θ_i(t)² in E|g|² = Σ h_i² E θ_i²
// and E g'Hg = Σ h_i³ E θ_i², and under multiplicative noise in C as well. A batch
// B makes the best single step of plain SGD, with one learning rate for all that
// θ(t) may be, decrease the expected loss by ΔL_max/(1 + B_noise/B). The errors
// are those of Expect.
func NoiseScalesOf(p Problem, steps []int, m Method) (NoiseScales, error) {
	m, mode, err := directionwise(p, steps, m)
	if err != nil {
		return NoiseScales{}, err
	}
	n, unit := len(steps), p.ordinary()
	scales := func(dirs []Direction) []float64 {
		loss, g2, gHg := make([]dd.Sum, n), make([]dd.Sum, n), make([]dd.Sum, n)
		visitMoments(p, dirs, m, mode, steps, func(k int, d Direction, second float64) {
			h := d.Curvature / unit
			loss[k].Add(d.Multiplicity * times(h/2, second))
			g2[k].Add(d.Multiplicity * times(h*h, second))
			gHg[k].Add(d.Multiplicity * times(h*h*h, second))
		})
		t := tracesOf(inUnits(dirs, unit))
		v := make([]float64, 2*n)
		for k := range n {
			c, hc := p.noiseTraces(t, loss[k].Value(), g2[k].Value(), gHg[k].Value())
			v[k], v[n+k] = over0(c, g2[k].Value()), over0(hc, gHg[k].Value())
		}
		return v
	}
	dirs, err := p.resolvedNodes("noise scales", m, p.summable(steps[len(steps)-1], m), scales)
	if err != nil {
		return NoiseScales{}, err
	}
	v := scales(dirs)
	return NoiseScales{Problem: p.String(), Method: m.String(), Steps: append([]int(nil), steps...), Simple: v[:n:n], Noise: v[n:]}, nil
}

// Records returns one row.
func (s Summary) Records() []table.Record {
	return []table.Record{problemFields(s.Problem).With("dimension", s.Dimension,
		"largest_curvature", s.LargestCurvature, "smallest_curvature", s.SmallestCurvature, "condition", s.Condition, "flat", s.Flat,
		"trace_h", s.TraceH, "trace_c", s.TraceC, "trace_h2", s.TraceH2, "trace_hc", s.TraceHC,
		"effective_dimension", s.EffectiveDimension, "start_loss", s.StartLoss,
		"simple_noise_scale", s.SimpleNoiseScale, "noise_scale", s.NoiseScale, "modes", s.Modes, "sum_error", s.SumError)}
}

// Records returns a row for each step.
func (n NoiseScales) Records() []table.Record {
	return along(problemFields(n.Problem).With("method", n.Method), n.Steps, column{"b_simple", n.Simple}, column{"b_noise", n.Noise})
}
