package nqmkit

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"nqm/nqmkit/internal/arrays"
	"nqm/theory"
	"nqm/theory/table"
)

// columnNames are the columns of a spectrum, in the order of a file without names.
var columnNames = []string{"curvature", "noise", "mean", "variance", "multiplicity"}

// written are the names that people and tools write for what a spectrum has, as
// table.NameOf gives them; roleOf knows them with other word ends, a unit and an index.
var written = map[string][]string{
	"curvature":    {"curvatures", "eigenvalue", "eigenvalues", "raw_eigenvalues", "eigenvals", "eigval", "eigvals", "eig", "eigs", "evals", "lambda", "lambdas", "λ", "h", "hessian_eigenvalue", "hessian_eigenvalues", "ritz", "ritz_value", "ritz_values"},
	"noise":        {"c", "noise_variance", "noise_variances", "noise_var", "gradient_noise", "gradient_noise_variance"},
	"mean":         {"means"},
	"variance":     {"variances"},
	"multiplicity": {"multiplicities", "count", "counts"},
	"weight":       {"weights", "raw_weights", "ritz_weight", "ritz_weights", "w"},
	"density":      {"densities"},
	"grid":         {"grids"},
	"run":          {"runs"},
	"tridiagonal":  {"tridiagonals", "tridiag", "tridiag_list", "tridiags", "tridiag_1"},
	"alpha":        {"alphas", "diagonal"},
	"beta":         {"betas", "off_diagonal"},
	"dimension":    {"n_params", "num_params", "parameters"},
	"low":          {"lo", "lower"},
	"middle":       {"mid"},
	"high":         {"hi", "upper"},
	"degree":       {},
	"probes":       {},
	"g":            {}, // of read_counts.go, as its neighbours
	"x":            {},
	"dot_x":        {},
	"y":            {},
	"l":            {},
	"r":            {},
	"cut":          {},
	"streaming":    {},
	"correlated":   {},
}

// roles are the names by what is written, without word ends.
var roles = func() map[string]string {
	all := map[string]string{}
	for role, names := range written {
		for _, name := range append(names, role) {
			all[withoutEnds(name)] = role
		}
	}
	return all
}()

// withoutEnds is a name without word ends: EigVals, eigenValue and eigen_value are so.
func withoutEnds(name string) string { return strings.ReplaceAll(table.NameOf(name), "_", "") }

// behind is a unit or an index behind a name, as in "eigenvalue (1/s)" and "lambda_i".
var behind = regexp.MustCompile(`( [\[(].*|_[ijk])$`)

// roleOf returns what a name stands for, or "".
func roleOf(name string) string {
	if role := roles[withoutEnds(name)]; role != "" {
		return role
	}
	return roles[withoutEnds(behind.ReplaceAllString(name, ""))]
}

// sheet is what a file has for a spectrum.
type sheet struct {
	reading
	path  string
	by    map[string]arrays.Array // by role
	notes []string

	gridded bool        // a density, whose points are no nodes
	band    theory.Band // of what was measured
}

// in says where in the file something is wrong.
func (s *sheet) in(format string, values ...any) error {
	return fmt.Errorf("nqmkit: %s: "+format, append([]any{s.path}, values...)...)
}

var numbered = regexp.MustCompile(`^(arr_)?[0-9]*$`)

// assign gives the arrays of a file their roles.
func (s *sheet) assign(f arrays.File) error {
	f.DropIndex()
	s.notes = f.Notes
	all, err := s.chosen(f.Arrays)
	if err != nil {
		return err
	}
	s.nameByComment(all, f.Comment)
	nameless := !slices.ContainsFunc(all, func(a arrays.Array) bool { return !numbered.MatchString(a.Name) })
	if len(all) == 1 && !f.Text && roleOf(all[0].Name) == "" {
		nameless = true
	}
	if nameless {
		return s.byShape(all)
	}
	var left []string
	for _, a := range all {
		role := roleOf(a.Name)
		if before, twice := s.by[role]; twice {
			return s.in("%q and %q are both the %s: want each of %s at most once", before.Name, a.Name, role, strings.Join(columnNames, ", "))
		}
		switch {
		case role != "":
			s.by[role] = a
		case f.Text:
			return s.in("column %q: want each of %s, weight at most once", a.Name, strings.Join(columnNames, ", "))
		default:
			left = append(left, a.Name)
		}
	}
	if len(left) > 0 && !s.hasSpectrum() {
		return s.in("the arrays %s are none of %s, weight: name them so, or choose some by nqmkit.Part", strings.Join(left, ", "), strings.Join(columnNames, ", "))
	}
	if len(left) > 0 {
		s.notes = append(s.notes, "not used: "+strings.Join(left, ", "))
	}
	return nil
}

