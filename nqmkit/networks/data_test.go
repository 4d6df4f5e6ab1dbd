package networks_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"nqm/nqmkit/networks"
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
	} {
		panics(t, c.want, c.f)
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
