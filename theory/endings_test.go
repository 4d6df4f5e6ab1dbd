package theory

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"nqm/theory/longtest"
)

// randomOptimizer is any optimizer with any settings, extreme ones included.
func randomOptimizer(r *rand.Rand) Optimizer {
	near1 := func() float64 { return math.Min(1-math.Exp(-25*r.Float64()*r.Float64()), 1-0x1p-40) }
	alpha := math.Exp(6*r.Float64() - 4)
	if r.IntN(6) == 0 {
		alpha = math.Exp(200 * (r.Float64() - 0.5))
	}
	o := SGD(alpha)
	switch r.IntN(8) {
	case 1:
		o = Momentum(alpha, near1())
	case 2:
		o = Nesterov(alpha, near1())
	case 3:
		o = QHM(alpha, near1(), 1-r.Float64())
	case 4:
		if o = ScheduleFree(alpha, near1()); r.IntN(3) == 0 {
			o = o.AtY()
		}
	case 5:
		if o = AdEMAMix(alpha, near1(), near1(), 10*r.Float64()); r.IntN(3) == 0 {
			o = o.WarmSlow(1 + int(math.Exp(36*r.Float64())))
		}
	case 6:
		o = DANA(alpha, r.Float64(), 0.5+r.Float64(), math.Exp(6*r.Float64()))
	}
	if r.IntN(2) == 0 {
		o.BatchSize = math.Exp(14 * r.Float64())
	}
	if r.IntN(2) == 0 {
		o = o.Lookahead(1+int(math.Exp(11.5*r.Float64())), 1-r.Float64())
	}
	switch r.IntN(5) {
	case 0:
		o = o.EMA(near1())
	case 1:
		o = o.Average()
	case 2:
		o = o.TailAverage(int(math.Exp(36 * r.Float64())))
	}
	if r.IntN(6) == 0 {
		o = o.Precondition(r.Float64())
	}
	if r.IntN(8) == 0 {
		o = o.WithDecay(0.1 * r.Float64())
	}
	if r.IntN(5) == 0 {
		steps := 0
		if r.IntN(2) == 0 {
			steps = int(math.Exp(42 * r.Float64()))
		}
		o.Schedule = Schedule{{Steps: steps, Shape: Shape(r.IntN(4)), From: 1, To: r.Float64()}}
	}
	return o
}

// randomQuestionProblem is a problem of any size that a line may ask about.
func randomQuestionProblem(r *rand.Rand) Problem {
	var p Problem
	switch r.IntN(4) {
	case 0:
		p = must(List(math.Exp(6 * r.Float64())))
	case 1:
		p = must(LogUniform(2+r.IntN(20), 1, math.Exp(-20*r.Float64())))
	case 2:
		p = must(PowerLaw(1+int(math.Exp(20.7*r.Float64())), 2*r.Float64()))
	default:
		p = must(List(1, 0.3, 0.01))
	}
	p.Streaming = r.IntN(8) == 0
	return p
}

// freed is an optimizer with its learning rate free, and some others that it has.
func freed(r *rand.Rand, o Optimizer) Optimizer {
	o.LearningRate = Free
	if o.Momentum != 0 && r.IntN(2) == 0 {
		o.Momentum = Free
	}
	if o.Decay != 0 && r.IntN(2) == 0 {
		o.Decay = Free
	}
	return o
}

