package plotting

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"nqm/theory"
	"nqm/theory/table"
)

// What figures find, in a sentence that is true of every number that they draw: empty
// where results cannot be compared (other problems, targets or lengths), where an
// interrupt left some out, and where no name says which is meant.

// level is how close two losses are that count as one.
const level = 0.005

// comparable reports whether results are of one problem, and of names that differ.
func comparable(names, problems []string) bool {
	return len(names) > 0 && len(unique(names)) == len(names) && len(unique(problems)) == 1
}

// threeDigits writes a number with three digits, and with an exponent only far from 1.
func threeDigits(v float64) string {
	if 1e3 <= v && v < 1e6 {
		digit := math.Pow(10, math.Floor(math.Log10(v))-2)
		return fmt.Sprintf("%.10g", math.Round(v/digit)*digit)
	}
	return fmt.Sprintf("%.3g", v)
}

// timesWords writes a ratio.
func timesWords(ratio float64) string { return table.TwoDigits(ratio) + " times" }

// aheadWords says by how much the lower of two numbers is below the higher one.
func aheadWords(low, high float64) string {
	switch ratio := high / low; {
	case !(ratio < 1e9):
		return "far"
	case ratio < 1.095:
		return fmt.Sprintf("%.2g%%", 100*(ratio-1))
	default:
		return timesWords(ratio)
	}
}

// lowestFirst returns the places of numbers in rising order.
func lowestFirst(values []float64) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	return order
}

// curvesFinding says which of expected losses ends lowest.
func curvesFinding(curves []theory.Curve) string {
	names := mapped(curves, func(c theory.Curve) string { return c.Method })
	if !comparable(names, mapped(curves, func(c theory.Curve) string { return c.Problem })) {
		return ""
	}
	if lastStep(curves) == 0 {
		return ""
	}
	last, ends := lastStep(curves), make([]float64, len(curves))
	var calm []int
	for i, c := range curves {
		if len(c.Steps) == 0 || lastOf(c.Steps) != last || math.IsNaN(c.Loss[len(c.Loss)-1]) {
			return ""
		}
		if ends[i] = c.Loss[len(c.Loss)-1]; !c.Diverges() {
			calm = append(calm, i)
		}
	}
	switch order := lowestFirst(ends); {
	case len(calm) == 0 && len(curves) == 1:
		return names[0] + " diverges"
	case len(calm) == 0:
		return "all of them diverge"
	case len(curves) == 1:
		return endWords(curves[0])
	case len(calm) == 1:
		return "only " + names[calm[0]] + " does not diverge"
	case curves[order[0]].Diverges() || curves[order[1]].Diverges(): // which is lower is so for a while
		return ""
	default:
		return lowestWords(curves, order[0], order[1])
	}
}

// endWords says where a curve that does not diverge ends.
func endWords(c theory.Curve) string {
	end := c.Loss[len(c.Loss)-1]
	words := fmt.Sprintf("%s ends at %s after %s", c.Method, number(end), several(lastOf(c.Steps), "step"))
	if c.NoFloor == "" && c.Floor > 0 && math.Abs(end/c.Floor-1) <= 0.01 {
		words += ", within 1% of its floor"
	}
	return words
}

// lowestWords says that a curve ends lowest, by how much below the next, and, of two,
// until when the other leads.
func lowestWords(curves []theory.Curve, first, next int) string {
	a, b := curves[first], curves[next]
	low, high := a.Loss[len(a.Loss)-1], b.Loss[len(b.Loss)-1]
	if high <= (1+level)*low {
		return fmt.Sprintf("%s and %s end lowest, within %g%% of each other", a.Method, b.Method, 100*level)
	}
	if len(curves) == 2 && slices.Equal(a.Steps, b.Steps) {
		until := leadOf(b.Loss, a.Loss)
		if until > 0 {
			return fmt.Sprintf("%s leads until t ≈ %s, %s ends %s lower", b.Method, table.TwoDigits(float64(a.Steps[until])), a.Method, aheadWords(low, high))
		}
	}
	return fmt.Sprintf("%s ends lowest, %s below %s", a.Method, aheadWords(low, high), b.Method)
}

// leadOf returns the last place at which one loss is below another, if it is above it
// nowhere before, and -1 otherwise: differences within the level aside.
func leadOf(one, other []float64) int {
	last := -1
	for k := range one {
		if one[k] < (1-level)*other[k] {
			last = k
		}
	}
	for k := range max(last, 0) {
		if other[k] < (1-level)*one[k] {
			return -1
		}
	}
	return last
}

