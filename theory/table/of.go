package table

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
)

// Of returns the rows of a value:
//
//	with a method Records() []Record, or one with an error as well   those
//	a slice or an array of values that have rows, to any depth       theirs
//	a number, a text or a bool                                       one cell, "value"
//	a struct of such fields                                          one row, by their JSON names
//
// The error names the type of what has none.
func Of(value any) ([]Record, error) {
	if p := reflect.ValueOf(value); p.Kind() == reflect.Pointer && p.IsNil() {
		return nil, none(value)
	}
	switch v := value.(type) {
	case interface{ Records() []Record }:
		return v.Records(), nil
	case interface{ Records() ([]Record, error) }:
		return v.Records()
	}
	v := reflect.ValueOf(value)
	if cell, ok := cellOf(v); ok {
		return []Record{Row("value", cell)}, nil
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		return ofList(v)
	case reflect.Struct:
		if r, ok := structRecord(v); ok {
			return []Record{r}, nil
		}
	}
	return nil, none(value)
}

func none(value any) error {
	return fmt.Errorf("a %T has no table: give a result, a Table, or a struct of numbers and texts", value)
}

func ofList(v reflect.Value) ([]Record, error) {
	var rows []Record
	for i := range v.Len() {
		more, err := Of(v.Index(i).Interface())
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// structRecord reads the fields of a struct, named by their JSON names.
func structRecord(v reflect.Value) (Record, bool) {
	var r Record
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		cell, ok := cellOf(v.Field(i))
		if !ok {
			return nil, false
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = NameOf(f.Name)
		}
		r = append(r, Field{Name: name, Cell: cell})
	}
	return r, len(r) > 0
}

// cellOf returns a plain value as a cell.
func cellOf(v reflect.Value) (any, bool) {
	if !v.IsValid() {
		return nil, false
	}
	if name, ok := v.Interface().(encoding.TextMarshaler); ok {
		if text, err := name.MarshalText(); err == nil {
			return string(text), true
		}
	}
	switch {
	case v.CanFloat():
		return v.Float(), true
	case v.CanInt():
		return int(v.Int()), true
	case v.CanUint():
		return Whole(v.Uint()), true
	case v.Kind() == reflect.String:
		return v.String(), true
	case v.Kind() == reflect.Bool:
		return fmt.Sprint(v.Bool()), true
	}
	return nil, false
}

// Whole returns n as a cell: an int where that holds it.
func Whole(n uint64) any {
	if int(n) >= 0 {
		return int(n)
	}
	return n
}
