package theory

import (
	"cmp"
	"math"
	"slices"

	"nqm/theory/internal/search"
)

const (
	searched = 1e-6 // residual at which the search is content
	polished = 1e-9 // and at which the answer is
)

// search returns the best rates found from scratch.
func (s *scheduler) search(steps int) []float64 {
	most := min(s.pieces, steps)
	beam := s.constants(steps)
	for n := 1; ; n = min(2*n, most) {
		starts := spawn(beam, n)
		if n == min(familyPieces, most) {
			starts = append(append(starts, s.family(steps, n)), s.scattered(steps, n)...)
		}
		beam = s.sketch.minima(starts, lengthsOf(steps, n))
		if n == min(familyPieces, most) {
			beam[0] = s.exchange(beam[0], steps)
		}
		if n == most {
			beam[0] = s.exchange(s.shift(beam[0], steps), steps)
			return s.rough.minima(spawn(beam, n), lengthsOf(steps, n))[0].At
		}
	}
}

// spawn resamples candidates to n pieces, with every other one made a
// little and much larger than the next, or smaller: two equal halves can be a
// saddle.
func spawn(beam []search.Minimum, n int) [][]float64 {
	var starts [][]float64
	for _, b := range beam {
		if len(b.At) == n {
			starts = append(starts, b.At)
			continue
		}
		for _, tilt := range []float64{0.1, 1, -0.3} {
			u := resample(b.At, n)
			for k := range u {
				u[k] += tilt * (1 - 2*float64(k%2))
			}
			starts = append(starts, u)
		}
	}
	return starts
}

// kept is how many candidates go on to the next level.
const kept = 2

// minima minimises from several starts and returns the best that differ.
func (c *pieceObjective) minima(starts [][]float64, lengths []int) []search.Minimum {
	newton := c.newton(lengths, searched)
	var found []search.Minimum
	for _, u := range starts {
		f := newton.Minimize(u)
		found = append(found, f)
		if !slices.IsSortedFunc(f.At, descending) {
			sorted := slices.Clone(f.At)
			slices.SortFunc(sorted, descending)
			found = append(found, newton.Minimize(sorted))
		}
	}
	return distinct(found, kept)
}

// distinct returns the best of the candidates, at most n, that differ.
func distinct(found []search.Minimum, n int) []search.Minimum {
	slices.SortStableFunc(found, func(a, b search.Minimum) int { return cmp.Compare(a.Value, b.Value) })
	best := found[:1:1]
	for _, f := range found[1:] {
		if len(best) < n && f.Value > best[len(best)-1].Value*(1+1e-6) {
			best = append(best, f)
		}
	}
	return best
}

// exchange goes once through the pairs of pieces and lets those change places that
// gain by it: all pairs of few pieces, and otherwise pieces of different lengths where nearly all
// rates are at the limit.
func (s *scheduler) exchange(best search.Minimum, steps int) search.Minimum {
	lengths := lengthsOf(steps, len(best.At))
	newton := s.sketch.newton(lengths, searched)
	below := 0
	for _, v := range best.At {
		if v < s.sketch.top() {
			below++
		}
	}
	few := len(best.At) <= familyPieces
	if !few && below > 3 {
		return best
	}
	for j := range best.At {
		for k := range j {
			if !few && (lengths[j] == lengths[k] || best.At[j] == best.At[k]) {
				continue
			}
			u := slices.Clone(best.At)
			u[j], u[k] = u[k], u[j]
			if s.sketch.at(u, lengths) < best.Value*exchangeable {
				if f := newton.Minimize(u); f.Value < best.Value {
					best = f
				}
			}
		}
	}
	return best
}

// exchangeable is by how much an exchange may at first be worse.
const exchangeable = 2

func descending(a, b float64) int { return cmp.Compare(b, a) }

