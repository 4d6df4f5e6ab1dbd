package theory

import (
	"fmt"
	"math"
	"math/big"
	"sort"
)

// List returns the problem with the given eigenvalues h_i >= 0, in any order,
// noise C = H and θ(0) ~ N(0, I). The With methods change noise and start.
func List(curvature ...float64) (Problem, error) {
	p := Problem{
		Curvature: append([]float64(nil), curvature...),
		Noise:     append([]float64(nil), curvature...),
		Variance:  constant(len(curvature), 1),
	}
	return p, p.Validate()
}

// LogUniform returns the problem of d >= 1 eigenvalues at equal ratios from
// high down to low, 0 < low <= high, with C = H and θ(0) ~ N(0, I).
func LogUniform(d int, high, low float64) (Problem, error) {
	if d < 1 || d > maxDimension {
		return Problem{}, fmt.Errorf("theory: LogUniform: dimension %d: want 1 to %d", d, maxDimension)
	}
	if !(low > 0 && low <= high) || math.IsInf(high, 0) {
		return Problem{}, fmt.Errorf("theory: LogUniform: from %v to %v: want finite, high >= low > 0", high, low)
	}
	h := make([]float64, d)
	for i := range h {
		h[i] = logUniform(i, d, high, low)
	}
	return List(h...)
}

// logUniform is entry i of LogUniform.
func logUniform(i, d int, high, low float64) float64 {
	switch i {
	case 0:
		return high
	case d - 1:
		return low
	}
	return high * math.Pow(low/high, float64(i)/float64(d-1))
}

// PublishedBins returns the spectrum h = 1/i, i = 1..d, crudely quantised as in
// the notebook that the paper's authors published: bins are at equal ratios
// from 1 to 1/d, and every eigenvalue is lowered to the next edge of a bin,
//
//	e_k = d^(-k/(bins-1)), k = 0..bins-1        1/i goes to the first e_k <= 1/i
//
// and stays where it is on an edge. Whether it is, i^(bins-1) = d^k, is decided in
// whole numbers. The notebook compares with edges that NumPy has rounded
// (geomspace): one that is rounded up, as 1/5 of (25, 3), loses the eigenvalue
// that lies on it to the next, on one machine and not on another. With the
// 10^4 in 100 bins of the paper no eigenvalue but the ends is on an edge.
//
// It is for reproducing their figures; sums over it are several per cent off.
// The error names d or bins below 2.
func PublishedBins(d, bins int) (Problem, error) {
	if d < 2 || d > maxDimension || bins < 2 {
		return Problem{}, fmt.Errorf("theory: PublishedBins: %d directions in %d bins: want at least 2 of each", d, bins)
	}
	var p Problem
	taken := 0.0 // how many eigenvalues are in a bin
	for k := range bins {
		if edge, reached := publishedBin(k, d, bins); reached > taken {
			p.Curvature, p.Multiplicity = append(p.Curvature, edge), append(p.Multiplicity, reached-taken)
			taken = reached
		}
	}
	p.Noise = append([]float64(nil), p.Curvature...)
	p.Variance = constant(len(p.Curvature), 1)
	return p, p.Validate()
}

// publishedBin returns the lower edge of bin k of PublishedBins, and how many
// of 1, 1/2, 1/3, ... reach it: the largest n with n^(bins-1) <= d^k. An edge
// that is a reciprocal is it to the last bit.
func publishedBin(k, d, bins int) (edge, reached float64) {
	power := float64(k) / float64(bins-1)
	edge, real := math.Pow(float64(d), -power), math.Pow(float64(d), power)
	n := math.Round(real)
	if math.Abs(real-n) > powRounding*n {
		return edge, math.Floor(real)
	}
	switch compareRoots(int(n), k, d, bins-1) {
	case 0:
		return 1 / n, n
	case 1:
		return edge, n - 1
	}
	return edge, n
}

// powRounding is above the relative error of math.Pow for a base up to
// maxDimension and a power in [0, 1]: that of the power is log(2^27) 2^-53, and
// that of the function a few 2^-53.
const powRounding = 1e-14

// compareRoots compares n with d^(k/m), in whole numbers.
func compareRoots(n, k, d, m int) int {
	whole := func(v int) *big.Int { return big.NewInt(int64(v)) }
	common := int(new(big.Int).GCD(nil, nil, whole(k), whole(m)).Int64()) // m where k is 0
	return new(big.Int).Exp(whole(n), whole(m/common), nil).Cmp(new(big.Int).Exp(whole(d), whole(k/common), nil))
}

