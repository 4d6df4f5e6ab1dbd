package nqmkit

import (
	"math"
	"slices"
	"testing"

	"nqm/theory"
)

// Skipping ahead and taking every step have the same law: the loss at each
// time by Kolmogorov and Smirnov's two-sample test, and the way in which the
// losses at two times go together, by the mean of their product of ranks.
func TestSkipAheadHasTheLawOfTheLiteralRule(t *testing.T) {
	p := theory.Problem{
		Curvature: []float64{1.9, 1, 0.05}, Noise: []float64{1, 0.5, 0.1},
		Mean: []float64{1, 0, -3}, Variance: []float64{0, 1, 0.5},
	}
	steps := []int{1, 2, 5, 6, 20, 50}
	runs := Trials(20_000, 12)
	if testing.Short() {
		runs.Trials = 4000
	}
	for _, m := range []theory.Optimizer{
		SGD(0.9), Momentum(0.5, 0.9), Nesterov(0.4, 0.8), SGD(0.9).EMA(0.8), Momentum(0.5, 0.7).EMA(0.9).Batch(3), Momentum(0.3, 0.5).Precondition(0.5),
	} {
		e := newExperiment(p, m, steps, runs)
		literal := observe(e, Statistic{})
		skipped := skipThrough(e, must(newBowl(p)), must(courseOf(m, steps)))
		for k, at := range steps {
			n := float64(runs.Trials)
			z := math.Sqrt(n/2) * twoSample(literal.values[k], skipped.values[k])
			if 2*math.Exp(-2*z*z) < 1e-5 {
				t.Errorf("%v after %d steps: √(n/2) D = %.2f", m, at, z)
			}
			for j := range k {
				a, b := together(literal.values[j], literal.values[k]), together(skipped.values[j], skipped.values[k])
				if z := (a - b) / math.Sqrt(2/n); math.Abs(z) > 5 {
					t.Errorf("%v: rank correlation of the losses after %d and %d steps is %.3f, literal %.3f", m, steps[j], at, b, a)
				}
			}
		}
	}
}

// twoSample returns the largest distance of the distributions of two samples.
func twoSample(a, b []float64) float64 {
	x, y := slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	furthest := 0.0
	for i, j := 0, 0; i < len(x) && j < len(y); {
		if x[i] <= y[j] {
			i++
		} else {
			j++
		}
		furthest = math.Max(furthest, math.Abs(float64(i)/float64(len(x))-float64(j)/float64(len(y))))
	}
	return furthest
}

// together is Spearman's rank correlation.
func together(a, b []float64) float64 {
	x, y := ranks(a), ranks(b)
	n := float64(len(x))
	sum := 0.0
	for i := range x {
		sum += (x[i] - (n-1)/2) * (y[i] - (n-1)/2)
	}
	return 12 * sum / (n * n * n)
}

func ranks(v []float64) []float64 {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		if v[i] < v[j] {
			return -1
		}
		return 1
	})
	r := make([]float64, len(v))
	for k, i := range order {
		r[i] = float64(k)
	}
	return r
}

// The matrices of a leap are those of as many literal steps; Cholesky's factor
// gives back what it was made of, singular or not.
func TestLeapsAreManySteps(t *testing.T) {
	for _, m := range []theory.Optimizer{SGD(0.9), SGD(1), Momentum(0.5, 0.9), Nesterov(0.4, 0.8).EMA(0.9), SGD(1e-9), SGD(2), Momentum(1, 0).EMA(0)} {
		s := optimizerStep(m, 1)
		n := s.n
		for _, gap := range []int{0, 1, 2, 3, 7, 17, 64, 333, 1000} {
			a, v := s.over(gap)
			wantA, wantV := literally(s, gap)
			l := make(square, n*n)
			l.cholesky(v, n)
			for i := range n {
				for j := range n {
					again := 0.0
					for k := range n {
						again += l[i*n+k] * l[j*n+k]
					}
					scale := math.Sqrt(wantV[i*n+i]*wantV[j*n+j]) + 1e-300
					if math.Abs(a[i*n+j]-wantA[i*n+j]) > 1e-12 || math.Abs(v[i*n+j]-wantV[i*n+j]) > 1e-12*scale || math.Abs(again-v[i*n+j]) > 1e-7*scale {
						t.Fatalf("%v over %d steps: A %v, want %v; V %v, want %v; LL' %v", m, gap, a, wantA, v, wantV, again)
					}
				}
			}
		}
	}
}

// over returns the leap of gap steps.
func (t step) over(gap int) (a, v square) {
	p, made := constantPlan([]int{gap}), new(leaps)
	made.compose(p, []step{t})
	l := made.of(p.leaps[0])
	return l.a, l.v
}

// literally takes the steps of s one by one.
func literally(s step, gap int) (a, v square) {
	n := s.n
	a, v = make(square, n*n), make(square, n*n)
	one := make(square, n*n)
	for i := range n {
		for j := range n {
			a[i*n+j], one[i*n+j] = identity(i, j), identity(i, j)-s.d[i*n+j]
		}
	}
	for range gap {
		next, w := make(square, n*n), make(square, n*n)
		for i := range n {
			for j := range n {
				w[i*n+j] = s.b[i] * s.b[j]
				for k := range n {
					next[i*n+j] += one[i*n+k] * a[k*n+j]
					for l := range n {
						w[i*n+j] += one[i*n+k] * v[k*n+l] * one[j*n+l]
					}
				}
			}
		}
		a, v = next, w
	}
	return a, v
}

// Next to a fast mode (of the velocity, of the average) a slow one keeps its
// digits: mean and variance after a gap, against theory's arithmetic of 106 bits.
func TestLongLeapsKeepTheirDigits(t *testing.T) {
	for _, o := range []theory.Optimizer{
		SGD(0.2), Momentum(0.2, 0.5), Momentum(0.2, 0.999), Nesterov(0.2, 0.5), SGD(0.2).EMA(0.3), Momentum(0.2, 0.5).EMA(0.9),
	} {
		for _, gap := range []int{1, 7, 1e6 + 1, 1e12 + 1, 1e15} {
			h := 1 / (0.5 * float64(gap)) // so that the mode is alive after the gap
			s := optimizerStep(o, h)
			n := s.n
			a, v := s.over(gap)
			l := make(square, n*n)
			l.cholesky(v, n)
			var mean, variance float64
			for i := range n {
				var row float64
				for j := range n {
					mean += s.r[i] * a[i*n+j] * s.s[j]
					row += s.r[j] * l[j*n+i]
				}
				variance += row * row
			}
			want := must(theory.Moments(theory.Problem{Curvature: []float64{h}, Noise: []float64{1}, Mean: []float64{1}}, o, gap))[0]
			if math.Abs(mean-want.Mean) > 1e-11 || math.Abs(variance/want.Variance-1) > 1e-10 {
				t.Errorf("%v, h = %g, %d steps: mean %v and variance %v, want %v and %v", o, h, gap, mean, variance, want.Mean, want.Variance)
			}
		}
	}
}
