package theory

import "nqm/theory/internal/dd"

// Mode returns the dynamics in a direction of curvature h and noise c. It
// panics if the schedule has no length: see Over.
func (o Optimizer) Mode(h, c float64) Mode { return o.modes()(h, c) }

// modes is Mode for many directions.
func (o Optimizer) modes() func(h, c float64) Mode {
	of := o.modesByX()
	return func(h, c float64) Mode {
		alpha, x := o.inDirection(h)
		return of(x, alpha*(alpha*(c/o.batchSize())))
	}
}

// modesByX returns the dynamics by x and σ²: the scalar kernel where the system has
// one, else the general engine.
func (o Optimizer) modesByX() func(x dd.Number, sigma2 float64) Mode {
	s := o.system()
	if k, ok := s.kernel(); ok {
		return k.mode
	}
	return func(x dd.Number, sigma2 float64) Mode { return s.general(x, sigma2) }
}

// engine returns the general engine of a direction, whatever the settings.
func (o Optimizer) engine(h, c float64) *machine { return o.engines()(h, c) }

// engines is engine for many directions.
func (o Optimizer) engines() func(h, c float64) *machine {
	s := o.system()
	return func(h, c float64) *machine {
		alpha, x := o.inDirection(h)
		return s.general(x, alpha*(alpha*(c/o.batchSize())))
	}
}

// general is the general engine, which of a uniform average knows what is averaged.
func (s *system) general(x dd.Number, sigma2 float64) *machine {
	m := s.machine(x, sigma2)
	if o := s.Optimizer; o.UniformAverage {
		o.UniformAverage = false
		m.base = o.modesByX()(x, sigma2)
	}
	return m
}
