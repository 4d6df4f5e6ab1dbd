package networks_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"testing"

	"gonum.org/v1/gonum/mat"

	"nqm/nqmkit"
	"nqm/nqmkit/networks"
	"nqm/theory"
)

// location is ½ (θ - x)'A(θ - x) over the examples x: a quadratic whose noise is the same
// everywhere, C = A Cov(x) A, so that the model is exact. It is started at 2 everywhere.
func location(a *mat.SymDense, x [][]float64) networks.Model {
	d := a.SymmetricDim()
	return networks.Functions{
		Name: "location", From: wave(d, 0, 1.5), Count: len(x),
		LossAt: func(theta []float64) (sum float64) {
			for _, v := range x {
				var off, turned mat.VecDense
				off.SubVec(mat.NewVecDense(d, theta), mat.NewVecDense(d, v))
				turned.MulVec(a, &off)
				sum += mat.Dot(&off, &turned) / 2 / float64(len(x))
			}
			return sum
		},
		Gradient: func(g, theta []float64, batch []int) {
			sum := make([]float64, d)
			count := len(batch)
			if batch == nil {
				count = len(x)
			}
			for k := range count {
				at := k
				if batch != nil {
					at = batch[k]
				}
				for i := range sum {
					sum[i] += (theta[i] - x[at][i]) / float64(count)
				}
			}
			mat.NewVecDense(d, g).MulVec(a, mat.NewVecDense(d, sum))
		},
	}.New()
}

func placed() networks.Model {
	a := mat.NewSymDense(3, []float64{3, 1, 0.2, 1, 1, 0.1, 0.2, 0.1, 0.3})
	return location(a, rows(wave(60, 1.7, 0.4), 3))
}

// agrees holds curves of training against the model's, by their standard errors.
func agrees(t *testing.T, p theory.Problem, got []theory.SampledCurve, methods ...nqmkit.Sampler) {
	t.Helper()
	for k, c := range got {
		want := nqmkit.ExpectAt(p, c.Steps, methods[k].(theory.Method))[0]
		for i, step := range c.Steps {
			if off := math.Abs(c.Mean[i] - want.Loss[i]); off > 4.5*c.StdErr[i]+1e-9*want.Loss[0] {
				t.Errorf("%s, step %d: loss %.6g ± %.2g, the model has %.6g", c.Method, step, c.Mean[i], c.StdErr[i], want.Loss[i])
			}
		}
	}
}

// Where noise and curvature do not change, what is measured at the optimum is all
// that training does, preconditioned too.
func TestTrainingOfAQuadraticIsTheModel(t *testing.T) {
	lab := networks.NewLab(placed())
	p := lab.Metric().Problem(lab.Start())
	methods := []nqmkit.Sampler{
		nqmkit.SGD(0.2), nqmkit.Momentum(0.05, 0.9).Batch(4), nqmkit.Nesterov(0.1, 0.5).Batch(3), nqmkit.SGD(0.3).EMA(0.9),
		nqmkit.SGD(0.3).Precondition(0.5).Batch(2), nqmkit.Momentum(0.1, 0.5).Precondition(1),
	}
	agrees(t, p, networks.TrainAt(lab, []int{0, 1, 5, 20, 60}, nqmkit.Trials(600, 1), methods...), methods...)
}

// Fresh examples of a linear teacher have streaming noise, exactly.
func TestTrainingOnAStreamIsTheStreamingModel(t *testing.T) {
	s := networks.NewStream(0.5, 7, 1, 0.3, 0.1)
	methods := []nqmkit.Sampler{nqmkit.SGD(0.2), nqmkit.Momentum(0.05, 0.8).Batch(4), nqmkit.SGD(0.3).Batch(2).EMA(0.9)}
	agrees(t, s.Problem(), networks.TrainAt(s, []int{0, 1, 5, 20, 60}, nqmkit.Trials(1000, 1), methods...), methods...)
}

// Run k is the same among any number of runs, methods and cores.
func TestRunsDependOnSeedAndPlaceOnly(t *testing.T) {
	n := networks.MLP(labelled(5), 4)
	methods := []nqmkit.Sampler{nqmkit.SGD(0.1).Batch(2), nqmkit.Adam(0.01).Batch(3)}
	all := networks.Train(n, 10, nqmkit.Trials(3, 2), methods...)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if again := networks.Train(n, 10, nqmkit.Trials(3, 2), methods[1]); !reflect.DeepEqual(again[0], all[1]) {
		t.Errorf("on one core %v, on more %v", again[0].Mean, all[1].Mean)
	}
	if other := networks.Train(n, 10, nqmkit.Trials(3, 3), methods[1]); reflect.DeepEqual(other[0].Mean, all[1].Mean) {
		t.Error("another seed gives the same runs")
	}
}

