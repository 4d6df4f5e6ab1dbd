package nqmkit_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"nqm/nqmkit"
	"nqm/theory"
)

// skew is a dense problem of two coordinates none of whose matrices commute.
func skew() nqmkit.Dense {
	return nqmkit.Dense{
		Hessian: mat.NewSymDense(2, []float64{2, 0.5, 0.5, 1}), Noise: mat.NewSymDense(2, []float64{1, -0.6, -0.6, 2}),
		Mean: []float64{1, -2}, Start: mat.NewSymDense(2, []float64{3, 1, 1, 0.5}),
	}
}

// The expected loss on a spectrum is that of the matrices: E θθ' is carried
// through SGD step by step as a full matrix.
func TestSpectrumHasTheLossOfTheMatrices(t *testing.T) {
	d, alpha := skew(), 0.3
	p := must(d.Spectrum())
	curve := nqmkit.Expect(p, 10, nqmkit.SGD(alpha).Batch(2))[0]
	second := mat.NewDense(2, 2, nil)
	mean := mat.NewVecDense(2, d.Mean)
	second.Outer(1, mean, mean)
	second.Add(second, d.Start)
	keep := mat.NewDense(2, 2, []float64{1 - alpha*2, -alpha * 0.5, -alpha * 0.5, 1 - alpha})
	for k := range curve.Steps {
		var hs mat.Dense
		hs.Mul(d.Hessian, second)
		if want := mat.Trace(&hs) / 2; math.Abs(curve.Loss[k]-want) > 1e-14*want {
			t.Errorf("loss after %d steps is %v, want %v", k, curve.Loss[k], want)
		}
		var noise mat.Dense
		noise.Scale(alpha*alpha/2, d.Noise)
		second.Product(keep, second, keep.T())
		second.Add(second, &noise)
	}
}

// A spectrum has the name of its problem, and of a rotated one the directions.
func TestSpectrumOfEveryProblem(t *testing.T) {
	p := nqmkit.PowerLaw(60, 1)
	for _, q := range []interface {
		fmt.Stringer
		Spectrum() (theory.Problem, error)
	}{
		nqmkit.Rotated(p, 30), nqmkit.StudentT(p, 5), nqmkit.Rademacher(nqmkit.Rotated(p, 30)),
		nqmkit.StudentT(nqmkit.PowerLaw(1_000_000_000, 1), 5), skew(), nqmkit.Rademacher(skew()), nqmkit.Rotated(streaming(uneven()), 20),
	} {
		s, err := q.Spectrum()
		if name := theory.ParseDescription(q.String()).Problem; err != nil || !strings.HasPrefix(s.Name, name) || s.Validate() != nil {
			t.Errorf("%v has the spectrum %v, error %v, valid %v", q, s, err, s.Validate())
		}
	}
	s := must(nqmkit.Rademacher(nqmkit.Rotated(p, 30)).Spectrum())
	for _, i := range []int{0, 30, 59} {
		if s.Direction(i) != p.Direction(i) {
			t.Errorf("direction %d is %+v, want %+v", i, s.Direction(i), p.Direction(i))
		}
	}
	if !must(nqmkit.Rotated(streaming(uneven()), 20).Spectrum()).Streaming {
		t.Error("a streaming problem streams no more")
	}
	for want, q := range map[string]interface {
		Spectrum() (theory.Problem, error)
	}{
		"a dense problem needs a Hessian": nqmkit.Dense{}, "without problem or law": nqmkit.Noisy{}, "Student t of 2 degrees": nqmkit.StudentT(p, 2),
	} {
		if _, err := q.Spectrum(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%T: %v, want %q", q, err, want)
		}
	}
}

// Where the coordinates are not those of the eigenvectors a path has no mean to
// draw, whatever the noise.
func TestPathsOfMixedDirectionsHaveNoMean(t *testing.T) {
	p := nqmkit.TwoDirections(50, 1)
	for _, q := range []nqmkit.Quadratic{nqmkit.Rotated(p, 30), nqmkit.StudentT(nqmkit.Rotated(p, 30), 5), nqmkit.Rademacher(skew())} {
		if paths := nqmkit.Paths(q, 3, nqmkit.Trials(1, 1), nqmkit.SGD(0.01))[0]; paths.Mean != nil {
			t.Errorf("%v has the mean %v", q, paths.Mean)
		}
	}
	if nqmkit.Paths(nqmkit.StudentT(p, 5), 3, nqmkit.Trials(1, 1), nqmkit.SGD(0.01))[0].Mean == nil {
		t.Error("a problem along the axes has no mean")
	}
}

// A spectrum whose directions are correlated has no deviation, and a check of it
// goes by that of the runs; where all matrices commute it is exact.
func TestCorrelatedSpectrum(t *testing.T) {
	d := skew()
	p := must(d.Spectrum())
	if curve := nqmkit.Expect(p, 3, nqmkit.SGD(0.1))[0]; !p.Correlated || curve.StdDev != nil {
		t.Errorf("correlated %v, deviation %v", p.Correlated, curve.StdDev)
	}
	for _, q := range []nqmkit.Quadratic{d, p} {
		if a := nqmkit.Check(q, 5, nqmkit.Trials(2000, 1), nqmkit.SGD(0.1))[0]; !a.Agrees() {
			t.Errorf("%v: %v", q, a.Z)
		}
	}
	d.Noise, d.Start = d.Hessian, d.Hessian
	if p := must(d.Spectrum()); p.Correlated {
		t.Errorf("%v: H commutes with itself", p)
	}
}
