package plotting

import (
	"fmt"
	"reflect"

	"nqm/theory"
)

// kind is what the package can do with the results of one type.
type kind struct {
	draw   func(results []any) (Figure, error) // all in one figure; nil: none
	number func(result any) swept              // what a sweep draws of it; nil: its figures
	named  bool                                // a sweep too is one figure of all: each says its settings
}

// kinds has every type that is drawn, by the line that stands with its chart.
var kinds = map[reflect.Type]kind{}

// pictures registers the figure of results of a type: of one, of several in a
// slice (or in slices of slices, or in a []any), and of a sweep of them. All
// of the package takes the type from then on.
func pictures[T any](draw func(results []T) (Figure, error), options ...func(*kind)) bool {
	var k kind
	if draw != nil {
		k.draw = func(results []any) (Figure, error) { return draw(asserted[T](results)) }
	}
	for _, option := range options {
		option(&k)
	}
	kinds[reflect.TypeFor[T]()] = k
	return true
}

// swept is the number of one point of a sweep, with its words.
type swept struct {
	value                float64
	label, method, title string
}

// numbered has a sweep draw a number of each result.
func numbered[T any](of func(T) swept) func(*kind) {
	return func(k *kind) { k.number = func(result any) swept { return of(result.(T)) } }
}

// named has a sweep draw all results in one figure, as each says its settings.
func named(k *kind) { k.named = true }

func asserted[T any](results []any) []T {
	all := make([]T, len(results))
	for i, r := range results {
		all[i] = r.(T)
	}
	return all
}

// sure is a figure that can always be made.
func sure[T any](draw func([]T) Figure) func([]T) (Figure, error) {
	return func(results []T) (Figure, error) { return draw(results), nil }
}

// nth names one of several results that have no name of their own.
func nth(noun string, i, n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf("%s %d", noun, i+1)
}

// spectral is a problem of another form, which the eigenvalues of its Hessian
// and the noise along them show.
type spectral interface {
	Spectrum() (theory.Problem, error)
	String() string
}

// titled is a problem with the text that it is drawn under.
type titled struct {
	text string
	theory.Problem
}

// leaves returns the results in a value: itself, or those of a slice and of the
// slices in it. A problem of another form is its spectrum, under its own text.
func leaves(value any) ([]any, error) {
	switch v := value.(type) {
	case theory.Problem:
		return []any{titled{v.String(), v}}, nil
	case spectral:
		p, err := v.Spectrum()
		return []any{titled{v.String(), p}}, err
	}
	list := reflect.ValueOf(value)
	if value == nil || list.Kind() != reflect.Slice || kinds[list.Type()].draw != nil {
		return []any{value}, nil
	}
	var all []any
	for i := range list.Len() {
		more, err := leaves(list.Index(i).Interface())
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// kindOf returns the kind of results that are all of one type that is drawn.
func kindOf(results []any) (kind, bool) {
	if len(results) == 0 {
		return kind{}, false
	}
	for _, r := range results {
		if reflect.TypeOf(r) != reflect.TypeOf(results[0]) {
			return kind{}, false
		}
	}
	k := kinds[reflect.TypeOf(results[0])]
	return k, k.draw != nil
}

// sweptOf returns the numbers of a result, or of a slice of them; none if one
// of them has none.
func sweptOf(result any) []swept {
	if k := kinds[reflect.TypeOf(result)]; k.number != nil {
		return []swept{k.number(result)}
	}
	list := reflect.ValueOf(result)
	if result == nil || list.Kind() != reflect.Slice {
		return nil
	}
	var all []swept
	for i := range list.Len() {
		more := sweptOf(list.Index(i).Interface())
		if len(more) == 0 {
			return nil
		}
		all = append(all, more...)
	}
	return all
}
