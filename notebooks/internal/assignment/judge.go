package assignment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"nqm/notebooks/assignments/check"
	"nqm/notebooks/internal/lesson"
	"nqm/notebooks/internal/setup"
)

// A verdict is what judging one test of one hand-in has come to.
type verdict struct {
	Holds bool   `json:"holds"`
	Text  string `json:"text"` // a sentence for the student
	Said  string `json:"said"` // what the student's program has printed
	slow  bool   // whether its time was up
}

// judging is what judges the answers to one paper.
type judging struct {
	env     *setup.Environment
	paper   *paper
	apart   sandbox
	program string // the program that judges
	// fingerprint is the same as long as that program is.
	fingerprint string
}

// newJudging builds the program that judges a paper's answers, in dir.
func newJudging(ctx context.Context, env *setup.Environment, p *paper, apart sandbox, dir string) (*judging, error) {
	j := &judging{env: env, paper: p, apart: apart, program: filepath.Join(dir, "judge")}
	if len(p.tests) == 0 {
		return j, nil
	}
	w := workshop{env, filepath.Join(dir, "judge-source")}
	source := p.judge()
	imports, err := w.imports(ctx, source)
	if err != nil {
		return nil, fmt.Errorf("%s: its tests: %v", p.name, err)
	}
	end := strings.Index(source, "\n)\n")
	source = "package main\n\nimport (\n" + strings.Join(imports, "\n") + source[end:]
	if err := w.build(ctx, j.program, map[string]string{"main.go": source}); err != nil {
		return nil, fmt.Errorf("%s: its tests: %v", p.name, err)
	}
	j.fingerprint, err = fingerprintOf(j.program)
	return j, err
}

// judge judges all tests of a hand-in, working in dir.
func (j *judging) judge(ctx context.Context, nb lesson.Notebook, dir string) (map[string]verdict, error) {
	d := j.paper.declarations(nb)
	verdicts := map[string]verdict{}
	var all []string
	for _, t := range j.paper.tests {
		all = append(all, t.functions...)
	}
	// One program for all tests is quick. Where it does not build or a test fails,
	// the test gets a program of its own, so that it suffers for no other answer.
	together := filepath.Join(dir, "all")
	built := j.build(ctx, d, together, all) == nil
	for _, t := range j.paper.tests {
		if built {
			verdicts[t.id] = j.run(ctx, t, together)
		}
		if v := verdicts[t.id]; !v.Holds && !v.slow {
			verdicts[t.id] = j.judgeAlone(ctx, d, t, dir)
		}
		if v := verdicts[t.id]; v.Holds && t.limited {
			if other, err := j.otherRoute(ctx, d, t, dir); err != nil {
				verdicts[t.id] = verdict{Text: "It cannot be told what your answer uses: " + readable(err.Error()), Said: v.Said}
			} else if other != "" {
				verdicts[t.id] = verdict{Text: fmt.Sprintf("Your answer uses %s, which this exercise asks you to do yourself.", other), Said: v.Said}
			}
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return verdicts, nil
}

// judgeAlone judges a test with a program that has nothing but what it needs.
func (j *judging) judgeAlone(ctx context.Context, d *declarations, t test, dir string) verdict {
	program := filepath.Join(dir, t.id)
	if err := j.build(ctx, d, program, t.functions); err != nil {
		return verdict{Text: err.Error()}
	}
	return j.run(ctx, t, program)
}

// build builds a student's program with the given functions.
func (j *judging) build(ctx context.Context, d *declarations, program string, functions []string) error {
	w := workshop{j.env, program + "-source"}
	var serves strings.Builder
	for _, f := range functions {
		if d.named[f] == nil {
			return missing(d, f)
		}
		fmt.Fprintf(&serves, "\t\t%q: student.%s,\n", f, f)
	}
	imports, err := w.imports(ctx, d.source(functions))
	if err != nil {
		return errors.New("Your code does not compile: " + readable(err.Error()))
	}
	main := "package main\n\nimport (\n\t\"hand/student\"\n\t\"nqm/notebooks/assignments/apart\"\n)\n\n" +
		"func main() {\n\tapart.Serve(map[string]any{\n" + serves.String() + "\t})\n}\n"
	err = w.build(ctx, program, map[string]string{"main.go": main, "student/student.go": d.file("student", imports, functions...)})
	if err != nil {
		return errors.New("Your code does not compile: " + readable(err.Error()))
	}
	return nil
}

// source is the file of a student's functions with every import that there is.
func (d *declarations) source(functions []string) string {
	var imports []string
	for line := range d.imports {
		imports = append(imports, line)
	}
	slices.Sort(imports)
	return d.file("student", imports, functions...)
}

// missing says that there is no function, and which cells cannot be read.
func missing(d *declarations, f string) error {
	text := fmt.Sprintf("There is no function %s.", f)
	for cell, err := range d.broken {
		text += fmt.Sprintf(" Cell %d does not compile: %s.", cell, firstLine(err.Error()))
	}
	return errors.New(text)
}

func firstLine(s string) string { return strings.SplitN(strings.TrimSpace(s), "\n", 2)[0] }

// cellPlace is how the compiler names a line of a cell.
var cellPlace = regexp.MustCompile(`\S*Cell\[(\d+)\]:(\d+)(:\d+)?`)

// readable turns what the compiler says into lines for a student.
func readable(said string) string {
	var lines []string
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") && len(lines) < 5 {
			lines = append(lines, cellPlace.ReplaceAllString(line, "cell $1, line $2"))
		}
	}
	return fmt.Sprintf("%.1500s", strings.Join(lines, "; "))
}

