package networks_test

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/nqmkit/networks"
	"nqm/theory"
)

// The counts of the classes are those that the repository lists for its test set.
func TestDigitsAreTheTestSet(t *testing.T) {
	d := networks.Digits()
	if err := d.Validate(); err != nil {
		t.Fatal(err)
	}
	counts := make([]int, 10)
	for _, l := range d.Labels {
		counts[l]++
	}
	if want := []int{178, 182, 177, 183, 181, 182, 181, 179, 174, 180}; !slices.Equal(counts, want) {
		t.Errorf("digits %v, want %v", counts, want)
	}
	for k, x := range d.Inputs {
		if len(x) != 64 || slices.Min(x) < 0 || slices.Max(x) > 1 {
			t.Fatalf("image %d: %d pixels from %v to %v, want 64 from 0 to 1", k, len(x), slices.Min(x), slices.Max(x))
		}
	}
}

// Digits that a user changes are the user's: they are those of the file in the next call.
func TestDigitsAreNotShared(t *testing.T) {
	kept := networks.Digits()
	first, labels := slices.Clone(kept.Inputs[5]), slices.Clone(kept.Labels)
	mine := networks.Digits()
	for k, row := range mine.Inputs {
		for i := range row {
			row[i] = -1
		}
		mine.Inputs[k], mine.Labels[k] = nil, 3
	}
	for _, d := range []networks.Data{kept, networks.Digits()} {
		if !slices.Equal(d.Inputs[5], first) || !slices.Equal(d.Labels, labels) {
			t.Errorf("digit 5 has %v and label %d after another's change", d.Inputs[5], d.Labels[5])
		}
	}
}

func TestSizes(t *testing.T) {
	d := networks.Digits()
	for want, n := range map[int]*networks.Network{650: networks.Softmax(d), 2410: networks.MLP(d, 32), 610: networks.MLP(d, 8), 666: networks.Conv(d, 4, 8)} {
		if n.Parameters() != want || len(n.Start()) != want {
			t.Errorf("%v: %d parameters and a start of %d, want %d", n, n.Parameters(), len(n.Start()), want)
		}
	}
}

// A linear network on a teacher's data has the teacher's moments, within five standard
// errors.
func TestTeacherIsWhatItSays(t *testing.T) {
	const n, sigma = 4000, 0.5
	h := []float64{2, 0.5, 0.1}
	d := networks.Teacher(n, sigma, 3, h...)
	for i, want := range h {
		sum := 0.0
		for _, x := range d.Inputs {
			sum += x[i] * x[i] / n
		}
		if math.Abs(sum-want) > 5*want*math.Sqrt(2./n) {
			t.Errorf("E x[%d]² = %v, want %v", i, sum, want)
		}
	}
	noise := 0.0
	for k, x := range d.Inputs {
		off := d.Targets[k][0]
		for _, v := range x {
			off -= v
		}
		noise += off * off / n
	}
	if math.Abs(noise-sigma*sigma) > 5*sigma*sigma*math.Sqrt(2./n) {
		t.Errorf("σ² = %v, want %v", noise, sigma*sigma)
	}
}

