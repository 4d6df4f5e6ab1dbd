package atlas

import (
	"fmt"
	"slices"
	"sync"

	"nqm/nqmkit"
	"nqm/plotting"
	"nqm/theory"
)

// tuned are the figures of settings that are the best at every batch size.
var tuned = slices.Concat(
	both("targets", "steps against batch size of tuned SGD, targets 0.1 to 0.001 (paper)", targets),
	both("learning-rates", "optimal learning rate against batch size, powers 0 to 0.75 (paper)", learningRates),
	both("momentum-preconditioning", "steps against batch size of tuned SGD and momentum, powers 0 to 0.75 (paper)", momentumPowers),
	both("effective-learning-rates", "α/(1-β) of tuned SGD and momentum against batch size, powers 0 to 0.75 (paper)", effectiveRates),
	both("ema-preconditioning", "steps against batch size of tuned SGD with and without a moving average, powers 0 to 0.75 (paper)", emaPowers),
)

// What the paper's experiments on the noisy quadratic have in common.
const (
	dimension = 10_000
	target    = 0.01
	bins      = 100 // of the spectrum in its published notebook
)

var (
	powers  = []float64{0, 0.25, 0.5, 0.75}
	batches = powersOfFour(1, 10)
)

func powersOfFour(from, to int) []float64 {
	var b []float64
	for k := from; k <= to; k++ {
		b = append(b, float64(int(1)<<(2*k)))
	}
	return b
}

// both makes two figures of one: of the exact spectrum, and of the published
// one for comparison.
func both(name, about string, draw func(p theory.Problem) drawn) []Figure {
	return []Figure{
		{name, about, func() drawn { return draw(nqmkit.PowerLaw(dimension, 1)) }},
		{name + "-published", about + "; spectrum in 100 bins, as published", func() drawn { return draw(nqmkit.PublishedBins(dimension, bins)) }},
	}
}

// withPowers returns each method with every power of the preconditioner.
func withPowers(methods ...theory.Optimizer) []theory.Optimizer {
	var all []theory.Optimizer
	for _, m := range methods {
		for _, power := range powers {
			all = append(all, m.Precondition(power))
		}
	}
	return all
}

// known holds scalings: two figures may be of the same numbers.
var known sync.Map

// remembered returns f with its answers kept under a name.
func remembered(name string, f func(p theory.Problem) theory.Scaling) func(p theory.Problem) theory.Scaling {
	return func(p theory.Problem) theory.Scaling {
		key := name + " on " + p.String()
		if s, ok := known.Load(key); ok {
			return s.(theory.Scaling)
		}
		s := f(p)
		if !s.Partial {
			known.Store(key, s)
		}
		return s
	}
}

var (
	sgdScaling = remembered("sgd", func(p theory.Problem) theory.Scaling {
		return nqmkit.BatchScaling(p, target, batches, withPowers(nqmkit.SGD(nqmkit.Free))...)
	})
	momentumScaling = remembered("momentum", func(p theory.Problem) theory.Scaling {
		return nqmkit.BatchScaling(p, target, batches, withPowers(nqmkit.Momentum(nqmkit.Free, nqmkit.Free))...)
	})
	emaScaling = remembered("ema", func(p theory.Problem) theory.Scaling {
		return nqmkit.BatchScaling(p, target, batches, withPowers(nqmkit.SGD(nqmkit.Free).EMA(nqmkit.Free))...)
	})
)

// together returns two scalings of one problem and target as one.
func together(a, b theory.Scaling) theory.Scaling {
	a.Curves = slices.Concat(a.Curves, b.Curves)
	a.Partial = a.Partial || b.Partial
	return a
}

func targets(p theory.Problem) drawn {
	losses := []float64{0.1, 0.03, 0.01, 0.003, 0.001}
	f := plotting.Figure{
		Subtitle: "Steps of tuned SGD to five targets: " + p.String(),
		Caption:  "Steps with the best learning rate at each batch size, " + p.String() + ". The lower the target, the larger the batch up to which twice the batch takes half the steps.",
		Panels: []plotting.Panel{{X: plotting.Axis{Label: "batch size B", Scale: plotting.Log2},
			Y: plotting.Axis{Label: "steps to target T", Scale: plotting.Log10}}},
	}
	var tables []any
	var critical []float64
	for k, target := range losses {
		s := nqmkit.BatchScaling(p, target, batches, nqmkit.SGD(nqmkit.Free))
		f.Panels[0].Series = append(f.Panels[0].Series, ordered(k, len(losses), fmt.Sprintf("loss %g", target), batches, numbers(s.Curves[0], steps)))
		tables, critical = append(tables, s), append(critical, s.Curves[0].Critical[0].BatchSize)
	}
	last := len(losses) - 1
	f.Title = fmt.Sprintf("Perfect scaling of SGD ends near B = %.0f for loss %g, B = %.0f for loss %g", critical[0], losses[0], critical[last], losses[last])
	return drawn{f, nqmkit.TableOf(tables...)}
}

// numbers returns a number of each point of a curve.
func numbers(c theory.ScalingCurve, of func(theory.Tuned) float64) []float64 {
	y := make([]float64, len(c.Points))
	for k, p := range c.Points {
		y[k] = of(p)
	}
	return y
}

func steps(t theory.Tuned) float64 { return float64(t.Steps.Steps) }

func learningRate(t theory.Tuned) float64 { return t.Optimizer.LearningRate }

