package theory

import (
	"flag"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"

	"nqm/theory/longtest"
)

// publishedRuns are losses of language models against parameters, batch size in sequences
// and steps, those that the published fit is made of (Noisy Quadratic System, arXiv 2605.09154;
// repository chuningxdy/Noisy-Quadratic-System, dataset.csv, MIT).
var publishedRuns = [][4]float64{
	{2.56e+08, 134, 564, 3.829614400863648},
	{1.28e+08, 338, 1878, 2.958954095840454},
	{1.28e+08, 184, 860, 3.493612289428711},
	{1e+08, 12288, 39, 5.849233627319336},
	{1e+08, 6144, 78, 5.334190845489502},
	{1e+08, 3072, 156, 4.382095813751221},
	{1e+08, 1536, 313, 3.787111282348633},
	{1e+08, 768, 625, 3.3055789470672607},
	{1e+08, 384, 1250, 3.0801358222961426},
	{1e+08, 192, 2500, 3.01828670501709},
	{1e+08, 3072, 39, 5.790712833404541},
	{1e+08, 1536, 78, 5.246085166931152},
	{1e+08, 768, 156, 4.438965797424316},
	{1e+08, 384, 313, 3.9636929035186768},
	{1e+08, 192, 625, 3.65630555152893},
	{1e+08, 96, 1250, 3.5160298347473145},
	{6.4e+07, 446, 2699, 2.8363614082336426},
	{6.4e+07, 244, 1232, 3.2212471961975098},
	{6.4e+07, 133, 565, 3.820277452468872},
	{3.2e+07, 620, 4135, 2.767575263977051},
	{3.2e+07, 338, 1886, 3.058268547058105},
	{3.2e+07, 185, 862, 3.523257255554199},
	{1.6e+07, 818, 5918, 2.7724592685699463},
	{1.6e+07, 446, 2705, 3.008141040802002},
	{1.6e+07, 244, 1237, 3.373067617416382},
	{1.6e+07, 134, 565, 3.893961191177368},
	{1e+07, 24576, 78, 4.875792503356934},
	{1e+07, 12288, 156, 4.484762668609619},
	{1e+07, 6144, 313, 3.871474981307984},
	{1e+07, 3072, 625, 3.46268081665039},
	{1e+07, 1536, 1250, 3.179990291595459},
	{1e+07, 768, 2500, 3.0484282970428467},
	{1e+07, 384, 5000, 2.9785048961639404},
	{1e+07, 12288, 39, 5.4544453620910645},
	{1e+07, 6144, 78, 4.838035106658936},
	{1e+07, 3072, 156, 4.439056873321533},
	{1e+07, 1536, 313, 3.9669268131256095},
	{1e+07, 768, 625, 3.574624538421631},
	{1e+07, 384, 1250, 3.380913496017456},
	{1e+07, 192, 2500, 3.2490904331207275},
	{1e+07, 96, 5000, 3.183351516723633},
	{1e+07, 3072, 39, 5.477995872497559},
	{1e+07, 1536, 78, 4.911468982696533},
	{1e+07, 768, 156, 4.496960163116455},
	{1e+07, 384, 313, 4.116951942443848},
	{1e+07, 192, 625, 3.828984260559082},
	{1e+07, 96, 1250, 3.652743577957153},
	{1e+07, 48, 2500, 3.5741004943847656},
	{8e+06, 1119, 8890, 2.840320348739624},
	{8e+06, 611, 4057, 3.011070251464844},
	{8e+06, 334, 1856, 3.3205113410949707},
	{8e+06, 183, 847, 3.763655185699463},
	{4e+06, 1434, 12258, 2.9406659603118896},
	{4e+06, 783, 5594, 3.0600175857543945},
	{4e+06, 428, 2563, 3.27344274520874},
	{4e+06, 234, 1171, 3.6576504707336426},
	{2e+06, 1934, 18074, 3.1012086868286133},
	{2e+06, 1056, 8246, 3.190852642059326},
	{2e+06, 578, 3772, 3.330634832382202},
	{2e+06, 316, 1724, 3.616412401199341},
	{1e+06, 848, 6201, 3.5142624378204346},
	{1e+06, 463, 2838, 3.675530910491944},
	{500000, 610, 4055, 3.869227886199951},
	{250000, 865, 6368, 4.1438822746276855},
}