func TestBadInput(t *testing.T) {
	good := func() networks.Data { return labelled(4) }
	changed := func(f func(d *networks.Data)) networks.Data {
		d := good()
		d.Inputs = slices.Clone(d.Inputs)
		f(&d)
		return d
	}
	net := networks.Softmax(good())
	for _, c := range []struct {
		want string
		f    func()
	}{
		{"without inputs", func() { networks.Softmax(networks.Data{}) }},
		{"input 2 has 3 numbers", func() { networks.Softmax(changed(func(d *networks.Data) { d.Inputs[2] = d.Inputs[2][:3] })) }},
		{"6 examples with 5 answers", func() { networks.Softmax(changed(func(d *networks.Data) { d.Labels = d.Labels[:5] })) }},
		{"want either", func() { networks.Softmax(changed(func(d *networks.Data) { d.Labels = nil })) }},
		{"want either", func() { networks.Softmax(changed(func(d *networks.Data) { d.Targets = d.Inputs })) }},
		{"label -1 of example 3", func() { networks.Softmax(changed(func(d *networks.Data) { d.Labels[3] = -1 })) }},
		{"label 2 of example 0: want 0 to 1", func() { networks.Softmax(changed(func(d *networks.Data) { d.Classes = 2 })) }},
		{"input 1 has NaN in place 0", func() {
			networks.Softmax(changed(func(d *networks.Data) { d.Inputs[1] = []float64{math.NaN(), 0, 0, 0} }))
		}},
		{"target 0 has +Inf", func() {
			networks.MLP(networks.Data{Inputs: [][]float64{{1}}, Targets: [][]float64{{math.Inf(1)}}}, 2)
		}},
		{"hidden widths []", func() { networks.MLP(good()) }},
		{"hidden widths [3 0]", func() { networks.MLP(good(), 3, 0) }},
		{"no square image", func() { networks.Conv(labelled(5), 2) }},
		{"an image of 2x2", func() { networks.Conv(good(), 2) }},
		{"penalty -1", func() { net.Penalty(-1) }},
		{"start of 3 numbers for 15", func() { net.From(make([]float64, 3)) }},
		{"gradient of 2 numbers", func() { net.Gradient(make([]float64, 2), net.Start(), nil) }},
		{"batch of 0", func() { net.Gradient(net.Start(), net.Start(), []int{}) }},
		{"example 6 in a batch", func() { net.Gradient(net.Start(), net.Start(), []int{6}) }},
		{"1 rows for the gradients of 2", func() { net.ExampleGradients([][]float64{net.Start()}, net.Start(), []int{0, 1}) }},
		{"direction of 1 numbers", func() { net.HessianProduct(net.Start(), net.Start(), []float64{1}) }},
		{"curvature -1", func() { networks.Teacher(2, 1, 1, -1) }},
		{"σ = -1", func() { networks.NewStream(-1, 1, 1) }},
		{"0 examples", func() { networks.Functions{From: []float64{1}}.New() }},
		{"label 1099511627776 of example 1: want 0 to 1048575", func() { networks.Softmax(changed(func(d *networks.Data) { d.Labels = []int{0, 1 << 40, 1, 0, 1, 0} })) }},
		{"-1 classes: want 1 to 1048576", func() { networks.Softmax(changed(func(d *networks.Data) { d.Classes = -1 })) }},
		{"4 inputs and 1099511627776 outputs", func() { networks.MLP(good(), 1<<40) }},
		{"at most 134217728 numbers", func() { networks.Teacher(1<<40, 1, 1, 1) }},
		{"start with NaN in place 1", func() { net.From(slices.Concat([]float64{0, math.NaN()}, make([]float64, 13))) }},
		{"start of 1 numbers for 2 curvatures", func() {
			s := networks.NewStream(1, 1, 1, 2)
			s.From = s.From[:1]
			train(s)
		}},
		{"no model", func() { train(nil) }},
		{"no model", func() { train((*networks.Network)(nil)) }},
		{"no model", func() { networks.NewLab(nil) }},
		{"Lab without an optimum", func() { train(new(networks.Lab)) }},
		{"start with +Inf in place 0", func() { ownModel(func(f *networks.Functions) { f.From = []float64{math.Inf(1), 0} }) }},
		{"loss of own is NaN in step 0", func() {
			train(ownModel(func(f *networks.Functions) { f.LossAt = func([]float64) float64 { return math.NaN() } }))
		}},
		{"loss of own is +Inf in step 0", func() {
			train(ownModel(func(f *networks.Functions) { f.LossAt = func([]float64) float64 { return math.Inf(1) } }))
		}},
		{"gradient of parameter 1 of own is NaN in step 3", func() { train(faultyFrom(3, math.NaN())) }},
		{"gradient of parameter 1 of own is +Inf in step 5", func() { train(faultyFrom(5, math.Inf(1))) }},
		{"own has loss 0.625 at its start, and over all examples the gradient NaN", func() { networks.NewLab(faultyFrom(0, math.NaN())) }},
		{"index out of range", func() { // in a goroutine of the optimizer's
			calls := 0
			networks.NewLab(ownModel(func(f *networks.Functions) {
				right := f.Gradient
				f.Gradient = func(g, theta []float64, batch []int) {
					if calls++; calls > 2 {
						g = g[:1]
					}
					right(g, theta, batch)
				}
			}))
		}},
		{"point of 1 numbers for 2", func() { networks.Measure(ownModel(nil), []float64{1}, networks.Hessian) }},
		{"point with NaN in place 0", func() { networks.NoiseScale(ownModel(nil), []float64{math.NaN(), 1}) }},
		{"point of 3 numbers for 2", func() { networks.Lanczos(ownModel(nil), []float64{1, 1, 1}, networks.Hessian, 2, nqmkit.Trials(1, 1)) }},
		{"all of 9223372036854775807 examples", func() {
			networks.Leading(networks.NewStream(1, 1, 1, 2), []float64{1, 1}, networks.Hessian, 1, 2, 1)
		}},
		{"gradient of example 2 of own in parameter 1 is NaN", func() { networks.NoiseScale(faultyExample(math.NaN()), []float64{1, 1}) }},
		{"gradient of example 2 of own in parameter 1 is +Inf", func() { networks.Measure(faultyExample(math.Inf(1)), []float64{1, 1}, networks.Hessian) }},
		{"gradient of example 2 of own in parameter 1 is -Inf", func() {
			networks.Lanczos(faultyExample(math.Inf(-1)), []float64{1, 1}, networks.Hessian, 2, nqmkit.Trials(1, 1))
		}},
		{"gradient of example 2 of own in parameter 1 is NaN", func() {
			networks.Leading(faultyExample(math.NaN()), []float64{1, 1}, networks.Hessian, 1, 2, 1)
		}},
		{"noise of own is +Inf", func() { networks.NoiseScale(faultyExample(1e200), []float64{1, 1}) }},
		{"noise of own is +Inf", func() { networks.Measure(faultyExample(1e200), []float64{1, 1}, networks.Hessian) }},
		{"noise of own is +Inf", func() {
			networks.Lanczos(faultyExample(1e200), []float64{1, 1}, networks.Hessian, 2, nqmkit.Trials(1, 1))
		}},
		{"trace of the Hessian of own is 0", func() {
			networks.Lanczos(ownModel(func(f *networks.Functions) { f.Gradient = func(g, _ []float64, _ []int) { g[0], g[1] = 1, 2 } }), []float64{1, 1}, networks.Hessian, 2, nqmkit.Trials(1, 1))
		}},
		{"measurement of 0 parameters", func() { networks.Measurement{}.Problem(nil) }},
		{"target 1 of own: want a number > 0 and below 0.625", func() { predict(networks.Experiment{Target: 1}) }},
		{"starts at a loss of 0 above the minimum", func() { predict(networks.Experiment{Labs: []*networks.Lab{networks.NewLab(ownModel(nil)).Near(0)}}) }},
		{"no model", func() { predict(networks.Experiment{Labs: []*networks.Lab{nil}}) }},
		{"limit of -1 steps", func() { predict(networks.Experiment{Limit: -1}) }},
		{`foresight "x" without a Problem`, func() { predict(networks.Experiment{Foresights: []networks.Foresight{{Name: "x"}}}) }},
		{`foresight "x": theory: a problem needs`, func() {
			predict(networks.Experiment{Foresights: []networks.Foresight{{Name: "x", Problem: func(*networks.Lab) theory.Problem { return theory.Problem{} }}}})
		}},
		{"loss NaN at the start in 3 directions", func() { networks.FitSteps(nil, math.NaN(), 3) }},
		{"1 losses at 2 steps of SGD, B=4", func() {
			networks.FitSteps([]theory.TrainedSteps{{Method: "SGD", BatchSize: 4, Looks: []int{1, 2}, Losses: []float64{1}}}, 1, 3)
		}},
	} {
		panics(t, c.want, c.f)
	}
}

