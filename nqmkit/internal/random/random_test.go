package random

import (
	"math"
	"testing"

	"nqm/theory/longtest"
)

// tally counts draws in cells that are equally probable under N(0, 1), and
// beyond some tails, and sums their powers.
type tally struct {
	n      float64
	cells  []float64
	powers [7]float64
	beyond map[float64]float64
}

func tallyOf(draws int) tally {
	y := tally{cells: make([]float64, 1<<16), beyond: map[float64]float64{}}
	s := New(2019, 0, ForNoise)
	batch := make([]float64, 1<<12)
	for range draws / len(batch) {
		s.Normals(batch)
		for _, x := range batch {
			y.take(x)
		}
	}
	return y
}

func (y *tally) take(x float64) {
	y.n++
	p := math.Erfc(-x/math.Sqrt2) / 2
	y.cells[min(int(p*float64(len(y.cells))), len(y.cells)-1)]++
	power := 1.0
	for k := range y.powers {
		y.powers[k] += power
		power *= x
	}
	for _, edge := range tailEdges {
		if x > edge {
			y.beyond[edge]++
		}
		if x < -edge {
			y.beyond[-edge]++
		}
	}
}

// tailEdges are thresholds around the start of the tail's own generator.
var tailEdges = []float64{2, 3, 3.5, 3.8, tailStart, 3.9, 4, 4.5, 5}

// Each test's statistic has a false-alarm rate below 10^-4, and the seed is
// fixed. The long run has 10^8 draws: a cell's probability that is wrong by 1%
// in one of a hundred cells is found.
func TestNormalsFollowTheNormalLaw(t *testing.T) {
	draws := 100_000_000
	if !longtest.Wanted() {
		draws = 2_000_000
	}
	y := tallyOf(draws)
	y.checkMoments(t)
	y.checkTails(t)
	y.checkCells(t)
}

func (y tally) checkMoments(t *testing.T) {
	expected := [...]float64{1, 0, 1, 0, 3, 0, 15, 0, 105, 0, 945, 0, 10395} // E x^k
	for k := 1; k < len(y.powers); k++ {
		mean, spread := y.powers[k]/y.n, math.Sqrt((expected[2*k]-expected[k]*expected[k])/y.n)
		if z := (mean - expected[k]) / spread; math.Abs(z) > 4.5 {
			t.Errorf("E x^%d = %v, %.1f standard errors from %v", k, mean, z, expected[k])
		}
	}
}

func (y tally) checkTails(t *testing.T) {
	for edge, count := range y.beyond {
		p := math.Erfc(math.Abs(edge)/math.Sqrt2) / 2
		if z := (count - y.n*p) / math.Sqrt(y.n*p); math.Abs(z) > 5 && y.n*p > 30 {
			t.Errorf("%.0f draws beyond %v: %.1f standard errors from %.1f", count, edge, z, y.n*p)
		}
	}
}

// checkCells runs Kolmogorov and Smirnov's, Anderson and Darling's and
// Pearson's tests on the counts of 2^16 equally probable cells.
func (y tally) checkCells(t *testing.T) {
	width := 1 / float64(len(y.cells))
	var below, furthest, weighted, chi2 float64
	for i, count := range y.cells {
		below += count
		p := float64(i+1) * width
		gap := below/y.n - p
		furthest = math.Max(furthest, math.Abs(gap))
		if i < len(y.cells)-1 {
			weighted += y.n * gap * gap / (p * (1 - p)) * width
		}
		chi2 += (count - y.n*width) * (count - y.n*width) / (y.n * width)
	}
	// Kolmogorov's law: P(√n D > z) < 2 exp(-2z²).
	if z := math.Sqrt(y.n) * furthest; 2*math.Exp(-2*z*z) < 1e-4 {
		t.Errorf("Kolmogorov-Smirnov: √n D = %.2f", z)
	}
	// A² = Σ Z_j²/(j(j+1)): P(A² > z) ~ √3 P(|Z| > √(2z)).
	if p := math.Sqrt(3) * math.Erfc(math.Sqrt(weighted)); p < 1e-4 {
		t.Errorf("Anderson-Darling: A² = %.2f", weighted)
	}
	df := float64(len(y.cells) - 1)
	if z := (chi2 - df) / math.Sqrt(2*df); math.Abs(z) > 4.5 {
		t.Errorf("Pearson: %.1f standard deviations from its mean", z)
	}
	t.Logf("%.0g draws: √n D = %.2f, A² = %.2f, χ² %.2f standard deviations from its mean", y.n, math.Sqrt(y.n)*furthest, weighted, (chi2-df)/math.Sqrt(2*df))
}