// otherRoute returns what an answer uses of nqm though the exercise does not allow
// it; nothing, if it keeps to what it may.
func (j *judging) otherRoute(ctx context.Context, d *declarations, t test, dir string) (string, error) {
	w := workshop{j.env, filepath.Join(dir, t.id+"-routes")}
	imports, err := w.imports(ctx, d.source(t.functions))
	if err != nil {
		return "", err
	}
	packages := map[string]string{}
	for _, line := range imports {
		name, quoted, named := strings.Cut(strings.TrimSpace(line), " ")
		if !named {
			quoted = name
		}
		full, _ := strconv.Unquote(quoted)
		if full != "nqm" && !strings.HasPrefix(full, "nqm/") {
			continue
		}
		if !named {
			name = path.Base(full)
		}
		if name == "." {
			return "import . " + quoted, nil
		}
		packages[name] = path.Base(full)
	}
	given := t.uses
	for _, f := range t.functions {
		given = append(given, qualified.FindAllString(j.paper.signatures[f], -1)...)
	}
	for _, one := range d.reached(t.functions...) {
		for pick := range one.picks {
			name, ours := packages[pick.of]
			if name += "." + pick.name; ours && one.cell != 0 && !slices.Contains(given, name) {
				return name, nil
			}
		}
	}
	return "", nil
}

// qualified is the name of a type of another package.
var qualified = regexp.MustCompile(`\b\w+\.\w+\b`)

// What a program may print, and how long a test may take with its start and end.
const (
	saidBytes = 1 << 14
	testLimit = check.Limit + 20*time.Second
)

// run runs a test on a student's program.
func (j *judging) run(ctx context.Context, t test, program string) verdict {
	ctx, cancel := context.WithTimeout(ctx, testLimit)
	defer cancel()
	folder := program + "-folder"
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return verdict{Text: err.Error()}
	}
	said, saying, err := os.Pipe()
	if err != nil {
		return verdict{Text: err.Error()}
	}
	defer said.Close()
	judge := limited(limits{memoryKB: 2 * memoryKB, cpu: cpuSeconds, fileKB: 2 * fileKB}, j.program, t.id)
	judge = append(judge, j.apart.command(program)...)
	cmd := setup.Stoppable(exec.CommandContext(ctx, judge[0], judge[1:]...))
	cmd.Dir = folder
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	cmd.ExtraFiles = []*os.File{saying}
	var text bytes.Buffer
	cmd.Stdout, cmd.Stderr = &text, &text
	heard := make(chan string, 1)
	go func() { heard <- hear(said) }()
	start := time.Now()
	err = cmd.Run()
	saying.Close()
	setup.KillRest(cmd)
	said.SetReadDeadline(time.Now().Add(time.Second))
	v := verdict{Holds: err == nil, Text: strings.TrimSpace(text.String()), Said: <-heard, slow: time.Since(start) >= check.Limit}
	if ctx.Err() != nil {
		v.Text = "The grading of this exercise took too long and was ended."
	}
	return v
}

// hear reads what a program prints, to its end, and keeps the beginning.
func hear(r io.Reader) string {
	kept, _ := io.ReadAll(io.LimitReader(r, saidBytes))
	if n, _ := io.Copy(io.Discard, r); n > 0 {
		kept = fmt.Appendf(kept, "\n(%d bytes more)\n", n)
	}
	return strings.ToValidUTF8(string(kept), "\uFFFD")
}

// A workshop is a folder in which programs are built, with the clone's packages.
type workshop struct {
	env *setup.Environment
	dir string
}

func (w workshop) write(files map[string]string) error {
	for name, text := range files {
		full := filepath.Join(w.dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// importsLimit is how long it may take to find what a file imports.
const importsLimit = time.Minute

// imports returns what a file has to import, its own imports included where they
// are used.
func (w workshop) imports(ctx context.Context, source string) ([]string, error) {
	plain := regexp.MustCompile(`(?m)^//line .*$`).ReplaceAllString(source, "")
	if err := w.write(map[string]string{"imports/imports.go": plain}); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, importsLimit)
	defer cancel()
	out, err := output(w.env.Go(ctx, filepath.Join(w.dir, "imports"), "goimports", "imports.go"))
	if ctx.Err() != nil {
		return nil, errors.New("what it imports was not found in time: it names too much that there is not")
	}
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), "", out, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, i := range file.Imports {
		line := i.Path.Value
		if i.Name != nil {
			line = i.Name.Name + " " + line
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// build builds a program from files. The compiler runs no code of theirs: there is
// no cgo, and no directive survives the reading of the cells.
func (w workshop) build(ctx context.Context, program string, files map[string]string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	version, err := w.env.GoVersion()
	if err != nil {
		return err
	}
	err = w.write(map[string]string{
		"go.mod":  "module hand\n\ngo " + version + "\n",
		"go.work": "go " + version + "\n\nuse (\n\t.\n\t" + strconv.Quote(w.env.Root) + "\n)\n",
	})
	if err == nil {
		err = w.write(files)
	}
	if err != nil {
		return err
	}
	cmd := w.env.Go(ctx, w.dir, "go", "build", "-trimpath", "-buildvcs=false", "-o", program, ".")
	cmd.Env = append(cmd.Env, "GOWORK="+filepath.Join(w.dir, "go.work"))
	// What a few lines let the compiler do may have no end: constants that double, say.
	cmd.Args = limited(limits{memoryKB: 2 * memoryKB, cpu: cpuSeconds, fileKB: 1 << 18}, cmd.Args[0], cmd.Args[1:]...)
	if cmd.Path, err = exec.LookPath(cmd.Args[0]); err != nil {
		return err
	}
	_, err = output(cmd)
	return err
}

// output runs cmd and returns what it prints; what it complains about is the error.
func output(cmd *exec.Cmd) ([]byte, error) {
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil && complaint.Len() > 0 {
		err = errors.New(complaint.String())
	}
	return out, err
}
