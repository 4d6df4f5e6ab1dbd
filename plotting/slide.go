package plotting

import (
	"fmt"
	"slices"
)

// Slide shows the picture that draw returns for each value (anything that Show
// takes) in one figure with a slider named by the title. It panics like Show.
func Slide(title string, values []float64, draw func(value float64) any) {
	f, err := FramesOf(title, values, draw)
	if err != nil {
		panic(err)
	}
	Show(f)
}

// FramesOf returns the frames that Slide shows. The frame in the middle is seen
// first; set Start to choose another. Where no script runs, and on paper, all
// stand side by side.
// An axis whose scale differs from picture to picture gets one that suits all, and a
// picture that lacks a panel of another has words in its place. The error says that a
// value has no picture, or that the pictures are of other axes.
func FramesOf(title string, values []float64, draw func(value float64) any) (Frames, error) {
	f := Frames{Parameter: title, Values: slices.Clone(values), Start: (len(values) - 1) / 2}
	if len(values) == 0 || len(values) > mostFrames {
		return Frames{}, fmt.Errorf("plotting: %d frames of %q: want 1 to %d values", len(values), title, mostFrames)
	}
	if draw == nil {
		return Frames{}, fmt.Errorf("plotting: frames of %q without a function: want one that draws each value", title)
	}
	for _, v := range values {
		figure, err := FigureOf(draw(v))
		if err != nil {
			return Frames{}, fmt.Errorf("%w (the frame of %s = %v)", err, title, v)
		}
		f.Figures = append(f.Figures, figure)
	}
	f = f.completed().agreed()
	if err := f.Validate(); err != nil {
		return Frames{}, err
	}
	return f.aligned(), nil
}
