package nqmkit_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"nqm/nqmkit"
	"nqm/theory"
	"nqm/theory/table"
)

func TestTextsOfMatricesAndLaws(t *testing.T) {
	two := nqmkit.TwoDirections(50, 1)
	for want, p := range map[string]nqmkit.Quadratic{
		"two directions, h = (50, 1), rotated by 30°":                      nqmkit.Rotated(two, 30),
		"two directions, h = (50, 1), rotated by 0.1°; C = I":              nqmkit.Rotated(nqmkit.WithNoise(two, 1, 1), 0.1),
		"two directions, h = (50, 1), rotated by 30°; streaming":           nqmkit.Rotated(nqmkit.Streaming(two), 30),
		"two directions, h = (50, 1); Student t noise, ν=4.123456789":      nqmkit.StudentT(two, 4.123456789),
		"two directions, h = (50, 1); C = 0, Rademacher noise":             nqmkit.Rademacher(nqmkit.WithNoise(two, 0, 0)),
		"two directions, h = (50, 1), rotated by 30°; Rademacher noise":    nqmkit.Rademacher(nqmkit.Rotated(two, 30)),
		"dense quadratic of 2 dimensions, #gshe0el7; C = 0; θ(0) = (1, 2)": nqmkit.Dense{Hessian: mat.NewSymDense(2, []float64{2, 1, 1, 2}), Mean: []float64{1, 2}},
		"mine, or not, #gshe0el7; θ(0) = 0":                                nqmkit.Dense{Name: "mine; or not", Hessian: mat.NewSymDense(2, []float64{2, 1, 1, 2}), Noise: mat.NewSymDense(2, []float64{2, 1, 0, 2})},
		"dense quadratic of 2 dimensions, #gshe0el7; C = 3 I":              nqmkit.Dense{Hessian: mat.NewSymDense(2, []float64{2, 1, 1, 2}), Noise: mat.NewSymDense(2, []float64{3, 0, 0, 3}), Start: mat.NewSymDense(2, []float64{1, 0, 0, 1})},
	} {
		if got := p.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if d := theory.ParseDescription(p.String()); d.String() != p.String() {
			t.Errorf("%q is read as %+v", p, d)
		}
	}
}

// clone has matrices of its own.
func clone(p nqmkit.Dense) nqmkit.Dense {
	for _, m := range []**mat.SymDense{&p.Hessian, &p.Noise, &p.Start} {
		if *m != nil {
			own := mat.NewSymDense((*m).SymmetricDim(), nil)
			own.CopySym(*m)
			*m = own
		}
	}
	p.Mean = append([]float64(nil), p.Mean...)
	return p
}

// An edit of any field, by one bit, is another text, and of a rotated problem
// another spectrum.
func TestTextsOfEditedMatrices(t *testing.T) {
	for _, p := range []nqmkit.Dense{
		nqmkit.Rotated(nqmkit.TwoDirections(50, 1), 30), nqmkit.Rotated(nqmkit.LogUniform(6, 1, 0.1), 0), skew(), misaligned(),
		{Hessian: mat.NewSymDense(2, []float64{1, 0, 0, 1}), Noise: mat.NewSymDense(2, nil), Mean: []float64{0, 0}, Start: mat.NewSymDense(2, nil)},
	} {
		text := p.String()
		if got := clone(p).String(); got != text {
			t.Errorf("a copy of %q is %q", text, got)
		}
		for f := range reflect.TypeFor[nqmkit.Dense]().Fields() {
			if !f.IsExported() {
				continue
			}
			for k := range 4 {
				q := clone(p)
				switch field := reflect.ValueOf(&q).Elem().FieldByIndex(f.Index).Addr().Interface().(type) {
				case *string:
					*field += " too"
				case *bool:
					*field = !*field
				case *[]float64:
					(*field)[k%2] = math.Nextafter((*field)[k%2], 9)
				case **mat.SymDense:
					if *field == nil {
						*field = mat.NewSymDense(2, nil)
					}
					(*field).SetSym(k/2, k%2, math.Nextafter((*field).At(k/2, k%2), 9))
				default:
					t.Fatalf("a Dense has the field %s of type %v: say how to edit it", f.Name, f.Type)
				}
				if q.String() == text {
					t.Errorf("%q is also the text of another %s, %d", text, f.Name, k)
				}
			}
		}
	}
	p := nqmkit.Rotated(nqmkit.TwoDirections(50, 1), 30)
	p.Hessian.SetSym(0, 0, 2*p.Hessian.At(0, 0))
	if s := must(p.Spectrum()); s.Curvature[0] == 50 {
		t.Errorf("the spectrum of an edited problem is that of the problem before, %v", s.Curvature)
	}
}

// A verdict and its two curves are about one problem.
func TestAgreementsSayTheirProblem(t *testing.T) {
	for _, p := range []nqmkit.Quadratic{nqmkit.Rademacher(nqmkit.TwoDirections(50, 1)), nqmkit.Rotated(nqmkit.WithNoise(nqmkit.TwoDirections(50, 1), 1, 1), 10), skew()} {
		a := nqmkit.Check(p, 3, nqmkit.Trials(10, 1), nqmkit.SGD(0.01))[0]
		if fmt.Sprint(p) != a.Exact.Problem || fmt.Sprint(p) != a.Sampled.Problem {
			t.Errorf("%v is checked as %q and %q", p, a.Exact.Problem, a.Sampled.Problem)
		}
	}
}

// No text of a problem, a method or a result sends a terminal what stands in a name.
func TestTextsSendNothingToATerminal(t *testing.T) {
	const name = "a\x1b[31m\a\u202e\xff"
	p := nqmkit.List(1, 0.5, 0.1)
	p.Name = name
	linear := nqmkit.Linear{Name: name, System: func(h float64) nqmkit.System {
		return nqmkit.System{State: [][]float64{{1 - 0.1*h}}, Noise: []float64{-0.1}, Readout: []float64{1}}
	}}
	custom := nqmkit.Custom(name, func() nqmkit.Update { return func(_ int, theta, _ []float64) []float64 { return theta } })
	values := []any{p, nqmkit.Dense{Name: name, Hessian: mat.NewSymDense(1, []float64{1})}, linear, linear.Batch(2), custom, custom.Batch(2),
		nqmkit.Expect(p, 10, linear), nqmkit.StepsToTarget(p, 0.1, linear), nqmkit.Sample(p, 10, nqmkit.Trials(2, 1), custom)}
	for _, of := range results(p) {
		values = append(values, of...)
	}
	for _, v := range values {
		text := fmt.Sprint(v)
		for line := range strings.Lines(text) {
			if line = strings.TrimSuffix(line, "\n"); table.Visible(line) != line {
				t.Errorf("%T: %q", v, line)
				break
			}
		}
	}
}
