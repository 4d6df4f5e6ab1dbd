package networks

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/optimize"

	"nqm/nqmkit"
	"nqm/theory"
)

// Foresights returns the models that Predict and the documented experiments hold against
// training, each with its start scaled so that the loss there is the network's:
//
//	C at the end       Gauss-Newton matrix G and noise C at the optimum θ*, constant
//	C at the target    the same G, and C where gradient descent meets the target
//	C at the start     the same G, and C at θ(0)
//	streaming          the same G, noise that grows with the loss as that of streaming
//	                   least squares, and C at the optimum as that of the labels
//	start alone        G at θ(0), the offset that Newton's step there would undo, and
//	                   streaming noise without label noise: no look at finished training
//	                   except for the height of the minimum
//
// The first four know θ*, and so the finished training.
func Foresights(target float64) []Foresight {
	withNoise := func(place func(l *Lab) []float64) func(l *Lab) theory.Problem {
		return func(l *Lab) theory.Problem {
			p := l.model()
			_, p.Noise = noiseAlong(l, place(l), l.Metric().Basis)
			return binned(p)
		}
	}
	return []Foresight{
		{"C at the end", func(l *Lab) theory.Problem { return binned(l.model()) }},
		{"C at the target", withNoise(func(l *Lab) []float64 { return l.descent(target) })},
		{"C at the start", withNoise((*Lab).Start)},
		{"streaming", func(l *Lab) theory.Problem {
			p := l.model()
			p.Streaming = true
			return binned(p)
		}},
		{"start alone", startAlone},
	}
}

// model is the quadratic of the optimum with the height of the network's start.
func (l *Lab) model() theory.Problem { return raised(l.Metric().Problem(l.start), l.Loss(l.start)) }

// raised scales the start of a problem, so that its loss there is as given.
func raised(p theory.Problem, loss float64) theory.Problem {
	now := 0.0
	for i := range p.Curvature {
		d := p.Direction(i)
		now += d.Multiplicity * d.Curvature * d.SecondMoment() / 2
	}
	by := math.Sqrt(loss / now)
	p.Mean, p.Variance = slices.Clone(p.Mean), slices.Clone(p.Variance)
	for i := range p.Mean {
		p.Mean[i] *= by
	}
	for i := range p.Variance {
		p.Variance[i] *= by * by
	}
	return p
}

// startAlone is the model that is measured at the start.
func startAlone(l *Lab) theory.Problem {
	m := Measure(l, l.start, l.Metric().Matrix)
	p := theory.Problem{Name: fmt.Sprintf("%s of %s at the start", m.Matrix, m.Model), Curvature: m.Curvature, Streaming: true, Correlated: true}
	p.Noise, p.Mean = make([]float64, len(m.Curvature)), make([]float64, len(m.Curvature))
	for i, h := range m.Curvature {
		if h > 0 {
			p.Mean[i] = m.Gradient[i] / h
		}
	}
	return binned(raised(must(p.Measured(theory.Treatments{Negative: theory.Clip})), l.Loss(l.start)))
}

// descent is where gradient descent from the start is at the target, with the rate of one over
// the largest curvature on the way.
func (l *Lab) descent(target float64) []float64 {
	theta, g, next := l.Start(), make([]float64, len(l.start)), make([]float64, len(l.start))
	loss, rate := l.Loss(theta), 1.0
	for range 100_000 {
		if loss <= target {
			return theta
		}
		l.Gradient(g, theta, nil)
		for {
			for i, v := range g {
				next[i] = theta[i] - rate*v
			}
			if after := l.Loss(next); after < loss {
				loss = after
				break
			}
			rate /= 2
		}
		theta, next = next, theta
		rate *= 1.2
	}
	panic(fmt.Errorf("networks: gradient descent of %v is not at %v after 100000 steps", l.Model, target))
}

// binRatio is how far apart the curvatures of one bin may be.
const binRatio = 1.05

// binned merges directions of nearly the same curvature, so that streaming noise is
// stepped in a hundred of them and not in all: their noise and their share of the loss
// are kept.
func binned(p theory.Problem) theory.Problem {
	b := theory.Problem{Name: p.Name, Note: p.Note, Streaming: p.Streaming}
	first := math.Inf(1)
	for i := range p.Len() {
		d := p.Direction(i) // in falling order
		if d.Curvature*binRatio < first {
			first = d.Curvature
			b.Curvature, b.Noise, b.Variance, b.Multiplicity = append(b.Curvature, 0), append(b.Noise, 0), append(b.Variance, 0), append(b.Multiplicity, 0)
			b.Mean = append(b.Mean, 0)
		}
		k := len(b.Curvature) - 1
		b.Curvature[k] += d.Curvature * d.Multiplicity
		b.Noise[k] += d.Noise * d.Multiplicity
		b.Variance[k] += d.Curvature * d.SecondMoment() * d.Multiplicity
		b.Multiplicity[k] += d.Multiplicity
	}
	for k, n := range b.Multiplicity {
		if b.Curvature[k] > 0 {
			b.Variance[k] /= b.Curvature[k]
		}
		b.Curvature[k] /= n
		b.Noise[k] /= n
	}
	return b
}

