package nqmkit

import (
	"math/bits"
	"math/rand/v2"
)

// stream is a source of random numbers for one run and one purpose: the
// generator xoshiro256++ (Blackman and Vigna 2019), of period 2^256 - 1. Its
// state starts from math/rand/v2's PCG, keyed by seed, run and purpose, so
// that two streams overlap with a probability below 2^-100.
type stream struct{ s0, s1, s2, s3 uint64 }

// purpose says what a stream is for. Purposes never share numbers, so that one
// more kind of randomness leaves the others as they were.
type purpose uint64

const (
	forStart  purpose = iota // the initial point
	forNoise                 // the gradient noise
	forInputs                // the inputs of multiplicative noise
	forSkips                 // exact skip-ahead
	forScales                // gradients for noise-scale estimators
)

// newStream returns the random numbers of one run for one purpose. It depends
// on its arguments alone.
func newStream(seed uint64, trial int, what purpose) stream {
	pcg := rand.NewPCG(seed, mix(mix(uint64(trial))+uint64(what)))
	return stream{pcg.Uint64(), pcg.Uint64(), pcg.Uint64(), pcg.Uint64() | 1}
}

// mix spreads small numbers over all 64 bits (the finaliser of SplitMix64), so
// that neighbouring runs start from unrelated states.
func mix(v uint64) uint64 {
	v += 0x9e3779b97f4a7c15
	v = (v ^ v>>30) * 0xbf58476d1ce4e5b9
	v = (v ^ v>>27) * 0x94d049bb133111eb
	return v ^ v>>31
}

// draw returns 64 random bits and the stream after them. A loop that holds the
// stream in a variable of its own holds it in registers.
func (s stream) draw() (uint64, stream) {
	u := bits.RotateLeft64(s.s0+s.s3, 23) + s.s0
	t := s.s1 << 17
	s.s2 ^= s.s0
	s.s3 ^= s.s1
	s.s1 ^= s.s2
	s.s0 ^= s.s3
	s.s2 ^= t
	s.s3 = bits.RotateLeft64(s.s3, 45)
	return u, s
}

// next returns 64 random bits.
func (s *stream) next() uint64 {
	u, after := s.draw()
	*s = after
	return u
}

// uniform returns a number in [0, 1), a multiple of 2^-53.
func (s *stream) uniform() float64 { return float64(s.next()>>11) * 0x1p-53 }
