package theory

import (
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// binCounts is the rule of the published notebook, eigenvalue by eigenvalue:
// 1/i is in the first bin k with i^(bins-1) <= d^k.
func binCounts(d, bins int) []float64 {
	counts := make([]float64, bins)
	exp := func(v, n int) *big.Int { return new(big.Int).Exp(big.NewInt(int64(v)), big.NewInt(int64(n)), nil) }
	for i, k := 1, 0; i <= d; i++ {
		for exp(i, bins-1).Cmp(exp(d, k)) > 0 {
			k++
		}
		counts[k]++
	}
	return counts
}

// countsOf puts the directions of a quantised spectrum back into the bins.
func countsOf(t *testing.T, p Problem, d, bins int) []float64 {
	counts := make([]float64, bins)
	for i, h := range p.Curvature {
		k := int(math.Round(-math.Log(h) / math.Log(float64(d)) * float64(bins-1)))
		near(t, "edge", h, math.Exp(-float64(k)/float64(bins-1)*math.Log(float64(d))), 1e-13)
		counts[k] += p.Multiplicity[i]
	}
	return counts
}

// Every eigenvalue counts where whole numbers say, on an edge or beside it: all
// small spectra, random ones, and powers, on whose edges eigenvalues lie.
func TestPublishedBinsCount(t *testing.T) {
	see := func(d, bins int) {
		got, want := countsOf(t, must(PublishedBins(d, bins)), d, bins), binCounts(d, bins)
		if !slices.Equal(got, want) {
			t.Errorf("d = %d in %d bins: %v, want %v", d, bins, got, want)
		}
	}
	for d := 2; d <= 40; d++ {
		for bins := 2; bins <= 20; bins++ {
			see(d, bins)
		}
	}
	rng := rand.New(rand.NewPCG(15, 2))
	for range 30 {
		see(2+rng.IntN(3000), 2+rng.IntN(150))
		root, power := 2+rng.IntN(9), 2+rng.IntN(3)
		see(int(math.Pow(float64(root), float64(power))), 1+power*(1+rng.IntN(9)))
	}
	see(10_000, 100)
}

// On edges of equal ratios 2 the loss is known by hand: ½ (1 + Σ 2^(k-1) 2^-k).
func TestPublishedBinsStart(t *testing.T) {
	for k := 1; k <= 20; k++ {
		p := must(PublishedBins(1<<k, k+1))
		near(t, "start loss", must(ExpectedLoss(p, 0, SGD(1))), 0.5+float64(k)/4, 1e-15)
		if want := "published quantisation"; k >= few && !strings.Contains(p.String(), want) {
			t.Errorf("2^%d in %d bins: %q does not say %q", k, k+1, p, want)
		}
	}
}

// NumPy has the same numbers (testdata/bins.py), but that an edge rounded up may
// have lost the one eigenvalue on it to the next bin.
func TestPublishedBinsNumPy(t *testing.T) {
	data, err := os.ReadFile("testdata/published-bins.csv")
	if err != nil {
		t.Fatal(err)
	}
	clear := 0
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n")[2:] {
		cells := strings.Split(line, ",")
		d, bins := must(strconv.Atoi(cells[0])), must(strconv.Atoi(cells[1]))
		got := countsOf(t, must(PublishedBins(d, bins)), d, bins)
		var most, ours, theirs float64
		for k, cell := range strings.Fields(cells[2]) {
			ours, theirs = ours+got[k], theirs+must(strconv.ParseFloat(cell, 64))
			most = math.Max(most, ours-theirs)
			if ours < theirs {
				t.Errorf("d = %d in %d bins: %v up to bin %d, NumPy has %v", d, bins, ours, k, theirs)
			}
		}
		if cells[3] == "1" {
			clear++
		}
		if most > 1 || cells[3] == "1" && most > 0 {
			t.Errorf("d = %d in %d bins: %v more than NumPy has, nothing on an edge: %s", d, bins, most, cells[3])
		}
	}
	if clear < 50 {
		t.Errorf("only %d rows without a doubt", clear)
	}
}
