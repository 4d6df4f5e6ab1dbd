// Package plotting draws the results of the noisy quadratic model: inline in
// a notebook, and into files for a paper.
//
//	plotting.Show(nqmkit.Expect(p, 5000, nqmkit.SGD(0.3)))          // in the cell
//	plotting.Save("curve.pdf", nqmkit.Expect(p, 5000, nqmkit.SGD(0.3)))
//
// A value knows its obvious picture and table: Show and Save take the results
// of nqm/nqmkit as they are. A Figure is plain data in between. The
// constructors (LossCurves, Spectrum, ...) return one, research code may edit
// it, and Show and Save draw it.
//
// In a notebook a figure is one output of three forms: an interactive chart
// (Apache ECharts, with a still image in its place until a script has run, and
// for ever where none may run), the still image as PNG, and the numbers as
// text. Outside a notebook Show prints the text.
//
// Divergence is drawn as such: a curve that leaves the picture ends in an
// arrow, and its name says so. What cannot be drawn truly (unequal lengths, a
// NaN) is refused with an error.
package plotting
