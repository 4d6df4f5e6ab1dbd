package theory

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"nqm/theory/table"
)

// Description says what a problem is, in three parts that tables and figures
// show apart. Each is made from the problem's data: what it writes gives the
// data back bit for bit, or else it holds a Fingerprint of them. So problems
// that differ in any number have different descriptions, and problems of equal
// numbers the same, however they were made.
//
//	Problem   power law, h = 1/i, d = 10000        list, h = 3 to 0.1, d = 7, #0v1k3c9t
//	Noise     C = H      C = 0.1 I      C = diag(3, 1)      C = H, streaming
//	Start     θ(0) ~ N(0, I)      θ(0) = (1, 1)      h E θ(0)² = i^-0.8
type Description struct {
	Problem string // the spectrum, or the Name of the problem with the spectrum's fingerprint
	Noise   string // of the gradient: covariance of one example, law, streaming
	Start   string // the law of the initial point
}

// What is not said in one line of text.
const (
	usualNoise  = "C = H"
	usualStart  = "θ(0) ~ N(0, I)"
	lectureHead = "two directions, h = ("
	lectureAt   = "θ(0) = (1, 1)" // where TwoDirections starts
	separator   = "; "
)

// usual is the start that a text leaves out.
func (d Description) usual() string {
	if strings.HasPrefix(d.Problem, lectureHead) {
		return lectureAt
	}
	return usualStart
}

// String joins the parts by "; ", without what is usual: C = H, and a start
// θ(0) ~ N(0, I), or at (1, 1) for two directions. ParseDescription reads it.
func (d Description) String() string {
	text := d.Problem
	if d.Noise != usualNoise && d.Noise != "" {
		text += separator + strings.TrimPrefix(d.Noise, usualNoise+", ")
	}
	if d.Start != d.usual() && d.Start != "" {
		text += separator + d.Start
	}
	return text
}

// ParseDescription returns the parts of a text that String wrote, with what is
// usual filled in; of an empty text all parts are empty.
func ParseDescription(text string) Description {
	if text == "" {
		return Description{}
	}
	parts := strings.Split(text, separator)
	d := Description{Problem: parts[0], Noise: usualNoise}
	d.Start = d.usual()
	for _, part := range parts[1:] {
		switch {
		case strings.Contains(part, "θ(0)"):
			d.Start = part
		case strings.HasPrefix(part, "C = "):
			d.Noise = part
		default:
			d.Noise = usualNoise + ", " + part
		}
	}
	return d
}

// Records returns one row.
func (d Description) Records() []table.Record {
	return []table.Record{table.Row("problem", d.Problem, "gradient_noise", d.Noise, "initial_point", d.Start)}
}

// String returns Describe in one line.
func (p Problem) String() string { return p.Describe().String() }

// Describe returns what p is. It takes as long as reading the numbers of p a
// few times: nothing for a law, 0.1 ms for a list of 10^4.
func (p Problem) Describe() Description {
	if p.Law.Count != 0 && p.Law.Count <= unlawful {
		if q, err := p.Explicit(); err == nil {
			p = q
		}
	}
	once := !slices.ContainsFunc(p.Multiplicity, func(m float64) bool { return m != 1 })
	if once {
		p.Multiplicity = nil
	}
	h, c := p.numbers(p.Curvature, p.Law.Curvature), p.numbers(p.Noise, p.Law.Noise)
	d := Description{
		Problem: p.spectrum(h),
		Noise:   "C = " + covarianceBeside(h, c, once),
		Start:   start(h, p.numbers(p.Mean, p.Law.Mean), p.numbers(p.Variance, p.Law.Variance)),
	}
	if p.Streaming {
		d.Noise += ", streaming"
	}
	if p.Correlated {
		d.Noise += ", correlated"
	}
	return d
}

