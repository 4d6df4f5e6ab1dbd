package main

import (
	"regexp"
	"strings"
	"testing"
)

// A cell that fails says why in one sentence, and in which line of which cell; the trace
// is folded, no path of a temporary file is in sight, and what the cell wrote to its
// standard error stays. A statement without a line %% above it is called that.
func TestErrorsOfCells(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, code, says, place string }{
		{"a mistake of a caller", "import \"nqm/nqmkit\"\n\n%%\nprintln(\"before\")\nnqmkit.Expect(nqmkit.PowerLaw(10, 1), 10,\n\tnqmkit.SGD(-1))", "learning rate", "line 5:  nqmkit.Expect(nqmkit.PowerLaw(10, 1), 10,"},
		{"a function above", "func half(v []int) int {\n\treturn v[len(v)]\n}\n%%\nhalf(nil)", "index out of range [0] with length 0", "line 2:  return v[len(v)]"},
		{"a value that is no error", "%%\npanic(7)", "7", "line 2:  panic(7)"},
		{"another goroutine", "%%\ngo panic(\"there\")\nselect {}", "there", ""},
		{"all asleep", "%%\nvar c chan int\n<-c", "all goroutines are asleep", "line 3:  <-c"},
		{"a missing %%", "x := 3\nfmt.Println(x)", "a line %% is missing", "line 1:  x := 3"},
		{"a loop without %%", "\nfor range 3 {\n}", "a line %% is missing", "line 2:  for range 3 {"},
		{"a name that is not there", "%%\nfmt.Println(nowhere)", "undefined: nowhere", "line 2:  fmt.Println(nowhere)"},
		{"two names", "%%\nfmt.Println(nowhere,\n\tneither)", "undefined: nowhere", "line 2:  fmt.Println(nowhere,"},
	}
	var cells []typed
	for _, test := range tests {
		cells = append(cells, typed{Code: test.code})
	}
	for i, h := range runTyped(t, cells) {
		test := tests[i]
		t.Run(test.name, func(t *testing.T) {
			if h.Status != "error" {
				t.Fatalf("the cell ended with %s", h.Status)
			}
			var shown []string
			said := ""
			for _, m := range h.Messages {
				text := folds.ReplaceAllString(m.Text, "")
				shown = append(shown, text)
				if m.Kind == "error" {
					said = text
				}
				if strings.Contains(m.Text, "/gonb_") {
					t.Errorf("a temporary path is in %s", m.Text)
				}
			}
			all := strings.Join(shown, "\n")
			if strings.Contains(all, "exit status") || strings.Contains(all, "goroutine 1") {
				t.Errorf("in sight is %s", all)
			}
			sentence, rest, _ := strings.Cut(said, "\n")
			if !strings.Contains(sentence, test.says) || !strings.Contains(rest, test.place) {
				t.Errorf("the error is %q, want %q at %q", said, test.says, test.place)
			}
			if strings.Contains(test.code, "before") && !strings.Contains(all, "before") {
				t.Errorf("what the cell wrote is gone: %s", all)
			}
		})
	}
}

var folds = regexp.MustCompile(`(?s)<details>.*?</details>`)