// publishedLaw are the published parameters of the fit to them, in the order of a fit; the
// sum of squares there is 0.022080.
var publishedLaw = []float64{1.1131253732848405, 0.584242820729791, 3.3926855412266743, 0.8853327469240055, 0.35449737765209993, 8.410028810517371, 2.5829307382669966}

func trainingRuns(table [][4]float64) []Run {
	var runs []Run
	for _, r := range table {
		runs = append(runs, Run{r[0], int(r[2]), SGD(SystemRate).Batch(r[1]), r[3]})
	}
	return runs
}

// fitOf is a fit with given parameters.
func fitOf(values []float64, runs []Run) RunsFit {
	f := RunsFit{Runs: runs}
	for _, v := range values {
		f.Parameters = append(f.Parameters, Estimate{Value: v})
	}
	return f
}

func TestFitRunsPublished(t *testing.T) {
	t.Parallel()
	runs := trainingRuns(publishedRuns)
	p := newRunsProblem(runs, false)
	if sum := p.leastSquares().Sum(fitOf(publishedLaw, runs).z()) / 2; math.Abs(sum-0.022080) > 5e-7 {
		t.Errorf("sum %v at the published parameters, published 0.022080", sum)
	}
	f := must(FitRuns(runs))
	if f.Sum > 0.02199 {
		t.Errorf("sum %v: the published fit has 0.022080, and 0.021985 was found", f.Sum)
	}
	for k, e := range f.Parameters {
		if v := publishedLaw[k]; !(e.Low <= v && v <= e.High) {
			t.Errorf("%v: the published %v is outside", e, v)
		}
	}
	if r := f.Parameters[6]; !math.IsInf(r.High, 1) || len(f.Notes) == 0 {
		t.Errorf("%v, notes %q: want r open, and said", r, f.Notes)
	}
	t.Log(f, f.Sum, f.Parameters, f.Notes)
}

func TestFitFadingRunsPublished(t *testing.T) {
	longtest.Only(t)
	t.Parallel()
	fading := must(FitFadingRuns(trainingRuns(publishedRuns)))
	if fading.Sum > 0.01513 {
		t.Errorf("with a rate that fades the sum is %v: 0.01512 was found", fading.Sum)
	}
	if a := fading.Parameters[7]; !(a.Low > 0.2 && a.High < 0.8) {
		t.Errorf("%v", a)
	}
	t.Log(fading, fading.Sum, fading.Parameters, fading.Notes)
}

// The loss of a run under the law is that of the exact problem, by the sums and the modes that
// answer Expect, and of few directions that of the literal recursion.
func TestLawAgainstExpect(t *testing.T) {
	t.Parallel()
	for _, o := range []Optimizer{SGD(SystemRate), SGD(0.2).Batch(7), Momentum(0.3, 0.9).Batch(64), SGD(1).EMA(0.99), SGD(1.5).WSD(5, 20)} {
		for _, n := range []float64{1, 7, 40, 300, 5000, 250e3, 256e6, 1e10} {
			for _, steps := range []int{25, 39, 700, 18074} {
				r := Run{n, steps, o, 2}
				f := fitOf(publishedLaw, []Run{r})
				want := f.Floor(n) + must(ExpectedLoss(must(f.ProblemOf(n)), steps, o))
				if r.ready() != nil {
					t.Fatal(r)
				}
				law := lawOf(f.z())
				got := law.loss(newRunsProblem([]Run{r}, false).parts(law)[0], nil)
				if math.Abs(got/want-1) > 1e-6 {
					t.Errorf("%+v: %v, want %v", r, got, want)
				}
			}
		}
	}
	s, loss := 0.0, 0.0 // 50 directions, 300 steps in batches of 16, literally
	p, q, P, Q, e, R, r := publishedLaw[0], publishedLaw[1], publishedLaw[2], publishedLaw[3], publishedLaw[4], publishedLaw[5], publishedLaw[6]
	for i := 1.0; i <= 2e6; i++ {
		if i > 50 {
			loss += 0.5 * P * math.Pow(i, -p)
			continue
		}
		h := Q * math.Pow(i, -q)
		s = P * math.Pow(i, -p) / h
		for range 300 {
			s = (1-SystemRate*h)*(1-SystemRate*h)*s + SystemRate*SystemRate*R*math.Pow(i, -r)/16
		}
		loss += 0.5 * h * s
	}
	loss += e + 0.5*P*math.Pow(2e6+0.5, 1-p)/(p-1)
	law := lawOf(fitOf(publishedLaw, nil).z())
	got := law.loss(newRunsProblem([]Run{{50, 300, SGD(SystemRate).Batch(16), 1}}, false).parts(law)[0], nil)
	if math.Abs(got/loss-1) > 1e-9 {
		t.Errorf("%v, literally %v", got, loss)
	}
}