func train(m networks.Model) {
	networks.Train(m, 10, nqmkit.Trials(2, 1), nqmkit.SGD(0.1).Batch(2))
}

// predict asks for what is set of an experiment on ownModel.
func predict(e networks.Experiment) {
	if e.Labs == nil {
		e.Labs = []*networks.Lab{networks.NewLab(ownModel(nil))}
	}
	if e.Target == 0 {
		e.Target = 0.1
	}
	e.BatchSizes, e.Methods, e.Runs = []float64{2}, []nqmkit.Sampler{nqmkit.SGD(nqmkit.Free)}, nqmkit.Trials(2, 1)
	e.Run()
}

// ownModel is ½ θ_0² + ⅛ θ_1² from (1, 1) as functions, changed as a user may have it.
func ownModel(change func(f *networks.Functions)) networks.Model {
	f := networks.Functions{
		Name: "own", From: []float64{1, 1}, Count: 4,
		LossAt:   func(theta []float64) float64 { return theta[0]*theta[0]/2 + theta[1]*theta[1]/8 },
		Gradient: func(g, theta []float64, _ []int) { g[0], g[1] = theta[0], theta[1]/4 },
	}
	if change != nil {
		change(&f)
	}
	return f.New()
}

// faultyFrom has a gradient with a value that is none from a step of the first run on.
func faultyFrom(step int, value float64) networks.Model {
	return ownModel(func(f *networks.Functions) {
		right := f.Gradient
		f.Gradient = func(g, theta []float64, batch []int) {
			if right(g, theta, batch); theta[0] <= math.Pow(0.9, float64(step))+1e-9 {
				g[1] = value
			}
		}
	})
}

