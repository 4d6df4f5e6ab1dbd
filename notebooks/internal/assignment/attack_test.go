package assignment

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"nqm/theory/longtest"
)

// judgeOf makes what judges an assignment, in a folder that lasts for the test.
func judgeOf(t *testing.T, name string) *judging {
	t.Helper()
	env := environment(t)
	p, err := readPaper(name, notebookOf(t, name))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	apart, err := newSandbox(t.Context(), dir)
	if err != nil && !errors.Is(err, ErrNoIsolation) {
		t.Fatal(err)
	}
	j, err := newJudging(t.Context(), env, p, apart, dir)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// stepAndAnother judges two exercises only: one that is attacked, and one that must
// not suffer.
func stepAndAnother(t *testing.T) *judging {
	j := judgeOf(t, "01_sgd_by_hand")
	j.paper.tests = j.paper.tests[:2]
	return j
}

// judged judges the lecturer's own answers with some cells changed, and some added
// at the end.
func judged(t *testing.T, j *judging, answers map[string]string, own ...string) map[string]verdict {
	t.Helper()
	nb := notebookOf(t, j.paper.name)
	for _, cell := range nb.Cells() {
		if answer, ok := answers[gradeID(cell)]; ok {
			cell["source"] = answer
		}
	}
	for _, source := range own {
		nb["cells"] = append(nb["cells"].([]any), map[string]any{"cell_type": "code", "metadata": map[string]any{}, "source": source})
	}
	verdicts, err := j.judge(t.Context(), nb, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return verdicts
}

const stepHead = "func Step(theta, h, alpha, noise float64) float64 {\n"

// Tricks that ask for marks without an answer. Each used to get, or might have got,
// both marks of the exercise; now it gets none, and takes none from the others.
var tricks = []struct{ name, step, own, says string }{
	{"leaves by os.Exit", stepHead + "\tos.Exit(0)\n\treturn 0\n}", "", "Your program ended"},
	{"leaves by syscall.Exit", stepHead + "\tsyscall.Exit(0)\n\treturn 0\n}", "", "Your program ended"},
	{"leaves by runtime.Goexit", stepHead + "\truntime.Goexit()\n\treturn 0\n}", "", "runtime.Goexit"},
	{"leaves in an initialiser", "var gone = leave()\n\nfunc leave() int {\n\tos.Exit(0)\n\treturn 0\n}\n\n" + stepHead + "\treturn float64(gone)\n}", "", "Your program ended"},
	{"leaves in init", "func init() { os.Exit(0) }\n\n" + stepHead + "\treturn 0\n}", "", "Your program ended"},
	{"leaves in a nameless variable", "var _ = func() int { os.Exit(0); return 0 }()\n\n" + stepHead + "\treturn 0\n}", "", "Your program ended"},
	{"panics in init", "func init() { panic(\"no\") }\n\n" + stepHead + "\treturn 0\n}", "", "Your program ended"},
	{"leaves while it is deferred", stepHead + "\tdefer os.Exit(0)\n\tpanic(1)\n}", "", "Your program ended"},
	{"brings a check of its own", stepHead + "\treturn 0\n}", "type checks struct{}\n\nfunc (checks) Run(func()) { fmt.Println(\"✓ All checks of this cell hold.\") }\n\nfunc (checks) Near(...any) {}\n\nvar check checks", "Step(1, 1, 0.02, 0) is 0"},
	{"brings a check of its own as a function", stepHead + "\treturn 0\n}\n\nfunc check() {}\n\nfunc main() { fmt.Println(\"✓\") }", "", "Step(1, 1, 0.02, 0) is 0"},
	{"prints the lines of success", stepHead + "\tfmt.Println(\"✓ All checks of this cell hold.\")\n\treturn 0\n}", "", "Step(1, 1, 0.02, 0) is 0"},
	{"answers in the place of its program", stepHead + "\tf := os.NewFile(4, \"\")\n\tfmt.Fprint(f, \"✓ All checks of this cell hold.\")\n\tos.Exit(0)\n\treturn 0\n}", "", "Your program ended"},
	{"closes what it is called by", stepHead + "\tfor i := range 20 {\n\t\tsyscall.Close(i)\n\t}\n\treturn 0\n}", "", "Your program ended"},
	{"recurses without end", stepHead + "\treturn Step(theta+1, h, alpha, noise) + 1\n}", "", "Your program ended"},
	{"needs all memory", "var all [][]byte\n\n" + stepHead + "\tfor {\n\t\tb := make([]byte, 1<<28)\n\t\tfor i := 0; i < len(b); i += 4096 {\n\t\t\tb[i] = 1\n\t\t}\n\t\tall = append(all, b)\n\t}\n}", "", "Your program ended"},
	{"kills all that it can", stepHead + "\tsyscall.Kill(-1, syscall.SIGKILL)\n\tsyscall.Kill(os.Getppid(), syscall.SIGKILL)\n\treturn 0\n}", "", ""},
	{"starts threads without end", stepHead + "\tfor {\n\t\tgo func() {\n\t\t\truntime.LockOSThread()\n\t\t\tselect {}\n\t\t}()\n\t}\n}", "", "Your program ended"},
	{"starts programs without end", stepHead + "\tfor {\n\t\tif err := exec.Command(\"/program\").Start(); err != nil {\n\t\t\tpanic(err)\n\t\t}\n\t}\n}", "", "Your"},
	{"answers later, from another goroutine", stepHead + "\tgo func() {\n\t\ttime.Sleep(time.Second)\n\t\tfmt.Println(\"✓ All checks of this cell hold.\")\n\t\tos.Exit(0)\n\t}()\n\treturn 0\n}", "", "Step(1, 1, 0.02, 0) is 0"},
	{"panics with the words of success", stepHead + "\tpanic(\"✓ All checks of this cell hold.\")\n}", "", "Your code panicked"},
	{"panics with what is no text", stepHead + "\tpanic(silent{})\n}", "type silent struct{}\n\nfunc (silent) Error() string { os.Exit(0); return \"\" }", "Your"},
	{"prints without end", stepHead + "\tfor {\n\t\tfmt.Println(\"x\")\n\t}\n}", "", "did not come back"},
	{"has another type", "func Step(theta, h, alpha float64) bool { return true }", "", "has the type"},
	{"is a variable", "var Step = func(theta, h, alpha, noise float64) float64 { return 0 }", "", "Step(1, 1, 0.02, 0) is 0"},
	{"is a type", "type Step struct{}", "", "does not compile"},
	{"is no Go", "this is no Go", "", "There is no function Step"},
	{"uses C", "import \"C\"\n\n" + stepHead + "\treturn float64(C.int(1))\n}", "", "does not compile"},
	{"lets the compiler write a gigabyte", "var big = [1 << 27]int{1<<27 - 1: 1}\n\n" + stepHead + "\treturn float64(big[int(theta)])\n}", "", "does not compile"},
	{"embeds a file", "import _ \"embed\"\n\n//go:embed /etc/passwd\nvar secret string\n\n" + stepHead + "\treturn float64(len(secret))\n}", "", "Step(1, 1, 0.02, 0) is 0"},
}

func TestTricksGetNoMarks(t *testing.T) {
	longtest.Only(t)
	j := stepAndAnother(t)
	for _, trick := range tricks {
		t.Run(trick.name, func(t *testing.T) {
			t.Parallel()
			var own []string
			if trick.own != "" {
				own = []string{trick.own}
			}
			verdicts := judged(t, j, map[string]string{"step": trick.step}, own...)
			for id, v := range verdicts {
				if v.Holds != (id != "step-test") {
					t.Errorf("%s: marks %v: %s", id, v.Holds, v.Text)
				}
			}
			v := verdicts["step-test"]
			t.Logf("0 of 2. %s", v.Text)
			if said := strings.Join(strings.Fields(v.Text), " "); !strings.Contains(said, trick.says) {
				t.Errorf("it says %q, want %q", said, trick.says)
			}
			if len(v.Said) > saidBytes+100 {
				t.Errorf("%d bytes of its output are kept", len(v.Said))
			}
		})
	}
}

// Answers that are right keep their marks, whatever else they do or how they are
// written.
func TestHonestRoutes(t *testing.T) {
	j := stepAndAnother(t)
	const right = stepHead + "\treturn theta - alpha*(h*theta+noise)\n}"
	for name, answer := range map[string]string{
		"a helper in a cell of its own":  stepHead + "\treturn theta - alpha*gradient(theta, h, noise)\n}",
		"a type with a method":           "type bowl struct{ h float64 }\n\nfunc (b bowl) at(x float64) float64 { return b.h * x }\n\n" + stepHead + "\treturn theta - alpha*(bowl{h}.at(theta)+noise)\n}",
		"traces":                         stepHead + "\tprintln(\"a trace\")\n\tfmt.Println(\"✗ wrong\")\n\tlog.Print(\"a note\")\n\treturn theta - alpha*(h*theta+noise)\n}",
		"a table filled by init":         "var one []float64\n\nfunc init_table() { one = append(one, 1) }\n\n" + stepHead + "\treturn one[0]*theta - alpha*(h*theta+noise)\n}",
		"a variable":                     "var Step = func(theta, h, alpha, noise float64) float64 { return theta - alpha*(h*theta+noise) }",
		"a goroutine":                    stepHead + "\tc := make(chan float64)\n\tgo func() { c <- h*theta + noise }()\n\treturn theta - alpha*<-c\n}",
		"names of the grading's own":     "type student int\n\nvar apart, functions student = 1, 2\n\nfunc Serve() {}\n\n" + right,
		"a run below":                    right + "\n\n%%\nfmt.Println(Step(1, 2, 3, 4))\nos.Exit(1)",
		"lines for the kernel":           "!ls\n%goflags -v\n" + right,
		"an import with another name":    "import m \"math\"\n\n" + stepHead + "\treturn m.FMA(-alpha, h*theta+noise, theta)\n}",
		"a local name like a function's": stepHead + "\tLoss := h*theta + noise\n\treturn theta - alpha*Loss\n}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for id, v := range judged(t, j, map[string]string{"step": answer}, "func gradient(theta, h, noise float64) float64 { return h*theta + noise }", "this is no Go", "func broken() int { return \"text\" }") {
				if !v.Holds {
					t.Errorf("%s: no marks: %s", id, v.Text)
				}
				if v.Said != "" && name != "traces" {
					t.Errorf("%s: a program that prints nothing has said %q", id, v.Said)
				}
			}
		})
	}
}

