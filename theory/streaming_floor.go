package theory

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"nqm/theory/internal/dd"
)

// The steady state under multiplicative noise. Let the method repeat itself
// every k steps: k = 1, or Lookahead's cycle. In direction i, let n_j be the
// noise variance in step j of the cycle, e_j the second moment of the point where
// that step takes its gradient, and T_j = Σ_i m h e_j the common sum. All are
// vectors over the cycle. The steady state is linear in the noise, with a matrix
// K_i >= 0 that is known from additive noise, so that
//
//	e = K_i n        n = h_i² e + h_i T + c_i        n = (I - h_i² K_i)^-1 (h_i T + c_i)
//	T = gain T + source        gain = Σ m h² K_i (I - h_i² K_i)^-1
//
// All maps are positive: it is stable if and only if every h_i² K_i and the gain
// have spectral radii below 1. For SGD, k = 1 and the gain is the number
// α/B Σ m h/(2 - αh(1+1/B)).

// maxPeriod is up to how many steps of a cycle the steady state is found; the
// cost grows with the third power.
const maxPeriod = 64

// answers are the steady state of a direction per unit of noise variance in each
// step of the cycle: gradient[i][j] is e_i for noise in step j alone, report[j]
// the variance of what is reported at the end of the cycle.
type answers struct {
	gradient *mat.Dense
	report   []float64
}

// floor is the limit of the loss. The error says why there is none to offer.
func (s *streamed) floor(m Method) (float64, error) {
	if s.machines[0].frozen() {
		return s.standstill(), nil
	}
	if reason := endless(m); reason != "" {
		return 0, errors.New(reason)
	}
	return steadyLoss(s.dirs, m)
}

// standstill is the loss that stays when the learning rate has become 0. The
// averages go on until they are at the point that stays.
func (s *streamed) standstill() float64 {
	var loss dd.Sum
	s.advance(max(s.t, s.machines[0].last().first))
	for i, d := range s.dirs {
		m := *s.machines[i]
		last := *m.last()
		last.noise = 0 // it would move the velocity only
		m.pieces = []piece{last}
		m.advance(s.states[i], s.t+longAfter)
		second, _ := m.secondMoment(s.states[i])
		loss.Add(0.5 * d.Multiplicity * times(d.Curvature, second))
	}
	return loss.Value()
}

// steadyLoss solves for the common sum and returns the loss, +Inf where it is
// unstable.
func steadyLoss(dirs []Direction, m Method) (float64, error) {
	g, err := newFeedback(dirs, m)
	if err != nil {
		return 0, err
	}
	if !g.stable {
		return math.Inf(1), nil
	}
	total, stable := solvePositive(g.gain, g.source)
	if !stable {
		return math.Inf(1), nil
	}
	var loss dd.Sum
	for i, d := range g.dirs {
		h := d.Curvature
		drive := make([]float64, len(total))
		for j, t := range total {
			drive[j] = h*t + d.Noise
		}
		noise, _ := solvePositive(scaled(g.answers[i].gradient, h*h), drive)
		loss.Add(0.5 * d.Multiplicity * h * dot(g.answers[i].report, noise))
	}
	return loss.Value(), nil
}

// feedback is the common sum's answer to itself in the steady state.
type feedback struct {
	dirs    []Direction // with curvature
	answers []answers
	gain    *mat.Dense
	source  []float64
	stable  bool // every direction alone
}

func newFeedback(dirs []Direction, m Method) (*feedback, error) {
	f := &feedback{stable: true}
	k := 1
	if o, ok := m.(Optimizer); ok && o.LookaheadSteps > 1 {
		k = o.LookaheadSteps
	}
	if k > maxPeriod {
		return nil, fmt.Errorf("theory: the limit of %s under multiplicative noise is found for cycles of up to %d steps, not %d", m.Family(), maxPeriod, k)
	}
	gain, source := make([]dd.Sum, k*k), make([]dd.Sum, k)
	for _, d := range dirs {
		if d.Curvature == 0 {
			continue
		}
		a := steadyAnswers(d.Curvature, m)
		f.dirs, f.answers = append(f.dirs, d), append(f.answers, a)
		if f.stable = f.stable && a.feed(d, gain, source); !f.stable {
			break
		}
	}
	f.gain, f.source = mat.NewDense(k, k, nil), make([]float64, k)
	for i := range k {
		f.source[i] = source[i].Value()
		for j := range k {
			f.gain.Set(i, j, gain[i*k+j].Value())
		}
	}
	return f, nil
}

