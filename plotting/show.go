package plotting

import (
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// Show puts the picture of each value into the notebook's cell, or prints its
// numbers as text outside a notebook. It takes a Figure, Frames, and every
// result of nqm/theory and nqm/nqmkit:
//
//	problems    spectrum and noise, sizes; one of full matrices, by its eigenvalues
//	losses      expected and sampled curves, the one against the other, paired
//	            differences, the Bayes gap, paths, laws of coordinates
//	answers     steps to a target (exact and run by run), tuned settings, rates,
//	            damping, the phase map, noise scales and their estimates
//	scaling     steps against batch size
//	schedules   of learning rates and batch sizes, and what each buys
//	numbers     a []float64
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

func show(value any) error {
	all, err := shownOf(value)
	if err != nil {
		return err
	}
	for _, p := range all {
		if !gonbui.IsNotebook {
			if _, err := fmt.Fprintln(os.Stdout, p.text()); err != nil {
				return err
			}
			continue
		}
		b, err := p.bundle()
		if err != nil {
			return err
		}
		gonbui.SendData(&protocol.DisplayData{Data: b, Metadata: map[string]any{}})
	}
	return nil
}

// FigureOf returns the obvious picture of a value; see Show for the values. Of
// Frames it is the one that stands for all.
// The error says that the value has none, or several, or cannot be drawn truly.
func FigureOf(value any) (Figure, error) {
	all, err := shownOf(value)
	if err != nil {
		return Figure{}, err
	}
	if len(all) > 1 {
		return Figure{}, fmt.Errorf("plotting: a %T of %d pictures is not one: Show and Save take all of them, and SideBySide joins figures", value, len(all))
	}
	return all[0].Figure, nil
}

// picture is what is shown of a value: a figure, and with it the frames that
// it stands for, if there are any.
type picture struct {
	Figure
	frames *Frames
}

// shownOf returns the picture of a value, or one for each value of a list of
// several kinds.
func shownOf(value any) ([]picture, error) {
	results, err := leaves(value)
	if err != nil {
		return nil, err
	}
	if k, ok := kindOf(results); ok {
		return pictureOf(k.draw(results))
	}
	switch v := value.(type) {
	case Figure:
		return pictureOf(v, nil)
	case Frames:
		if err := v.Validate(); err != nil {
			return nil, err
		}
		v = v.aligned()
		return []picture{{v.start(), &v}}, nil
	case Swept:
		return pictureOf(Sweep(v))
	}
	if list := reflect.ValueOf(value); value != nil && list.Kind() == reflect.Slice {
		return picturesOf(list)
	}
	return nil, fmt.Errorf("plotting: a %T has no picture: give a problem, a result of nqmkit or a Figure", value)
}

func pictureOf(f Figure, err error) ([]picture, error) {
	if err == nil {
		err = f.Validate()
	}
	if err != nil {
		return nil, err
	}
	return []picture{{Figure: f}}, nil
}

// picturesOf returns the pictures of each value of a list.
func picturesOf(list reflect.Value) ([]picture, error) {
	if list.Len() == 0 {
		return nil, fmt.Errorf("plotting: nothing to draw: an empty %v", list.Type())
	}
	var all []picture
	for i := range list.Len() {
		more, err := shownOf(list.Index(i).Interface())
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// text returns the figure as plain text: title, numbers, caption, notes.
func (f Figure) text() string {
	parts := []string{f.Title, "\n\n", f.Table.Full(), "\n", f.Caption}
	for _, n := range f.notes() {
		parts = append(parts, "\n", n)
	}
	return strings.TrimSpace(strings.Join(parts, ""))
}
