package theory

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// Sums over the spectrum. Every answer is Σ m_i f(direction i). A list is summed
// as it is. A law is summed exactly up to an index M, and from there by the
// midpoint Euler–Maclaurin formula
//
//	Σ_{i=M+1..d} f(i) = ∫ f di - [f']/24 + 7 [f‴]/5760        from M+½ to d+½
//
// with Gauss–Legendre panels in log i and central differences for the two
// derivatives. This is again a sum of f over directions, with weights for
// multiplicities; nodes returns them. M and the panels are refined until two
// rungs of the ladder agree.

// rung is a resolution: M, and panels per unit of log h or log i.
type rung struct{ exact, panels float64 }

var ladder = []rung{{48, 0.7}, {96, 1}, {192, 1.5}, {512, 3}, {1536, 8}, {4096, 24}, {16384, 80}, {65536, 300}}

// order is the number of Gauss–Legendre nodes of a panel.
const order = 16

var legendre = func() (r struct{ x, w [order]float64 }) {
	quad.Legendre{}.FixedLocations(r.x[:], r.w[:], -1, 1)
	return r
}()

// wanted is the relative agreement of two rungs at which refining stops. The
// finer one is used, whose own error is far smaller (TestQuadratureAgainstExactSums finds less
// than 10^-12 against exact sums); the disagreement is what is reported.
const wanted = 1e-11

// tooMany is up to how many directions an exact sum is the last resort, of methods with
// a scalar kernel.
const tooMany = 1 << 22

// summable is up to how many it is for a method and t steps: fewer where the general engine
// takes tens of microseconds for each, and where steps are followed one by one.
func (p Problem) summable(t int, m Method) float64 {
	n := 0
	switch m := m.(type) {
	case Optimizer:
		if !m.plain() {
			n = m.system().layout.n
		}
	case Linear:
		n = m.System(1).Size()
	}
	most := tooMany / float64(max(1, 4*n*n))
	if steps, _ := followedSteps(p, t, m); steps > 0 { // each of them in each direction
		most = math.Min(most, mostFollowed/(costOf(m)*float64(steps)))
	}
	return most
}

// nodes returns directions whose weighted sums are those of the problem, and
// the estimated relative error of the sums that look returns for some
// directions, zero if they are exact.
func (p Problem) nodes(look func([]Direction) []float64) ([]Direction, float64) {
	return p.nodesUpTo(tooMany, look)
}

// nodesUpTo is nodes with sums of up to so many directions, exact ones as the last resort.
func (p Problem) nodesUpTo(most float64, look func([]Direction) []float64) ([]Direction, float64) {
	if p.Law.Count == 0 {
		return p.list(), 0
	}
	var coarse []float64
	var best []Direction
	disagreement := math.Inf(1)
	for k, r := range ladder {
		fine := p.Law.nodes(r)
		if n := float64(len(fine)); n > 0.7*p.Law.Count || k > 1 && n > most {
			break
		}
		values := look(fine)
		if k > 0 {
			disagreement = apart(coarse, values)
		}
		if disagreement <= wanted {
			return fine, math.Max(disagreement, 1e-15)
		}
		coarse, best = values, fine
	}
	if p.Law.Count <= most || best == nil {
		return p.Law.all(), 0
	}
	return best, disagreement
}

// nodesFor is nodes for sums that ask m at the curvatures of directions: a Linear
// is valid at each of them, or the error says at which one it is not. Those of a
// law lie between its directions too. Sums have up to most directions.
func (p Problem) nodesFor(m Method, most float64, look func([]Direction) []float64) (dirs []Direction, disagreement float64, err error) {
	l, ok := m.(Linear)
	if !ok || p.Law.Count == 0 { // a list was looked through before
		dirs, disagreement = p.nodesUpTo(most, look)
		return dirs, disagreement, nil
	}
	valid := l.validator()
	var last []float64
	dirs, disagreement = p.nodesUpTo(most, func(d []Direction) []float64 {
		if err = valid(d, err); err == nil {
			last = look(d)
		}
		return last // the same again ends the search
	})
	return dirs, disagreement, valid(dirs, err)
}

// resolved is the relative error of its sums up to which an answer without a SumError
// is given.
const resolved = 1e-7

// resolvedNodes are those of sums that are known to the error resolved, or an error that
// names the answer they are of.
func (p Problem) resolvedNodes(what string, m Method, most float64, look func([]Direction) []float64) ([]Direction, error) {
	dirs, disagreement, err := p.nodesFor(m, most, look)
	if err == nil && disagreement > resolved {
		err = fmt.Errorf("theory: %s of %v on %v: it rings too fast for its directions to be summed, %d of them leave %.1g open, want at most %.1g; take fewer steps", what, m, p, len(dirs), disagreement, resolved)
	}
	return dirs, err
}

// apart is the largest relative difference of two lists.
func apart(a, b []float64) float64 {
	var worst float64
	for i := range a {
		if a[i] != b[i] {
			worst = math.Max(worst, math.Abs(a[i]-b[i])/math.Max(math.Abs(a[i]), math.Abs(b[i])))
		}
	}
	if math.IsNaN(worst) {
		return math.Inf(1)
	}
	return worst
}

// list returns the entries of the problem.
func (p Problem) list() []Direction {
	all := make([]Direction, p.Len())
	for i := range all {
		all[i] = p.Direction(i)
	}
	return all
}

// all writes out every direction.
func (l Law) all() []Direction {
	all := make([]Direction, int(l.Count))
	for i := range all {
		all[i] = l.At(float64(i + 1))
	}
	return all
}

// nodes returns the directions and weights of a rung.
func (l Law) nodes(r rung) []Direction {
	if r.exact+2 >= l.Count {
		return l.all()
	}
	all := make([]Direction, 0, 1024)
	put := func(i, weight float64) {
		d := l.At(i)
		d.Multiplicity = weight
		all = append(all, d)
	}
	for i := 1.0; i <= r.exact; i++ {
		put(i, 1+edgeWeight(i-r.exact))
	}
	put(r.exact+1, edgeWeight(1))
	put(r.exact+2, edgeWeight(2))
	from, to := math.Log(r.exact+0.5), math.Log(l.Count+0.5)
	panels := math.Ceil((to - from) * r.panels * math.Max(1, l.steepest()))
	half := (to - from) / panels / 2
	for k := range int(panels) {
		for j, x := range legendre.x {
			i := math.Exp(from + half*(float64(2*k+1)+x))
			put(i, legendre.w[j]*half*i)
		}
	}
	for j := -1.0; j <= 2; j++ {
		put(l.Count+j, -edgeWeight(j))
	}
	return all
}

// steepest is the exponent that the panels must resolve. Beyond 48 directions, which are
// always taken one by one, a power of 400 is 0 or refused as infinite, whatever its scale.
func (l Law) steepest() float64 {
	return math.Min(math.Max(math.Abs(l.Curvature.Exponent), math.Abs(l.Variance.Exponent)/2), 400)
}

// edgeWeight is the weight of f(M+j) in f'(M+½)/24 - 7 f‴(M+½)/5760, by central
// differences of fourth and second order.
func edgeWeight(j float64) float64 {
	switch j {
	case -1:
		return 1./576 + 7./5760
	case 0:
		return -27./576 - 21./5760
	case 1:
		return 27./576 + 21./5760
	case 2:
		return -1./576 - 7./5760
	}
	return 0
}
