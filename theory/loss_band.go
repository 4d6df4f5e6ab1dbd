package theory

import (
	"math"
	"slices"

	"nqm/theory/internal/dd"
)

// The band of a curve whose problem was measured: see Band. With f(h) the loss of
// one direction after t steps, the expected loss is Σ m f(h), and it lies
//
//	from Σ m min f to Σ m max f               over Low <= h <= High
//	within 2 Σ m Σ_{k>Degree} |a_k|           a_k: Chebyshev coefficients of f
//
// whichever is less, and by the second within rounding where f is a polynomial of
// no higher degree: for SGD up to step (Degree-1)/2. To that come twice the standard
// error of the Probes. The extremes of f are looked for at points a tenth apart in the
// logarithm, and the coefficients taken from so many points: neither is proved.
const (
	bandSpacing   = 0.1
	bandReach     = 1e-12 // of High, from where a Low of 0 is looked at
	bandChebyshev = 512
)

// band fills Low and High.
func (c *Curve) band(p Problem, m Method) error {
	if !p.Banded() {
		return nil
	}
	n := len(c.Steps)
	losses, err := p.bandLosses(m, c.Steps)
	if err != nil {
		return err
	}
	c.Low, c.High = slices.Clone(c.Loss), slices.Clone(c.Loss)
	if p.Band.Low != nil {
		if err := c.bandOfEnds(p, losses); err != nil {
			return err
		}
	}
	if p.Band.Degree > 0 && p.isFunction() {
		within, err := p.beyondDegree(n, losses)
		if err != nil {
			return err
		}
		for k, w := range within {
			low, high := math.Max(0, c.Loss[k]-w), c.Loss[k]+w
			if p.Band.Low != nil {
				low, high = math.Max(low, c.Low[k]), math.Min(high, c.High[k])
			}
			c.Low[k], c.High[k] = low, high
		}
	}
	if p.Band.Probes > 0 {
		return c.bandOfProbes(p, losses)
	}
	return nil
}

// bandLosses returns the loss of a direction after each number of steps, at the curvatures
// that the band looks at: interpolated along them where they have to be followed.
func (p Problem) bandLosses(m Method, steps []int) (func(d Direction) ([]float64, error), error) {
	modeOf := modesOf(m)
	if followed, _ := followedSteps(p, steps[len(steps)-1], m); followed > 0 {
		var err error
		if modeOf, err = p.bandDirections().modesAlong(m, steps); err != nil {
			return nil, err
		}
	}
	valid := func([]Direction, error) error { return nil }
	if l, ok := m.(Linear); ok {
		valid = l.validator()
	}
	return func(d Direction) ([]float64, error) {
		if err := valid([]Direction{d}, nil); err != nil {
			return nil, err
		}
		v := make([]float64, len(steps))
		respond(modeOf(d.Curvature, d.Noise), steps, func(k int, r Response) { v[k] = lossOf(d, r) })
		return v, nil
	}, nil
}

// bandDirections is the list of the directions that the band looks at.
func (p Problem) bandDirections() (all Problem) {
	all.Streaming = p.Streaming
	add := func(d Direction) {
		all.Curvature, all.Noise = append(all.Curvature, d.Curvature), append(all.Noise, d.Noise)
		all.Mean, all.Variance = append(all.Mean, d.Mean), append(all.Variance, d.Variance)
	}
	for i := range p.Len() {
		add(p.Direction(i))
		if p.Band.Low != nil {
			for _, d := range p.between(i) {
				add(d)
			}
		}
	}
	if p.Band.Degree > 0 && p.isFunction() {
		for _, d := range p.chebyshevDirections() {
			add(d)
		}
	}
	return all
}

// between are directions from end to end of the band of an entry.
func (p Problem) between(i int) (all []Direction) {
	follows := slices.Equal(p.Noise, p.Curvature)
	for _, h := range bandPoints(p.Band.Low[i], p.Curvature[i], p.Band.High[i]) {
		d := p.Direction(i)
		if d.Curvature = h; follows {
			d.Noise = h
		}
		all = append(all, d)
	}
	return all
}

// chebyshevDirections are directions at the Chebyshev points from 0 to the largest curvature.
// there are none of a problem without curvature.
func (p Problem) chebyshevDirections() (all []Direction) {
	end := slices.Max(p.Curvature)
	if p.Band.High != nil {
		end = math.Max(end, slices.Max(p.Band.High))
	}
	for j := range bandChebyshev {
		d := p.Direction(0)
		d.Curvature = end / 2 * (1 + math.Cos(math.Pi*(float64(j)+0.5)/bandChebyshev))
		d.Noise, d.Multiplicity = d.Curvature, 1
		all = append(all, d)
	}
	return all
}

