package plotting

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"nqm/theory"
	"nqm/theory/table"
)

// Swept is a theory.Sweep of any type of results.
type Swept interface {
	Grid() (axes []theory.Axis, results []any, partial bool)
}

// Sweep returns the figure of a theory.Sweep of anything that Show takes.
// Curves are drawn as LossCurves does. A number for each point (a float64, the
// steps of a theory.Steps or Tuned, the time of a Rate, the loss of a schedule)
// is a line over one axis, or a heat map over two, with the first axis along x;
// several in a slice are several lines. What has no number (a target that is
// never reached) leaves a gap, and a note says so. Of any other results it is
// the figures one after another, each with the values of its point.
//
// The error says that the sweep has no picture: no results, results that have
// none, numbers over more than two axes, or several over two.
func Sweep(s Swept) (Figure, error) {
	axes, results, partial := s.Grid()
	if len(results) == 0 {
		return Figure{}, fmt.Errorf("plotting: a sweep without results: there is nothing to draw")
	}
	if n := theory.PointsOf(axes); len(results) > n {
		return Figure{}, fmt.Errorf("plotting: %d results of a sweep whose axes have %d points: want one for each", len(results), n)
	}
	f, err := sweepFigure(axes, results)
	if partial {
		f.Title, f.Subtitle = f.about(), "" // what is missing may be better
		f.Notes = append(f.Notes, "The sweep was interrupted: later points are missing.")
	}
	return f, err
}

func sweepFigure(axes []theory.Axis, results []any) (Figure, error) {
	all, err := leaves(results)
	if err != nil {
		return Figure{}, err
	}
	if k, ok := kindOf(all); ok && k.named {
		if all, err = toldPoints(axes, results); err != nil {
			return Figure{}, err
		}
		f, err := k.figure(all)
		what, about, of := strings.Cut(f.about(), ": ")
		finding := f.Title
		f.Title = what + " over " + over(axes)
		if of {
			f.Title += ": " + about
		}
		if f.Subtitle != "" {
			f = f.found(finding)
		}
		return f, err
	}
	n := len(sweptOf(results[0]))
	if n == 0 {
		return sweepFigures(axes, results)
	}
	for _, r := range results {
		if len(sweptOf(r)) != n {
			return Figure{}, fmt.Errorf("plotting: a sweep of a %T has no picture: want numbers, as many at each point", r)
		}
	}
	switch {
	case len(axes) == 1:
		return sweepLines(axes[0], results, n), nil
	case len(axes) == 2 && n == 1:
		return sweepMap(axes[0], axes[1], results), nil
	}
	return Figure{}, fmt.Errorf("plotting: a sweep of %d numbers over %d axes has no picture: want one axis, or two and one number", n, len(axes))
}

func over(axes []theory.Axis) string {
	return strings.Join(mapped(axes, func(a theory.Axis) string { return a.Name }), " and ")
}

// toldPoints returns all results with the values of their points in their
// names, as far as the names do not have them.
func toldPoints(axes []theory.Axis, results []any) ([]any, error) {
	var all []any
	for k, r := range results {
		found, err := leaves(r)
		if err != nil {
			return nil, err
		}
		for _, one := range found {
			named := reflect.New(reflect.TypeOf(one)).Elem()
			named.Set(reflect.ValueOf(one))
			name := named.FieldByName("Method")
			for i, v := range theory.PointOf(axes, k) {
				if said := valueOf(axes[i].Name, v); !slices.Contains(strings.FieldsFunc(name.String(), func(r rune) bool { return r == ' ' || r == ',' }), said) {
					name.SetString(name.String() + ", " + said)
				}
			}
			all = append(all, named.Interface())
		}
	}
	return all, nil
}

// valueOf writes a value of an axis by its symbol, as the names of methods
// have it, or by its name.
func valueOf(axis string, v float64) string {
	words := strings.Fields(axis)
	if n := len(words); n > 0 && utf8.RuneCountInString(words[n-1]) <= 2 {
		return fmt.Sprintf("%s=%.5g", words[n-1], v)
	}
	return fmt.Sprintf("%s = %.5g", axis, v)
}

// sweepFigures draws the figure of each point.
func sweepFigures(axes []theory.Axis, results []any) (Figure, error) {
	figures, points := make([]Figure, len(results)), make([]string, len(results))
	for k, r := range results {
		found, err := leaves(r)
		kind, ok := kindOf(found)
		if err == nil && !ok {
			err = fmt.Errorf("plotting: a sweep of a %T has no picture: want numbers, or what Show takes", r)
		}
		if err == nil {
			figures[k], err = kind.figure(found)
		}
		if err != nil {
			return Figure{}, err
		}
		var at []string
		for i, v := range theory.PointOf(axes, k) {
			at = append(at, fmt.Sprintf("%s = %.5g", axes[i].Name, v))
		}
		points[k] = strings.Join(at, ", ")
	}
	return multiples(sharedTitle(figures)+" over "+over(axes), points, figures), nil
}

// sharedTitle returns what the titles of figures say alike: all, what stands
// before their colon, or nothing.
func sharedTitle(figures []Figure) string {
	titles := mapped(figures, Figure.about)
	if len(unique(titles)) > 1 {
		titles = unique(mapped(titles, func(title string) string { before, _, _ := strings.Cut(title, ":"); return before }))
	}
	if len(unique(titles)) > 1 {
		return "Results"
	}
	return titles[0]
}

// The numbers of a cell's own.
var (
	_ = numbers(func(v float64) swept { return swept{value: v, label: "value"} })
	_ = numbers(func(v int) swept { return swept{value: float64(v), label: "value"} })
)