// constants returns the best constant rates: the local minima of a scan by
// factors of 2^¼ from the limit down to where nothing moves any more.
func (s *scheduler) constants(steps int) []search.Minimum {
	lengths := []int{steps}
	high := s.sketch.top()
	initial := s.sketch.initial()
	var u, loss []float64
	for k := 0; k < 4000; k++ {
		v := high - float64(k)*math.Ln2/4
		l := s.sketch.at([]float64{v}, lengths)
		u, loss = append(u, v), append(loss, l)
		if l > (1-1e-6)*initial && math.Exp(v-high)*float64(steps) < 1e-3 {
			break
		}
	}
	var starts [][]float64
	for k, v := range u {
		if (k == 0 || loss[k] < loss[k-1]) && (k == len(u)-1 || loss[k] <= loss[k+1]) {
			starts = append(starts, []float64{v})
		}
	}
	return s.sketch.minima(starts, lengths)
}

// shift lets the whole schedule come a piece earlier or later as long as that
// helps: how many rates are at the limit is a whole number, which no descent
// changes easily.
func (s *scheduler) shift(best search.Minimum, steps int) search.Minimum {
	newton := s.sketch.newton(lengthsOf(steps, len(best.At)), searched)
	for _, by := range []int{1, -1} {
		for range best.At {
			u := make([]float64, len(best.At))
			for k := range u {
				u[k] = best.At[min(max(k+by, 0), len(u)-1)]
			}
			f := newton.Minimize(u)
			if f.Value >= best.Value*(1-searched) {
				break
			}
			best = f
		}
	}
	return best
}

// familyPieces is at how many pieces another family of starts joins.
const familyPieces = 8

// family returns the best of the schedules a/(1 + t/τ).
func (s *scheduler) family(steps, pieces int) []float64 {
	lengths := lengthsOf(steps, pieces)
	high := s.sketch.top()
	best, least := []float64(nil), math.Inf(1)
	for peak := range 6 {
		for decades := range 8 {
			u := make([]float64, pieces)
			for k := range u {
				t := (float64(k) + 0.5) / float64(pieces)
				u[k] = high - 0.7*float64(peak) - math.Log1p(t*math.Pow(4, float64(decades)))
			}
			if l := s.sketch.at(u, lengths); l < least {
				best, least = u, l
			}
		}
	}
	return best
}

// scatteredStarts is how many starts are spread over all rates; hasty is how many
// Newton steps they have to be among the best. Where pieces are longer than a few
// steps, the noise that they put in makes their order matter, and there are few
// optima: fewStarts then.
const (
	scatteredStarts = 24
	fewStarts       = 8
	longPiece       = 8
	hasty           = 8
)

// scattered returns the best of many starts.
func (s *scheduler) scattered(steps, pieces int) [][]float64 {
	newton := s.sketch.newton(lengthsOf(steps, pieces), 1e-2)
	newton.Steps = hasty
	starts := kronecker(pieces, s.sketch.top())
	if steps >= longPiece*pieces && !s.sketch.silent() {
		starts = starts[:fewStarts]
	} else {
		starts = append(starts, spikes(pieces, s.sketch.top())...)
	}
	found := make([]search.Minimum, len(starts))
	for i, u := range starts {
		found[i] = newton.Minimize(u)
	}
	starts = starts[:0]
	for _, f := range distinct(found, 2*kept) {
		starts = append(starts, f.At)
	}
	return starts
}

// kronecker spreads rates by a Kronecker sequence, more densely near the limit;
// every other start has falling rates.
func kronecker(pieces int, high float64) [][]float64 {
	starts := make([][]float64, scatteredStarts)
	for i := range starts {
		u := make([]float64, pieces)
		for k := range u {
			_, z := math.Modf(float64(i+1) * math.Sqrt(float64(primes[k])))
			u[k] = high - 4*z*z
		}
		if i%2 == 0 {
			slices.SortFunc(u, descending)
		}
		starts[i] = u
	}
	return starts
}

var primes = [familyPieces]int{2, 3, 5, 7, 11, 13, 17, 19}

// spikes end the stiffest direction in the first or second piece, with half the
// limit, and leave the others to smaller rates.
func spikes(pieces int, high float64) (starts [][]float64) {
	for at := range min(2, pieces) {
		for rest := 2.0; rest < 7; rest += 1.5 {
			u := slices.Repeat([]float64{high - rest}, pieces)
			u[at] = high - math.Ln2
			starts = append(starts, u)
		}
	}
	return starts
}