// faultyExample has an example whose gradient holds a value, and the others as they were.
func faultyExample(value float64) networks.Model {
	return ownModel(func(f *networks.Functions) {
		right := f.Gradient
		f.Gradient = func(g, theta []float64, batch []int) {
			if right(g, theta, batch); len(batch) == 1 && batch[0] == 2 {
				g[1] = value
			}
		}
	})
}

// What is done with a lab leaves its model alone, also one that hands out its own slice.
func TestLabsLeaveTheirModelAlone(t *testing.T) {
	for _, m := range []networks.Model{ownModel(nil), handsOut{ownModel(nil), []float64{1, 1}}} {
		l := networks.NewLab(m)
		for _, part := range []float64{0, 0.5, 3} {
			train(l.Near(part))
		}
		train(m)
		if got := [][]float64{m.Start(), l.Start()}; !slices.Equal(got[0], []float64{1, 1}) || !slices.Equal(got[1], []float64{1, 1}) {
			t.Errorf("%T and its lab start at %v, want (1, 1)", m, got)
		}
	}
}

type handsOut struct {
	networks.Model
	start []float64
}

func (m handsOut) Start() []float64 { return m.start }

// Functions that work in the slices that they are given, or add to a gradient, are the same
// model as those that do neither.
func TestFunctionsOwnTheirSlices(t *testing.T) {
	untidy := ownModel(func(f *networks.Functions) {
		loss := f.LossAt
		f.LossAt = func(theta []float64) float64 {
			defer clear(theta)
			return loss(theta)
		}
		f.Gradient = func(g, theta []float64, _ []int) {
			theta[1] /= 4
			g[0], g[1] = g[0]+theta[0], g[1]+theta[1]
		}
	})
	methods := []nqmkit.Sampler{nqmkit.SGD(0.3), nqmkit.Momentum(0.1, 0.9), nqmkit.Nesterov(0.1, 0.9), nqmkit.SGD(0.3).EMA(0.9), nqmkit.Adam(0.1)}
	results := func(m networks.Model) any {
		theta := []float64{2, 3}
		trace, square := networks.NoiseScale(m, theta)
		return []any{networks.Train(m, 30, nqmkit.Trials(2, 1), methods...), networks.NewLab(m).Optimum, networks.Measure(m, theta, networks.Hessian), trace, square, theta}
	}
	if got, want := results(untidy), results(ownModel(nil)); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// A loss that grows as e^θ overflows at parameters of no great size: with a learning rate
// too large that is divergence, and no fault of the model.
func TestOverflowAfterTheStartIsDivergence(t *testing.T) {
	poisson := ownModel(func(f *networks.Functions) {
		f.LossAt = func(theta []float64) float64 { return math.Exp(theta[0]) - theta[0] + theta[1]*theta[1]/2 }
		f.Gradient = func(g, theta []float64, _ []int) {
			rate := math.Exp(theta[0])
			g[0], g[1] = rate-1, theta[1]+0*rate // an input that is 0
		}
	})
	for _, rate := range []float64{1e3, 1e10, 1e100, 1e300} {
		for _, m := range []nqmkit.Sampler{nqmkit.SGD(rate), nqmkit.Momentum(rate, 0.9), nqmkit.SGD(rate).EMA(0.9), nqmkit.Adam(rate)} {
			loss := networks.Train(poisson, 2000, nqmkit.Trials(2, 1), m)[0].Mean
			if last := loss[len(loss)-1]; !(last > 100) {
				t.Errorf("%v: loss %v, want divergence or near it", m, last)
			}
		}
	}
}

func panics(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("panic %v: want %q in it", err, want)
		}
	}()
	f()
}
