package plotting

// Colours of Okabe and Ito's palette, which readers with any common colour
// vision tell apart (Color Universal Design, jfly.uni-koeln.de/color, 2008).
// Orange and sky blue have a contrast of only 2.3 to 1 on white: no series is
// told by its colour alone, and words in a colour are darkened for reading.
const (
	black      = "#000000"
	orange     = "#e69f00"
	skyBlue    = "#56b4e9"
	green      = "#009e73"
	blue       = "#0072b2"
	vermillion = "#d55e00"
	purple     = "#cc79a7"
	grey       = "#8a8f98" // references, contours, floors
)
