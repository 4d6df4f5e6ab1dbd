// Package cache keeps results in files under exact keys of what they depend on.
package cache

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"slices"
)

// Key is the hash under which a result is kept.
type Key [sha256.Size]byte

// KeyOf returns the key of values in their order. Two lists of values have the
// same key only if they are equal: of the same types, with the same bits in every
// float, in fields that are not exported too, and behind pointers. A nil slice or
// map is not an empty one. Types are known by package, name, and fields.
//
// The error names the first type whose values cannot be told apart: a function, a
// channel, an address, or a value that holds itself.
func KeyOf(values ...any) (Key, error) {
	var e encoder
	if err := e.value(reflect.ValueOf(values), 0); err != nil {
		return Key{}, fmt.Errorf("%s%w", e.where, err)
	}
	return sha256.Sum256(e.text), nil
}

// deepest is how far a value may be nested: one that holds itself is deeper.
const deepest = 500

// encoder writes values so that no text is the beginning of another: every part
// has a length that is known from what was written before it.
type encoder struct {
	text  []byte
	where string // the innermost field that holds what is refused
}

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
	case v.CanUint():
		e.number(v.Uint())
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
		return fmt.Errorf("a %v that holds itself, or is nested more than %d times: give the numbers that it depends on", v.Type(), deepest)
	}
	e.typeOf(v.Type())
	switch v.Kind() {
	case reflect.Struct:
		return e.fields(v, depth)
	case reflect.Array:
		return e.list(v, depth)
	}
	if v.IsNil() {
		e.number(0)
		return nil
	}
	e.number(1)
	switch v.Kind() {
	case reflect.Slice:
		return e.list(v, depth)
	case reflect.Map:
		return e.pairs(v, depth)
	case reflect.Pointer:
		return e.value(v.Elem(), depth+1)
	case reflect.Interface:
		e.typeOf(v.Elem().Type())
		return e.value(v.Elem(), depth+1)
	}
	return fmt.Errorf("a %v, which cannot be told from another: give the numbers that it depends on", v.Type())
}

// typeOf writes a type by its package and name, one without a name by its parts.
func (e *encoder) typeOf(t reflect.Type) {
	e.string(t.PkgPath())
	e.string(t.String())
	if t.Name() != "" {
		return
	}
	switch t.Kind() {
	case reflect.Map:
		e.typeOf(t.Key())
		fallthrough
	case reflect.Slice, reflect.Array, reflect.Pointer:
		e.typeOf(t.Elem())
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
	e.number(uint64(v.NumField()))
	for i := range v.NumField() {
		f := v.Type().Field(i)
		e.string(f.Name)
		e.typeOf(f.Type)
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
		var pair encoder
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
