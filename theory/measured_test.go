package theory

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// measuredOnes are random spectra in which some curvatures and noises are negative
// or zero, with all else that a problem may have.
func measuredOne(r *rand.Rand) Problem {
	n := 2 + r.IntN(30)
	p := Problem{Streaming: r.IntN(2) == 0}
	for range n {
		h, c := math.Exp(-5*r.Float64()), r.Float64()
		if k := r.IntN(6); k == 0 {
			h *= -0.05
		} else if k == 1 {
			h = 0
		}
		if r.IntN(5) == 0 {
			c *= -1e-3
		}
		p.Curvature, p.Noise = append(p.Curvature, h), append(p.Noise, c)
		p.Mean, p.Variance = append(p.Mean, r.NormFloat64()), append(p.Variance, r.Float64())
		p.Multiplicity = append(p.Multiplicity, 0.1+3*r.Float64())
	}
	p.Curvature[0] = 1
	return p
}

// What is clipped or set aside leaves the loss of the rest as it is, by the plain
// sum over the directions that are left; the dimension falls by what was set aside.
func TestMeasuredLeavesTheRest(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 1))
	for range 200 {
		raw := measuredOne(r)
		raw.Streaming = false
		for _, chosen := range []Treatments{{Clip, Keep, Clip}, {SetAside, Keep, Clip}, {Clip, SetAside, Clip}, {SetAside, SetAside, Clip}} {
			p := must(raw.Measured(chosen))
			want, dimension := 0.0, 0.0
			for i := range raw.Len() {
				d := raw.Direction(i)
				if h := d.Curvature; h > 0 {
					a, s := 1-0.3*h, d.SecondMoment()
					for range 7 {
						s = a*a*s + 0.3*0.3*max(0, d.Noise)
					}
					want += 0.5 * d.Multiplicity * h * s
				} else if chosen.Flat == SetAside || h < 0 && chosen.Negative == SetAside {
					dimension -= d.Multiplicity
				}
				dimension += d.Multiplicity
			}
			near(t, fmt.Sprint("loss under ", chosen), must(ExpectedLoss(p, 7, SGD(0.3))), want, 1e-12)
			near(t, fmt.Sprint("dimension under ", chosen), p.Dimension(), dimension, 1e-12)
			if chosen.Flat == SetAside {
				if _, err := Expect(p, []int{7}, SGD(0.1).Precondition(0.5)); err != nil {
					t.Errorf("%v: %v", chosen, err)
				}
			}
		}
	}
}

// The note gives the shares, which a few numbers tell by hand.
func TestMeasuredSaysWhatItDid(t *testing.T) {
	p := Problem{Curvature: []float64{8, 1, 0, -0.25, -0.75}, Multiplicity: []float64{1, 1, 6, 1, 1}, Noise: []float64{1, 1, 1, -2e-24, 1}}
	negative := "2 of 5 curvatures are negative, down to -0.75, and "
	noise := "1 of 5 noise variances is negative, down to -2e-24, and taken as 0: 5e-23% of Σ|c|; " // of 2e-24/4·100
	noise = strings.Replace(noise, "5e-23", fmt.Sprintf("%.2g", 100*2e-24/9), 1)
	for _, test := range []struct {
		chosen Treatments
		want   string
	}{
		{Treatments{Negative: Clip}, noise + negative + "taken as 0: 20% of the dimension, 10% of Σ|h|"},
		{Treatments{Negative: SetAside}, noise + negative + "set aside: 20% of the dimension, 10% of Σ|h|"},
		{Treatments{Negative: SetAside, Flat: SetAside}, noise + negative + "set aside: 20% of the dimension, 10% of Σ|h|; 1 of 3 curvatures is 0 and set aside: 75% of the dimension"},
	} {
		q := must(p.Measured(test.chosen))
		if q.Note != test.want {
			t.Errorf("%v: the note is\n%s\nwant\n%s", test.chosen, q.Note, test.want)
		}
		if must(q.Explicit()).Note != q.Note || q.Grouped().Note != q.Note || q.String() != (func() Problem { q.Note = ""; return q }()).String() {
			t.Errorf("%v: the note is lost, or part of the text", test.chosen)
		}
	}
	if q := must(Problem{Curvature: []float64{2, 1, 0}}.Measured(Treatments{})); q.Note != "" || q.Len() != 3 {
		t.Errorf("a valid problem came back as %+v", q)
	}
}

