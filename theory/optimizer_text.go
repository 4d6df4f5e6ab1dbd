package theory

import (
	"fmt"
	"math"
	"strings"
)

// Family returns the method's name without its settings, as in
// "preconditioned momentum with EMA".
func (o Optimizer) Family() string {
	name := o.rule().name
	for i := range settings {
		if s := &settings[i]; s.family != nil && !s.isNeutral(&o) {
			name = s.family(name, &o)
		}
	}
	return name
}

// String returns the method's name with every setting that is not neutral, to
// six digits, as in "momentum α=0.03, β=0.9, EMA γ=0.99, B=64"; what is less than 1, but
// not in six digits, is as in "β=1-1.23e-09".
func (o Optimizer) String() string {
	var parts []string
	for i := range settings {
		s := &settings[i]
		if s.isNeutral(&o) && !(s.required && s.unless == nil) {
			continue
		}
		text := ""
		if s.text != nil {
			text = s.text(&o)
		} else {
			text = s.word + s.Prefix + orFree(*s.number(&o))
		}
		if text != "" {
			parts = append(parts, text)
		}
	}
	return o.rule().name + " " + strings.Join(parts, ", ")
}

// Validate returns an error that names the first setting outside its range.
func (o Optimizer) Validate() error {
	taken := map[string]*Setting{}
	for i := range settings {
		s := &settings[i]
		if err := s.validate(&o); err != nil {
			return err
		}
		if s.group == "" || s.isNeutral(&o) {
			continue
		}
		if other := taken[s.group]; other != nil {
			return fmt.Errorf("theory: %s and %s at once: want one of them", other.Name, s.Name)
		}
		taken[s.group] = s
	}
	if err := o.Schedule.validate(); err != nil {
		return err
	}
	for i, g := range o.Schedule {
		if g.Momentum != 0 && o.withoutMomentum() {
			return fmt.Errorf("theory: schedule segment %d: momentum %v of %s, which has none: want a method with a momentum > 0", i, g.Momentum, o.rule().name)
		}
	}
	return nil
}

// withoutMomentum reports whether a momentum of the schedule would count for nothing.
func (o *Optimizer) withoutMomentum() bool {
	r := o.rule()
	return r == &sgdRule || r == &dana
}

// validateVariance reports a direction whose loss is a number while the variance
// α²h^-2p c/B that one step puts into θ overflows: E θ² is then beyond the range, and
// the loss is not known.
func (o Optimizer) validateVariance(p Problem) error {
	at := func(d Direction, where string, i float64) error {
		if d.Curvature == 0 || d.Noise == 0 {
			return nil
		}
		alpha, _ := o.inDirection(d.Curvature)
		c := d.Noise / o.batchSize()
		if !math.IsInf(alpha*(alpha*c), 1) {
			return nil
		}
		loss := math.Log2(d.Curvature) + 2*(math.Log2(o.LearningRate)-o.Power*math.Log2(d.Curvature)) + math.Log2(c)
		if loss < 1024 {
			return fmt.Errorf("theory: "+where+": Curvature = %v and Noise = %v under %v: one step puts the variance α²h^(-2p) c/B = 10^%.0f into θ, beyond the range; want it below %.4g, as after scaling all curvatures up",
				i, d.Curvature, d.Noise, o, (loss-math.Log2(d.Curvature))*math.Log10(2), math.MaxFloat64)
		}
		return nil
	}
	for i := range p.Curvature {
		if err := at(p.Direction(i), "entry %.0f", float64(i)); err != nil {
			return err
		}
	}
	if n := p.Law.Count; n > float64(p.Len()) {
		return at(p.Law.At(n), "direction %g of the law", n)
	}
	return nil
}

// validateProblem reports a preconditioner that does not exist.
func (o Optimizer) validateProblem(p Problem) error {
	if o.Power == 0 {
		return nil
	}
	for i, h := range p.Curvature {
		if h == 0 {
			return fmt.Errorf("theory: preconditioning by H^-%g needs curvatures > 0: Curvature[%d] = 0", o.Power, i)
		}
	}
	return nil
}