// foresee predicts a point by each model.
func (p point) foresee(models []model) []theory.ForeseenSteps {
	all := make([]theory.ForeseenSteps, len(models))
	for k, m := range models {
		all[k] = p.foreseeBy(m)
	}
	return all
}

func (p point) foreseeBy(m model) theory.ForeseenSteps {
	o := modelled(p.method)
	best := math.Inf(1)
	s := searchRate(1/m.problems[0].Curvature[0], func(rate float64) theory.TriedRate {
		limit := p.Limit
		if !math.IsInf(best, 1) {
			limit = min(limit, int(math.Ceil(best*5/4)))
		}
		t := p.modelSteps(m, at(o, rate, p.batch).(theory.Optimizer), limit)
		best = math.Min(best, t)
		return theory.TriedRate{LearningRate: rate, Steps: t, Limit: limit}
	})
	f := theory.ForeseenSteps{Model: m.name, LearningRate: s.best, Steps: p.modelSettled(m, at(o, s.best, p.batch).(theory.Optimizer), best), AtTrained: math.NaN()}
	if nameOf(o) != nameOf(p.method) {
		f.Method = nameOf(o)
	}
	return f
}

// losses fills in what the models foresee at the learning rate of the training.
func (p point) losses(foreseen []theory.ForeseenSteps, models []model, s theory.TrainedSteps) []theory.ForeseenSteps {
	for k := range foreseen {
		if !sharesRate(p.method) || math.IsInf(s.Steps.Value, 1) {
			continue
		}
		o := at(modelled(p.method), s.LearningRate, p.batch).(theory.Optimizer)
		if len(s.Looks) > 0 {
			foreseen[k].Losses = modelLosses(models[k], o, s.Looks)
		}
		first := p.modelSteps(models[k], o, min(p.Limit, int(20*s.Steps.Value)+20))
		foreseen[k].AtTrained = p.modelSettled(models[k], o, first)
	}
	return foreseen
}

// modelSteps is where the expected loss, averaged over the labs, is at the target: by the
// same looks as training's.
func (p point) modelSteps(m model, o theory.Optimizer, limit int) float64 {
	looks := looksUpTo(limit)
	if _, stretched := lengthOf(o); stretched {
		return p.modelEnds(m, o, looks)
	}
	for horizon := 50; ; horizon *= 4 {
		n, exact := slices.BinarySearch(looks, horizon)
		if exact {
			n++
		}
		losses := modelLosses(m, o, looks[:n])
		if t := firstAt(looks[:n], losses, p.Target); !math.IsInf(t, 1) || n == len(looks) || math.IsInf(losses[n-1], 1) {
			return t
		}
	}
}

// modelEnds is modelSteps where each look is at the end of a run of its own: every sixth
// of them until one is at the target, and then those between by halving.
func (p point) modelEnds(m model, o theory.Optimizer, looks []int) float64 {
	loss := func(k int) float64 { return modelLosses(m, o, looks[k:k+1])[0] }
	for low := 0; low < len(looks)-1; low += 6 {
		high := min(low+6, len(looks)-1)
		switch v := loss(high); {
		case math.IsInf(v, 1):
			return v
		case v > p.Target:
			continue
		}
		k := low + 1 + sort.Search(high-low-1, func(i int) bool { return loss(low+1+i) <= p.Target })
		return firstAt(looks[k-1:k+1], []float64{loss(k - 1), loss(k)}, p.Target)
	}
	return math.Inf(1)
}

// modelSettled is the crossing of the expected loss as it is read off training's.
func (p point) modelSettled(m model, o theory.Optimizer, first float64) float64 {
	if math.IsInf(first, 1) {
		return first
	}
	for horizon := 2 * first; horizon < 100*first; horizon *= 2 {
		looks := looksUpTo(int(horizon) + 2)
		if _, stretched := lengthOf(o); stretched {
			looks = fewBefore(looks, int(first/2))
		}
		if t := settled(looks, modelLosses(m, o, looks), p.Target); !math.IsInf(t, 1) {
			return t
		}
	}
	return math.Inf(1)
}

