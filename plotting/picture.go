package plotting

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"nqm/theory/table"
)

// picture is what is shown of a value: a figure, and with it the frames that
// it stands for, if there are any; or a table, of which the figure has no panels.
type picture struct {
	Figure
	frames *Frames
}

// tabular reports whether the picture is a table alone.
func (p picture) tabular() bool { return len(p.Panels) == 0 }

// onlyFigures returns an error if one of the pictures is a table alone.
func onlyFigures(all []picture) error {
	if slices.ContainsFunc(all, picture.tabular) {
		return errors.New("plotting: a table is no picture: Show shows it, and nqmkit.Save writes it to .csv or .json")
	}
	return nil
}

// shownOf returns the picture of a value, or one for each value of a list of
// several kinds.
func shownOf(value any) ([]picture, error) {
	results, err := leaves(value)
	if err != nil {
		return nil, err
	}
	if k, ok := kindOf(results); ok {
		return pictureOf(k.figure(results))
	}
	switch v := value.(type) {
	case Figure:
		return pictureOf(v, nil)
	case Frames:
		if err := v.Validate(); err != nil {
			return nil, err
		}
		v.Figures = mapped(v.Figures, Figure.finished)
		v = v.aligned()
		return []picture{{v.multiples(), &v}}, nil
	case Swept:
		return pictureOf(Sweep(v))
	case table.Table:
		return []picture{{Figure: Figure{Table: v}}}, validateTable(v)
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
	return []picture{{Figure: f.finished()}}, nil
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

// plainText returns the figure as plain text: title, numbers, caption, notes; of a
// long table by itself the first and the last rows.
func (f Figure) plainText() string {
	if len(f.Panels) == 0 {
		return f.Table.String()
	}
	f = f.printable()
	parts := []string{strings.TrimSpace(f.Title + "\n" + f.Subtitle), "\n\n", f.Table.Full(), "\n", f.Caption}
	for _, n := range f.notes() {
		parts = append(parts, "\n", n)
	}
	return strings.TrimSpace(strings.Join(parts, ""))
}
