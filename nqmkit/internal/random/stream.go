// Package random draws the numbers of sampled runs: streams of random bits that
// are keyed by seed, run and purpose, normal numbers, and the laws that gradient
// noise may have. All are frozen: a seed in a notebook or a paper gives the same
// numbers on every processor as far as +, -, *, / and math.Sqrt decide.
package random

import (
	"math/bits"
	"math/rand/v2"
)

// Stream is a source of random numbers for one run and one purpose: the
// generator xoshiro256++ (Blackman and Vigna 2019), of period 2^256 - 1. Its
// state starts from math/rand/v2's PCG, keyed by seed, run and purpose, so
// that two streams overlap with a probability below 2^-100.
type Stream struct{ s0, s1, s2, s3 uint64 }

// Purpose says what a stream is for. Purposes never share numbers, so that one
// more kind of randomness leaves the others as they were.
type Purpose uint64

const (
	ForStart  Purpose = iota // the initial point
	ForNoise                 // the gradient noise
	ForInputs                // the inputs of multiplicative noise
	ForSkips                 // exact skip-ahead
	ForScales                // gradients for noise-scale estimators
	ForProbes                // vectors that a Hessian is measured with
)

// New returns the random numbers of one run for one purpose. It depends
// on its arguments alone.
func New(seed uint64, trial int, what Purpose) Stream {
	pcg := rand.NewPCG(seed, mix(mix(uint64(trial))+uint64(what)))
	return Stream{pcg.Uint64(), pcg.Uint64(), pcg.Uint64(), pcg.Uint64() | 1}
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
func (s Stream) draw() (uint64, Stream) {
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

// Next returns 64 random bits.
func (s *Stream) Next() uint64 {
	u, after := s.draw()
	*s = after
	return u
}

// Uniform returns a number in [0, 1), a multiple of 2^-53.
func (s *Stream) Uniform() float64 { return float64(s.Next()>>11) * 0x1p-53 }