// Every question has an answer or an error: random optimizers at random and extreme
// settings by random questions, within the time that a reader may wait. More of them:
//
//	go test ./theory -run QuestionEnds -seed 7 -cases 500 -timeout 1h
func TestEveryQuestionEnds(t *testing.T) {
	patience, questions := 20*time.Second, 2*tuneCases()
	r := rand.New(rand.NewPCG(*tuneSeed, 6))
	if testing.Short() { // also under the race detector
		patience = 4 * time.Minute
	}
	for range questions {
		p, o := randomQuestionProblem(r), randomOptimizer(r)
		free, pieces, plain := freed(r, o), 1+r.IntN(6), SGD(Free).Batch(o.batchSize()).Precondition(o.Power)
		steps := int(math.Exp(43 * r.Float64() * r.Float64()))
		target := math.Exp(4 - 12*r.Float64())
		tuned := func(limit int) error {
			a, err := Tune(p, target, free, limit)
			if s := a.Steps; err == nil && s.Outcome == Reached && s.Steps > 0 && len(free.Schedule) == 0 && !(s.Before > target && s.Loss <= target) {
				t.Errorf("%v on %v: %g after %d steps, %g before: want the first at or below %g", free, p, s.Loss, s.Steps, s.Before, target)
			}
			return err
		}
		asks := []struct {
			name string
			ask  func() error
		}{
			{"Expect", func() error { return second(Expect(p, []int{steps / 2, steps + 1}, o)) }},
			{"Moments", func() error { return second(Moments(p, steps, o)) }},
			{"RateOf", func() error { return second(RateOf(p, o)) }},
			{"DampingOf", func() error { return second(DampingOf(o, p.Curvature[0])) }},
			{"StabilityLimit", func() error { return second(StabilityLimit(p, o)) }},
			{"StabilityWindows", func() error { return second(StabilityWindows(p, o)) }},
			{"StepsToTarget", func() error { return second(StepsToTarget(p, target, o, 0)) }},
			{"StepsToTarget within", func() error { return second(StepsToTarget(p, target, o, min(steps+1, MaxSteps))) }},
			{"LossQuantiles", func() error { return second(LossQuantiles(p, steps, o, 0.05, 0.5)) }},
			{"TuneLoss", func() error { return second(TuneLoss(p, min(steps+1, MaxSteps), free)) }},
			{"Tune", func() error { return tuned(0) }},
			{"Tune within", func() error { return tuned(min(steps+1, MaxSteps)) }},
			{"LossFan", func() error {
				return second(LossFan(p, slices.Compact([]int{0, steps / 9, steps / 3, steps/3 + 1, steps + 2}), o))
			}},
			{"NoiseScalesOf", func() error { return second(NoiseScalesOf(p, []int{steps / 2, steps + 1}, o)) }},
			{"PhaseMapOf", func() error { return second(PhaseMapOf(p, 20)) }},
			{"SummaryOf", func() error { return second(SummaryOf(p)) }},
			{"BestSchedule", func() error { return second(BestSchedule(p, min(steps+pieces, MaxSteps), plain, pieces)) }},
			{"ScheduleToTarget", func() error { return second(ScheduleToTarget(p, target, plain, pieces)) }},
			{"BestBatchSchedule", func() error { return second(BestBatchSchedule(p, float64(steps)*o.batchSize(), plain, pieces)) }},
			{"BayesGap", func() error { return second(BayesGap(p, []int{steps}, o)) }},
			{"SteadyState", func() error { _, _, err := SteadyState(p, o); return err }},
		}
		q := asks[r.IntN(len(asks))]
		text := fmt.Sprintf("%s of %v (%v) on %v at t = %d, target %g", q.name, o, free, p, steps, target)
		done, from := make(chan error, 1), longtest.CPU()
		go func() { done <- q.ask() }()
		for ended := false; !ended; {
			select {
			case <-done:
				ended = true
			case <-time.After(100 * time.Millisecond):
			}
			switch took := longtest.CPU() - from; {
			case ended && took > time.Second:
				t.Log(took, text)
			case !ended && took > patience:
				t.Fatalf("no answer in %v of processor time: %s", patience, text)
			}
		}
	}
}

// Questions that had not ended in half a minute.
func TestQuestionsThatDidNotEnd(t *testing.T) {
	p := must(List(1, 0.1))
	limit := must(StabilityLimit(p, SGD(1).Lookahead(50, 0.9)))
	for _, from := range []int{1_000_000, MaxSteps} {
		if l := must(StabilityLimit(p, SGD(1).Lookahead(50, 0.9).TailAverage(from))); l != limit {
			t.Errorf("limit %v with an average from %d, not %v", l, from, limit)
		}
	}
	// The cycle multiplies by 1 - s + s (1-x)^k, nearly s (1-x)^k.
	const x = 0.566 * 126.3
	r := must(RateOf(must(List(126.3)), SGD(0.566).Lookahead(1000, 0.162).EMA(0.5)))
	near(t, "radius", r.Radius, (x-1)*math.Pow(0.162, 1./1000), 1e-12)
	if r.Stable {
		t.Errorf("%v is stable", r)
	}
	linear := SGD(0.5)
	linear.Schedule = Schedule{{Shape: LinearRate, From: 1}}
	free := linear
	free.LearningRate = Free
	streaming := p
	streaming.Streaming = true
	for _, err := range []error{
		second(ExpectedLoss(p, 1<<62, linear)), second(StepsToTarget(p, 0.1, linear, MaxSteps)), second(TuneLoss(p, MaxSteps, free)),
		second(ExpectedLoss(streaming, 1<<62, SGD(0.5))),
	} {
		if err == nil || !strings.Contains(err.Error(), "steps are too many, want at most") {
			t.Errorf("error %v", err)
		}
	}
	if _, err := ExpectedLoss(p, 1_000_000, linear); err != nil {
		t.Error(err)
	}
}

// Two settings of an average over Lookahead, which wanted up to a thousand directions, no
// schedule and no multiplicative noise: no grid reaches the target a step earlier.
func TestTuneAveragesOfLookahead(t *testing.T) {
	joint := Momentum(Free, Free).Lookahead(5, 0.5).Average()
	list := must(List(1, 0.1))
	streaming := list
	streaming.Streaming = true
	for _, ask := range []struct {
		p      Problem
		o      Optimizer
		target float64
	}{{list, joint, 0.05}, {streaming, joint, 0.02}, {list, joint.Cosine(), 0.05}, {must(PowerLaw(1e5, 1)), joint, 0.5}} {
		s := must(Tune(ask.p, ask.target, ask.o, 0))
		if s.Steps.Outcome != Reached || s.BestBefore <= ask.target {
			t.Errorf("%v", s)
			continue
		}
		n := 24
		if ask.p.Law.Count > 0 {
			n = 5
		}
		for i := range n {
			for j := range n {
				o := ask.o
				o.LearningRate, o.Momentum = 4*math.Exp(-7*float64(i)/float64(n)), 1-math.Exp(-6*float64(j+1)/float64(n))
				if o, err := o.Over(s.Steps.Steps - 1); err != nil {
					t.Fatal(err)
				} else if loss := must(ExpectedLoss(ask.p, s.Steps.Steps-1, o)); loss <= ask.target {
					t.Errorf("%v: %v reaches %g a step before", s, o, loss)
				}
			}
		}
	}
}

