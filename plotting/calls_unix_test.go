//go:build unix

package plotting_test

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"nqm/nqmkit"
	"nqm/plotting"
	"nqm/theory"
	"nqm/theory/longtest"
)

// What one call may take: 20 s of two cores, and 2 GB.
const (
	mostCPU    = 40 * time.Second
	mostMemory = 2 << 30
)

// exact are calls whose steps and dimensions may be any, sampled those that visit every
// one of them.
var (
	exact = []any{
		nqmkit.AdEMAMix, nqmkit.BatchScaling, nqmkit.BayesGap, nqmkit.BestBatchSchedule, nqmkit.BestSchedule,
		nqmkit.BestScheduleFor, nqmkit.CompareSchedules, nqmkit.CriticalBatch, nqmkit.DANA, nqmkit.Damping,
		nqmkit.Expect, nqmkit.ExpectAt, nqmkit.List, nqmkit.LogUniform, nqmkit.LossFan, nqmkit.LossQuantiles,
		nqmkit.Momentum, nqmkit.Nesterov, nqmkit.NoiseScaleOfNorms, nqmkit.NoiseScales, nqmkit.PhaseMap,
		nqmkit.PowerLaw, nqmkit.Prove, nqmkit.QHM, nqmkit.Rate, nqmkit.RatesApplied, nqmkit.SGD,
		nqmkit.ScheduleFree, nqmkit.ScheduleToTarget, nqmkit.SchedulesToTarget, nqmkit.SourceCondition,
		nqmkit.StabilityLimit, nqmkit.StabilityWindows, nqmkit.StepsToTarget, nqmkit.Streaming, nqmkit.Summary,
		nqmkit.Tune, nqmkit.TuneLoss, nqmkit.TwoDirections, nqmkit.WithNoise, nqmkit.WithNoisePower,
		nqmkit.WithStart,
		func(p theory.Problem, t int, o theory.Optimizer, rates []float64) theory.Sweep[theory.Curve] {
			return nqmkit.Sweep("learning rate", rates, func(rate float64) theory.Curve {
				o.LearningRate = rate
				return nqmkit.Expect(p, t, o)[0]
			})
		},
		func(p theory.Problem, target float64, o theory.Optimizer, rates, batches []float64) theory.Sweep[theory.Steps] {
			return nqmkit.Grid("learning rate", rates, "batch size", batches, func(rate, batch float64) theory.Steps {
				o.LearningRate = rate
				return nqmkit.StepsToTarget(p, target, o.Batch(batch))
			})
		},
	}
	sampled = []any{
		nqmkit.Adagrad, nqmkit.Adam, nqmkit.AdamW, nqmkit.Check, nqmkit.CheckAgainst, nqmkit.CheckAt, nqmkit.Compare,
		nqmkit.CompareAt, nqmkit.Coordinate, nqmkit.CurveOf, nqmkit.EMA, nqmkit.EstimateNoiseScale,
		nqmkit.LogSpaced, nqmkit.Lookahead, nqmkit.Observe, nqmkit.Paths, nqmkit.PointAfter, nqmkit.PowersOfTwo,
		nqmkit.PublishedBins, nqmkit.RMSProp, nqmkit.Rademacher, nqmkit.Rotated, nqmkit.Sample, nqmkit.SampleAt,
		nqmkit.SampleStepsToTarget, nqmkit.SecondMoments, nqmkit.SignSGD, nqmkit.SkipAhead, nqmkit.Spaced,
		nqmkit.Steps, nqmkit.StudentT, nqmkit.TailAverage, nqmkit.Trials,
		func(m nqmkit.Sampler, theta, gradient []float64, t int) []float64 {
			d := nqmkit.NewDescent(m, theta, t)
			d.Step(gradient)
			return d.Answer()
		},
	}
)

// numbers are arguments that are usual, at a border, or beyond it.
var (
	numbers = []float64{0.1, 0.5, 0.9, 0.3, 1, 1.5, 2, 3, 0.99, 16, 1000, 0.01, 1e-9, 1e9, 0, 1e-300, 1e300, -1, math.NaN(), math.Inf(1), math.Inf(-1)}
	many    = []int{1, 2, 3, 10, 100, 1000, 5, 20, 10_000, 100_000, 1 << 40, math.MaxInt64, 0, -1}
	few     = []int{1, 2, 3, 5, 10, 20, 50, 100, 0, -1}
)

// draw makes a sequence of calls.
type draw struct {
	*rand.Rand
	pool []reflect.Value // what earlier calls have returned
	told []string        // what was called
}

func one[T any](d *draw, list []T) T { return list[d.IntN(len(list))] }