// A rate that fades is the schedule that Method gives, for the engine of schedules.
func TestFadingAgainstExpect(t *testing.T) {
	t.Parallel()
	for _, a := range []float64{0, 0.3, 0.5, 1.2} {
		for _, n := range []float64{50, 1e4, 1e8} {
			for _, steps := range []int{1, 2, 3, 64, 1000, 12258} {
				f := fitOf(append(slices.Clone(publishedLaw), a), nil)
				o := SGD(SystemRate).Batch(300)
				want := f.Floor(n) + must(ExpectedLoss(must(f.ProblemOf(n)), steps, f.Method(o, steps)))
				law := lawOf(f.z())
				got := law.loss(newRunsProblem([]Run{{n, steps, o, 2}}, true).parts(law)[0], nil)
				if math.Abs(got/want-1) > 1e-6 {
					t.Errorf("a = %v, N = %v, %d steps: %v, want %v", a, n, steps, got, want)
				}
			}
		}
	}
}

// SGD under a schedule is taken in pieces, and is the engine's to 10^-4; in constant ones to
// 10^-6. Slopes by h come with it.
func TestScheduledAgainstExpect(t *testing.T) {
	for o, off := range map[string]struct {
		Optimizer
		by float64
	}{
		"cosine":  {SGD(1.5).Batch(20).Cosine(), 1e-4},
		"to 0.1":  {SGD(1.5).Batch(3).Segments(Segment{Shape: CosineRate, From: 1, To: 0.1}), 1e-4},
		"linear":  {SGD(SystemRate).Linear(), 1e-4},
		"wsd":     {SGD(0.3).Batch(50).WSD(100, 100), 1e-4},
		"batches": {SGD(1).Segments(Segment{Steps: 300, From: 1, BatchSize: 4}, Segment{From: 0.5, BatchSize: 64}), 1e-6},
		"1/t":     {SGD(1).InverseTime(30).Batch(10), 1e-6},
	} {
		for _, steps := range []int{300, 5000} {
			r := Run{1e7, steps, off.Optimizer, 2}
			f := fitOf(publishedLaw, []Run{r})
			want := f.Floor(r.Size) + must(ExpectedLoss(must(f.ProblemOf(r.Size)), steps, r.Optimizer))
			if err := r.ready(); err != nil {
				t.Fatal(err)
			}
			law := lawOf(f.z())
			got := law.loss(newRunsProblem([]Run{r}, false).parts(law)[0], nil)
			if math.Abs(got/want-1) > off.by {
				t.Errorf("%s, %d steps: %v, want %v", o, steps, got, want)
			}
		}
	}
}

// A rate that may fade fits no worse than one that may not, on any part of the runs.
func TestFadingNests(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(16, 2))
	parts := 1
	if longtest.Wanted() {
		parts = 4
	}
	for range parts {
		var some []Run
		for _, k := range r.Perm(len(publishedRuns))[:20+r.IntN(30)] {
			some = append(some, trainingRuns(publishedRuns[k:k+1])...)
		}
		constant, fading := solveRuns(some, false).Best.Sum, solveRuns(some, true).Best.Sum
		if fading > constant*(1+1e-6) {
			t.Errorf("%d runs: sum %v, without fading %v", len(some), fading, constant)
		}
	}
}

func TestLawSlopes(t *testing.T) {
	testLawSlopes(t, false, publishedLaw)
	testLawSlopes(t, true, append(slices.Clone(publishedLaw), 0.4))
}

func testLawSlopes(t *testing.T, fades bool, values []float64) {
	runs := trainingRuns(publishedRuns[:9])
	for i, o := range []Optimizer{SGD(0.7).Batch(3), Momentum(0.1, 0.8).Batch(20), SGD(1.9).EMA(0.9), SGD(1).Segments(Segment{Steps: 50, From: 1, BatchSize: 4}, Segment{From: 0.5, BatchSize: 64})} {
		if !fades {
			runs[i].Optimizer = o
		}
	}
	p := newRunsProblem(runs, fades)
	z := fitOf(values, runs).z()
	slope := mat.NewDense(len(runs), len(z), nil)
	up, down := make([]float64, len(runs)), make([]float64, len(runs))
	p.residuals(z, up, slope)
	for j := range z {
		const e = 1e-4
		moved := slices.Clone(z)
		moved[j] += e
		p.residuals(moved, up, nil)
		moved[j] -= 2 * e
		p.residuals(moved, down, nil)
		for k := range runs {
			if want := (up[k] - down[k]) / (2 * e); math.Abs(slope.At(k, j)-want) > 1e-6 {
				t.Errorf("run %d, parameter %d: slope %v, by differences %v", k, j, slope.At(k, j), want)
			}
		}
	}
}

