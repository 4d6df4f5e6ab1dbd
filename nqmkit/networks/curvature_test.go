package networks_test

import (
	"math"
	"slices"
	"testing"

	"nqm/nqmkit"
	"nqm/nqmkit/networks"
)

// matrixOf returns what blocks stand for, without the identity, in columns.
func matrixOf(c nqmkit.Curvature, d int) [][]float64 {
	m := rows(make([]float64, d*d), d)
	at := 0
	for _, b := range c.Blocks {
		for i, h := range b.Diagonal {
			m[at+i][at+i] = h
		}
		if b.A == nil {
			at += len(b.Diagonal)
			continue
		}
		n, k := b.A.SymmetricDim(), b.S.SymmetricDim()
		for i := range n * k {
			for j := range n * k {
				m[at+i][at+j] = b.A.At(i/k, j/k) * b.S.At(i%k, j%k)
			}
		}
		at += n * k
	}
	return m
}

// gaussNewton returns the Gauss-Newton matrix by its products, without the penalty.
func gaussNewton(n *networks.Network, theta []float64) [][]float64 {
	d := len(theta)
	m, v := rows(make([]float64, d*d), d), make([]float64, d)
	for i := range m {
		v[i] = 1
		n.Penalty(0).GaussNewtonProduct(m[i], theta, v)
		v[i] = 0
	}
	return m
}

func TestDiagonalIsThatOfTheGaussNewtonMatrix(t *testing.T) {
	for name, n := range kinds() {
		theta, _ := point(n)
		c := n.Curvature(nqmkit.GaussNewtonDiagonal, theta, nil)
		var want []float64
		for i, row := range gaussNewton(n, theta) {
			want = append(want, row[i])
		}
		near(t, name, c.Blocks[0].Diagonal, want, 1e-13)
		if c.Plus != 0.01 {
			t.Errorf("%s: %v is added, want the penalty", name, c.Plus)
		}
	}
}

// one is the first example of data alone: what a layer reads is then certain, and the
// product of the factors is the block of the Gauss-Newton matrix.
func one(d networks.Data) networks.Data {
	d.Inputs = d.Inputs[:1]
	if d.Labels != nil {
		d.Labels, d.Classes = d.Labels[:1], 3
	} else {
		d.Targets = d.Targets[:1]
	}
	return d
}

func TestFactorsOfOneExampleAreTheGaussNewtonBlocks(t *testing.T) {
	for name, n := range map[string]*networks.Network{
		"softmax":          networks.Softmax(one(labelled(5))),
		"linear":           networks.Softmax(one(targeted(5))),
		"deep":             networks.MLP(one(labelled(5)), 4, 3),
		"MLP on targets":   networks.MLP(one(targeted(5)), 4),
		"conv at one spot": networks.Conv(one(labelled(9)), 2),
	} {
		theta, _ := point(n)
		c := n.Curvature(nqmkit.KroneckerFactors, theta, nil)
		got, whole := matrixOf(c, len(theta)), gaussNewton(n, theta)
		at := 0
		for _, b := range c.Blocks {
			end := at + b.A.SymmetricDim()*b.S.SymmetricDim()
			for i := at; i < end; i++ {
				near(t, name, append(got[i][at:end:end], 1), append(whole[i][at:end:end], 1), 1e-13)
			}
			at = end
		}
		if at != len(theta) {
			t.Errorf("%s: blocks of %d numbers for %d parameters", name, at, len(theta))
		}
	}
}

// Of many examples the factors are the means by the definition, with what layers read and
// the derivatives taken off gradients of examples: g = x d' for dense layers. For a layer
// of one answer to squares S is 1, and the product is exact.
func TestFactorsOfManyExamples(t *testing.T) {
	d := targeted(5)
	for k := range d.Targets {
		d.Targets[k] = d.Targets[k][:1]
	}
	n := networks.Softmax(d)
	theta, _ := point(n)
	got, want := matrixOf(n.Curvature(nqmkit.KroneckerFactors, theta, nil), len(theta)), gaussNewton(n, theta)
	for i := range got {
		near(t, "one answer", got[i], want[i], 1e-13)
	}
	// Factors of a batch are means over its examples.
	for name, n := range kinds() {
		theta, _ := point(n)
		batch := []int{3, 0, 3, 5}
		whole := n.Curvature(nqmkit.KroneckerFactors, theta, batch)
		for k, b := range whole.Blocks {
			a, s := make([]float64, b.A.SymmetricDim()), make([]float64, b.S.SymmetricDim())
			gotA, gotS := make([]float64, len(a)), make([]float64, len(s))
			for i := range a {
				gotA[i] = b.A.At(i, 0)
			}
			for i := range s {
				gotS[i] = b.S.At(0, i)
			}
			for _, example := range batch {
				alone := n.Curvature(nqmkit.KroneckerFactors, theta, []int{example}).Blocks[k]
				for i := range a {
					a[i] += alone.A.At(0, i) / 4
				}
				for i := range s {
					s[i] += alone.S.At(i, 0) / 4
				}
			}
			near(t, name+" A", gotA, a, 1e-13)
			near(t, name+" S", gotS, s, 1e-13)
		}
	}
}

