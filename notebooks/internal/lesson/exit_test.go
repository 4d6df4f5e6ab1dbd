package lesson

import (
	"strings"
	"testing"
)

// codeCells is a notebook of these cells.
func codeCells(sources ...string) Notebook {
	var cells []any
	for _, s := range sources {
		cells = append(cells, map[string]any{"cell_type": "code", "source": s, "outputs": []any{}})
	}
	return Notebook{"cells": cells}
}

// A cell that ends its program before its end is found, whatever the package is
// called, where it is imported, and how deep the call stands.
func TestExits(t *testing.T) {
	for _, ends := range [][]string{
		{"%%\nfmt.Println(1)\nos.Exit(0)\nfmt.Println(2)"},
		{"import \"os\"", "func f() { defer func() { os . Exit(0) }() }"},
		{"import system \"os\"", "%%\nif true { system.Exit(0) }"},
		{"import (\n\t\"fmt\"\n\tsystem \"os\"\n)\nfunc g() { h(system.Exit) }"},
		{"import . \"os\"", "%%\nExit(0)"},
		{"%%\nend := os.Exit\nend(0)"},
		{"%%\nsyscall.Exit(0)"},
		{"%%\nsyscall.Exec(\"/bin/true\", nil, nil)"},
		{"import . \"syscall\"\n%%\nExec(\"/bin/true\", nil, nil)"},
		{"import u `golang.org/x/sys/unix`\n%%\nu.Exit(0)"},
	} {
		err := codeCells(ends...).ended("x")
		if err == nil || !strings.Contains(err.Error(), ", which ends the cell as if all of it had run: return, or panic") {
			t.Errorf("%q: error %v", ends, err)
		}
	}
	for _, runs := range [][]string{
		{"%%\n// os.Exit(0) ends it\nfmt.Println(\"os.Exit(0)\", `os.Exit(0)`)"},
		{"%%\n/* os.Exit(0) */\nroom.Exit(0)\nos.Exiting(1)\ndb.Exec(1)\nexec.Command(\"ls\")"},
		{"func Exit() {}", "%%\nExit()"},
		{"%%\nname := \"os\"\nfmt.Println(name.Exit)"},
		{"!echo os.Exit(0)", "%%\nos.Getenv(\"os\")"},
	} {
		if err := codeCells(runs...).ended("x"); err != nil {
			t.Errorf("%q: error %v", runs, err)
		}
	}
}

// What a cell says reaches the terminal as text.
func TestCellErrorSendsNoEscapes(t *testing.T) {
	err := &CellError{Lesson: "x", Cell: 1, Source: "%%\n\tf() // \x1b]0;title\a", Text: "panic: \x1b[2Jgone\r\nnext"}
	want := "code cell 1 of x failed:\n    %%\n        f() // \\x1b]0;title\\a\npanic: \\x1b[2Jgone\nnext"
	if err.Error() != want {
		t.Errorf("got %q, want %q", err.Error(), want)
	}
}
