package main

import (
	"flag"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"nqm/notebooks/internal/lesson"
)

var update = flag.Bool("update", false, "write what the cells of the page print into it")

// transcript is a cell of a page, and what it prints, if that stands below it.
var transcript = regexp.MustCompile("(?s)```go\n(.*?)```\n(?:\n```text\n(.*?)```\n)?")

// The cells of the second day print what stands below them:
//
//	go test ./notebooks -run TestSecondDay -update
func TestSecondDay(t *testing.T) {
	const path = "SECOND_DAY.md"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var cells []string
	for _, m := range transcript.FindAllStringSubmatch(string(page), -1) {
		cells = append(cells, m[1])
	}
	keepCacheOut(t)
	worker := freshWorker(t)
	defer worker.Close()
	said := map[string]string{}
	for i, c := range executed(t, worker, cells...) {
		said[cells[i]] = printed(c)
	}
	want := transcript.ReplaceAllStringFunc(string(page), func(m string) string {
		parts := transcript.FindStringSubmatch(m)
		text := "```go\n" + parts[1] + "```\n"
		if out := said[parts[1]]; out != "" {
			text += "\n```text\n" + out + "```\n"
		}
		return text
	})
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(page) {
		t.Errorf("the cells print something else: look at the page after -update")
	}
}

// keepCacheOut gives cells a cache of results of their own, and Go the one that it has.
func keepCacheOut(t *testing.T) {
	t.Helper()
	environment(t)
	dir, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", strings.TrimSpace(string(dir)))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
}

// printed is what a cell wrote on its standard output.
func printed(c lesson.Cell) string {
	var text strings.Builder
	for _, o := range c.Outputs() {
		if o["name"] == "stdout" {
			switch said := o["text"].(type) {
			case string:
				text.WriteString(said)
			case []any:
				for _, line := range said {
					text.WriteString(line.(string))
				}
			}
		}
	}
	return text.String()
}
