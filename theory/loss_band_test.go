package theory

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Directions anywhere between the ends of their entries have a loss in the band, of
// every method; and at the start the band is what the ends have.
func TestBandHoldsWhatLiesBetweenItsEnds(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 5))
	steps := []int{0, 1, 2, 5, 17, 60, 300}
	for _, m := range optimizersOf(conformanceRows()) {
		p := Problem{Variance: constant(5, 1), Multiplicity: []float64{1, 2, 3, 4, 5}}
		for range p.Multiplicity {
			low := 0.01 + 0.5*r.Float64()
			p.Band.Low, p.Band.High = append(p.Band.Low, low), append(p.Band.High, low*(1+r.Float64()))
			p.Curvature = append(p.Curvature, low+r.Float64()*(p.Band.High[len(p.Curvature)]-low))
		}
		p.Noise = slices.Clone(p.Curvature)
		fixed := r.IntN(2) == 0
		if fixed {
			p.Noise = []float64{0.1, 0.2, 0.3, 0.4, 0.5}
		}
		c := must(Expect(p, steps, m))
		start := 0.0
		for i, m := range p.Multiplicity {
			start += 0.5 * m * p.Band.High[i]
		}
		near(t, m.String()+": high end at the start", c.High[0], start, 1e-12)
		for range 20 {
			q := Problem{}
			for i, m := range p.Multiplicity {
				for range int(m) {
					h := p.Band.Low[i] + r.Float64()*(p.Band.High[i]-p.Band.Low[i])
					q.Curvature, q.Noise = append(q.Curvature, h), append(q.Noise, h)
					if fixed {
						q.Noise[len(q.Noise)-1] = p.Noise[i]
					}
				}
			}
			q.Variance = constant(q.Len(), 1)
			for k, loss := range must(Expect(q, steps, m)).Loss {
				if !(c.Low[k] <= loss*(1+1e-12) && loss <= c.High[k]*(1+1e-12)) {
					t.Errorf("%v, t = %d: loss %v outside of the band from %v to %v", m, steps[k], loss, c.Low[k], c.High[k])
				}
			}
		}
	}
}

// lanczos returns the Gauss quadrature of n nodes for the measure that has the given
// weights at h, with full reorthogonalisation.
func lanczos(h, weights []float64, n int) (nodes, shares []float64) {
	d := len(h)
	basis := []*mat.VecDense{mat.NewVecDense(d, nil)}
	for i, w := range weights {
		basis[0].SetVec(i, math.Sqrt(w))
	}
	tri := mat.NewSymDense(n, nil)
	for k := range n {
		next := mat.NewVecDense(d, nil)
		for i := range d {
			next.SetVec(i, h[i]*basis[k].AtVec(i))
		}
		tri.SetSym(k, k, mat.Dot(next, basis[k]))
		for range 2 {
			for _, q := range basis {
				next.AddScaledVec(next, -mat.Dot(next, q), q)
			}
		}
		if k+1 < n {
			size := mat.Norm(next, 2)
			tri.SetSym(k, k+1, size)
			next.ScaleVec(1/size, next)
			basis = append(basis, next)
		}
	}
	var e mat.EigenSym
	e.Factorize(tri, true)
	var v mat.Dense
	e.VectorsTo(&v)
	for k := range n {
		shares = append(shares, v.At(0, k)*v.At(0, k))
	}
	return e.Values(nil), shares
}

// gauss returns a spectrum as a Lanczos run of n steps from a random vector sees it,
// with its band, and as the random vector does.
func gauss(r *rand.Rand, h []float64, n int) (seen, whole Problem) {
	d := len(h)
	weights, sum := make([]float64, d), 0.0
	for i := range weights {
		weights[i] = math.Pow(r.NormFloat64(), 2)
		sum += weights[i]
	}
	for i := range weights {
		weights[i] /= sum
	}
	whole = Problem{Curvature: h, Noise: h, Variance: constant(d, 1)}
	for _, w := range weights {
		whole.Multiplicity = append(whole.Multiplicity, w*float64(d))
	}
	nodes, shares := lanczos(h, weights, n)
	seen = Problem{Curvature: nodes, Noise: nodes, Variance: constant(n, 1), Band: Band{Degree: 2*n - 1}}
	for k, w := range shares {
		seen.Multiplicity = append(seen.Multiplicity, w*float64(d))
		low, high := 0.0, nodes[min(k+1, n-1)]
		if k > 0 {
			low = nodes[k-1]
		}
		seen.Band.Low, seen.Band.High = append(seen.Band.Low, low), append(seen.Band.High, high)
	}
	return seen, whole
}