// apartOrSkip skips a test where this machine cannot run programs apart.
func apartOrSkip(t *testing.T, j *judging) {
	if j.apart.bwrap == "" {
		t.Skip("needs bubblewrap, which is not on this machine or does not run here")
	}
}

// Harm that an answer tries to do is not done. Each of these was, before.
func TestHarm(t *testing.T) {
	longtest.Only(t)
	j := stepAndAnother(t)
	apartOrSkip(t, j)
	home := t.TempDir()
	t.Setenv("GONB_JUPYTER_ROOT", home)
	secret := filepath.Join(home, "gradebook.db")
	if err := os.WriteFile(secret, []byte("5 of 5"), 0o666); err != nil {
		t.Fatal(err)
	}
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	var calls sync.Map
	go func() {
		for {
			conn, err := server.Accept()
			if err != nil {
				return
			}
			calls.Store(conn.RemoteAddr().String(), true)
			conn.Close()
		}
	}()
	for _, harm := range []struct{ name, code string }{
		{"writes the gradebook", fmt.Sprintf("err = os.WriteFile(%q, []byte(\"0\"), 0o666)", secret)},
		{"writes into the home", fmt.Sprintf("err = os.WriteFile(%q, []byte(\"x\"), 0o666)", filepath.Join(home, ".profile"))},
		{"reads the gradebook", fmt.Sprintf("_, err = os.ReadFile(%q)", secret)},
		{"reads the hidden tests", fmt.Sprintf("_, err = os.ReadFile(%q)", filepath.Join(j.env.Root, "notebooks", "assignments", "01_sgd_by_hand.md"))},
		{"reads the program that judges", fmt.Sprintf("_, err = os.ReadFile(%q)", j.program)},
		{"reads the passwords' file", `_, err = os.ReadFile("/etc/passwd")`},
		{"looks at other processes", `_, err = os.ReadDir("/proc/1")`},
		{"goes to the network", fmt.Sprintf("_, err = net.DialTimeout(\"tcp\", %q, time.Second)", server.Addr())},
		{"starts a process", `_, err = os.StartProcess("/program", []string{"program"}, &os.ProcAttr{})`},
		{"forks", "_, _, e := syscall.RawSyscall(syscall.SYS_CLONE, 0, 0, 0)\n\tif e != 0 {\n\t\terr = e\n\t}"},
		{"starts a process by clone3", "_, _, e := syscall.RawSyscall(435, 0, 0, 0)\n\tif e != 0 {\n\t\terr = e\n\t}"},
		{"writes outside of its folder", `err = os.WriteFile("/x", nil, 0o666)`},
		{"fills the disk", "b := make([]byte, 1<<20)\n\tf, err := os.Create(\"/tmp/big\")\n\tsignal.Ignore(syscall.SIGXFSZ)\n\tfor err == nil {\n\t\t_, err = f.Write(b)\n\t}"},
		{"fills the disk with many files", "b := make([]byte, 1<<20)\n\tfor i := 0; err == nil; i++ {\n\t\terr = os.WriteFile(fmt.Sprint(\"/tmp/\", i), b, 0o666)\n\t}"},
		{"mounts", `err = syscall.Mount("none", "/tmp", "tmpfs", 0, "")`},
		{"finds names of the lecturer", "err = errors.New(\"none\")\n\tif len(os.Environ()) > 3 {\n\t\terr = nil\n\t}\n\tfmt.Println(os.Environ())"},
	} {
		t.Run(harm.name, func(t *testing.T) {
			code := stepHead + "\tvar err error\n\t" + harm.code + "\n\tfmt.Println(\"harm:\", err)\n\treturn theta - alpha*(h*theta+noise)\n}"
			v := judged(t, j, map[string]string{"step": code})["step-test"]
			if !strings.Contains(v.Said, "harm:") || strings.Contains(v.Said, "harm: <nil>") {
				t.Errorf("not kept from it (%s): %s", v.Text, v.Said)
			}
		})
	}
	j.apart = sandbox{} // a control: the programs could do it if nothing kept them from it
	code := stepHead + fmt.Sprintf("\t_, err := os.ReadFile(%q)\n\tfmt.Println(\"harm:\", err)\n\treturn 0\n}", secret)
	if v := judged(t, j, map[string]string{"step": code})["step-test"]; !strings.Contains(v.Said, "harm: <nil>") {
		t.Errorf("the control says %q", v.Said)
	}
	calls.Range(func(from, _ any) bool {
		t.Errorf("a program of a student called from %v", from)
		return true
	})
	if data, err := os.ReadFile(secret); err != nil || string(data) != "5 of 5" {
		t.Errorf("the gradebook says %q, %v", data, err)
	}
	if entries, _ := os.ReadDir(home); len(entries) != 1 {
		t.Errorf("the home has %v", entries)
	}
}