// A twentieth of the sum is tolerated below zero, no more.
func TestMeasuredRefuses(t *testing.T) {
	list := func(h ...float64) Problem { return Problem{Curvature: h} }
	for _, test := range []struct {
		p      Problem
		chosen Treatments
		want   string // empty: none
	}{
		{list(19, -0.99), Treatments{}, ""},
		{list(19, -1.01), Treatments{}, "curvature -1.01, 5% of all absolute values: want at most 5% below 0"},
		{list(1, -0.5, -2), Treatments{}, "curvature -2 and 1 more like it, 71% of all"},
		{list(1, -0.5, -2), Treatments{Negative: Clip}, ""},
		{list(1, -1e-9), Treatments{Negative: Refuse}, "curvature -1e-09: want numbers >= 0"},
		{list(1, 0), Treatments{Flat: Refuse}, "curvature 0: want numbers > 0"},
		{Problem{Curvature: []float64{1, 1}, Noise: []float64{1, -1}}, Treatments{}, "noise -1, 50% of all"},
		{list(1, math.NaN()), Treatments{Negative: Clip}, "Curvature[1] = NaN"},
		{list(-1, -2), Treatments{Negative: SetAside}, "at least one curvature"},
		{Problem{Curvature: []float64{1, 1}, Noise: []float64{1}}, Treatments{Negative: Clip}, "Noise has 1 entries"},
		{list(1), Treatments{Negative: Keep}, "treatment Keep of negative curvature: want Tolerate, Clip, SetAside, Refuse"},
		{list(1), Treatments{Noise: 9}, "treatment Treatment(9) of negative noise"},
	} {
		_, err := test.p.Measured(test.chosen)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%v under %v: got %v, want %q", test.p.Curvature, test.chosen, err, test.want)
		}
	}
}

// A Hessian in float32, rounded entry by entry, is the problem of the exact one
// to the rounding: its eigenvalues are within the norm of what was rounded.
func TestDenseInFloat32(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 2))
	for _, d := range []int{3, 20, 60} {
		q := orthogonal(r, d)
		h := make([]float64, d)
		for i := range h {
			h[i] = 69 * math.Exp(-20*float64(i)/float64(d))
		}
		exact, rounded, off := symmetricOf(q, h), mat.NewDense(d, d, nil), 0.0
		for i := range d {
			for j := range d {
				v := exact.At(i, j) + 69*1e-8*r.NormFloat64()
				rounded.Set(i, j, float64(float32(v)))
				off += math.Pow(rounded.At(i, j)-exact.At(i, j), 2)
			}
		}
		off, slope := math.Sqrt(off), 0.0
		of := func(h float64) float64 { return must(ExpectedLoss(must(List(h)), 30, SGD(0.01))) }
		for k := range 1000 {
			v := 69.1 * float64(k) / 1000
			slope = max(slope, math.Abs(of(v+0.07)-of(v))/0.07)
		}
		p := must(Dense(rounded, rounded, nil, 1))
		if !strings.Contains(p.Note, "the Hessian is asymmetric by up to ") {
			t.Errorf("d = %d: the note is %q", d, p.Note)
		}
		want := must(ExpectedLoss(must(Dense(exact, exact, nil, 1)), 30, SGD(0.01)))
		if got := must(ExpectedLoss(p, 30, SGD(0.01))); math.Abs(got-want) > float64(d)*slope*off || got == want {
			t.Errorf("d = %d: loss %v of the rounded, %v of the exact: want them within %v", d, got, want, float64(d)*slope*off)
		}
	}
	negative := symmetricOf(orthogonal(r, 3), []float64{69, 1, -8e-7})
	if p := must(Dense(negative, nil, nil, 1)); p.Curvature[2] != 0 || !strings.Contains(p.Note, "1 of 3 curvatures is negative, down to -8e-07, and taken as 0") {
		t.Errorf("-8e-7 beside 69: %v, %q", p.Curvature, p.Note)
	}
	var fault Fault
	if _, err := Dense(symmetricOf(orthogonal(r, 2), []float64{1, -1}), nil, nil, 1); !errors.As(err, &fault) || math.Abs(fault.Value+1) > 1e-12 || math.Abs(fault.Share-0.5) > 1e-12 {
		t.Errorf("eigenvalues 1 and -1: %v", err)
	}
	if p := must(Dense(symmetricOf(orthogonal(r, 2), []float64{1, -1}), nil, nil, 1, Treatments{Negative: SetAside})); p.Len() != 1 || len(p.Variance) != 1 {
		t.Errorf("eigenvalues 1 and -1, set aside: %+v", p)
	}
}