// Streams of neighbouring runs, seeds and purposes, and one stream at a lag,
// are uncorrelated, and so are their squares.
func TestStreamsAreUncorrelated(t *testing.T) {
	const n = 1 << 20
	draw := func(s Stream) []float64 {
		x := make([]float64, n+1)
		s.Normals(x)
		return x
	}
	base := draw(New(5, 0, ForNoise))
	for _, other := range []struct {
		name string
		x    []float64
	}{
		{"the next run", draw(New(5, 1, ForNoise))},
		{"the next seed", draw(New(6, 0, ForNoise))},
		{"another purpose", draw(New(5, 0, ForStart))},
		{"another seed and run", draw(New(4, 1, ForNoise))},
		{"itself one later", base[1:]},
		{"itself two later", base[2:]},
		{"itself 512 later", base[512:]},
	} {
		var plain, square float64
		for i, v := range other.x {
			plain += base[i] * v
			square += (base[i]*base[i] - 1) * (v*v - 1) / 2
		}
		root := math.Sqrt(float64(len(other.x)))
		if math.Abs(plain/root) > 4.5 || math.Abs(square/root) > 5 {
			t.Errorf("correlation with %s: %.2f standard errors, of squares %.2f", other.name, plain/root, square/root)
		}
	}
}

// The other laws have mean 0, variance 1 and the fourth moment of theirs.
func TestLawsHaveUnitVariance(t *testing.T) {
	const n = 1 << 20
	for _, test := range []struct {
		name   string
		law    Law
		fourth float64
	}{{"Gaussian", Gaussian, 3}, {"Rademacher", Rademacher, 1}, {"Student t", StudentT(12), 3 + 6.0/8}} {
		s := New(3, 0, ForNoise)
		x := make([]float64, n)
		test.law.Fill(&s, x)
		var sums [5]float64
		for _, v := range x {
			for k, p := 1, v; k <= 4; k, p = k+1, p*v {
				sums[k] += p / n
			}
		}
		if math.Abs(sums[1]) > 0.005 || math.Abs(sums[2]-1) > 0.01 || math.Abs(sums[4]-test.fourth) > 0.05*test.fourth {
			t.Errorf("%v: mean %.4f, variance %.4f, fourth moment %.3f (want 0, 1, %.3f)", test.name, sums[1], sums[2], sums[4], test.fourth)
		}
	}
}

// The first draws of a stream are frozen: seeds in notebooks and papers depend
// on them, on every processor.
func TestStreamIsFrozen(t *testing.T) {
	s := New(2019, 3, ForNoise)
	var sum uint64
	for range 1000 {
		sum = sum*31 + math.Float64bits(s.Normal())
	}
	tails := New(2019, 3, ForNoise)
	for range 1000 {
		sum = sum*31 + math.Float64bits(tails.normalTail())
	}
	if want := uint64(0xf974a0b0a8605b7d); sum != want {
		t.Errorf("the stream has changed: %#x, was %#x", sum, want)
	}
}

// The edges are rounded to 39 bits so that every processor has the same: none
// may lie where an error of some last bits decides the rounding. All layers
// must have the same area, the last must end at the top.
func TestLayers(t *testing.T) {
	edge := edges()
	for i := range layerCount {
		_, part := math.Modf(edge[i] * 0x1p39)
		if math.Abs(part-0.5) < 8*0x1p-13 {
			t.Errorf("edge %d = %v is between two numbers of 39 bits", i, edge[i])
		}
		if area := edge[i] * (density(edge[i+1]) - density(edge[i])); i > 0 && math.Abs(area/layerArea-1) > 1e-10 {
			t.Errorf("layer %d has the area %v, the base %v", i, area, layerArea)
		}
	}
	tail := math.Sqrt(math.Pi/2) * math.Erfc(tailStart/math.Sqrt2)
	if base := tailStart*density(tailStart) + tail; math.Abs(base/layerArea-1) > 1e-10 {
		t.Errorf("the base has the area %v, want %v", base, layerArea)
	}
}

func BenchmarkNormals(b *testing.B) {
	s := New(1, 0, ForNoise)
	dst := make([]float64, 1000)
	for b.Loop() {
		s.Normals(dst)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(dst)), "ns/normal")
}

// BenchmarkBits is what of a normal draw is its random bits.
func BenchmarkBits(b *testing.B) {
	s := New(1, 0, ForNoise)
	dst := make([]uint64, 1000)
	for b.Loop() {
		fillBits(&s, dst)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(dst)), "ns/draw")
}

func fillBits(s *Stream, dst []uint64) {
	at := *s
	for i := range dst {
		var u uint64
		u, at = at.draw()
		dst[i] = u
	}
	*s = at
}
