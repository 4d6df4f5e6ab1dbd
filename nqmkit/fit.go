package nqmkit

import (
	"fmt"

	"nqm/theory"
)

// CriticalBatch returns the critical batch size of measured points, the steps to a
// target at each batch size, by every definition and with profile intervals of 95%: see
// theory.FitCritical. No model is needed. A reference batch size is where perfect
// scaling is counted from; without one it is the smallest of the points.
//
//	nqmkit.CriticalBatch([]float64{64, 128, 256, 512}, []float64{46000, 23000, 13282, 7000}, 256)
//
// It panics on fewer than three points, or at one batch size only, on numbers that are not
// finite and > 0, and on more than one reference.
func CriticalBatch(batchSizes, steps []float64, reference ...float64) theory.CriticalFit {
	return must(theory.FitCritical(batchSizes, steps, atMostOne("reference batch sizes", reference)))
}

// CriticalBatchLaw returns how the critical batch size grows with the size N of a model,
// from what CriticalBatch returned for each size, with profile intervals of 95% and the law's
// word on sizes that were not measured: see theory.FitCriticalLaw.
//
//	small, large := nqmkit.CriticalBatch(b, ofSmall, 256), nqmkit.CriticalBatch(b, ofLarge, 256)
//	law := nqmkit.CriticalBatchLaw([]float64{85e6, 1.2e9}, small, large)
//	nqmkit.CriticalBatchAt(law, 302e6)
//
// It panics on fewer than two sizes, on sizes that are not finite and > 0, unless there is
// one fit for each, and on fits of unequal reference batch sizes.
func CriticalBatchLaw(sizes []float64, fits ...theory.CriticalFit) theory.CriticalLaw {
	return must(theory.FitCriticalLaw(sizes, fits))
}

// CriticalBatchAt returns S_min, E_min and the critical batch size by two definitions that a
// law gives a model of size n, measured or not. It panics unless n is finite and > 0.
func CriticalBatchAt(law theory.CriticalLaw, n float64) []theory.Estimate {
	return must(law.At(n))
}

// atMostOne returns the number that was given, or 0.
func atMostOne(what string, given []float64) float64 {
	switch len(given) {
	case 0:
		return 0
	case 1:
		return given[0]
	}
	panic(fmt.Errorf("nqmkit: %d %s: want at most one", len(given), what))
}

// NoiseScaleOfNorms returns B_simple, tr C and |g|² from logs of the squared norm of
// gradients over batches of two sizes, with intervals of 95%: see theory.FitNorms.
//
//	nqmkit.NoiseScaleOfNorms(32, 256, t.Numbers("norm2_32"), t.Numbers("norm2_256"))
//
// It panics unless 1 <= small < big, on fewer than two entries of either log, and on
// numbers that are not finite and >= 0.
func NoiseScaleOfNorms(small, big float64, ofSmall, ofBig []float64) []theory.Estimate {
	return must(theory.FitNorms(small, big, ofSmall, ofBig))
}