// modelLosses are the expected losses at steps, as training is looked at: see Run.
func modelLosses(m model, o theory.Optimizer, steps []int) []float64 {
	mean := make([]float64, len(steps))
	add := func(to []float64, steps []int, o theory.Optimizer) {
		for _, q := range m.problems {
			for k, v := range must(theory.Expect(q, steps, o)).Loss {
				to[k] += v / float64(len(m.problems))
			}
		}
	}
	fixed, stretched := lengthOf(o)
	if !stretched {
		add(mean, steps, o)
		return mean
	}
	for k, t := range steps { // each the end of a run
		if t < fixed {
			add(mean[k:], []int{0}, theory.SGD(1))
		} else {
			add(mean[k:], []int{t}, o)
		}
	}
	return mean
}

// fittedName is that of the law of FitSteps.
const fittedName = "fit to SGD"

// FitSteps returns the noisy quadratic that fits training with plain SGD best, of
//
//	h_i = h i^-a        c_i = s h_i        h_i E θ_i(0)² ∝ i^-b        i = 1 ... d
//
// whose loss at the start is as given: the least squares of log(E L(t)/L(t)) at the looks of
// all points, each at its best learning rate, over log h, a, log s and b. Nelder-Mead from four starts; five points do not fix
// an exponent, and it is the predictions that count. It panics where no point has losses, on losses that
// are not finite and > 0 or fewer than their steps, and unless start > 0 and d >= 1.
func FitSteps(points []theory.TrainedSteps, start float64, d int) theory.Problem {
	if !(start > 0) || math.IsInf(start, 1) || d < 1 {
		panic(fmt.Errorf("networks: a law with loss %v at the start in %d directions: want a finite number > 0, and 1 or more", start, d))
	}
	looks := 0
	for _, p := range points {
		if len(p.Looks) != len(p.Losses) {
			panic(fmt.Errorf("networks: %d losses at %d steps of %s, B=%g: want as many", len(p.Losses), len(p.Looks), p.Method, p.BatchSize))
		}
		for k, v := range p.Losses {
			if !(v > 0) || math.IsInf(v, 1) {
				panic(fmt.Errorf("networks: loss %v at step %d of %s, B=%g: want a finite number > 0", v, p.Looks[k], p.Method, p.BatchSize))
			}
		}
		looks += len(p.Looks)
	}
	if looks == 0 {
		panic(fmt.Errorf("networks: a law fitted to %d points without a loss", len(points)))
	}
	misfit := func(z []float64) float64 {
		if math.Abs(z[1]) > 5 || math.Abs(z[3]) > 5 {
			return 1e6
		}
		q, sum := powerModel(z, start, d), 0.0
		for _, p := range points {
			if len(p.Looks) == 0 {
				continue
			}
			c, err := theory.Expect(q, p.Looks, nqmkit.SGD(p.LearningRate).Batch(p.BatchSize))
			if err != nil {
				return 1e6
			}
			for k, v := range c.Loss {
				off := math.Log(math.Min(v/p.Losses[k], 1e3))
				sum += off * off
			}
		}
		return sum
	}
	best, at := math.Inf(1), []float64(nil)
	for _, a := range []float64{0.8, 1.4} {
		for _, b := range []float64{0.5, 1.5} {
			r, err := minimize(optimize.Problem{Func: misfit}, []float64{0, a, 0, b}, &optimize.Settings{FuncEvaluations: 600}, &optimize.NelderMead{})
			if r != nil && (err == nil || r.F < best) && r.F < best {
				best, at = r.F, r.X
			}
		}
	}
	q := powerModel(at, start, d)
	q.Note = fmt.Sprintf("h = %.3g, a = %.3g, s = %.3g, b = %.3g; off by %.3g in log loss over %d looks", math.Exp(at[0]), at[1], math.Exp(at[2]), at[3], math.Sqrt(best/float64(looks)), looks)
	return q
}

// powerModel is the law of FitSteps in bins.
func powerModel(z []float64, start float64, d int) theory.Problem {
	p := theory.Problem{Name: fittedName}
	for i := 1; i <= d; {
		next := max(i+1, i*21/20)
		n := float64(min(next, d+1) - i)
		at := float64(i) + (n-1)/2
		h := math.Exp(z[0]) * math.Pow(at, -z[1])
		p.Curvature = append(p.Curvature, h)
		p.Noise = append(p.Noise, math.Exp(z[2])*h)
		p.Mean = append(p.Mean, 0)
		p.Variance = append(p.Variance, math.Pow(at, -z[3])/h)
		p.Multiplicity = append(p.Multiplicity, n)
		i = next
	}
	return raised(p, start)
}
