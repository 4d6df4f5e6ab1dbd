package assignment

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"nqm/notebooks/internal/lesson"
)

// A paper is an assignment as the lecturer has written it: what judges the answers.
type paper struct {
	name   string
	title  string
	graded []exercise // what gives marks, in order
	tests  []test
	shared map[string]string      // what every student has, by the id of its cell
	known  map[string]lesson.Cell // all cells that nbgrader knows, by their ids
	// signatures has the types of the functions that students write.
	signatures map[string]string
	given      *declarations // what stands in the paper beside the students' functions
}

// An exercise is one cell that gives marks, by a program or by hand.
type exercise struct {
	id     string
	title  string
	of     float64
	byHand bool
	asks   string // the text that asks for an explanation
}

// A test is one cell that gives marks by a program.
type test struct {
	id        string
	body      string   // what it runs
	functions []string // the functions of the student that it calls
	limited   bool     // whether it says what of nqm they may use
	uses      []string // that
}

// readPaper reads the lecturer's version of an assignment.
func readPaper(name string, nb lesson.Notebook) (*paper, error) {
	p := &paper{name: name, shared: map[string]string{}, known: map[string]lesson.Cell{}, signatures: map[string]string{}, given: newDeclarations()}
	heading, asks := "", ""
	for i, cell := range nb.Cells() {
		id := gradeID(cell)
		if isGrade(cell) {
			p.graded = append(p.graded, exercise{id: id, title: heading, of: pointsOf(cell), byHand: !isTest(cell), asks: asks})
		} else if cell.Kind() == "markdown" {
			asks = cell.Source()
			p.title, heading = headings(asks, p.title, heading)
		}
		if id != "" {
			p.known[id] = cell
		}
		declares, runs := split(cell.Source())
		switch {
		case cell.Kind() != "code" || wrongFor(cell) != "":
		case isTest(cell):
			p.tests = append(p.tests, test{id: id, body: runs})
		case isSolution(cell):
			if err := p.sign(declares); err != nil {
				return nil, fmt.Errorf("%s: the answer in the cell %s: %v", name, id, err)
			}
		default:
			p.given.add(i, declares)
			if id != "" {
				p.shared[id] = declares
			}
		}
	}
	for i := range p.tests {
		if err := p.read(&p.tests[i]); err != nil {
			return nil, fmt.Errorf("%s: the test %s: %v", name, p.tests[i].id, err)
		}
	}
	return p, nil
}

// headings returns the title of a notebook and the last heading of a section, after
// a cell of text.
func headings(text, title, heading string) (string, string) {
	for line := range strings.Lines(text) {
		if t, ok := strings.CutPrefix(line, "# "); ok && title == "" {
			title = strings.TrimSpace(t)
		} else if t, ok := strings.CutPrefix(line, "## "); ok {
			heading = strings.TrimSpace(t)
		}
	}
	return title, heading
}

func pointsOf(cell lesson.Cell) float64 {
	of, _ := strconv.ParseFloat(fmt.Sprint(nbgraderOf(cell)["points"]), 64)
	return of
}

// sign notes the types of the functions that a cell declares.
func (p *paper) sign(source string) error {
	file, err := parser.ParseFile(token.NewFileSet(), "", packageLine+source, 0)
	if err != nil {
		return err
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv != nil || !f.Name.IsExported() {
			continue
		}
		var b strings.Builder
		if err := printer.Fprint(&b, token.NewFileSet(), f.Type); err != nil {
			return err
		}
		p.signatures[f.Name.Name] = b.String()
	}
	return nil
}

// read finds out which functions of the student a test calls, itself or through
// what is given, and what they may use.
func (p *paper) read(t *test) error {
	probe := newDeclarations()
	probe.add(0, "func probe() {\n"+t.body+"\n}")
	if err := probe.broken[0]; err != nil {
		return err
	}
	names := slices.Collect(maps.Keys(probe.named["probe"].uses))
	for _, one := range p.given.reached(names...) {
		names = append(names, slices.Collect(maps.Keys(one.uses))...)
	}
	slices.Sort(names)
	for _, n := range slices.Compact(names) {
		if p.signatures[n] != "" {
			t.functions = append(t.functions, n)
		}
	}
	if len(t.functions) == 0 {
		return fmt.Errorf("it calls no function of the student: those stand in a cell with a solution, and begin with a capital letter")
	}
	return p.readUses(t)
}

// readUses reads check.Uses in a test.
func (p *paper) readUses(t *test) error {
	file, err := parser.ParseFile(token.NewFileSet(), "", packageLine+"func probe() {\n"+t.body+"\n}", 0)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if f, is := call.Fun.(*ast.SelectorExpr); !is || types.ExprString(f) != "check.Uses" {
			return true
		}
		t.limited = true
		for _, a := range call.Args {
			if text, is := a.(*ast.BasicLit); is {
				name, _ := strconv.Unquote(text.Value)
				t.uses = append(t.uses, name)
			}
		}
		return true
	})
	return nil
}

// judge is the source of the program that judges the paper's answers.
func (p *paper) judge() string {
	var b strings.Builder
	b.WriteString(p.given.file("main", p.imports("nqm/notebooks/assignments/apart"), slices.Collect(maps.Keys(p.given.named))...))
	for _, name := range slices.Sorted(maps.Keys(p.signatures)) {
		fmt.Fprintf(&b, "\nvar %s = apart.Stub[%s](%q)\n", name, p.signatures[name], name)
	}
	b.WriteString("\nfunc main() {\n\tapart.Judge(map[string]func(){\n")
	for _, t := range p.tests {
		fmt.Fprintf(&b, "%q: func() {\n%s\n},\n", t.id, t.body)
	}
	b.WriteString("})\n}\n")
	return b.String()
}

func (p *paper) imports(more ...string) []string {
	lines := slices.Collect(maps.Keys(p.given.imports))
	for _, path := range more {
		lines = append(lines, strconv.Quote(path))
	}
	return lines
}

// declarations returns what a student's notebook declares.
func (p *paper) declarations(nb lesson.Notebook) *declarations {
	d := newDeclarations()
	for _, source := range p.shared {
		d.add(0, source)
	}
	number := 0
	for _, cell := range nb.Cells() {
		if cell.Kind() != "code" || wrongFor(cell) != "" {
			continue
		}
		number++
		id := gradeID(cell)
		if _, given := p.shared[id]; given || slices.ContainsFunc(p.tests, func(t test) bool { return t.id == id }) {
			continue
		}
		declares, _ := split(cell.Source())
		d.add(number, declares)
	}
	return d
}
