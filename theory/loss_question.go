package theory

import (
	"errors"
	"fmt"
)

// valid returns what is wrong with a method, or that there is none.
func valid(m Method) error {
	if m == nil {
		return errors.New("theory: no method: want one, as SGD(0.1)")
	}
	return m.Validate()
}

func check(p Problem, m Method) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if err := valid(m); err != nil {
		return err
	}
	if v, ok := m.(interface{ validateProblem(Problem) error }); ok {
		if err := v.validateProblem(p); err != nil {
			return err
		}
	}
	if o, ok := m.(Optimizer); ok {
		return o.validateVariance(p)
	}
	return nil
}

func checkSteps(steps []int) error {
	if len(steps) == 0 {
		return fmt.Errorf("theory: no steps to look at: give at least one")
	}
	before := -1
	for i, t := range steps {
		if t < 0 {
			return fmt.Errorf("theory: step %d is %d: want 0 or more", i, t)
		}
		if t <= before {
			return fmt.Errorf("theory: step %d is %d, after %d: want increasing steps", i, t, before)
		}
		before = t
	}
	return nil
}

// directionwise is prepared for a question about each direction, with the modes that answer it.
func directionwise(p Problem, steps []int, m Method) (Method, func(h, c float64) Mode, error) {
	m, err := prepared(p, steps, m)
	if err != nil {
		return nil, nil, err
	}
	mode, err := p.modesAlong(m, steps)
	return m, mode, err
}

// prepared checks a question and stretches the method's schedule to its steps.
func prepared(p Problem, steps []int, m Method) (Method, error) {
	if err := check(p, m); err != nil {
		return nil, err
	}
	if err := checkSteps(steps); err != nil {
		return nil, err
	}
	return over(m, steps[len(steps)-1])
}

// over stretches a schedule to the run.
func over(m Method, steps int) (Method, error) {
	if o, ok := m.(Optimizer); ok {
		return o.Over(steps)
	}
	return m, nil
}