// Where the answer's steps are more than can be looked at one by one, T is the first step
// of the two at which its loss is asked: it was a step too late, after twenty searches.
func TestTuneBeyondWhatIsScanned(t *testing.T) {
	const target = 0.489
	s := must(Tune(must(PowerLaw(9946, 1.668)), target, Nesterov(Free, 0.996).Lookahead(10_000, 0.48).Average(), 0)).Steps
	if s.Outcome != Reached || s.Steps < 20_000 || !(s.Before > target && s.Loss <= target) {
		t.Errorf("%v", s)
	}
}

// At the last step that an int has, which no sentinel may be, a question is answered or
// refused as it is one step earlier.
func TestTheLastStepIsNoSentinel(t *testing.T) {
	r := rand.New(rand.NewPCG(*tuneSeed, 9))
	refused, answered := 0, 0
	for range 6 * tuneCases() {
		p, o := randomQuestionProblem(r), randomOptimizer(r)
		if n := o.changing(); n > 100_000 && n < forever { // steps that are all taken
			continue
		}
		if r.IntN(2) == 0 {
			p, o.Schedule = must(List(1.5, 0.1)), Schedule{{Steps: r.IntN(3) * 10, Shape: Shape(r.IntN(4)), From: float64(1 + r.IntN(2)), To: r.Float64()}}
			p.Streaming = r.IntN(3) == 0
		}
		for name, ask := range map[string]func(t int) error{
			"Expect":        func(t int) error { return second(Expect(p, []int{t}, o)) },
			"Moments":       func(t int) error { return second(Moments(p, t, o)) },
			"LossQuantiles": func(t int) error { return second(LossQuantiles(p, t, o, 0.5)) },
		} {
			before := ask(math.MaxInt - 1)
			done := make(chan error, 1)
			go func() { done <- ask(math.MaxInt) }()
			select {
			case at := <-done:
				if (at == nil) != (before == nil) {
					t.Errorf("%s of %v on %v: %v in the last step, %v before it", name, o, p, at, before)
				}
			case <-time.After(time.Minute):
				t.Fatalf("%s of %v on %v does not end in the last step; one step before it: %v", name, o, p, before)
			}
			if before == nil {
				answered++
			} else {
				refused++
			}
		}
	}
	if answered < 40 || refused < 40 {
		t.Errorf("%d answered and %d refused", answered, refused)
	}
}

// A search is charged for each of its losses, and ends with a sentence where it has no
// work left.
func TestSearchesEnd(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 1))
	ended := 0
	for range 60 {
		p, o := randomQuestionProblem(r), freed(r, randomOptimizer(r))
		k, err := newTuner(p, o)
		if err != nil {
			continue
		}
		steps := 1 + r.IntN(40)
		dirs, _ := k.directions(0)
		stretched, err := k.inside().Over(steps)
		if err != nil || stretched.Validate() != nil {
			continue
		}
		const plenty = 1e12
		k.left = plenty
		k.lossOn(0, k.inside(), steps)
		one := plenty - k.left
		followed, _ := followedSteps(p, steps, stretched)
		if least := float64(len(dirs)) * math.Max(1, float64(followed)); one < least {
			t.Errorf("%v on %v: %g spent for %d steps on %d directions, want at least %g", o, p, one, followed, len(dirs), least)
		}
		losses := 0
		err = k.within(50.5*one, func() error {
			for losses = 0; losses < 1000; losses++ {
				k.lossOn(0, k.inside(), steps)
			}
			return nil
		})
		if err == nil || !strings.Contains(err.Error(), "want fewer free settings, fewer directions or fewer steps") || losses != 50 {
			t.Errorf("%v on %v: after %d losses %v", o, p, losses, err)
		}
		ended++
	}
	if ended < 30 {
		t.Errorf("%d searches", ended)
	}
}

// A start at or below the target is the answer, also of methods that diverge with every
// setting.
func TestTuneStartsAtTheTarget(t *testing.T) {
	p := must(List(1, 0.3, 0.01)) // starts at 0.655
	for _, o := range []Optimizer{DANA(16, 1.5, 16, Free), Momentum(100, Free), SGD(Free)} {
		s := must(Tune(p, 3, o, 0))
		if s.Steps.Outcome != Reached || s.Steps.Steps != 0 || math.Abs(s.BestBefore-0.655) > 1e-12 {
			t.Errorf("%v", s)
		}
		if row := fmt.Sprint(s.Records()); strings.Contains(row, "NaN") { // the effective learning rate of DANA
			t.Error(row)
		}
	}
}
