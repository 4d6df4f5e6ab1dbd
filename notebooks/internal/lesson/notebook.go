package lesson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"nqm/notebooks/internal/setup"
)

// A Notebook is the content of an .ipynb file. What this package does not know
// it keeps.
type Notebook map[string]any

// ReadNotebook reads the notebook at path.
func ReadNotebook(path string) (Notebook, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	nb, err := ParseNotebook(data)
	if err != nil {
		return nil, fmt.Errorf("%s is not a notebook: %v", path, err)
	}
	return nb, nil
}

// ParseNotebook reads the content of a notebook.
func ParseNotebook(data []byte) (nb Notebook, err error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	err = decoder.Decode(&nb)
	return nb, err
}

// Write writes the notebook to path as Jupyter itself would.
func (nb Notebook) Write(path string) error {
	data, err := nb.encode()
	if err != nil {
		return err
	}
	return setup.WriteFile(path, data)
}

func (nb Notebook) encode() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	err := encoder.Encode(nb)
	return b.Bytes(), err
}

// Cells returns the notebook's cells.
func (nb Notebook) Cells() []Cell {
	list, _ := nb["cells"].([]any)
	var cells []Cell
	for _, c := range list {
		if cell, ok := c.(map[string]any); ok {
			cells = append(cells, cell)
		}
	}
	return cells
}

// A Cell is one cell of a notebook.
type Cell map[string]any

// Kind is "code", "markdown" or "raw".
func (c Cell) Kind() string {
	kind, _ := c["cell_type"].(string)
	return kind
}

// Source is the text of the cell.
func (c Cell) Source() string { return text(c["source"]) }

// IsAnswer reports whether the cell answers an exercise: it has the tag "answer".
func (c Cell) IsAnswer() bool {
	metadata, _ := c["metadata"].(map[string]any)
	tags, _ := metadata["tags"].([]any)
	return slices.Contains(tags, any("answer"))
}

// Outputs returns the outputs of a code cell.
func (c Cell) Outputs() []Output {
	list, _ := c["outputs"].([]any)
	var outputs []Output
	for _, o := range list {
		if output, ok := o.(map[string]any); ok {
			outputs = append(outputs, output)
		}
	}
	return outputs
}

// An Output is one output of a code cell.
type Output map[string]any

// IsStream reports whether o is text on the named stream.
func (o Output) IsStream(name string) bool {
	return o["output_type"] == "stream" && (name == "" || o["name"] == name)
}

// Text is what o says in plain text.
func (o Output) Text() string {
	data, _ := o["data"].(map[string]any)
	return text(o["text"]) + text(data["text/plain"])
}

// isProgress reports whether o is the line of nqmkit that says how far work is.
func (o Output) isProgress() bool {
	data, _ := o["data"].(map[string]any)
	return strings.HasPrefix(text(data["text/html"]), `<small class="nqm-progress">`)
}

// text returns a string that a notebook may hold in one piece or in lines.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		var b strings.Builder
		for _, line := range v {
			s, _ := line.(string)
			b.WriteString(s)
		}
		return b.String()
	}
	return ""
}

// lines splits s the way notebooks hold text.
func lines(s string) []any {
	split := []any{}
	for line := range strings.Lines(s) {
		split = append(split, line)
	}
	return split
}

// stderr returns an error when a cell wrote to its standard error: lessons are
// clean.
func (nb Notebook) stderr(name string) error {
	number := 0
	for _, cell := range nb.Cells() {
		if cell.Kind() != "code" || strings.TrimSpace(cell.Source()) == "" {
			continue
		}
		number++
		for _, o := range cell.Outputs() {
			if o.IsStream("stderr") {
				return &CellError{Lesson: name, Cell: number, Source: cell.Source(), Text: "it wrote to stderr: " + text(o["text"])}
			}
		}
	}
	return nil
}
