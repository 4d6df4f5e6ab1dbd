package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"nqm/notebooks/internal/lesson"
	"nqm/notebooks/internal/program"
	"nqm/notebooks/internal/setup"
)

// sweepFlags say what to do with the program of a notebook.
type sweepFlags struct {
	out       string
	shard, of int
	merge     bool
	build     bool
	slurm     bool
	submit    bool
	cells     string
}

// runSweep makes a program of a notebook and computes its sweeps, whole or in parts.
func runSweep(ctx context.Context, args []string) error {
	var f sweepFlags
	flags := newFlags("sweep")
	flags.StringVar(&f.out, "o", "parts", "folder for the program and the parts")
	flags.IntVar(&f.shard, "shard", -1, "compute this part, counted from 0")
	flags.IntVar(&f.of, "of", 0, "how many parts there are")
	flags.BoolVar(&f.merge, "merge", false, "put the parts together")
	flags.BoolVar(&f.build, "build", false, "build the program and stop")
	flags.BoolVar(&f.slurm, "slurm", false, "print a script that submits an array of -of parts and the merge after it")
	flags.BoolVar(&f.submit, "submit", false, "with -slurm: submit it")
	flags.StringVar(&f.cells, "cells", "", "only these cells with what the others declare, as in 5,8")
	names, err := parse(flags, args)
	if err != nil {
		return err
	}
	if err := f.check(names); err != nil {
		return err
	}
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	root, err := setup.FindRoot(dir)
	if err != nil {
		return err
	}
	built, err := buildProgram(ctx, root, notebookOf(root, names[0]), f)
	if err != nil || f.build {
		return err
	}
	if f.slurm {
		return slurm(ctx, built, names[0], f)
	}
	cmd := setup.Stoppable(exec.CommandContext(ctx, built, f.programFlags()...))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("the sweeps of %s are not complete", names[0])
	}
	return nil
}

func (f sweepFlags) check(names []string) error {
	sharded := f.shard >= 0
	switch {
	case len(names) != 1:
		return usageErrorf("%d notebooks: want one, a file or a lesson", len(names))
	case f.merge && (sharded || f.of != 0 || f.slurm):
		return usageErrorf("-merge with -shard, -of or -slurm: want it alone")
	case f.slurm && sharded:
		return usageErrorf("-slurm with -shard: want one or the other")
	case f.submit && !f.slurm:
		return usageErrorf("-submit without -slurm: want both")
	case f.slurm && f.of < 1:
		return usageErrorf("-slurm -of %d: want 1 or more parts", f.of)
	case sharded && f.of < 1:
		return usageErrorf("-shard %d without -of: want how many parts there are; the count is never guessed", f.shard)
	case sharded && f.shard >= f.of:
		return usageErrorf("-shard %d -of %d: want a part from 0 to %d", f.shard, f.of, f.of-1)
	case !sharded && !f.slurm && f.of != 0:
		return usageErrorf("-of %d without -shard or -slurm: want one of them", f.of)
	}
	return nil
}

// programFlags are those of package shards.
func (f sweepFlags) programFlags() []string {
	flags := []string{"-o", f.out}
	switch {
	case f.merge:
		return append(flags, "-merge")
	case f.shard >= 0:
		return append(flags, "-shard", strconv.Itoa(f.shard), "-of", strconv.Itoa(f.of))
	}
	return flags
}

// notebookOf is the file that name means: itself, or a lesson.
func notebookOf(root, name string) string {
	if _, err := os.Stat(name); err == nil {
		return name
	}
	lessons, err := lesson.All(filepath.Join(root, "notebooks"))
	if err != nil {
		return name
	}
	if chosen, err := lesson.Select(lessons, []string{name}); err == nil {
		return chosen[0].Notebook()
	}
	return name
}

