package nqmkit

import (
	"fmt"

	"nqm/theory"
)

// Noisy is a problem whose gradient noise is not Gaussian; its covariance stays
// C/B, and so does the expected loss of every linear method.
type Noisy struct {
	Problem Quadratic
	Law     Law
}

// StudentT returns p with noise that follows Student's t with ν > 2 degrees of
// freedom, scaled to the variance of p's: rare large gradients. The numbers
// are independent before they are scaled to C.
// Sampling panics on another ν.
func StudentT(p Quadratic, freedom float64) Noisy {
	return Noisy{Problem: p, Law: Law{kind: studentLaw, freedom: freedom}}
}

// Rademacher returns p with noise of two values, ±1, scaled to C.
func Rademacher(p Quadratic) Noisy { return Noisy{Problem: p, Law: Law{kind: rademacherLaw}} }

// String says what the problem is, with the law beside its noise.
func (n Noisy) String() string {
	d := theory.ParseDescription(fmt.Sprint(n.Problem))
	d.Noise += ", " + n.Law.String()
	return d.String()
}

// Validate returns an error that names the first value outside its range.
func (n Noisy) Validate() error {
	if err := n.Law.validate(); err != nil {
		return err
	}
	if n.Law.kind == "" || n.Problem == nil {
		return fmt.Errorf("nqmkit: a Noisy without problem or law: want nqmkit.StudentT or nqmkit.Rademacher")
	}
	return n.Problem.Validate()
}

// Spectrum returns the problem without its law, which no expected loss depends on,
// in H's eigenbasis and under n's name; see Dense. The error names what is wrong
// with n.
func (n Noisy) Spectrum() (theory.Problem, error) {
	if err := n.Validate(); err != nil {
		return theory.Problem{}, err
	}
	p, err := spectrumOf(n.Problem)
	p.Name = theory.ParseDescription(fmt.Sprint(n.Problem)).Problem + ", " + n.Law.String()
	return p, err
}

// spectrumOf returns the problem that closed forms know with the same expected
// loss under every linear method that does not see the axes.
func spectrumOf(q Quadratic) (theory.Problem, error) {
	switch p := q.(type) {
	case theory.Problem:
		return p, nil
	case interface {
		Spectrum() (theory.Problem, error)
	}:
		return p.Spectrum()
	}
	return theory.Problem{}, fmt.Errorf("nqmkit: %v has no closed form: want a theory.Problem, a nqmkit.Dense, or one of them with another noise", q)
}

// closedFormOf returns the spectrum with all directions written out.
func closedFormOf(q Quadratic) (theory.Problem, error) {
	p, err := spectrumOf(q)
	if err != nil {
		return theory.Problem{}, err
	}
	return p.Explicit()
}

// landscapeOf lays out p, or says in one sentence why it cannot be sampled.
func landscapeOf(p Quadratic) (landscape, error) {
	if p == nil {
		return landscape{}, fmt.Errorf("nqmkit: no problem: want one, as nqmkit.PowerLaw(100, 1)")
	}
	if err := p.Validate(); err != nil {
		return landscape{}, err
	}
	law := Law{kind: gaussianLaw}
	if n, ok := p.(Noisy); ok {
		p, law = n.Problem, n.Law
	}
	switch p := p.(type) {
	case theory.Problem:
		return diagonalLandscape(p, law)
	case Dense:
		return denseLandscape(p, law)
	}
	return landscape{}, fmt.Errorf("nqmkit: %v cannot be sampled: want a theory.Problem, a nqmkit.Dense, or one of them with another noise", p)
}