// sweepLines draws n lines over one axis.
func sweepLines(axis theory.Axis, results []any, n int) Figure {
	x := Values(axis.Values[:len(results)])
	lines := sweptOf(results[0])
	p := Panel{X: axisOver(axis.Name, x)}
	heads := []string{axis.Name}
	palette := newPalette(mapped(lines, func(s swept) string { return s.method }))
	names := sweptNames(lines)
	var every Values
	left := 0
	for k, one := range lines {
		l := palette.next(one.method)
		s := Series{Name: names[k], X: x, Color: l.color, Dash: l.dash, Marker: l.marker, Width: 2}
		for _, r := range results {
			s.Y = append(s.Y, sweptOf(r)[k].value)
		}
		left += countNone(s.Y)
		s = trimmed(s)
		p.Series, every = append(p.Series, s), append(every, s.Y...)
		head := one.label
		switch {
		case n > 1 && one.method == "" && one.title == "":
			head = names[k]
		case n > 1 && names[k] != "":
			head += ", " + names[k]
		}
		heads = append(heads, head)
	}
	if n == 1 {
		p.Series[0].Name = ""
	}
	labelEnds(p.Series)
	p.Y = axisOver(lines[0].label, every)
	t := table.Text(heads...)
	for _, i := range few(len(results), 12) {
		row := []string{fmt.Sprintf("%.5g", x[i])}
		for _, one := range sweptOf(results[i]) {
			row = append(row, valueText(one.value))
		}
		t.Rows = append(t.Rows, table.Texts(row...))
	}
	f := Figure{Title: sweepTitle(results, axis.Name), Panels: []Panel{p}, Table: partOf(t, len(results))}
	f.Caption = upper(lines[0].label) + " at each " + axis.Name + "."
	if left > 0 {
		f.Notes = []string{fmt.Sprintf("Not drawn: %d of %d points, which have no finite value.", left, n*len(results))}
	}
	f = f.found(sweepFinding(sweptLabel(lines), allSwept(results), func(k int) string {
		at := "at " + valueOf(axis.Name, x[k/n])
		if n > 1 {
			at = "of " + names[k%n] + " " + at
		}
		return at
	}))
	return f.linked()
}

// sweptLabel says what all lines of a sweep count, if they count one thing.
func sweptLabel(lines []swept) string {
	if len(unique(mapped(lines, func(s swept) string { return s.label }))) > 1 {
		return ""
	}
	return lines[0].label
}

// allSwept returns the numbers of all points, those of a point together.
func allSwept(results []any) (all Values) {
	for _, r := range results {
		all = append(all, mapped(sweptOf(r), func(s swept) float64 { return s.value })...)
	}
	return all
}

// sweptNames names the lines of a sweep: by the method; by what the title says
// of it, as the problem, where methods are alike; and by a number, as those are that
// have neither.
func sweptNames(lines []swept) []string {
	names := mapped(lines, func(s swept) string { return s.method })
	for i, s := range lines {
		if s.method == "" && s.title == "" {
			names[i] = fmt.Sprintf("number %d", i+1)
		}
	}
	if len(unique(names)) < len(names) && len(unique(mapped(lines, func(s swept) string { return s.title }))) > 1 {
		for i, s := range lines {
			_, about, _ := strings.Cut(s.title, ": ")
			names[i] += ", " + about
		}
	}
	return table.Distinct(names)
}

// sweepMap draws a number over two axes.
func sweepMap(horizontal, vertical theory.Axis, results []any) Figure {
	nx, ny := len(horizontal.Values), len(vertical.Values)
	grid := Series{X: horizontal.Values, Y: vertical.Values}
	for j := range ny {
		for i := range nx {
			z := math.Inf(1) // not reached
			if k := i*ny + j; k < len(results) {
				z = sweptOf(results[k])[0].value
			}
			grid.Z = append(grid.Z, z)
		}
	}
	one := sweptOf(results[0])[0]
	grid.ZAxis = axisOver(one.label, grid.Z)
	t := table.Text(horizontal.Name, vertical.Name, one.label)
	for _, k := range few(len(results), 12) {
		at := theory.PointOf([]theory.Axis{horizontal, vertical}, k)
		t.Rows = append(t.Rows, table.Texts(fmt.Sprintf("%.5g", at[0]), fmt.Sprintf("%.5g", at[1]), valueText(sweptOf(results[k])[0].value)))
	}
	f := HeatMap(sweepTitle(results, horizontal.Name+" and "+vertical.Name),
		axisOver(horizontal.Name, horizontal.Values), axisOver(vertical.Name, vertical.Values), grid, nil, nil)
	f.Caption = "Colours: " + one.label + "; grey where there is none."
	f.Table = partOf(t, len(results))
	f = f.found(sweepFinding(one.label, allSwept(results), func(k int) string {
		at := theory.PointOf([]theory.Axis{horizontal, vertical}, k)
		return "at " + valueOf(horizontal.Name, at[0]) + ", " + valueOf(vertical.Name, at[1])
	}))
	return f.linked()
}

// sweepTitle returns the title that all points share, or what is drawn over
// which axes.
func sweepTitle(results []any, over string) string {
	one := sweptOf(results[0])[0]
	for _, r := range results {
		for _, s := range sweptOf(r) {
			if s.title == "" || s.title != one.title {
				return upper(one.label) + " against " + over
			}
		}
	}
	what, about, _ := strings.Cut(one.title, ": ")
	return what + " over " + over + ": " + about
}
