package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"nqm/notebooks/internal/setup"
	"nqm/theory/longtest"
)

// sweepNotebook has a sweep in two cells; what the first saves goes into the folder that it
// runs in, where a file "slow" makes it slow.
const sweepNotebook = `{"cells": [
{"cell_type": "code", "source": "import \"nqm/nqmkit\"\n\nfunc p() nqmkit.Problem { return nqmkit.PowerLaw(100, 1) }\n"},
{"cell_type": "markdown", "source": "text"},
{"cell_type": "code", "source": ["func ask(x float64) any {\n", "if _, err := os.Stat(\"slow\"); err == nil { time.Sleep(2 * time.Second) }\n", "return nqmkit.StepsToTarget(p(), 0.3, nqmkit.SGD(x)) }\n", "%%\n", "s := nqmkit.Sweep(\"x\", nqmkit.LogSpaced(0.05, 0.5, 6), ask)\n", "nqmkit.Save(\"sweep.csv\", s)\n", "fmt.Println(math.Sqrt(4), s.Results[5])"]},
{"cell_type": "code", "source": "%%\nfmt.Println(nqmkit.Grid(\"a\", []float64{1, 2}, \"b\", []float64{3, 4}, func(a, b float64) float64 { return a / b / 3 }))"}
], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}`

// sweepFolder is a folder with the notebook, and runs the command there.
func sweepFolder(t *testing.T) (dir string, built string) {
	t.Helper()
	dir = t.TempDir()
	notebook := filepath.Join(dir, "study.ipynb")
	if err := os.WriteFile(notebook, []byte(sweepNotebook), 0o666); err != nil {
		t.Fatal(err)
	}
	root, err := setup.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	built, err = buildProgram(context.Background(), root, notebook, sweepFlags{out: filepath.Join(dir, "with 'parts'"), shard: -1})
	if err != nil {
		t.Fatal(err)
	}
	return dir, built
}

// runProgram runs a program in a folder and returns what it prints.
func runProgram(t *testing.T, dir, built string, args ...string) (out, errs string, ok bool) {
	t.Helper()
	cmd := exec.Command(built, args...)
	cmd.Dir, cmd.Env = dir, []string{"PATH=/nonexistent"} // a node has neither Go nor Python
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	return stdout.String(), stderr.String(), err == nil
}

// The parts of a notebook's sweeps, computed by processes of their own, print and save
// the bytes of one process; a part that is missing is named.
func TestSweepInParts(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short: builds a program")
	}
	dir, built := sweepFolder(t)
	want, errs, ok := runProgram(t, dir, built, "-o", filepath.Join(dir, "whole"))
	if !ok || !strings.HasPrefix(want, "2 SGD α=0.5 to loss 0.3: ") {
		t.Fatalf("%q, %s", want, errs)
	}
	whole, err := os.ReadFile(filepath.Join(dir, "sweep.csv"))
	if err != nil {
		t.Fatal(err)
	}
	parts := filepath.Join(dir, "parts")
	for _, k := range []string{"2", "0", "2"} { // one ran twice, and one not at all
		if _, errs, ok := runProgram(t, dir, built, "-shard", k, "-of", "3", "-o", parts); !ok {
			t.Fatal(errs)
		}
	}
	if out, errs, ok := runProgram(t, dir, built, "-merge", "-o", parts); ok || out != "" || strings.Count(errs, "the parts 1 of 3") != 2 {
		t.Errorf("%q, %q, %v: want the missing part of both sweeps named", out, errs, ok)
	}
	if _, errs, ok := runProgram(t, dir, built, "-shard", "1", "-of", "3", "-o", parts); !ok {
		t.Fatal(errs)
	}
	if err := os.Remove(filepath.Join(dir, "sweep.csv")); err != nil {
		t.Fatal(err)
	}
	got, errs, ok := runProgram(t, dir, built, "-merge", "-o", parts)
	merged, err := os.ReadFile(filepath.Join(dir, "sweep.csv"))
	if !ok || got != want || err != nil || !bytes.Equal(merged, whole) {
		t.Errorf("%q, %s, %v: want %q and the same file", got, errs, err, want)
	}
}