func effective(t theory.Tuned) float64 { return t.Optimizer.EffectiveLearningRate() }

func learningRates(p theory.Problem) drawn {
	s := sgdScaling(p)
	f := plotting.BestSettings(s)
	sgd := numbers(s.Curves[0], learningRate)
	last := len(batches) - 1
	f.Title = fmt.Sprintf("The best learning rate of SGD grows from %.3g at B = %.0f to %.3g at B = %.0f", sgd[0], batches[0], sgd[last], batches[last])
	f.Subtitle = "Optimal learning rate of preconditioned SGD: " + p.String()
	f.Caption = fmt.Sprintf("The learning rates that reach loss %g in the fewest steps on %s. They grow in proportion to the batch size up to the limit of stability 2, which is the same for every power because h₁ = 1.", target, p)
	return drawn{f, nqmkit.TableOf(s)}
}

func momentumPowers(p theory.Problem) drawn {
	last := len(batches) - 1
	return byPower(savedWords("Momentum takes", last, sgdScaling(p), momentumScaling(p)), "Momentum needs fewer steps where SGD is held by its limit of stability, and hardly fewer before. Momentum and preconditioner both move the end of perfect scaling to larger batches.",
		sgdScaling(p), momentumScaling(p))
}

func emaPowers(p theory.Problem) drawn {
	return byPower(savedWords("An average takes", 0, sgdScaling(p), emaScaling(p)), "A moving average needs fewer steps as long as the noise counts, and none fewer with large batches: it makes perfect scaling end at smaller ones.",
		sgdScaling(p), emaScaling(p))
}

// savedWords says how many times fewer steps a method takes than SGD at a batch size,
// at the least power and at the largest.
func savedWords(takes string, k int, sgd, other theory.Scaling) string {
	saved := func(i int) string {
		return times(steps(sgd.Curves[i].Points[k]) / steps(other.Curves[i].Points[k]))
	}
	last := len(powers) - 1
	return fmt.Sprintf("%s %s fewer steps than SGD at B = %.0f without a preconditioner, %s with p = %g", takes, saved(0), batches[k], saved(last), powers[last])
}

// byPower draws a panel for each power with the curves of two scalings, in
// the looks that their methods have without a preconditioner. All panels have
// the axes and the bounds of the picture of all curves.
func byPower(title, caption string, a, b theory.Scaling) drawn {
	whole := plotting.BatchScaling(together(a, b)).Panels[0]
	isBound := func(s plotting.Series) bool { return s.Name == "Bayes bound" || s.Name == "maximum likelihood" }
	f := plotting.Figure{Title: title, Subtitle: fmt.Sprintf("Steps to loss %g: %s", target, a.Problem), Columns: 2}
	for i, power := range powers {
		both := a
		both.Curves = []theory.ScalingCurve{plain(a.Curves[i]), plain(b.Curves[i])}
		panel := plotting.BatchScaling(both).Panels[0]
		own := slices.DeleteFunc(panel.Series, isBound)
		panel.Series = nil
		for _, s := range whole.Series {
			if isBound(s) {
				panel.Series = append(panel.Series, s)
			}
		}
		for _, s := range own {
			panel.Series = append(panel.Series, inLegend(s))
		}
		panel.Title, panel.Y = fmt.Sprintf("power %g", power), whole.Y
		f.Panels = append(f.Panels, panel)
	}
	f.Caption = fmt.Sprintf("Steps to loss %g on %s, each setting the best at each batch size. %s No method reaches into the grey area below the Bayes bound; maximum likelihood is no bound.", target, a.Problem, caption)
	return drawn{f, nqmkit.TableOf(a, b)}
}

// plain returns a curve to be drawn as that of its method without
// preconditioner, and without the symbols of its critical batch sizes, which
// the table has.
func plain(c theory.ScalingCurve) theory.ScalingCurve {
	c.Points, c.Critical = slices.Clone(c.Points), nil
	for k := range c.Points {
		o := &c.Points[k].Optimizer
		o.Power = 0
		c.Family = o.Family()
	}
	return c
}

func effectiveRates(p theory.Problem) drawn {
	s := together(sgdScaling(p), momentumScaling(p))
	f := plotting.Figure{
		Subtitle: "Effective learning rate of the best settings: " + p.String(),
		Caption:  "α/(1-β) of the best settings at each batch size, " + p.String() + ". While it is small, momentum has the effective rate of SGD, and no advantage; it goes on to grow where SGD is held by its stability limit.",
	}
	for i, power := range powers {
		panel := plotting.Panel{Title: fmt.Sprintf("power %g", power), X: plotting.Axis{Label: "batch size B", Scale: plotting.Log2},
			Y: plotting.Axis{Label: "α/(1-β)", Scale: plotting.Log10}}
		for k, name := range []string{"SGD", "momentum"} {
			panel.Series = append(panel.Series, inLegend(line(name, name, batches, numbers(s.Curves[k*len(powers)+i], effective))))
		}
		f.Panels = append(f.Panels, panel)
	}
	f.Columns = 2
	most := func(c theory.ScalingCurve) float64 { return slices.Max(numbers(c, effective)) }
	f.Title = fmt.Sprintf("Momentum's effective learning rate grows to %.3g, that of SGD to %.3g", most(s.Curves[len(powers)]), most(s.Curves[0]))
	return drawn{f, nqmkit.TableOf(s)}
}
