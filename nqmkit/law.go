package nqmkit

import (
	"fmt"
	"math"

	"nqm/nqmkit/internal/random"
)

// Law is the shape of the gradient noise, beside its covariance: a law of mean
// 0 and variance 1 for each of independent numbers, which the problem scales to
// the covariance C/B. The expected loss of a linear method depends on C alone;
// its spread, and adaptive methods, see the law as well.
//
// It is a plain value: two laws are the same where they are equal. The zero
// value is none.
type Law struct {
	kind    lawKind
	freedom float64 // of Student's t
}

type lawKind string

const (
	gaussianLaw   lawKind = "Gaussian noise"
	rademacherLaw lawKind = "Rademacher noise"
	studentLaw    lawKind = "Student t noise"
)

// String names the law.
func (l Law) String() string {
	if l.kind == studentLaw {
		return fmt.Sprintf("%s, ν=%g", l.kind, l.freedom)
	}
	return string(l.kind)
}

func (l Law) validate() error {
	if l.kind == studentLaw && (!(l.freedom > 2) || math.IsInf(l.freedom, 0)) {
		return fmt.Errorf("nqmkit: Student t of %v degrees of freedom: want a finite number > 2, where it has a variance", l.freedom)
	}
	return nil
}

// drawn returns how numbers of the law are drawn.
func (l Law) drawn() random.Law {
	switch l.kind {
	case rademacherLaw:
		return random.Rademacher
	case studentLaw:
		return random.StudentT(l.freedom)
	}
	return random.Gaussian
}
