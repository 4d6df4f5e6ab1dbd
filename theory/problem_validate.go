package theory

import (
	"errors"
	"fmt"
	"math"
)

// Validate returns an error that names the first field, entry and value that
// is outside its valid range, or nil.
func (p Problem) Validate() error {
	if len(p.Curvature) == 0 {
		return errors.New("theory: a problem needs at least one curvature")
	}
	fields := []struct {
		name   string
		values []float64
		min    float64
	}{
		{"Curvature", p.Curvature, 0},
		{"Noise", p.Noise, 0},
		{"Mean", p.Mean, math.Inf(-1)},
		{"Variance", p.Variance, 0},
		{"Multiplicity", p.Multiplicity, math.SmallestNonzeroFloat64},
	}
	for _, f := range fields {
		if f.values != nil && len(f.values) != len(p.Curvature) {
			return fmt.Errorf("theory: %s has %d entries and Curvature has %d: give one for each, or none", f.name, len(f.values), len(p.Curvature))
		}
		for i, v := range f.values {
			if !(v >= f.min) || math.IsInf(v, 0) {
				return fmt.Errorf("theory: %s[%d] = %v: want a finite number%s", f.name, i, v, atLeast(f.min))
			}
		}
	}
	if err := p.Law.validate(p); err != nil {
		return err
	}
	if err := p.Band.validate(p); err != nil {
		return err
	}
	for i := range p.Curvature {
		if err := p.Direction(i).validate(p.Streaming); err != nil {
			return fmt.Errorf("theory: entry %d: %w", i, err)
		}
	}
	if n := p.Law.Count; n > float64(p.Len()) {
		if err := p.Law.At(n).validate(p.Streaming); err != nil {
			return fmt.Errorf("theory: direction %g of the law: %w", n, err)
		}
	}
	return nil
}

// squarable is the largest number whose square is a float64.
const squarable = 0x1p512 * (1 - 0x1p-53)

// validate returns an error where a square that every answer is made of overflows: E
// θ², and of multiplicative noise h² and its variance h² E θ². Along a law they are
// sums of powers, which are largest at one of its ends.
func (d Direction) validate(streaming bool) error {
	for _, v := range []float64{d.Curvature, d.Noise, d.Mean, d.Variance} {
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return fmt.Errorf("curvature %v, noise %v, mean %v, variance %v: want finite numbers", d.Curvature, d.Noise, d.Mean, d.Variance)
		}
	}
	if s := d.SecondMoment(); math.IsInf(s, 1) {
		return fmt.Errorf("mean %v and variance %v: E θ² = mean² + variance overflows; want it below %.4g, and so |mean| below %.4g", d.Mean, d.Variance, math.MaxFloat64, squarable)
	}
	if !streaming {
		return nil
	}
	if d.Curvature > squarable {
		return fmt.Errorf("curvature %v under multiplicative noise, whose variance has its square: want it below %.4g", d.Curvature, squarable)
	}
	if h := d.Curvature; math.IsInf(h*(h*d.SecondMoment()), 1) {
		return fmt.Errorf("curvature %v and E θ² = %v under multiplicative noise: its variance h² E θ² overflows; want it below %.4g", h, d.SecondMoment(), math.MaxFloat64)
	}
	return nil
}

func atLeast(min float64) string {
	switch {
	case math.IsInf(min, -1):
		return ""
	case min == math.SmallestNonzeroFloat64:
		return " > 0"
	}
	return fmt.Sprintf(" >= %v", min)
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
