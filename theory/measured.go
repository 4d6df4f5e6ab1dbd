package theory

import (
	"fmt"
	"math"
	"strings"
)

// A measurement has what a model cannot have: curvatures below zero, because the
// point is no minimum or because a float32 is rounded, noise variances below zero,
// because an unbiased estimate may be, and matrices that are not quite symmetric.

// Treatment is what becomes of numbers that a measurement has and a model must not.
type Treatment int

const (
	// Tolerate clips them as long as they are few, and is an error beyond: where they
	// carry more than Tolerated of the sum of the absolute values.
	Tolerate Treatment = iota
	Clip               // take them as zero, however many
	SetAside           // leave their directions out: the dimension falls
	Refuse             // any is an error
	Keep               // leave them as they are
)

// Tolerated is the share of Σ|h|, or of Σ|c|, that negative numbers may carry
// unless a Treatment is chosen.
const Tolerated = 0.05

// Treatments are the choices for a measurement. The zero value is a sound default:
// negative numbers are tolerated, directions without curvature kept.
type Treatments struct {
	Negative Treatment // h < 0: Tolerate, Clip, SetAside or Refuse
	Flat     Treatment // h = 0, also of those that were clipped: Tolerate or Keep, SetAside or Refuse
	Noise    Treatment // c < 0: Tolerate, Clip or Refuse
}

func (t Treatments) validate() error {
	for _, c := range []struct {
		what   string
		chosen Treatment
		some   []Treatment
	}{
		{"negative curvature", t.Negative, []Treatment{Tolerate, Clip, SetAside, Refuse}},
		{"curvature 0", t.Flat, []Treatment{Tolerate, Keep, SetAside, Refuse}},
		{"negative noise", t.Noise, []Treatment{Tolerate, Clip, Refuse}},
	} {
		names := make([]string, len(c.some))
		found := false
		for i, s := range c.some {
			names[i], found = s.String(), found || s == c.chosen
		}
		if !found {
			return fmt.Errorf("theory: treatment %v of %s: want %s", c.chosen, c.what, strings.Join(names, ", "))
		}
	}
	return nil
}

func (t Treatment) String() string {
	names := []string{"Tolerate", "Clip", "SetAside", "Refuse", "Keep"}
	if t < 0 || int(t) >= len(names) {
		return fmt.Sprintf("Treatment(%d)", int(t))
	}
	return names[t]
}

// Fault is the error of a measurement that is not treated.
type Fault struct {
	Quantity string // "curvature", "noise", or "eigenvalue" of a covariance
	Entry    int    // the worst
	Value    float64
	Others   int     // how many more are like it
	Share    float64 // of the sum of the absolute values
	Chosen   Treatment
}

func (f Fault) Error() string {
	text := fmt.Sprintf("%s %v", f.Quantity, f.Value)
	if f.Others > 0 {
		text += fmt.Sprintf(" and %d more like it", f.Others)
	}
	switch {
	case f.Chosen == Refuse && f.Value == 0:
		return text + ": want numbers > 0"
	case f.Chosen == Refuse:
		return text + ": want numbers >= 0"
	}
	return fmt.Sprintf("%s, %s of all absolute values: want at most %s below 0, or a Treatment of them", text, percent(f.Share), percent(Tolerated))
}

