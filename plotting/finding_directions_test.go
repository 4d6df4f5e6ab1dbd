package plotting

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// keptNoise is the stationary variance of θ by the textbook: α(1+β)/((1-β) h (2(1+β)-αh)).
func keptNoise(alpha, beta, h float64) float64 {
	if alpha*h >= 2*(1+beta) {
		return math.Inf(1)
	}
	return alpha * (1 + beta) / ((1 - beta) * h * (2*(1+beta) - alpha*h))
}

// isShare reports whether a part that a title writes with %.2g%%, or as over 99% or under
// 1%, is v.
func isShare(v float64, words string) bool {
	switch {
	case strings.HasPrefix(words, "over"):
		return v > 0.99 && v <= 1.0001
	case strings.HasPrefix(words, "under"):
		return 0 <= v && v < 0.01
	}
	return math.Abs(100*v-must(strconv.ParseFloat(strings.TrimSuffix(words, "%"), 64))) <= 0.5000001
}

// What figures of noise amplification, of single directions and of laws of coordinates find
// is so by formulas of the textbook and by the recursions of the moments.
func TestFindingsOfDirectionsAreTrue(t *testing.T) {
	said := tally{}
	findings(t, 106, 300, 1, func(rng *rand.Rand) bool {
		type setting struct{ alpha, beta float64 }
		settings := make([]setting, 2+rng.IntN(3))
		methods, by := make([]theory.Method, len(settings)), map[string]setting{}
		for i := range settings {
			settings[i] = setting{math.Exp(2*rng.NormFloat64() - 4), []float64{0, 0.9 * rng.Float64()}[rng.IntN(2)]}
			if i > 0 && rng.IntN(5) == 0 {
				settings[i].alpha = settings[0].alpha
			}
			if methods[i] = nqmkit.SGD(settings[i].alpha); settings[i].beta > 0 {
				methods[i] = nqmkit.Momentum(settings[i].alpha, settings[i].beta)
			}
			by[methods[i].String()], by[upper(methods[i].String())] = settings[i], settings[i]
		}
		h := geometric(0.01, 20*math.Exp(2*rng.NormFloat64()), 12)
		fine := geometric(h[0], h[11], 1112) // those of h among them
		ratios := func(name string) []float64 {
			var all []float64
			for _, h := range fine {
				base := keptNoise(settings[0].alpha, settings[0].beta, h)
				if math.IsInf(base, 1) {
					break
				}
				all = append(all, keptNoise(by[name].alpha, by[name].beta, h)/base)
			}
			return all
		}
		f := must(NoiseAmplification(h, methods...))
		known := 0 // curvatures of the list at which the first method has a steady state
		for _, h := range h {
			if !math.IsInf(keptNoise(settings[0].alpha, settings[0].beta, h), 1) {
				known++
			}
		}
		at := func(name string) []float64 { // at the curvatures of the list
			var all []float64
			for k, r := range ratios(name) {
				if k%101 == 0 {
					all = append(all, r)
				}
			}
			return all
		}
		others := func(but string, of func([]float64) float64) []float64 {
			var all []float64
			for _, m := range methods[1:] {
				if m.String() != but && upper(m.String()) != but {
					all = append(all, of(at(m.String())))
				}
			}
			return all
		}
		lost := func() (n int) {
			for _, m := range methods[1:] {
				if math.IsInf(slices.Max(at(m.String())), 1) {
					n++
				}
			}
			return n
		}
		base := methods[0].String()
		digits := func(v float64, words string) bool {
			said := must(strconv.ParseFloat(words, 64))
			return 0.94*v <= said && said <= 1.06*v
		}
		if known > 0 && len(unique(mapped(methods, theory.Method.String))) == len(methods) {
			said.note("amplification", judge(t, f, []sentence{
				{re(`(.+) keeps (\S+) times the noise of (.+) at every curvature`), func(p []string) bool {
					r := at(p[1])
					return len(methods) == 2 && p[3] == base && slices.Max(r) <= 1.1*slices.Min(r) && digits(r[0], p[2])
				}},
				{re(`(.+) keeps (\S+) to (\S+) times the noise of (.+)`), func(p []string) bool {
					r := at(p[1])
					return len(methods) == 2 && p[4] == base && digits(slices.Min(r), p[2]) && digits(slices.Max(r), p[3])
				}},
				{re(`(.+) has no steady state from h ≈ (\S+) on`), func(p []string) bool {
					s := by[p[1]]
					return len(methods) == 2 && close(p[2], 2*(1+s.beta)/s.alpha, 3)
				}},
				{re(`(.+) has no steady state where (.+) has one`), func(p []string) bool {
					return len(methods) == 2 && p[2] == base && math.IsInf(slices.Min(at(p[1])), 1)
				}},
				{re(`Only (.+) loses its steady state where (.+) has one`), func(p []string) bool {
					return p[2] == base && lost() == 1 && math.IsInf(slices.Max(at(p[1])), 1)
				}},
				{re(`(\d) of (\d) methods lose their steady state where (.+) has one`), func(p []string) bool {
					return p[3] == base && p[1] == fmt.Sprint(lost()) && p[2] == fmt.Sprint(len(methods)-1) && lost() > 1
				}},
				{re(`(.+) keeps the most noise, up to (\S+) times that of (.+)`), func(p []string) bool {
					top := slices.Max(at(p[1]))
					return p[3] == base && lost() == 0 && digits(top, p[2]) && top > slices.Max(others(p[1], slices.Max[[]float64]))
				}},
				{re(`(.+) keeps the least noise, down to (\S+) times that of (.+)`), func(p []string) bool {
					low := slices.Min(at(p[1]))
					return p[3] == base && lost() == 0 && digits(low, p[2]) && low < slices.Min(others(p[1], slices.Min[[]float64]))
				}},
			}))
		}

		// Single directions of SGD: the recursion of mean and variance.
		list := make([]float64, 1+rng.IntN(5))
		for i := range list {
			list[i] = math.Exp(2 * rng.NormFloat64())
		}
		at0 := make([]float64, len(list))
		for i := range at0 {
			at0[i] = math.Exp(rng.NormFloat64())
		}
		problem := nqmkit.WithStart(nqmkit.List(list...), at0, nil)
		alpha, steps := math.Exp(rng.NormFloat64()-1)/slices.Max(list), 1+rng.IntN(40)
		mean, start, noise := make([]float64, len(list)), make([]float64, len(list)), make([]float64, len(list))
		left := map[string]float64{}
		for i, h := range list {
			mean[i] = at0[i]
			for range steps {
				mean[i] *= 1 - alpha*h
				noise[i] = (1-alpha*h)*(1-alpha*h)*noise[i] + alpha*alpha*h
			}
			left[fmt.Sprintf("%.3g", h)] = (mean[i]*mean[i] + noise[i]) / (at0[i] * at0[i])
		}
		grown := 0
		for _, v := range left {
			if v >= 1.095 {
				grown++
			}
		}
		n := fmt.Sprint(steps)
		extreme := func(name string, sign float64) bool {
			for _, v := range left {
				if sign*v > sign*left[name]+1e-12 {
					return false
				}
			}
			return true
		}
		said.note("modes", judge(t, must(ModeDecay(problem, nqmkit.Steps(steps), nqmkit.SGD(alpha))), []sentence{
			{re(`After (\d+) steps? (.+) of the loss along h = (\S+) is left`), func(p []string) bool {
				return p[1] == n && len(list) == 1 && isShare(left[p[3]], p[2])
			}},
			{re(`After (\d+) steps? (.+) of the loss along h = (\S+) is left, (.+) along h = (\S+)`), func(p []string) bool {
				return p[1] == n && isShare(left[p[3]], p[2]) && isShare(left[p[5]], p[4]) && extreme(p[3], 1) && extreme(p[5], -1)
			}},
			{re(`After (\d+) steps? the loss along h = (\S+) has grown`), func(p []string) bool { return p[1] == n && grown == 1 && left[p[2]] >= 1.095 }},
			{re(`After (\d+) steps? the loss along (\d) of (\d) directions has grown`), func(p []string) bool {
				return p[1] == n && p[2] == fmt.Sprint(grown) && p[3] == fmt.Sprint(len(list)) && grown > 1
			}},
			{re(`After (\d+) steps? the loss along each of the (\d) directions has grown`), func(p []string) bool {
				return p[1] == n && p[2] == fmt.Sprint(grown) && grown == len(list)
			}},
		}))
		random := nqmkit.List(list...)
		for i, h := range list {
			start[i] = math.Pow(1-alpha*h, 2*float64(steps))
		}
		larger := 0
		for i := range list {
			if noise[i] > start[i] {
				larger++
			}
		}
		if laws := must(theory.Moments(random, steps, nqmkit.SGD(alpha))); len(laws) > 1 {
			all := fmt.Sprint(len(list))
			said.note("laws", judge(t, CoordinateLaws(laws), []sentence{
				{re(`Noise has the larger part of the variance in all (\d) coordinates`), func(p []string) bool { return p[1] == all && larger == len(list) }},
				{re(`The start has the larger part of the variance in all (\d) coordinates`), func(p []string) bool { return p[1] == all && larger == 0 }},
				{re(`Noise has the larger part of the variance in (\d) of (\d) coordinates`), func(p []string) bool {
					return p[1] == fmt.Sprint(larger) && p[2] == all
				}},
			}))
		}
		return true
	})
	said.atLeast(t, 150, "amplification", "modes", "laws")
}

