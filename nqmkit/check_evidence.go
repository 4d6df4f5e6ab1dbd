package nqmkit

import (
	"math"

	"nqm/theory"
)

// evidence is what a check knows of the law of an average of losses if the closed
// form is right.
type evidence struct {
	basis theory.Basis
	laws  []theory.LossLaw // of one run by place in the steps, where they are known
	below func(scatter) lowTail
}

// scatter is what is known of a loss at a step, in units of its mean.
type scatter struct{ known, shown float64 } // variance: for Gaussian noise, of the runs

// mostTerms is up to how many directions times steps the law of an average is asked:
// for a few seconds.
const mostTerms = 1 << 20

// evidenceOf returns what is known of m's losses on q at the steps.
func evidenceOf(q Quadratic, m theory.Method, steps []int) evidence {
	p, law := must(spectrumOf(q)), Law{kind: gaussianLaw}
	if n, ok := q.(Noisy); ok {
		law = n.Law
	}
	terms := p.Len() * len(steps)
	if p.Law.Count > 0 { // summed by quadrature
		terms = 0
	}
	switch {
	case p.Streaming:
		return evidence{basis: theory.ShownSpread, below: func(s scatter) lowTail { return bennett(max(s.shown, s.known)) }}
	case law.kind == gaussianLaw && !p.Correlated && terms <= mostTerms:
		return evidence{basis: theory.KnownLaw, laws: must(theory.LossLawsOf(p, steps, m))}
	}
	return evidence{basis: theory.BoundedLaw, below: func(s scatter) lowTail { return law.lowTail(s.known) }}
}

// tails returns the probabilities, or bounds of them, of an average as low as the mean
// of the losses at place k, and as high.
func (e evidence) tails(exact theory.Curve, losses []float64, k int, mean float64) (low, high float64) {
	if e.laws != nil {
		return e.laws[k].Average(len(losses)).Tails(mean)
	}
	if short := 1 - mean/exact.Loss[k]; short > 0 {
		return e.below(scatterOf(exact, losses, k))(short, len(losses)), 1
	}
	return 1, bet(losses, 1/exact.Loss[k])
}

// scatterOf is that of the loss at place k.
func scatterOf(exact theory.Curve, losses []float64, k int) scatter {
	s := scatter{known: 2} // the most of a quadratic form in Gaussian numbers; streaming noise has more
	if exact.StdDev != nil {
		s.known = square(exact.StdDev[k] / exact.Loss[k])
	}
	mean, stdErr := meanStdErr(losses)
	s.shown = square(stdErr/mean) * float64(len(losses))
	return s
}

func square(x float64) float64 { return x * x }

// bet returns a bound of the probability that independent numbers >= 0, of whatever
// law, are as high as those times unit if their mean is 1: the inverse of what one
// wins who stakes shares λ of a fortune of 1, one part of it for each λ, on the next
// number being larger than 1,
//
//	E = mean over λ of Π (1 + λ (x-1))        E[E] = 1        P(E >= e) <= 1/e
//
// (Ville 1939; Waudby-Smith and Ramdas, Estimating means of bounded random variables
// by betting, JRSS B 2024).
func bet(numbers []float64, unit float64) float64 {
	const shares = 12
	won := 0.0
	for k := range shares {
		share, log, fortune := math.Ldexp(1, -k), 0.0, 1.0
		for _, x := range numbers {
			if fortune *= 1 + share*(x*unit-1); !(fortune > 1e-100 && fortune < 1e100) {
				log, fortune = log+math.Log(fortune), 1
			}
		}
		won += math.Exp(log+math.Log(fortune)) / shares
	}
	return math.Min(1, 1/won)
}

// lowTail bounds the probability that the average of n independent numbers >= 0 of
// mean 1 is at most 1 - short.
type lowTail func(short float64, n int) float64

// bennett is the bound of Bennett (1962) for numbers of a variance, which are at most
// 1 below their mean:
//
//	exp(-n v ((1+u) log(1+u) - u))        u = short/v
func bennett(variance float64) lowTail {
	return func(short float64, n int) float64 {
		u := short / variance
		if !(u > 1e-8) { // or the variance is not known
			return 1
		}
		return math.Exp(-float64(n) * variance * ((1+u)*math.Log1p(u) - u))
	}
}

// moment is the bound for numbers whose moment of order p, 1 < p <= 2, is at most m: as
// e^-y <= 1 - y + 2^(1-p) y^p for y >= 0,
//
//	P <= exp(n (2^(1-p) m s^p - s short)) for each s > 0
func moment(p, m float64) lowTail {
	return func(short float64, n int) float64 {
		s := math.Pow(short/(p*math.Exp2(1-p)*m), 1/(p-1))
		return math.Exp(-float64(n) * s * short * (1 - 1/p))
	}
}

// lowTail returns the bound for the losses of linear methods under noise of the law,
// if under Gaussian noise their variance is the given one in units of their mean.
//
// The loss is a form |u + Σ ε_k w_k|²/2 in independent symmetric numbers of variance
// 1. With an excess kurtosis κ of theirs, its variance is the Gaussian one and κ Σ
// |w_k|⁴/4, which is at most κ/2 times the Gaussian one. Where κ is not finite a
// moment of order p < ν/2 is: given all |ε_k| its second moment is at most 3 times
// the square of its mean, which has the moments of Σ ε_k² |w_k|²/2; thus, by
// Minkowski, E L^p <= 3^(p/2) E|ε|^(2p) (E L)^p.
func (l Law) lowTail(variance float64) lowTail {
	if l.kind != studentLaw {
		return bennett(variance) // of Rademacher numbers κ = -2, of Gaussian ones 0
	}
	var bounds []lowTail
	if l.freedom > 4 {
		bounds = append(bounds, bennett(variance*(1+3/(l.freedom-4))))
	}
	most := math.Min(2, l.freedom/2)
	for k := 1; k < 10; k++ {
		p := 1 + (most-1)*float64(k)/10
		bounds = append(bounds, moment(p, math.Pow(3, p/2)*l.moment(2*p)))
	}
	return func(short float64, n int) float64 {
		least := 1.0
		for _, b := range bounds {
			least = math.Min(least, b(short, n))
		}
		return least
	}
}

// moment returns E|ε|^q of Student's t of variance 1, q < ν.
func (l Law) moment(q float64) float64 {
	log := func(x float64) float64 { v, _ := math.Lgamma(x); return v }
	return math.Pow(l.freedom-2, q/2) / math.SqrtPi *
		math.Exp(log((q+1)/2)+log((l.freedom-q)/2)-log(l.freedom/2))
}