// What a Lanczos run has seen bounds the loss on the density of its random vector;
// SGD it has exactly as long as the loss is a polynomial that it integrates.
func TestBandOfLanczosRuns(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(16, 6))
	steps := []int{0, 1, 3, 9, 19, 50, 200, 1000, 5000}
	methods := optimizersOf(conformanceRows())
	spectra := []Problem{must(PowerLaw(300, 1)), must(LogUniform(200, 1, 1e-4)), must(List(append(constant(200, 1e-3), 1, 0.7, 0.1)...))}
	for s, spectrum := range spectra {
		h := slices.Clone(spectrum.Curvature)
		for i := range h {
			h[i] *= 1 + 1e-3*r.Float64() // no two alike
		}
		seen, whole := gauss(r, h, 20)
		for i, m := range append([]Optimizer{SGD(0.5), Momentum(0.1, 0.9)}, methods...) {
			if i > 1 && i%len(spectra) != s {
				continue
			}
			m.LearningRate = min(m.LearningRate, 0.5)
			c, want := must(Expect(seen, steps, m)), must(Expect(whole, steps, m))
			for k, loss := range want.Loss {
				if !(c.Low[k] <= loss*(1+1e-9) && loss <= c.High[k]*(1+1e-9)) {
					t.Errorf("%v on %v, t = %d: loss %v outside of the band from %v to %v", m, spectrum, steps[k], loss, c.Low[k], c.High[k])
				}
			}
			if m.String() == SGD(m.LearningRate).String() {
				for k := range 5 {
					near(t, fmt.Sprint(m, " exactly, t = ", steps[k]), c.Loss[k], want.Loss[k], 1e-10)
					near(t, fmt.Sprint(m, ": width of the band, t = ", steps[k]), c.High[k], c.Low[k], 1e-9)
				}
			}
		}
	}
}

// Random vectors alone: the loss on the spectrum itself is inside the band in most
// of the trials, as two standard errors say.
func TestBandOfProbes(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(16, 7))
	steps := []int{0, 10, 300}
	for _, spectrum := range []Problem{must(PowerLaw(300, 1)), must(LogUniform(300, 1, 1e-3))} {
		inside, trials := make([]int, len(steps)), 400
		want := must(Expect(spectrum, steps, SGD(0.5))).Loss
		for range trials {
			p := spectrum
			p.Law, p.Multiplicity, p.Band = Law{}, make([]float64, p.Len()), Band{Probes: 6}
			for range p.Band.Probes {
				_, one := gauss(r, p.Curvature, 1)
				for i, m := range one.Multiplicity {
					p.Multiplicity[i] += m / float64(p.Band.Probes)
				}
			}
			c := must(Expect(p, steps, SGD(0.5)))
			for k := range steps {
				if c.Low[k] <= want[k] && want[k] <= c.High[k] {
					inside[k]++
				}
			}
		}
		t.Logf("%v: inside %v of %d", spectrum, inside, trials)
		for k, n := range inside {
			if share := float64(n) / float64(trials); share < 0.85 || share > 0.995 {
				t.Errorf("%v, t = %d: %v of the trials inside", spectrum, steps[k], share)
			}
		}
	}
}

func TestBandMistakes(t *testing.T) {
	p := must(List(2, 1))
	with := func(b Band) Problem { q := p; q.Band = b; return q }
	streaming := with(Band{Degree: 3})
	streaming.Streaming = true
	for want, q := range map[string]Problem{
		"2 low and 0 high":                with(Band{Low: []float64{1, 1}}),
		"1 low and 1 high ends":           with(Band{Low: []float64{1}, High: []float64{2}}),
		"from 3 to 4 around Curvature[0]": with(Band{Low: []float64{3, 1}, High: []float64{4, 1}}),
		"degree -1":                       with(Band{Degree: -1}),
		"under multiplicative noise":      streaming,
	} {
		if err := q.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}

// The bands of a long list that is followed step by step are those of the literal rule along
// every direction that they look at: E θ² becomes (1-αh)² E θ² + α² c.
func TestBandOfWhatIsFollowed(t *testing.T) {
	t.Parallel()
	const d, last = 3000, 30_000
	m := SGD(0.5).Cosine()
	p := Problem{Variance: constant(d, 1)}
	r := rand.New(rand.NewPCG(21, 4))
	for i := range d {
		h := 1 / float64(i+1)
		p.Curvature = append(p.Curvature, h)
		p.Band.Low, p.Band.High = append(p.Band.Low, h*(1-0.05*r.Float64())), append(p.Band.High, h*(1+0.05*r.Float64()))
	}
	p.Noise = slices.Clone(p.Curvature)
	steps := []int{10, 1000, last}
	c := must(Expect(p, steps, m))
	losses := func(h []float64) [][]float64 { // by literal steps, after each of the numbers
		second, all := constant(d, 1), [][]float64{}
		for t := 1; t <= last; t++ {
			alpha := 0.25 * (1 + math.Cos(math.Pi*float64(t-1)/last))
			for i, h := range h {
				second[i] = (1-alpha*h)*(1-alpha*h)*second[i] + alpha*alpha*h
			}
			if slices.Contains(steps, t) {
				var l []float64
				for i, h := range h {
					l = append(l, h*second[i]/2)
				}
				all = append(all, l)
			}
		}
		return all
	}
	ends := [][][]float64{losses(p.Band.Low), losses(p.Curvature), losses(p.Band.High)}
	for k := range steps {
		low, high := 0.0, 0.0
		for i := range d {
			low += min(ends[0][k][i], ends[1][k][i], ends[2][k][i])
			high += max(ends[0][k][i], ends[1][k][i], ends[2][k][i])
		}
		near(t, fmt.Sprintf("low end after %d", steps[k]), c.Low[k], low, 1e-9)
		near(t, fmt.Sprintf("high end after %d", steps[k]), c.High[k], high, 1e-9)
	}
}
