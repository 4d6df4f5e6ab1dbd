package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"nqm/notebooks/internal/lesson"
)

const (
	exerciseMark = "**Exercise.**"
	answerMark   = "// Answer\n" // all that JupyterLab shows of a folded answer
)

// Every exercise is followed by its answer: a cell that runs with the lesson, begins
// with words, and shows each number of more than one digit that they quote.
func TestEveryExerciseIsAnswered(t *testing.T) {
	lessons, err := lesson.All(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lessons {
		nb, err := lesson.ReadNotebook(l.Notebook())
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range faultsOfAnswers(nb.Cells()) {
			t.Errorf("%s: %s", l.Name, fault)
		}
	}
}

// faultsOfAnswers says which exercises have no answer, or not a good one.
func faultsOfAnswers(cells []lesson.Cell) (faults []string) {
	before := "" // the text of the cell before
	for i, c := range cells {
		_, exercise, asked := strings.Cut(before, exerciseMark)
		asked = asked && i > 0 && cells[i-1].Kind() == "markdown"
		switch {
		case asked && !c.IsAnswer():
			faults = append(faults, fmt.Sprintf("the next cell does not answer %q", short(exercise)))
		case asked && strings.Contains(exercise, "\n\n"):
			faults = append(faults, fmt.Sprintf("something stands between %q and its answer", short(exercise)))
		case asked:
			faults = append(faults, faultsOfAnswer(c, exercise)...)
		case c.IsAnswer():
			faults = append(faults, fmt.Sprintf("no exercise stands before the answer %q", short(c.Source())))
		}
		before = c.Source()
	}
	if _, exercise, asked := strings.Cut(before, exerciseMark); asked {
		faults = append(faults, fmt.Sprintf("the lesson ends without an answer to %q", short(exercise)))
	}
	return faults
}

// faultsOfAnswer says what the answer to an exercise lacks.
func faultsOfAnswer(c lesson.Cell, exercise string) (faults []string) {
	source, begins := strings.CutPrefix(c.Source(), answerMark)
	if !begins {
		faults = append(faults, fmt.Sprintf("the answer to %q does not begin with the line %q", short(exercise), answerMark))
	}
	var words strings.Builder
	for strings.HasPrefix(source, "//") {
		line, rest, _ := strings.Cut(source, "\n")
		words.WriteString(strings.TrimLeft(line, "/") + "\n")
		source = rest
	}
	if words.Len() == 0 {
		faults = append(faults, fmt.Sprintf("the answer to %q has no words", short(exercise)))
	}
	var shown strings.Builder
	for _, o := range c.Outputs() {
		fmt.Fprintln(&shown, o.Text())
	}
	if strings.TrimSpace(shown.String()) == "" {
		faults = append(faults, fmt.Sprintf("the answer to %q prints nothing", short(exercise)))
	}
	known := map[string]bool{}
	for _, n := range numbersIn(shown.String() + "\n" + source + "\n" + exercise) {
		known[n] = true
	}
	for _, n := range numbersIn(words.String()) {
		if len(n) > 1 && !known[n] {
			faults = append(faults, fmt.Sprintf("the answer to %q says %s, and does not show it", short(exercise), n))
		}
	}
	return faults
}

var (
	number    = regexp.MustCompile(`\d+(?:[ _]\d{3})*(?:\.\d+)?`)
	separator = strings.NewReplacer(" ", "", "_", "")
)

// numbersIn returns the numbers of a text, as they are written, without the marks
// that part their digits.
func numbersIn(text string) (numbers []string) {
	for _, n := range number.FindAllString(text, -1) {
		numbers = append(numbers, separator.Replace(n))
	}
	return numbers
}

// short is the beginning of a text.
func short(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return text
}

// Every way in which an answer can be missing or wrong is found.
func TestFaultsOfAnswers(t *testing.T) {
	markdown := func(text string) lesson.Cell {
		return lesson.Cell{"cell_type": "markdown", "source": text}
	}
	code := func(source, output string, tags ...any) lesson.Cell {
		stream := map[string]any{"output_type": "stream", "name": "stdout", "text": output}
		return lesson.Cell{"cell_type": "code", "source": source, "metadata": map[string]any{"tags": tags}, "outputs": []any{stream}}
	}
	answer := func(source, output string) lesson.Cell { return code(source, output, "answer") }
	exercise := markdown("Text.\n\n**Exercise.** Take 7.")
	for _, test := range []struct {
		says  string
		cells []lesson.Cell
	}{
		{"", []lesson.Cell{exercise, answer("// Answer\n// From 7 and 1_000 it is 2 500.5.\n%%\nf(1000)", "2500.5\n"), markdown("## 2")}},
		{"", []lesson.Cell{markdown("No question."), code("f()", "")}},
		{"the next cell does not answer", []lesson.Cell{exercise, code("// Answer\n// Yes.\n%%", "1")}},
		{"the next cell does not answer", []lesson.Cell{exercise, markdown("## 2"), answer("// Answer\n// Yes.\n%%", "1")}},
		{"the lesson ends without", []lesson.Cell{exercise}},
		{"something stands between", []lesson.Cell{markdown("**Exercise.** One?\n\n## 2"), answer("// Answer\n// Yes.\n%%", "1")}},
		{"something stands between", []lesson.Cell{markdown("**Exercise.** One?\n\n**Exercise.** Two?"), answer("// Answer\n// Yes.\n%%", "1")}},
		{"no exercise stands before", []lesson.Cell{markdown("Text."), answer("// Answer\n// Yes.\n%%", "1")}},
		{"does not begin with the line", []lesson.Cell{exercise, answer("// Yes.\n%%", "1")}},
		{"has no words", []lesson.Cell{exercise, answer("// Answer\n%%\nf()", "1")}},
		{"prints nothing", []lesson.Cell{exercise, answer("// Answer\n// Yes.\n%%\nf()", " \n")}},
		{"says 2500, and does not show it", []lesson.Cell{exercise, answer("// Answer\n// It is 2 500.\n%%\nf()", "2500.5\n")}},
	} {
		faults := strings.Join(faultsOfAnswers(test.cells), "; ")
		if (faults == "") != (test.says == "") || !strings.Contains(faults, test.says) {
			t.Errorf("%q: found %q, want %q", test.cells[len(test.cells)-1].Source(), faults, test.says)
		}
	}
}

// An answer is folded away in JupyterLab and on the page, where its words stand as
// text; the twin has its tag only, and unfolding it changes no file for good.
func TestAnswersAreFolded(t *testing.T) {
	worker, _ := startWorker(t)
	p := pair{t, lesson.Lesson{Dir: t.TempDir(), Name: "short"}, worker}
	settings, err := os.ReadFile("jupytext.toml")
	if err != nil {
		t.Fatal(err)
	}
	p.put(filepath.Join(p.Dir, "jupytext.toml"), string(settings))
	text := "# Title\n\n**Exercise.** Say a word.\n\n```go tags=[\"answer\"]\n// Answer\n// It is `word`,\n// in one line.\n%%\nfmt.Println(\"word\") // said\n```\n"
	p.put(p.Text(), text)
	const folded = `"jupyter": {
     "outputs_hidden": true,
     "source_hidden": true
    }`
	for range 2 {
		if err := worker.Execute(p.Lesson, func(int, int) {}); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.HasSuffix(p.read(p.Text()), text) {
		t.Errorf("the twin says %s", p.read(p.Text()))
	}
	if !strings.Contains(p.read(p.Notebook()), folded) {
		t.Errorf("the notebook does not fold the answer: %s", p.read(p.Notebook()))
	}
	path, err := worker.Export(p.Lesson, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	_, page, _ := strings.Cut(p.read(path), `<details class="nqm-answer">`)
	page, rest, ended := strings.Cut(page, "</details>")
	if !ended || strings.Contains(rest, "word") {
		t.Error("the page does not fold the answer")
	}
	for _, want := range []string{"<summary>Answer</summary>", "<p>It is <code>word</code>,\nin one line.</p>", "Println", "said", "<pre>word\n</pre>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the answer on the page has no %q: %s", want, page)
		}
	}
	if strings.Count(page, "in one line") != 1 {
		t.Error("the words stand in the code, too")
	}
}

// What follows a prediction is folded on the page, outputs and reading, up to the next
// question, and in JupyterLab its outputs; the twin has none of that, and the code to be
// predicted is in sight.
func TestPredictionsAreKept(t *testing.T) {
	worker, _ := startWorker(t)
	p := pair{t, lesson.Lesson{Dir: t.TempDir(), Name: "short"}, worker}
	settings, err := os.ReadFile("jupytext.toml")
	if err != nil {
		t.Fatal(err)
	}
	p.put(filepath.Join(p.Dir, "jupytext.toml"), string(settings))
	cell := func(word string) string { return "```go\n%%\nfmt.Println(\"" + word + "\")\n```\n\n" }
	text := "# Title\n\n" + cell("free") + "**Predict.** What?\n\n" + cell("told") +
		"<details>\n<summary>What is seen</summary>\n\nIt read $1$.\n\n</details>\n\n" + cell("more") +
		"<details>\n<summary>What is seen</summary>\n\nAnd more.\n\n</details>\n\n**Predict.** Again?\n\n" + cell("again") +
		"<details>\n<summary>What is seen</summary>\n\nAgain.\n\n</details>\n\n## Next\n\n" + strings.TrimSuffix(cell("last"), "\n")
	p.put(p.Text(), text)
	if err := worker.Execute(p.Lesson, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(p.read(p.Text()), text) {
		t.Errorf("the twin says %s", p.read(p.Text()))
	}
	if n := strings.Count(p.read(p.Notebook()), `"outputs_hidden": true`); n != 3 {
		t.Errorf("JupyterLab folds the outputs of %d cells, want 3", n)
	}
	path, err := worker.Export(p.Lesson, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	page := p.read(path)
	var inside, outside string
	for page != "" {
		var free string
		free, page, _ = strings.Cut(page, `<details class="nqm-predict">`)
		outside += free
		free, page, _ = strings.Cut(page, "</details>")
		inside += free + "|"
	}
	if got := strings.Count(inside, "|") - 1; got != 2 {
		t.Errorf("%d folds, want 2", got)
	}
	for _, want := range []string{"<pre>told", "It read <math", "<pre>more", "And more.", "Println", "<pre>again", "Again."} {
		if !strings.Contains(inside, want) {
			t.Errorf("the folds have no %q", want)
		}
	}
	for _, want := range []string{"<pre>free", "What?", "Again?", `<span class="s">"told"</span>`, "<pre>last", "Next"} {
		if !strings.Contains(outside, want) || strings.Contains(inside, want) {
			t.Errorf("%q is folded, or missing", want)
		}
	}
	if strings.Contains(inside+outside, "What is seen") {
		t.Error("a reading is folded twice")
	}
}

// In every lesson what is read after a prediction is folded in the text: other viewers
// than ours, and JupyterLab, fold it by that.
func TestReadingsAreFolded(t *testing.T) {
	lessons, err := lesson.All(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lessons {
		data, err := os.ReadFile(l.Text())
		if err != nil {
			t.Fatal(err)
		}
		for _, open := range openReadings(string(data)) {
			t.Errorf("%s: this reading is not folded: %q", l.Name, short(open))
		}
	}
}

var (
	codeBlock = regexp.MustCompile("(?ms)^```.*?^```$")
	question  = regexp.MustCompile(`^(\*\*(?:Predict|Exercise|Left open)\.\*\*|#+ )`)
	folded    = regexp.MustCompile(`(?s)<details>\n<summary>.*?\n</details>\n`)
)

// openReadings returns the paragraphs after the code that a prediction is about that are
// not folded.
func openReadings(text string) (open []string) {
	predicted, told := false, false
	for k, between := range codeBlock.Split(folded.ReplaceAllString(text, ""), -1) {
		told = told || k > 0
		for paragraph := range strings.SplitSeq(strings.TrimSpace(between), "\n\n") {
			if m := question.FindString(paragraph); m != "" {
				predicted, told = m == "**Predict.**", false
			} else if predicted && told && paragraph != "" {
				open = append(open, paragraph)
			}
		}
	}
	return open
}

func TestOpenReadings(t *testing.T) {
	const code = "\n\n```go\n%%\nf()\n```\n\n"
	for _, test := range []struct {
		text string
		open int
	}{
		{"Words." + code + "Words.", 0},
		{"**Predict.** What?\n\nA hint." + code + "It did.", 1},
		{"**Predict.** What?" + code + "<details>\n<summary>S</summary>\n\nIt did.\n\nYes.\n\n</details>\n\n**Exercise.** Do." + code + "Words.", 0},
		{"**Predict.** What?" + code + "<details>\n<summary>S</summary>\n\nIt did.\n\n</details>" + code + "And more.\n\n## Next\n\nWords.", 1},
	} {
		if got := openReadings(test.text); len(got) != test.open {
			t.Errorf("%q: open is %q", test.text, got)
		}
	}
}
