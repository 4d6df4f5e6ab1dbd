package assignment

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"

	"nqm/notebooks/internal/lesson"
)

// cellsOfText finds the cells with metadata, and those of code, in an assignment's
// text: what stands between them is text.
var cellsOfText = regexp.MustCompile("(?ms)^```go ?([^\n]*)\n(.*?)\n?```$|^<!-- #region ([^\n]*)-->\n(.*?)\n<!-- #endregion -->$")

// ReadText reads the text of an assignment as Jupytext does, as far as assignments
// need it.
func ReadText(path string) (lesson.Notebook, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	text := string(data)
	if _, after, ok := strings.Cut(strings.TrimPrefix(text, "---\n"), "\n---\n"); ok && strings.HasPrefix(text, "---\n") {
		text = after
	}
	cells := []any{}
	add := func(kind, source string, metadata map[string]any) {
		if source = strings.Trim(source, "\n"); source != "" {
			cells = append(cells, map[string]any{"cell_type": kind, "metadata": metadata, "source": source})
		}
	}
	from := 0
	for _, m := range cellsOfText.FindAllStringSubmatchIndex(text, -1) {
		add("markdown", text[from:m[0]], map[string]any{})
		from = m[1]
		kind, options, source := "code", m[2:4], m[4:6]
		if m[2] < 0 {
			kind, options, source = "markdown", m[6:8], m[8:10]
		}
		metadata, err := readOptions(text[options[0]:options[1]])
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %v", path, 1+strings.Count(text[:m[0]], "\n"), err)
		}
		add(kind, text[source[0]:source[1]], metadata)
	}
	add("markdown", text[from:], map[string]any{})
	return lesson.Notebook{"cells": cells}, nil
}

// readOptions reads what stands behind the beginning of a cell: name=JSON, with
// spaces between.
func readOptions(text string) (map[string]any, error) {
	options := map[string]any{}
	for text = strings.TrimSpace(text); text != ""; {
		name, rest, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("%q is no metadata: it wants name=value", text)
		}
		var value any
		decoder := json.NewDecoder(strings.NewReader(rest))
		decoder.UseNumber()
		if err := decoder.Decode(&value); err != nil {
			return nil, fmt.Errorf("%s: %v", name, err)
		}
		options[name] = value
		text = strings.TrimSpace(rest[decoder.InputOffset():])
	}
	return options, nil
}

// wrongFor is the test that a cell has a wrong answer for: one that passes what is
// visible of the test, and fails what is hidden. Students get no such cell.
func wrongFor(cell lesson.Cell) string {
	metadata, _ := cell["metadata"].(map[string]any)
	test, _ := metadata["wrong"].(string)
	return test
}
