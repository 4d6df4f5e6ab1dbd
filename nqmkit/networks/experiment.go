package networks

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"nqm/nqmkit"
	"nqm/theory"
)

// Experiment asks how many steps methods take to a target at each batch size, with the
// learning rate searched anew at every point, and what models foresee of it.
type Experiment struct {
	// Labs are trained: run k trains Labs[k mod len(Labs)], as of several starts.
	Labs []*Lab
	// Target is the loss above the minimum of each.
	Target float64
	// BatchSizes are whole numbers.
	BatchSizes []float64
	// Methods are theory.Optimizer, nqmkit.Preconditioned and nqmkit.Adaptive; learning rate and batch size are
	// replaced. Run k draws the same examples under every method and learning rate.
	Methods []nqmkit.Sampler
	Runs    nqmkit.Runs
	// Limit is how many steps a point is given at most, where that is less than ten times
	// what the first model predicts, or of a method whose learning rate means another thing
	// to its models, as Adam's does, what the slowest of them predicts; 0 means 10^5.
	Limit int
	// Foresights predict, each before any training.
	Foresights []Foresight
	// Fitted adds a law that is fitted to the points of the first method, which must be
	// plain SGD, and predicts the others: see FitSteps.
	Fitted bool
	// Keep, if not empty, keeps every point under this name, as nqmkit.Cached does, so that
	// an interrupted experiment goes on where it was. Change it with what the models compute.
	Keep string
}

// Foresight makes a model of a lab.
type Foresight struct {
	Name    string
	Problem func(l *Lab) theory.Problem
}

// Predict trains m with each method at each batch size, to the target above its minimum,
// and returns the steps at the best learning rates beside what the models of Foresights
// predicted before:
//
//	networks.Predict(net, 0.05, nqmkit.PowersOfTwo(1, 11), nqmkit.Trials(5, seed),
//		nqmkit.SGD(nqmkit.Free), nqmkit.Momentum(nqmkit.Free, 0.9))
//
// A model that is no Lab is made one. See Experiment's Run.
func Predict(m Model, target float64, batchSizes []float64, runs nqmkit.Runs, methods ...nqmkit.Sampler) theory.TrainedScaling {
	checkModel(m)
	l, ok := m.(*Lab)
	if !ok {
		l = NewLab(m)
	}
	return Experiment{Labs: []*Lab{l}, Target: target, BatchSizes: batchSizes, Methods: methods, Runs: runs, Foresights: Foresights(target)}.Run()
}

// Run makes the experiment. Of each method and batch size the learning rate is searched on
// the grid 2^(k/4), as far as 2^10 to both sides of what the first model predicts: from
// there downhill in strides of 2 and 1, until both neighbours take more steps. What
// takes more than 5/4 of the fewest steps so far is given up. The loss of all
// examples is looked at in every step up to 10, and then in steps a tenth apart. The steps
// themselves come from twice as many fresh runs at the best rate: where the loss crosses
// the target, by all looks around it, until there is an interval, too. Of a schedule that is stretched to the run, as
// Linear and Cosine are, every look is at the end of a run of that length: its steps are
// those of the shortest run that ends at the target.
//
// Points are computed on all cores, and are the same on any number of them. Long work shows its
// progress; an interrupt keeps the points that were finished. It panics on no lab, method or batch
// size, a batch size that is no whole number >= 1, a target that is not between 0 and
// the loss at the start of every lab, fewer runs than labs, and as Train does.
func (e Experiment) Run() theory.TrainedScaling {
	e = e.checked()
	s := theory.TrainedScaling{Problem: textOf(e.Labs[0].Model), Target: e.Target, BatchSizes: e.BatchSizes}
	if n := len(e.Labs); n > 1 {
		s.Problem += fmt.Sprintf(" and %d more", n-1)
	}
	for _, m := range e.Methods {
		s.Methods = append(s.Methods, nameOf(m))
	}
	models := e.models()
	if e.Fitted {
		own := e
		own.Methods, own.Fitted = e.Methods[:1], false
		first := own.points(models, s.Problem)
		if len(first) < len(e.BatchSizes) {
			s.Points, s.Partial = first, true
			return s
		}
		if slices.ContainsFunc(first, func(p theory.TrainedSteps) bool { return len(p.Looks) > 0 }) {
			law := FitSteps(first, e.startLoss(), len(e.Labs[0].start))
			s.Notes = append(s.Notes, fmt.Sprintf("%s: %s.", fittedName, law.Note))
			models = append(models, model{fittedName, []theory.Problem{law}})
		} else {
			s.Notes = append(s.Notes, fmt.Sprintf("%s: no point has a loss on the way to the target.", fittedName))
		}
	}
	s.Points = e.points(models, s.Problem)
	s.Partial = len(s.Points) < len(e.Methods)*len(e.BatchSizes)
	for _, m := range e.Methods {
		if o := modelled(m); nameOf(o) != nameOf(m) {
			s.Notes = append(s.Notes, fmt.Sprintf("%s has no closed form: the models are asked for %s.", nameOf(m), nameOf(o)))
		}
	}
	return s
}