// stepsFinding says who arrives first. The names are those of the answers.
func stepsFinding(answers []theory.Steps, names []string) string {
	if !comparable(names, mapped(answers, func(s theory.Steps) string { return s.Problem })) {
		return ""
	}
	target := answers[0].Target
	var arrived, open []int
	for i, s := range answers {
		switch {
		case s.Target != target:
			return ""
		case s.Outcome == theory.Reached:
			arrived = append(arrived, i)
		case s.Outcome == theory.NotWithinLimit:
			open = append(open, i)
		}
	}
	slices.SortStableFunc(arrived, func(a, b int) int { return cmp.Compare(answers[a].Steps, answers[b].Steps) })
	checked := math.MaxInt // none of the open ones arrives before
	for _, i := range open {
		checked = min(checked, answers[i].Checked)
	}
	goal := "loss " + number(target)
	switch {
	case len(answers) == 1:
		return aloneWords(answers[0], names[0], goal)
	case len(arrived) == 0 && len(open) == 0:
		return "none of them reaches " + goal
	case len(arrived) == 0:
		return fmt.Sprintf("none of them reaches %s within %s", goal, several(checked, "step"))
	}
	first := answers[arrived[0]]
	after := several(first.Steps, "step")
	together := slices.DeleteFunc(slices.Clone(arrived), func(i int) bool { return answers[i].Steps != first.Steps })
	switch {
	case checked < first.Steps:
		return ""
	case first.Steps == 0:
		return "the start is at or below " + goal
	case len(arrived) == 1 && len(open) == 0:
		return fmt.Sprintf("only %s reaches %s, after %s", names[arrived[0]], goal, after)
	case len(together) == 2:
		return fmt.Sprintf("%s and %s reach %s first, together after %s", names[together[0]], names[together[1]], goal, after)
	case len(together) > 2:
		return fmt.Sprintf("%d of them reach %s first, together after %s", len(together), goal, after)
	case len(arrived) == 1 || checked < answers[arrived[1]].Steps:
		return fmt.Sprintf("%s reaches %s first, after %s", names[arrived[0]], goal, after)
	}
	next := answers[arrived[1]].Steps
	lead := fmt.Sprintf("%s before %s", several(next-first.Steps, "step"), names[arrived[1]])
	if ratio := float64(next) / float64(first.Steps); ratio >= 1.095 {
		lead = fmt.Sprintf("%s sooner than %s", timesWords(ratio), names[arrived[1]])
	}
	return fmt.Sprintf("%s reaches %s first, %s", names[arrived[0]], goal, lead)
}

// aloneWords says whether one method arrives.
func aloneWords(s theory.Steps, name, goal string) string {
	switch {
	case s.Outcome == theory.Reached && s.Steps == 0:
		return "the start is at or below " + goal
	case s.Outcome == theory.Reached:
		return fmt.Sprintf("%s reaches %s after %s", name, goal, several(s.Steps, "step"))
	case s.Outcome == theory.Never:
		return fmt.Sprintf("%s never reaches %s", name, goal)
	case s.Outcome == theory.NotWithinLimit:
		return fmt.Sprintf("%s does not reach %s within %s", name, goal, several(s.Checked, "step"))
	}
	return fmt.Sprintf("%s diverges and does not reach %s", name, goal)
}

// tunedFinding says whose settings are best: for a target, or for a budget of steps.
func tunedFinding(answers []theory.Tuned, names []string) string {
	steps := mapped(answers, func(t theory.Tuned) theory.Steps { return t.Steps })
	for i, t := range answers {
		steps[i].Problem, steps[i].Target = t.Problem, t.Target
		if t.Budget != answers[0].Budget || (t.Target == 0) != (answers[0].Target == 0) {
			return ""
		}
	}
	if len(answers) == 0 || answers[0].Target != 0 {
		return stepsFinding(steps, names)
	}
	losses := mapped(answers, func(t theory.Tuned) float64 { return t.Steps.Loss })
	if !comparable(names, mapped(answers, func(t theory.Tuned) string { return t.Problem })) || slices.ContainsFunc(losses, none) {
		return ""
	}
	if len(answers) == 1 {
		return fmt.Sprintf("%s ends at %s after %s", names[0], number(losses[0]), several(answers[0].Budget, "step"))
	}
	order := lowestFirst(losses)
	low, high := losses[order[0]], losses[order[1]]
	if high <= (1+level)*low {
		return fmt.Sprintf("%s and %s end lowest, within %g%% of each other", names[order[0]], names[order[1]], 100*level)
	}
	return fmt.Sprintf("%s ends lowest, %s below %s", names[order[0]], aheadWords(low, high), names[order[1]])
}