// Matrices that are large enough to be multiplied on several cores have the same bits on
// any number of them: gradients, products, curvatures, spectra and trained points.
func TestNumbersAreTheSameOnAnyCores(t *testing.T) {
	d := networks.Digits()
	few := d
	few.Inputs, few.Labels = d.Inputs[:150], d.Labels[:150]
	numbers := func() (all [][]float64) {
		n := networks.MLP(d, 32)
		theta, v := n.Start(), wave(n.Parameters(), 0.7, 0.1)
		for _, f := range []func(out []float64){
			func(out []float64) { n.Gradient(out, theta, nil) },
			func(out []float64) { n.HessianProduct(out, theta, v) },
			func(out []float64) { n.GaussNewtonProduct(out, theta, v) },
		} {
			out := make([]float64, len(theta))
			f(out)
			all = append(all, out)
		}
		all = append(all, []float64{n.Loss(theta)})
		for _, b := range n.Curvature(nqmkit.KroneckerFactors, theta, nil).Blocks {
			all = append(all, whole(b.A), whole(b.S))
		}
		for _, c := range networks.Train(n, 12, nqmkit.Trials(1, 3), nqmkit.KFAC(nqmkit.SGD(0.01)).Batch(256), nqmkit.Momentum(0.1, 0.9).Batch(256)) {
			all = append(all, c.Mean)
		}
		m := networks.Measure(networks.MLP(few, 4), networks.MLP(few, 4).Start(), networks.GaussNewton)
		return append(all, m.Curvature, m.Noise, m.Gradient)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one := numbers()
	for _, cores := range []int{2, 3} {
		runtime.GOMAXPROCS(cores)
		for k, v := range numbers() {
			if !reflect.DeepEqual(v, one[k]) {
				t.Errorf("on %d cores result %d is another one than on one", cores, k)
			}
		}
	}
}

// However far a run goes beyond all numbers between two looks, it has the loss +Inf: of all
// methods at random learning rates, a preconditioned gradient that overflows included.
func TestDivergenceBetweenLooks(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	diverged := 0
	for k, m := range []networks.Model{placed(), networks.Softmax(labelled(5)).Penalty(0.1), networks.MLP(labelled(5), 2).Penalty(0.1)} {
		lab := networks.NewLab(m)
		for range 50 {
			sgd := nqmkit.SGD(math.Exp2(3 + 40*r.Float64()))
			methods := []nqmkit.Sampler{sgd, nqmkit.Momentum(sgd.LearningRate, 0.9), nqmkit.Nesterov(sgd.LearningRate, 0.9), sgd.EMA(0.5), sgd.Precondition(0.25), sgd.Precondition(1), nqmkit.Adam(sgd.LearningRate)}
			if k > 0 { // functions do not tell their curvature
				methods = append(methods, nqmkit.KFAC(sgd), nqmkit.DiagonalGaussNewton(sgd.Precondition(0.5)))
			}
			for _, method := range methods {
				c := networks.TrainAt(lab, []int{0, 700}, nqmkit.Trials(1, r.Uint64()), method)[0]
				if math.IsInf(c.Mean[1], 1) {
					diverged++
				} else if math.IsNaN(c.Mean[1]) {
					t.Errorf("%v, %v: loss %v", m, method, c.Mean[1])
				}
			}
		}
	}
	if diverged < 500 {
		t.Errorf("%d runs diverged: want many", diverged)
	}
}

func TestDivergenceIsInfinite(t *testing.T) {
	c := networks.Train(networks.Softmax(targeted(5)), 2000, nqmkit.Trials(2, 1), nqmkit.SGD(50))[0]
	if last := c.Mean[len(c.Mean)-1]; !math.IsInf(last, 1) || len(c.Diverged) != 2 {
		t.Errorf("loss %v, %d runs diverged: want +Inf and 2", last, len(c.Diverged))
	}
}

func TestFaultsOfTrainingAreNamed(t *testing.T) {
	broken := func(after int) networks.Model {
		calls := 0
		return networks.Functions{
			Name: "broken", From: []float64{1}, Count: 2, LossAt: func([]float64) float64 { return 1 },
			Gradient: func(g, _ []float64, _ []int) {
				if g[0] = 0.1; calls >= after {
					g[0] = math.NaN()
				}
				calls++
			},
		}.New()
	}
	n := networks.Softmax(labelled(5))
	for want, f := range map[string]func(){
		"parameter 0 of broken is NaN in step 3":   func() { networks.Train(broken(3), 5, nqmkit.Trials(1, 1), nqmkit.SGD(1)) },
		"batch size 1.5":                           func() { networks.Train(n, 5, nqmkit.Trials(1, 1), nqmkit.SGD(1).Batch(1.5)) },
		"0 runs of 1 methods":                      func() { networks.Train(n, 5, nqmkit.Trials(0, 1), nqmkit.SGD(1)) },
		"want networks.NewLab":                     func() { networks.Train(n, 5, nqmkit.Trials(1, 1), nqmkit.SGD(1).Precondition(1)) },
		"learning rate 0":                          func() { networks.Train(n, 5, nqmkit.Trials(1, 1), nqmkit.SGD(0)) },
		"a penalty makes one":                      func() { networks.NewLab(broken(1 << 30)) },
		"networks.Lanczos takes 40":                func() { networks.Measure(networks.MLP(labelled(600), 10), make([]float64, 6043), networks.Hessian) },
		"has no \"Gauss-Newton matrix\"":           func() { networks.Measure(placed(), []float64{1, 1, 1}, networks.GaussNewton) },
		"over all of 9223372036854775807 examples": func() { s := networks.NewStream(1, 1, 1); networks.NoiseScale(s, s.Start()) },
	} {
		panics(t, want, f)
	}
}
