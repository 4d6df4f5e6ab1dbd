package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"nqm/notebooks/internal/lesson"
)

// A cell is about its model: none has a format string longer than the calls of nqm that
// it makes. What needs a longer one is a picture, or a table.
func TestNoFormatLongerThanItsModel(t *testing.T) {
	lessons, err := lesson.All(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lessons {
		text, err := os.ReadFile(l.Text())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range goCell.FindAllStringSubmatch(string(text), -1) {
			format, model, err := lengths(m[1])
			if err != nil {
				t.Errorf("%s: %v in %s", l.Name, err, m[1])
			}
			if format > max(model, least) {
				t.Errorf("%s: a format of %d letters for a model of %d: %s", l.Name, format, model, m[1])
			}
		}
	}
}

var goCell = regexp.MustCompile("(?ms)^```go[^\n]*\n(.*?)^```$")

// least is a format that nobody reads for longer than any model.
const least = 20

// ours are the packages whose calls are the model.
var ours = map[string]bool{"nqmkit": true, "plotting": true, "theory": true, "networks": true, "experiments": true, "check": true}

// lengths returns the letters of a cell's longest format, which is a text that it prints,
// and those of all its calls of nqm, a call within a call counted once.
func lengths(cell string) (format, model int, err error) {
	above, below, run := strings.Cut(cell, "%%\n")
	if !run {
		return 0, 0, nil
	}
	source := "package p\n" + above + "\nfunc main() {\n" + below + "\n}\n"
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "", source, 0)
	if err != nil {
		return 0, 0, err
	}
	var look func(n ast.Node, counted bool)
	look = func(n ast.Node, counted bool) {
		ast.Inspect(n, func(c ast.Node) bool {
			call, ok := c.(*ast.CallExpr)
			if !ok || c == n && counted {
				return true
			}
			root := call.Fun
			for {
				switch f := root.(type) {
				case *ast.SelectorExpr:
					root = f.X
					continue
				case *ast.CallExpr:
					root = f.Fun
					continue
				}
				break
			}
			name, _ := root.(*ast.Ident)
			if name != nil && name.Name == "fmt" {
				for _, a := range call.Args {
					if s, ok := a.(*ast.BasicLit); ok && s.Kind == token.STRING {
						words, _ := strconv.Unquote(s.Value)
						format = max(format, utf8.RuneCountInString(words))
					}
				}
				return true
			}
			if !counted && name != nil && ours[name.Name] {
				model += int(call.End() - call.Pos())
				look(call, true)
				return false
			}
			return true
		})
	}
	look(file, false)
	return format, model, nil
}

func TestLengths(t *testing.T) {
	for _, test := range []struct {
		cell          string
		format, model int
	}{
		{"func f() {}", 0, 0},
		{"%%\nfmt.Println(\"no model\")", 8, 0},
		{"%%\nplotting.Show(nqmkit.SGD(1))", 0, 28},
		{"%%\nm := nqmkit.SGD(1).Batch(2)\nfmt.Printf(\"é %d\\n\", nqmkit.Rate(m))", 5, 22 + 14},
		{"func f() { nqmkit.A() }\n%%\nf()", 0, 10},
	} {
		format, model, err := lengths(test.cell)
		if err != nil || format != test.format || model != test.model {
			t.Errorf("%s: %d and %d (%v), want %d and %d", test.cell, format, model, err, test.format, test.model)
		}
	}
}
