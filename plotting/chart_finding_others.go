package plotting

import (
	"fmt"
	"math"
	"reflect"
	"slices"

	"nqm/theory"
)

// What figures find that draw no losses and no steps.

// summaryFinding says how the curvature is spread, or which of several problems has the
// largest condition number.
func summaryFinding(names []string, problems []theory.Summary) string {
	if len(problems) == 1 {
		s := problems[0]
		alike, curved := s.TraceH/s.LargestCurvature, s.Dimension-s.Flat
		which, flat := "directions", ""
		if s.Flat > 0 {
			which, flat = "curved directions", fmt.Sprintf(", %s flat", number(s.Flat))
		}
		switch {
		case s.Dimension < 2 || none(s.Condition):
			return ""
		case curved == 0:
			return fmt.Sprintf("all %s directions are flat", number(s.Dimension))
		case curved == 1:
			return "one direction is curved" + flat
		case s.Condition == 1 && alike > (1-1e-9)*curved:
			return fmt.Sprintf("all %s %s have the same curvature%s", number(curved), which, flat)
		case s.Dimension < 10 || alike > 0.95*curved:
			return fmt.Sprintf("a condition number of %s over %s %s%s", number(s.Condition), number(curved), which, flat)
		}
		return fmt.Sprintf("%s %s together curve like %.3g of the stiffest%s", number(curved), which, alike, flat)
	}
	if slices.ContainsFunc(problems, func(s theory.Summary) bool { return s.Flat > 0 }) { // where it is infinite
		return ""
	}
	order := lowestFirst(mapped(problems, func(s theory.Summary) float64 { return -s.Condition }))
	if len(order) == 0 || len(unique(names)) < len(names) {
		return ""
	}
	first, next := problems[order[0]].Condition, problems[order[1]].Condition
	if none(first) || first <= (1+level)*next {
		return ""
	}
	return fmt.Sprintf("%s has the largest condition number, %s", names[order[0]], number(first))
}

// pathsFinding says how much closer to the minimum the mean path of one method ends, or
// whose ends closest. Means are those of the coordinates at each step.
func pathsFinding(paths []theory.Paths, means [][][]float64) string {
	names := mapped(paths, func(p theory.Paths) string { return p.Method })
	if !comparable(names, mapped(paths, func(p theory.Paths) string { return p.Problem })) {
		return ""
	}
	from, to := make([]float64, len(paths)), make([]float64, len(paths))
	for i, p := range paths {
		k := len(p.Steps) - 1
		if k < 1 || p.Partial || lastOf(p.Steps) != lastOf(paths[0].Steps) {
			return ""
		}
		from[i], to[i] = math.Hypot(means[i][0][0], means[i][1][0]), math.Hypot(means[i][0][k], means[i][1][k])
	}
	order := lowestFirst(to)
	best := order[0]
	switch {
	case none(to[best]):
		return ""
	case len(paths) > 1 && to[order[1]] >= 1.095*to[best]:
		return fmt.Sprintf("the mean path of %s ends closest to the minimum, %s closer than that of %s", names[best], aheadWords(to[best], to[order[1]]), names[order[1]])
	case len(paths) > 1:
		return ""
	case from[0] >= 1.095*to[0] && from[0] > 0:
		return fmt.Sprintf("the mean path of %s ends %s closer to the minimum than it starts", names[0], aheadWords(to[0], from[0]))
	case to[0] >= 1.095*from[0] && from[0] > 0:
		return fmt.Sprintf("the mean path of %s ends %s farther from the minimum than it starts", names[0], aheadWords(from[0], to[0]))
	}
	return ""
}

// scalesFinding says how the noise scale of one path changes, or along which of several it
// ends highest.
func scalesFinding(paths []theory.NoiseScales) string {
	if slices.ContainsFunc(paths, func(s theory.NoiseScales) bool { return len(s.Steps) < 2 || lastOf(s.Steps) != lastOf(paths[0].Steps) }) {
		return ""
	}
	if len(paths) == 1 {
		if how := moved(paths[0].Noise, "rises"); how != "" {
			return fmt.Sprintf("B_noise %s in %s", how, several(lastOf(paths[0].Steps), "step"))
		}
		return ""
	}
	ends := mapped(paths, func(s theory.NoiseScales) float64 { return s.Noise[len(s.Noise)-1] })
	order := lowestFirst(ends)
	if len(order) == 0 || slices.ContainsFunc(ends, none) {
		return ""
	}
	last := len(order) - 1
	if top, next := ends[order[last]], ends[order[last-1]]; next > 0 && top > 1.095*next {
		return fmt.Sprintf("after %s B_noise is highest along %s, %s that along %s", several(lastOf(paths[0].Steps), "step"), nth("path", order[last], len(paths)), timesWords(top/next), nth("path", order[last-1], len(paths)))
	}
	return ""
}