// Measured returns p, which need not be valid, as a valid problem: with what was
// measured below zero treated as chosen. What was done, and which share of the
// trace and of the dimension it concerns, is added to the Note. The error is a
// Fault, or that of Validate for what no treatment mends.
//
// Clipping leaves the loss of the other directions as it is, since a direction
// without curvature has none; setting aside besides allows preconditioning, which
// wants curvatures > 0.
func (p Problem) Measured(t Treatments) (Problem, error) {
	if err := t.validate(); err != nil {
		return Problem{}, err
	}
	if p.Law.Count != 0 || !p.finite() {
		return p, p.Validate() // the numbers of no measurement, or a mistake
	}
	if p.Noise != nil {
		negative := func(i int) bool { return p.Noise[i] < 0 }
		found := p.find("noise", p.Noise, negative)
		if err := found.refused(t.Noise); err != nil {
			return Problem{}, err
		}
		if found.count > 0 {
			p.Noise = clipped(p.Noise)
			p.remark("%s negative, down to %.3g, and taken as 0: %s of Σ|c|", found.text("noise variance"), found.worst, percent(found.share))
		}
	}
	p.Band = p.Band.clipped()
	none := func(i int) bool { return p.Curvature[i] == 0 }
	if err := p.find("curvature", p.Curvature, none).refused(t.Flat.flat()); err != nil {
		return Problem{}, err
	}
	found := p.find("curvature", p.Curvature, func(i int) bool { return p.Curvature[i] < 0 })
	if err := found.refused(t.Negative); err != nil {
		return Problem{}, err
	}
	if found.count > 0 {
		does := "taken as 0"
		if t.Negative == SetAside {
			does = "set aside"
		}
		p.remark("%s negative, down to %.3g, and %s: %s of the dimension, %s of Σ|h|",
			found.text("curvature"), found.worst, does, percent(found.dimension), percent(found.share))
		if t.Negative == SetAside {
			p = p.only(func(d Direction) bool { return d.Curvature >= 0 })
		} else {
			p.Curvature = clipped(p.Curvature)
		}
		p.Band.Degree = 0 // what is left is no Gauss quadrature
	}
	flat := p.find("curvature", p.Curvature, none)
	if err := flat.refused(t.Flat.flat()); err != nil {
		return Problem{}, err
	}
	if flat.count > 0 && t.Flat == SetAside {
		p.remark("%s 0 and set aside: %s of the dimension", flat.text("curvature"), percent(flat.dimension))
		p = p.only(func(d Direction) bool { return d.Curvature != 0 })
	}
	return p, p.Validate()
}

// flat is the treatment of zeros, which may be many.
func (t Treatment) flat() Treatment {
	if t == Refuse {
		return Refuse
	}
	return Clip
}

// finite reports whether all lists are as long as the curvatures, and finite.
func (p Problem) finite() bool {
	for _, list := range p.lists() {
		if *list != nil && len(*list) != p.Len() {
			return false
		}
		for _, v := range *list {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return false
			}
		}
	}
	return true
}

// remark adds to the note.
func (p *Problem) remark(format string, values ...any) {
	text := fmt.Sprintf(format, values...)
	if p.Note != "" {
		text = p.Note + "; " + text
	}
	p.Note = text
}

// found are entries of a kind.
type found struct {
	quantity         string
	count, entries   int
	entry            int // of the worst
	worst            float64
	share, dimension float64
}

// find counts the entries of a kind, and what they carry.
func (p Problem) find(quantity string, values []float64, kind func(i int) bool) found {
	f := found{quantity: quantity, entries: len(values), worst: math.Inf(1)}
	var all, some, many, number float64
	for i, v := range values {
		m := entry(p.Multiplicity, i, 1)
		all, number = all+m*math.Abs(v), number+m
		if !kind(i) {
			continue
		}
		f.count++
		some, many = some+m*math.Abs(v), many+m
		if v < f.worst {
			f.entry, f.worst = i, v
		}
	}
	if f.count > 0 {
		f.share, f.dimension = over0(some, all), over0(many, number)
	}
	return f
}

func (f found) refused(t Treatment) error {
	if f.count == 0 || t == Clip || t == SetAside || t == Tolerate && f.share <= Tolerated {
		return nil
	}
	return Fault{f.quantity, f.entry, f.worst, f.count - 1, f.share, t}
}

// text is the beginning of a sentence on some of many.
func (f found) text(what string) string {
	if f.count == 1 {
		return fmt.Sprintf("1 of %d %ss is", f.entries, what)
	}
	return fmt.Sprintf("%d of %d %ss are", f.count, f.entries, what)
}

func percent(share float64) string {
	if share >= 0.995 {
		return fmt.Sprintf("%.0f%%", 100*share)
	}
	return fmt.Sprintf("%.2g%%", 100*share)
}

func clipped(values []float64) []float64 {
	all := make([]float64, len(values))
	for i, v := range values {
		all[i] = v
		if v < 0 {
			all[i] = 0
		}
	}
	return all
}

// only returns p with some of its directions.
func (p Problem) only(kept func(Direction) bool) Problem {
	var places []int
	for i := range p.Len() {
		if kept(p.Direction(i)) {
			places = append(places, i)
		}
	}
	for _, list := range p.lists() {
		if *list == nil {
			continue
		}
		some := make([]float64, len(places))
		for k, i := range places {
			some[k] = (*list)[i]
		}
		*list = some
	}
	p.Band.Degree = 0 // the mass is not what it was
	return p
}

// lists are the lists of p that have an entry for each direction, or none.
func (p *Problem) lists() []*[]float64 {
	return []*[]float64{&p.Curvature, &p.Noise, &p.Mean, &p.Variance, &p.Multiplicity, &p.Band.Low, &p.Band.High}
}
