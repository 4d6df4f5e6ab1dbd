package program

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

func cells(sources ...string) []Cell {
	var list []Cell
	for k, s := range sources {
		list = append(list, Cell{Name: "cell " + string(rune('1'+k)), Source: s})
	}
	return list
}

// What cells declare stays, later declarations replace earlier ones, and what stands after
// %% runs in order.
func TestProgramsAreWhatTheCellsSay(t *testing.T) {
	source, err := Of(cells(
		"import \"nqm/nqmkit\"\nimport p \"nqm/plotting\"\n\nconst seed = 1\n",
		"// old\nfunc f() int { return 1 }\n\ntype list[T any] []T\n\nfunc (l *list[T]) first() T { return (*l)[0] }\n\n%%\nfmt.Println(f())",
		"import (\n\t\"nqm/nqmkit\"\n)\n\n// new\nfunc f() int { return 2 }\n\n// by value\nfunc (l list[T]) first() T { return l[0] }\n\nconst seed = 2\n%%\nfmt.Println(f(), seed) // %% stays\n",
	))
	if err != nil {
		t.Fatal(err)
	}
	text := string(source)
	if _, err := parser.ParseFile(token.NewFileSet(), "", source, 0); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for word, times := range map[string]int{
		"return 1": 0, "// old": 0, "// new\nfunc f": 1, "(l *list": 0, "// by value\nfunc (l list": 1, "seed = 1": 0,
		"seed = 2": 1, "\"nqm/nqmkit\"": 1, "p \"nqm/plotting\"": 1, "Name: \"cell 2\", Run: nqmCell0": 1,
		"func nqmCell1() {\nfmt.Println(f(), seed) // %% stays\n}": 1,
	} {
		if n := strings.Count(text, word); n != times {
			t.Errorf("%q stands there %d times: want %d\n%s", word, n, times, text)
		}
	}
}

// What a program cannot have is named with its cell.
func TestProgramsThatCannotBe(t *testing.T) {
	for want, sources := range map[string][]string{
		"cell 1 has a line for the shell or the kernel, which a program has not: !ls": {"%%\n!ls"},
		"%env A=b": {"%env A=b\n%%"},
		"cell 2 declares a again, which an earlier cell declares together with b": {"const (\n\ta = 1\n\tb = 2\n)", "const a = 3\n%%\n"},
		"cell 1 declares main": {"func main() {}"},
		"cell 2 is no Go":      {"%%\n", "%%\nfor {"},
		"cell 1 is no Go":      {"func f( {"},
		"runs nothing":         {"func f() {}"},
	} {
		if source, err := Of(cells(sources...)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q\n%s", sources, err, want, source)
		}
	}
}

// A cell that is skipped declares and runs nothing, whatever else it has.
func TestSkippedCellsOnlyDeclare(t *testing.T) {
	source, err := Of([]Cell{{"cell 1", "!ls\nfunc f() {}\n%%\nf(", true}, {"cell 2", "%%\nf()", false}})
	if err != nil || strings.Contains(string(source), "ls") || strings.Count(string(source), "nqmCell0") != 2 {
		t.Errorf("%v\n%s", err, source)
	}
}
