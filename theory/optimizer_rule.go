package theory

import "nqm/theory/internal/dd"

// Rule is what an optimizer does in one step, before averages and slow weights, in
// a direction with x = αh, driven by noise ε of variance c/B:
//
//	z' = z - N z + b (x ρ'z + αε)        θ = z_0        z(0) = (θ(0), 0)
type Rule struct {
	Keep     [][]float64 // N, n rows of n
	Kick     []float64   // b, n: how the gradient comes in
	Gradient []float64   // ρ, n: the point whose gradient is taken
}

// Rule returns the step where the schedule's factor is f; of a method whose first steps
// are others, the one that they come to: see Changing.
func (o Optimizer) Rule(f float64) Rule {
	step := o.rule().step(o, stage{t: forever, f: dd.Exact(f), own: o.Momentum, kept: 1, next: o.Momentum})
	r := Rule{Kick: rounded(step.kick[:step.n]), Gradient: rounded(step.gradient[:step.n])}
	for i := range step.n {
		r.Keep = append(r.Keep, rounded(step.keep[i][:step.n]))
	}
	return r
}