// What figures of applied rates, estimators, several paths and fits, and sweeps of several
// methods find is in their numbers.
func TestFindingsOfSettingsAreTrue(t *testing.T) {
	said := tally{}
	index := func(part string) int { return must(strconv.Atoi(part)) }
	findings(t, 107, 400, 1, func(rng *rand.Rand) bool {
		v := func() float64 { return math.Exp(2 * rng.NormFloat64()) }
		list := func(n int) []float64 {
			all := make([]float64, n)
			for i := range all {
				if all[i] = v(); i > 0 && rng.IntN(3) == 0 {
					all[i] = all[i-1]
				}
			}
			return all
		}
		applied := make([]theory.AppliedRates, 1+rng.IntN(3))
		for i := range applied {
			n := 2 + rng.IntN(1+rng.IntN(3))
			r := theory.AppliedRates{Method: fmt.Sprintf("M%d", i), Family: "SGD", LearningRate: list(n), Momentum: list(n), BatchSize: list(n)}
			if rng.IntN(3) == 0 {
				r.LearningRate = slices.Repeat([]float64{v()}, n)
			}
			if rng.IntN(6) == 0 {
				r.LearningRate[n-1] = 0
			}
			for k := range n {
				r.Steps = append(r.Steps, k+1)
			}
			applied[i] = r
		}
		one := applied[0]
		moves := func(name string) ([]float64, bool) { // the first that moves
			for _, q := range []struct {
				name string
				y    []float64
			}{{"learning rate", one.LearningRate}, {"momentum", one.Momentum}, {"batch size", one.BatchSize}} {
				if slices.Max(q.y) > slices.Min(q.y) {
					return q.y, q.name == name && len(applied) == 1
				}
			}
			return nil, false
		}
		last := func(y []float64) float64 { return y[len(y)-1] }
		said.note("applied", judge(t, AppliedRates(applied), []sentence{
			{re(`The (.+) rises from (\S+) to (\S+), and ends at (\S+)`), func(p []string) bool {
				y, ok := moves(p[1])
				return ok && close(p[2], y[0], 3) && close(p[3], slices.Max(y), 3) && close(p[4], last(y), 3) && slices.Max(y) > max(y[0], last(y))
			}},
			{re(`The (.+) (rises|falls) from (\S+) to (\S+) in (\d+) updates`), func(p []string) bool {
				y, ok := moves(p[1])
				return ok && close(p[3], y[0], 3) && close(p[4], last(y), 3) && (p[2] == "rises") == (last(y) > y[0]) && p[5] == fmt.Sprint(len(y)) && slices.Max(y) <= 1.0051*max(y[0], last(y))
			}},
			{re(`The learning rate is (\S+) in every update`), func(p []string) bool {
				_, moved := moves("learning rate")
				return len(applied) == 1 && !moved && close(p[1], one.LearningRate[0], 5)
			}},
			{re(`M(\d) ends with the smallest learning rate, (\S+)`), func(p []string) bool {
				i := index(p[1])
				for k, r := range applied {
					if len(r.Steps) != len(one.Steps) || k != i && last(r.LearningRate) <= last(applied[i].LearningRate) {
						return false
					}
				}
				return close(p[2], last(applied[i].LearningRate), 3)
			}},
		}))

		estimators := make([]theory.ScaleEstimates, 1+rng.IntN(3))
		for i := range estimators {
			estimators[i] = theory.ScaleEstimates{Problem: "p", Estimator: fmt.Sprintf("E%d", i), Exact: v(), Median: v() - 0.1, Mean: 1, Low: 0.5, High: 2, Pooled: 1, Trials: 9}
		}
		far := func(i int) float64 {
			if !(estimators[i].Median > 0) {
				return math.NaN()
			}
			return max(estimators[i].Median/estimators[i].Exact, estimators[i].Exact/estimators[i].Median)
		}
		ratio := func(i int, words string) bool { return saidTruly(estimators[i].Median/estimators[i].Exact, words, t) }
		said.note("estimators", judge(t, ScaleEstimators(estimators), []sentence{
			{re(`The median of E0 is (\S+ times) the exact noise scale`), func(p []string) bool { return len(estimators) == 1 && ratio(0, p[1]) }},
			{re(`The median of E(\d) is closest to the exact noise scale, (\S+ times) it`), func(p []string) bool {
				i := index(p[1])
				for k := range estimators {
					if k != i && !(far(k) > far(i)) {
						return false
					}
				}
				return len(estimators) > 1 && ratio(i, p[2])
			}},
		}))

		paths := make([]theory.NoiseScales, 2+rng.IntN(2))
		for i := range paths {
			paths[i] = theory.NoiseScales{Problem: "p", Method: "M", Steps: []int{0, 4, 7 + rng.IntN(1+rng.IntN(2))}, Noise: []float64{v(), v(), v()}, Simple: []float64{v(), v(), v()}}
		}
		said.note("paths", judge(t, NoiseScales(paths...), []sentence{{re(`After (\d) steps B_noise is highest along path (\d), (\S+ times) that along path (\d)`), func(p []string) bool {
			i, j := index(p[2])-1, index(p[4])-1
			for k, s := range paths {
				if p[1] != fmt.Sprint(s.Steps[2]) || s.Noise[2] > paths[i].Noise[2] || k != i && s.Noise[2] > paths[j].Noise[2] {
					return false
				}
			}
			return saidTruly(paths[i].Noise[2]/paths[j].Noise[2], p[3], t)
		}}}))

		values := list(1 + rng.IntN(5))
		said.note("numbers", judge(t, Numbers([][]float64{values}), []sentence{{re(`(\d) numbers from (\S+) to (\S+)`), func(p []string) bool {
			return p[1] == fmt.Sprint(len(values)) && p[2] == number(slices.Min(values)) && p[3] == number(slices.Max(values))
		}}}))

		s := theory.Scaling{Problem: "p", Target: 0.01, BatchSizes: []float64{1, 4, 16}, Partial: rng.IntN(9) == 0}
		own := map[string][]float64{}
		for i := range 1 + rng.IntN(3) {
			c := theory.ScalingCurve{Family: fmt.Sprintf("F%d", i)}
			for k, b := range s.BatchSizes {
				c.Points = append(c.Points, theory.Tuned{Problem: "p", Family: c.Family, Optimizer: theory.Optimizer{LearningRate: 1, BatchSize: b}, Target: 0.01, Free: []string{"learning rate"}, Steps: theory.Steps{Outcome: theory.Reached, Steps: 1}})
				if own[c.Family] = append(own[c.Family], v()); rng.IntN(12) == 0 {
					own[c.Family][k] = []float64{-1, 0, math.NaN(), math.Inf(1)}[rng.IntN(4)]
				}
			}
			s.Curves = append(s.Curves, c)
		}
		f := AtBatchSizes(s, Axis{Label: "my number"}, func(c theory.ScalingCurve, best theory.Tuned) float64 {
			return own[c.Family][slices.Index(s.BatchSizes, best.Optimizer.BatchSize)]
		})
		said.note("batch sizes", judge(t, f, []sentence{
			{re(`From B = 1 to 16 the my number of F0 (grows|falls) from (\S+) to (\S+)`), func(p []string) bool {
				y := own["F0"]
				return len(s.Curves) == 1 && !s.Partial && (p[1] == "grows") == (y[2] > y[0]) && close(p[2], y[0], 3) && close(p[3], y[2], 3)
			}},
			{re(`At B = (1|16) the my number goes from (\S+) \((F\d)\) to (\S+) \((F\d)\)`), func(p []string) bool {
				k := slices.Index(s.BatchSizes, must(strconv.ParseFloat(p[1], 64)))
				for _, y := range own {
					if !(y[k] >= own[p[3]][k]) || !(y[k] <= own[p[5]][k]) {
						return false
					}
				}
				return !s.Partial && close(p[2], own[p[3]][k], 3) && close(p[4], own[p[5]][k], 3)
			}},
		}))

		rates, answers := list(2+rng.IntN(4)), [][]theory.Steps{}
		slices.Sort(rates)
		least, times := math.Inf(1), 0
		for range rates {
			var at []theory.Steps
			for _, family := range []string{"A", "B"} {
				a := theory.Steps{Problem: "p", Method: family, Family: family, Target: 0.01, Outcome: theory.Reached, Steps: 1 + rng.IntN(30)}
				if rng.IntN(4) == 0 {
					a.Outcome = theory.Never
				} else if n := float64(a.Steps); n < least {
					least, times = n, 1
				} else if n == least {
					times++
				}
				at = append(at, a)
			}
			answers = append(answers, at)
		}
		f = must(FigureOf(theory.Sweep[[]theory.Steps]{Axes: []theory.Axis{{Name: "learning rate α", Values: rates}}, Results: answers}))
		said.note("sweep", judge(t, f, []sentence{{re(`Least steps to target: (\d+), of (A|B) at α=(\S+)`), func(p []string) bool {
			for k, r := range rates {
				if fmt.Sprintf("%.5g", r) == p[3] {
					a := answers[k][slices.Index([]string{"A", "B"}, p[2])]
					if a.Outcome == theory.Reached && float64(a.Steps) == least {
						return times == 1 && p[1] == fmt.Sprint(a.Steps)
					}
				}
			}
			return false
		}}}))
		return true
	})
	said.atLeast(t, 100, "applied", "estimators", "paths", "numbers", "batch sizes", "sweep")
}

