package plotting

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// mostMultiples is how many frames a still image shows at most.
const mostMultiples = 9

// multiples returns the figure that stands for the frames where nothing moves: a panel
// for each frame, with its value above it, all on the same axes. Of many frames it shows
// some, the first and the last among them, and says so.
func (f Frames) multiples() Figure {
	first := f.Figures[f.Start]
	all := first
	all.Title, all.Subtitle = fmt.Sprintf("%s, for each %s", first.about(), f.Parameter), ""
	all.Table, all.Panels, all.Time = f.allNumbers(), nil, ""
	all.Columns = len(first.Panels)
	all.Caption, all.Alt = f.saidOf(Figure.caption), f.saidOf(Figure.altWords)
	all.Notes = f.allNotes()
	shown := f.shown()
	switch {
	case all.Columns > 4: // several rows already
		all.Columns = max(first.columns(), 3)
	case all.Columns == 1 && (len(shown) == 2 || len(shown) == 4):
		all.Columns = 2
	case all.Columns == 1:
		all.Columns = 3
	}
	names := f.commonNames()
	for _, k := range shown {
		value := f.value(k)
		for i, p := range f.Figures[k].Panels {
			p.Title = strings.TrimSuffix(value+": "+p.Title, ": ")
			p.Series = mapped(p.Series, func(s Series) Series {
				if s.End == s.Name { // the legend has it, once for all
					s.End = ""
				}
				s.Name = names.of(i, s.Name)
				return s
			})
			p.References = mapped(p.References, func(r Reference) Reference {
				common := names.of(i, r.Of)
				r.Label, r.Of = strings.ReplaceAll(r.Label, r.Of, common), common
				return r
			})
			all.Panels = append(all.Panels, p)
		}
	}
	if slices.IsSorted(f.Values) && len(all.Panels) == len(shown) {
		all = all.found(panelsFinding(all.Panels, func(k int) string { return f.value(shown[k]) }))
	}
	if len(shown) < len(f.Figures) {
		all.Notes = append(all.Notes, fmt.Sprintf("%d of %d values of %s are shown.", len(shown), len(f.Figures), f.Parameter))
	}
	return all.linked()
}

// value names a frame.
func (f Frames) value(k int) string { return fmt.Sprintf("%s = %s", f.Parameter, number(f.Values[k])) }

func (f Figure) caption() string  { return f.Caption }
func (f Figure) altWords() string { return f.Alt }

// saidOf returns what the first frame that is seen says, and of which frame that is true
// if another says something else.
func (f Frames) saidOf(words func(Figure) string) string {
	said := words(f.Figures[f.Start])
	if said == "" || !slices.ContainsFunc(f.Figures, func(g Figure) bool { return words(g) != said }) {
		return said
	}
	return f.value(f.Start) + ": " + said
}

// allNotes returns the notes of all frames, each with its frame unless all have it.
func (f Frames) allNotes() []string {
	var all []string
	for k, g := range f.Figures {
		for _, n := range g.Notes {
			if slices.ContainsFunc(f.Figures, func(g Figure) bool { return !slices.Contains(g.Notes, n) }) {
				n = f.value(k) + ": " + n
			}
			all = append(all, n)
		}
	}
	return unique(all)
}

// shown returns the frames that a still image shows, evenly spread.
func (f Frames) shown() []int {
	most := max(mostMultiples/len(f.Figures[0].Panels), 2)
	n := min(len(f.Figures), most)
	var shown []int
	for j := range n {
		shown = append(shown, int(math.Round(float64(j)*float64(len(f.Figures)-1)/float64(max(n-1, 1)))))
	}
	return shown
}

// frameNames are, for the names of each panel in any frame, what is the same of them in
// all frames.
type frameNames []map[string]string

func (n frameNames) of(panel int, name string) string {
	if common, ok := n[panel][name]; ok {
		return common
	}
	return name
}

// commonNames compares the names of the series in their order: "SGD α=0.1, B=8" in one
// frame and "SGD α=1, B=8" in another are "SGD B=8". Names that would not tell the series
// of a panel apart stay as they are.
func (f Frames) commonNames() frameNames {
	names := make(frameNames, len(f.Figures[0].Panels))
	for i := range names {
		names[i] = map[string]string{}
		count := len(f.Figures[0].Panels[i].Series)
		if slices.ContainsFunc(f.Figures, func(g Figure) bool { return len(g.Panels[i].Series) != count }) {
			continue
		}
		common := map[string]string{}
		told := map[string]string{} // the name that each common one was first made of
		apart := true
		for s := range count {
			of := f.Figures[0].Panels[i].Series[s].Name
			words := strings.Fields(of)
			for _, g := range f.Figures {
				own := wordsOf(g.Panels[i].Series[s].Name)
				words = slices.DeleteFunc(words, func(w string) bool { return !slices.Contains(own, strings.TrimSuffix(w, ",")) })
			}
			name := strings.TrimSuffix(strings.Join(words, " "), ",")
			if before, ok := told[name]; ok && before != of || name == "" && of != "" {
				apart = false
			}
			told[name] = of
			for _, g := range f.Figures {
				common[g.Panels[i].Series[s].Name] = name
			}
		}
		if apart {
			names[i] = common
		}
	}
	return names
}

// wordsOf returns the words of a name, without the commas between them.
func wordsOf(name string) []string {
	return mapped(strings.Fields(name), func(w string) string { return strings.TrimSuffix(w, ",") })
}
