package check

import (
	"math"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// Every kind of mistake ends in one sentence that names the number and helps.
func TestSentences(t *testing.T) {
	for _, test := range []struct {
		name   string
		checks func()
		says   string // "" if all hold
	}{
		{"right", func() { Near("a", 1+1e-12, 1, "hint") }, ""},
		{"zero", func() { Near("a", 1e-12, 0, "hint") }, ""},
		{"infinite", func() { Near("a", math.Inf(1), math.Inf(1), "hint") }, ""},
		{"wrong", func() { Near("Step(1)", 2, 1, "Mind the sign.") }, "✗ Step(1) is 2, and should be 1. Mind the sign."},
		{"off by a little", func() { Near("a", 1+1e-8, 1, "hint") }, "should be 1"},
		{"NaN", func() { Near("a", math.NaN(), 1, "hint") }, "a is NaN (0/0"},
		{"NaN expected finite", func() { Within("a", math.NaN(), 0, 1, "hint") }, "a is NaN"},
		{"infinite for finite", func() { Near("a", math.Inf(1), 1, "hint") }, "a is +Inf"},
		{"finite for infinite", func() { Near("a", 1e300, math.Inf(1), "hint") }, "should be +Inf"},
		{"prediction", func() { Predicted("the floor", 0.5, 0.1, 0.01, "Solve.") }, "your prediction is 0.5, which is too large. Solve."},
		{"prediction NaN", func() { Predicted("the floor", math.NaN(), 0.1, 0.01, "") }, "not a number"},
		{"long", func() { Equal("x", 1, 2, strings.Repeat("word αβγδ ", 40)) }, "word αβγδ word"},
		{"between", func() { Between("b", 3, 0, 1, "hint") }, "your answer is 3"},
		{"between NaN", func() { Between("b", math.NaN(), 0, 1, "hint") }, "your answer is NaN"},
		{"equal", func() { Equal("the word", "flat", "stiff", "hint") }, "the word is flat, and should be stiff"},
		{"true", func() { True("stability", false, "hint") }, "stability does not hold"},
		{"open", func() { panic(Open) }, "still open"},
		{"panic", func() { var s []int; _ = s[len(os.Args)] }, "Your code panicked: runtime error: index out of range"},
		{"open in another process", func() { panic(Panic{Text: Open}) }, "still open"},
		{"panic in another process", func() { panic(Panic{Text: "too small", Stack: "f()\n\tpath/Cell[4]:2 +0x1b"}) }, "Your code panicked: too small (cell[4]:2)"},
		{"leaves", func() { runtime.Goexit() }, "leaves by runtime.Goexit"},
		{"later check", func() { Equal("x", 1, 1, ""); Equal("y", 1, 2, "") }, "y is 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			holds := run(&out, time.Minute, test.checks)
			said := strings.Join(strings.Fields(out.String()), " ")
			if holds != (test.says == "") || !strings.Contains(said, test.says) {
				t.Errorf("holds: %v, said %q, want %q", holds, &out, test.says)
			}
			for line := range strings.Lines(out.String()) {
				if n := utf8.RuneCountInString(line); n > columns+1 {
					t.Errorf("a line has %d columns: %q", n, line)
				}
			}
		})
	}
}

func TestPredictionsAreNotGivenAway(t *testing.T) {
	var out strings.Builder
	run(&out, time.Minute, func() { Predicted("the floor", 0.5, 0.1234, 0.01, "Solve.") })
	if strings.Contains(out.String(), "0.1234") {
		t.Errorf("the sentence says the answer: %s", &out)
	}
}

func TestLoopEnds(t *testing.T) {
	var out strings.Builder
	stop := make(chan bool)
	defer close(stop)
	if run(&out, 50*time.Millisecond, func() { <-stop }) || !strings.Contains(out.String(), "did not come back within 50ms") {
		t.Errorf("said %q", &out)
	}
}

// A failed check ends the program with an error and writes nothing to stderr,
// and neither do traces.
func TestExitCodeAndStderr(t *testing.T) {
	if scene := os.Getenv("CHECK_SCENE"); scene != "" {
		Run(func() {
			println("a trace")
			os.Stderr.WriteString("another\n")
			Equal("the scene", scene, "right", "")
		})
		os.Exit(0)
	}
	for scene, code := range map[string]int{"right": 0, "wrong": 1} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestExitCodeAndStderr$")
		cmd.Env = append(os.Environ(), "CHECK_SCENE="+scene)
		var stdout, stderr strings.Builder
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		cmd.Run()
		if got := cmd.ProcessState.ExitCode(); got != code || stderr.String() != "" || !strings.Contains(stdout.String(), "a trace\nanother\n") {
			t.Errorf("%s: exit code %d, want %d; stdout %q, stderr %q", scene, got, code, &stdout, &stderr)
		}
	}
}