// startLoss is the loss above the minimum at the start, averaged over the labs.
func (e Experiment) startLoss() float64 {
	sum := 0.0
	for _, l := range e.Labs {
		sum += l.Loss(l.start) / float64(len(e.Labs))
	}
	return sum
}

func (e Experiment) checked() Experiment {
	if len(e.Labs) == 0 || len(e.Methods) == 0 || len(e.BatchSizes) == 0 || e.Runs.Trials < len(e.Labs) {
		panic(fmt.Errorf("networks: %d labs, %d methods, %d batch sizes and %d runs: want 1 or more of each, and as many runs as labs at least", len(e.Labs), len(e.Methods), len(e.BatchSizes), e.Runs.Trials))
	}
	for _, b := range e.BatchSizes {
		if !(b >= 1) || b != math.Trunc(b) || b > mostExamples {
			panic(fmt.Errorf("networks: batch size %v: want a whole number of examples, 1 to 2^24", b))
		}
	}
	for _, l := range e.Labs {
		checkModel(l)
		at := l.Loss(l.Start())
		if !(at > 0) {
			panic(fmt.Errorf("networks: %v starts at a loss of %.4g above the minimum: want a start above it", l, at))
		}
		if !(e.Target > 0 && e.Target < at) {
			panic(fmt.Errorf("networks: target %v of %v: want a number > 0 and below %.4g, the loss above the minimum at the start", e.Target, l, at))
		}
	}
	if _, plain := e.Methods[0].(theory.Optimizer); e.Fitted && (!plain || nameOf(e.Methods[0]) != "SGD") {
		panic(fmt.Errorf("networks: a law fitted to steps of %v: want nqmkit.SGD(nqmkit.Free) as the first method", e.Methods[0]))
	}
	for _, m := range e.Methods {
		if err := at(m, 1, 1).Validate(); err != nil {
			panic(err)
		}
	}
	if e.Limit < 0 {
		panic(fmt.Errorf("networks: a limit of %d steps: want 1 or more, or 0 for 10^5", e.Limit))
	}
	for _, f := range e.Foresights {
		if f.Problem == nil {
			panic(fmt.Errorf("networks: foresight %q without a Problem: want a function that makes one", f.Name))
		}
	}
	if e.BatchSizes = slices.Clone(e.BatchSizes); e.Limit == 0 {
		e.Limit = 100_000
	}
	slices.Sort(e.BatchSizes)
	return e
}

// model is a foresight made for every lab.
type model struct {
	name     string
	problems []theory.Problem
}

func (e Experiment) models() []model {
	if len(e.Foresights) == 0 {
		return nil
	}
	all := make([]model, len(e.Foresights))
	made := nqmkit.Grid("model", spaced(len(all)), "lab", spaced(len(e.Labs)), func(k, lab float64) theory.Problem {
		return e.Foresights[int(k)].Problem(e.Labs[int(lab)])
	}).Results
	if len(made) < len(all)*len(e.Labs) {
		panic(fmt.Errorf("networks: interrupted before the models were measured"))
	}
	for k, p := range made {
		if err := p.Validate(); err != nil {
			panic(fmt.Errorf("networks: foresight %q: %w", e.Foresights[k/len(e.Labs)].Name, err))
		}
	}
	for k, f := range e.Foresights {
		all[k] = model{f.Name, made[k*len(e.Labs) : (k+1)*len(e.Labs)]}
	}
	return all
}

