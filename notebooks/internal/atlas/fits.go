package atlas

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"nqm/nqmkit"
	"nqm/plotting"
	"nqm/theory"
)

// fits are the figures of laws fitted to measured numbers of language models.
var fits = []Figure{
	{"critical-batch", "steps to a loss against batch size of three language models, with critical batch sizes (arXiv 2410.21676)", criticalBatches},
	{"critical-batch-law", "the critical batch size of the same models against their size, as one law", criticalBatchLaw},
	{"training-runs", "the noisy quadratic system fitted to 64 language-model runs (arXiv 2605.09154)", trainingRuns},
	{"final-losses", "final loss over learning rate and batch size, fitted at a constant rate, predicted under a cosine (arXiv 2607.21716)", finalLossFigure},
}

func criticalFits() (all []theory.CriticalFit) {
	for _, m := range stepsToTarget {
		all = append(all, nqmkit.CriticalBatch(measuredBatches, m.steps, 256))
	}
	return all
}

func criticalBatches() drawn {
	all := criticalFits()
	f := plotting.CriticalBatches(all)
	f.Caption = "Language models of 85 million, 302 million and 1.2 billion parameters (fits 1, 2 and 3). " + f.Caption
	var points []theory.Residual
	for _, fit := range all {
		points = append(points, fit.Residuals()...)
	}
	return drawn{f, nqmkit.TableOf(points)}
}

func criticalBatchLaw() drawn {
	var sizes []float64
	for _, m := range stepsToTarget {
		sizes = append(sizes, m.size)
	}
	law := nqmkit.CriticalBatchLaw(sizes, criticalFits()...)
	return drawn{plotting.CriticalBatchLaw(law), nqmkit.TableOf(must(law.Residuals()))}
}

func trainingRuns() drawn {
	var runs []theory.Run
	for _, r := range systemRuns {
		runs = append(runs, theory.Run{Size: r[0], Steps: int(r[2]), Optimizer: nqmkit.SGD(theory.SystemRate).Batch(r[1]), Loss: r[3]})
	}
	fit := nqmkit.FitRuns(runs)
	return drawn{plotting.FittedRuns([]theory.RunsFit{fit}), nqmkit.TableOf(fit.Residuals())}
}

// actingRate is what a rate of an optimizer that divides by the root mean square of the
// gradient does in terms of SGD: the mean square is in proportion to 1/B + 1/bend, noise and
// signal.
func actingRate(rate, batch, bend float64) float64 {
	return rate / 16 * math.Sqrt(batch/(1+batch/bend))
}

// finalLossFit fits the final losses at the constant rates, for the bend of the acting rate
// among powers of two that fits best. The largest batch size is not in it: there the loss grows
// with the rate from the first on, which no stable quadratic does.
var finalLossFit = sync.OnceValues(func() (best theory.RunsFit, bend float64) {
	for _, b := range nqmkit.PowersOfTwo(4, 7) {
		var runs []theory.Run
		for _, r := range finalLosses {
			if r[0] < 4096 {
				runs = append(runs, theory.Run{Size: 150e6, Steps: int(r[2]), Optimizer: nqmkit.SGD(actingRate(r[1], r[0], b)).Batch(r[0]), Loss: r[3]})
			}
		}
		if fit := nqmkit.FitRuns(runs); bend == 0 || fit.Sum < best.Sum {
			best, bend = fit, b
		}
	}
	return best, bend
})

// finalLossFigure draws the fit, and predicts a cosine that ends at a tenth.
func finalLossFigure() drawn {
	fit, bend := finalLossFit()
	p := plotting.Panel{X: plotting.Axis{Label: "learning rate", Scale: plotting.Log10}, Y: plotting.Axis{Label: "final loss"}}
	q := p
	p.Title, q.Title = "Constant rate: measured and fitted", "Cosine to a tenth: predicted"
	columns, fitted, batchSizes := make([][]float64, 5), fit.Runs, map[float64]bool{}
	for _, r := range fitted {
		batchSizes[r.Optimizer.BatchSize] = true
	}
	sizes := len(batchSizes)
	for from := 0; from < len(fitted); {
		to := from
		for to < len(fitted) && fitted[to].Optimizer.BatchSize == fitted[from].Optimizer.BatchSize {
			to++
		}
		var x, measured, law, cosine plotting.Values
		for k := from; k < to; k++ {
			r, rate := fitted[k], finalLosses[k][1]
			r.Optimizer = r.Optimizer.Segments(nqmkit.Segment{Shape: theory.CosineRate, From: 1, To: 0.1})
			falling := must(fit.LossOf(r))
			x, measured, law, cosine = append(x, rate), append(measured, r.Loss), append(law, fit.Fitted[k]), append(cosine, falling)
			for i, v := range []float64{r.Optimizer.BatchSize, rate, r.Loss, fit.Fitted[k], falling} {
				columns[i] = append(columns[i], v)
			}
		}
		name, k := fmt.Sprintf("B = %g", fitted[from].Optimizer.BatchSize), len(p.Series)/2
		points := ordered(k, sizes, name, x, measured)
		points.Kind = plotting.KindPoints
		lawLine := ordered(k, sizes, name, x, law)
		lawLine.Marker, lawLine.End = plotting.Plain, ""
		p.Series = append(p.Series, lawLine, inLegend(points))
		q.Series = append(q.Series, inLegend(ordered(k, sizes, name, x, cosine)))
		from = to
	}
	f := plotting.Figure{
		Title: fmt.Sprintf("A cosine is foreseen to end at %.4g, where the best constant rate came to %.4g",
			slices.Min(columns[4]), slices.Min(columns[2])),
		Subtitle: "Final loss of a language model of 150 million parameters, and the noisy quadratic system fitted to it",
		Caption:  fmt.Sprintf("Left, points are measured at a constant rate, lines the noisy quadratic system fitted to them, off by %.2g%%; of a rate α acts α √(B/(1 + B/%g)), as an optimizer that divides by the gradient's root mean square makes it. Right, what the fit predicts of the same runs under a cosine that ends at a tenth of the rate. B = 4096 is left out: there the loss grows with the rate from the first on, as in no stable quadratic.", 100*fit.Misfit, bend),
		Columns:  2,
		Panels:   []plotting.Panel{p, q},
		Notes:    fit.Notes,
	}
	var all []column
	for i, name := range []string{"batch_size", "learning_rate", "loss_constant", "fitted_constant", "predicted_cosine"} {
		all = append(all, column{name, "", columns[i]})
	}
	return drawn{f, table(all...)}
}
