// Package jsonfloat takes values with any float64 through encoding/json and back:
// the numbers that JSON does not have are the strings "+Inf", "-Inf" and "NaN".
package jsonfloat

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"sync"
)

// Encode returns v as encoding/json does, but with any float64. It reaches through
// structs, slices, arrays, maps and pointers. A type with a method MarshalJSON or
// MarshalText of its own is left to that, v itself excepted; what an interface
// holds, and a struct with embedded fields, to encoding/json.
func Encode(v any) ([]byte, error) {
	if v == nil {
		return []byte("null"), nil
	}
	from := reflect.ValueOf(v)
	to := reflect.New(extendedOf(from.Type())).Elem()
	mirror(to, from)
	return json.Marshal(to.Interface())
}

// Decode reads what Encode writes into the value that v points to.
func Decode(data []byte, v any) error {
	p := reflect.ValueOf(v)
	if p.Kind() != reflect.Pointer || p.IsNil() {
		return fmt.Errorf("theory: JSON cannot be read into a %T: want a pointer", v)
	}
	read := reflect.New(extendedOf(p.Type().Elem()))
	mirror(read.Elem(), p.Elem())
	if err := json.Unmarshal(data, read.Interface()); err != nil {
		return err
	}
	mirror(p.Elem(), read.Elem())
	return nil
}

// extended is a float64 that JSON holds even if it is not finite.
type extended float64

func (x extended) MarshalJSON() ([]byte, error) {
	switch f := float64(x); {
	case math.IsNaN(f):
		return []byte(`"NaN"`), nil
	case math.IsInf(f, 1):
		return []byte(`"+Inf"`), nil
	case math.IsInf(f, -1):
		return []byte(`"-Inf"`), nil
	default:
		return json.Marshal(f)
	}
}

func (x *extended) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case `"NaN"`:
		*x = extended(math.NaN())
	case `"+Inf"`, `"Inf"`:
		*x = extended(math.Inf(1))
	case `"-Inf"`:
		*x = extended(math.Inf(-1))
	default:
		if err := json.Unmarshal(text, (*float64)(x)); err != nil {
			return fmt.Errorf("%s is not a number, \"+Inf\", \"-Inf\" or \"NaN\"", text)
		}
	}
	return nil
}

// extendedTypes are those that were made, which takes as long as hundreds of numbers.
var extendedTypes sync.Map // from reflect.Type to reflect.Type

func extendedOf(t reflect.Type) reflect.Type {
	made, ok := extendedTypes.Load(t)
	if !ok {
		made, _ = extendedTypes.LoadOrStore(t, extendedType(t, nil))
	}
	return made.(reflect.Type)
}

// extendedType returns the type t with extended in place of each float64 that
// encoding/json would meet. A type inside itself stays as it is.
func extendedType(t reflect.Type, outer []reflect.Type) reflect.Type {
	for _, o := range outer {
		if o == t {
			return t
		}
	}
	if len(outer) > 0 && (encodesItself(t) || encodesItself(reflect.PointerTo(t))) {
		return t
	}
	outer = append(outer, t)
	switch t.Kind() {
	case reflect.Float64:
		return reflect.TypeFor[extended]()
	case reflect.Slice:
		return reflect.SliceOf(extendedType(t.Elem(), outer))
	case reflect.Array:
		return reflect.ArrayOf(t.Len(), extendedType(t.Elem(), outer))
	case reflect.Map:
		return reflect.MapOf(t.Key(), extendedType(t.Elem(), outer))
	case reflect.Pointer:
		return reflect.PointerTo(extendedType(t.Elem(), outer))
	case reflect.Struct:
		var fields []reflect.StructField
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Anonymous {
				return t
			}
			if f.IsExported() {
				fields = append(fields, reflect.StructField{Name: f.Name, Tag: f.Tag, Type: extendedType(f.Type, outer)})
			}
		}
		return reflect.StructOf(fields)
	}
	return t
}

func encodesItself(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[json.Marshaler]()) || t.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}

// mirror copies from one of a type and its extended type to the other.
func mirror(to, from reflect.Value) {
	if to.Type() == from.Type() {
		to.Set(from)
		return
	}
	switch from.Kind() {
	case reflect.Float64:
		to.SetFloat(from.Float())
	case reflect.Slice:
		if from.IsNil() {
			to.SetZero()
			return
		}
		to.Set(reflect.MakeSlice(to.Type(), from.Len(), from.Len()))
		fallthrough
	case reflect.Array:
		for i := range from.Len() {
			mirror(to.Index(i), from.Index(i))
		}
	case reflect.Map:
		if from.IsNil() {
			to.SetZero()
			return
		}
		to.Set(reflect.MakeMap(to.Type()))
		for _, key := range from.MapKeys() {
			value := reflect.New(to.Type().Elem()).Elem()
			mirror(value, from.MapIndex(key))
			to.SetMapIndex(key, value)
		}
	case reflect.Pointer:
		if from.IsNil() {
			to.SetZero()
			return
		}
		to.Set(reflect.New(to.Type().Elem()))
		mirror(to.Elem(), from.Elem())
	case reflect.Struct:
		for i := range from.NumField() {
			name := from.Type().Field(i).Name
			if field := to.FieldByName(name); field.IsValid() && field.CanSet() {
				mirror(field, from.Field(i))
			}
		}
	}
}