// points are those of all methods, one after the other.
func (e Experiment) points(models []model, problem string) []theory.TrainedSteps {
	if len(e.Methods) == 0 {
		return nil
	}
	return nqmkit.Grid("method", spaced(len(e.Methods)), "batch", spaced(len(e.BatchSizes)), func(method, batch float64) theory.TrainedSteps {
		p := point{Experiment: e, method: e.Methods[int(method)], batch: e.BatchSizes[int(batch)]}
		foreseen := p.foresee(models)
		guess := 1. / 32
		asked := foreseen
		if sharesRate(p.method) && len(asked) > 0 {
			asked = asked[:1]
			if !math.IsInf(asked[0].Steps, 1) {
				guess = asked[0].LearningRate
			}
		}
		p.Limit = limitBy(asked, p.Limit)
		compute := func() theory.TrainedSteps { return p.train(guess) }
		var s theory.TrainedSteps
		if e.Keep == "" {
			s = compute()
		} else {
			s = nqmkit.Cached(e.Keep, p.inputs(guess), compute)
		}
		s.Problem = problem
		s.Foreseen = p.losses(foreseen, models, s)
		return s
	}).Results
}

// limitBy is ten times what the slowest of the models that arrive predicts, up to limit.
func limitBy(models []theory.ForeseenSteps, limit int) int {
	slowest := 0.0
	for _, f := range models {
		if !math.IsInf(f.Steps, 1) {
			slowest = math.Max(slowest, f.Steps)
		}
	}
	if slowest == 0 {
		return limit
	}
	return min(limit, 100+int(10*slowest))
}

// point is one method at one batch size.
type point struct {
	Experiment
	method nqmkit.Sampler
	batch  float64
}

// inputs are what a point is made from.
func (p point) inputs(guess float64) any {
	var labs []string
	for _, l := range p.Labs {
		labs = append(labs, textOf(l), theory.Fingerprint(l.Optimum))
	}
	return []any{labs, at(p.method, 1, p.batch).String(), p.Target, p.Runs, p.Limit, guess}
}

// at is a method with another learning rate and batch size.
func at(m nqmkit.Sampler, rate, batch float64) nqmkit.Sampler {
	switch m := m.(type) {
	case theory.Optimizer:
		m.LearningRate = rate
		return m.Batch(batch)
	case nqmkit.Adaptive:
		m.LearningRate = rate
		return m.Batch(batch)
	case nqmkit.Preconditioned:
		m.Optimizer.LearningRate = rate
		return m.Batch(batch)
	}
	panic(fmt.Errorf("networks: a search for the learning rate of %v: want a theory.Optimizer, an nqmkit.Preconditioned or an nqmkit.Adaptive", m))
}

// modelled is the method with a closed form that stands for m: of a Preconditioned the
// same with the exact H, and of an Adaptive with momentum β₁, heavy ball of averaged
// gradients preconditioned by H^-½.
func modelled(m nqmkit.Sampler) theory.Optimizer {
	switch m := m.(type) {
	case theory.Optimizer:
		return m
	case nqmkit.Preconditioned:
		return m.Optimizer
	case nqmkit.Adaptive:
		return nqmkit.Momentum(1, m.Beta1).Precondition(0.5).Segments(m.Schedule...)
	}
	panic(fmt.Errorf("networks: %v has no model", m))
}

// sharesRate says that a learning rate means the same to m and to what is modelled of it.
func sharesRate(m nqmkit.Sampler) bool {
	_, adaptive := m.(nqmkit.Adaptive)
	return !adaptive
}

