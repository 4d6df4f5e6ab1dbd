package nqmkit

import (
	"crypto/sha256"
	"encoding"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"nqm/nqmkit/internal/cache"
	"nqm/theory"
	"nqm/theory/wholefile"
)

// Cached returns compute(), or what it returned when it was last asked under the
// same name with equal inputs, also in another cell, notebook or process:
//
//	func p() nqmkit.Problem { return nqmkit.PowerLaw(10_000, 1) }
//	%%
//	alphas := nqmkit.LogSpaced(0.01, 1, 1000)
//	s := nqmkit.Cached("rates to 0.01", []any{p(), alphas}, func() theory.Sweep[theory.Steps] {
//		return nqmkit.Sweep("learning rate", alphas, func(alpha float64) theory.Steps {
//			return nqmkit.StepsToTarget(p(), 0.01, nqmkit.SGD(alpha).Batch(64))
//		})
//	})
//
// The inputs are all that the function uses: variables, and what the functions
// that it calls depend on. Equal are values of the same types, to the last bit,
// fields that are not exported and what pointers point to included; two types of
// one name differ if their fields do. Functions, channels, addresses and values that
// hold themselves cannot be told apart and are refused: a method of one's own
// (Linear, Custom) is named by the numbers that it is made of, a file by what it
// holds.
//
// The code of the function is not looked at. Change the name when you change it,
// or the code that it calls: "rates to 0.01, second try". Another type of result,
// another version of Go or of gonum, and any change of nqm's sources compute anew.
// What else the cell does is of no account.
//
// The result goes through JSON, now and later, so that it is the same from the
// cache; see theory.EncodeJSON. It is kept in nqm/results in the user's cache
// folder, in a file that is written whole or not at all; a file that is damaged,
// of another result, or of the future is computed anew. Beyond 256 MB in all,
// those that were not used for longest are removed; ClearCache removes all. What
// an interrupt cut short is not kept.
//
// Cached panics without a name or a function, on inputs that cannot be told apart, and on a
// type of result that would not come back as it was: one with an interface, a
// function, a channel or a field that is not exported. So it does, once it is
// computed, on a result that does not come back to the last bit: two fields of one
// name, text that is not UTF-8, a type that writes less of itself than it holds.
func Cached[T any](name string, inputs any, compute func() T) T {
	if name == "" {
		panic(fmt.Errorf("nqmkit: Cached without a name: give one, and another whenever the function changes"))
	}
	if compute == nil {
		panic(fmt.Errorf("nqmkit: Cached without a function: want one that computes the result"))
	}
	if err := keeps(reflect.TypeFor[T](), nil); err != nil {
		panic(fmt.Errorf("nqmkit: a %v cannot be cached: %w", reflect.TypeFor[T](), err))
	}
	key, err := cache.KeyOf(name, numbers(), versions(linkedModules()), inputs, new(T))
	if err != nil {
		panic(fmt.Errorf("nqmkit: the inputs of Cached hold %w", err))
	}
	return cachedUnder(key, compute)
}

func cachedUnder[T any](key cache.Key, compute func() T) T {
	kept, isKept := results()
	isKept = isKept && numbers() != ""
	var result T
	if data, ok := kept.Load(key); isKept && ok && theory.DecodeJSON(data, &result) == nil {
		return result
	}
	before, outer := interrupts.Load(), outermost.Load()
	computed := compute()
	data := must(theory.EncodeJSON(computed))
	if interrupts.Load() != before || outer != nil && outer.interrupted.Load() {
		return computed
	}
	result = *new(T) // of the kept one a part may have been read
	if err := theory.DecodeJSON(data, &result); err != nil {
		panic(fmt.Errorf("nqmkit: a %T cannot be cached: %w", computed, err))
	}
	if same, err := cache.Same(computed, result); err != nil {
		panic(fmt.Errorf("nqmkit: a %T cannot be cached: it holds %w", computed, err))
	} else if !same {
		panic(fmt.Errorf("nqmkit: this %T cannot be cached: it comes back from JSON as another value", computed))
	}
	if isKept {
		kept.Keep(key, data)
	}
	return result
}

