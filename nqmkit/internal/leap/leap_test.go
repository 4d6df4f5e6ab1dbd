package leap

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// kind is a step of one kind: z' = (I-D) z + b ε.
type kind struct {
	d Square
	b Vector
}

// kindOf returns a random step of n variables whose powers stay bounded.
func kindOf(n int, random *rand.Rand) kind {
	k := kind{d: make(Square, n*n)}
	for i := range n {
		for j := range n {
			k.d[i*n+j] = Identity(i, j)*(0.05+random.Float64()) - (random.Float64()-0.5)/float64(2*n)
		}
		k.b[i] = random.NormFloat64()
	}
	return k
}

// taken carries A and V through the kinds one by one, by gonum's products.
func taken(n int, kinds []kind) (a, v *mat.Dense) {
	a, v = mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	for i := range n {
		a.Set(i, i, 1)
	}
	for _, k := range kinds {
		one, noise := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
		one.Apply(func(i, j int, d float64) float64 { return Identity(i, j) - d }, mat.NewDense(n, n, k.d))
		noise.Outer(1, mat.NewVecDense(n, k.b[:n]), mat.NewVecDense(n, k.b[:n]))
		a.Mul(one, a)
		v.Product(one, v, one.T())
		v.Add(v, noise)
	}
	return a, v
}

// Leaps of two kinds of steps in turn, alone and repeated, are those of the steps
// one by one, whatever the number of variables and whatever lay in the room before;
// and L L' is V.
func TestLeapsAreTheirSteps(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	work := new(Powers)
	for trial := range 40 {
		n := 1 + trial%6
		kinds := []kind{kindOf(n, random), kindOf(n, random)}
		p := NewPlan()
		var want [][]kind
		for range 5 {
			first, then, times := random.IntN(40), random.IntN(4), 1+random.IntN(9)
			cycle := p.Join(p.Repeat(p.Step(0), first), p.Repeat(p.Step(1), then))
			p.Look(p.Repeat(cycle, times))
			var steps []kind
			for range times {
				for range first {
					steps = append(steps, kinds[0])
				}
				for range then {
					steps = append(steps, kinds[1])
				}
			}
			want = append(want, steps)
		}
		work.Compose(p, n, func(at int) (Square, Vector) { return kinds[at].d, kinds[at].b })
		for k, steps := range want {
			a, v := work.Of(p.Leaps[p.Order[k]])
			wantA, wantV := taken(n, steps)
			l := make(Square, n*n)
			l.Cholesky(v, n)
			var again mat.Dense
			again.Mul(mat.NewDense(n, n, l), mat.NewDense(n, n, l).T())
			largest := mat.Max(wantV) + 1e-300
			for i := range n {
				for j := range n {
					if math.Abs(a[i*n+j]-wantA.At(i, j)) > 1e-13 || math.Abs(v[i*n+j]-wantV.At(i, j)) > 1e-13*largest || math.Abs(again.At(i, j)-v[i*n+j]) > 1e-13*largest {
						t.Fatalf("%d steps of %d variables: A %v, want %v; V %v, want %v", len(steps), n, a, wantA, v, wantV)
					}
				}
			}
		}
	}
}

// A plan is of a size with the digits of a number of steps, and makes nothing twice.
func TestPlansAreSmall(t *testing.T) {
	p := NewPlan()
	for range 3 {
		p.Look(p.Repeat(p.Step(0), 999_999_999_999_999))
	}
	if len(p.Leaps) != 1 || len(p.Order) != 3 || len(p.parts) > 2*50+13 {
		t.Errorf("%d leaps of %d parts, %d looks", len(p.Leaps), len(p.parts), len(p.Order))
	}
	if p.Repeat(p.Step(0), 0) != Standing || p.Join(Standing, Standing) != Standing {
		t.Error("no step is a part of its own")
	}
}
