package plotting

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"nqm/plotting/internal/colors"
	"nqm/theory"
	"nqm/theory/table"
)

var _ = pictures(each("Prediction against training", func(s theory.TrainedScaling) string { return s.Problem },
	func(s theory.TrainedScaling) string { return fmt.Sprintf("loss %g", s.Target) }, AgainstTraining))

// AgainstTraining returns the figure of the steps that training took to a target against batch
// size, with their intervals, and what models predicted, a line each; a panel for each
// method, on logarithmic axes of one scale. Where a target was not reached, or a model says
// so, is a gap, and a note says where.
func AgainstTraining(s theory.TrainedScaling) Figure {
	models := s.Models()
	f := Figure{
		Title:   "Prediction against training: " + s.Problem,
		Caption: fmt.Sprintf("Steps to loss %g above the minimum, the learning rate searched at every point. Points are training, with intervals of 95%% over the runs; lines are predictions of models, made from measurements and not from these points.", s.Target),
		Notes:   slices.Clone(s.Notes),
		Table:   trainedTable(s),
		Columns: min(len(s.Methods), 3),
	}
	if s.Partial {
		f.Notes = append(f.Notes, "Interrupted: points are missing.")
	}
	low, high := trainedReach(s)
	for _, method := range s.Methods {
		p := Panel{Title: method, X: Axis{Label: "batch size B", Scale: Log2}, Y: Axis{Label: "steps", Scale: Log10, Min: low, Max: high}}
		if n := len(s.BatchSizes); n > 1 {
			p.X.Min, p.X.Max = s.BatchSizes[0], s.BatchSizes[n-1]
		}
		points := s.Of(method)
		palette := palette{taken: &[]look{}}
		for _, model := range models {
			l := palette.apart(modelLook(model))
			*palette.taken = append(*palette.taken, l)
			p.Series = append(p.Series, foreseenLine(points, model, l)...)
		}
		p.Series = append(p.Series, trainedPoints(points, low, high)...)
		f.Panels = append(f.Panels, orWords(p))
		f.Notes = append(f.Notes, trainedNotes(points)...)
	}
	if len(f.Panels) == 0 {
		f.Panels = []Panel{orWords(Panel{X: Axis{Label: "batch size B", Scale: Log2}, Y: Axis{Label: "steps", Scale: Log10}})}
		f.Columns = 1
	}
	return f.found(trainedFinding(s)).linked()
}

// modelLooks are those of the models that networks.Foresights gives, and of the fitted one,
// in every figure: one noise, taken at three places, in the colours of an order, others in
// neutral ones. No model has the colour of a method.
var modelLooks = map[string]look{
	"C at the end":    {colors.Sequence(0, 3), Solid, Circle},
	"C at the target": {colors.Sequence(1, 3), Dashed, Square},
	"C at the start":  {colors.Sequence(2, 3), Dotted, Triangle},
	"streaming":       {slate, Solid, Diamond},
	"start alone":     {slate, Dashed, Ring},
	"fit to SGD":      {grey, Dotted, Circle},
}

// modelLook returns the look of a model, which depends on nothing but its name.
func modelLook(model string) look {
	if l, ok := modelLooks[model]; ok {
		return l
	}
	k := checksum(model)
	return look{colors.Sequence(k%7, 7), dashes[k%len(dashes)], markers[k%len(markers)]}
}

// foreseenLine is a line of what a model predicts, in parts between its gaps.
func foreseenLine(points []theory.TrainedSteps, model string, l look) []Series {
	var x, y Values
	for _, p := range points {
		for _, f := range p.Foreseen {
			if f.Model == model {
				x, y = append(x, p.BatchSize), append(y, finite(f.Steps))
			}
		}
	}
	var parts []Series
	for _, at := range stretches(y) {
		parts = append(parts, Series{Name: model, X: x[at[0]:at[1]], Y: y[at[0]:at[1]], Color: l.color, Dash: l.dash, Width: 2})
	}
	return parts
}

// trainedPoints are the points of training with a bar for each interval.
func trainedPoints(points []theory.TrainedSteps, low, high float64) []Series {
	const name = "training"
	marks := Series{Name: name, Kind: KindPoints, Marker: Circle, Color: black}
	var all []Series
	for _, p := range points {
		if math.IsInf(p.Steps.Value, 1) {
			continue
		}
		marks.X, marks.Y = append(marks.X, p.BatchSize), append(marks.Y, p.Steps.Value)
		if from, to := max(p.Steps.Low, low), min(p.Steps.High, high); from < to {
			all = append(all, Series{Name: name, X: Values{p.BatchSize, p.BatchSize}, Y: Values{from, to}, Color: black, Width: 2})
		}
	}
	if len(marks.X) > 0 {
		all = append(all, marks)
	}
	return all
}

// trainedNotes say where nothing is drawn, and which search ended at an edge: each thing
// once, with its methods and their batch sizes.
func trainedNotes(points []theory.TrainedSteps) []string {
	var said []string
	places := map[string][]theory.TrainedSteps{}
	say := func(what string, p theory.TrainedSteps) {
		if len(places[what]) == 0 {
			said = append(said, what)
		}
		places[what] = append(places[what], p)
	}
	for _, p := range points {
		if math.IsInf(p.Steps.Value, 1) {
			say("Training did not reach the target", p)
		}
		if p.Edge != "" {
			say(fmt.Sprintf("The best learning rate is the %s that was tried, and a better one may lie beyond", p.Edge), p)
		}
		for _, f := range p.Foreseen {
			if math.IsInf(f.Steps, 1) {
				say(f.Model+" predicts that the target is not reached", p)
			}
		}
	}
	return mapped(said, func(what string) string { return what + ": " + methodsAndBatches(places[what]) + "." })
}

// methodsAndBatches names points, those of one method together.
func methodsAndBatches(points []theory.TrainedSteps) string {
	var b strings.Builder
	for k, p := range points {
		switch {
		case k > 0 && p.Method == points[k-1].Method:
			fmt.Fprintf(&b, ", %g", p.BatchSize)
			continue
		case k > 0:
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s at B = %g", p.Method, p.BatchSize)
	}
	return b.String()
}

// trainedReach are the ends of the axis that all panels share.
func trainedReach(s theory.TrainedScaling) (low, high float64) {
	low = math.Inf(1)
	see := func(v float64) {
		if v > 0 && !math.IsInf(v, 1) {
			low, high = min(low, v), max(high, v)
		}
	}
	for _, p := range s.Points {
		see(p.Steps.Value)
		for _, f := range p.Foreseen {
			see(f.Steps)
		}
	}
	if high == 0 {
		return 0, 0
	}
	return low / 1.5, 1.5 * high
}

func finite(v float64) float64 {
	if math.IsInf(v, 0) {
		return math.NaN()
	}
	return v
}

func trainedTable(s theory.TrainedScaling) table.Table {
	models := s.Models()
	t := table.Text(append([]string{"method", "B", "rate", "steps", "95% from", "to"}, models...)...)
	for _, p := range s.Points {
		row := []string{p.Method, number(p.BatchSize), number(p.LearningRate), stepsWord(p.Steps.Value), stepsWord(p.Steps.Low), stepsWord(p.Steps.High)}
		for _, m := range models {
			word := ""
			for _, f := range p.Foreseen {
				if f.Model == m {
					word = stepsWord(f.Steps)
				}
			}
			row = append(row, word)
		}
		t.Rows = append(t.Rows, table.Texts(row...))
	}
	return t
}

func stepsWord(v float64) string {
	if math.IsInf(v, 1) {
		return "never"
	}
	return number(v)
}
