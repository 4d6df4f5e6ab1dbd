package plotting

import (
	"slices"
	"strings"

	"nqm/theory"
	"nqm/theory/table"
)

// told returns results whose names say their problem, where the problems differ, and which of
// several of one name they are. Of gives the problem and the name of a result.
func told[T any](results []T, of func(*T) (problem string, name *string)) []T {
	results = slices.Clone(results)
	tail := tails(mapped(results, func(r T) string { p, _ := of(&r); return p }))
	for i := range results {
		problem, name := of(&results[i])
		if !strings.HasSuffix(*name, tail(problem)) {
			*name += tail(problem)
		}
	}
	for i, name := range table.Distinct(mapped(results, func(r T) string { _, name := of(&r); return *name })) {
		_, own := of(&results[i])
		*own = name
	}
	return results
}

// tails tells problems apart at the end of a name: by what they are, or, of one
// spectrum, by noise or start alone; all alike need nothing.
func tails(problems []string) func(problem string) string {
	all := mapped(unique(problems), theory.ParseDescription)
	differ := func(part func(theory.Description) string) bool { return len(unique(mapped(all, part))) > 1 }
	spectra := differ(func(d theory.Description) string { return d.Problem })
	noises := differ(func(d theory.Description) string { return d.Noise })
	starts := differ(func(d theory.Description) string { return d.Start })
	return func(problem string) string {
		tail, d := "", theory.ParseDescription(problem)
		if spectra {
			return ", " + problem
		}
		if noises {
			tail += ", " + d.Noise
		}
		if starts {
			tail += ", " + d.Start
		}
		return tail
	}
}