// Grouped returns the problem with equal directions merged, which loses
// nothing: every answer stays the same and costs as many modes as there are
// different directions. A problem with a law or a band is returned as it is.
func (p Problem) Grouped() Problem {
	if p.Law.Count != 0 || p.Banded() {
		return p
	}
	all := p.list()
	key := func(d Direction) [4]float64 { return [4]float64{-d.Curvature, d.Noise, d.Mean, d.Variance} }
	sort.SliceStable(all, func(i, j int) bool {
		a, b := key(all[i]), key(all[j])
		for k := range a {
			if a[k] != b[k] {
				return a[k] < b[k]
			}
		}
		return false
	})
	var merged []Direction
	for _, d := range all {
		if n := len(merged); n > 0 && key(merged[n-1]) == key(d) {
			merged[n-1].Multiplicity += d.Multiplicity
			continue
		}
		merged = append(merged, d)
	}
	return p.made(merged)
}

// made returns p with other directions.
func (p Problem) made(dirs []Direction) Problem {
	q := Problem{Name: p.Name, Note: p.Note, Streaming: p.Streaming, Correlated: p.Correlated}
	for _, d := range dirs {
		q.Curvature = append(q.Curvature, d.Curvature)
		q.Noise = append(q.Noise, d.Noise)
		q.Mean = append(q.Mean, d.Mean)
		q.Variance = append(q.Variance, d.Variance)
		q.Multiplicity = append(q.Multiplicity, d.Multiplicity)
	}
	return q
}

// WithNoisePower returns a copy with the noise C = scale · H^power: power 1 is
// C = H, power 0 is C = scale I, scale 0 is none. The error names a scale < 0,
// or a noise that is not finite.
func (p Problem) WithNoisePower(scale, power float64) (Problem, error) {
	if !(scale >= 0) || math.IsInf(scale, 0) || math.IsNaN(power) || math.IsInf(power, 0) {
		return Problem{}, fmt.Errorf("theory: noise %v H^%v: want a finite scale >= 0 and a finite power", scale, power)
	}
	p.Noise = nil
	if scale != 0 {
		p.Noise = make([]float64, p.Len())
		for i, h := range p.Curvature {
			p.Noise[i] = scale * powerOf(h, power)
		}
	}
	if l := p.Law; l.Count != 0 {
		p.Law.Noise = l.Curvature.noise(scale, power)
		if scale != 0 {
			p.Noise = p.Law.Noise.list(p.Len())
		}
	}
	return p, p.Validate()
}

// noise is the law of scale · H^power, where H follows p.
func (p Power) noise(scale, power float64) Power {
	return Power{scale * powerOf(p.Scale, power), p.Exponent * power}
}

func powerOf(h, power float64) float64 {
	switch power {
	case 0:
		return 1
	case 1:
		return h
	}
	return math.Pow(h, power)
}

// WithNoise returns a copy with the given noise variances c_i >= 0 of one
// example, one for each entry; nil means none. A law is given up for the list,
// so the problem must be written out: see Explicit.
func (p Problem) WithNoise(c []float64) (Problem, error) {
	p, err := p.Explicit()
	if err != nil {
		return Problem{}, err
	}
	p.Noise = append([]float64(nil), c...)
	return p, p.Validate()
}

// WithStart returns a copy that starts with the given means and variances, one
// for each entry or nil: a certain start has means only, a Gaussian one around
// the minimum variances only, a mixed one both. A law is given up for the list.
func (p Problem) WithStart(mean, variance []float64) (Problem, error) {
	p, err := p.Explicit()
	if err != nil {
		return Problem{}, err
	}
	p.Mean, p.Variance = append([]float64(nil), mean...), append([]float64(nil), variance...)
	return p, p.Validate()
}

// TwoDirections returns the lecture's problem: one stiff and one flat
// direction, noise C = H, started at exactly θ(0) = (1, 1).
// The valid range is h1 >= 0, h2 >= 0, finite.
func TwoDirections(h1, h2 float64) (Problem, error) {
	p := Problem{
		Curvature: []float64{h1, h2},
		Noise:     []float64{h1, h2},
		Mean:      []float64{1, 1},
	}
	return p, p.Validate()
}

func constant(n int, v float64) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = v
	}
	return s
}
