// Package program makes one Go program of the cells of a notebook, as GoNB would run
// them one after the other: what cells declare stays, a later declaration of a name
// replaces an earlier one, and what stands after %% is run, in the order of the cells.
//
// Where it differs from the notebook: variables of the package keep their values from
// cell to cell, while the kernel makes them anew in each; and lines for the shell and
// for the kernel (! and %) are refused, as a computing node may have neither.
package program

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strings"
)

// A Cell is a code cell of a notebook.
type Cell struct {
	Name   string // in errors and in the files of parts, as in "cell 5"
	Source string
	Skip   bool // take what it declares, and run nothing
}

// Of returns the source of the program, not yet with the imports that the cells leave to
// the kernel.
func Of(cells []Cell) ([]byte, error) {
	p := program{imports: map[string]bool{}, declared: map[string]*declaration{}}
	for _, c := range cells {
		if err := p.add(c); err != nil {
			return nil, fmt.Errorf("%s %w", c.Name, err)
		}
	}
	if len(p.bodies) == 0 {
		return nil, fmt.Errorf("the notebook runs nothing: want a cell with a line %%%%")
	}
	return p.source(), nil
}

type program struct {
	imports  map[string]bool // as they are written
	order    []*declaration
	declared map[string]*declaration
	bodies   []body
}

// declaration is the text of one declaration, with its comments.
type declaration struct {
	text     string
	names    []string
	replaced bool
}

type body struct{ name, text string }

// add reads a cell.
func (p *program) add(c Cell) error {
	above, below, runs, foreign := split(c.Source)
	if foreign != "" && !c.Skip {
		return fmt.Errorf("has a line for the shell or the kernel, which a program has not: %s", foreign)
	}
	if err := p.declare(above); err != nil {
		return err
	}
	if runs && !c.Skip {
		if _, err := parser.ParseFile(token.NewFileSet(), "", "package main\nfunc _() {\n"+below+"\n}", 0); err != nil {
			return fmt.Errorf("is no Go: %w", err)
		}
		p.bodies = append(p.bodies, body{c.Name, below})
	}
	return nil
}

// split parts a cell at its line %%, and returns the first line that is not Go.
func split(source string) (above, below string, runs bool, foreign string) {
	var parts [2]strings.Builder
	part := 0
	for line := range strings.Lines(source) {
		switch word := strings.TrimSpace(line); {
		case part == 0 && (word == "%%" || word == "%main"):
			part = 1
		case strings.HasPrefix(word, "!") || strings.HasPrefix(word, "%"):
			if foreign == "" {
				foreign = word
			}
		default:
			parts[part].WriteString(line)
		}
	}
	return parts[0].String(), parts[1].String(), part == 1, foreign
}

// declare takes in the declarations of a cell.
func (p *program) declare(text string) error {
	const head = "package main\n"
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "", head+text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("is no Go: %w", err)
	}
	from := token.Pos(0)
	for _, decl := range file.Decls {
		start := decl.Pos()
		if doc := docOf(decl); doc != nil {
			start = doc.Pos()
		}
		source := text[files.Position(max(start, from)).Offset-len(head) : files.Position(decl.End()).Offset-len(head)]
		from = decl.End()
		if g, ok := decl.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			p.takeImports(g)
			continue
		}
		d := &declaration{text: source, names: namesOf(decl)}
		if slices.Contains(d.names, "main") {
			return fmt.Errorf("declares main: write %%%% in its place")
		}
		if err := p.replace(d); err != nil {
			return err
		}
		p.order = append(p.order, d)
	}
	return nil
}

func docOf(decl ast.Decl) *ast.CommentGroup {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		return d.Doc
	case *ast.GenDecl:
		return d.Doc
	}
	return nil
}

func (p *program) takeImports(g *ast.GenDecl) {
	for _, s := range g.Specs {
		spec := s.(*ast.ImportSpec)
		line := spec.Path.Value
		if spec.Name != nil {
			line = spec.Name.Name + " " + line
		}
		p.imports[line] = true
	}
}

// namesOf lists what a declaration declares; a method is named with its type.
func namesOf(decl ast.Decl) []string {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			return []string{d.Name.Name}
		}
		return []string{receiver(d.Recv.List[0].Type) + "." + d.Name.Name}
	case *ast.GenDecl:
		var names []string
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name.Name)
			case *ast.ValueSpec:
				for _, n := range s.Names {
					names = append(names, n.Name)
				}
			}
		}
		return names
	}
	return nil
}

func receiver(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return receiver(t.X)
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.IndexListExpr:
		return receiver(t.X)
	case *ast.Ident:
		return t.Name
	}
	return ""
}

// replace marks what d declares again. Of a group all must be.
func (p *program) replace(d *declaration) error {
	for _, name := range d.names {
		if name == "_" || name == "init" {
			continue
		}
		if old := p.declared[name]; old != nil && old != d {
			for _, other := range old.names {
				if !slices.Contains(d.names, other) {
					return fmt.Errorf("declares %s again, which an earlier cell declares together with %s: declare it there alone", name, other)
				}
			}
			old.replaced = true
		}
		p.declared[name] = d
	}
	return nil
}

func (p *program) source() []byte {
	var b bytes.Buffer
	b.WriteString("package main\n\nimport (\n\tnqmshards \"nqm/nqmkit/shards\"\n")
	for _, line := range slices.Sorted(maps.Keys(p.imports)) {
		fmt.Fprintf(&b, "\t%s\n", line)
	}
	b.WriteString(")\n")
	for _, d := range p.order {
		if !d.replaced {
			fmt.Fprintf(&b, "\n%s\n", d.text)
		}
	}
	b.WriteString("\nfunc main() {\n\tnqmshards.Main(\n")
	for k, body := range p.bodies {
		fmt.Fprintf(&b, "\t\tnqmshards.Cell{Name: %q, Run: nqmCell%d},\n", body.name, k)
	}
	b.WriteString("\t)\n}\n")
	for k, body := range p.bodies {
		fmt.Fprintf(&b, "\nfunc nqmCell%d() {\n%s}\n", k, ended(body.text))
	}
	return b.Bytes()
}

func ended(s string) string {
	if s == "" || strings.HasSuffix(s, "\n") {
		return s
	}
	return s + "\n"
}