// bandOfEnds sums the extremes between the ends of each entry.
func (c *Curve) bandOfEnds(p Problem, losses func(Direction) ([]float64, error)) error {
	n := len(c.Steps)
	low, high := make([]dd.Sum, n), make([]dd.Sum, n)
	for i := range p.Len() {
		least, most := slices.Repeat([]float64{math.Inf(1)}, n), make([]float64, n)
		for _, d := range p.between(i) {
			v, err := losses(d)
			if err != nil {
				return err
			}
			for k := range v {
				least[k], most[k] = math.Min(least[k], v[k]), math.Max(most[k], v[k])
			}
		}
		for k := range n {
			if p.Band.Low[i] == 0 { // where a direction has no loss
				least[k] = 0
			}
			low[k].Add(least[k])
			high[k].Add(most[k])
		}
	}
	for k := range n {
		c.Low[k], c.High[k] = math.Min(low[k].Value(), c.Loss[k]), math.Max(high[k].Value(), c.Loss[k])
	}
	return nil
}

// bandPoints are points from low to high, both ends and the middle among them;
// 0 is not.
func bandPoints(low, middle, high float64) []float64 {
	from := math.Max(low, bandReach*high)
	if from == 0 {
		return nil
	}
	n := math.Ceil(math.Log(high/from) / bandSpacing)
	points := []float64{from}
	for k := 1.0; k < n; k++ {
		points = append(points, from*math.Exp(math.Log(high/from)*k/n))
	}
	if middle > from {
		points = append(points, middle)
	}
	return append(points, high)
}

// isFunction reports whether the loss of a direction is a function of its
// curvature: C = H, and one start for all.
func (p Problem) isFunction() bool {
	same := func(list []float64) bool {
		return !slices.ContainsFunc(list, func(v float64) bool { return v != list[0] })
	}
	return slices.Equal(p.Noise, p.Curvature) && same(p.Mean) && same(p.Variance)
}

// beyondDegree bounds what the entries do not integrate exactly, after each of n
// numbers of steps.
func (p Problem) beyondDegree(n int, losses func(Direction) ([]float64, error)) ([]float64, error) {
	within := slices.Repeat([]float64{math.Inf(1)}, n)
	at := p.chebyshevDirections()
	if at[0].Curvature == 0 {
		return within, nil
	}
	values := make([][]float64, bandChebyshev)
	for j, d := range at {
		v, err := losses(d)
		if err != nil {
			return nil, err
		}
		values[j] = v
	}
	for t := range n {
		beyond, last := 0.0, 0.0
		for k := p.Band.Degree + 1; k < bandChebyshev; k++ {
			a := 0.0
			for j := range values {
				a += values[j][t] * chebyshev(k*(2*j+1))
			}
			a = math.Abs(a) * 2 / bandChebyshev
			if beyond += a; k >= bandChebyshev*3/4 {
				last += a
			}
		}
		if last <= 0.01*beyond+1e-13*values[0][t] { // the rest is far smaller
			within[t] = 2 * p.Dimension() * beyond
		}
	}
	return within, nil
}

// chebyshev is cos(π k / (2 bandChebyshev)).
func chebyshev(k int) float64 { return chebyshevs[k%len(chebyshevs)] }

var chebyshevs = func() (c [4 * bandChebyshev]float64) {
	for k := range c {
		c[k] = math.Cos(math.Pi * float64(k) / (2 * bandChebyshev))
	}
	return c
}()

// bandOfProbes widens the band by twice the standard error of the random vectors.
func (c *Curve) bandOfProbes(p Problem, losses func(Direction) ([]float64, error)) error {
	squares, d := make([]dd.Sum, len(c.Steps)), p.Dimension()
	for i := range p.Len() {
		at := p.Direction(i)
		if at.Curvature == 0 {
			continue
		}
		at.Multiplicity = 1
		v, err := losses(at)
		if err != nil {
			return err
		}
		for k := range v {
			squares[k].Add(entry(p.Multiplicity, i, 1) * times(v[k], v[k]))
		}
	}
	for k := range c.Steps {
		twice := 2 * math.Sqrt(2/float64(p.Band.Probes)*math.Max(0, squares[k].Value()-c.Loss[k]*c.Loss[k]/d))
		if math.IsNaN(twice) { // of losses that overflow
			twice = math.Inf(1)
		}
		c.Low[k], c.High[k] = math.Max(0, c.Low[k]-twice), c.High[k]+twice
		if math.IsNaN(c.Low[k]) {
			c.Low[k] = 0
		}
	}
	return nil
}
