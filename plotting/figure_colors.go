package plotting

import "nqm/plotting/internal/colors"

// Colours of methods: Okabe and Ito's palette, which readers with any common
// colour vision tell apart (Color Universal Design, jfly.uni-koeln.de/color,
// 2008), with maroon in the place of its black.
// Orange and sky blue have a contrast of only 2.3 to 1 on white: no series is
// told by its colour alone, and words in a colour are darkened for reading.
const (
	orange     = "#e69f00"
	skyBlue    = "#56b4e9"
	green      = "#009e73"
	blue       = "#0072b2"
	vermillion = "#d55e00"
	purple     = "#cc79a7"
	maroon     = "#701700"
)

// Colours of what is no method: numbers of a problem, parts of a loss, bounds,
// floors, contours.
const (
	black = "#000000"
	slate = "#5f6368"
	grey  = "#8a8f98"
)

// ColorOf returns the colour of a family of methods ("SGD", "momentum",
// "preconditioned SGD"; see theory.Optimizer.Family) in every figure.
func ColorOf(family string) string { return lookOf(family).color }

// OrderedColors returns n colours for an ordered parameter, from dark to light:
// several momenta, batch sizes or rates of one method. None is that of a method.
func OrderedColors(n int) []string {
	all := make([]string, n)
	for k := range all {
		all[k] = colors.Sequence(k, n)
	}
	return all
}

// NeutralColors returns the colours of what is neither a method nor an ordered
// parameter, from black to grey.
func NeutralColors() []string { return []string{black, slate, grey} }