// spectrum writes curvatures and multiplicities, nil if all are 1.
func (p Problem) spectrum(h numbers) string {
	once := p.Multiplicity == nil
	numbers := [][]float64{p.Curvature, p.Multiplicity}
	if p.Law.Count != 0 {
		numbers = [][]float64{{h.n, h.law.Scale, h.law.Exponent}}
	}
	if p.Banded() {
		numbers = append(numbers, p.Band.Low, p.Band.High, []float64{float64(p.Band.Degree), float64(p.Band.Probes)})
	}
	if strings.TrimSpace(p.Name) != "" {
		return Named(p.Name, numbers...)
	}
	switch {
	case len(p.Curvature) == 0:
		return "no curvature"
	case p.Banded():
		return Named(fmt.Sprintf("measured, h = %.4g to %.4g, d = %s", slices.Max(p.Curvature), slices.Min(p.Curvature), strconv.FormatFloat(p.Dimension(), 'f', -1, 64)), numbers...)
	case h.n <= few && len(p.Curvature) == 2 && once:
		return "two directions, h = " + h.written()
	case h.n <= few && (once || len(p.Multiplicity) == len(p.Curvature)):
		return "h = " + p.counted()
	}
	size := "d = " + strconv.FormatFloat(p.Dimension(), 'f', -1, 64)
	first, last := p.Curvature[0], p.Curvature[len(p.Curvature)-1]
	switch logUniform, rest := isLogUniform(p.Curvature); {
	case once && h.lawful && h.law.Exponent == 0:
		return fmt.Sprintf("equal curvatures, h = %s, %s", digits(first), size)
	case once && h.lawful:
		return fmt.Sprintf("power law, h = %s, %s%s", h.law.text("i"), size, h.rest)
	case once && logUniform:
		return fmt.Sprintf("log-uniform, h = %s to %s, %s%s", digits(first), digits(last), size, rest)
	}
	if bins := publishedIn(p); bins > 0 {
		return fmt.Sprintf("published quantisation of h = 1/i, %s, in %d bins", size, bins)
	}
	return Named(fmt.Sprintf("list, h = %.4g to %.4g, %s", slices.Max(p.Curvature), slices.Min(p.Curvature), size), numbers...)
}

// Named returns a name for lists of numbers that it does not tell: with their
// Fingerprint, in one line, and a comma for each semicolon, which separates the
// parts of a Description.
func Named(name string, lists ...[]float64) string {
	name = strings.Join(strings.Fields(strings.ReplaceAll(name, ";", ",")), " ")
	return table.Visible(name) + ", " + Fingerprint(lists...)
}

// counted writes a few curvatures with their multiplicities.
func (p Problem) counted() string {
	items := make([]string, len(p.Curvature))
	for i, h := range p.Curvature {
		items[i] = digits(h)
		if m := entry(p.Multiplicity, i, 1); m != 1 {
			items[i] += " (×" + digits(m) + ")"
		}
	}
	return tuple(items)
}

// covarianceBeside writes the noise c by the curvature h.
func covarianceBeside(h, c numbers, once bool) string {
	switch {
	case h.equals(c):
		return "H"
	case c.lawful && c.law.Exponent == 0:
		return c.covariance()
	case once && h.lawful && h.n > unlawful: // as WithNoisePower makes it of a law
		if k, q, ok := c.law.beside(h.law); ok && c.lawful {
			return Power{k, -q}.text("H") + c.rest
		}
		return c.covariance()
	}
	if k, q, rest, ok := powersOf(h.list, c.list); ok {
		text := Power{k, -q}.text("H") + rest
		if c.n > few || len(text) <= len(c.covariance()) {
			return text
		}
	}
	return c.covariance()
}

// start writes the law of the initial point by its mean and variance.
func start(h, mean, variance numbers) string {
	switch {
	case variance.zero():
		return "θ(0) = " + mean.vector()
	case mean.zero() && variance.lawful && variance.law.Exponent != 0:
		return variance.source(h)
	}
	return fmt.Sprintf("θ(0) ~ N(%s, %s)", mean.vector(), variance.covariance())
}

