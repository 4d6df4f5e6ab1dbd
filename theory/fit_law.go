package theory

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// systemLaw is the noisy quadratic system: an infinite noisy quadratic of which a model
// of N parameters learns the first N directions,
//
//	h_i = Q i^-q        c_i = R i^-r        h_i E θ_i(0)² = P i^-p
//
//	loss = e_irr + ½ P Σ_{i>N} i^-p + E L(t) of the first N
//
// (arXiv 2605.09154, where these letters are).
type systemLaw struct {
	p, q       float64 // exponents of start and curvature; p > 1
	logP, logQ float64
	logE, logR float64 // of the irreducible loss and of the noise
	r          float64 // exponent of the noise
	fade       float64 // a: see FitFadingRuns
}

// lawOf reads the law off the parameters of a fit.
func lawOf(z []float64) systemLaw {
	l := systemLaw{p: 1 + math.Exp(z[0]), q: math.Exp(z[1]), logP: z[2], logQ: z[3], logE: z[4], logR: z[5], r: z[6]}
	if len(z) > lawSize {
		l.fade = z[lawSize]
	}
	return l
}

// lawSize is the number of parameters, of a rate that does not fade.
const lawSize = 7

func lawLength(fades bool) int {
	if fades {
		return lawSize + 1
	}
	return lawSize
}

// problem is the law's first n directions.
func (l systemLaw) problem(n float64) Law {
	return Law{
		Count: n, Curvature: Power{math.Exp(l.logQ), l.q}, Noise: Power{math.Exp(l.logR), l.r},
		Variance: Power{math.Exp(l.logP - l.logQ), l.p - l.q},
	}
}

// floor is the loss that n directions leave.
func (l systemLaw) floor(n float64) float64 {
	return math.Exp(l.logE) + 0.5*math.Exp(l.logP)*mathext.Zeta(l.p, n+1)
}

// lawNodes are the places of a sum over the first n directions of a law, fixed while its
// exponents are fitted.
type lawNodes struct {
	n           float64
	log, weight []float64
}

// fitRung is the resolution of a fit, whose losses it gives to 10^-6
// (TestFitRunsAgainstExpect).
var fitRung = rung{16, 0.35}

func nodesOf(n float64) lawNodes {
	all := lawNodes{n: n}
	for _, d := range (Law{Count: n, Curvature: Power{1, -1}}).nodes(fitRung) { // h_i = i
		all.log, all.weight = append(all.log, math.Log(d.Curvature)), append(all.weight, d.Multiplicity)
	}
	return all
}

// answer is how a direction answers to its start and to the noise of one example, with
// the derivatives by log h, and by a of a rate that fades.
type answer struct{ start, startSlope, noise, noiseSlope, startFade, noiseFade float64 }

// lawFollower is a method in one direction; prepare is for curvature h and, where the rate
// fades, its factors in the pieces.
type lawFollower interface {
	prepare(h float64, factors []float64)
	at(steps int) answer
}

// followersOf returns a lawFollower for each of n directions. The batch size must be 1 or in
// a schedule.
func followersOf(o Optimizer, n int, fades bool) []lawFollower {
	all := make([]lawFollower, n)
	if fades {
		for k := range all {
			all[k] = &fadingFollower{alpha: o.LearningRate}
		}
		return all
	}
	if o.isPlainSGD() {
		plain := make([]plainFollower, n)
		for k := range plain {
			plain[k].alpha = o.LearningRate
			all[k] = &plain[k]
		}
		return all
	}
	if o.isScheduledSGD() {
		pieces := piecesOf(o)
		for k := range all {
			all[k] = &scheduledFollower{alpha: o.LearningRate, pieces: pieces}
		}
		return all
	}
	modeOf := modesOf(o)
	for k := range all {
		all[k] = &modeFollower{of: modeOf}
	}
	return all
}

// isPlainSGD reports whether the settings are those of SGD with a constant rate.
func (o Optimizer) isPlainSGD() bool {
	for i := range settings {
		if s := &settings[i]; s.Field != "LearningRate" && s.Field != "BatchSize" && !s.isNeutral(&o) {
			return false
		}
	}
	return true
}

// isScheduledSGD reports whether the settings are those of SGD under a schedule that ends.
func (o Optimizer) isScheduledSGD() bool {
	endless := slices.ContainsFunc(o.Schedule, func(g Segment) bool { return g.Shape == InverseTimeRate })
	scheduled := o.Schedule != nil
	o.Schedule = nil
	return scheduled && !endless && o.isPlainSGD()
}

// plainFollower is the closed form of SGD (type sgdMode) in plain float64, with its
// derivatives: a fit asks it a million times.
type plainFollower struct{ alpha, log, fall, unit, unitSlope float64 }