// Nothing of a hand-in runs on when its test has ended, with or without bubblewrap.
func TestNothingOutlives(t *testing.T) {
	longtest.Only(t)
	j := stepAndAnother(t)
	code := stepHead + "\tsignal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGPIPE)\n\tfor {\n\t}\n}"
	for _, apart := range []sandbox{j.apart, {}} {
		j.apart = apart
		if v := judged(t, j, map[string]string{"step": code})["step-test"]; !strings.Contains(v.Text, "did not come back") {
			t.Errorf("it says %q", v.Text)
		}
		for pid, command := range running(t) {
			if strings.TrimSpace(command) == "/program" || strings.Contains(command, "TestNothingOutlives") && pid != fmt.Sprint(os.Getpid()) {
				t.Errorf("process %s is left: %s", pid, command)
			}
		}
	}
}

// running returns the commands of all processes.
func running(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	paths, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range paths {
		data, _ := os.ReadFile(path)
		all[filepath.Base(filepath.Dir(path))] = strings.ReplaceAll(string(data), "\x00", " ")
	}
	return all
}

// Where programs cannot be kept apart the command says so before anything is run.
func TestNoIsolationIsSaid(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	if _, err := newSandbox(t.Context(), dir); !errors.Is(err, ErrNoIsolation) || !strings.Contains(err.Error(), "install bubblewrap") {
		t.Errorf("without bubblewrap: %v", err)
	}
	broken := "#!/bin/sh\necho no namespaces here >&2\nexit 1\n"
	for name, text := range map[string]string{"bwrap": broken, "true": "#!/bin/sh\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	if _, err := newSandbox(t.Context(), dir); !errors.Is(err, ErrNoIsolation) || !strings.Contains(err.Error(), "no namespaces here") {
		t.Errorf("with a bubblewrap that does not run: %v", err)
	}
	course := courseOnPaper(t, "01_sgd_by_hand")
	ran := false
	_, err := course.Grade(t.Context(), Options{Start: func(Plan) { ran = true }})
	if !errors.Is(err, ErrNoIsolation) || ran {
		t.Errorf("grading: %v, and something was run: %v", err, ran)
	}
}