// source writes a start around the minimum as SourceCondition takes it: by the
// variance, or by h times it where that alone needs no long numbers.
func (v numbers) source(h numbers) string {
	text := "E θ(0)² = " + v.law.text("i") + v.rest
	if h.lawful && h.law.Scale == 1 && h.law.Exponent != 0 {
		s, ok := shortest(v.law.Exponent+h.law.Exponent, 1e-14, func(s float64) bool { return s-h.law.Exponent == v.law.Exponent })
		if weighted := "h E θ(0)² = " + (Power{v.law.Scale, s}).text("i") + v.rest; ok && strings.Contains(text, "#") && !strings.Contains(weighted, "#") {
			return weighted
		}
	}
	return text
}

// numbers is one list of a problem, and the power law that gives it.
type numbers struct {
	list   []float64
	n      float64 // entries, also of a law that are not written out
	law    Power
	lawful bool
	rest   string // a fingerprint of what was not compared with the law
}

func (p Problem) numbers(list []float64, law Power) numbers {
	if p.Law.Count == 0 {
		law, rest, lawful := powerLawOf(list)
		return numbers{list, float64(len(p.Curvature)), law, lawful, rest}
	}
	if law.Scale == 0 {
		law = Power{}
	}
	return numbers{nil, p.Law.Count, Power{law.Scale, law.Exponent + 0}, true, ""}
}

func (v numbers) equals(w numbers) bool {
	if v.lawful && w.lawful && v.rest+w.rest == "" {
		return v.law == w.law
	}
	return slices.Equal(v.list, w.list)
}

func (v numbers) zero() bool { return v.lawful && v.law == Power{} }

// vector writes the numbers as a vector.
func (v numbers) vector() string {
	switch {
	case v.zero():
		return "0"
	case v.n <= few:
		return v.written()
	case v.lawful && v.law.Exponent == 0:
		return fmt.Sprintf("(%[1]s, …, %[1]s)", digits(v.law.Scale))
	case v.lawful:
		return v.law.text("i") + v.rest
	}
	return "list " + Fingerprint(v.list)
}

// covariance writes the numbers as a diagonal matrix.
func (v numbers) covariance() string {
	switch {
	case v.zero():
		return "0"
	case v.lawful && v.law.Exponent == 0:
		return multiple(v.law.Scale, "I")
	case v.n <= few:
		return "diag" + v.written()
	case v.lawful:
		return "diag(" + v.law.text("i") + v.rest + ")"
	}
	return "list " + Fingerprint(v.list)
}

func (v numbers) written() string {
	items := make([]string, len(v.list))
	for i, x := range v.list {
		items[i] = digits(x)
	}
	return tuple(items)
}

func tuple(items []string) string {
	if len(items) == 1 {
		return items[0]
	}
	return "(" + strings.Join(items, ", ") + ")"
}

// mostDigits is how long a number of a formula may be; longer ones are rounded, as nobody
// reads them, and the law has a fingerprint.
const mostDigits = 9

// text writes Scale · base^-Exponent, with a fingerprint where numbers had to be rounded.
func (p Power) text(base string) string {
	if len(digits(p.Scale)) > mostDigits || len(digits(p.Exponent)) > mostDigits {
		return Power{fourDigits(p.Scale), fourDigits(p.Exponent)}.formula(base) + ", " + Fingerprint([]float64{p.Scale, p.Exponent})
	}
	return p.formula(base)
}

func (p Power) formula(base string) string {
	switch p.Exponent {
	case 0:
		return digits(p.Scale)
	case -1:
		return multiple(p.Scale, base)
	case -2:
		return multiple(p.Scale, base+"²")
	case 1:
		return digits(p.Scale) + "/" + base
	}
	return multiple(p.Scale, base+"^"+digits(-p.Exponent))
}

func multiple(k float64, what string) string {
	if k == 1 {
		return what
	}
	return digits(k) + " " + what
}

// fourDigits is v to four digits.
func fourDigits(v float64) float64 {
	short, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 4, 64), 64)
	return short
}

// digits writes as many digits as tell v from all other numbers; 0 and -0 are one.
func digits(v float64) string { return fmt.Sprintf("%g", v+0) }
