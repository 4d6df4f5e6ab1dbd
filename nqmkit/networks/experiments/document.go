package experiments

import (
	"fmt"
	"math"
	"strings"

	"nqm/theory"
)

// Document is what came out as Markdown: every point beside every prediction.
func Document() string {
	var b strings.Builder
	b.WriteString("# Prediction against training\n\nEvery point of every experiment, none left out, written by `go run ./notebooks experiments`. Steps are those to the target, at the best learning rate of a grid of four to a factor of two, with their interval of 95% over ten fresh runs; the MLP and the convolutional network have five starts. A prediction is at the best rate of the model, and followed by its quotient to them. What the models are is said in `go doc nqm/nqmkit/networks Foresights`; all but the fit were made before any of these runs, and all but *start alone* know the optimum, which descent with all examples finds.\n")
	for _, q := range All() {
		s := Result(q.Name)
		fmt.Fprintf(&b, "\n## %s\n\n%s, to loss %g above the minimum.\n\n", q.Name, upper(q.About), s.Target)
		models := s.Models()
		fmt.Fprintf(&b, "| method | B | rate | steps | %s |\n|---|---|---|---|%s\n", strings.Join(models, " | "), strings.Repeat("---|", len(models)))
		for _, p := range s.Points {
			fmt.Fprintf(&b, "| %s | %g | %.3g%s | %s |", p.Method, p.BatchSize, p.LearningRate, edgeWords(p), stepsWords(p))
			for _, m := range models {
				fmt.Fprintf(&b, " %s |", foreseenWords(p, m))
			}
			b.WriteString("\n")
		}
		for _, n := range s.Notes {
			fmt.Fprintf(&b, "\n%s\n", n)
		}
	}
	return b.String()
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func edgeWords(p theory.TrainedSteps) string {
	if p.Edge == "" {
		return ""
	}
	return ", the " + p.Edge + " tried"
}

func stepsWords(p theory.TrainedSteps) string {
	e := p.Steps
	if math.IsInf(e.Value, 1) {
		return p.Missed()
	}
	return fmt.Sprintf("%.4g (%.3g to %.3g)", e.Value, e.Low, e.High)
}

func foreseenWords(p theory.TrainedSteps, model string) string {
	for _, f := range p.Foreseen {
		switch {
		case f.Model != model:
		case math.IsInf(f.Steps, 1):
			return "never"
		case math.IsInf(p.Steps.Value, 1):
			return fmt.Sprintf("%.4g", f.Steps)
		default:
			return fmt.Sprintf("%.4g, ×%.2f", f.Steps, p.Ratio(f).Value)
		}
	}
	return ""
}