// hasSpectrum reports whether there is something to make curvatures of.
func (s *sheet) hasSpectrum() bool {
	return slices.ContainsFunc([]string{"curvature", "middle", "grid", "tridiagonal", "alpha", "g"}, func(role string) bool {
		_, ok := s.by[role]
		return ok
	})
}

// nameByComment names columns of text without names by the comment above them, if
// that is what it is.
func (s *sheet) nameByComment(all []arrays.Array, comment []string) {
	if len(comment) != len(all) || slices.ContainsFunc(comment, func(name string) bool { return roleOf(name) == "" }) {
		return
	}
	for k := range all {
		if all[k].Name == "" && len(all[k].Shape) == 1 && all[k].Lines != nil {
			all[k].Name = comment[k]
		}
	}
}

// chosen returns the arrays of the chosen part, named by the rest of their names.
func (s *sheet) chosen(all []arrays.Array) ([]arrays.Array, error) {
	if s.part == "" {
		return all, nil
	}
	var some []arrays.Array
	found := false
	for _, a := range all {
		if rest, ok := strings.CutPrefix(a.Name, s.part); ok {
			a.Name = strings.TrimLeft(rest, "_./ ")
			some, found = append(some, a), true
		} else if roleOf(a.Name) == "dimension" { // of all parts
			some = append(some, a)
		}
	}
	if !found {
		return nil, s.in("no array has a name that begins with %q", s.part)
	}
	return some, nil
}

// byShape gives arrays without names their roles.
func (s *sheet) byShape(all []arrays.Array) error {
	if len(all) > 1 {
		return s.inOrder(all)
	}
	a := all[0]
	switch shape := a.Shape; len(shape) {
	case 1:
		s.by["curvature"] = a
		return nil
	case 2:
		rows, columns := shape[0], shape[1]
		switch {
		case rows == 1 || columns == 1:
			s.by["curvature"] = a
			return nil
		case rows == columns && rows > 1 && isSymmetric(a):
			if s.dimension == 0 || !isTridiagonal(a) {
				return s.in("a symmetric matrix: want eigenvalues, or nqmkit.FromMatrices(nqmkit.ReadMatrix(%q), ...)", s.path)
			}
			s.by["tridiagonal"] = a
			return nil
		case rows == 2 && columns > 2 && s.dimension > 0:
			s.by["curvature"], s.by["weight"] = slice(a, 0), slice(a, 1)
			return nil
		case columns <= len(columnNames):
			return s.inOrder(split(a))
		}
	case 3:
		switch {
		case shape[1] == shape[2] && (shape[0] != 2 || isTridiagonal(slice(a, 1))):
			s.by["tridiagonal"] = a
			return nil
		case shape[0] == 2: // eigenvalues and weights, as PyHessian returns them
			s.by["curvature"], s.by["weight"] = slice(a, 0), slice(a, 1)
			return nil
		}
	}
	return s.in("an array of shape %v without a name: want one row or column of curvatures, or columns %s", a.Shape, strings.Join(columnNames, ", "))
}

// inOrder gives columns without names their roles: curvature and weight where the
// dimension was given, columnNames where not.
func (s *sheet) inOrder(all []arrays.Array) error {
	names := columnNames
	if s.dimension > 0 {
		names = []string{"curvature", "weight"}
	}
	if len(all) > len(names) {
		return s.in("%s: %d columns without names: want at most %d, %s", all[0].Where(0), len(all), len(names), strings.Join(names, ", "))
	}
	for k, a := range all {
		a.Name = names[k]
		s.by[names[k]] = a
	}
	return nil
}

// slice is entry i along the first index.
func slice(a arrays.Array, i int) arrays.Array {
	n := len(a.Values) / a.Shape[0]
	return arrays.Array{Name: fmt.Sprintf("entry [%d]", i), Shape: a.Shape[1:], Values: a.Values[i*n : (i+1)*n]}
}

// split is the columns of a matrix.
func split(a arrays.Array) []arrays.Array {
	all := make([]arrays.Array, a.Shape[1])
	for k := range all {
		all[k].Shape = a.Shape[:1]
		for i := range a.Shape[0] {
			all[k].Values = append(all[k].Values, a.Values[i*len(all)+k])
		}
	}
	return all
}

// isSymmetric reports whether a square matrix is, but for rounding.
func isSymmetric(a arrays.Array) bool {
	n, largest, apart := a.Shape[0], 0.0, 0.0
	for i := range n {
		for j := range n {
			v := a.Values[i*n+j]
			largest, apart = max(largest, v, -v), max(apart, v-a.Values[j*n+i])
		}
	}
	return apart <= 1e-5*largest
}

func isTridiagonal(a arrays.Array) bool {
	n := a.Shape[0]
	for i := range n {
		for j := range n {
			if (j > i+1 || i > j+1) && a.Values[i*n+j] != 0 {
				return false
			}
		}
	}
	return n > 2
}
