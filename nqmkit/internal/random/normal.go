package random

import "math"

// The standard normal law is drawn by the ziggurat (Marsaglia and Tsang 2000;
// without the correlation that Doornik 2005 found in the original: layer and
// position come from different bits of 64). 512 layers of equal area cover the
// half density f(x) = exp(-x²/2); 99.4% of the draws cost one number, one
// table entry and one comparison.
//
// Layer i reaches to edge[i]; below edge[i+1] it lies wholly under f. Layer 0
// is the base, with the tail beyond edge[1].
type layer struct {
	scale float64 // edge[i] / 2^53
	inner int64   // edge[i+1] in units of scale
}

// wedge is the part of layer i that f cuts through.
type wedge struct {
	edge  float64 // edge[i]
	low   float64 // f(edge[i])
	rise  float64 // f(edge[i+1]) - f(edge[i])
	slope float64 // 1 / (edge[i] - edge[i+1])
	sag   float64 // bounds the distance of f from its chord, in units of rise
}

// wedgeOf is the wedge between two edges. A curve leaves its chord by no more
// than max |f″| width²/8, and |f″| = |x²-1| f(x) is at most max |x²-1| times
// f at the inner edge.
func wedgeOf(outer, inner float64) wedge {
	width, rise := outer-inner, density(inner)-density(outer)
	bend := max(math.Abs(outer*outer-1), math.Abs(inner*inner-1)) * density(inner)
	return wedge{
		edge: outer, low: density(outer), rise: rise, slope: 1 / width,
		sag: bend*width*width/8/rise + 1e-6, // more than any rounding
	}
}

// holds reports whether low + height·rise is below f(x): by the chord, where
// that is sure.
func (w *wedge) holds(x, height float64) bool {
	switch over := height - (w.edge-x)*w.slope; {
	case over < -w.sag:
		return true
	case over > w.sag:
		return false
	}
	return w.low+float64(height*w.rise) < density(x)
}

const (
	layerCount = 512
	// tailStart is edge[1] and layerArea the area of each layer: the solution
	// of the recursion below that ends at edge[512] = 0.
	tailStart = 3.8520461503683912
	layerArea = 0.0024567663515413557
)

var layers, wedges = ziggurat()

// ziggurat lays out the layers. The edges are rounded to multiples of 2^-39, so that they
// are the same on processors whose exp and log differ in the last of 53.
func ziggurat() (l [layerCount]layer, w [layerCount]wedge) {
	edge := edges()
	for i := range l {
		scale := round39(edge[i]) * 0x1p-53
		l[i] = layer{scale, int64(round39(edge[i+1]) / scale)}
		w[i] = wedgeOf(edge[i], edge[i+1])
	}
	w[0] = wedge{} // the base has a tail instead
	return l, w
}

// edges solves f(edge[i+1]) = f(edge[i]) + area/edge[i] from layer 0, whose
// edge is where a rectangle as high as f(tailStart) would end.
func edges() (edge [layerCount + 1]float64) {
	edge[0], edge[1] = layerArea/density(tailStart), tailStart
	for i := 1; i < layerCount-1; i++ {
		edge[i+1] = math.Sqrt(-2 * math.Log(density(edge[i])+layerArea/edge[i]))
	}
	return edge
}

// density is f, the normal density up to its factor.
func density(x float64) float64 { return math.Exp(-x * x / 2) }

func round39(v float64) float64 { return math.Round(v*0x1p39) * 0x1p-39 }

// Normals fills dst with independent draws from N(0, 1).
func (s *Stream) Normals(dst []float64) {
	at := *s
	for i := range dst {
		var u uint64
		u, at = at.draw()
		x, inside := within(u)
		if !inside {
			*s = at
			x = s.rareNormal(u)
			at = *s
		}
		dst[i] = x
	}
	*s = at
}

// NormalGradients is Law.Gradients of N(0, 1). Its loop is that of Normals: a
// number that waits in memory before it is used would cost a single run dear.
func (s *Stream) NormalGradients(out, h, theta, std []float64) {
	at := *s
	h, theta, std = h[:len(out)], theta[:len(out)], std[:len(out)]
	for i := range out {
		var u uint64
		u, at = at.draw()
		x, inside := within(u)
		if !inside {
			*s = at
			x = s.rareNormal(u)
			at = *s
		}
		out[i] = float64(h[i]*theta[i]) + float64(std[i]*x)
	}
	*s = at
}

// within returns the draw that the bits u name, and whether it lies in the
// inner part of its layer.
func within(u uint64) (x float64, inside bool) {
	l := &layers[u&(layerCount-1)]
	position := int64(u) >> 10
	return float64(position) * l.scale, uint64(position+l.inner) < uint64(2*l.inner)
}

// Normal returns one draw from N(0, 1).
func (s *Stream) Normal() float64 {
	var one [1]float64
	s.Normals(one[:])
	return one[0]
}

// rareNormal finishes a draw whose bits u fell beside the inner part of a layer.
func (s *Stream) rareNormal(u uint64) float64 {
	for {
		x, inside := within(u)
		switch i := u & (layerCount - 1); {
		case inside:
			return x
		case i == 0:
			return math.Copysign(s.normalTail(), x)
		case wedges[i].holds(math.Abs(x), s.Uniform()):
			return x
		}
		u = s.Next()
	}
}

// normalTail draws |x| beyond tailStart (Marsaglia 1964): an exponential
// proposal, accepted with probability exp(-excess²/2).
func (s *Stream) normalTail() float64 {
	for {
		excess := s.exponential() / tailStart
		if 2*s.exponential() > excess*excess {
			return tailStart + excess
		}
	}
}

// exponential draws from the law with density e^-x by comparing uniform
// numbers (von Neumann 1951), with no logarithm whose last bit could differ
// between processors. A first number that starts a falling run of odd length
// is accepted; each failure adds one.
func (s *Stream) exponential() float64 {
	for whole := 0.0; ; whole++ {
		first := s.Uniform()
		before, length := first, 1
		for {
			u := s.Uniform()
			if u >= before {
				break
			}
			before = u
			length++
		}
		if length%2 == 1 {
			return whole + first
		}
	}
}
