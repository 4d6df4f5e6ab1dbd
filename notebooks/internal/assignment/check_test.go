package assignment

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"nqm/notebooks/internal/lesson"
	"nqm/theory/longtest"
)

// Every assignment gives its own answers all marks and an open one none; and what
// its visible checks let through its hidden ones find: the first and the last of them,
// all with NQM_LONG=1.
func TestAssignments(t *testing.T) {
	env := environment(t)
	assignments, err := All(env.Root)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range assignments {
		if !longtest.Wanted() && 0 < i && i < len(assignments)-1 {
			continue
		}
		t.Run(a.Name, func(t *testing.T) {
			t.Parallel()
			faults, err := Check(t.Context(), env, a.Text(), Options{})
			if errors.Is(err, ErrNoIsolation) {
				faults, err = Check(t.Context(), env, a.Text(), Options{WithoutIsolation: true})
			}
			if err != nil || len(faults) > 0 {
				t.Errorf("%v\n%s", err, strings.Join(faults, "\n"))
			}
		})
	}
}

// The template is an assignment without a fault, and what is wrong with a changed one
// is named.
func TestCheckFindsFaults(t *testing.T) {
	longtest.Only(t)
	env := environment(t)
	text, err := files.ReadFile("course/template.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ change, with, says string }{
		{``, "", ""},
		{`return 2 \* x`, "return 3 * x", "the answer in the text gets no marks"},
		{`(?s)\t// BEGIN HIDDEN.*?END HIDDEN TESTS\n`, "", "a wrong answer gets the marks"},
		{`check.Near\("Double\(2\)", Double\(2\), 4`, `check.Near("Double(5)", Double(5), 10`, "found by what is visible already"},
		{"(?s)```go wrong=.*?\n```\n", "", "no wrong answer is given"},
		{`wrong="double-test"`, `wrong="no-such-test"`, "which there is not"},
		{`(?m)^## 1.*$`, "", "no heading"},
		{`\*\*Time and lessons`, "**When", "how long it takes"},
	} {
		path := filepath.Join(t.TempDir(), "own.md")
		changed := regexp.MustCompile(test.change).ReplaceAllString(string(text), test.with)
		if test.change == "" {
			changed = string(text)
		}
		if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
			t.Fatal(err)
		}
		faults, err := Check(t.Context(), env, path, Options{WithoutIsolation: true})
		if err != nil {
			t.Fatal(err)
		}
		if said := strings.Join(faults, "\n"); (said == "") != (test.says == "") || !strings.Contains(said, test.says) {
			t.Errorf("%q: it says %q, want %q", test.change, said, test.says)
		}
	}
}

// An answer that uses nqm where its exercise asks for the algorithm gets no marks,
// however it names the package.
func TestOtherRoutesGetNoMarks(t *testing.T) {
	longtest.Only(t)
	j := judgeOf(t, "01_sgd_by_hand")
	for i := range j.paper.tests {
		if j.paper.tests[i].id == "loss-test" {
			j.paper.tests = j.paper.tests[i : i+1]
			break
		}
	}
	const head = "func Loss(curvature []float64, alpha, batch float64, t int) float64 {\n"
	for name, answer := range map[string]string{
		"by its name":          head + "\tp, _ := theory.List(curvature...)\n\tl, _ := theory.ExpectedLoss(p, t, theory.SGD(alpha).Batch(batch))\n\treturn l\n}",
		"under another name":   "import math2 \"nqm/theory\"\n\n" + head + "\tp, _ := math2.List(curvature...)\n\tl, _ := math2.ExpectedLoss(p, t, math2.SGD(alpha).Batch(batch))\n\treturn l\n}",
		"without a name":       "import . \"nqm/theory\"\n\n" + head + "\tp, _ := List(curvature...)\n\tl, _ := ExpectedLoss(p, t, SGD(alpha).Batch(batch))\n\treturn l\n}",
		"as a value":           "var expected = theory.ExpectedLoss\n\n" + head + "\tp, _ := theory.List(curvature...)\n\tl, _ := expected(p, t, theory.SGD(alpha).Batch(batch))\n\treturn l\n}",
		"in another function":  "func other(h []float64) theory.Problem {\n\tp, _ := theory.List(h...)\n\treturn p\n}\n\n" + head + "\tl, _ := theory.ExpectedLoss(other(curvature), t, theory.SGD(alpha).Batch(batch))\n\treturn l\n}",
		"in a method":          "type m struct{}\n\nfunc (m) loss(h []float64, alpha, batch float64, t int) float64 {\n\tp, _ := theory.List(h...)\n\tl, _ := theory.ExpectedLoss(p, t, theory.SGD(alpha).Batch(batch))\n\treturn l\n}\n\n" + head + "\treturn m{}.loss(curvature, alpha, batch, t)\n}",
		"by the other package": head + "\treturn nqmkit.Expect(nqmkit.List(curvature...), t, nqmkit.SGD(alpha).Batch(batch))[0].Loss[t]\n}",
	} {
		v := judged(t, j, map[string]string{"loss": answer})["loss-test"]
		if v.Holds || !strings.Contains(v.Text, "asks you to do yourself") && name != "by the other package" {
			t.Errorf("%s: marks %v: %s", name, v.Holds, v.Text)
		}
	}
	unlimited := *j
	unlimited.paper = &paper{name: j.paper.name, tests: []test{j.paper.tests[0]}, shared: j.paper.shared, signatures: j.paper.signatures, given: j.paper.given}
	unlimited.paper.tests[0].limited = false
	v := judged(t, &unlimited, map[string]string{"loss": head + "\tp, _ := theory.List(curvature...)\n\tl, _ := theory.ExpectedLoss(p, t, theory.SGD(alpha).Batch(batch))\n\treturn l\n}"})["loss-test"]
	if !v.Holds {
		t.Errorf("without check.Uses the same answer gets no marks: %s", v.Text)
	}
}

