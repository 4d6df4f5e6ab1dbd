// Package rule has the literal updates of methods, one step at a time, for runs
// side by side. They share no code with the closed forms of package theory, which
// they are held against.
package rule

// Shape is how runs lie side by side: coordinate i of run k of lanes is in place
// i lanes + k, so that what is done to a coordinate is one loop over the runs,
// and a single run is the vector of its coordinates.
type Shape struct {
	Lanes, D  int
	Curvature []float64 // of each coordinate of a run; nil where H is dense
	// See tells the curvature at a point by an approximation.
	See func(by Approximation, point []float64) Curvature
}

// Gather copies the coordinates of a run out of those of all lanes.
func Gather(one, all []float64, lane, lanes int) {
	for i := range one {
		one[i] = all[i*lanes+lane]
	}
}

// Scatter copies the coordinates of a run to where they lie among all.
func Scatter(all, one []float64, lane, lanes int) {
	for i, v := range one {
		all[i*lanes+lane] = v
	}
}

// Rule is the literal update of a method, at work on one or more runs. What it
// remembers has one entry for each entry of θ.
type Rule interface {
	// Point returns where the gradient is wanted.
	Point(theta []float64) []float64
	// Step moves theta in place, given the gradient at the point.
	Step(theta, gradient []float64)
	// Answer returns what the results are about: θ or an average of it.
	Answer(theta []float64) []float64
}

// AtTheta is the part of most rules: the gradient at θ, results about θ.
type AtTheta struct{}

// Point returns theta.
func (AtTheta) Point(theta []float64) []float64 { return theta }

// Answer returns theta.
func (AtTheta) Answer(theta []float64) []float64 { return theta }
