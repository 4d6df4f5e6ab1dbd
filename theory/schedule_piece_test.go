package theory

import (
	"fmt"
	"math"
	"testing"
)

// literalObjective is the loss after all pieces, step by step in many bits.
func literalObjective(c *pieceObjective, alpha []num, lengths []int) num {
	total := number(0)
	for i := range c.gain {
		l := number(c.start[i])
		for k, n := range lengths {
			x := prod(alpha[k], number(c.gain[i]))
			kept := minus(number(1), x)
			noise := prod(number(c.floor[i]), prod(alpha[k], x))
			for range n {
				l = plus(prod(prod(kept, kept), l), noise)
			}
		}
		total = plus(total, l)
	}
	return total
}

// shifted returns alpha with entry k multiplied by 1 + by.
func shifted(alpha []num, k int, by num) []num {
	moved := append([]num(nil), alpha...)
	moved[k] = prod(alpha[k], plus(number(1), by))
	return moved
}

// literalDerivatives are central differences with a relative step of 2^-200:
// in α, turned into those in log α.
func literalDerivatives(c *pieceObjective, alpha []num, lengths []int) (grad []float64, hess [][]float64) {
	n := len(alpha)
	step := number(math.Ldexp(1, -200))
	back := minus(number(0), step)
	at := func(a []num) num { return literalObjective(c, a, lengths) }
	for k := range n {
		first := ratio(minus(at(shifted(alpha, k, step)), at(shifted(alpha, k, back))), prod(number(2), step))
		f, _ := first.Float64()
		grad = append(grad, f)
		row := make([]float64, n)
		for j := range k {
			d := minus(
				minus(at(shifted(shifted(alpha, k, step), j, step)), at(shifted(shifted(alpha, k, back), j, step))),
				minus(at(shifted(shifted(alpha, k, step), j, back)), at(shifted(shifted(alpha, k, back), j, back))))
			row[j], _ = ratio(d, prod(number(4), prod(step, step))).Float64()
		}
		sides := plus(at(shifted(alpha, k, step)), at(shifted(alpha, k, back)))
		curved := ratio(minus(sides, prod(number(2), at(alpha))), prod(step, step))
		row[k], _ = plus(curved, first).Float64()
		hess = append(hess, row)
	}
	return grad, hess
}

// Loss, gradient and second derivatives against many bits, relative to the loss: at and next to the
// limit, at x = 1, at tiny x, for pieces of 1 to 40 steps.
func TestPieceObjectiveDerivatives(t *testing.T) {
	problems := map[string]*pieceObjective{
		"two":   newPieceObjective(must(List(1, 0.01)).list(), SGD(1)),
		"mixed": newPieceObjective([]Direction{{3, 0.2, 1, 2, 5}, {1e-7, 1e-3, 0, 1, 1}, {0.4, 0, 2, 0, 1}, {2.9, 7, 0, 0, 2}}, SGD(1).Batch(3)),
		"root":  newPieceObjective([]Direction{{4, 0.2, 1, 2, 5}, {0.25, 1e-3, 0, 1, 1}}, SGD(1).Precondition(0.5)),
	}
	rates := [][]float64{
		{1, 0.5, 0.25},
		{1 - 1e-9, 1, 1e-9},
		{1 - 1e-5, 0.5 + 1e-13, 1e-3},
		{0.97, 0.4999, 1e-15},
	}
	for name, c := range problems {
		for _, of := range rates {
			for _, lengths := range [][]int{{1, 1, 1}, {2, 3, 2}, {1, 40, 7}} {
				what := fmt.Sprint(name, of, lengths)
				var u []float64
				var alpha []num
				for _, r := range of {
					u = append(u, math.Log(r*c.limit))
				}
				for _, a := range exponentials(u) {
					alpha = append(alpha, number(math.Min(a, c.limit)))
				}
				grad, hess := make([]float64, 3), make([]float64, 9)
				loss := c.derivatives(u, lengths, grad, hess)
				want, _ := literalObjective(c, alpha, lengths).Float64()
				near(t, what+" loss", loss, want, 1e-13)
				near(t, what+" loss alone", c.at(u, lengths), want, 1e-13)
				g, h := literalDerivatives(c, alpha, lengths)
				for k := range g {
					near(t, what+" gradient", grad[k]+want, g[k]+want, 1e-11)
					for j := range k + 1 {
						near(t, what+" Hessian", hess[3*k+j]+want, h[k][j]+want, 1e-9)
					}
				}
			}
		}
	}
}

// Factors that are kept are those of their steps, in whatever order they are asked for.
func TestFactorsAreKept(t *testing.T) {
	g := Segment{Shape: InverseTimeRate, From: 1, Time: 3}
	kept := factors{Segment: g}
	for _, from := range []int{0, mostFactors - 5, 3 * mostFactors, 3*mostFactors + lateFactors, 3 * mostFactors, 1 << 40} {
		for range 2 {
			for k := from; k < from+20; k++ {
				if got, want := kept.at(k), g.exactFactor(k); got != want {
					t.Errorf("factor %d: %v, want %v", k, got, want)
				}
			}
		}
	}
}
