package nqmkit_test

import (
	"fmt"
	"math"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"nqm/nqmkit"
	"nqm/theory"
)

// timesOf is the product with the Hessian of a problem on turned axes, dense.
func timesOf(h *mat.SymDense) func(hv, v []float64) {
	return func(hv, v []float64) {
		mat.NewVecDense(len(hv), hv).MulVec(h, mat.NewVecDense(len(v), v))
	}
}

// Lanczos runs on a Hessian have its loss in their band; the edges of the spectrum
// they find to many digits, and with as many steps as there are parameters the whole
// of it.
func TestLanczos(t *testing.T) {
	p := nqmkit.PowerLaw(120, 1.2)
	h := nqmkit.Rotated(p, 30).Hessian
	q := nqmkit.Lanczos(120, 30, timesOf(h), nqmkit.Trials(8, 1))
	if math.Abs(q.Dimension()-120) > 1e-9 || q.Band.Degree != 59 || q.Band.Probes != 8 || q.Note != "240 Ritz values of 8 random vectors stand for 120 directions" {
		t.Errorf("%v directions, %d probes of degree %d, note %q", q.Dimension(), q.Band.Probes, q.Band.Degree, q.Note)
	}
	if s := nqmkit.Summary(q); math.Abs(s.LargestCurvature-1) > 1e-12 {
		t.Errorf("the largest curvature is %v, want 1", s.LargestCurvature)
	}
	for _, m := range []theory.Method{nqmkit.SGD(0.5), nqmkit.Momentum(0.1, 0.9)} {
		steps := []int{0, 3, 30, 300, 3000}
		c, want := nqmkit.ExpectAt(q, steps, m)[0], nqmkit.ExpectAt(p, steps, m)[0].Loss
		for k := range steps {
			if !(c.Low[k] <= want[k] && want[k] <= c.High[k]) {
				t.Errorf("%v, t = %d: loss %v outside of the band from %v to %v", m, steps[k], want[k], c.Low[k], c.High[k])
			}
		}
	}
	small := nqmkit.LogUniform(12, 1, 0.01)
	whole := nqmkit.Lanczos(12, 40, timesOf(nqmkit.Rotated(small, 30).Hessian), nqmkit.Trials(1, 2))
	if whole.Len() != 12 {
		t.Errorf("%d Ritz values of 12 parameters", whole.Len())
	}
	for i, v := range whole.Curvature {
		if want := small.Curvature[11-i]; math.Abs(v-want) > 1e-12 {
			t.Errorf("Ritz value %d of all is %v, want %v", i, v, want)
		}
	}
	// A vector sees two different eigenvalues as two, however many share them.
	two := nqmkit.Lanczos(50, 20, func(hv, v []float64) {
		for i := range v {
			hv[i] = v[i] * []float64{3, 1}[i%2]
		}
	}, nqmkit.Trials(5, 3))
	if two.Len() != 10 || math.Abs(two.Curvature[0]-1) > 1e-12 || math.Abs(two.Curvature[1]-3) > 1e-12 {
		t.Errorf("two eigenvalues, five times: %v", two.Curvature)
	}
}

func TestLanczosRefuses(t *testing.T) {
	same := func(hv, v []float64) { copy(hv, v) }
	for want, call := range map[string]func(){
		"runs of 0 steps from 1 vectors of 3 parameters: want 1 or more of each": func() { nqmkit.Lanczos(3, 0, same, nqmkit.Trials(1, 1)) },
		"no product of the matrix":  func() { nqmkit.Lanczos(3, 1, nil, nqmkit.Trials(1, 1)) },
		"no product of the Hessian": func() { nqmkit.Leading(3, 1, 1, same, 2, nil, 1) },
		"option 0 is nil":           func() { nqmkit.Lanczos(3, 1, same, nqmkit.Trials(1, 1), nil) },
		"from 0 vectors":            func() { nqmkit.Lanczos(3, 1, same, nqmkit.Trials(0, 1)) },
		"no finite vector in step 0": func() {
			nqmkit.Lanczos(3, 2, func(hv, v []float64) { hv[0] = math.NaN() }, nqmkit.Trials(1, 1))
		},
		"Ritz value[0][0]: curvature -": func() {
			nqmkit.Lanczos(3, 2, func(hv, v []float64) {
				for i := range v {
					hv[i] = -v[i]
				}
			}, nqmkit.Trials(1, 1))
		},
	} {
		if message := panicOf(call); !strings.Contains(message, want) || strings.Contains(message, "\n") {
			t.Errorf("got %q, want one sentence with %q", message, want)
		}
	}
}

// An interrupt keeps the runs that are whole.
func TestLanczosInterrupted(t *testing.T) {
	calls := 0
	p := nqmkit.Lanczos(10, 5, func(hv, v []float64) {
		if calls++; calls == 18 {
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				err = self.Signal(syscall.SIGINT)
			}
			if err != nil {
				t.Error(err)
			}
		}
		if calls >= 18 {
			time.Sleep(10 * time.Millisecond)
		}
		for i := range v {
			hv[i] = v[i] * float64(i+1)
		}
	}, nqmkit.Trials(100, 1))
	if n := p.Band.Probes; n < 3 || n == 100 || n != calls/5 {
		t.Errorf("%d runs were kept, want those that %d products finished", n, calls)
	}
}

func ExampleLanczos() {
	p := nqmkit.Lanczos(1000, 20, func(hv, v []float64) {
		for i := range v {
			hv[i] = v[i] / float64(1+i) // H v, as automatic differentiation gives it
		}
	}, nqmkit.Trials(10, 1))
	fmt.Printf("%.6f\n", nqmkit.Summary(p).LargestCurvature)
	// Output: 1.000000
}