// Of images every place is an example of its layer: the factors are those of the layer
// on the patches, one by one.
func TestFactorsOfAConvolution(t *testing.T) {
	images := labelled(25)
	n := networks.Conv(images, 2).Penalty(0)
	theta, _ := point(n)
	a := n.Curvature(nqmkit.KroneckerFactors, theta, nil).Blocks[0].A
	want := rows(make([]float64, 100), 10)
	for _, image := range images.Inputs {
		for y := range 3 {
			for x := range 3 {
				patch := []float64{}
				for dy := range 3 {
					patch = append(patch, image[(y+dy)*5+x:(y+dy)*5+x+3]...)
				}
				patch = append(patch, 1)
				for i, v := range patch {
					for j, w := range patch {
						want[i][j] += v * w / examples
					}
				}
			}
		}
	}
	for i := range want {
		got := make([]float64, 10)
		for j := range got {
			got[j] = a.At(i, j)
		}
		near(t, "patches", got, want[i], 1e-13)
	}
}

// A step of K-FAC with rate 1 on least squares of one answer is Newton's: it ends at the
// optimum, from anywhere.
func TestKFACOfLeastSquaresIsNewton(t *testing.T) {
	data := networks.Teacher(40, 0.5, 3, 1, 0.5, 0.2)
	n := networks.Softmax(data).Penalty(0.1).From([]float64{3, -2, 5, 1})
	m := nqmkit.KFAC(nqmkit.SGD(1))
	m.Damping = 0
	d := nqmkit.NewDescent(m, n.Start(), 1)
	d.Sees(func(by nqmkit.Approximation, at []float64) nqmkit.Curvature { return n.Curvature(by, at, nil) })
	g := make([]float64, 4)
	n.Gradient(g, d.Point(), nil)
	d.Step(g)
	near(t, "optimum", d.Answer(), networks.NewLab(n).Optimum, 1e-7)
}

// Training gathers over the examples of its step, in every fifth.
func TestTrainingGathersOverItsBatch(t *testing.T) {
	n := networks.MLP(labelled(5), 4)
	watched := &watched{Network: n}
	networks.TrainAt(watched, []int{11}, nqmkit.Trials(1, 1), nqmkit.KFAC(nqmkit.SGD(0.1)).Batch(4))
	if len(watched.gradients) != 11 || len(watched.curvatures) != 3 {
		t.Fatalf("%d gradients and %d curvatures, want 11 and 3", len(watched.gradients), len(watched.curvatures))
	}
	for k, batch := range watched.curvatures {
		if !slices.Equal(batch, watched.gradients[5*k]) {
			t.Errorf("a curvature over %v, the gradient over %v", batch, watched.gradients[5*k])
		}
	}
}

// watched writes down the batches that it is asked for.
type watched struct {
	*networks.Network
	gradients, curvatures [][]int
}

func (w *watched) Gradient(g, theta []float64, batch []int) {
	w.gradients = append(w.gradients, slices.Clone(batch))
	w.Network.Gradient(g, theta, batch)
}

func (w *watched) Curvature(by nqmkit.Approximation, theta []float64, batch []int) nqmkit.Curvature {
	w.curvatures = append(w.curvatures, slices.Clone(batch))
	return w.Network.Curvature(by, theta, batch)
}

func TestFaultsOfCurvatureAreNamed(t *testing.T) {
	panics(t, "does not tell its curvature by K-FAC", func() {
		networks.Train(placed(), 1, nqmkit.Trials(1, 1), nqmkit.KFAC(nqmkit.SGD(1)))
	})
	panics(t, "the curvature of broken is NaN in step 0", func() {
		networks.Train(bent{placed()}, 1, nqmkit.Trials(1, 1), nqmkit.DiagonalGaussNewton(nqmkit.SGD(1)))
	})
	c := networks.Train(networks.MLP(targeted(5), 4), 3000, nqmkit.Trials(2, 1), nqmkit.KFAC(nqmkit.SGD(500)))[0]
	if last := c.Mean[len(c.Mean)-1]; math.IsNaN(last) {
		t.Errorf("divergence is %v, want +Inf or a number", last)
	}
}

// bent has a curvature that is not a number.
type bent struct{ networks.Model }

func (bent) String() string { return "broken" }
func (bent) Curvature(nqmkit.Approximation, []float64, []int) nqmkit.Curvature {
	return nqmkit.Curvature{Blocks: []nqmkit.Block{{Diagonal: []float64{1, math.NaN(), 1}}}}
}
