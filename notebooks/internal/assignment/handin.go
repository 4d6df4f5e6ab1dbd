package assignment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nqm/notebooks/internal/lesson"
)

// A handIn is one student's work on one assignment, as it will be graded.
type handIn struct {
	student  string
	paper    *paper
	notebook lesson.Notebook
	handedIn string   // when; empty if nobody has said
	notes    []string // what was not as it should be, and what was made of it
}

// A refused is why a hand-in cannot be graded and what to do.
type refused string

func (r refused) Error() string { return string(r) }

func refuse(format string, a ...any) error { return refused(fmt.Sprintf(format, a...)) }

// maxNotebook is how large a notebook may be that is read at all.
const maxNotebook = 1 << 30

// collect reads what lies in the folder of submissions.
func collect(dir string, papers []*paper) (found []handIn, refusals []Refusal, err error) {
	students, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, nil, err
	}
	seen := map[string]string{}
	for _, s := range students {
		if !s.IsDir() || strings.HasPrefix(s.Name(), ".") {
			continue
		}
		for _, place := range places(filepath.Join(dir, s.Name())) {
			h, err := readHandIn(s.Name(), place, papers)
			if err == nil {
				work := h.student + "/" + h.paper.name
				if seen[work] != "" {
					err = refuse("the folder %s holds the same assignment: leave the one that counts", seen[work])
				}
				seen[work] = filepath.Base(place)
			}
			if err != nil {
				refusals = append(refusals, Refusal{readableName(s.Name()), readableName(filepath.Base(place)), err.Error()})
				continue
			}
			found = append(found, h)
		}
	}
	return found, refusals, nil
}

// places are the folders of one student: one for each assignment, and the
// student's own if there is a notebook in it.
func places(dir string) []string {
	all := []string{}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			all = append(all, filepath.Join(dir, e.Name()))
		}
	}
	if own, _ := filepath.Glob(filepath.Join(escapeGlob(dir), "*.ipynb")); len(own) > 0 || len(all) == 0 {
		all = append(all, dir)
	}
	return all
}

func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// readableName is a file's name in UTF-8: what is not is taken for Latin-1.
func readableName(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	var b strings.Builder
	for i := range len(name) {
		b.WriteRune(rune(name[i]))
	}
	return b.String()
}

// readHandIn reads the hand-in in a folder.
func readHandIn(student, place string, papers []*paper) (handIn, error) {
	h := handIn{student: strings.ReplaceAll(readableName(student), "+", "-")}
	if h.student != student {
		h.note("the folder's name was read as %s", h.student)
	}
	name, err := h.choose(place, papers)
	if err != nil {
		return h, err
	}
	if folder := filepath.Base(place); folder != h.paper.name || name != h.paper.name+".ipynb" {
		h.note("%s was graded as %s, which it is by its exercises", readableName(filepath.Join(folder, name)), h.paper.name)
	}
	h.readStamp(filepath.Join(place, "timestamp.txt"))
	h.clean()
	return h, nil
}

func (h *handIn) note(format string, a ...any) { h.notes = append(h.notes, fmt.Sprintf(format, a...)) }

// choose reads the one notebook in a folder that counts, and returns its name.
func (h *handIn) choose(place string, papers []*paper) (string, error) {
	paths, _ := filepath.Glob(filepath.Join(escapeGlob(place), "*.ipynb"))
	if len(paths) == 0 {
		return "", refuse("there is no notebook: ask for the .ipynb file")
	}
	var last error
	chosen := ""
	var content []byte
	for _, path := range paths {
		name := readableName(filepath.Base(path))
		data, nb, err := readNotebook(path)
		if err != nil {
			last = fmt.Errorf("%s %w", name, err)
			continue
		}
		p := identify(nb, filepath.Base(place), papers)
		switch {
		case p == nil:
			last = refuse("%s has no exercise of this course: ask for the notebook that was handed out", name)
			continue
		case chosen == "":
			chosen, content, h.paper, h.notebook = filepath.Base(path), data, p, nb
		case !bytes.Equal(data, content):
			return "", refuse("it holds %s and %s, which differ: leave the one that counts", readableName(chosen), name)
		case name == p.name+".ipynb":
			chosen = name
		}
	}
	if chosen == "" {
		return "", last
	}
	if last != nil {
		h.note("%v; it was left out", last)
	}
	return chosen, nil
}

