package nqmkit

import (
	"fmt"
	"math"

	"nqm/nqmkit/internal/rule"
	"nqm/theory"
	"nqm/theory/table"
)

// recipe says how a method is sampled: the batch size of each step, the power
// of H that preconditions every gradient, and the update rule.
type recipe struct {
	batch func(t int) float64
	// plan has the batch size and a schedule, which may change it; without one the
	// batch size stays.
	plan  theory.Optimizer
	power float64
	// start returns the rule for runs side by side; theta is their start.
	start func(theta []float64, shape rule.Shape) rule.Rule
	// perDirection says that the rule must know the curvature of each
	// coordinate: it cannot work on rotated problems.
	perDirection bool
}

// literal are the settings of theory.Optimizer, by their fields, that have a literal
// update here, with the rule that they bring for n parameters. A method with any
// other setting is refused, not sampled without it.
var literal = map[string]func(o theory.Optimizer, rate *rule.Rate, n int) rule.Rule{
	"Momentum": func(o theory.Optimizer, rate *rule.Rate, n int) rule.Rule {
		return rule.HeavyBall(rate, o.Momentum, n)
	},
	"Nesterov": func(o theory.Optimizer, rate *rule.Rate, n int) rule.Rule {
		return rule.Nesterov(rate, o.Momentum, n)
	},
	"VelocityWeight": func(o theory.Optimizer, rate *rule.Rate, n int) rule.Rule {
		return rule.QHM(rate, o.Momentum, o.VelocityWeight, n)
	},
	"Dampening": func(o theory.Optimizer, rate *rule.Rate, n int) rule.Rule {
		return rule.Dampened(rate, o.Momentum, o.Dampening, n)
	},
	"StoredPoint": func(o theory.Optimizer, rate *rule.Rate, n int) rule.Rule {
		return rule.Stored(rate, o.Momentum, n)
	},
	"RateInVelocity": func(o theory.Optimizer, rate *rule.Rate, n int) rule.Rule {
		if o.Nesterov && !o.StoredPoint {
			return rule.KerasAhead(rate, o.Momentum, n)
		}
		return rule.Keras(rate, o.Momentum, o.Nesterov, n)
	},
	"ScheduleFree": nil, "AnswerY": nil, "AnswerZ": nil, "SlowMomentum": nil, "SlowWeight": nil, "SlowWarmUp": nil,
	"VelocityRatio": nil, "VelocityFall": nil, "VelocityTime": nil,
	"WeightDecay": nil, "DecoupledDecay": nil, "Debias": nil, "WarmUpDecay": nil, "CopyFirst": nil,
	"LearningRate": nil, "BatchSize": nil, "Decay": nil, "Power": nil, "UniformAverage": nil, "AverageFrom": nil,
	"LookaheadSteps": nil, "SlowStep": nil, "Schedule": nil,
}

// optimizerRecipe composes the literal rules that the settings of o name.
func optimizerRecipe(o theory.Optimizer, steps int) (recipe, error) {
	for _, s := range theory.Settings() {
		if _, known := literal[s.Field]; !known && !s.IsNeutral(o) {
			return recipe{}, fmt.Errorf("nqmkit: %v has a %s, which has no sampled update", o, s.Name)
		}
	}
	o, err := o.Over(steps)
	if err != nil {
		return recipe{}, err
	}
	return recipe{
		power: o.Power, plan: o,
		batch: func(t int) float64 { return rule.BatchAt(o.BatchSize, o.Schedule, t) },
		start: func(theta []float64, _ rule.Shape) rule.Rule { return optimizerRule(o, theta) },
	}, nil
}

func optimizerRule(o theory.Optimizer, theta []float64) rule.Rule {
	rate := &rule.Rate{Base: o.LearningRate, Schedule: o.Schedule}
	r := stepRule(o, rate, theta)
	switch {
	case o.DecoupledDecay:
		r = rule.Decoupled(r, rate, o.WeightDecay)
	case o.WeightDecay != 0:
		r = rule.Coupled(r, o.WeightDecay)
	}
	if o.LookaheadSteps > 0 {
		r = rule.Lookahead(r, theta, o.LookaheadSteps, o.SlowStep)
	}
	switch {
	case o.Debias:
		r = rule.Debiased(r, theta, o.Decay)
	case o.WarmUpDecay:
		r = rule.WarmedUp(r, theta, o.Decay)
	case o.CopyFirst:
		r = rule.FirstCopied(r, theta, o.Decay)
	case o.Decay != 0:
		r = rule.EMA(r, theta, o.Decay)
	case o.UniformAverage:
		r = rule.TailAverage(r, theta, o.AverageFrom)
	}
	return r
}

// stepRule is what an optimizer does in a step, before decay, slow weights and averages.
func stepRule(o theory.Optimizer, rate *rule.Rate, theta []float64) rule.Rule {
	n := len(theta)
	switch {
	case o.ScheduleFree:
		sequence := byte('x')
		if o.AnswerY {
			sequence = 'y'
		} else if o.AnswerZ {
			sequence = 'z'
		}
		return rule.ScheduleFree(rate, o.Momentum, sequence, theta)
	case o.SlowMomentum != 0:
		return rule.AdEMAMix(rate, o.Momentum, o.SlowMomentum, o.SlowWeight, o.SlowWarmUp, n)
	case o.VelocityRatio != 0:
		return rule.DANA(rate, o.VelocityRatio, o.VelocityFall, o.VelocityTime, n)
	}
	r := rule.SGD(rate)
	if o.Momentum != 0 { // the last of the settings with a rule says how
		for _, name := range []string{"Momentum", "Nesterov", "StoredPoint", "VelocityWeight", "Dampening", "RateInVelocity"} {
			if s := settingOf(name); !s.IsNeutral(o) {
				r = literal[name](o, rate, n)
			}
		}
	}
	return r
}

func settingOf(field string) theory.Setting {
	for _, s := range theory.Settings() {
		if s.Field == field {
			return s
		}
	}
	panic("nqmkit: no setting " + field)
}

func allFinite(v []float64) bool {
	for _, x := range v {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

func batchLabel(b float64) string {
	if max(b, 1) == 1 {
		return ""
	}
	return ", B=" + table.InFull(b)
}

func validateBatch(b float64) error {
	if b == 0 && math.Signbit(b) || b != 0 && !(b >= 1) || math.IsInf(b, 0) { // -0: asked for by Batch
		return fmt.Errorf("nqmkit: batch size %v: want a finite number >= 1", b+0)
	}
	return nil
}
