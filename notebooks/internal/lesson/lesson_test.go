package lesson

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSelect(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "[a]*")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"03_sgd.ipynb", "03_sgd.md", "05_new.md", "README.md", "main.go"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	all, err := All(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ ask, want string }{
		{"", "03_sgd 05_new"},
		{"03", "03_sgd"},
		{"3", "03_sgd"},
		{"03_sgd.ipynb", "03_sgd"},
		{"notebooks/05_new.md", "05_new"},
		{"05_new 3 5", "05_new 03_sgd"},
	} {
		chosen, err := Select(all, strings.Fields(test.ask))
		var names []string
		for _, l := range chosen {
			names = append(names, l.Name)
		}
		if got := strings.Join(names, " "); err != nil || got != test.want {
			t.Errorf("%q: got %q, error %v, want %q", test.ask, got, err, test.want)
		}
	}
	if _, err := Select(all, []string{"04"}); err == nil || !strings.Contains(err.Error(), "choose among 03_sgd, 05_new") {
		t.Errorf("unknown lesson: error %v", err)
	}
}

const raw = `{
 "cells": [
  {"cell_type": "markdown", "id": "aa", "metadata": {"nbgrader": {"points": 2}}, "source": ["# <b>"]},
  {"cell_type": "code", "id": "aa", "execution_count": 7, "metadata": {"execution": {"x": 1}}, "source": "%%\nf()", "outputs": [
   {"output_type": "stream", "name": "stdout", "text": ["one\n"]},
   {"output_type": "display_data", "data": {"text/html": ["<small class=\"nqm-progress\">sampling: 4.0 s</small>"]}, "metadata": {}, "transient": {"display_id": "r4nd0m"}},
   {"output_type": "stream", "name": "stdout", "text": "two\n"},
   {"output_type": "display_data", "data": {"text/plain": "3"}, "metadata": {}, "transient": {"display_id": "r4nd0m"}}]},
  {"cell_type": "code", "execution_count": 9, "metadata": {}, "source": "", "outputs": []}
 ],
 "metadata": {"kernelspec": {"name": "gonb"}, "language_info": {"version": "go1.26"}, "widgets": {}},
 "nbformat": 4, "nbformat_minor": 4
}`

const normal = `{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "aa",
   "metadata": {
    "nbgrader": {
     "points": 2
    }
   },
   "source": [
    "# <b>"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 1,
   "id": "23d14ec5",
   "metadata": {},
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "one\n",
      "two\n"
     ]
    },
    {
     "data": {
      "text/plain": "3"
     },
     "metadata": {},
     "output_type": "display_data"
    }
   ],
   "source": "%%\nf()"
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "5feceb66",
   "metadata": {},
   "outputs": [],
   "source": ""
  }
 ],
 "metadata": {
  "kernelspec": {
   "display_name": "Go (nqm)",
   "language": "go",
   "name": "nqm"
  },
  "language_info": {
   "file_extension": ".go",
   "mimetype": "text/x-go",
   "name": "go"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`

func TestNormalize(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lesson.ipynb")
	if err := os.WriteFile(path, []byte(raw), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, pass := range []string{"first", "second"} {
		nb, err := ReadNotebook(path)
		if err != nil {
			t.Fatal(err)
		}
		nb.Normalize()
		if err := nb.Write(path); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != normal {
			t.Errorf("%s pass: got\n%s", pass, got)
		}
	}
}

func TestStderrIsAFailure(t *testing.T) {
	output := map[string]any{"output_type": "stream", "name": "stderr", "text": []any{"careful\n"}}
	cell := map[string]any{"cell_type": "code", "source": "warn()", "outputs": []any{output}}
	nb := Notebook{"cells": []any{cell}}
	err := nb.stderr("03_sgd")
	if err == nil || !strings.Contains(err.Error(), "code cell 1 of 03_sgd") || !strings.Contains(err.Error(), "careful") {
		t.Errorf("error %v", err)
	}
	output["name"] = "stdout"
	if err := nb.stderr("03_sgd"); err != nil {
		t.Errorf("stdout: error %v", err)
	}
}

// Every cell brings the runtime of the figures; a notebook keeps it at its first figure.
func TestOneRuntimeInANotebook(t *testing.T) {
	const packed = `<script type="text/plain" class="nqm-runtime">H4sI+/=</script>`
	figure := func(text string) any {
		return map[string]any{"output_type": "display_data", "data": map[string]any{"text/html": text}}
	}
	cell := func(outputs ...any) any {
		return map[string]any{"cell_type": "code", "source": "%%", "outputs": outputs}
	}
	nb := Notebook{"cells": []any{cell(), cell(figure("no figure"), figure(packed+"first")), cell(figure(packed + "second")), cell(figure("third"))}}
	nb.Normalize()
	var all []string
	for _, c := range nb.Cells() {
		for _, o := range c.Outputs() {
			all = append(all, text(o["data"].(map[string]any)["text/html"]))
		}
	}
	if got, want := strings.Join(all, "|"), "no figure|"+packed+"first|second|third"; got != want {
		t.Errorf("the outputs are %s, want %s", got, want)
	}
}