// feed adds a direction's part of gain and source, and reports whether it is
// stable alone.
func (a answers) feed(d Direction, gain, source []dd.Sum) bool {
	h, k := d.Curvature, len(source)
	own := scaled(a.gradient, h*h)
	for j := range k {
		unit := make([]float64, k)
		unit[j] = 1
		noise, stable := solvePositive(own, unit)
		if !stable {
			return false
		}
		for i := range k {
			e := dot(own.RawRowView(i), noise)
			gain[i*k+j].Add(d.Multiplicity * e)
			source[i].Add(d.Multiplicity * d.Noise * e / h)
		}
	}
	return true
}

func scaled(a *mat.Dense, f float64) *mat.Dense {
	var b mat.Dense
	b.Scale(f, a)
	return &b
}

// solvePositive returns x = n x + b for a matrix n >= 0 and b >= 0, and whether n
// has a spectral radius below 1: if and only if y = n y + 1 has a solution y > 0.
func solvePositive(n *mat.Dense, b []float64) (x []float64, stable bool) {
	k := len(b)
	if k == 1 {
		v := n.At(0, 0)
		return []float64{b[0] / (1 - v)}, v < 1
	}
	m := mat.NewDense(k, k, nil)
	right := mat.NewDense(k, 2, nil)
	for i := range k {
		for j := range k {
			v := n.At(i, j)
			if !(v < huge) {
				return nil, false
			}
			m.Set(i, j, dd.Identity(i, j).Hi-v)
		}
		right.Set(i, 0, b[i])
		right.Set(i, 1, 1)
	}
	var solution mat.Dense
	if err := solution.Solve(m, right); err != nil {
		return nil, false
	}
	x = make([]float64, k)
	for i := range k {
		if !(solution.At(i, 1) > 0) {
			return nil, false
		}
		x[i] = math.Max(0, solution.At(i, 0))
	}
	return x, true
}

// steadyAnswers returns the answers of a method in a direction of curvature h.
func steadyAnswers(h float64, m Method) answers {
	if t, ok := m.(Torch); ok {
		m = t.Optimizer()
	}
	report := m.Mode(h, 1).Limit().Noise
	gradient := 0.0
	switch m := m.(type) {
	case Linear:
		gradient = m.engine(h, 1).gradientLimit()
	case Optimizer:
		if m.LookaheadSteps > 1 {
			return m.cycleAnswers(h)
		}
		m.UniformAverage, m.Decay = false, 0
		if m.system().step(1, false).atIterate() {
			gradient = m.Mode(h, 1).Limit().Noise
		} else {
			gradient = m.engine(h, 1).gradientLimit()
		}
	}
	return answers{mat.NewDense(1, 1, []float64{gradient}), []float64{report}}
}

// gradientLimit is the steady variance of the point where the gradient is taken.
func (m *machine) gradientLimit() float64 {
	m.readout = m.last().gradient
	return m.Limit().Noise
}

// cycleAnswers follows the noise of each step of Lookahead's cycle on its own:
// to the end of the cycle, from there to the steady state, and once more around.
func (o Optimizer) cycleAnswers(h float64) answers {
	averaged := o.UniformAverage
	o.UniformAverage = false
	m := o.engine(h, 1)
	k := o.LookaheadSteps
	a := answers{mat.NewDense(k, k, nil), make([]float64, k)}
	last := m.last()
	if last.varies != nil { // 1/t for ever
		return a
	}
	for j := range k {
		s := m.begin()
		around := func(i int, kick bool) {
			p := last.plain
			if i == k-1 {
				p = last.sync
			}
			noise := 0.0
			if kick && i == j {
				noise = last.noise * m.variance
			}
			s.apply(&p.levels[0], p.levels[0].v, noise)
		}
		for i := range k {
			around(i, true)
		}
		if !last.cycle.settle(s) {
			for i := range k {
				a.gradient.Set(i, j, math.Inf(1))
			}
			return a
		}
		if !averaged {
			a.report[j] = quadraticForm(s.v, m.readout)
		}
		for i := range k {
			a.gradient.Set(i, j, quadraticForm(s.v, last.gradient))
			around(i, true)
		}
	}
	return a
}

// settle adds to a covariance what all later powers make of it, v + a v a' +
// a² v a²' + ..., and reports whether that stays finite.
func (p *powers) settle(s *state) bool {
	for k := range 2200 {
		l, ok := p.at(k)
		if !ok {
			return false
		}
		before := append([]float64(nil), s.v...)
		s.apply(&l, s.v, 0)
		grown, small := false, true
		for i := range before {
			small = small && math.Abs(l.a[i]) < 1e-9
			s.v[i] += before[i]
			grown = grown || !(math.Abs(s.v[i]) < huge*huge)
		}
		switch {
		case grown:
			return false
		case small:
			return true
		}
	}
	return false
}
