package arrays

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"

	"nqm/theory/table"
)

// decodeJSON reads
//
//	[...], [[...], ...]               an array without a name
//	{"eigenvalues": [...], ...}       arrays by their names
//	{"lambda": {"0": 5, "1": 4}}      columns with an index, as pandas writes them
//	[{"h": 5, "c": 1}, ...]           records
//	{"columns": [...], "rows": [...]} a table that nqmkit.Save wrote
//
// null, and NaN and Infinity as Python writes them, are numbers. What holds no
// numbers is left out.
func decodeJSON(data []byte) ([]Array, error) {
	data = quoted(bytes.TrimPrefix(data, []byte("\ufeff")))
	if bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) {
		var v map[string]json.RawMessage
		if err := json.Unmarshal(data, &v); err != nil {
			return nil, jsonError(data, err)
		}
		if v["rows"] != nil && v["columns"] != nil {
			return ofTable(data)
		}
		return ofObject(v)
	}
	if a, ok := plainList(data); ok {
		return []Array{a}, nil
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return nil, jsonError(data, err)
	}
	list, ok := v.([]any)
	if !ok {
		return nil, errors.New("neither a list nor an object: want numbers")
	}
	if a, ok := ofRecords(list); ok {
		return a, nil
	}
	a, err := nested(list)
	return []Array{a}, err
}

// plainList reads a list of numbers, as most are, without detours.
func plainList(data []byte) (Array, bool) {
	var list []float64
	if bytes.Contains(data, []byte("null")) || json.Unmarshal(data, &list) != nil {
		return Array{}, false
	}
	return Array{Shape: []int{len(list)}, Values: list}, true
}

// bare are the numbers that Python writes and JSON does not have.
var bare = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|-?Infinity|NaN`)

// quoted returns the data with such numbers as texts.
func quoted(data []byte) []byte {
	if !bytes.Contains(data, []byte("NaN")) && !bytes.Contains(data, []byte("Infinity")) {
		return data
	}
	return bare.ReplaceAllFunc(data, func(token []byte) []byte {
		if token[0] == '"' {
			return token
		}
		return []byte(`"` + string(token) + `"`)
	})
}

func jsonError(data []byte, err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("line %d: no JSON: %w", 1+bytes.Count(data[:min(int(syntax.Offset), len(data))], []byte("\n")), err)
	}
	return fmt.Errorf("no JSON: %w", err)
}

func ofTable(data []byte) ([]Array, error) {
	t, err := table.Decode(".json", data)
	if err != nil {
		return nil, err
	}
	var all []Array
	for k, c := range t.Columns {
		a := Array{Name: c.Name, Shape: []int{len(t.Rows)}}
		for i, row := range t.Rows {
			if v, ok := numberOf(row[k]); ok {
				a.Values = append(a.Values, v)
			} else {
				return nil, fmt.Errorf("row %d: the %s %v is not a number", i, c.Name, row[k])
			}
		}
		all = append(all, a)
	}
	return all, nil
}

func ofObject(v map[string]json.RawMessage) ([]Array, error) {
	var all []Array
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if a, ok := plainList(v[name]); ok {
			a.Name = oneLine(name)
			all = append(all, a)
			continue
		}
		var value any
		if err := json.Unmarshal(v[name], &value); err != nil {
			return nil, fmt.Errorf("%s: %w", oneLine(name), err)
		}
		if column, ok := value.(map[string]any); ok {
			if value, ok = byIndex(column); !ok {
				continue
			}
		}
		if _, ok := value.(string); ok || value == nil {
			continue
		}
		a, err := nested(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", oneLine(name), err)
		}
		a.Name = oneLine(name)
		all = append(all, a)
	}
	if len(all) == 0 {
		return nil, errors.New("no list of numbers in it")
	}
	return all, nil
}

// byIndex returns the values of keys "0", "1", ... in the order of these numbers.
func byIndex(column map[string]any) ([]any, bool) {
	keys := make([]int, 0, len(column))
	for key := range column {
		n, err := strconv.Atoi(key)
		if err != nil {
			return nil, false
		}
		keys = append(keys, n)
	}
	slices.Sort(keys)
	values := make([]any, len(keys))
	for i, n := range keys {
		values[i] = column[strconv.Itoa(n)]
	}
	return values, true
}

// ofRecords reads a list of objects of numbers.
func ofRecords(v []any) ([]Array, bool) {
	columns := map[string]*Array{}
	for i, item := range v {
		record, ok := item.(map[string]any)
		if !ok {
			return nil, false
		}
		for name, cell := range record {
			a := columns[name]
			if a == nil {
				a = &Array{Name: oneLine(name), Shape: []int{len(v)}, Values: slices.Repeat([]float64{math.NaN()}, len(v))}
				columns[name] = a
			}
			if a.Values[i], ok = numberOf(cell); !ok {
				return nil, false
			}
		}
	}
	var all []Array
	for _, name := range slices.Sorted(maps.Keys(columns)) {
		all = append(all, *columns[name])
	}
	return all, len(all) > 0
}

// nested reads a number or lists of equal lengths to any depth.
func nested(v any) (Array, error) {
	if number, ok := numberOf(v); ok {
		return Array{Shape: []int{}, Values: []float64{number}}, nil
	}
	list, ok := v.([]any)
	if !ok {
		return Array{}, fmt.Errorf("%.40v is not a number", v)
	}
	a := Array{Shape: []int{len(list)}}
	for i, item := range list {
		inner, err := nested(item)
		if err != nil {
			return Array{}, fmt.Errorf("entry %d: %w", i, err)
		}
		if i == 0 {
			a.Shape = append(a.Shape, inner.Shape...)
		} else if !slices.Equal(a.Shape[1:], inner.Shape) {
			return Array{}, fmt.Errorf("entry %d has the shape %v after %v: want lists of one length", i, inner.Shape, a.Shape[1:])
		}
		a.Values = append(a.Values, inner.Values...)
	}
	return a, nil
}

func numberOf(v any) (float64, bool) {
	switch v := v.(type) {
	case nil:
		return math.NaN(), true
	case float64:
		return v, true
	case int:
		return float64(v), true
	case uint64:
		return float64(v), true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case string:
		switch v {
		case "NaN", "Infinity", "-Infinity", "true", "false":
			return textNumber(v, false)
		}
	}
	return 0, false
}