// moved says from what to what numbers go from the first to the last, with a word for the
// way up; "" where that is hardly a change.
func moved(all []float64, how string) string {
	if len(all) < 2 {
		return ""
	}
	first, last := all[0], all[len(all)-1]
	switch {
	case !countable(first) || !countable(last) || max(first, last) < 1.095*min(first, last):
		return ""
	case last < first:
		how = "falls"
	}
	return fmt.Sprintf("%s from %s to %s", how, threeDigits(first), threeDigits(last))
}

// dampingFinding says how one direction moves, or which of several is slowest.
func dampingFinding(all []theory.Damping) string {
	stay, slowest := 0, 0
	for i, d := range all {
		if !(d.Radius < 1) && !(d.LogRadius < 0) {
			stay++
		}
		if timeOf(d) > timeOf(all[slowest]) {
			slowest = i
		}
	}
	steps := 0.0
	if len(all) > 0 {
		steps = timeOf(all[slowest])
	}
	switch {
	case len(all) == 1 && countable(steps):
		how := "without a change of sign"
		switch angle := all[0].Angle; {
		case math.Abs(angle-math.Pi) < 1e-9:
			how = "with another sign in every step"
		case angle > 0:
			how = fmt.Sprintf("swinging once in %.3g", 2*math.Pi/angle)
		}
		return fmt.Sprintf("the mean falls to 1/e in %.3g steps, %s", steps, how)
	case len(all) < 2:
		return ""
	case stay > 0:
		return fmt.Sprintf("%d of %d directions do not converge", stay, len(all))
	case !countable(steps) || slices.ContainsFunc(all, func(d theory.Damping) bool {
		return d.Curvature != all[slowest].Curvature && timeOf(d) > 0.995*steps
	}):
		return ""
	}
	return fmt.Sprintf("the direction h = %s is slowest: 1/e in %.3g steps", number(all[slowest].Curvature), steps)
}

// timeOf returns the steps in which the mean falls to 1/e, with the digits that a radius
// near 1 has lost.
func timeOf(d theory.Damping) float64 {
	if d.LogRadius < 0 {
		return -1 / d.LogRadius
	}
	return memory(d.Radius)
}

// rateFinding says which direction decides the rate of one method.
func rateFinding(rates []theory.Rate) string {
	if len(rates) != 1 || !countable(rates[0].Time) {
		return ""
	}
	return fmt.Sprintf("the direction h = %s is slowest: 1/e in %.3g steps", number(rates[0].Slowest.Curvature), rates[0].Time)
}

// pairFinding says which of the best settings without noise are fastest.
func pairFinding(best []theory.BestSettings) string {
	names := mapped(best, func(o theory.BestSettings) string { return rounded(o.Optimizer).String() })
	steps := mapped(best, func(o theory.BestSettings) float64 { return memory(o.Radius) })
	if len(best) == 0 || len(unique(names)) < len(names) {
		return ""
	}
	order := lowestFirst(steps)
	first := steps[order[0]]
	if !countable(first) || len(order) > 1 && steps[order[1]] <= (1+level)*first {
		return ""
	}
	how := "falls"
	if len(order) > 1 {
		how = "falls fastest,"
	}
	return fmt.Sprintf("without noise %s %s to 1/e in %.3g steps", names[order[0]], how, first)
}

// settingsFinding says how the best learning rate of the first method goes with the batch
// size.
func settingsFinding(s theory.Scaling, lines []scalingLine) string {
	if s.Partial || len(lines) == 0 || len(s.BatchSizes) < 2 {
		return ""
	}
	last := len(s.BatchSizes) - 1
	var rates []float64
	for _, k := range []int{0, last} {
		t := lines[0].tuned[k]
		if t == nil || t.Steps.Outcome != theory.Reached || !slices.Contains(t.Free, "learning rate") {
			return ""
		}
		rates = append(rates, t.Optimizer.LearningRate)
	}
	how := "grows"
	if rates[1] < rates[0] {
		how = "falls"
	}
	low, high := min(rates[0], rates[1]), max(rates[0], rates[1])
	if !(high >= 1.095*low) {
		return ""
	}
	return fmt.Sprintf("from B = %s to %s the best learning rate of %s %s %s", batchWord(s.BatchSizes[0]), batchWord(s.BatchSizes[last]), lines[0].name, how, timesWords(high/low))
}

