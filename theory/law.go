package theory

import (
	"errors"
	"fmt"
	"math"
)

// Law says that direction i = 1, 2, ..., Count of a problem follows power laws.
// Sums over the directions are then done by quadrature along i where that is
// cheaper, at a cost that does not grow with Count.
type Law struct {
	Count                            float64 // d, a whole number; zero means no law
	Curvature, Noise, Mean, Variance Power
}

// Power is the power law Scale · i^-Exponent.
type Power struct{ Scale, Exponent float64 }

// At returns Scale · i^-Exponent; exponents 0, 1 and 2 are correctly rounded or
// nearly so.
func (p Power) At(i float64) float64 {
	switch {
	case p.Scale == 0:
		return 0
	case p.Exponent == 0:
		return p.Scale
	case p.Exponent == 1:
		return p.Scale / i
	case p.Exponent == 2:
		return p.Scale / (i * i)
	}
	return p.Scale * math.Pow(i, -p.Exponent)
}

// At returns direction i, which need not be a whole number.
func (l Law) At(i float64) Direction {
	return Direction{
		Curvature: l.Curvature.At(i), Noise: l.Noise.At(i),
		Mean: l.Mean.At(i), Variance: l.Variance.At(i),
		Multiplicity: 1,
	}
}

const (
	// maxDimension bounds the problems that are written out: one slice of this
	// many numbers takes 1 GB.
	maxDimension = 1 << 27
	// maxCount bounds a law: beyond it i+1 is no longer distinct from i.
	maxCount = 1e15
	// written is up to how many directions a law's problem is written out, and
	// head how many of a larger one.
	written = 1 << 14
	head    = 1 << 10
	// unlawful is up to how many directions a law would not pay.
	unlawful = 256
)

// lawful returns the problem that follows a law.
func lawful(l Law) (Problem, error) {
	if !(l.Count >= 1 && l.Count <= maxCount) || l.Count != math.Trunc(l.Count) {
		return Problem{}, fmt.Errorf("theory: dimension %v: want 1 to %g, a whole number", l.Count, maxCount)
	}
	n := int(l.Count)
	if n > written {
		n = head
	}
	p := l.first(n)
	if l.Count > unlawful {
		p.Law = l
	}
	return p, p.Validate()
}

// first writes out n directions.
func (l Law) first(n int) Problem {
	p := Problem{Curvature: l.Curvature.list(n)}
	if l.Noise.Scale != 0 {
		p.Noise = l.Noise.list(n)
	}
	if l.Mean.Scale != 0 {
		p.Mean = l.Mean.list(n)
	}
	if l.Variance.Scale != 0 {
		p.Variance = l.Variance.list(n)
	}
	return p
}

func (p Power) list(n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = p.At(float64(i + 1))
	}
	return s
}

// Explicit returns the problem with every direction written out and no law, so
// that sums over it are exact sums and samplers can loop over its entries. The
// error names a problem of more than 2^27 directions.
func (p Problem) Explicit() (Problem, error) {
	if p.Law.Count == 0 {
		return p, nil
	}
	if p.Law.Count > maxDimension {
		return Problem{}, fmt.Errorf("theory: %g directions are too many to write out: want at most %d", p.Law.Count, maxDimension)
	}
	q := p
	if float64(p.Len()) < p.Law.Count {
		q = p.Law.first(int(p.Law.Count))
		q.Name, q.Streaming = p.Name, p.Streaming
	}
	q.Law = Law{}
	return q, nil
}

var errLaw = errors.New("set Law to Law{} for a list of your own")

// validate checks the law and that the entries of p follow it.
func (l Law) validate(p Problem) error {
	if l.Count == 0 {
		return nil
	}
	if !(l.Count >= 1 && l.Count <= maxCount) || p.Multiplicity != nil || float64(p.Len()) > l.Count {
		return fmt.Errorf("theory: Law.Count = %v with %d entries: want a count from there to %g, and no multiplicities; %w", l.Count, p.Len(), maxCount, errLaw)
	}
	for _, f := range []struct {
		name   string
		law    Power
		values []float64
	}{{"Curvature", l.Curvature, p.Curvature}, {"Noise", l.Noise, p.Noise}, {"Mean", l.Mean, p.Mean}, {"Variance", l.Variance, p.Variance}} {
		for i := range p.Len() {
			if got, want := entry(f.values, i, 0), f.law.At(float64(i+1)); got != want {
				return fmt.Errorf("theory: %s[%d] = %v but Law says %v: %w", f.name, i, got, want, errLaw)
			}
		}
	}
	return nil
}

// PowerLaw returns the problem of dimension d whose spectrum falls as a power:
//
//	h_i = i^-exponent        C = H        θ(0) ~ N(0, I)        i = 1..d
//
// With exponent 1 and d = 10^4 it is the model of the paper's experiments
// (section 4). The valid range is 1 <= d <= 10^15, exponent >= 0. Up to 2^14
// directions are written out in the slices, of a larger problem the first
// 2^10; every answer is about all of them.
func PowerLaw(d int, exponent float64) (Problem, error) {
	return powerLaw(d, exponent, Power{1, 0})
}

// SourceCondition returns PowerLaw(d, exponent) with a start that falls as a
// power, in the two parametrisations that are in use:
//
//	E θ_i(0)² = i^-source          weighted false
//	h_i E θ_i(0)² = i^-source      weighted true
//
// In the notation of Paquette, Paquette, Xiao, Pennington 2024 (arXiv
// 2405.15074) the exponent is 2α and the unweighted source 2β. The source must
// be finite; it may be negative, as far as all numbers stay finite.
func SourceCondition(d int, exponent, source float64, weighted bool) (Problem, error) {
	if math.IsNaN(source) || math.IsInf(source, 0) {
		return Problem{}, fmt.Errorf("theory: source exponent %v: want a finite number", source)
	}
	if weighted {
		source -= exponent
	}
	return powerLaw(d, exponent, Power{1, source})
}

func powerLaw(d int, exponent float64, start Power) (Problem, error) {
	if !(exponent >= 0) || math.IsInf(exponent, 0) {
		return Problem{}, fmt.Errorf("theory: PowerLaw: exponent %v: want a finite number >= 0", exponent)
	}
	h := Power{1, exponent}
	return lawful(Law{Count: float64(d), Curvature: h, Noise: h, Variance: start})
}