// ClearCache removes all results that Cached has kept.
func ClearCache() {
	if kept, ok := results(); ok {
		if err := os.RemoveAll(kept.Folder); err != nil {
			panic(fmt.Errorf("nqmkit: the cache %s cannot be removed: %w", kept.Folder, wholefile.Cause(err)))
		}
	}
}

// results is where results are kept; the answer is false where there is no cache
// folder.
func results() (cache.Store, bool) {
	dir, err := os.UserCacheDir()
	return cache.Store{Folder: filepath.Join(dir, "nqm", "results"), Limit: 256 << 20}, err == nil
}

// numbers is a hash of the code that nqm's numbers come from: of the sources, where
// they lie and are as old as the program, or of the program. It is empty where neither
// can be read, and nothing is kept then.
var numbers = sync.OnceValue(func() string {
	program, err := os.Executable()
	if err != nil {
		return ""
	}
	about, err := os.Stat(program)
	if err != nil {
		return ""
	}
	if _, here, _, ok := runtime.Caller(0); ok && filepath.IsAbs(here) {
		if hash, err := sourcesHash(filepath.Dir(filepath.Dir(here)), about.ModTime()); err == nil {
			return hash
		}
	}
	data, err := os.ReadFile(program)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("program %x", sha256.Sum256(data))
})

// sourcesHash returns the hash of what theory and nqmkit are built of in the clone at
// root. The error says that they cannot be read, or that one is younger than the
// program, which was made of another then.
func sourcesHash(root string, built time.Time) (string, error) {
	hash := sha256.New()
	for _, dir := range []string{"theory", "nqmkit"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && entry.Name() == "testdata":
				return fs.SkipDir
			case entry.IsDir(), strings.HasSuffix(path, "_test.go"), strings.HasSuffix(path, ".md"):
				return nil
			}
			info, err := entry.Info()
			if err != nil {
				return err
			}
			if info.ModTime().After(built) {
				return fmt.Errorf("%s is younger than the program", path)
			}
			data, err := os.ReadFile(path)
			fmt.Fprintf(hash, "%q %d\n%s", strings.TrimPrefix(path, root), len(data), data)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("sources %x", hash.Sum(nil)), nil
}

// versions are those of Go with its processor, and of gonum: not of all that the program links, which a figure that it shows would change.
func versions(linked []*debug.Module) []string {
	all := []string{runtime.Version(), runtime.GOARCH}
	for _, m := range linked {
		if m.Path != "gonum.org/v1/gonum" {
			continue
		}
		for ; m != nil; m = m.Replace {
			all = append(all, m.Path, m.Version, m.Sum)
		}
	}
	return all
}

func linkedModules() []*debug.Module {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Deps
	}
	return nil
}

// mapKeys are the kinds of keys that JSON has.
var mapKeys = []reflect.Kind{
	reflect.String, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
	reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
}

// keeps says why a type would not come back from JSON as it was.
func keeps(t reflect.Type, outer []reflect.Type) error {
	if slices.Contains(outer, t) || t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return nil
	}
	outer = append(outer, t)
	switch t.Kind() {
	case reflect.Interface:
		return fmt.Errorf("it holds an interface, %v, whose type would be lost: want a concrete type", t)
	case reflect.Func, reflect.Chan, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return fmt.Errorf("it holds a %v, which JSON does not have", t)
	case reflect.Map:
		if k := t.Key(); !k.Implements(reflect.TypeFor[encoding.TextMarshaler]()) && !slices.Contains(mapKeys, k.Kind()) {
			return fmt.Errorf("it holds a %v, whose keys JSON does not have: want texts or whole numbers", t)
		}
		return keeps(t.Elem(), outer)
	case reflect.Slice, reflect.Array, reflect.Pointer:
		return keeps(t.Elem(), outer)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if !f.IsExported() || f.Tag.Get("json") == "-" {
				return fmt.Errorf("its field %v.%s would be lost: want exported fields only", t, f.Name)
			}
			if err := keeps(f.Type, outer); err != nil {
				return err
			}
		}
	}
	return nil
}