// lengthOf returns how many steps the schedule of m has, and whether it is stretched to the
// run beyond these.
func lengthOf(m nqmkit.Sampler) (fixed int, stretched bool) {
	s := modelled(m).Schedule
	if a, ok := m.(nqmkit.Adaptive); ok {
		s = a.Schedule
	}
	for _, g := range s {
		fixed += g.Steps
	}
	whole := 0
	for _, g := range must(theory.Optimizer{Schedule: s}.Over(fixed + 1)).Schedule {
		whole += g.Steps
	}
	return fixed, whole > fixed
}

// nameOf is a method's text without learning rate and batch size.
func nameOf(m nqmkit.Sampler) string {
	text := at(m, 1, 1).String()
	for _, part := range []string{" α=1", ", B=1"} {
		text = strings.Replace(text, part, "", 1)
	}
	return strings.Replace(text, ",", "", 1)
}

// looksUpTo are the steps at which the loss is looked at.
func looksUpTo(limit int) []int {
	var looks []int
	for t := 0; t <= limit; t += max(1, t/10) {
		looks = append(looks, t)
	}
	return looks
}

// firstAt returns where losses that are seen at steps are first at a target, +Inf where
// nowhere.
func firstAt(steps []int, losses []float64, target float64) float64 {
	for k, v := range losses {
		if v <= target {
			return crossing(steps, losses, k, target)
		}
	}
	return math.Inf(1)
}

// crossing is where the line through looks k-1 and k, by the logarithm of the loss, is at
// the target.
func crossing(steps []int, losses []float64, k int, target float64) float64 {
	if k == 0 || math.IsInf(losses[k-1], 1) {
		return float64(steps[k])
	}
	before, now := losses[k-1], math.Max(losses[k], 1e-300)
	share := math.Log(target/now) / math.Log(before/now) // of the way back
	return float64(steps[k]) - share*float64(steps[k]-steps[k-1])
}

// seen is what the runs of one learning rate looked like.
type seen struct {
	steps  []int
	losses [][]float64 // of each run
	mean   []float64
}

// run trains some runs, the first of which is given, with one learning rate until it is known
// where the average loss crosses the target, with an interval where that is asked for, or up
// to the limit. Looks before from are few.
func (p point) run(rate float64, first, count, from, limit int, interval bool) seen {
	s := seen{losses: make([][]float64, count)}
	begin := func(k, steps int) *training {
		return newTraining(p.Labs[(first+k)%len(p.Labs)], at(p.method, rate, p.batch), steps, p.Runs.Seed, first+k)
	}
	fixed, stretched := lengthOf(p.method)
	runs := make([]*training, count)
	for k := range runs {
		runs[k] = begin(k, max(limit, fixed))
	}
	for _, t := range fewBefore(looksUpTo(limit), from) {
		mean := 0.0
		for k, r := range runs {
			upTo := t
			switch {
			case stretched && t < fixed: // no run is shorter than its schedule
				upTo = 0
			case stretched:
				r = begin(k, t)
			}
			v := r.lossAfter(upTo)
			s.losses[k] = append(s.losses[k], v)
			mean += v / float64(count)
		}
		s.steps, s.mean = append(s.steps, t), append(s.mean, mean)
		known := settled(s.steps, s.mean, p.Target)*window*1.1 <= float64(t)
		if math.IsInf(mean, 1) || known && !(interval && math.IsInf(jackknife(s, p.Target).High, 1)) { // of part of the runs it may be later
			break
		}
	}
	return s
}

// train searches the learning rate.
func (p point) train(guess float64) theory.TrainedSteps {
	fewest := math.Inf(1)
	search := searchRate(guess, func(rate float64) theory.TriedRate {
		from, limit := 0, p.Limit
		if !math.IsInf(fewest, 1) {
			from, limit = int(fewest/2), min(p.Limit, 1+int(fewest*window*1.1*5/4))
		}
		s := p.run(rate, 0, p.Runs.Trials, from, limit, false)
		t := settled(s.steps, s.mean, p.Target)
		fewest = math.Min(fewest, t)
		return theory.TriedRate{LearningRate: rate, Steps: t, Limit: limit}
	})
	r := theory.TrainedSteps{
		Method: nameOf(p.method), Target: p.Target, BatchSize: p.batch, Trials: p.Runs.Trials, Seed: p.Runs.Seed,
		LearningRate: search.best, Edge: search.edge, Tried: search.tried,
	}
	r.Steps = theory.Estimate{Name: "steps", Value: fewest, Low: fewest, High: fewest}
	if math.IsInf(fewest, 1) {
		return r
	}
	// The best of several noisy numbers is lower than what it is the number of: others count.
	fresh := p.run(search.best, p.Runs.Trials, 2*p.Runs.Trials, int(fewest/(window*window)), min(p.Limit, 100+int(5*fewest)), true)
	r.Steps, r.Trials = jackknife(fresh, p.Target), len(fresh.losses)
	for k, t := range fresh.steps {
		if t > 0 && float64(t) <= r.Steps.Value {
			r.Looks, r.Losses = append(r.Looks, t), append(r.Losses, fresh.mean[k])
		}
	}
	return r
}

