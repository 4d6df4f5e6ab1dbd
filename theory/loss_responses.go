package theory

import (
	"cmp"
	"math"
	"slices"
)

// responses are those of a method to its start and to noise of variance 1 after some
// steps, as functions of the curvature: followed at Chebyshev points of log h, and
// interpolated, as an answer about each direction of a long list takes them. A part of
// the list is halved until its interpolation agrees with what its halves find at their
// points: to 10^-11/4, or the 10^-15 t that stepping has lost by then, the noise at each, and
// the factor relative to the largest root mean square of a coordinate at its own points, or
// 10^-6 of the largest of all. The halves are taken, whose own error is far smaller.
type responses struct {
	modeOf func(h, c float64) Mode
	valid  func(h float64) error
	steps  []int
	unit   float64 // 1, or 0 of a problem without noise
	modes  int     // followed so far
	most   float64 // of those that may be
	parts  []responsePart
	// largest is the largest root mean square of all, after each of the steps.
	largest []float64
}

// responsePart is a part of the list, of curvatures from steep to flat.
type responsePart struct {
	curvature []float64
	at        logPoints
	ratio     float64 // least noise over start of its directions
	// values are those of each point, or of each curvature where the part is exact.
	values [][]Response
	exact  bool
	finite bool
}

// responsesOf follows a method along a list; ok is false where more than so many modes
// would have to be, or more than half of the list.
func (p Problem) responsesOf(m Method, steps []int, most float64) (r *responses, ok bool) {
	sorted := steepestFirst(p.list())
	r = &responses{modeOf: modesOf(m), valid: func(float64) error { return nil }, steps: steps}
	if l, ok := m.(Linear); ok {
		r.valid = l.ValidateAt
	}
	r.most = math.Min(most, float64(len(sorted))/2)
	var part responsePart
	noise, start := math.Inf(1), 0.0
	for _, d := range sorted {
		noise, start = math.Min(noise, d.Noise), math.Max(start, d.SecondMoment())
		if d.Noise != 0 {
			r.unit = 1
		}
		if d.Curvature != 0 {
			part.curvature = append(part.curvature, d.Curvature)
		}
	}
	part.curvature = slices.Compact(part.curvature)
	if len(part.curvature) < gatheredPoints || r.most < gatheredPoints {
		return nil, false
	}
	part.ratio = over0(noise, start)
	part.at = logPoints{math.Log(part.curvature[len(part.curvature)-1]), math.Log(part.curvature[0]), gatheredPoints}
	r.follow(&part)
	for k := range steps {
		r.largest = append(r.largest, part.largest(k))
	}
	if !r.settle(part) {
		return nil, false
	}
	flat := responsePart{curvature: []float64{0}, at: logPoints{n: 1}}
	r.follow(&flat)
	r.parts = append(r.parts, flat)
	return r, true
}

// follow fills in the values of a part.
func (r *responses) follow(part *responsePart) {
	hs := part.curvature
	if part.exact = len(hs) <= part.at.n; !part.exact {
		hs = nil
		for j := range part.at.n {
			hs = append(hs, part.at.curvature(j))
		}
	}
	r.modes += len(hs)
	var modes []Mode
	for _, h := range hs {
		if r.valid(h) != nil {
			return
		}
		modes = append(modes, r.modeOf(h, r.unit))
		part.values = append(part.values, make([]Response, len(r.steps)))
	}
	part.finite = true
	grown := 0
	respondTogether(modes, r.steps, func(j, k int, a Response) {
		if k < len(r.steps) {
			part.values[j][k] = a
			if math.IsInf(a.Factor, 0) || math.IsInf(a.Noise, 0) {
				part.finite = false
				if k == len(r.steps)-1 {
					grown++
				}
			}
		}
	})
	if grown == len(hs) && !part.exact { // such directions are followed no further than that
		part.at.n, part.values = len(part.curvature), nil
		r.modes -= len(part.curvature)
		r.follow(part)
	}
}