func readNotebook(path string) ([]byte, lesson.Notebook, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, refuse("cannot be read: %v", err)
	}
	if info.Size() > maxNotebook {
		return nil, nil, refuse("has %d MB: ask for it without outputs", info.Size()>>20)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, refuse("cannot be read: %v", err)
	}
	var nb lesson.Notebook
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	decoder.UseNumber()
	if err := decoder.Decode(&nb); err != nil || nb.Cells() == nil {
		return nil, nil, refuse("is no notebook, or only part of one: ask for it again")
	}
	return data, nb, nil
}

// identify returns the assignment whose cells a notebook has; of equals the one of
// the folder's name.
func identify(nb lesson.Notebook, folder string, papers []*paper) *paper {
	var best *paper
	most := 0
	for _, p := range papers {
		n := 0
		for _, cell := range nb.Cells() {
			if p.known[gradeID(cell)] {
				n++
			}
		}
		if n > most || n == most && n > 0 && p.name == folder {
			best, most = p, n
		}
	}
	return best
}

// readStamp reads when something was handed in.
func (h *handIn) readStamp(path string) {
	data, err := os.ReadFile(path)
	if err != nil {
		return
	}
	text := strings.TrimSpace(string(data))
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05.999999 MST", "2006-01-02 15:04:05Z07:00", time.DateTime, "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			h.handedIn = t.UTC().Format("2006-01-02 15:04:05 MST")
			return
		}
	}
	h.note("timestamp.txt is no date (%.30q): it counts as in time; correct it as 2026-11-29 18:00:00 UTC", text)
}

// clean makes the notebook one that every tool reads: each grade id stands once,
// outputs are short and harmless, and the cells are numbered.
func (h *handIn) clean() {
	h.mergeCopies()
	number := 0
	for _, cell := range h.notebook.Cells() {
		own := !h.isGiven(cell)
		switch cell.Kind() {
		case "code":
			number++
			cell["execution_count"] = number
			h.cleanOutputs(cell, number)
		default:
			delete(cell, "outputs")
			delete(cell, "execution_count")
			if own {
				cell["source"] = inertTags.ReplaceAllString(cell.Source(), "$1 $2")
			}
			delete(cell, "attachments")
		}
		if _, ok := cell["metadata"].(map[string]any); !ok {
			cell["metadata"] = map[string]any{}
		}
	}
}

// isGiven reports whether a cell is the lecturer's, and will be put back.
func (h *handIn) isGiven(cell lesson.Cell) bool {
	return h.paper.known[gradeID(cell)] && !isSolution(cell)
}

// mergeCopies has each grade id stand once. A cell that was split is put together
// again; of copies that are whole the last one counts, as in the kernel.
func (h *handIn) mergeCopies() {
	places := map[string][]lesson.Cell{}
	for _, cell := range h.notebook.Cells() {
		if id := gradeID(cell); id != "" {
			places[id] = append(places[id], cell)
		}
	}
	for id, cells := range places {
		if len(cells) < 2 {
			continue
		}
		h.note("the cell %s stood %d times: %s", id, len(cells), h.merge(cells))
		for _, c := range cells[:len(cells)-1] {
			delete(c["metadata"].(map[string]any), "nbgrader")
		}
	}
	list := h.notebook["cells"].([]any)
	h.notebook["cells"] = slices.DeleteFunc(list, func(c any) bool {
		cell, ok := c.(map[string]any)
		return !ok || cell[unneeded] != nil
	})
	slices.Sort(h.notes)
}

// unneeded marks a cell that will be taken out.
const unneeded = "nqm_unneeded"

// merge leaves in the last of several cells of one grade id what counts, marks
// those that are not needed, and says what it did.
func (h *handIn) merge(cells []lesson.Cell) string {
	last := cells[len(cells)-1]
	if h.isGiven(last) {
		takeOut(cells)
		return "it is given, and was put back"
	}
	var texts []string
	whole := true
	for _, c := range cells {
		texts = append(texts, c.Source())
		declares, _ := split(c.Source())
		d := newDeclarations()
		d.add(0, declares)
		whole = whole && d.broken[0] == nil
	}
	if last.Kind() == "code" && whole {
		return "all were read, and the last counts"
	}
	last["source"] = strings.Join(slices.Compact(texts), "\n")
	takeOut(cells)
	return "its parts were put together"
}

func takeOut(cells []lesson.Cell) {
	for _, c := range cells[:len(cells)-1] {
		c[unneeded] = true
	}
}
