package cache

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"
	"unsafe"
)

func must(t *testing.T, values ...any) Key {
	t.Helper()
	k, err := KeyOf(values...)
	if err != nil {
		t.Fatalf("%#v: %v", values, err)
	}
	return k
}

// dice make types and values at random, from so few of each that many are equal.
type dice struct{ *rand.Rand }

func (d dice) typeOf(depth int) reflect.Type {
	basic := []reflect.Type{
		reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[uint64](), reflect.TypeFor[float64](), reflect.TypeFor[float32](),
		reflect.TypeFor[string](), reflect.TypeFor[bool](), reflect.TypeFor[complex128](), reflect.TypeFor[celsius](), reflect.TypeFor[any](),
	}
	if depth == 0 {
		return basic[d.IntN(len(basic))]
	}
	switch d.IntN(6) {
	case 0:
		return reflect.SliceOf(d.typeOf(depth - 1))
	case 1:
		return reflect.ArrayOf(d.IntN(3), d.typeOf(depth-1))
	case 2:
		return reflect.MapOf(basic[d.IntN(7)], d.typeOf(depth-1))
	case 3:
		return reflect.PointerTo(d.typeOf(depth - 1))
	case 4:
		var fields []reflect.StructField
		for k := range d.IntN(3) {
			fields = append(fields, reflect.StructField{Name: string(rune('A' + k + d.IntN(2)*4)), Type: d.typeOf(depth - 1)})
		}
		return reflect.StructOf(fields)
	}
	return d.typeOf(0)
}

type celsius float64

// fill sets v to a value from a few.
func (d dice) fill(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Int, reflect.Int8:
		v.SetInt(int64(d.IntN(3) - 1))
	case reflect.Uint64:
		v.SetUint(uint64(d.IntN(2)))
	case reflect.Float64, reflect.Float32:
		v.SetFloat([]float64{1, 2, math.Inf(1), 1e-20}[d.IntN(4)])
	case reflect.Complex128:
		v.SetComplex(complex(float64(1+d.IntN(2)), float64(1+d.IntN(2))))
	case reflect.String:
		v.SetString([]string{"", "a", "ab", "b"}[d.IntN(4)])
	case reflect.Bool:
		v.SetBool(d.IntN(2) == 0)
	case reflect.Array:
		for i := range v.Len() {
			d.fill(v.Index(i), depth)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			d.fill(v.Field(i), depth)
		}
	default:
		d.fillNilable(v, depth)
	}
}

func (d dice) fillNilable(v reflect.Value, depth int) {
	if d.IntN(4) == 0 {
		return
	}
	n := d.IntN(3)
	switch v.Kind() {
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), n, n+d.IntN(2)))
		for i := range n {
			d.fill(v.Index(i), depth)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range n {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			d.fill(key, depth)
			d.fill(value, depth)
			v.SetMapIndex(key, value)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.fill(v.Elem(), depth)
	case reflect.Interface:
		if depth > 0 {
			v.Set(d.value(depth - 1))
		}
	}
}

func (d dice) value(depth int) reflect.Value {
	v := reflect.New(d.typeOf(depth)).Elem()
	d.fill(v, depth)
	return v
}

// Random values of random types have the same key where reflect.DeepEqual says
// that they are equal, and only there. (It tells no float from its equal: the
// values have neither NaN nor -0, which another test has.)
func TestKeysAreThoseOfEqualValues(t *testing.T) {
	d := dice{rand.New(rand.NewPCG(1, 2))}
	values, keys := []any{nil}, []Key{must(t, nil)}
	for range 40 {
		kind := d.typeOf(3)
		for range 40 {
			v := reflect.New(kind).Elem()
			d.fill(v, 2)
			values = append(values, v.Interface())
			keys = append(keys, must(t, v.Interface()))
		}
	}
	equal := 0
	for i, a := range values {
		for j, b := range values[:i] {
			same := reflect.DeepEqual(a, b)
			if same {
				equal++
			}
			if (keys[i] == keys[j]) != same {
				t.Fatalf("%#v and %#v: equal keys %v, equal values %v", a, b, keys[i] == keys[j], same)
			}
		}
	}
	if n := len(values) * (len(values) - 1) / 2; equal < 1000 || equal > n/2 {
		t.Errorf("of %d pairs %d are equal, which proves little", n, equal)
	}
}

type secret struct {
	a, b float64
	next *secret
	_    int
}