// saved is the part of the steps that a method saves if it helps.
const saved = 0.1

// scalingFinding says at which batch sizes the second of two methods helps; of more,
// which takes the fewest steps; of one, how far it scales.
func scalingFinding(s theory.Scaling, lines []scalingLine) string {
	n := len(s.BatchSizes)
	if s.Partial || n < 2 || !comparable(mapped(lines, func(l scalingLine) string { return l.name }), []string{s.Problem}) {
		return ""
	}
	steps := make([]Values, len(lines)) // +Inf where it is shown that there are none
	for i, l := range lines {
		for _, t := range l.tuned {
			switch {
			case t == nil || t.Steps.Outcome == theory.NotWithinLimit || t.Steps.Steps == 0:
				return ""
			case t.Steps.Outcome == theory.Reached:
				steps[i] = append(steps[i], float64(t.Steps.Steps))
			default:
				steps[i] = append(steps[i], math.Inf(1))
			}
		}
	}
	switch len(lines) {
	case 1:
		return perfectWords(lines[0].name, s.BatchSizes, steps[0])
	case 2:
		return helpsWords(lines[0].name, lines[1].name, s.BatchSizes, steps)
	}
	return fewestWords(lines, s.BatchSizes, steps)
}

// perfectWords says up to which batch size a method takes hardly more samples than at
// its best.
func perfectWords(name string, batch, steps Values) string {
	fewest := math.Inf(1)
	for k, b := range batch {
		fewest = min(fewest, b*steps[k])
	}
	last := -1
	for k, b := range batch {
		if !(b*steps[k] <= 1.2*fewest) {
			break
		}
		last = k
	}
	if last < 0 || math.IsInf(fewest, 1) {
		return ""
	}
	for k := last + 1; k < len(batch); k++ {
		if batch[k]*steps[k] <= 1.2*fewest {
			return ""
		}
	}
	if last == len(batch)-1 {
		return fmt.Sprintf("%s scales to B = %s: no batch size takes a fifth more samples", name, batchWord(batch[last]))
	}
	return fmt.Sprintf("%s scales to B = %s; a larger batch takes over a fifth more samples", name, batchWord(batch[last]))
}

// helpsWords says at which batch sizes the second method saves a tenth of the steps of
// the first, or more.
func helpsWords(first, second string, batch Values, steps []Values) string {
	var helps []int
	most := 0.0
	for k := range batch {
		if steps[1][k] <= (1-saved)*steps[0][k] && !math.IsInf(steps[1][k], 1) {
			helps = append(helps, k)
			most = max(most, steps[0][k]/steps[1][k])
		}
	}
	n := len(batch)
	switch {
	case len(helps) == 0 && slices.Max(steps[0]) < math.Inf(1):
		return fmt.Sprintf("%s saves less than a tenth of the steps of %s at every batch size", second, first)
	case len(helps) == 0 || helps[len(helps)-1]-helps[0] != len(helps)-1: // not a range
		return ""
	case math.IsInf(most, 1):
		return ""
	case len(helps) == n:
		return fmt.Sprintf("%s helps at every batch size: up to %s fewer steps than %s", second, timesWords(most), first)
	case helps[len(helps)-1] == n-1:
		return fmt.Sprintf("%s saves a tenth of the steps of %s only from B = %s on: up to %s fewer", second, first, batchWord(batch[helps[0]]), timesWords(most))
	case helps[0] == 0:
		return fmt.Sprintf("%s saves a tenth of the steps of %s only up to B = %s", second, first, batchWord(batch[helps[len(helps)-1]]))
	}
	return ""
}

// fewestWords says which of several methods takes the fewest steps, and from where on
// another does.
func fewestWords(lines []scalingLine, batch Values, steps []Values) string {
	var winners []int
	for k := range batch {
		at := mapped(steps, func(v Values) float64 { return v[k] })
		order := lowestFirst(at)
		if at[order[0]] == at[order[1]] || math.IsInf(at[order[0]], 1) {
			return ""
		}
		winners = append(winners, order[0])
	}
	parts := slices.Compact(slices.Clone(winners))
	switch len(parts) {
	case 1:
		return fmt.Sprintf("%s takes the fewest steps at every batch size", lines[parts[0]].name)
	case 2:
		k := slices.Index(winners, parts[1])
		return fmt.Sprintf("%s takes the fewest steps up to B = %s, %s from B = %s on", lines[parts[0]].name, batchWord(batch[k-1]), lines[parts[1]].name, batchWord(batch[k]))
	}
	return ""
}