// settle halves a part until it is resolved.
func (r *responses) settle(part responsePart) bool {
	if part.exact {
		r.parts = append(r.parts, part)
		return true
	}
	middle := (part.at.low + part.at.high) / 2
	cut, _ := slices.BinarySearchFunc(part.curvature, middle, func(h, x float64) int {
		if math.Log(h) > x {
			return -1
		}
		return 1
	})
	for _, half := range []responsePart{
		{curvature: part.curvature[:cut], at: logPoints{middle, part.at.high, part.at.n}, ratio: part.ratio},
		{curvature: part.curvature[cut:], at: logPoints{part.at.low, middle, part.at.n}, ratio: part.ratio},
	} {
		if len(half.curvature) == 0 {
			continue
		}
		if float64(r.modes+half.at.n) > r.most {
			return false
		}
		r.follow(&half)
		if !half.exact && part.finite && half.finite && r.agree(&part, &half) {
			r.parts = append(r.parts, half)
		} else if !r.settle(half) {
			return false
		}
	}
	return true
}

// agree reports whether a part finds what its half does at its points.
func (r *responses) agree(part, half *responsePart) bool {
	for k, t := range r.steps {
		within := math.Max(gatheredWanted, 1e-15*float64(t))
		factor := within * math.Max(part.largest(k), 1e-6*r.largest[k])
		for j, v := range half.values {
			a := part.interpolated(half.at.curvature(j), k)
			if !(math.Abs(a.Factor-v[k].Factor) <= factor) || !(math.Abs(a.Noise-v[k].Noise) <= within*v[k].Noise) {
				return false
			}
		}
	}
	return true
}

// largest is the largest root mean square of a coordinate at its points, of a unit start.
func (s *responsePart) largest(k int) float64 {
	var square float64
	for _, v := range s.values {
		square = math.Max(square, v[k].Factor*v[k].Factor+v[k].Noise*s.ratio)
	}
	return math.Sqrt(square)
}

// at returns the responses at a curvature of the list.
func (r *responses) at(h float64) []Response {
	k, _ := slices.BinarySearchFunc(r.parts, h, func(s responsePart, h float64) int {
		return cmp.Compare(h, s.curvature[len(s.curvature)-1])
	})
	s := &r.parts[min(k, len(r.parts)-1)]
	if s.exact {
		i, _ := slices.BinarySearchFunc(s.curvature, h, func(a, h float64) int { return cmp.Compare(h, a) })
		return s.values[i]
	}
	all := make([]Response, len(r.steps))
	s.at.shares(h, func(j int, share float64) {
		for k, v := range s.values[j] {
			all[k].Factor += share * v.Factor
			all[k].Noise += share * v.Noise
		}
	})
	return all
}

// interpolatedMode is that of a direction of the list, at the steps of its responses.
type interpolatedMode struct {
	*responses
	h, c float64
}

func (m interpolatedMode) walk(steps []int, visit func(k int, r Response)) {
	for k, r := range m.responses.at(m.h) {
		r.Noise = times(math.Max(0, r.Noise), m.c)
		visit(k, r)
	}
}

// At returns the response after the last of the steps.
func (m interpolatedMode) At(int) (last Response) {
	m.walk(m.steps, func(_ int, r Response) { last = r })
	return last
}

// Limit returns the limit of the response.
func (m interpolatedMode) Limit() Response { return m.modeOf(m.h, m.c).Limit() }

// modesAlong are the modes of m for a question about each direction after increasing steps,
// interpolated where a long list has to be followed step by step.
func (p Problem) modesAlong(m Method, steps []int) (func(h, c float64) Mode, error) {
	last := steps[len(steps)-1]
	followed, _ := followedSteps(p, last, m)
	if p.Law.Count == 0 && !p.Streaming && followed > followable(p, m)/8 {
		if r, ok := p.responsesOf(m, steps, mostFollowed/float64(followed)/costOf(m)); ok {
			return func(h, c float64) Mode { return interpolatedMode{r, h, c} }, nil
		}
	}
	return modesOf(m), affordable(p, last, m, 1)
}

func (s *responsePart) interpolated(h float64, k int) (a Response) {
	s.at.shares(h, func(j int, share float64) {
		a.Factor += share * s.values[j][k].Factor
		a.Noise += share * s.values[j][k].Noise
	})
	return a
}