// What reflect.DeepEqual or a text would not tell apart.
func TestKeysOfLookalikes(t *testing.T) {
	type other secret
	type elsewhere struct{ X celsius }
	type here struct{ X float64 }
	nan := math.Float64frombits(math.Float64bits(math.NaN()) ^ 1)
	different := [][]any{
		{}, {nil}, {nil, nil}, {[]any{nil, nil}},
		{0.0}, {math.Copysign(0, -1)}, {math.NaN()}, {nan}, {0}, {int64(0)}, {uint(0)}, {false}, {""}, {celsius(0)}, {float32(0)}, {complex(0, 0)},
		{[]float64{}}, {[]float64(nil)}, {[]celsius{}}, {[0]float64{}}, {map[string]int{}}, {map[string]int(nil)}, {[]any{1}}, {[]any{1.0}}, {[]int{1}},
		{"a", "bc"}, {"ab", "c"}, {[]string{"a", "bc"}}, {[]string{"ab", "c"}}, {[][]int{{1}, {}}}, {[][]int{{}, {1}}}, {[][]int{{1}, nil}},
		{secret{a: 1}}, {secret{b: 1}}, {secret{next: &secret{}}}, {secret{next: &secret{a: 1}}}, {&secret{a: 1}}, {other{a: 1}}, {elsewhere{}}, {here{}},
		{big.NewInt(5)}, {big.NewInt(6)}, {big.NewFloat(5)}, {struct{ A int }{}}, {struct{ B int }{}},
		{(func())(nil)}, {(chan int)(nil)}, {(error)(nil), 1}, {fmt.Errorf("a")}, {fmt.Errorf("b")},
	}
	seen := map[Key]any{}
	for _, v := range different {
		k := must(t, v...)
		if before, ok := seen[k]; ok && len(v) != 1 {
			t.Errorf("%#v has the key of %#v", v, before)
		} else if ok {
			t.Errorf("%T %#v has the key of %T %#v", v[0], v, before, before)
		}
		seen[k] = v
	}
	large := map[float64]any{}
	for k := range 1000 {
		large[float64(k)] = []any{k}
	}
	first := must(t, large)
	for range 5 {
		if must(t, large) != first {
			t.Fatal("the key of a map depends on its order")
		}
	}
	again := must(t, secret{a: 1, next: &secret{}})
	if again != must(t, secret{a: 1, next: new(secret)}) || must(t, make([]int, 1, 5)) != must(t, []int{0}) {
		t.Error("the key depends on an address or on room that is not used")
	}
}

func TestKeysAreRefused(t *testing.T) {
	type method struct{ System func(h float64) int }
	type holder struct{ inner []any }
	loop := &secret{}
	loop.next = loop
	list := []any{nil}
	list[0] = list
	table := map[int]any{}
	table[0] = table
	long := &secret{}
	for range 1000 {
		long = &secret{next: long}
	}
	for want, v := range map[string]any{
		"a func(), which cannot be told from another: give the numbers":                         func() {},
		"cache.method.System, a func(float64) int, which cannot be told":                        method{func(float64) int { return 0 }},
		"cache.method.System, a func(float64) int, which cannot be":                             holder{[]any{1, method{func(float64) int { return 0 }}}},
		"a chan int, which cannot be told from another":                                         map[string]any{"x": make(chan int)},
		"cache.secret.next, a *cache.secret that holds itself: give the numbers that it depend": loop,
		"a []interface {} that holds itself":                                                    list,
		"a map[int]interface {} that holds itself":                                              table,
		"cache.secret.next, a cache.secret that is nested more than 500 times: give the numbe":  long,
		"a uintptr, which cannot be told from another":                                          uintptr(5),
		"a unsafe.Pointer, which cannot be told":                                                unsafe.Pointer(loop),
		"Ctx, a uintptr, which cannot be":                                                       os.Stdin,
	} {
		if _, err := KeyOf("x", v); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || len(err.Error()) > 200 {
			t.Errorf("got %v, want one sentence with %q", err, want)
		}
	}
}

// Two types that have one name and are made of other things are two, also where no
// value of theirs stands: what a function declares inside has such a name, and so
// has what a cell declares anew.
func TestTypesOfOneName(t *testing.T) {
	first := func() []any {
		type row struct{ A float64 }
		return []any{[]row(nil), []row{}, [0]row{}, map[string]row{}, (*row)(nil), struct{ Rows []row }{}, [][]*row{}}
	}
	second := func() []any {
		type row struct{ A, B float64 }
		return []any{[]row(nil), []row{}, [0]row{}, map[string]row{}, (*row)(nil), struct{ Rows []row }{}, [][]*row{}}
	}
	tagged := func() []any {
		type row struct {
			A float64 `json:"b"`
		}
		return []any{[]row(nil), []row{}, [0]row{}, map[string]row{}, (*row)(nil), struct{ Rows []row }{}, [][]*row{}}
	}
	for i, a := range first() {
		if again := first()[i]; must(t, a) != must(t, again) {
			t.Errorf("%T has another key each time", a)
		}
		for _, other := range []func() []any{second, tagged} {
			if b := other()[i]; must(t, a) == must(t, b) {
				t.Errorf("%T of other fields has the same key", a)
			}
		}
	}
}

// A value that holds the same in many places is read once, and has the key of one
// that holds copies.
func TestSharedParts(t *testing.T) {
	type pair struct{ left, right *pair }
	type lists []lists
	shared, list := &pair{}, lists{}
	for range 60 {
		shared, list = &pair{shared, shared}, lists{list, list}
	}
	must(t, shared, list)
	one := &pair{&pair{}, &pair{}}
	leaf := &pair{}
	if must(t, one) != must(t, &pair{leaf, leaf}) || must(t, one) == must(t, &pair{leaf, nil}) {
		t.Error("the key depends on what is shared")
	}
}