// madeRuns are runs of a law with a relative error.
func madeRuns(values []float64, sd float64, r *rand.Rand) []Run {
	var runs []Run
	for _, n := range []float64{300, 3000, 30000} {
		for _, b := range []float64{1, 8, 64} {
			for _, k := range []int{5, 50, 500, 5000} {
				runs = append(runs, Run{n, k, SGD(SystemRate).Batch(b), 1})
			}
		}
	}
	law := lawOf(fitOf(values, runs).z())
	for k, parts := range newRunsProblem(runs, false).parts(law) {
		runs[k].Loss = law.loss(parts, nil) * math.Exp(sd*r.NormFloat64())
	}
	return runs
}

// The rate of the intervals over 500 fits, within 92% and 98%, takes ten minutes:
//
//	go test ./theory -run FitRunsCovers -fits 500
var fitsMade = flag.Int("fits", 40, "fits of which the intervals are counted")

// Of runs that the law made, 95% of the intervals hold the truth, and of the predictions the
// next run, within 3.08 standard deviations of the count.
func TestFitRunsCovers(t *testing.T) {
	longtest.Only(t)
	const sd = 0.01
	fits := *fitsMade
	truth := []float64{1.35, 0.9, 3, 0.8, 0.8, 1, 0.7}
	next := Run{1e6, 50000, SGD(SystemRate).Batch(512), 1}
	law := lawOf(fitOf(truth, nil).z())
	nextLoss := law.loss(newRunsProblem([]Run{next}, false).parts(law)[0], nil)
	held := make([]int, lawSize+1)
	var lock sync.Mutex
	var workers sync.WaitGroup
	for w := range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := w; i < fits; i += runtime.GOMAXPROCS(0) {
				r := rand.New(rand.NewPCG(uint64(i), 99))
				f := must(fitRuns(madeRuns(truth, sd, r), false))
				measured := nextLoss * math.Exp(sd*r.NormFloat64())
				e := must(f.Predict(next))
				lock.Lock()
				for k, e := range f.Parameters {
					if e.Low <= truth[k] && truth[k] <= e.High {
						held[k]++
					}
				}
				if e.Low <= measured && measured <= e.High {
					held[lawSize]++
				}
				lock.Unlock()
			}
		})
	}
	workers.Wait()
	expected := 0.95 * float64(fits)
	for k, n := range held {
		if math.Abs(float64(n)-expected) > 3.08*math.Sqrt(0.05*expected) {
			t.Errorf("number %d: %d of %d intervals hold the truth", k, n, fits)
		}
	}
	t.Log(held)
}

// Without error the fit finds the law that made the runs, whatever their methods.
func TestFitRunsFindsTheLaw(t *testing.T) {
	t.Parallel()
	truth := []float64{1.35, 0.9, 3, 0.8, 0.8, 1, 0.7}
	runs := madeRuns(truth, 0, rand.New(rand.NewPCG(1, 1)))
	f := must(FitRuns(runs))
	for k, e := range f.Parameters {
		if math.Abs(e.Value-truth[k]) > 1e-4 {
			t.Errorf("%v: the law had %v", e, truth[k])
		}
	}
	for k := range runs { // the same law, other methods
		o := runs[k].Optimizer
		o.LearningRate, o.Momentum = []float64{0.1, 0.4, 1}[k%3], []float64{0, 0.5, 0.9}[k/3%3]
		runs[k].Optimizer = o
	}
	law := lawOf(fitOf(truth, runs).z())
	for k, parts := range newRunsProblem(runs, false).parts(law) {
		runs[k].Loss = law.loss(parts, nil)
	}
	f = must(FitRuns(runs))
	for k, e := range f.Parameters {
		if math.Abs(e.Value-truth[k]) > 1e-3 {
			t.Errorf("with rates and momentum: %v: the law had %v", e, truth[k])
		}
	}
}
