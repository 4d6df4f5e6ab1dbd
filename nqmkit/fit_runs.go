package nqmkit

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"nqm/theory"
	"nqm/theory/table"
)

// FitRuns fits the noisy quadratic system to training runs, and returns its seven
// parameters with profile intervals of 95%: see theory.FitRuns. The runs are a table with a
// row for each, or a list:
//
//	fit := nqmkit.FitRuns(nqmkit.ReadTable("runs.csv"))        // N, B, K, loss
//	plotting.Show(fit)
//	nqmkit.Predict(fit, 1e9, 100_000, nqmkit.SGD(theory.SystemRate).Batch(1024))
//
// See TrainingRuns for the columns. It panics where theory.FitRuns has an error.
func FitRuns[T Table | []theory.Run](runs T) theory.RunsFit {
	return whole("fitting runs", func() theory.RunsFit { return must(theory.FitRuns(listOfRuns(runs))) })
}

// FitFadingRuns is FitRuns with an eighth parameter, of a learning rate that fades about as
// t^-a: see theory.FitFadingRuns. Of runs whose training slowed down as it went on it
// predicts others better. It panics where that has an error.
func FitFadingRuns[T Table | []theory.Run](runs T) theory.RunsFit {
	return whole("fitting runs", func() theory.RunsFit { return must(theory.FitFadingRuns(listOfRuns(runs))) })
}

func listOfRuns[T Table | []theory.Run](runs T) []theory.Run {
	if list, ok := any(runs).([]theory.Run); ok {
		return list
	}
	return TrainingRuns(any(runs).(Table))
}

// Predict returns the loss at the end of a run that was not made, of a model of n parameters
// after some steps of a method, with an interval of 95%: see theory.RunsFit.Predict. The
// learning rate is in the units of the runs that were fitted. It panics on numbers that
// are not valid.
func Predict(fit theory.RunsFit, n float64, steps int, m theory.Optimizer) theory.Estimate {
	return must(fit.Predict(theory.Run{Size: n, Steps: steps, Optimizer: m}))
}

// PredictRuns returns Predict of many runs, whose losses do not matter, on all cores. An
// interrupt keeps those that were done.
func PredictRuns[T Table | []theory.Run](fit theory.RunsFit, runs T) []theory.Estimate {
	list := listOfRuns(runs)
	return inOrder("predictions", len(list), func(i int) theory.Estimate { return must(fit.Predict(list[i])) })
}

// HoldOut fits the constant and the fading rate to the runs that are not hidden, and
// predicts those that are: see theory.HoldOut.
//
//	plotting.Show(nqmkit.HoldOut(runs, func(r theory.Run) bool { return r.Steps > 2500 }))
//
// It panics where that has an error.
func HoldOut[T Table | []theory.Run](runs T, hidden func(theory.Run) bool) []theory.HeldOut {
	return must(theory.HoldOut(listOfRuns(runs), hidden))
}

// runColumns are the names of the columns of runs, the first of them in sentences.
var runColumns = map[string][]string{
	"size":     {"N", "size", "parameters", "params", "n_params", "num_params"},
	"batch":    {"B", "batch_size", "batch"},
	"steps":    {"K", "steps", "iterations"},
	"loss":     {"loss", "final_loss"},
	"rate":     {"learning_rate", "lr"},
	"momentum": {"momentum"},
	"filtered": {"filtered"},
}

