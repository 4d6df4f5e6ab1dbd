package theory

import (
	"cmp"
	"math"
	"slices"
)

// A method that is followed step by step costs directions times steps. Of a long list
// its responses F and N are followed at Chebyshev points of log h instead, where they
// are smooth between these: the loss and its variance are sums of F², N and their
// products, and what the points count in them is the same for every step and method.
// A part of the list is halved until its halves agree with it; Curve.Modes and
// Curve.SumError report it. Ten thousand directions are some two hundred points.

// gathered is one point with what it counts in the loss of its part of the list:
//
//	Σ ½ m h s        Σ ½ m h c        s = E θ(0)²
//	Σ ½ m h² (s² - μ⁴), Σ m h² c s, Σ ½ m h² c²        of F⁴, F² N and N² in the variance
//
// summed over directions with their shares, which may be negative.
type gathered struct {
	start, noise         float64
	starts, both, noises float64
}

// add adds what a direction counts.
func (g *gathered) add(d Direction, share float64) {
	s, half := d.SecondMoment(), 0.5*share*d.Multiplicity*d.Curvature
	g.start += half * s
	g.noise += half * d.Noise
	g.starts += half * d.Curvature * d.Variance * (s + d.Mean*d.Mean)
	g.both += half * d.Curvature * 2 * d.Noise * s
	g.noises += half * d.Curvature * d.Noise * d.Noise
}

// into adds the point's parts of the loss; r is the response to noise of variance 1.
func (g *gathered) into(l *parts, r Response) {
	kept := r.Factor * r.Factor
	l.bias.Add(times(kept, g.start))
	l.noise.Add(times(r.Noise, g.noise))
	l.variance.Add(times(kept, times(kept, g.starts)) + times(kept, times(r.Noise, g.both)) + times(r.Noise, times(r.Noise, g.noises)))
}

const (
	// gatheredPoints is how many points stand for a part of a list, if it has more.
	gatheredPoints = order
	// gatheredTimes is how many times the points are followed in a search for a target, about:
	// as parts, as their halves, and once more at every step.
	gatheredTimes = 3
	// gatheredWanted is how far a part may be from its halves, of the whole sum.
	gatheredWanted = wanted / 4
)

// gatherer sums a method's losses over a long list.
type gatherer struct {
	modeOf func(h, c float64) Mode
	valid  func(h float64) error
	steps  []int
	modes  int // followed so far
}

// gatheredPart is a part of a list that is sorted, with its sums, as of lossesOf.
type gatheredPart struct {
	dirs []Direction
	at   logPoints
	sums []parts // nil where a point is beyond all float64, so that the part is to be halved
	// apart is its part of how far the sums of two halves were from those of both
	// together; nil of what was not halved, or from what has no sums.
	apart []float64
	exact bool
}

// sum takes the sums, over the directions themselves if they are few, and if every point
// grows beyond all float64: such directions are followed no further than that.
func (g *gatherer) sum(dirs []Direction, at logPoints) gatheredPart {
	s := gatheredPart{dirs: dirs, at: at, exact: len(dirs) <= at.n}
	if s.exact {
		g.modes += len(dirs)
	} else {
		g.modes += at.n
		s.sums, s.exact = g.atPoints(dirs, at)
	}
	if s.exact {
		s.sums = lossesOf(dirs, g.modeOf, g.steps)
	}
	return s
}

// atPoints are the sums at the points, nil where a number is not finite, and whether every
// point has grown beyond all numbers after the last step.
func (g *gatherer) atPoints(dirs []Direction, at logPoints) (sums []parts, grown bool) {
	points, unit := gatheredAt(dirs, at)
	modes := make([]Mode, at.n)
	for j := range points {
		h := at.curvature(j)
		if g.valid(h) != nil {
			return nil, false
		}
		modes[j] = g.modeOf(h, unit)
	}
	sums, grown = make([]parts, len(g.steps)+1), true
	respondTogether(modes, g.steps, func(j, k int, r Response) {
		points[j].into(&sums[k], r)
		if k == len(g.steps)-1 && !math.IsInf(r.Factor, 0) && !math.IsInf(r.Noise, 0) {
			grown = false
		}
	})
	for _, v := range lookedAt(sums) {
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return nil, grown
		}
	}
	return sums, false
}

// gatheredAt are the points with what they count, and the variance of the noise that their
// responses are to: 1, or 0 if there is none.
func gatheredAt(dirs []Direction, at logPoints) (points []gathered, unit float64) {
	points = make([]gathered, at.n)
	for _, d := range dirs {
		at.shares(d.Curvature, func(j int, share float64) { points[j].add(d, share) })
		if d.Noise != 0 {
			unit = 1
		}
	}
	return points, unit
}