// Several fits are told apart by their own numbers.
func TestFindingsOfSeveralFitsAreTrue(t *testing.T) {
	fits := fittedRuns()
	judge(t, FittedRuns(fits), []sentence{{re(`Fit (\d) is off least, by (\S+)% a run, fit (\d) by (\S+)%`), func(p []string) bool {
		i, j := must(strconv.Atoi(p[1]))-1, must(strconv.Atoi(p[3]))-1
		return i != j && fits[i].Misfit < fits[j].Misfit && p[2] == fmt.Sprintf("%.2f", 100*fits[i].Misfit) && p[4] == fmt.Sprintf("%.2f", 100*fits[j].Misfit)
	}}})
	worse := fits[0]
	worse.Misfit *= 2
	if f := FittedRuns([]theory.RunsFit{worse, fits[0]}); !strings.HasPrefix(f.Title, "Fit 2 is off least") {
		t.Errorf("title %q", f.Title)
	}
	own := criticalLaw(1).Fits
	first := mapped(own, func(f theory.CriticalFit) theory.Estimate { return f.Critical[0] })
	told := judge(t, CriticalBatches(own), []sentence{{re(`Fit (\d) has the largest critical batch size, (.+): (\S+) \((\S+) to (\S+)\)`), func(p []string) bool {
		c := first[must(strconv.Atoi(p[1]))-1]
		n := 0
		for _, other := range first {
			if other.High < c.Low {
				n++
			}
		}
		return n == len(first)-1 && p[2] == c.Name && close(p[3], c.Value, 4)
	}}})
	apart := slices.ContainsFunc(first, func(c theory.Estimate) bool {
		n := 0
		for _, other := range first {
			if other.High < c.Low {
				n++
			}
		}
		return n == len(first)-1
	})
	if told != apart {
		t.Errorf("found %v, apart %v: %v", told, apart, first)
	}
}