// tradeFinding says what the fewest steps of the first method cost in samples.
func tradeFinding(s theory.Scaling, lines []scalingLine) string {
	if s.Partial || len(lines) == 0 {
		return ""
	}
	steps := lines[0].stepCounts()
	first, last := 0, len(steps)-1
	if last < 1 || slices.ContainsFunc(steps, none) || steps[first] < 1.1*steps[last] {
		return ""
	}
	samples := s.BatchSizes[last] * steps[last] / (s.BatchSizes[first] * steps[first])
	words := fmt.Sprintf("from B = %s to %s, %s takes %s fewer steps for ", batchWord(s.BatchSizes[first]), batchWord(s.BatchSizes[last]), lines[0].name, timesWords(steps[first]/steps[last]))
	if samples < 1.095 {
		return words + "no more than a tenth more samples"
	}
	return words + timesWords(samples) + " the samples"
}

// gapsFinding says which method ends closest to the Bayes bound.
func gapsFinding(gaps []theory.Gap) string {
	names := mapped(gaps, func(g theory.Gap) string { return g.Curve.Method })
	if !comparable(names, mapped(gaps, func(g theory.Gap) string { return g.Curve.Problem })) {
		return ""
	}
	ratios := make([]float64, len(gaps))
	for i, g := range gaps {
		if len(g.Ratio) == 0 || none(g.Ratio[len(g.Ratio)-1]) || lastOf(g.Curve.Steps) != lastOf(gaps[0].Curve.Steps) {
			return ""
		}
		ratios[i] = g.Ratio[len(g.Ratio)-1]
	}
	order := lowestFirst(ratios)
	best := ratios[order[0]]
	switch {
	case len(gaps) == 1:
		return fmt.Sprintf("%s ends at %.3g times the Bayes bound", names[0], best)
	case ratios[order[1]] <= (1+level)*best:
		return ""
	}
	return fmt.Sprintf("%s ends closest to the Bayes bound, at %.3g times it", names[order[0]], best)
}

// sampledFinding says whose runs end lowest, where the standard errors tell them apart.
func sampledFinding(curves []theory.SampledCurve) string {
	names := mapped(curves, func(c theory.SampledCurve) string { return c.Method })
	if quantityOf(curves) != "loss" || !comparable(names, mapped(curves, func(c theory.SampledCurve) string { return c.Problem })) {
		return ""
	}
	means, errors := make([]float64, len(curves)), make([]float64, len(curves))
	for i, c := range curves {
		n := len(c.Steps)
		if n == 0 || c.Partial || c.Trials < 2 || lastOf(c.Steps) != lastOf(curves[0].Steps) || none(c.Mean[n-1]) || none(c.StdErr[n-1]) {
			return ""
		}
		means[i], errors[i] = c.Mean[n-1], c.StdErr[n-1]
	}
	if len(curves) == 1 {
		return fmt.Sprintf("the runs of %s end at %s on average, with a standard error of %.2g", names[0], number(means[0]), errors[0])
	}
	order := lowestFirst(means)
	a, b := order[0], order[1]
	for _, other := range order[1:] {
		if means[other]-means[a] <= 3*math.Hypot(errors[a], errors[other]) {
			return ""
		}
	}
	return fmt.Sprintf("the runs of %s end lowest on average, %s below those of %s", names[a], aheadWords(means[a], means[b]), names[b])
}

// agreementFinding is the verdict on all closed forms.
func agreementFinding(results []theory.Agreement) string {
	var against []string
	for _, a := range results {
		if !a.Agrees() {
			against = append(against, a.Exact.Method)
		}
	}
	switch {
	case len(results) == 0:
		return ""
	case len(against) > 0:
		return "theory and runs DISAGREE: " + strings.Join(against, "; ")
	}
	return fmt.Sprintf("theory and %s agree", several(results[0].Sampled.Trials, "run"))
}

// pairedFinding says which of two methods has ended lower, if the interval tells.
func pairedFinding(comparisons []theory.PairedCurve) string {
	if len(comparisons) != 1 || len(comparisons[0].Steps) == 0 || comparisons[0].Methods[0] == comparisons[0].Methods[1] {
		return ""
	}
	c, k := comparisons[0], len(comparisons[0].Steps)-1
	switch {
	case c.High[k] < 0:
		return fmt.Sprintf("%s ends lower than %s", c.Methods[0], c.Methods[1])
	case c.Low[k] > 0:
		return fmt.Sprintf("%s ends lower than %s", c.Methods[1], c.Methods[0])
	}
	return fmt.Sprintf("the runs do not tell the ends of %s and %s apart", c.Methods[0], c.Methods[1])
}

