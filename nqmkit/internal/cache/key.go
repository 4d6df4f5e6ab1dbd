// Package cache keeps results in files under exact keys of what they depend on.
package cache

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"slices"
	"unsafe"
)

// Key is the hash under which a result is kept.
type Key [sha256.Size]byte

// KeyOf returns the key of values in their order. Two lists of values have the
// same key only if they are equal: of the same types, with the same bits in every
// float, in fields that are not exported too, and behind pointers. A nil slice or
// map is not an empty one. Types are known by package and name, and by all that
// they are made of, tags of fields included. What a value holds in several places
// is read once.
//
// The error names the first type whose values cannot be told apart: a function, a
// channel, an address, or a value that holds itself.
func KeyOf(values ...any) (Key, error) {
	return keyOf(&encoder{known: map[reference]Key{}}, values)
}

// Same reports whether two values are equal as KeyOf has it, but any NaN like another.
func Same(a, b any) (bool, error) {
	first, err := keyOf(&encoder{known: map[reference]Key{}, anyNaN: true}, []any{a})
	if err != nil {
		return false, err
	}
	second, err := keyOf(&encoder{known: map[reference]Key{}, anyNaN: true}, []any{b})
	return first == second, err
}

func keyOf(e *encoder, values []any) (Key, error) {
	if err := e.value(reflect.ValueOf(values), 0); err != nil {
		return Key{}, fmt.Errorf("%s%w", e.where, err)
	}
	return sha256.Sum256(e.text), nil
}

// deepest is how far a value may be nested.
const deepest = 500

// reference is where a pointer, a slice or a map leads.
type reference struct {
	kind    reflect.Type
	address unsafe.Pointer
	length  int
}

// encoder writes values so that no text is the beginning of another: every part
// has a length that is known from what was written before it.
type encoder struct {
	text  []byte
	types []reflect.Type    // that are described in the text
	known map[reference]Key // what was read, and with no key what is being read
	where string            // the innermost field that holds what is refused

	anyNaN bool // one NaN is as good as another
}

// inner writes a part, for a text of its own.
func (e *encoder) inner() encoder { return encoder{known: e.known, anyNaN: e.anyNaN} }

func (e *encoder) number(n uint64) { e.text = binary.LittleEndian.AppendUint64(e.text, n) }

func (e *encoder) string(s string) {
	e.number(uint64(len(s)))
	e.text = append(e.text, s...)
}

// value writes a value, whose type is known if it is not made of others.
func (e *encoder) value(v reflect.Value, depth int) error {
	switch {
	case v.Kind() == reflect.Bool && v.Bool():
		e.number(1)
	case v.Kind() == reflect.Bool:
		e.number(0)
	case v.CanInt():
		e.number(uint64(v.Int()))
	case v.CanUint() && v.Kind() != reflect.Uintptr:
		e.number(v.Uint())
	case v.CanFloat() && e.anyNaN && math.IsNaN(v.Float()):
		e.number(math.Float64bits(math.NaN()))
	case v.CanFloat():
		e.number(math.Float64bits(v.Float()))
	case v.CanComplex():
		e.number(math.Float64bits(real(v.Complex())))
		e.number(math.Float64bits(imag(v.Complex())))
	case v.Kind() == reflect.String:
		e.string(v.String())
	default:
		return e.composite(v, depth)
	}
	return nil
}

// composite writes a value that is made of others.
func (e *encoder) composite(v reflect.Value, depth int) error {
	if depth > deepest {
		return fmt.Errorf("a %v that is nested more than %d times: give the numbers that it depends on", v.Type(), deepest)
	}
	e.typeOf(v.Type())
	switch v.Kind() {
	case reflect.Struct:
		return e.fields(v, depth)
	case reflect.Array:
		return e.list(v, depth)
	case reflect.Uintptr:
		return indistinct(v)
	}
	if v.IsNil() {
		e.number(0)
		return nil
	}
	e.number(1)
	switch v.Kind() {
	case reflect.Slice:
		return e.once(reference{v.Type(), v.UnsafePointer(), v.Len()}, v, depth, (*encoder).list)
	case reflect.Map:
		return e.once(reference{v.Type(), v.UnsafePointer(), 0}, v, depth, (*encoder).pairs)
	case reflect.Pointer:
		return e.once(reference{v.Type(), v.UnsafePointer(), 0}, v.Elem(), depth+1, (*encoder).value)
	case reflect.Interface:
		e.typeOf(v.Elem().Type())
		return e.value(v.Elem(), depth+1)
	}
	return indistinct(v)
}

func indistinct(v reflect.Value) error {
	return fmt.Errorf("a %v, which cannot be told from another: give the numbers that it depends on", v.Type())
}

// once writes the hash of what a reference leads to, which is read the first time.
func (e *encoder) once(r reference, v reflect.Value, depth int, write func(*encoder, reflect.Value, int) error) error {
	k, found := e.known[r]
	if found && k == (Key{}) {
		return fmt.Errorf("a %v that holds itself: give the numbers that it depends on", r.kind)
	}
	if !found {
		e.known[r] = Key{}
		inner := e.inner()
		if err := write(&inner, v, depth); err != nil {
			e.where = inner.where
			return err
		}
		k = sha256.Sum256(inner.text)
		e.known[r] = k
	}
	e.text = append(e.text, k[:]...)
	return nil
}

// typeOf writes a type by its package and name, and by all that it is made of.
func (e *encoder) typeOf(t reflect.Type) {
	if i := slices.Index(e.types, t); i >= 0 {
		e.number(uint64(i + 1))
		return
	}
	e.types = append(e.types, t)
	e.number(0)
	e.string(t.PkgPath())
	e.string(t.String())
	switch t.Kind() {
	case reflect.Map:
		e.typeOf(t.Key())
		fallthrough
	case reflect.Slice, reflect.Array, reflect.Pointer:
		e.typeOf(t.Elem())
	case reflect.Struct:
		e.number(uint64(t.NumField()))
		for i := range t.NumField() {
			f := t.Field(i)
			e.string(f.Name)
			e.string(string(f.Tag))
			e.typeOf(f.Type)
		}
	}
}

func (e *encoder) list(v reflect.Value, depth int) error {
	e.number(uint64(v.Len()))
	for i := range v.Len() {
		if err := e.value(v.Index(i), depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (e *encoder) fields(v reflect.Value, depth int) error {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Name == "_" { // nobody can read it
			continue
		}
		if err := e.value(v.Field(i), depth+1); err != nil {
			if e.where == "" {
				e.where = fmt.Sprintf("%v.%s, ", v.Type(), f.Name)
			}
			return err
		}
	}
	return nil
}

// pairs writes keys and values of a map, sorted by their texts.
func (e *encoder) pairs(v reflect.Value, depth int) error {
	var texts []string
	for at := v.MapRange(); at.Next(); {
		pair := e.inner()
		for _, part := range []reflect.Value{at.Key(), at.Value()} {
			if err := pair.value(part, depth+1); err != nil {
				e.where = pair.where
				return err
			}
		}
		texts = append(texts, string(pair.text))
	}
	slices.Sort(texts)
	return e.list(reflect.ValueOf(texts), depth)
}