// spreadFinding says between what a number of several methods is at the smallest or the
// largest batch size, where they are farther apart; of one, how it goes with the batch size.
func spreadFinding(s theory.Scaling, label string, lines []scalingLine, values []Values) string {
	last := len(s.BatchSizes) - 1
	if s.Partial || last < 1 || label == "" || len(lines) == 0 {
		return ""
	}
	if len(lines) == 1 {
		if how := moved(values[0], "grows"); how != "" {
			return fmt.Sprintf("from B = %s to %s the %s of %s %s", batchWord(s.BatchSizes[0]), batchWord(s.BatchSizes[last]), label, lines[0].name, how)
		}
		return ""
	}
	words, widest := "", 1.095
	for _, k := range []int{0, last} {
		at := mapped(values, func(v Values) float64 { return v[k] })
		if slices.ContainsFunc(at, func(v float64) bool { return !countable(v) }) {
			continue
		}
		order := lowestFirst(at)
		low, high := order[0], order[len(order)-1]
		if ratio := at[high] / at[low]; ratio > widest {
			widest = ratio
			words = fmt.Sprintf("at B = %s the %s goes from %s (%s) to %s (%s)", batchWord(s.BatchSizes[k]), label, threeDigits(at[low]), lines[low].name, threeDigits(at[high]), lines[high].name)
		}
	}
	return words
}

// endsFinding says which of several results of the same cost ends lowest.
func endsFinding(names, problems []string, costs, losses []float64) string {
	if !comparable(names, problems) || len(names) < 2 || slices.ContainsFunc(losses, none) || slices.Min(costs) != slices.Max(costs) {
		return ""
	}
	order := lowestFirst(losses)
	low, high := losses[order[0]], losses[order[1]]
	if high <= (1+level)*low {
		return ""
	}
	return fmt.Sprintf("%s ends lowest, %s below %s", names[order[0]], aheadWords(low, high), names[order[1]])
}

// stairsFinding says how far the stairs of one schedule go, from the first to the last.
func stairsFinding(what string, stairs []float64) string {
	if how := moved(stairs, "grows"); how != "" {
		return "the best " + what + " " + how
	}
	return ""
}

// schedulesFinding says how the rates of one schedule fall, or which of several ends lowest.
func schedulesFinding(all []theory.BestRates, names []string) string {
	if len(all) == 1 {
		return stairsFinding("learning rate", all[0].LearningRates)
	}
	return endsFinding(names, mapped(all, func(s theory.BestRates) string { return s.Problem }),
		mapped(all, func(s theory.BestRates) float64 { return float64(s.Steps) }), mapped(all, func(s theory.BestRates) float64 { return s.Loss }))
}

// fewestFinding says of which schedules the fewest steps were found that take as many to
// one target, and how many times fewer than of which most.
func fewestFinding(all []theory.ScheduleSteps, names []string) string {
	if !comparable(names, mapped(all, func(s theory.ScheduleSteps) string { return s.Problem })) {
		return ""
	}
	for _, s := range all {
		if s.Outcome != theory.Reached || s.Target != all[0].Target || s.Steps == 0 {
			return ""
		}
	}
	counts := mapped(all, func(s theory.ScheduleSteps) float64 { return float64(s.Steps) })
	order := lowestFirst(counts)
	first, next, last := order[0], order[1], order[len(order)-1]
	if counts[first] == counts[next] {
		return ""
	}
	return fmt.Sprintf("%s takes the fewest steps found, %s below %s", names[first], aheadWords(counts[first], counts[last]), names[last])
}

// batchSchedulesFinding says how the batches of one schedule grow, or which of several
// ends lowest.
func batchSchedulesFinding(all []theory.BestBatches, names []string) string {
	if len(all) == 1 {
		return stairsFinding("batch size", all[0].BatchSizes)
	}
	return endsFinding(names, mapped(all, func(s theory.BestBatches) string { return s.Problem }),
		mapped(all, func(s theory.BestBatches) float64 { return s.Samples }), mapped(all, func(s theory.BestBatches) float64 { return s.Loss }))
}

// estimatesFinding says one fitted number, or how many of several the data bound.
func estimatesFinding(all []theory.Estimate) string {
	open := 0
	for _, e := range all {
		if e.IsOpen() {
			open++
		}
	}
	switch {
	case len(all) == 0 || slices.ContainsFunc(all, func(e theory.Estimate) bool { return none(e.Value) }):
		return ""
	case len(all) == 1:
		return fmt.Sprintf("the fit has %s = %s", all[0].Name, intervalWords(all[0]))
	case open == 0:
		return fmt.Sprintf("the data bound all %d numbers", len(all))
	}
	return fmt.Sprintf("the data leave %d of %d numbers open", open, len(all))
}