func (s *gatheredPart) points() ([]gathered, float64) { return gatheredAt(s.dirs, s.at) }

// halves replaces a stretch by its two halves.
func (g *gatherer) halves(s gatheredPart) []gatheredPart {
	middle := (s.at.low + s.at.high) / 2
	cut, _ := slices.BinarySearchFunc(s.dirs, middle, func(d Direction, x float64) int { return cmp.Compare(x, math.Log(d.Curvature)) })
	var both []gatheredPart
	sums, known := make([]parts, len(g.steps)+1), s.sums != nil
	for _, half := range []gatheredPart{
		{dirs: s.dirs[:cut], at: logPoints{middle, s.at.high, s.at.n}},
		{dirs: s.dirs[cut:], at: logPoints{s.at.low, middle, s.at.n}},
	} {
		if len(half.dirs) > 0 {
			half = g.sum(half.dirs, half.at)
			both, known = append(both, half), known && half.sums != nil
			half.into(sums)
		}
	}
	if !known {
		return both
	}
	before, now := lookedAt(s.sums), lookedAt(sums)
	for k := range now {
		now[k] = math.Abs(now[k]-before[k]) / float64(len(both))
	}
	for i := range both {
		both[i].apart = now
	}
	return both
}

// gather is lossesOf for a long list, with its parts, the number of modes that stand for it
// and the estimated error of the sums; ok is false where more than so many modes would have
// to be followed, or more than half of the list.
func (p Problem) gather(m Method, steps []int, most float64) (stretches []gatheredPart, l []parts, modes int, disagreement float64, ok bool) {
	sorted := steepestFirst(p.list())
	for len(sorted) > 0 && sorted[len(sorted)-1].Curvature == 0 {
		sorted = sorted[:len(sorted)-1]
	}
	most = math.Min(most, float64(len(sorted))/2)
	if most < gatheredPoints || sorted[0].Curvature == sorted[len(sorted)-1].Curvature {
		return nil, nil, 0, 0, false
	}
	g := gatherer{modeOf: modesOf(m), valid: func(float64) error { return nil }, steps: steps}
	if l, ok := m.(Linear); ok {
		g.valid = l.ValidateAt
	}
	next := []gatheredPart{g.sum(sorted, logPoints{math.Log(sorted[len(sorted)-1].Curvature), math.Log(sorted[0].Curvature), gatheredPoints})}
	for halved := true; halved; {
		all := next
		l, modes, disagreement = make([]parts, len(steps)+1), 0, 0
		for i := range all {
			modes += all[i].modes()
			all[i].into(l)
		}
		total := lookedAt(l)
		next, halved = nil, false
		open := slices.ContainsFunc(all, func(s gatheredPart) bool { return s.sums == nil })
		for _, s := range all {
			if open && s.sums != nil { // until there is a total to compare with
				next = append(next, s)
				continue
			}
			if worst := s.worst(total); worst <= gatheredWanted {
				next, disagreement = append(next, s), disagreement+worst
				continue
			}
			if float64(g.modes+2*gatheredPoints) > most {
				return nil, nil, 0, 0, false
			}
			next, halved = append(next, g.halves(s)...), true
		}
	}
	return next, l, modes, math.Max(disagreement, 1e-15), true
}

// into adds the sums, if there are any, to those of the list.
func (s *gatheredPart) into(l []parts) {
	for k := range s.sums {
		l[k].join(&s.sums[k])
	}
}

func (s *gatheredPart) modes() int {
	if s.exact {
		return len(s.dirs)
	}
	return s.at.n
}

// worst is the largest error that a stretch makes of the whole sums.
func (s *gatheredPart) worst(total []float64) float64 {
	switch {
	case s.exact:
		return 0
	case s.apart == nil:
		return math.Inf(1)
	}
	var worst float64
	for k, v := range s.apart {
		if v != 0 {
			worst = math.Max(worst, v/math.Abs(total[k]))
		}
	}
	return worst
}

// lookedAt are the sums whose agreement decides on a resolution.
func lookedAt(l []parts) (v []float64) {
	for k := range l {
		v = append(v, l[k].bias.Value()+l[k].noise.Value(), l[k].variance.Value())
	}
	return v
}

func steepestFirst(all []Direction) []Direction {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b Direction) int { return cmp.Compare(b.Curvature, a.Curvature) })
	return sorted
}
