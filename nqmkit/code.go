package nqmkit

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"hash"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
)

// What a result depends on, beyond its inputs, is code. A hash of the program
// would change with every edit of a cell, and a cell's build has no version.
// So the code is taken from its sources, which a build by the kernel or by
// "go run" names: a part that is common to all results, and the part that the
// function reaches.

var errNoSource = errors.New("no source")

// digest is a hash that stands for some code.
type digest [sha256.Size]byte

// codeOf returns the digest of the code of a function with all it rests on.
func codeOf(function uintptr) digest {
	if d, ok := known.Load(function); ok {
		return d.(digest)
	}
	d := newCode(function)
	known.Store(function, d)
	return d
}

var known sync.Map // digests by function

func newCode(function uintptr) digest {
	h := sha256.New()
	err := libraries(h)
	if err == nil {
		err = reachable(h, function)
	}
	if err != nil { // the program stands for its sources
		h.Reset()
		if err := program(h); err != nil {
			panic(fmt.Errorf("nqmkit: the code cannot be told for the cache: %w", err))
		}
	}
	return digest(h.Sum(nil))
}

// built is when the program was built; a source that is newer may be another.
var built = sync.OnceValues(func() (time.Time, error) {
	path, err := os.Executable()
	if err != nil {
		return time.Time{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
})

func program(h io.Writer) error {
	path, err := os.Executable()
	if err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(h, file)
	return err
}

// folders of nqm whose code results depend on, seen from this file.
var folders = []string{".", "../theory", "../plotting"}

// libraries writes the versions of Go and of all modules, and nqm's sources.
func libraries(h hash.Hash) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return errNoSource
	}
	_, here, _, _ := runtime.Caller(0)
	fmt.Fprintln(h, info.GoVersion, runtime.GOOS, runtime.GOARCH)
	for _, m := range info.Deps {
		if m.Path != "nqm" && (m.Replace != nil || m.Version == "" || m.Version == "(devel)") {
			return errNoSource // a module of which only the sources know
		}
		fmt.Fprintln(h, m.Path, m.Version)
	}
	for _, folder := range folders {
		files, err := sources(filepath.Join(filepath.Dir(here), folder), false)
		if err != nil {
			return err
		}
		for _, f := range files {
			fmt.Fprintf(h, "%s %d\n", filepath.Base(f.path), len(f.text))
			h.Write(f.text)
		}
	}
	return nil
}

type source struct {
	path string
	text []byte
}

// sources returns the Go files of a folder, as they were when the program was
// built.
func sources(dir string, tests bool) ([]source, error) {
	when, err := built()
	if err != nil {
		return nil, err
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var files []source
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") && !tests {
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if info.ModTime().After(when) {
			return nil, errNoSource
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, source{path, text})
	}
	if len(files) == 0 {
		return nil, errNoSource
	}
	return files, nil
}

// inTest reports whether the program is a test, whose functions stand in files
// that are no part of the package otherwise.
func inTest() bool { return strings.HasSuffix(os.Args[0], ".test") }

// reachable writes the text of a function and of the declarations of its package
// that it reaches.
func reachable(h io.Writer, function uintptr) error {
	f := runtime.FuncForPC(function)
	if f == nil {
		return errNoSource
	}
	path, line := f.FileLine(function)
	files, err := sources(filepath.Dir(path), inTest())
	if err != nil {
		return err
	}
	set := token.NewFileSet()
	all := declarations{}
	var start []ast.Node
	for _, file := range files {
		tree, err := parser.ParseFile(set, file.path, file.text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		all.add(tree)
		if file.path == path {
			start = functionsAt(set, tree, line)
		}
	}
	if len(start) == 0 {
		return errNoSource
	}
	texts := map[string][]byte{}
	for _, file := range files {
		texts[file.path] = file.text
	}
	for _, node := range all.closure(start) {
		from, to := set.Position(node.Pos()), set.Position(node.End())
		fmt.Fprintf(h, "%s\n", texts[from.Filename][from.Offset:to.Offset])
	}
	return nil
}

// functionsAt returns the functions that begin in a line: one, or, to be sure,
// all of them.
func functionsAt(set *token.FileSet, tree *ast.File, line int) []ast.Node {
	var found []ast.Node
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncLit, *ast.FuncDecl:
			if set.Position(n.Pos()).Line == line {
				found = append(found, n)
			}
		}
		return true
	})
	return found
}

// declarations are those of a package by name: of a type, it and its methods.
type declarations map[string][]ast.Node

func (d declarations) add(tree *ast.File) {
	for _, one := range tree.Decls {
		switch one := one.(type) {
		case *ast.FuncDecl:
			name := one.Name.Name
			if one.Recv != nil && len(one.Recv.List) == 1 {
				name = receiver(one.Recv.List[0].Type)
			}
			d[name] = append(d[name], one)
		case *ast.GenDecl:
			for _, spec := range one.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					d[spec.Name.Name] = append(d[spec.Name.Name], one)
				case *ast.ValueSpec: // the group: of constants one may follow from another
					for _, name := range spec.Names {
						d[name.Name] = append(d[name.Name], one)
					}
				case *ast.ImportSpec:
					d[importName(spec)] = append(d[importName(spec)], spec)
				}
			}
		}
	}
}

// importName is the name that an import is used by, or a good guess, as the
// package's own name is not known here.
func importName(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	return strings.Trim(spec.Path.Value[strings.LastIndex(spec.Path.Value, "/")+1:], `"`)
}

// receiver is the name of a method's type.
func receiver(t ast.Expr) string {
	for {
		switch inner := t.(type) {
		case *ast.StarExpr:
			t = inner.X
		case *ast.IndexExpr:
			t = inner.X
		case *ast.IndexListExpr:
			t = inner.X
		case *ast.ParenExpr:
			t = inner.X
		case *ast.Ident:
			return inner.Name
		default:
			return ""
		}
	}
}

// closure returns the nodes and all declarations that they name, directly or
// through others, in an order that depends on nothing else.
func (d declarations) closure(start []ast.Node) []ast.Node {
	nodes := slices.Clone(start)
	seen := map[ast.Node]bool{}
	for i := 0; i < len(nodes); i++ {
		ast.Inspect(nodes[i], func(n ast.Node) bool {
			name, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			for _, next := range d[name.Name] {
				if !seen[next] {
					seen[next] = true
					nodes = append(nodes, next)
				}
			}
			return true
		})
	}
	return nodes
}