// TrainingRuns reads runs from a table, a row for each, by the columns
//
//	N, size, parameters, params, n_params, num_params  parameters of the model
//	B, batch_size, batch            batch size, in any unit that all runs share
//	K, steps, iterations            steps
//	loss, final_loss                loss at the end
//	learning_rate, lr               of SGD; without the column theory.SystemRate
//	momentum                        without the column 0
//	filtered                        true, yes or 1 leaves the row out; false, no, 0 or nothing does not
//
// as table.NameOf writes them. It panics on a missing or doubled column, and on a missing number.
func TrainingRuns(t Table) []theory.Run {
	columns := map[string]int{}
	for what, names := range runColumns {
		for k, c := range t.Columns {
			if !slices.ContainsFunc(names, func(name string) bool { return table.NameOf(name) == table.NameOf(c.Name) }) {
				continue
			}
			if before, twice := columns[what]; twice {
				panic(fmt.Errorf("nqmkit: a table of runs with the columns %q and %q: want one of them", t.Columns[before].Name, c.Name))
			}
			columns[what] = k
		}
	}
	for _, what := range []string{"size", "batch", "steps", "loss"} {
		if _, ok := columns[what]; !ok {
			panic(fmt.Errorf("nqmkit: a table of runs without a column %s: want N, B, K and loss, under one of the names that TrainingRuns knows", strings.Join(runColumns[what], " or ")))
		}
	}
	var runs []theory.Run
	for i, cells := range t.Rows {
		number := func(what string, otherwise float64) float64 {
			k, ok := columns[what]
			if !ok {
				return otherwise
			}
			return must(numberOf(cells[k], i, t.Columns[k].Name))
		}
		if k, ok := columns["filtered"]; ok && must(truth(cells[k], i, t.Columns[k].Name)) {
			continue
		}
		steps := number("steps", 0)
		if steps != math.Trunc(steps) || math.Abs(steps) > 1e15 {
			panic(fmt.Errorf("nqmkit: row %d has %v steps: want a whole number", i+1, steps))
		}
		runs = append(runs, theory.Run{
			Size: number("size", 0), Steps: int(steps), Loss: number("loss", 0),
			Optimizer: theory.Momentum(number("rate", theory.SystemRate), number("momentum", 0)).Batch(number("batch", 1)),
		})
	}
	return runs
}

// truth reads a cell of row i, counted from 0, that is true or false.
func truth(cell any, i int, column string) (bool, error) {
	switch strings.ToLower(fmt.Sprint(cell)) {
	case "true", "yes", "1":
		return true, nil
	case "false", "no", "0", "", "<nil>":
		return false, nil
	}
	return false, fmt.Errorf("nqmkit: row %d has %s %q: want true or false", i+1, column, fmt.Sprint(cell))
}

// numberOf reads a cell of row i, counted from 0.
func numberOf(cell any, i int, column string) (float64, error) {
	switch v := cell.(type) {
	case float64:
		return v, nil
	case int:
		return float64(v), nil
	case uint64:
		return float64(v), nil
	case nil:
		return 0, fmt.Errorf("nqmkit: row %d has no %s: want a number", i+1, column)
	}
	return 0, fmt.Errorf("nqmkit: row %d has %s %q: want a number", i+1, column, cell)
}

// RunsAlong returns the points of one run's loss curve as runs that FitRuns takes: the
// loss after each number of steps of m, of a model of n parameters. A schedule without a
// length is stretched to the last of the steps. The points of one run share its luck, so
// that intervals of a fit to few curves are too short; a few points of each are enough.
//
// It panics on steps that do not increase, and on another number of losses.
func RunsAlong(n float64, m theory.Optimizer, steps []int, losses []float64) []theory.Run {
	if len(steps) == 0 || len(steps) != len(losses) {
		panic(fmt.Errorf("nqmkit: %d steps and %d losses: want one of each for a point", len(steps), len(losses)))
	}
	for k := range steps {
		if k > 0 && steps[k] <= steps[k-1] {
			panic(fmt.Errorf("nqmkit: step %d after %d: want increasing steps", steps[k], steps[k-1]))
		}
	}
	m = must(m.Over(steps[len(steps)-1]))
	runs := make([]theory.Run, len(steps))
	for k, t := range steps {
		runs[k] = theory.Run{Size: n, Steps: t, Optimizer: m, Loss: losses[k]}
	}
	return runs
}

// FitProblem returns the noisy quadratic of a model of n parameters under a fit, for every
// other question; its loss counts from fit.Floor(n). It panics unless n is a whole number
// from 1 to 10^15.
func FitProblem(fit theory.RunsFit, n float64) Problem { return must(fit.ProblemOf(n)) }
