package theory

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// matrixLoss carries mean and covariance of (θ, v) under heavy ball through t
// steps as full matrices: E L = ½ tr HS + ½ μ'Hμ and Var L = ½ tr HSHS + μ'HSHμ.
func matrixLoss(h, c, start *mat.SymDense, mean []float64, alpha, beta float64, t int) (loss, deviation float64) {
	d := h.SymmetricDim()
	step, all := mat.NewDense(2*d, 2*d, nil), mat.NewDense(2*d, 2*d, nil)
	noise := mat.NewDense(2*d, 2*d, nil)
	for i := range d {
		for j := range d {
			one := 0.0
			if i == j {
				one = 1
			}
			step.Set(i, j, one-alpha*h.At(i, j))
			step.Set(i, d+j, -alpha*beta*one)
			step.Set(d+i, j, h.At(i, j))
			step.Set(d+i, d+j, beta*one)
			all.Set(i, j, start.At(i, j))
			noise.Set(i, j, alpha*alpha*c.At(i, j))
			noise.Set(i, d+j, -alpha*c.At(i, j))
			noise.Set(d+i, j, -alpha*c.At(i, j))
			noise.Set(d+i, d+j, c.At(i, j))
		}
	}
	at := mat.NewVecDense(2*d, append(append([]float64(nil), mean...), make([]float64, d)...))
	for range t {
		var next, moved mat.Dense
		next.Mul(step, all)
		moved.Mul(&next, step.T())
		all.Add(&moved, noise)
		var m mat.VecDense
		m.MulVec(step, at)
		at = &m
	}
	s, mu := all.Slice(0, d, 0, d), at.SliceVec(0, d)
	var hs, hshs, hm, shm mat.Dense
	hs.Mul(h, s)
	hshs.Mul(&hs, &hs)
	hm.Mul(h, mu)
	shm.Mul(s, &hm)
	loss = mat.Trace(&hs)/2 + mat.Dot(mu, hm.ColView(0))/2
	return loss, math.Sqrt(mat.Trace(&hshs)/2 + mat.Dot(hm.ColView(0), shm.ColView(0)))
}

// symmetricOf is q diag(v) q'.
func symmetricOf(q *mat.Dense, v []float64) *mat.SymDense {
	s := mat.NewSymDense(len(v), nil)
	for k, x := range v {
		s.SymRankOne(s, x, q.ColView(k))
	}
	return s
}

func orthogonal(rng *rand.Rand, d int) *mat.Dense {
	g := mat.NewDense(d, d, nil)
	for i := range d {
		for j := range d {
			g.Set(i, j, rng.NormFloat64())
		}
	}
	var qr mat.QR
	qr.Factorize(g)
	var q mat.Dense
	qr.QTo(&q)
	return &q
}

// The deviation of the loss is that of the matrices wherever H, C and the start
// have a basis in common, whatever basis of an eigenspace of H a solver takes.
func TestDenseDeviation(t *testing.T) {
	ones := mat.NewSymDense(20, nil)
	start := mat.NewSymDense(20, nil)
	h := mat.NewSymDense(20, nil)
	for i := range 20 {
		h.SetSym(i, i, 1)
		start.SetSym(i, i, 1)
		for j := range i + 1 {
			ones.SetSym(i, j, 1)
		}
	}
	p := must(Dense(h, ones, nil, 0))
	_, want := matrixLoss(h, ones, mat.NewSymDense(20, nil), make([]float64, 20), 0.1, 0.5, 30)
	near(t, "H = I, C = ones", must(Expect(p, []int{30}, Momentum(0.1, 0.5))).StdDev[0], want, 1e-10)

	rng := rand.New(rand.NewPCG(15, 5))
	for range 40 {
		d := 2 + rng.IntN(9)
		q, levels := orthogonal(rng, d), 1+rng.IntN(d)
		hv, cv, sv, mean := make([]float64, d), make([]float64, d), make([]float64, d), make([]float64, d)
		for i := range d {
			hv[i] = float64(rng.IntN(levels)) / float64(levels) // some equal, some 0
			cv[i], sv[i], mean[i] = rng.ExpFloat64(), rng.ExpFloat64(), rng.NormFloat64()
		}
		h, c, s := symmetricOf(q, hv), symmetricOf(q, cv), symmetricOf(q, sv)
		p := must(DenseStart(h, c, mean, s))
		if p.Correlated {
			t.Errorf("h = %v, c = %v, s = %v commute, and are correlated", hv, cv, sv)
			continue
		}
		curve := must(Expect(p, []int{0, 1, 17}, Momentum(0.2, 0.7)))
		for k, at := range curve.Steps {
			loss, deviation := matrixLoss(h, c, s, mean, 0.2, 0.7, at)
			near(t, "loss", curve.Loss[k], loss, 1e-9)
			near(t, "deviation", curve.StdDev[k], deviation, 1e-8)
		}
	}
}

// Where H and C do not commute there is an expected loss, and no law.
func TestDenseCorrelated(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 6))
	for range 20 {
		d := 2 + rng.IntN(5)
		spread := func() []float64 {
			v := make([]float64, d)
			for i := range v {
				v[i] = 0.1 + rng.ExpFloat64()
			}
			return v
		}
		one, other, mean := orthogonal(rng, d), orthogonal(rng, d), spread()
		h, c, s := symmetricOf(one, spread()), symmetricOf(other, spread()), symmetricOf(one, spread())
		for _, swapped := range []bool{false, true} {
			if swapped { // the start does not commute
				c, s = s, c
			}
			p := must(DenseStart(h, c, mean, s))
			curve := must(Expect(p, []int{9}, Momentum(0.1, 0.6)))
			loss, _ := matrixLoss(h, c, s, mean, 0.1, 0.6, 9)
			near(t, "loss", curve.Loss[0], loss, 1e-10)
			if !p.Correlated || curve.StdDev != nil || !strings.Contains(p.String(), "correlated") {
				t.Errorf("%v: correlated %v, deviation %v", p, p.Correlated, curve.StdDev)
			}
			for _, q := range []Problem{p, p.Grouped(), must(p.Explicit())} {
				for name, err := range map[string]error{
					"quantiles":   second(LossQuantiles(q, 9, SGD(0.1), 0.5)),
					"probability": second(LossProbability(q, 9, SGD(0.1), 0.5)),
					"fan":         second(LossFan(q, []int{9}, SGD(0.1))),
				} {
					if err == nil || !strings.Contains(err.Error(), "correlated between directions") {
						t.Errorf("%s: %v", name, err)
					}
				}
			}
		}
	}
}
