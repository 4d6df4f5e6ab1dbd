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

// executed executes cells, as they stand, in a notebook in a folder of its own.
func executed(t *testing.T, worker *lesson.Worker, cells ...string) (done []lesson.Cell) {
	t.Helper()
	l := lesson.Lesson{Dir: t.TempDir(), Name: "cells"}
	var text strings.Builder
	for _, c := range cells {
		fmt.Fprintf(&text, "```go\n%s\n```\n\n", strings.TrimSpace(c))
	}
	if err := os.WriteFile(l.Text(), []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := worker.Execute(l, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	nb, err := lesson.ReadNotebook(l.Notebook())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range nb.Cells() {
		if c.Source() != "" { // Jupytext's, at the end
			done = append(done, c)
		}
	}
	return done
}

// runCells returns the outputs of cells, those of each as one text.
func runCells(t *testing.T, cells ...string) (outputs []string) {
	t.Helper()
	worker, _ := startWorker(t)
	for _, c := range executed(t, worker, cells...) {
		outputs = append(outputs, fmt.Sprint(c.Outputs()))
	}
	return outputs
}

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// The README's cell runs as it is written, and draws.
func TestREADMECell(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := goBlock.FindAllStringSubmatch(string(readme), -1)
	if len(blocks) != 1 {
		t.Fatalf("the README has %d cells, want one", len(blocks))
	}
	out := runCells(t, blocks[0][1])
	if !strings.Contains(out[0], "nqm-figure") || !strings.Contains(out[0], "SGD with EMA") {
		t.Errorf("the README's cell does not draw what it promises: %.300s", out[0])
	}
}

// What a person types: imports once, then one line a question.
func TestOneLineCells(t *testing.T) {
	out := runCells(t,
		"import \"nqm/nqmkit\"\nimport \"nqm/plotting\"\n\nconst seed = 1",
		"%%\np := nqmkit.PowerLaw(10_000, 1)\nplotting.Show(p)",
		"%%\nplotting.Show(nqmkit.Expect(nqmkit.PowerLaw(10_000, 1), 5000,\n    nqmkit.SGD(0.3),\n    nqmkit.Momentum(0.03, 0.9),\n    nqmkit.SGD(0.3).EMA(0.99)))",
		"%%\nplotting.Show(nqmkit.Check(nqmkit.TwoDirections(50, 1), 200, nqmkit.Trials(1000, seed), nqmkit.SGD(0.02)))",
		"%%\nplotting.Show(nqmkit.Paths(nqmkit.TwoDirections(50, 1), 200, nqmkit.Trials(5, seed), nqmkit.SGD(0.02), nqmkit.Momentum(0.005, 0.9)))",
		"func p() nqmkit.Problem { return nqmkit.PowerLaw(10_000, 1) }",
		"%%\nplotting.Slide(\"momentum\", []float64{0, 0.5, 0.9, 0.99}, func(beta float64) any {\n    return nqmkit.Expect(p(), 2000, nqmkit.Momentum(0.01, beta))\n})",
		"%%\nplotting.Show(nqmkit.StepsToTarget(p(), 0.01, nqmkit.Momentum(0.03, 0.9).Batch(64)))",
		"%%\nplotting.Show(nqmkit.Tune(p(), 0.01, nqmkit.Momentum(nqmkit.Free, nqmkit.Free).Batch(64)))",
		"%%\nplotting.Show(nqmkit.BatchScaling(p(), 0.01, nqmkit.PowersOfTwo(2, 20),\n    nqmkit.SGD(nqmkit.Free), nqmkit.Momentum(nqmkit.Free, nqmkit.Free), nqmkit.SGD(nqmkit.Free).Precondition(0.5)))",
		"%%\nplotting.Show(nqmkit.Expect(p(), 5000, nqmkit.SGD(0.5).Cosine(), nqmkit.BestSchedule(p(), 5000, 10)))",
		"%%\nplotting.Show(nqmkit.PhaseMap(p()))",
		"%%\nplotting.Show(nqmkit.Sample(nqmkit.Rotated(nqmkit.TwoDirections(50, 1), 30), 500, nqmkit.Trials(200, seed), nqmkit.SGD(0.02), nqmkit.Adam(0.01)))",
		`func Triple(alpha float64) nqmkit.Linear {
    return nqmkit.Linear{Name: "triple", System: func(h float64) nqmkit.System {
        return nqmkit.System{State: [][]float64{{1 - 3*alpha*h}}, Noise: []float64{-3 * alpha}, Readout: []float64{1}}
    }}
}`,
		"%%\nplotting.Show(nqmkit.Expect(p(), 1000, Triple(0.1)), nqmkit.StepsToTarget(p(), 0.1, Triple(0.1).Batch(64)))",
		"%%\nos.WriteFile(\"hessian.csv\", []byte(\"10\\n1\\n0.1\\n\"), 0o644)\nplotting.Show(nqmkit.Expect(nqmkit.ReadSpectrum(\"hessian.csv\"), 1000, nqmkit.SGD(0.1)))",
		"%%\nos.WriteFile(\"lanczos.csv\", []byte(\"eigenvalue,weight\\n10,0.001\\n1,0.999\\n\"), 0o644)\nplotting.Show(nqmkit.ReadSpectrum(\"lanczos.csv\", nqmkit.Dimension(124_439_808)))",
		"%%\ns := nqmkit.BatchScaling(p(), 0.01, nqmkit.PowersOfTwo(2, 20), nqmkit.SGD(nqmkit.Free))\nplotting.Save(\"scaling.pdf\", s)\nnqmkit.Save(\"scaling.csv\", s)",
	)
	silent := map[int]bool{0: true, 5: true, 13: true, 17: true} // imports, declarations and files draw nothing
	for i, text := range out {
		if draws := !silent[i]; strings.Contains(text, "nqm-figure") != draws || strings.Contains(text, "image/png") != draws {
			t.Errorf("cell %d: draws = %v, want %v: %.300s", i, !draws, draws, text)
		}
	}
}

// A cached result is there in the next cell, whose program is another, also with
// a line added around it; under another name it is computed anew.
func TestCachedCell(t *testing.T) {
	cell := func(name, around string) string {
		return "%%\nv := nqmkit.Cached(" + name + ", 1, func() string { return q() + fmt.Sprint(time.Now().UnixNano()) })\n" + around + "\nfmt.Println(v)"
	}
	out := runCells(t,
		"import \"nqm/nqmkit\"\n\nfunc q() string { return \"a\" }",
		cell(`"TestCachedCell"`, ""), cell(`"TestCachedCell"`, "fmt.Print(\"\")"),
		"func q() string { return \"b\" }",
		cell(`"TestCachedCell, another q"`, ""),
	)
	if out[1] == "[]" || out[1] != out[2] {
		t.Errorf("two cells: %s and %s", out[1], out[2])
	}
	if out[4] == out[1] || !strings.Contains(out[4], "b1") {
		t.Errorf("after a change: %s", out[4])
	}
}
