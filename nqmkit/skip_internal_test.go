package nqmkit

import (
	"math"
	"slices"
	"testing"

	"nqm/nqmkit/internal/leap"
	"nqm/theory"
	"nqm/theory/longtest"
)

// Skipping ahead and taking every step have the same law: the loss at each
// time by Kolmogorov and Smirnov's two-sample test, and the way in which the
// losses at two times go together, by the mean of their product of ranks.
// 19 methods at 6 times, 1e-5 each, and 15 pairs, 6e-7 each: a false alarm in 800.
func TestSkipAheadHasTheLawOfTheLiteralRule(t *testing.T) {
	p := theory.Problem{
		Curvature: []float64{1.9, 1, 0.05}, Noise: []float64{1, 0.5, 0.1},
		Mean: []float64{1, 0, -3}, Variance: []float64{0, 1, 0.5},
	}
	steps := []int{1, 2, 5, 6, 20, 50}
	runs := Trials(20_000, 12)
	if !longtest.Wanted() {
		runs.Trials = 4000
	}
	pieces := []theory.Segment{{Steps: 4, From: 0.5, BatchSize: 3}, {Steps: 9, From: 1}, {Steps: 10, From: 0.2, BatchSize: 2}, {From: 0.4}}
	for _, m := range []theory.Optimizer{
		SGD(0.9), Momentum(0.5, 0.9), Nesterov(0.4, 0.8), QHM(0.9, 0.8, 0.6), SGD(0.9).EMA(0.8), Momentum(0.5, 0.7).EMA(0.9).Batch(3), Momentum(0.3, 0.5).Precondition(0.5),
		SGD(0.9).Segments(pieces...), Momentum(0.5, 0.7).Segments(pieces...).EMA(0.8), Nesterov(0.4, 0.8).Cosine(), SGD(1).Linear().TailAverage(6),
		Momentum(0.4, 0.5).WSD(4, 20).Precondition(0.5), SGD(1).InverseTime(3), SGD(0.9).Average(), Momentum(0.5, 0.7).TailAverage(15),
		SGD(0.9).Lookahead(3, 0.5), Momentum(0.5, 0.7).Lookahead(4, 0.6).EMA(0.7), Nesterov(0.4, 0.8).Lookahead(5, 1).Average(),
		SGD(0.9).Lookahead(3, 0.5).Segments(pieces...).TailAverage(8).Batch(2),
	} {
		e := newExperiment(p, m, steps, runs)
		literal := observe(e, Statistic{})
		skipped := skipThrough(e, must(courseOf(m, steps)))
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
		s := plainStep(m, 1)
		n := s.n
		for _, gap := range []int{0, 1, 2, 3, 7, 17, 64, 333, 1000} {
			a, v := s.over(gap)
			wantA, wantV := literally(s, gap)
			l := make(leap.Square, n*n)
			l.Cholesky(v, n)
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

// Two equal parts in a row, which are not a doubling, take nothing from the plan
// that was carried out in the same room before.
func TestEqualPartsInARow(t *testing.T) {
	s := plainStep(Momentum(0.5, 0.9), 1)
	p, made := leap.NewPlan(), new(leap.Powers)
	p.Look(p.Repeat(p.Step(0), 1<<20))
	made.Compose(p, s.n, func(int) (leap.Square, leap.Vector) { return s.d, s.b })
	p = leap.NewPlan()
	three := p.Repeat(p.Step(0), 3)
	p.Look(p.Join(three, three))
	made.Compose(p, s.n, func(int) (leap.Square, leap.Vector) { return s.d, s.b })
	gotA, gotV := made.Of(p.Leaps[0])
	wantA, wantV := literally(s, 6)
	for i := range gotA {
		if math.Abs(gotA[i]-wantA[i]) > 1e-14 || math.Abs(gotV[i]-wantV[i]) > 1e-14 {
			t.Fatalf("A %v, want %v; V %v, want %v", gotA, wantA, gotV, wantV)
		}
	}
}

// plainStep is a step of o at its own learning rate and batches of one.
func plainStep(o theory.Optimizer, h float64) transition {
	return optimizerStep(o, o.Rule(1), h, kind{rate: 1, batch: 1})
}

// over returns the leap of gap steps.
func (t transition) over(gap int) (a, v leap.Square) {
	p, made := leap.NewPlan(), new(leap.Powers)
	p.Look(p.Repeat(p.Step(0), gap))
	made.Compose(p, t.n, func(int) (leap.Square, leap.Vector) { return t.d, t.b })
	return made.Of(p.Leaps[0])
}

// literally takes the steps of s one by one.
func literally(s transition, gap int) (a, v leap.Square) {
	n := s.n
	a, v = make(leap.Square, n*n), make(leap.Square, n*n)
	one := make(leap.Square, n*n)
	for i := range n {
		for j := range n {
			a[i*n+j], one[i*n+j] = leap.Identity(i, j), leap.Identity(i, j)-s.d[i*n+j]
		}
	}
	for range gap {
		next, w := make(leap.Square, n*n), make(leap.Square, n*n)
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
			s := plainStep(o, h)
			n := s.n
			a, v := s.over(gap)
			l := make(leap.Square, n*n)
			l.Cholesky(v, n)
			var mean, variance float64
			for i := range n {
				var row float64
				for j := range n {
					mean += s.r[i] * a[i*n+j] * s.s[j]
					row += s.r[j] * l[j*n+i]
				}
				variance += row * row
			}
			want := must(theory.Moments(theory.Problem{Curvature: []float64{h}, Noise: []float64{1}, Mean: []float64{1}}, gap, o))[0]
			if math.Abs(mean-want.Mean) > 1e-11 || math.Abs(variance/want.Variance-1) > 1e-10 {
				t.Errorf("%v, h = %g, %d steps: mean %v and variance %v, want %v and %v", o, h, gap, mean, variance, want.Mean, want.Variance)
			}
		}
	}
}

// Mean and variance of one direction at each chosen step, carried from one leap
// to the next, are those of theory's arithmetic of 106 bits: schedules in all
// shapes, averages and slow weights, alone and together, up to 10^12 steps.
func TestCoursesHaveTheExactMoments(t *testing.T) {
	pieces := []theory.Segment{{Steps: 5, From: 0.5, BatchSize: 3}, {Steps: 1_000_000, From: 1}, {From: 0.3, Steps: 7, BatchSize: 64}, {Steps: 1e9, From: 0.2}}
	shapes := []theory.Segment{{Steps: 6, Shape: theory.LinearRate, To: 1}, {Steps: 1000, From: 1, BatchSize: 2}, {Steps: 30, Shape: theory.CosineRate, From: 1, To: 0.1}, {Steps: 9, Shape: theory.InverseTimeRate, From: 0.1, Time: 2}}
	steps := []int{0, 1, 3, 4, 9, 10, 25, 1000, 1030, 1044, 1045, 99_999, 1_000_007, 1_000_000_007, 1e12 - 1, 1e12}
	for _, o := range []theory.Optimizer{
		QHM(0.5, 0.9, 0.7), QHM(0.5, 0.9, 0.7).Segments(shapes...).EMA(0.5), QHM(0.5, 0.9, 0.7).Lookahead(5, 0.5).Average(),
		SGD(0.9).Batch(4), SGD(0.9).Segments(pieces...), Momentum(0.5, 0.9).Segments(pieces...).EMA(0.5), Nesterov(0.4, 0.8).Segments(shapes...), Momentum(0.5, 0.7).Segments(shapes...).Precondition(0.5),
		SGD(0.9).Average(), SGD(0.9).TailAverage(20), SGD(0.9).TailAverage(1), Momentum(0.5, 0.9).Average(), Nesterov(0.4, 0.8).TailAverage(1_000_000), SGD(0.9).Segments(pieces...).Average(),
		SGD(0.9).Lookahead(5, 0.5), SGD(0.9).Lookahead(1, 0.5), Momentum(0.5, 0.9).Lookahead(7, 0.8), SGD(0.9).Lookahead(5, 0.5).EMA(0.9), Momentum(0.5, 0.9).Lookahead(4, 1).TailAverage(3),
		SGD(0.9).Lookahead(6, 0.3).Segments(pieces...), Momentum(0.5, 0.7).Lookahead(5, 0.5).Segments(shapes...).Average(),
	} {
		c := must(courseOf(o, steps))
		for _, h := range []float64{1.5, 0.4, 1e-3, 1e-6, 1e-9} {
			d := skipped{curvature: h}
			d.prepare(c)
			p := theory.Problem{Curvature: []float64{h}, Noise: []float64{1}, Mean: []float64{1}}
			means, variances := d.moments()
			for k, at := range steps {
				want := must(theory.Moments(p, at, o))[0]
				if math.Abs(means[k]-want.Mean) > 1e-11 || math.Abs(variances[k]-want.Variance) > 1e-9*want.Variance {
					t.Errorf("%v, h = %g, after %d steps: mean %v and variance %v, want %v and %v", o, h, at, means[k], variances[k], want.Mean, want.Variance)
				}
			}
		}
	}
}

// moments carries mean and covariance through the leaps, from θ(0) = 1.
func (s *skipped) moments() (means, variances []float64) {
	n := s.n
	mean, covariance := s.s[:n], make(leap.Square, n*n)
	for k, at := range s.order {
		a, l := s.a[at*n*n:][:n*n], s.l[at*n*n:][:n*n]
		next, pushed := make([]float64, n), make(leap.Square, n*n)
		for i := range n {
			for j := range n {
				next[i] += a[i*n+j] * mean[j]
				for x := range n {
					pushed[i*n+j] += l[i*n+x] * l[j*n+x]
					for y := range n {
						pushed[i*n+j] += a[i*n+x] * covariance[x*n+y] * a[j*n+y]
					}
				}
			}
		}
		mean, covariance = next, pushed
		r := s.r
		if s.counts != nil && s.counts[k] > 0 {
			r = leap.Vector{}
			r[n-1] = 1 / s.counts[k]
		}
		var m, v float64
		for i := range n {
			m += r[i] * mean[i]
			for j := range n {
				v += r[i] * covariance[i*n+j] * r[j]
			}
		}
		means, variances = append(means, m), append(variances, v)
	}
	return means, variances
}