// arrivalFinding says whose median run arrives first.
func arrivalFinding(samples []theory.SampledSteps) string {
	names := mapped(samples, func(s theory.SampledSteps) string { return s.Method })
	if !comparable(names, mapped(samples, func(s theory.SampledSteps) string { return s.Problem })) {
		return ""
	}
	medians := make([]float64, len(samples))
	for i, s := range samples {
		t, ok := s.Quantile(0.5)
		if !ok || s.Partial || t == 0 || s.Target != samples[0].Target {
			return ""
		}
		medians[i] = float64(t)
	}
	order := lowestFirst(medians)
	words := fmt.Sprintf("half of the runs of %s arrive within %s", names[order[0]], several(int(medians[order[0]]), "step"))
	if len(samples) == 1 {
		return words
	}
	next := medians[order[1]]
	if next < 1.095*medians[order[0]] {
		return ""
	}
	return words + fmt.Sprintf(", %s sooner than of %s", timesWords(next/medians[order[0]]), names[order[1]])
}

// splitFinding says how much of the loss is noise at the end.
func splitFinding(curves []theory.Curve) string {
	if !comparable(mapped(curves, func(c theory.Curve) string { return c.Method }), mapped(curves, func(c theory.Curve) string { return c.Problem })) {
		return ""
	}
	least, most := 1.0, 0.0
	for _, c := range curves {
		k := len(c.Steps) - 1
		if k < 0 || !(c.Loss[k] > 0) || none(c.Loss[k]) || lastOf(c.Steps) != lastStep(curves) {
			return ""
		}
		least, most = min(least, c.Noise[k]/c.Loss[k]), max(most, c.Noise[k]/c.Loss[k])
	}
	if shareWords(least) == shareWords(most) {
		return fmt.Sprintf("at the end noise is %s of the loss", shareWords(most))
	}
	return fmt.Sprintf("at the end noise is %s to %s of the loss", shareWords(least), shareWords(most))
}

// shareWords writes a part of a whole, of two digits.
func shareWords(share float64) string {
	switch {
	case share > 0.99:
		return "over 99%"
	case share < 0.01:
		return "under 1%"
	}
	return fmt.Sprintf("%.2g%%", 100*share)
}

// fansFinding says between which losses the runs of one method end, or whose expected
// loss ends lowest.
func fansFinding(fans []theory.Fan) string {
	if slices.ContainsFunc(fans, func(f theory.Fan) bool { return f.Partial }) {
		return ""
	}
	if len(fans) != 1 {
		return curvesFinding(mapped(fans, func(f theory.Fan) theory.Curve {
			floor := 0.0
			if f.Diverges() {
				floor = math.Inf(1)
			}
			return theory.Curve{Problem: f.Problem, Method: f.Method, Steps: f.Steps, Loss: f.Mean, Floor: floor}
		}))
	}
	f := fans[0]
	n, k := len(f.Quantiles), len(f.Steps)-1
	if n < 2 || k < 0 || none(f.Quantiles[n-1][k]) {
		return ""
	}
	return fmt.Sprintf("%.3g%% of the runs of %s end between %s and %s", 100*(f.Probabilities[n-1]-f.Probabilities[0]), f.Method, number(f.Quantiles[0][k]), number(f.Quantiles[n-1][k]))
}

// buysFinding says what schedules save of the loss.
func buysFinding(c theory.ScheduleComparison) string {
	rates, batches := c.Rate.Loss/c.Rates.Loss, c.Batch.Loss/c.Batches.Loss
	if none(rates) || none(batches) || min(rates, batches) < 1+level {
		return ""
	}
	return fmt.Sprintf("%d learning rates end %s below one, %d batch sizes %s below one", len(c.Rates.Lengths), aheadWords(c.Rates.Loss, c.Rate.Loss), len(c.Batches.Lengths), aheadWords(c.Batches.Loss, c.Batch.Loss))
}

// sweepFinding says where the number of a sweep is least.
func sweepFinding(label string, values Values, at func(k int) string) string {
	if !strings.Contains(label, "steps") && !strings.Contains(label, "loss") && !strings.Contains(label, "time") {
		return "" // more may be better
	}
	best, tie := -1, false
	for k, v := range values {
		switch {
		case none(v):
		case best < 0 || v < values[best]:
			best, tie = k, false
		case v == values[best]:
			tie = true
		}
	}
	if best < 0 || tie || len(values) < 3 {
		return ""
	}
	return fmt.Sprintf("least %s: %s, %s", strings.TrimPrefix(label, "lowest "), number(values[best]), at(best))
}