const (
	// window is how far to both sides losses are looked at for a crossing, as a factor.
	window = 1.4
	// looksOnTheWay are those of a curve before that.
	looksOnTheWay = 6
)

// settled returns where losses cross a target: where the straight line of the logarithm of the loss
// over t, fitted to the looks at T/1.4 to 1.4 T, is at the target at T itself. The first look
// that is below it by chance does not count, as it would if noise were cut off by the first
// hit. It is +Inf where the looks do not go on to 1.4 T.
func settled(steps []int, losses []float64, target float64) float64 {
	t := firstAt(steps, losses, target)
	for range 50 {
		if !(t*window <= float64(steps[len(steps)-1])) {
			return math.Inf(1)
		}
		var x, y []float64
		for k, step := range steps {
			if at := float64(step); at >= t/window && at <= t*window && at > 0 && !math.IsInf(losses[k], 1) {
				x, y = append(x, at), append(y, math.Log(math.Max(losses[k], 1e-300)))
			}
		}
		if len(x) < 3 {
			return t
		}
		offset, slope := stat.LinearRegression(x, y, nil, false)
		next := t * window // the loss does not fall here
		if slope < 0 {
			next = math.Min(math.Max((math.Log(target)-offset)/slope, t/window), t*window)
		}
		if math.Abs(next-t) < 1e-6*t {
			return next
		}
		t = next
	}
	return t
}

// fewBefore are looks with few before a step.
func fewBefore(looks []int, from int) []int {
	if n, _ := slices.BinarySearch(looks, from); n > looksOnTheWay {
		return append(someOf(looks[:n], looksOnTheWay), looks[n:]...)
	}
	return looks
}

// someOf are n of steps, the last among them, at equal ratios as nearly as may be.
func someOf(steps []int, n int) []int {
	last := steps[len(steps)-1]
	var some []int
	for k := range n {
		want := math.Pow(float64(last), float64(k+1)/float64(n))
		i, _ := slices.BinarySearch(steps, int(math.Round(want)))
		some = append(some, steps[min(i, len(steps)-1)])
	}
	return slices.Compact(some)
}

// jackknife returns the steps of the average with their interval over the runs.
func jackknife(s seen, target float64) theory.Estimate {
	n := len(s.losses)
	all := settled(s.steps, s.mean, target)
	e := theory.Estimate{Name: "steps", Value: all, Low: 0, High: math.Inf(1)}
	if n < 2 || math.IsInf(all, 1) {
		return e
	}
	sum, squares := 0.0, 0.0
	for out := range n {
		rest := make([]float64, len(s.steps))
		for k, v := range s.mean {
			rest[k] = (v*float64(n) - s.losses[out][k]) / float64(n-1)
		}
		t := settled(s.steps, rest, target)
		if math.IsInf(t, 1) {
			return e
		}
		pseudo := float64(n)*math.Log(all) - float64(n-1)*math.Log(t)
		sum, squares = sum+pseudo, squares+pseudo*pseudo
	}
	mean := sum / float64(n)
	variance := math.Max(0, squares/float64(n)-mean*mean) / float64(n-1)
	half := student95(float64(n-1)) * math.Sqrt(variance)
	e.Low, e.High = all*math.Exp(-half), all*math.Exp(half)
	return e
}