// A part that is killed leaves no file, and is computed again as if it had never run.
func TestSweepPartKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short: builds a program")
	}
	dir, built := sweepFolder(t)
	if err := os.WriteFile(filepath.Join(dir, "slow"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(built, "-shard", "0", "-of", "3", "-o", "parts")
	cmd.Dir = dir
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for range 600 { // the program makes the folder, and then takes two seconds or more
		if _, err := os.Stat(filepath.Join(dir, "parts")); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	cmd.Process.Kill()
	if err := cmd.Wait(); err == nil {
		t.Fatal("the part was over before it was killed")
	}
	if left, err := os.ReadDir(filepath.Join(dir, "parts")); err != nil || len(left) != 0 {
		t.Errorf("%v, %v: want an empty folder", left, err)
	}
	if _, errs, ok := runProgram(t, dir, built, "-shard", "0", "-of", "3", "-o", "parts"); !ok || strings.Count(errs, "this part is there") != 2 {
		t.Errorf("%s", errs)
	}
}

func TestSweepMistakes(t *testing.T) {
	for args, want := range map[string]string{
		"":                               "want one, a file or a lesson",
		"a b":                            "want one, a file or a lesson",
		"a -shard 1":                     "the count is never guessed",
		"a -shard 3 -of 3":               "want a part from 0 to 2",
		"a -of 3":                        "want one of them",
		"a -merge -of 3":                 "want it alone",
		"a -slurm":                       "want 1 or more parts",
		"a -submit":                      "want both",
		"a -slurm -shard 0 -of 2":        "want one or the other",
		"../README.md -o " + t.TempDir(): "is not a notebook",
	} {
		var errs bytes.Buffer
		code := dispatch(context.Background(), append([]string{"sweep"}, strings.Fields(args)...), &bytes.Buffer{}, &errs)
		if code == exitOK || !strings.Contains(errs.String(), want) {
			t.Errorf("%q: code %d, %q; want %q", args, code, &errs, want)
		}
	}
}

// The array and its merge on a real Slurm of one node: a part is killed and requeued,
// another is deleted and named, and the merge prints what one process prints.
func TestSweepOnSlurm(t *testing.T) {
	longtest.Only(t)
	if _, err := exec.LookPath("sbatch"); err != nil {
		t.Skip("skipped: there is no Slurm here")
	}
	if out, err := exec.Command("sinfo", "-h").CombinedOutput(); err != nil {
		t.Skipf("skipped: Slurm does not answer: %s", out)
	}
	dir, built := sweepFolder(t)
	want, errs, ok := runProgram(t, dir, built, "-o", filepath.Join(dir, "whole"))
	if !ok {
		t.Fatal(errs)
	}
	submit := func(lines string) string {
		cmd := exec.Command("sh", "-c", lines)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	if err := os.WriteFile(filepath.Join(dir, "slow"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	said := submit(slurmScript(built, dir, "study", 8))
	array := regexp.MustCompile(`array (\d+)`).FindStringSubmatch(said)
	if array == nil {
		t.Fatal(said)
	}
	running := ""
	for range 100 {
		if running = strings.TrimSpace(submit("squeue -h -r -t RUNNING -j " + array[1] + " -o %i | head -n 1")); running != "" {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	submit("scontrol requeue " + running) // kills the part, and runs it again
	log := filepath.Join(filepath.Dir(built), "merge.log")
	wait := func() string {
		for range 400 { // Slurm waits two minutes before it runs a killed job again
			if out, _ := exec.Command("squeue", "-h").Output(); len(bytes.TrimSpace(out)) == 0 {
				data, err := os.ReadFile(log)
				if err != nil {
					t.Fatal(err)
				}
				return string(data)
			}
			time.Sleep(time.Second)
		}
		t.Fatal("the jobs are not over after 400 s")
		return ""
	}
	if got := wait(); got != want {
		t.Errorf("the merge prints %q: want %q", got, want)
	}
	if out, err := exec.Command("scontrol", "show", "job", running).Output(); err == nil && !bytes.Contains(out, []byte("Restarts=1")) {
		t.Errorf("part %s was not killed: %s", running, out)
	}
	paths, err := filepath.Glob(filepath.Join(filepath.Dir(built), "*.5-of-8.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%q, %v", paths, err)
	}
	for _, path := range paths {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	if _, errs, ok := runProgram(t, dir, built, "-merge", "-o", filepath.Dir(built)); ok || !strings.Contains(errs, "the parts 5 of 8") {
		t.Errorf("%q: want the deleted part named", errs)
	}
	submit("sbatch --wait --array=5 " + quote(filepath.Join(filepath.Dir(built), "part.sh")))
	if got, errs, ok := runProgram(t, dir, built, "-merge", "-o", filepath.Dir(built)); !ok || got != want {
		t.Errorf("%q, %s: want %q", got, errs, want)
	}
}

// The script for Slurm runs what it says and nothing else, whatever the names of the
// notebook and the folders are, and names no file to Slurm, which would read a % in it.
func TestSlurmScriptOfHostileNames(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("skipped: there is no shell")
	}
	top := t.TempDir()
	work := filepath.Join(top, `w $(touch pwned) %j 'a" `+"`touch pwned`")
	dir, bin := filepath.Join(work, `parts;touch pwned \%a`), filepath.Join(top, "bin")
	built := filepath.Join(dir, "program")
	for path, text := range map[string]string{
		built: "#!/bin/sh\necho \"$PWD\" \"$@\"\n",
		filepath.Join(bin, "sbatch"): `#!/bin/sh
echo "$@" >> "$BOUND"
for word; do [ "$last" = --wrap ] && wrap=$word; last=$word; done
cd "$ELSEWHERE"
if [ "$wrap" ]; then
	for word; do case $word in --chdir=*) cd "${word#--chdir=}";; esac; done
	sh -c "$wrap"
else
	SLURM_ARRAY_TASK_ID=3 sh "$last"; echo 7
fi
`,
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	bound := filepath.Join(top, "bound")
	cmd := exec.Command("sh", "-c", slurmScript(built, work, "study\ntouch pwned\n#.ipynb", 8))
	cmd.Dir = work
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "BOUND="+bound, "ELSEWHERE="+top)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for log, want := range map[string]string{"3.log": work + " -shard 3 -of 8 -o " + dir + "\n", "merge.log": work + " -merge -o " + dir + "\n"} {
		if got, err := os.ReadFile(filepath.Join(dir, log)); err != nil || string(got) != want {
			t.Errorf("%s is %q, error %v, want %q", log, got, err, want)
		}
	}
	part, err := os.ReadFile(filepath.Join(dir, "part.sh"))
	if err != nil {
		t.Fatal(err)
	}
	said, err := os.ReadFile(bound)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(said)+string(part), "\n") {
		if _, output, is := strings.Cut(line, "--output="); is && !strings.HasPrefix(output, "/dev/null") {
			t.Errorf("Slurm writes to %q", output)
		}
	}
	_ = filepath.WalkDir(top, func(path string, _ os.DirEntry, _ error) error {
		if filepath.Base(path) == "pwned" {
			t.Errorf("a name is run: %s", path)
		}
		return nil
	})
}
