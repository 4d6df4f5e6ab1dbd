package plotting

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"nqm/theory/table"
)

// With returns the figure with more series in its first panel: lines and points of
// one's own (Line, Points), or those of another figure. Its axes grow to show them.
func (f Figure) With(series ...Series) Figure {
	if len(f.Panels) == 0 {
		f.Panels = make([]Panel, 1)
	}
	f.Panels = slices.Clone(f.Panels)
	p := &f.Panels[0]
	ends := slices.ContainsFunc(p.Series, func(s Series) bool { return s.End != "" && s.End == s.Name })
	p.Series = slices.Clone(p.Series)
	for _, s := range series {
		if ends && s.lined() && s.End == "" && utf8.RuneCountInString(s.Name) <= longestName {
			s.End = s.Name
		}
		p.Series = append(p.Series, s)
	}
	own := Panel{X: Axis{Scale: p.X.Scale}, Y: Axis{Scale: p.Y.Scale}, Series: series}.view()
	lowX, highX, lowY, highY := own.extent()
	p.X, p.Y = p.X.reaching(lowX, highX), p.Y.reaching(lowY, highY)
	return f
}

// reaching returns the axis with bounds, where it has some, that show the numbers
// from low to high.
func (a Axis) reaching(low, high float64) Axis {
	if a.bounded() && low <= high {
		if a.Min != 0 || low < 0 {
			a.Min = min(a.Min, low)
		}
		if a.Max != 0 || high > 0 {
			a.Max = max(a.Max, high)
		}
	}
	return a
}

// linked returns the figure of a constructor with the names of its series kept, so
// that what says them follows a change.
func (f Figure) linked() Figure {
	f.Panels = mapped(f.Panels, func(p Panel) Panel {
		p.Series = mapped(p.Series, func(s Series) Series { s.Of = s.Name; return s })
		return p
	})
	return f
}

// renaming is a name of a series that was changed.
type renaming struct{ old, new string }

// renamed returns the figure with the names that were given to its series wherever
// it says those of its constructor.
func (f Figure) renamed() Figure {
	var changes []renaming
	for _, p := range f.Panels {
		for _, s := range p.Series {
			if s.Of != "" && s.Name != "" && s.Name != s.Of {
				changes = append(changes, renamingsOf(s.Of, s.Name)...)
			}
		}
	}
	if len(changes) == 0 {
		return f
	}
	for _, name := range f.legend() { // a name within another that stays
		changes = append(changes, renaming{name, name})
	}
	slices.SortStableFunc(changes, func(a, b renaming) int { return cmp.Compare(len(b.old), len(a.old)) })
	change := func(text string) string { return inNewNames(text, changes) }
	f.Title, f.Subtitle, f.Caption, f.Alt, f.Notes = change(f.Title), change(f.Subtitle), change(f.Caption), change(f.Alt), mapped(f.Notes, change)
	if f.Subtitle != "" { // a sentence, which a new name may begin
		f.Title = upper(f.Title)
	}
	f.Table.Columns = mapped(f.Table.Columns, func(c table.Column) table.Column { c.Name = change(c.Name); return c })
	f.Table.Rows = mapped(f.Table.Rows, func(row []any) []any {
		return mapped(row, func(cell any) any {
			if words, ok := cell.(string); ok {
				return change(words)
			}
			return cell
		})
	})
	f.Panels = mapped(f.Panels, func(p Panel) Panel {
		p.Title = change(p.Title)
		p.Series = mapped(p.Series, func(s Series) Series {
			s.End = change(s.End)
			if s.Name == s.Of {
				s.Name = change(s.Name)
			}
			s.Of = s.Name
			return s
		})
		p.References = mapped(p.References, func(r Reference) Reference {
			of := change(r.Of)
			if what, found := strings.CutSuffix(r.Label, ", "+r.Of); found && r.Of != "" { // "floor, SGD"
				r.Label = what + ", " + of
			} else {
				r.Label = change(r.Label)
			}
			r.Of = of
			return r
		})
		p.Regions = mapped(p.Regions, func(r Region) Region { r.Label = change(r.Label); return r })
		return p
	})
	return f
}

// renamingsOf returns a change of a name, with that of what a table says in its
// place: the name of a method without its answer.
func renamingsOf(old, new string) []renaming {
	all := []renaming{{old, new}}
	if method, found := strings.CutSuffix(old, diverging); found {
		all = append(all, renaming{method, strings.TrimSuffix(new, diverging)})
	}
	if answer, method, found := strings.Cut(old, ": "); found {
		all = append(all, renaming{method, strings.TrimPrefix(new, answer+": ")})
	}
	for _, c := range all { // where it begins a title
		all = append(all, renaming{upper(c.old), upper(c.new)})
	}
	return all
}

// inNewNames returns a text with new names: one that is a name, and a name with a
// setting, as in "floor, SGD α=0.1", wherever it stands as a whole.
func inNewNames(text string, changes []renaming) string {
	for _, c := range changes {
		if text == c.old {
			return c.new
		}
	}
	var b strings.Builder
	last := ' '
	for at := 0; at < len(text); {
		rest, found := text[at:], false
		for _, c := range changes {
			if strings.Contains(c.old, "=") && !letter(last) && strings.HasPrefix(rest, c.old) && ends(rest[len(c.old):]) {
				b.WriteString(c.new)
				at, last, found = at+len(c.old), ' ', true
				break
			}
		}
		if !found {
			r, n := utf8.DecodeRuneInString(rest)
			b.WriteString(rest[:n])
			at, last = at+n, r
		}
	}
	return b.String()
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// ends reports whether a name can end where the text goes on: not within a number.
func ends(text string) bool {
	r, n := utf8.DecodeRuneInString(text)
	next, _ := utf8.DecodeRuneInString(text[n:])
	return n == 0 || !letter(r) && !(r == '.' && unicode.IsDigit(next))
}

// finished returns a valid figure as it is drawn, with names and colours in place.
func (f Figure) finished() Figure { return f.renamed().colored() }
