// Package check is what the tests of an assignment call: it runs a student's
// code with care and says, in a sentence to learn from, what is wrong with it.
//
//	check.Run(func() {
//		check.Near("Step(1, 50, 0.02, 0)", Step(1, 50, 0.02, 0), 0, "αh is 1 here: the step ends in the minimum")
//	})
//
// A check that fails ends its cell with an error, which is what nbgrader takes
// the marks for; the other cells run on. So does code that panics, and code
// that has not come back within Limit. What the code under test writes to
// stderr is shown like any other output: a trace costs no marks.
package check

import (
	"fmt"
	"io"
	"math"
	"os"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"
)

// Limit is how long the code under test may take in one cell.
const Limit = 10 * time.Second

// Open is what the code panics with that stands for an answer not given yet.
const Open = "this exercise is still open"

// Digits is the relative error that Near allows: the answer need not have been
// summed in the same order.
const Digits = 1e-9

// Run runs the checks of one cell. It prints one line if all hold; at the first
// that does not it prints why and ends the program with exit code 1.
func Run(checks func()) {
	stderrToStdout()
	if !run(os.Stdout, Limit, checks) {
		os.Exit(1)
	}
}

// failure is what ends the checks of a cell: a sentence for the student.
type failure string

// run is Run on any writer, and reports whether all checks hold.
func run(w io.Writer, limit time.Duration, checks func()) bool {
	ended := make(chan string, 1)
	go func() {
		wrong := "Your code leaves by runtime.Goexit before the checks are done."
		defer func() {
			if p := recover(); p != nil {
				wrong = sentence(p)
			}
			ended <- wrong
		}()
		checks()
		wrong = ""
	}()
	var wrong string
	select {
	case wrong = <-ended:
	case <-time.After(limit):
		wrong = fmt.Sprintf("Your code did not come back within %v: does every loop end, and is the work proportional to what is asked?", limit)
	}
	if wrong != "" {
		fmt.Fprintln(w, wrapped("✗ "+wrong))
		return false
	}
	fmt.Fprintln(w, "✓ All checks of this cell hold.")
	return true
}

// columns is how wide a line may be: a page of feedback cuts longer ones.
const columns = 88

// wrapped breaks s into lines, between words.
func wrapped(s string) string {
	var b strings.Builder
	width := 0
	for i, word := range strings.Fields(s) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case width+1+n > columns:
			b.WriteString("\n  ")
			width = 2
		default:
			b.WriteByte(' ')
			width++
		}
		b.WriteString(word)
		width += n
	}
	return b.String()
}

// A Panic is one of code that ran in another process: what it panicked with, and
// the stack.
type Panic struct{ Text, Stack string }

// sentence says what ended the checks.
func sentence(panicked any) string {
	if f, ok := panicked.(failure); ok {
		return string(f)
	}
	p, ok := panicked.(Panic)
	if !ok {
		p = Panic{Text: fmt.Sprint(panicked), Stack: string(debug.Stack())}
	}
	if p.Text == Open {
		return "This exercise is still open: write your answer in the cell above."
	}
	return fmt.Sprintf("Your code panicked: %.1000s%s", p.Text, where(p.Stack))
}

// where returns the place in a cell that a stack trace names first.
func where(stack string) string {
	for line := range strings.Lines(stack) {
		if _, place, found := strings.Cut(line, "Cell"); found {
			place, _, _ = strings.Cut(strings.TrimSpace(place), " +0x")
			return " (cell" + place + ")"
		}
	}
	return ""
}

// Uses names all that an answer may use of nqm besides the types of its arguments
// and results, as in "theory.StepsToTarget"; nothing named, and it may use nothing.
// The grading reads the answer and all that it calls for it; in a notebook Uses
// does nothing.
func Uses(names ...string) {}

// Near wants got within the relative error Digits of want.
func Near(what string, got, want float64, hint string) { Within(what, got, want, Digits, hint) }

// Within wants |got - want| <= tolerance·|want|; |got| <= tolerance where want
// is 0; an infinity where want is one.
func Within(what string, got, want, tolerance float64, hint string) {
	if near(got, want, tolerance) {
		return
	}
	Fail("%s is %s, and should be %s. %s", what, number(got), number(want), hint)
}

func near(got, want, tolerance float64) bool {
	switch {
	case got == want:
		return true
	case math.IsInf(want, 0):
		return false
	case want == 0:
		return math.Abs(got) <= tolerance
	}
	return math.Abs(got-want) <= tolerance*math.Abs(want)
}

// Between wants low <= got <= high. Its sentence does not say what is right:
// it is for predictions.
func Between(what string, got, low, high float64, hint string) {
	if !(low <= got && got <= high) {
		Fail("%s: your answer is %s. %s", what, number(got), hint)
	}
}

// Predicted wants a prediction within the relative tolerance of want. Its
// sentence does not give the answer away.
func Predicted(what string, got, want, tolerance float64, hint string) {
	if near(got, want, tolerance) {
		return
	}
	Fail("%s: your prediction is %s, which is %s. %s", what, number(got), off(got, want), hint)
}

// off says how far a prediction is from the truth without saying the truth.
func off(got, want float64) string {
	switch {
	case math.IsNaN(got):
		return "not a number"
	case got < want:
		return "too small"
	}
	return "too large"
}

// Equal wants got and want to be the same.
func Equal[T comparable](what string, got, want T, hint string) {
	if got != want {
		Fail("%s is %v, and should be %v. %s", what, got, want, hint)
	}
}

// True wants what to hold.
func True(what string, holds bool, hint string) {
	if !holds {
		Fail("%s does not hold. %s", what, hint)
	}
}

// Fail ends the checks with a sentence for the student.
func Fail(format string, a ...any) {
	panic(failure(strings.TrimSpace(fmt.Sprintf(format, a...))))
}

// number writes x with as many digits as a reader compares.
func number(x float64) string {
	switch {
	case math.IsInf(x, 1):
		return "+Inf"
	case math.IsNaN(x):
		return "NaN (0/0, or Inf - Inf)"
	}
	return fmt.Sprintf("%.10g", x)
}
