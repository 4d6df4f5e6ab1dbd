package plotting

import (
	"cmp"
	"fmt"

	"gonum.org/v1/plot/vg"
)

// Paper says how a figure is saved for print. The zero value is the usual size,
// 6 inches wide, with its title.
type Paper struct {
	// Width of the picture in inches, up to 40, and at least 2 for each 7 points of Text.
	// Zero: as usual.
	Width float64
	// Text is the size of the smallest letters in points, 4 to 20, when the picture
	// is printed as wide as it is. Zero: 7, the least that most journals take.
	// Without a Width it has no effect.
	Text float64
	// Untitled leaves out the title and its subtitle, which print has in its caption.
	Untitled bool
	// Legend is where the names stand that are not at the ends of their lines.
	Legend Place
}

// Place says where a legend stands.
type Place string

// The places of a legend. The zero value is Above.
const (
	Above   Place = ""        // between the title and the panels
	Below   Place = "below"   // under the panels
	Nowhere Place = "nowhere" // left out: the paper's caption has the names
)

// The papers of two-column journals: a column, and both with the gap.
var (
	Column = Paper{Width: 3.3, Untitled: true}
	Page   = Paper{Width: 6.9, Untitled: true}
)

func (p Paper) validate() error {
	if p.Width != 0 && !(0 < p.Width && p.Width <= 40) {
		return fmt.Errorf("plotting: a width of %v inches: want up to 40, or 0 for the usual one", p.Width)
	}
	if p.Text != 0 && !(4 <= p.Text && p.Text <= 20) {
		return fmt.Errorf("plotting: text of %v points: want 4 to 20, or 0 for 7", p.Text)
	}
	if least := 2 * p.letters() / 7; p.Width != 0 && p.Width < least*(1-1e-9) {
		return fmt.Errorf("plotting: a width of %v inches with text of %v points: want at least %.3g, which leaves room for the data", p.Width, p.letters(), least)
	}
	if p.Legend != Above && p.Legend != Below && p.Legend != Nowhere {
		return fmt.Errorf("plotting: a legend %q: want above (empty), below or nowhere", p.Legend)
	}
	return nil
}

// scale is how large a figure is printed that was laid out in its own letters, of
// which the notes' are the smallest.
func (p Paper) scale() float64 {
	if p.Width == 0 {
		return 1
	}
	return p.letters() / noteSize
}

// letters is the size of the smallest letters.
func (p Paper) letters() float64 { return cmp.Or(p.Text, 7) }

// stillOn returns the plan of the figure on the paper.
func (f Figure) stillOn(p Paper) still {
	if p.Untitled {
		f.Title, f.Subtitle = "", ""
	}
	s := f.stillOf(vg.Length(p.Width/p.scale()) * vg.Inch)
	s.below = p.Legend == Below
	if p.Legend == Nowhere {
		s.legend = nil
	}
	return s
}