func (f *plainFollower) prepare(h float64, _ []float64) {
	x := f.alpha * h
	f.log = math.Log1p(-x)
	if x > 1 {
		f.log = math.Log(x - 1)
	}
	if x >= 2 {
		f.log = math.Inf(1)
	}
	f.fall = x / (x - 1)
	f.unit = f.alpha * f.alpha / (x * (2 - x))
	f.unitSlope = -f.unit * (2 - 2*x) / (2 - x)
}

func (f *plainFollower) at(steps int) answer {
	if math.IsInf(f.log, 1) && steps > 0 {
		return answer{start: math.Inf(1), noise: math.Inf(1)}
	}
	twice := 2 * float64(steps)
	lost := -math.Expm1(twice * f.log)
	fall := 0.0 // of what is kept, by log x
	if lost < 1 {
		fall = (1 - lost) * twice * f.fall
	}
	return answer{start: 1 - lost, startSlope: fall, noise: f.unit * lost, noiseSlope: f.unitSlope*lost - f.unit*fall}
}

// modeFollower is any method, with central differences.
type modeFollower struct {
	of            func(h, c float64) Mode
	now, up, down Mode
}

const followStep = 1e-4

func (f *modeFollower) prepare(h float64, _ []float64) {
	f.now, f.up, f.down = f.of(h, 1), f.of(h*(1+followStep), 1), f.of(h*(1-followStep), 1)
}

func (f *modeFollower) at(steps int) answer {
	now, up, down := f.now.At(steps), f.up.At(steps), f.down.At(steps)
	return answer{
		start: now.Factor * now.Factor, startSlope: (up.Factor*up.Factor - down.Factor*down.Factor) / (2 * followStep),
		noise: now.Noise, noiseSlope: (up.Noise - down.Noise) / (2 * followStep),
	}
}

// lawParts are the parts of a loss under a law, with their derivatives.
type lawParts struct {
	rest, restByP       float64 // of the directions beyond n
	bias, biasByP       float64
	noise, noiseByR     float64
	byQ, byLogQ, byFade float64 // of bias and noise
}

// lawSum is a law over the nodes of a size, for runs with one method.
type lawSum struct {
	lawNodes
	start, drive []float64 // weight · h E θ²/2, weight · h c/2
	followers    []lawFollower
	parts        lawParts // the rest
}

func newLawSum(nodes lawNodes, o Optimizer, fades bool) *lawSum {
	n := len(nodes.log)
	return &lawSum{lawNodes: nodes, start: make([]float64, n), drive: make([]float64, n), followers: followersOf(o, n, fades)}
}

// take prepares for a law.
func (s *lawSum) take(l systemLaw) {
	start, drive := 0.5*math.Exp(l.logP), 0.5*math.Exp(l.logQ+l.logR)
	factors := make([]float64, 64)
	for k := range factors {
		factors[k] = math.Exp2(-l.fade * float64(k))
	}
	for k, log := range s.log {
		s.start[k] = s.weight[k] * start * math.Exp(-l.p*log)
		s.drive[k] = s.weight[k] * drive * math.Exp(-(l.q+l.r)*log)
		s.followers[k].prepare(math.Exp(l.logQ-l.q*log), factors)
	}
	e := 1e-5 * (l.p - 1)
	s.parts = lawParts{rest: start * mathext.Zeta(l.p, s.n+1)}
	s.parts.restByP = start * (mathext.Zeta(l.p+e, s.n+1) - mathext.Zeta(l.p-e, s.n+1)) / (2 * e)
}

// at returns the parts of the loss after some steps in batches of b.
func (s *lawSum) at(steps int, b float64) lawParts {
	t := s.parts
	for k, log := range s.log {
		a := s.followers[k].at(steps)
		bias, noise := s.start[k]*a.start, s.drive[k]/b*a.noise
		t.bias += bias
		t.noise += noise
		t.biasByP -= log * bias
		t.noiseByR -= log * noise
		by := s.start[k]*a.startSlope + s.drive[k]/b*(a.noiseSlope+a.noise)
		t.byLogQ += by
		t.byQ -= log * by
		t.byFade += s.start[k]*a.startFade + s.drive[k]/b*a.noiseFade
	}
	return t
}

// loss returns the loss with the irreducible one, and writes its derivatives by the
// parameters of a fit unless slope is nil.
func (l systemLaw) loss(t lawParts, slope []float64) float64 {
	least := math.Exp(l.logE)
	if slope != nil {
		slope[0] = (l.p - 1) * (t.biasByP + t.restByP)
		slope[1] = l.q * t.byQ
		slope[2] = t.rest + t.bias
		slope[3] = t.byLogQ
		slope[4] = least
		slope[5] = t.noise
		slope[6] = t.noiseByR
		if len(slope) > lawSize {
			slope[lawSize] = t.byFade
		}
	}
	loss := least + t.rest + t.bias + t.noise
	if math.IsNaN(loss) {
		return math.Inf(1)
	}
	return loss
}
