package assignment

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// declarations is what the cells of a notebook declare, one after the other. As in
// the kernel a later declaration replaces an earlier one of its name, and a cell
// that cannot be read declares nothing.
type declarations struct {
	named   map[string]*declared            // functions, types, variables and constants
	methods map[string]map[string]*declared // by the type that has them
	without map[int][]*declared             // what runs by itself, by cell: init, var _ = f()
	imports map[string]bool                 // lines of an import declaration
	broken  map[int]error                   // cells that cannot be read
}

// declared is one declaration.
type declared struct {
	cell  int
	place string // "cell[3]:5"
	text  string
	uses  map[string]bool   // what it names that stands outside of it
	picks map[selector]bool // a name, and what is picked of it: "math", "Sqrt"
}

type selector struct{ of, name string }

func newDeclarations() *declarations {
	return &declarations{
		named:   map[string]*declared{},
		methods: map[string]map[string]*declared{},
		without: map[int][]*declared{},
		imports: map[string]bool{},
		broken:  map[int]error{},
	}
}

const packageLine = "package student;"

// maxSource is how long a cell may be that is read, in bytes.
const maxSource = 1 << 20

// withoutComments has spaces in the place of comments: a compiler takes some of them
// for orders (go:linkname, go:embed, line), which are none of an answer's business.
func withoutComments(text string, files *token.FileSet, file *ast.File) string {
	plain := []byte(text)
	for _, group := range file.Comments {
		for _, comment := range group.List {
			from := files.PositionFor(comment.Pos(), false).Offset
			for i := from; i < from+len(comment.Text) && i < len(plain); i++ {
				if plain[i] != '\n' {
					plain[i] = ' '
				}
			}
		}
	}
	return string(plain)
}

// add takes in what a cell declares.
func (d *declarations) add(cell int, source string) {
	if len(source) > maxSource {
		d.broken[cell] = fmt.Errorf("it has more than %d bytes", maxSource)
		return
	}
	files := token.NewFileSet()
	text := packageLine + strings.ReplaceAll(source, "\r", "")
	file, err := parser.ParseFile(files, "", text, parser.ParseComments)
	if err != nil {
		d.broken[cell] = err
		return
	}
	text = withoutComments(text, files, file)
	for _, i := range file.Imports {
		line := i.Path.Value
		if i.Name != nil {
			line = i.Name.Name + " " + line
		}
		if path, _ := strconv.Unquote(i.Path.Value); path != "C" && (i.Name == nil || i.Name.Name != "_") {
			d.imports[line] = true
		}
	}
	read := func(node ast.Node, keyword string) *declared {
		from, to := files.PositionFor(node.Pos(), false), files.PositionFor(node.End(), false)
		one := &declared{cell: cell, text: keyword + text[from.Offset:to.Offset], uses: map[string]bool{}, picks: map[selector]bool{}}
		one.place = fmt.Sprintf("Cell[%d]:%d", cell, from.Line)
		var look func(ast.Node) bool
		look = func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Obj == nil {
					one.picks[selector{x.Name, n.Sel.Name}] = true
				}
				ast.Inspect(n.X, look)
				return false
			case *ast.Ident:
				if n.Obj == nil || file.Scope.Lookup(n.Name) == n.Obj {
					one.uses[n.Name] = true
				}
			}
			return true
		}
		ast.Inspect(node, look)
		return one
	}
	for _, node := range file.Decls {
		switch node := node.(type) {
		case *ast.FuncDecl:
			d.addFunction(node, read(node, ""))
		case *ast.GenDecl:
			switch node.Tok {
			case token.CONST:
				one := read(node, "")
				for _, s := range node.Specs {
					d.name(one, s.(*ast.ValueSpec).Names...)
				}
			case token.VAR:
				for _, s := range node.Specs {
					d.name(read(s, "var "), s.(*ast.ValueSpec).Names...)
				}
			case token.TYPE:
				for _, s := range node.Specs {
					d.name(read(s, "type "), s.(*ast.TypeSpec).Name)
				}
			}
		}
	}
}

func (d *declarations) addFunction(f *ast.FuncDecl, one *declared) {
	name := f.Name.Name
	switch {
	case f.Recv != nil:
		t := receiver(f)
		if d.methods[t] == nil {
			d.methods[t] = map[string]*declared{}
		}
		d.methods[t][name] = one
	case name == "main":
	case name == "init" || strings.HasPrefix(name, "init_"):
		one.text = strings.Replace(one.text, name, "init", 1)
		d.without[one.cell] = append(d.without[one.cell], one)
	default:
		d.named[name] = one
	}
}

// receiver is the name of the type that has a method.
func receiver(f *ast.FuncDecl) string {
	name := ""
	ast.Inspect(f.Recv.List[0].Type, func(n ast.Node) bool {
		if ident, ok := n.(*ast.Ident); ok && name == "" {
			name = ident.Name
		}
		return true
	})
	return name
}

func (d *declarations) name(one *declared, names ...*ast.Ident) {
	for _, n := range names {
		if n.Name == "_" {
			d.without[one.cell] = append(d.without[one.cell], one)
		} else {
			d.named[n.Name] = one
		}
	}
}

// reached returns what functions of the given names need, themselves included, and
// what runs by itself in the cells of these.
func (d *declarations) reached(names ...string) []*declared {
	seen, cells := map[*declared]bool{}, map[int]bool{}
	var visit func(names ...string)
	take := func(all ...*declared) {
		for _, one := range all {
			if one != nil && !seen[one] {
				seen[one] = true
				visit(slices.Collect(maps.Keys(one.uses))...)
				if cells[one.cell] {
					continue
				}
				cells[one.cell] = true
				for _, other := range d.without[one.cell] {
					seen[other] = true
					visit(slices.Collect(maps.Keys(other.uses))...)
				}
			}
		}
	}
	visit = func(names ...string) {
		for _, n := range names {
			take(d.named[n])
			take(slices.Collect(maps.Values(d.methods[n]))...)
		}
	}
	visit(names...)
	return slices.SortedFunc(maps.Keys(seen), func(a, b *declared) int {
		return strings.Compare(a.place+a.text, b.place+b.text)
	})
}

// file is the source of a package with what functions of the given names need.
// Each declaration says where it stands in the notebook.
func (d *declarations) file(name string, imports []string, functions ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\nimport (\n%s\n)\n", name, strings.Join(imports, "\n"))
	for _, one := range d.reached(functions...) {
		fmt.Fprintf(&b, "\n//line %s\n%s\n", one.place, one.text)
	}
	return b.String()
}
