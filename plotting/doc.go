// Package plotting draws the results of the noisy quadratic model: inline in
// a notebook, and into files for a paper.
//
//	plotting.Show(nqmkit.Expect(p, 5000, nqmkit.SGD(0.3)))          // in the cell
//	plotting.Save("curve.pdf", nqmkit.Expect(p, 5000, nqmkit.SGD(0.3)))
//
// A value knows its obvious picture: Show and Save take the results of
// nqm/nqmkit as they are, one or several. A Figure is plain data in between, and is
// edited as such:
//
//	f := plotting.LossCurves(curves).With(plotting.Points("measured", x, y))
//	f.Panels[0].Series[0].Name = "ours"  // its end, its row of the table and its floor too
//	f.Panels[0].Y.Min = 1e-3             // the other end is as the data have it
//
// The
// constructors (LossCurves, LossBands, LossSplit, ModeDecay, Spectrum, Scree,
// Density, Paths, Agreement, Histogram, NoiseAmplification, PhaseMap,
// StepsToTarget, Tuned, BatchScaling, TradeOff, BestSettings, AtBatchSizes, TimeToTarget,
// PairedDifference, CoordinateLaws, ScaleEstimators, NoiseScales, BayesGaps,
// Dampings, Schedules, BatchSchedules, Sweep, SideBySide, Overlay and more) return one,
// research code may edit it or write its own, and Show and Save draw it. Slide
// puts many into one figure with a slider.
//
// In a notebook a figure is one output of three forms: an interactive chart
// (Apache ECharts, with a still image in its place until a script has run, and
// for ever where none may run), the still image as PNG, and the numbers as
// text. Outside a notebook Show prints the text. Save writes SVG, PDF, PNG and a
// page of HTML, SaveData the points as CSV and the figure as JSON.
//
// # What is drawn
//
// Divergence is drawn as such: a curve that leaves the picture ends in an
// arrow, and its name says so. What cannot be drawn truly (unequal lengths, a
// NaN, an unknown colour) is refused with an error. What an axis cannot show
// (an infinite number, or one that is not positive on a logarithmic axis) is
// left out, a line has a gap there, and a note in every output says so.
// Labels are data, never markup.
//
// # Titles
//
// The title says what the figure found, where a constructor can: who ends lowest or
// arrives first, by how much, and where another takes over; the subtitle says of what
// data. It is said only of what all numbers of the figure show: not where an interrupt
// left points out, not of other problems or lengths, not where errors do not tell.
// Title and Subtitle are fields, to be replaced.
//
// # House style
//
// A family of methods has one colour, dash and marker in every figure, from
// the palette of Okabe and Ito; several methods of one family run from light
// to dark. Ordered parameters and heat maps have the colours of viridis.
// References are grey. Mathematics in labels is Unicode (α, θ₁, 10⁻³), which
// every output shows alike.
package plotting
