// Package nqmkit is what a notebook cell calls: a problem in one line, a
// method in one line, and a question in one line.
//
//	p := nqmkit.PowerLaw(10_000, 1)                 // h_i = 1/i, C = H, θ(0) ~ N(0, I)
//	curves := nqmkit.Expect(p, 5000, nqmkit.SGD(0.3), nqmkit.SGD(1))
//	runs := nqmkit.Sample(p, 1000, nqmkit.Trials(100, 1), nqmkit.SGD(0.3))
//
// Results are plain values of package theory, and nqm/plotting shows each of
// them with plotting.Show.
//
// # Errors
//
// A cell has no error branch. Every function here panics with one sentence
// that names the value and its valid range; package theory has the same
// questions with errors.
//
// # Evidence
//
// Expect evaluates closed forms. Sample steps the literal update rule with
// seeded random noise and shares no code with them. Check holds one against
// the other.
package nqmkit
