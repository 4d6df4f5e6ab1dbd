package theory_test

import (
	"fmt"

	"nqm/theory"
)

func ExampleStepsToTarget() {
	p, _ := theory.PowerLaw(10_000, 1)
	for _, m := range []theory.Method{
		theory.SGD(0.3).Batch(64),
		theory.Momentum(0.03, 0.9).Batch(1024),
		theory.Momentum(0.03, 0.9).Batch(64),
		theory.SGD(2.5).Batch(64),
	} {
		s, _ := theory.StepsToTarget(p, 0.01, m, 0)
		fmt.Println(s)
	}
	// Output:
	// SGD α=0.3, B=64 to loss 0.01: never (above 0.011778 from t = 0 on, floor 0.0117957)
	// momentum α=0.03, β=0.9, B=1024 to loss 0.01: 45413 steps (0.00999953638 there, 0.0100002579 one step before)
	// momentum α=0.03, β=0.9, B=64 to loss 0.01: never (above 0.0102418 from t = 4096 on, floor 0.0114852)
	// SGD α=2.5, B=64 to loss 0.01: diverges (above 0.600531 from t = 0 on, floor +Inf)
}

// A loss that rings reaches a target long before it stays there.
func ExampleStepsToTarget_ringing() {
	p := theory.Problem{Curvature: []float64{1}, Variance: []float64{1}}
	s, _ := theory.StepsToTarget(p, 0.001, theory.Momentum(0.1, 0.9), 0)
	fmt.Println(s.Steps, s.SettleSteps)
	// Output:
	// 5 59
}
