package lesson

import (
	"go/scanner"
	"go/token"
	"strconv"
	"strings"
)

// exiting are the packages whose Exit ends a program, or whose Exec puts another in its
// place, by the name that they have where the import gives none.
var exiting = map[string]string{"os": "os", "syscall": "syscall", "golang.org/x/sys/unix": "unix", "golang.org/x/sys/windows": "windows"}

// exits returns what finds in a cell a use of a function that ends the program,
// under any name that the notebook imports it by. The kernel takes such a cell for
// one that ran to its end if the code is 0.
func (nb Notebook) exits() func(source string) (call string) {
	names := map[string]bool{}
	for _, name := range exiting {
		names[name] = true
	}
	for _, cell := range nb.Cells() {
		tokens := tokensOf(cell.Source())
		for i, t := range tokens {
			path, err := strconv.Unquote(t)
			if _, ends := exiting[path]; err == nil && ends && i > 0 {
				names[tokens[i-1]] = true // the name, or what stands before an import without
			}
		}
	}
	return func(source string) string {
		tokens := tokensOf(source)
		for i, t := range tokens {
			qualified := i >= 2 && tokens[i-1] == "." && names[tokens[i-2]]
			bare := names["."] && (i == 0 || tokens[i-1] != "." && tokens[i-1] != "func")
			switch {
			case t != "Exit" && t != "Exec":
			case qualified:
				return tokens[i-2] + "." + t
			case bare:
				return t
			}
		}
		return ""
	}
}

// ended returns an error when a cell can end its program before its end: nobody could
// tell that the rest of it has not run.
func (nb Notebook) ended(name string) error {
	exits, number := nb.exits(), 0
	for _, cell := range nb.Cells() {
		if cell.Kind() != "code" || strings.TrimSpace(cell.Source()) == "" {
			continue
		}
		number++
		if call := exits(cell.Source()); call != "" {
			return &CellError{Lesson: name, Cell: number, Source: cell.Source(), Text: "it calls " + call + ", which ends the cell as if all of it had run: return, or panic"}
		}
	}
	return nil
}

// tokensOf returns the tokens of a cell, without comments and the kernel's own lines.
func tokensOf(source string) (tokens []string) {
	var kept strings.Builder
	for line := range strings.Lines(source) {
		if !strings.HasPrefix(line, "%") && !strings.HasPrefix(line, "!") {
			kept.WriteString(line)
		}
	}
	code := []byte(kept.String())
	files := token.NewFileSet()
	var s scanner.Scanner
	s.Init(files.AddFile("", files.Base(), len(code)), code, func(token.Position, string) {}, 0)
	for {
		_, tok, literal := s.Scan()
		switch {
		case tok == token.EOF:
			return tokens
		case literal == "" || tok == token.SEMICOLON:
			literal = tok.String()
		}
		tokens = append(tokens, literal)
	}
}
