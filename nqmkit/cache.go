package nqmkit

import (
	"bytes"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"time"

	"nqm/theory"
	"nqm/theory/wholefile"
)

// Cached returns compute(), or what it returned when it was last asked with
// equal inputs and by the same code, also by another cell, notebook or process:
//
//	func p() nqmkit.Problem { return nqmkit.PowerLaw(10_000, 1) }
//	%%
//	alphas := nqmkit.LogSpaced(0.01, 1, 1000)
//	s := nqmkit.Cached(alphas, func() theory.Sweep[theory.Steps] {
//		return nqmkit.Sweep("learning rate", alphas, func(alpha float64) theory.Steps {
//			return nqmkit.StepsToTarget(p(), 0.01, nqmkit.SGD(alpha).Batch(64))
//		})
//	})
//
// The inputs must hold every local variable that the function uses: several
// as []any{p, alphas}. The code is known without them: it is the text of the
// function and of all declarations of its package that it reaches (p above, also
// from another cell), nqm's own source files, and the versions of Go and of
// all modules. Any change of it computes anew. Where the sources are not at hand
// or have changed since the program was built, the whole program stands for
// them: then every edit computes anew.
//
// The result goes through JSON, now and later, so that it is the same from the
// cache; see theory.EncodeJSON. It is kept in nqm/results in the user's cache
// folder, in a file that is written whole or not at all; a file that is damaged
// is computed anew. Beyond 256 MB in all, those that were not used for longest
// are removed; ClearCache removes all. What an interrupt cut short is not kept.
//
// Cached panics on inputs that JSON does not have (functions, channels), and
// on a type of result that would not come back as it was: one with an interface,
// a function, a channel or a field that is not exported.
func Cached[T any](inputs any, compute func() T) T {
	if err := keeps(reflect.TypeFor[T](), nil); err != nil {
		panic(fmt.Errorf("nqmkit: a %v cannot be cached: %w", reflect.TypeFor[T](), err))
	}
	path := must(entryPath(inputs, reflect.TypeFor[T](), reflect.ValueOf(compute).Pointer()))
	var result T
	if load(path, &result) {
		return result
	}
	before := interrupts.Load()
	computed := compute()
	data := must(theory.EncodeJSON(computed))
	if interrupts.Load() != before {
		return computed
	}
	store(path, data)
	result = *new(T)
	if err := theory.DecodeJSON(data, &result); err != nil {
		panic(fmt.Errorf("nqmkit: a %T cannot be cached: %w", computed, err))
	}
	return result
}

// ClearCache removes all results that Cached has kept.
func ClearCache() {
	if dir, err := cacheDir(); err == nil {
		if err := os.RemoveAll(dir); err != nil {
			panic(fmt.Errorf("nqmkit: the cache %s cannot be removed: %w", dir, wholefile.Cause(err)))
		}
	}
}

func cacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "nqm", "results"), err
}

// entryPath returns the file of a result: its name is the hash of what it
// depends on. It is empty where there is no cache folder.
func entryPath(inputs any, result reflect.Type, function uintptr) (string, error) {
	text, err := theory.EncodeJSON(inputs)
	if err != nil {
		return "", fmt.Errorf("nqmkit: a %T cannot be the inputs of Cached: %w", inputs, err)
	}
	dir, err := cacheDir()
	if err != nil {
		return "", nil
	}
	code := codeOf(function)
	key := sha256.New()
	for _, part := range [][]byte{fmt.Appendf(nil, "%T", inputs), text, []byte(result.String()), code[:]} {
		fmt.Fprintf(key, "%d\n", len(part))
		key.Write(part)
	}
	return filepath.Join(dir, hex.EncodeToString(key.Sum(nil))[:40]+".json"), nil
}

// A file of the cache is the hash of what follows, a line end, and the result.
const sumLength = 2 * sha256.Size

func sumOf(data []byte) []byte {
	sum := sha256.Sum256(data)
	return fmt.Appendf(nil, "%x\n", sum)
}

// load reads a result, and reports whether it was there and whole.
func load(path string, result any) bool {
	data, err := os.ReadFile(path)
	if err != nil || len(data) <= sumLength || !bytes.Equal(data[:sumLength+1], sumOf(data[sumLength+1:])) {
		return false
	}
	if theory.DecodeJSON(data[sumLength+1:], result) != nil {
		return false
	}
	now := time.Now()
	os.Chtimes(path, now, now) // it is in use
	return true
}

// store keeps a result. A cache that cannot be written is none.
func store(path string, data []byte) {
	if path == "" || os.MkdirAll(filepath.Dir(path), 0o755) != nil {
		return
	}
	if wholefile.Write(path, slices.Concat(sumOf(data), data)) == nil {
		prune(filepath.Dir(path), cacheLimit)
	}
}

const (
	cacheLimit = 256 << 20
	// abandoned is the age of a file that is not whole and never will be.
	abandoned = time.Hour
)

// prune removes the files that were not used for longest until the rest is no
// larger than limit, and what was left by processes that were killed.
func prune(dir string, limit int64) {
	var entries []fs.FileInfo
	var total int64
	found, _ := os.ReadDir(dir)
	for _, e := range found {
		info, err := e.Info()
		if err != nil {
			continue
		}
		if filepath.Ext(e.Name()) == ".json" {
			entries, total = append(entries, info), total+info.Size()
		} else if time.Since(info.ModTime()) > abandoned {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
	slices.SortFunc(entries, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, e := range entries {
		if total <= limit {
			return
		}
		if os.Remove(filepath.Join(dir, e.Name())) == nil {
			total -= e.Size()
		}
	}
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
	case reflect.Slice, reflect.Array, reflect.Pointer, reflect.Map:
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
