package networks

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"nqm/nqmkit"
	"nqm/theory"
)

// ScalesAlong returns the gradient noise scales of labs where gradient descent from their
// starts meets each of the losses above the minimum,
//
//	B_simple = tr C / |g|²        B_noise = tr GC / g'Gg
//
// with C and g over all examples at that point, and G the Gauss-Newton matrix at the
// optimum: the geometric mean over the labs, with Student's interval of 95% for its
// logarithm. A loss at or above that of the start is the start. An interrupt keeps the losses
// that were finished with all labs. It panics on no lab, and
// on a loss that is not > 0.
func ScalesAlong(labs []*Lab, losses ...float64) []theory.Estimate {
	if len(labs) == 0 {
		panic(fmt.Errorf("networks: noise scales of 0 labs: want 1 or more"))
	}
	for _, l := range labs {
		checkModel(l)
	}
	scales := nqmkit.Grid("loss", losses, "lab", spaced(len(labs)), func(loss, lab float64) [2]float64 {
		if !(loss > 0) {
			panic(fmt.Errorf("networks: loss %v above the minimum: want a number > 0", loss))
		}
		l := labs[int(lab)]
		r := l.Metric()
		r.Gradient, r.Noise = noiseAlong(l, l.descent(loss), r.Basis)
		return [2]float64{math.Log(r.BSimple()), math.Log(r.BNoise())}
	}).Results
	var all []theory.Estimate
	for k, loss := range losses {
		for which, name := range []string{"B_simple", "B_noise"} {
			var logs []float64
			for lab := range labs {
				if at := k*len(labs) + lab; at < len(scales) {
					logs = append(logs, scales[at][which])
				}
			}
			if len(logs) == len(labs) {
				all = append(all, logMean(fmt.Sprintf("%s at loss %.3g", name, loss), logs))
			}
		}
	}
	return all
}

// logMean is the geometric mean of exp(logs), with Student's interval.
func logMean(name string, logs []float64) theory.Estimate {
	n := float64(len(logs))
	mean, squares := 0.0, 0.0
	for _, v := range logs {
		mean += v / n
	}
	for _, v := range logs {
		squares += (v - mean) * (v - mean)
	}
	e := theory.Estimate{Name: name, Value: math.Exp(mean), Low: 0, High: math.Inf(1)}
	if n > 1 {
		half := student95(n-1) * math.Sqrt(squares/(n-1)/n)
		e.Low, e.High = math.Exp(mean-half), math.Exp(mean+half)
	}
	return e
}

// student95 is how many standard errors an interval of 95% goes to each side.
func student95(freedom float64) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}.Quantile(0.975)
}
