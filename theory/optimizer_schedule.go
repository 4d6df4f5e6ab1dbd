package theory

import "fmt"

// Segments returns a copy with the schedule made of the given segments.
func (o Optimizer) Segments(s ...Segment) Optimizer {
	o.Schedule = s
	return o
}

// Cosine returns a copy whose learning rate falls to zero along a half cosine
// over the run (Loshchilov and Hutter 2017, equation 5, without restarts).
func (o Optimizer) Cosine() Optimizer {
	return o.Segments(Segment{Shape: CosineRate, From: 1})
}

// Linear returns a copy whose learning rate falls to zero along a line over
// the run.
func (o Optimizer) Linear() Optimizer {
	return o.Segments(Segment{Shape: LinearRate, From: 1})
}

// WSD returns a copy that warms up from zero in `warmup` steps, stays, and
// falls along a line to zero in the last `decay` steps of the run
// (warmup-stable-decay; Hu et al. 2024). Both are >= 0.
func (o Optimizer) WSD(warmup, decay int) Optimizer {
	var s Schedule
	if warmup != 0 { // a number < 0 is for Validate
		s = append(s, Segment{Steps: warmup, Shape: LinearRate, To: 1})
	}
	s = append(s, Segment{Shape: ConstantRate, From: 1})
	if decay != 0 {
		s = append(s, Segment{Steps: decay, Shape: LinearRate, From: 1})
	}
	return o.Segments(s...)
}

// InverseTime returns a copy whose learning rate in step t = 1, 2, ... is
// α / (1 + (t-1)/time), time > 0; time 1 is α/t (Robbins and Monro 1951).
func (o Optimizer) InverseTime(time float64) Optimizer {
	return o.Segments(Segment{Shape: InverseTimeRate, From: 1, Time: asked(time)})
}

// Over returns a copy whose schedule is stretched to a run of the given number
// of steps. Expect does so with the last step that it is asked for. The error
// names a schedule whose fixed segments are longer than the run.
func (o Optimizer) Over(steps int) (Optimizer, error) {
	open, fixed := o.Schedule.open(), 0
	for _, s := range o.Schedule {
		fixed += s.Steps
	}
	if open < 0 {
		return o, nil
	}
	if fixed > steps {
		return o, fmt.Errorf("theory: schedule of %d fixed steps in a run of %d: want no more than the run has", fixed, steps)
	}
	all := append(Schedule(nil), o.Schedule...)
	all[open].Steps = steps - fixed
	if steps == fixed {
		all = append(all[:open], all[open+1:]...)
		if len(all) == 0 { // a run of no steps
			all = Schedule{{Steps: 1, From: o.Schedule[open].From}}
		}
	}
	o.Schedule = all
	return o, nil
}