// notebookOf reads an assignment's text.
func notebookOf(t *testing.T, name string) lesson.Notebook {
	t.Helper()
	nb, err := ReadText(filepath.Join("..", "..", "assignments", name+".md"))
	if err != nil {
		t.Fatal(err)
	}
	return nb
}

// An answer that is always the same gets no marks in any assignment, not one that is
// no number either: comparisons with NaN are all false.
func TestConstantAnswersGetNoMarks(t *testing.T) {
	longtest.Only(t)
	env := environment(t)
	assignments, err := All(env.Root)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range assignments {
		t.Run(a.Name, func(t *testing.T) {
			t.Parallel()
			j := judgeOf(t, a.Name)
			if len(j.paper.tests) == 0 {
				t.Skip("has no tests")
			}
			for _, numbers := range [][2]string{{"0", "0"}, {"1", "1"}, {"math.NaN()", "-1 << 63"}, {"math.Inf(1)", "1<<63 - 1"}, {"math.Inf(-1)", "-1"}} {
				var answers strings.Builder
				for name, signature := range j.paper.signatures {
					answers.WriteString(constant(t, name, signature, numbers[0], numbers[1]))
				}
				nb := notebookOf(t, a.Name)
				nb["cells"] = append(nb["cells"].([]any), map[string]any{"cell_type": "code", "source": answers.String()})
				d := j.paper.declarations(nb)
				for _, test := range j.paper.tests {
					program := filepath.Join(t.TempDir(), test.id)
					if err := j.build(t.Context(), d, program, test.functions); err != nil {
						t.Fatal(err)
					}
					if v := j.run(t.Context(), test, program); v.Holds {
						t.Errorf("%s: answers that are always %s get marks", test.id, numbers[0])
					}
				}
			}
		})
	}
}

// constant is a function that returns the given numbers, in whatever its results hold.
func constant(t *testing.T, name, signature, float, integer string) string {
	t.Helper()
	expression, err := parser.ParseExpr(signature)
	if err != nil {
		t.Fatal(err)
	}
	value := func(of string) (string, bool) {
		switch of {
		case "float64":
			return float, true
		case "int":
			return integer, true
		case "bool":
			return "true", true
		}
		return "", false
	}
	body, results := "", expression.(*ast.FuncType).Results
	var kinds []string
	for _, field := range results.List {
		for range max(1, len(field.Names)) {
			kinds = append(kinds, types.ExprString(field.Type))
		}
	}
	var parts []string
	for i, of := range kinds {
		body += fmt.Sprintf("\tvar r%d %s\n", i, of)
		if v, ok := value(of); ok {
			body += fmt.Sprintf("\tr%d = %s\n", i, v)
		} else if v, ok := value(strings.TrimPrefix(of, "[]")); ok {
			body += fmt.Sprintf("\tfor range 1000 {\n\t\tr%d = append(r%d, %s)\n\t}\n", i, i, v)
		}
		parts = append(parts, fmt.Sprint("r", i))
	}
	return fmt.Sprintf("func %s%s {\n%s\treturn %s\n}\n\n", name, strings.TrimPrefix(signature, "func"), body, strings.Join(parts, ", "))
}
