package plotting

import (
	"fmt"
	"reflect"

	"nqm/theory"
)

// kind is what the package can do with the results of one type.
type kind struct {
	draw   reflect.Value // a constructor, of all in one figure; the zero value: none
	number reflect.Value // what a sweep draws of one; the zero value: its figures
	named  bool          // a sweep too is one figure of all: each says its settings
}

// kinds has every type that is drawn, by the lines that stand with its chart.
// (They are read by reflection because an instance of a generic function has
// the whole of its struct type in its name, in every program.)
var kinds = map[reflect.Type]*kind{}

func kindFor(t reflect.Type) *kind {
	if kinds[t] == nil {
		kinds[t] = &kind{}
	}
	return kinds[t]
}

// pictures registers the constructor of a chart, func([]T) or func(...T), which
// returns a Figure, or one and an error. It draws one result, several in a
// slice (or in slices of slices, or in a []any), and those of a sweep: all of
// the package takes the type T from then on. It panics if the type has one.
func pictures(constructor any) *kind {
	draw := reflect.ValueOf(constructor)
	of := draw.Type().In(0).Elem()
	k := kindFor(of)
	if k.draw.IsValid() {
		panic(fmt.Sprintf("plotting: two charts for %v", of))
	}
	k.draw = draw
	return k
}

// together registers a constructor of results that a sweep draws in one figure
// as well.
func together(constructor any) *kind {
	k := pictures(constructor)
	k.named = true
	return k
}

// numbers registers what a sweep draws of a result: func(T) swept.
func numbers(of any) *kind {
	number := reflect.ValueOf(of)
	k := kindFor(number.Type().In(0))
	k.number = number
	return k
}

// swept is the number of one point of a sweep, with its words.
type swept struct {
	value                float64
	label, method, title string
}

// figure draws results of the kind.
func (k kind) figure(results []any) (Figure, error) {
	t := k.draw.Type()
	list := reflect.MakeSlice(t.In(0), 0, len(results))
	for _, r := range results {
		list = reflect.Append(list, reflect.ValueOf(r))
	}
	call := k.draw.Call
	if t.IsVariadic() && t.NumIn() == 1 {
		call = k.draw.CallSlice
	}
	out := call([]reflect.Value{list})
	if len(out) == 2 && !out[1].IsNil() {
		return Figure{}, out[1].Interface().(error)
	}
	return out[0].Interface().(Figure), nil
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
	if value == nil || list.Kind() != reflect.Slice || drawn(list.Type()) {
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

// drawn reports whether results of a type have a picture.
func drawn(t reflect.Type) bool { return kinds[t] != nil && kinds[t].draw.IsValid() }

// kindOf returns the kind of results that are all of one type that is drawn.
func kindOf(results []any) (kind, bool) {
	if len(results) == 0 || !drawn(reflect.TypeOf(results[0])) {
		return kind{}, false
	}
	for _, r := range results {
		if reflect.TypeOf(r) != reflect.TypeOf(results[0]) {
			return kind{}, false
		}
	}
	return *kinds[reflect.TypeOf(results[0])], true
}

// sweptOf returns the numbers of a result, or of a slice of them; none if one
// of them has none.
func sweptOf(result any) []swept {
	if k := kinds[reflect.TypeOf(result)]; k != nil && k.number.IsValid() {
		return []swept{k.number.Call([]reflect.Value{reflect.ValueOf(result)})[0].Interface().(swept)}
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
