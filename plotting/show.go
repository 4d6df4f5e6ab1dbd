package plotting

import (
	"fmt"
	"os"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// Show puts the picture of each value into the notebook's cell, or prints its
// numbers as text outside a notebook. It takes a Figure, Frames, and every
// result of nqm/theory and nqm/nqmkit:
//
//	problems    spectrum and noise, sizes; one of full matrices, by its eigenvalues
//	losses      expected and sampled curves, the one against the other, the fan
//	            of their quantiles, paired differences, the Bayes gap, paths,
//	            laws of coordinates
//	answers     steps to a target (exact and run by run), tuned settings, rates,
//	            damping, the phase map, noise scales and their estimates
//	scaling     steps against batch size
//	training    of networks, beside what models predicted
//	schedules   of learning rates and batch sizes, and what each buys
//	fits        of runs and of critical batch sizes, with their residuals; fitted numbers
//	numbers     a []float64, and a table of nqmkit.TableOf, which is shown as one
//
// Several results of one kind, in a slice or in slices of slices, are one
// picture, and a theory.Sweep of any kind is its numbers, curves or pictures
// over its axes. Values of several kinds in a []any are a picture each.
//
// It panics with one sentence on any other value, and on a figure that cannot
// be drawn truly.
func Show(values ...any) {
	for _, v := range values {
		if err := show(v); err != nil {
			panic(err)
		}
	}
	if gonbui.IsNotebook {
		gonbui.Sync()
	}
}

// hasRuntime says that an earlier figure of the cell has brought the runtime.
var hasRuntime bool

func show(value any) error {
	all, err := shownOf(value)
	if err != nil {
		return err
	}
	for _, p := range all {
		if !gonbui.IsNotebook {
			if _, err := fmt.Fprintln(os.Stdout, p.plainText()); err != nil {
				return err
			}
			continue
		}
		b, err := p.bundle()
		if err != nil {
			return err
		}
		if !hasRuntime {
			b[protocol.MIMETextHTML] = runtimeScript() + b[protocol.MIMETextHTML].(string)
			hasRuntime = true
		}
		gonbui.SendData(&protocol.DisplayData{Data: b, Metadata: map[string]any{}})
	}
	return nil
}

// FigureOf returns the obvious picture of a value; see Show for the values. Of
// Frames it is the one that stands for all, with a panel for each.
// The error says that the value has none, or several, or cannot be drawn truly.
func FigureOf(value any) (Figure, error) {
	all, err := shownOf(value)
	if err != nil {
		return Figure{}, err
	}
	if len(all) > 1 {
		return Figure{}, fmt.Errorf("plotting: a %T of %d pictures is not one: Show and Save take all of them, and SideBySide joins figures", value, len(all))
	}
	return all[0].Figure, onlyFigures(all)
}