// buildProgram writes the static program of a notebook into the folder and returns its
// path. The same notebook and code give the same bytes.
func buildProgram(ctx context.Context, root, notebook string, f sweepFlags) (string, error) {
	nb, err := lesson.ReadNotebook(notebook)
	if err != nil {
		return "", err
	}
	cells, err := chosenCells(nb, f.cells)
	if err != nil {
		return "", fmt.Errorf("%s: %w", notebook, err)
	}
	source, err := program.Of(cells)
	if err != nil {
		return "", fmt.Errorf("%s: %w", notebook, err)
	}
	dir, err := filepath.Abs(f.out)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	// The go command finds nqm from inside the clone only, where it takes files from anywhere.
	temporary, err := os.MkdirTemp("", "nqm-sweep-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temporary)
	main := filepath.Join(temporary, "main.go")
	if err := os.WriteFile(main, source, 0o666); err != nil {
		return "", err
	}
	built := filepath.Join(dir, "program")
	if err := goTool(ctx, root, "tool", "goimports", "-w", main); err != nil {
		return "", fmt.Errorf("the program of %s: %w", notebook, err)
	}
	if err := goTool(ctx, root, "build", "-trimpath", "-buildvcs=false", "-o", built, main); err != nil {
		return "", fmt.Errorf("the program of %s: %w", notebook, err)
	}
	return built, nil
}

// chosenCells returns the code cells of a notebook, named by their numbers from 1, as
// JupyterLab counts them when it runs them in order. Those that were not chosen only
// declare.
func chosenCells(nb lesson.Notebook, chosen string) ([]program.Cell, error) {
	want := map[int]bool{}
	for _, word := range strings.FieldsFunc(chosen, func(r rune) bool { return r == ',' }) {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 1 {
			return nil, fmt.Errorf("-cells %q: want the numbers of cells, from 1, as in 5,8", chosen)
		}
		want[n] = true
	}
	var cells []program.Cell
	for _, c := range nb.Cells() {
		if c.Kind() != "code" || strings.TrimSpace(c.Source()) == "" {
			continue
		}
		number := len(cells) + 1
		cells = append(cells, program.Cell{Name: fmt.Sprintf("cell %d", number), Source: c.Source(), Skip: chosen != "" && !want[number]})
		delete(want, number)
	}
	for n := range want {
		return nil, fmt.Errorf("there is no cell %d: want a code cell from 1 to %d", n, len(cells))
	}
	return cells, nil
}

// goTool runs the go command in the clone, for a static program.
func goTool(ctx context.Context, root string, args ...string) error {
	cmd := setup.Stoppable(exec.CommandContext(ctx, "go", args...))
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", args[0], err, bytes.TrimSpace(out))
	}
	return nil
}

// slurm prints, or submits, an array of the parts and the merge after it.
func slurm(ctx context.Context, built, name string, f sweepFlags) error {
	work, err := os.Getwd()
	if err != nil {
		return err
	}
	if strings.Contains(work+built, "\n") {
		return fmt.Errorf("a script for Slurm cannot name the folders %q and %q: want names of one line", work, filepath.Dir(built))
	}
	script := slurmScript(built, work, name, f.of)
	if !f.submit {
		fmt.Print(script)
		return nil
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", script)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("the jobs could not be submitted: %w", err)
	}
	return nil
}

// slurmScript is a shell script for a node that can submit. The count of the parts is
// written into it: that of Slurm is another when some parts are run again. The jobs work
// in the folder work, where the cells save what they save. They write their logs themselves:
// Slurm would take a % in the path of one for a number of its own.
func slurmScript(built, work, name string, of int) string {
	dir := filepath.Dir(built)
	return fmt.Sprintf(`#!/bin/sh
# The sweeps of %[1]q in %[2]d parts, and the merge after them. To compute parts 3 and 5
# again: sbatch --array=3,5 %[4]s
set -e
cat > %[4]s <<'END'
#!/bin/sh
#SBATCH --job-name=nqm
#SBATCH --array=0-%[5]d
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --output=/dev/null
cd %[6]s || exit 1
exec %[3]s -shard "$SLURM_ARRAY_TASK_ID" -of %[2]d -o %[7]s > %[7]s/"$SLURM_ARRAY_TASK_ID.log" 2>&1
END
array=$(sbatch --parsable %[4]s)
sbatch --job-name=nqm-merge --dependency=afterok:"$array" --chdir=%[6]s --output=/dev/null --wrap %[9]s
echo "array $array; the output of the merge goes to "%[8]s
`, name, of, quote(built), quote(filepath.Join(dir, "part.sh")), of-1, quote(work), quote(dir),
		quote(filepath.Join(dir, "merge.log")), quote("exec "+quote(built)+" -merge -o "+quote(dir)+" > "+quote(filepath.Join(dir, "merge.log"))+" 2>&1"))
}

// quote writes a word for the shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