// number draws an argument, three times of four one of the first half.
func number[T any](d *draw, list []T) T {
	if d.IntN(4) > 0 {
		list = list[:len(list)/2]
	}
	return one(d, list)
}

// argument returns a value of type t, or none.
func (d *draw) argument(t reflect.Type, ints []int) (v reflect.Value, ok bool) {
	var had []reflect.Value
	for _, v := range d.pool {
		if v.Type().AssignableTo(t) {
			had = append(had, v)
		}
	}
	if len(had) > 0 {
		return one(d, had[max(0, len(had)-8):]), true
	}
	switch t.Kind() {
	case reflect.Float64:
		return reflect.ValueOf(number(d, numbers)).Convert(t), true
	case reflect.Int:
		return reflect.ValueOf(number(d, ints)).Convert(t), true
	case reflect.Uint64:
		return reflect.ValueOf(d.Uint64()).Convert(t), true
	case reflect.Bool:
		return reflect.ValueOf(d.IntN(2) == 0).Convert(t), true
	case reflect.Slice:
		list := reflect.MakeSlice(t, 0, 4)
		for range d.IntN(5) {
			e, ok := d.argument(t.Elem(), ints)
			if !ok {
				return v, false
			}
			list = reflect.Append(list, e)
		}
		return list, true
	case reflect.Struct:
		if t != reflect.TypeFor[theory.Segment]() && t != reflect.TypeFor[nqmkit.TorchSGD]() && t != reflect.TypeFor[nqmkit.OptaxSGD]() {
			return v, false
		}
		v = reflect.New(t).Elem()
		for i := range t.NumField() {
			f, ok := d.argument(t.Field(i).Type, ints)
			if ok {
				v.Field(i).Set(f)
			}
		}
		return v, true
	}
	return v, false
}

// chained is a method of an optimizer that returns another one.
func (d *draw) chained() (name string, f reflect.Value, ok bool) {
	o, _ := d.argument(reflect.TypeFor[theory.Optimizer](), many)
	if !o.IsValid() {
		return "", f, false
	}
	var methods []reflect.Method
	for i := range o.Type().NumMethod() {
		if m := o.Type().Method(i); m.Type.NumOut() == 1 && m.Type.Out(0) == o.Type() {
			methods = append(methods, m)
		}
	}
	m := one(d, methods)
	return fmt.Sprintf("(%v).%s", o, m.Name), o.Method(m.Index), true
}

// call makes the next call of the script.
func (d *draw) call(t *testing.T) {
	kind := d.IntN(8)
	ints := many
	var f reflect.Value
	name := ""
	switch {
	case kind < 2:
		var ok bool
		if name, f, ok = d.chained(); !ok {
			return
		}
	case kind < 5:
		f = reflect.ValueOf(one(d, exact))
	default:
		f, ints = reflect.ValueOf(one(d, sampled)), few
	}
	if name == "" {
		name = runtime.FuncForPC(f.Pointer()).Name()
	}
	var arguments []reflect.Value
	text := name
	for i := range f.Type().NumIn() {
		in := f.Type().In(i)
		if f.Type().IsVariadic() && i == f.Type().NumIn()-1 {
			for range d.IntN(3) {
				if a, ok := d.argument(in.Elem(), ints); ok {
					arguments = append(arguments, a)
				}
			}
			continue
		}
		a, ok := d.argument(in, ints)
		if !ok {
			return
		}
		if p, is := a.Interface().(theory.Problem); is && len(ints) == len(few) && size(p) > 1e5 {
			return // each direction is visited
		}
		arguments = append(arguments, a)
	}
	for _, a := range arguments {
		text += fmt.Sprintf(" %.200s", fmt.Sprintf("%+v", a.Interface()))
	}
	d.told = append(d.told, text)
	for _, v := range d.watched(t, func() []reflect.Value { return f.Call(arguments) }) {
		d.look(t, v)
		if v.Kind() == reflect.Slice && v.Len() > 0 {
			d.keep(v.Index(0))
		}
		d.keep(v)
	}
}

// keep makes a result an argument of later calls; numbers are drawn.
func (d *draw) keep(v reflect.Value) {
	if k := v.Kind(); k != reflect.Float64 && k != reflect.Int {
		d.pool = append(d.pool, v)
	}
}

// size is how many directions a problem has; 0 if it is none.
func size(p theory.Problem) float64 {
	if p.Validate() != nil {
		return 0
	}
	return p.Dimension()
}