// runsFinding says how far one law is off its runs, or which of several fits is off least.
func runsFinding(fits []theory.RunsFit) string {
	off := mapped(fits, func(f theory.RunsFit) float64 { return f.Misfit })
	if len(fits) == 0 || slices.ContainsFunc(off, none) {
		return ""
	}
	if len(fits) == 1 {
		return fmt.Sprintf("the law is off by %.2f%% a run, over %s", 100*off[0], several(len(fits[0].Runs), "run"))
	}
	order := lowestFirst(off)
	first, next := order[0], order[1]
	if off[next] <= 1.095*off[first] {
		return ""
	}
	return fmt.Sprintf("%s is off least, by %.2f%% a run, %s by %.2f%%", nth("fit", first, len(fits)), 100*off[first], nth("fit", next, len(fits)), 100*off[next])
}

// heldOutFinding says which law predicts the hidden runs best.
func heldOutFinding(laws []theory.HeldOut) string {
	names, off := mapped(laws, func(h theory.HeldOut) string { return h.Law }), mapped(laws, theory.HeldOut.Off)
	if len(laws) == 0 || len(unique(names)) < len(names) || slices.ContainsFunc(off, none) ||
		slices.ContainsFunc(laws, func(h theory.HeldOut) bool { return len(h.Runs) == 0 || !reflect.DeepEqual(h.Runs, laws[0].Runs) }) {
		return ""
	}
	if len(laws) == 1 {
		return fmt.Sprintf("%s is off by %.2f%% on %s that it had not seen", names[0], 100*off[0], several(len(laws[0].Runs), "run"))
	}
	order := lowestFirst(off)
	if off[order[1]] <= 1.095*off[order[0]] {
		return ""
	}
	return fmt.Sprintf("%s predicts the hidden runs best: off by %.2f%%, %s by %.2f%%", names[order[0]], 100*off[order[0]], names[order[1]], 100*off[order[1]])
}

// batchesFinding says the critical batch size of one fit, by its first definition, or which
// of several fits has the largest, where their intervals are apart.
func batchesFinding(fits []theory.CriticalFit) string {
	var first []theory.Estimate
	for _, fit := range fits {
		if len(fit.Critical) == 0 || fit.Critical[0].Name != fits[0].Critical[0].Name {
			return ""
		}
		c := fit.Critical[0]
		if none(c.Value) || !(c.Value > 0) || c.IsOpen() {
			return ""
		}
		first = append(first, c)
	}
	if len(first) == 1 {
		return fmt.Sprintf("the critical batch size, %s, is %s", first[0].Name, intervalWords(first[0]))
	}
	for i, c := range first {
		above := 0
		for k, other := range first {
			if k != i && c.Low > other.High {
				above++
			}
		}
		if above == len(first)-1 && above > 0 {
			return fmt.Sprintf("%s has the largest critical batch size, %s: %s", nth("fit", i, len(fits)), c.Name, intervalWords(c))
		}
	}
	return ""
}

// trainedFinding says which model comes closest to training, at the points that training
// reached.
func trainedFinding(s theory.TrainedScaling) string {
	points, worst, told := 0, map[string]float64{}, map[string]int{}
	for _, p := range s.Points {
		if !countable(p.Steps.Value) {
			continue
		}
		points++
		for _, f := range p.Foreseen {
			told[f.Model]++
			worst[f.Model] = max(worst[f.Model], p.Steps.Value/f.Steps, f.Steps/p.Steps.Value)
		}
	}
	best, off := "", math.Inf(1)
	for _, model := range s.Models() {
		if w := worst[model]; told[model] == points && w < off {
			best, off = model, w
		}
	}
	if s.Partial || points < 2 || best == "" {
		return ""
	}
	return fmt.Sprintf("“%s” is within a factor of %s of training at all %d points that it reached", best, twoDigitsUp(off), points)
}

// twoDigitsUp writes a factor with two digits and no less than it is.
func twoDigitsUp(v float64) string {
	digit := math.Pow(10, math.Floor(math.Log10(v))-1)
	return fmt.Sprintf("%.10g", math.Ceil(v/digit)*digit)
}

// histogramFinding says the median, or which of several is lowest.
func histogramFinding(all []Distribution) string {
	names := mapped(all, func(d Distribution) string { return d.Name })
	medians := mapped(all, func(d Distribution) float64 { return quantile(d.Values, 0.5) })
	if len(all) == 0 || len(unique(names)) < len(names) || slices.ContainsFunc(medians, math.IsNaN) {
		return ""
	}
	order := lowestFirst(medians)
	least := medians[order[0]]
	switch {
	case none(least):
		return ""
	case len(all) == 1:
		return fmt.Sprintf("the median of %s is %s", names[0], number(least))
	case medians[order[1]] == least:
		return ""
	}
	return fmt.Sprintf("%s has the lowest median, %s", names[order[0]], number(least))
}
