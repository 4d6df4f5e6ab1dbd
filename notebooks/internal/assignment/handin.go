package assignment

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
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
const maxNotebook = 1 << 29

// maxName is how many bytes the name of a student's folder may have, read as UTF-8.
const maxName = 200

// collect reads what lies in the folder of submissions.
func collect(dir string, papers []*paper) (found []handIn, refusals []Refusal, err error) {
	students, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, nil, err
	}
	seen := map[string]string{}
	refuse := func(student, place string, why error) {
		refusals = append(refusals, Refusal{readableName(student), readableName(place), why.Error()})
	}
	for _, s := range students {
		switch {
		case strings.HasPrefix(s.Name(), "."):
			continue
		case !s.IsDir():
			refuse(s.Name(), "", notAFolder(s))
			continue
		}
		for _, place := range places(filepath.Join(dir, s.Name())) {
			h, err := readHandIn(s.Name(), place, papers)
			if err == nil {
				work := h.student + "/" + h.paper.name
				if seen[work] != "" {
					err = refused("the folder " + seen[work] + " holds the same assignment: leave the one that counts")
				}
				seen[work] = filepath.Base(place)
			}
			if err != nil {
				refuse(s.Name(), filepath.Base(place), err)
				continue
			}
			found = append(found, h)
		}
	}
	return found, refusals, nil
}

func notAFolder(e os.DirEntry) error {
	if e.Type()&os.ModeSymlink != 0 {
		return refuse("it is a link to elsewhere, which is not followed: put a copy there")
	}
	return refuse("it is no folder: put it at submitted/STUDENT/NAME/NAME.ipynb")
}

// places are the folders of one student: one for each assignment, and the
// student's own if there is a notebook in it. Links are among them, to be refused.
func places(dir string) []string {
	all := []string{}
	entries, _ := os.ReadDir(dir)
	own := false
	for _, e := range entries {
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir() || e.Type()&os.ModeSymlink != 0 && !isNotebook(e.Name()):
			all = append(all, filepath.Join(dir, e.Name()))
		default:
			own = own || isNotebook(e.Name())
		}
	}
	if own || len(all) == 0 {
		all = append(all, dir)
	}
	return all
}

// isNotebook reports whether a file's name is one of a notebook; browsers add endings
// of their own when they download one.
func isNotebook(name string) bool { return notebookName.MatchString(name) }

var notebookName = regexp.MustCompile(`(?i)\.ipynb(\.json|\.txt)?$`)

// notebooks are the paths of the notebooks in a folder; if there are none, in the
// folders below it.
func notebooks(dir string) []string {
	var here, below []string
	filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		switch {
		case err != nil || path == dir:
		case e.IsDir() && (strings.HasPrefix(e.Name(), ".") || e.Name() == "__MACOSX"):
			return filepath.SkipDir
		case strings.HasPrefix(e.Name(), ".") || !isNotebook(e.Name()):
		case filepath.Dir(path) == dir:
			here = append(here, path)
		case !e.IsDir():
			below = append(below, path)
		}
		return nil
	})
	if len(here) > 0 {
		return here
	}
	return below
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
	h := handIn{student: strings.Map(func(r rune) rune {
		if r == '+' || r < ' ' {
			return '-'
		}
		return r
	}, readableName(student))}
	if info, err := os.Lstat(place); err != nil || !info.IsDir() {
		return h, refuse("it is a link to elsewhere, which is not followed: put a copy there")
	}
	if len(h.student) > maxName {
		return h, refuse("its name is too long for a file: shorten it")
	}
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
	paths := notebooks(place)
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

// readNotebook reads the file of a notebook. Nothing but a file is read: a link may
// lead to the lecturer's own answers, and a pipe has no end.
func readNotebook(path string) ([]byte, lesson.Notebook, error) {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return nil, nil, refuse("cannot be read: %v", err)
	case !info.Mode().IsRegular():
		return nil, nil, refuse("is a link, a folder or a device, and no file: ask for the file itself")
	case info.Size() > maxNotebook:
		return nil, nil, refuse("has %d MB: ask for it without outputs", info.Size()>>20)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, refuse("cannot be read: %v", err)
	}
	nb, err := parseNotebook(data)
	return data, nb, err
}

// identify returns the assignment whose cells a notebook has; of equals the one of
// the folder's name.
func identify(nb lesson.Notebook, folder string, papers []*paper) *paper {
	var best *paper
	most := 0
	for _, p := range papers {
		n := 0
		for _, cell := range nb.Cells() {
			if p.known[gradeID(cell)] != nil {
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
	info, err := os.Lstat(path)
	if err != nil {
		return
	}
	var data []byte
	if info.Mode().IsRegular() && info.Size() < 1000 {
		data, _ = os.ReadFile(path)
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

// clean makes the notebook one that every tool reads: each grade id stands once and is
// the lecturer's, outputs are short and harmless, and the cells are numbered.
func (h *handIn) clean() {
	for _, cell := range h.notebook.Cells() {
		metadata := map[string]any{}
		if id := gradeID(cell); h.paper.known[id] != nil {
			metadata["nbgrader"] = nbgraderOf(h.paper.known[id])
			if kind := h.paper.known[id].Kind(); cell.Kind() != kind {
				h.note("the cell %s was a cell of the kind %q, and is read as %q", id, cell.Kind(), kind)
				cell["cell_type"] = kind
			}
		}
		cell["metadata"] = metadata
	}
	h.mergeCopies()
	number := 0
	for i, cell := range h.notebook.Cells() {
		clean := lesson.Cell{"cell_type": cell.Kind(), "id": fmt.Sprint("cell-", i), "metadata": cell["metadata"], "source": cell.Source()}
		switch cell.Kind() {
		case "code":
			number++
			clean["execution_count"] = number
			h.cleanOutputs(cell, number)
			clean["outputs"] = cell["outputs"]
		case "markdown":
		default:
			clean["cell_type"] = "raw"
		}
		if cell.Kind() != "code" && !h.isGiven(cell) {
			clean["source"] = inertTags.ReplaceAllString(cell.Source(), "$1 $2")
		}
		clear(cell)
		maps.Copy(cell, clean)
	}
}

// isGiven reports whether a cell is the lecturer's, and will be put back.
func (h *handIn) isGiven(cell lesson.Cell) bool {
	given := h.paper.known[gradeID(cell)]
	return given != nil && !isSolution(given)
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