// watched runs f, which may take so much time and memory, and panic with a sentence.
func (d *draw) watched(t *testing.T, f func() []reflect.Value) (out []reflect.Value) {
	done := make(chan struct{})
	defer close(done)
	begin, trace := longtest.CPU(), strings.Join(d.told, "\n")
	go func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(100 * time.Millisecond):
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			if used := longtest.CPU() - begin; used > mostCPU || m.HeapInuse > mostMemory {
				panic(fmt.Sprintf("%v of processor time and %d MB so far:\n%s", used, m.HeapInuse>>20, trace))
			}
		}
	}()
	defer func() {
		why := recover()
		if why == nil {
			return
		}
		err, is := why.(error)
		_, bug := why.(runtime.Error)
		if !is || bug || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), ": ") || len(err.Error()) > 1000 {
			t.Errorf("%v (%T): want a sentence, from\n%s", why, why, trace)
		}
		out = nil
	}()
	return f()
}

// look checks a result: it holds no NaN, and has a text and, if any, a picture and a
// table that can be saved.
func (d *draw) look(t *testing.T, v reflect.Value) {
	switch r := v.Interface().(type) {
	case theory.Optimizer, nqmkit.Adaptive, nqmkit.Wrapped, nqmkit.Noisy, nqmkit.Statistic, nqmkit.Runs:
		return // as they were given; what is asked of them refuses
	case theory.Problem:
		if err := r.Validate(); err != nil {
			t.Errorf("%v, from\n%s", err, strings.Join(d.told, "\n"))
			return
		}
	}
	if at := nan(v, 0); at != "" {
		t.Errorf("%s is NaN, from\n%s", at, strings.Join(d.told, "\n"))
	}
	if d.IntN(4) > 0 || v.Kind() == reflect.Float64 {
		return
	}
	path := filepath.Join(t.TempDir(), one(d, []string{"a.svg", "a.csv", "a.json", "a.html"}))
	d.told = append(d.told, fmt.Sprintf("plotting.Save(%q, %T)", filepath.Base(path), v.Interface()))
	d.watched(t, func() []reflect.Value {
		if strings.HasSuffix(path, "svg") || strings.HasSuffix(path, "html") {
			plotting.Save(path, v.Interface())
		} else {
			nqmkit.Save(path, v.Interface())
		}
		if data, err := os.ReadFile(path); err != nil || len(data) == 0 || !strings.HasSuffix(path, "html") && strings.Contains(string(data), "NaN") {
			t.Errorf("%d bytes, %v, from\n%s", len(data), err, strings.Join(d.told, "\n"))
		}
		return nil
	})
}

// documented are the fields that are NaN where there is no such number, as they say.
var documented = map[string]bool{"Scaling.BayesSamples": true, "Scaling.MaximumLikelihood": true, "CriticalBatch.BatchSize": true, "CriticalFit.Misfit": true}

// nan says where in v a number is NaN.
func nan(v reflect.Value, depth int) string {
	if depth > 6 {
		return ""
	}
	switch v.Kind() {
	case reflect.Float64:
		if math.IsNaN(v.Float()) {
			return "a number"
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[theory.Optimizer]() {
			return ""
		}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !documented[v.Type().Name()+"."+f.Name] {
				if at := nan(v.Field(i), depth+1); at != "" {
					return f.Name + ": " + at
				}
			}
		}
	case reflect.Slice:
		for i := range min(v.Len(), 1000) {
			if at := nan(v.Index(i), depth+1); at != "" {
				return fmt.Sprintf("[%d] %s", i, at)
			}
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return nan(v.Elem(), depth+1)
		}
	}
	return ""
}

// A fuzz target would give up an input after ten seconds on the clock, busy machine or
// not, so the sequences are counted here; the gate looks at some that nobody saw before:
//
//	go test ./plotting -run TestRandomCalls -calls 1000 -calls-seed 5
var (
	calls     = flag.Int("calls", 20, "random sequences of calls to look at")
	callsSeed = flag.Uint64("calls-seed", 1, "which of them")
)

// Whatever is called after what, with whatever arguments: it is answered or refused in a
// sentence, within time and memory, and nothing is NaN.
func TestRandomCalls(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short: the race detector takes ten times as long")
	}
	r := rand.New(rand.NewPCG(*callsSeed, 1))
	for range *calls {
		d := &draw{Rand: rand.New(rand.NewPCG(r.Uint64(), r.Uint64()))}
		for _, v := range []any{nqmkit.List(1, 0.3, 0.01), nqmkit.PowerLaw(100, 1), nqmkit.SGD(0.1), nqmkit.Momentum(0.05, 0.9), nqmkit.Trials(20, 1)} {
			d.keep(reflect.ValueOf(v))
		}
		for range 25 {
			d.call(t)
		}
	}
}