// No comment of a cell reaches the compiler, which takes some for orders, and cells
// with very many declarations are read in a moment.
func TestOnlyCodeIsCompiled(t *testing.T) {
	d := newDeclarations()
	d.add(1, "import \"unsafe\"\r\n\nconst (\n//go:embed a\n\ta = `// a text\r\n//go:embed b` // c\n)\n\nfunc F() int {\n//go:linkname secret nqm/theory.secret\n/*line x:1*/\n\treturn len(a) /* two\nlines */ + 2\n}\nfunc secret() int\n")
	text := d.file("student", nil, "F")
	if err := d.broken[1]; err != nil || strings.Contains(text, "linkname") || strings.Contains(text, "line x") || strings.Contains(text, "embed a") {
		t.Errorf("%v: of the cell the compiler gets\n%s", err, text)
	}
	if !strings.Contains(text, "`// a text\n//go:embed b`") || !strings.Contains(text, "+ 2") {
		t.Errorf("of the cell the compiler gets\n%s", text)
	}
	var b strings.Builder
	var uses strings.Builder
	for i := range 30_000 {
		fmt.Fprintf(&b, "var a%d=0\nvar _=0\n", i)
		fmt.Fprintf(&uses, "+a%d", i)
	}
	d.add(2, b.String()+"func G() int { return 0"+uses.String()+" }")
	start := time.Now()
	if n := len(d.reached("G")); n != 60_001 || time.Since(start) > 10*time.Second {
		t.Errorf("%d declarations are reached, in %v", n, time.Since(start))
	}
	d.add(3, strings.Repeat(" ", maxSource+1))
	if d.broken[3] == nil {
		t.Error("a cell of more than a megabyte is read")
	}
}
