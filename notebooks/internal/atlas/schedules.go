package atlas

import (
	"fmt"

	"nqm/nqmkit"
	"nqm/plotting"
	"nqm/theory"
)

// schedules are the figures of the best learning-rate schedules found.
var schedules = append(
	both("schedules", "best learning rates found in 50 pieces to loss 0.01, batch sizes 16 to 4096 (paper)", bestSchedules),
	both("schedules-preconditioning", "steps against batch size under the best schedules found of 10 pieces, powers 0 to 0.75 (paper)", scheduledPowers)...)

func bestSchedules(p theory.Problem) drawn {
	s := nqmkit.SchedulesToTarget(p, target, powersOfFour(2, 6), nqmkit.SGD(1), 50)
	f := plotting.SchedulesToTarget(s)
	return drawn{f, nqmkit.TableOf(s)}
}

func scheduledPowers(p theory.Problem) drawn {
	const pieces = 10
	var curves []theory.ScalingCurve
	var tables []nqmkit.Table
	for _, power := range powers {
		s := nqmkit.SchedulesToTarget(p, target, batches, nqmkit.SGD(1).Precondition(power), pieces)
		c := theory.ScalingCurve{Family: nqmkit.SGD(1).Precondition(power).Family()}
		for _, one := range s {
			c.Points = append(c.Points, scheduledPoint(one))
		}
		curves, tables = append(curves, c), append(tables, nqmkit.TableOf(s))
	}
	f := plotting.BatchScaling(must(theory.NewScaling(p, target, batches, curves)))
	f.Subtitle = fmt.Sprintf("Best schedules found of %d pieces: %s", pieces, p)
	f.Caption = fmt.Sprintf("Steps to loss %g under the best piecewise-constant learning rates found below the stability limit, at each batch size. Small batches come close to the Bayes bound with every power; how far perfect scaling goes is a matter of the preconditioner. Symbols: the critical batch size, by each definition.", target)
	return drawn{f, nqmkit.TableOf(tables)}
}

// scheduledPoint is a schedule as a point of a picture of batch sizes.
func scheduledPoint(s theory.ScheduleSteps) theory.Tuned {
	return theory.Tuned{
		Problem: s.Problem, Family: s.Family, Optimizer: s.Schedule.Optimizer, Free: []string{"learning rate"}, Target: s.Target,
		Steps:      theory.Steps{Outcome: s.Outcome, Steps: s.Steps, Loss: s.Loss, Before: s.Before, Target: s.Target},
		BestBefore: s.Before, Evaluations: s.Evaluations,
	}
}
