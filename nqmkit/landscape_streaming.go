package nqmkit

import "math"

// inputs is the noise of streaming least squares: each example of a batch has
// a fresh input x ~ N(0, H) and a label with the error η ~ N(0, σ²),
//
//	g = 1/B Σ_b x_b (x_b'θ - η_b)
//
// so that C = σ² H at the minimum. Where the problem's C is not a multiple of
// H, there is no such label, and ε ~ N(0, C/B) is added to the mean of
// x_b (x_b'θ) instead.
type inputs struct {
	root    []float64 // √h_i
	label   float64   // σ, 0 where C is not σ² H
	streams []stream
	// Of one run at a time: the point, an input, and the mean over a batch.
	at, x, mean []float64
}

func newInputs(b bowl, lanes int) *inputs {
	d := len(b.curvature)
	in := &inputs{streams: make([]stream, lanes), at: make([]float64, d), x: make([]float64, d), mean: make([]float64, d)}
	for _, h := range b.curvature {
		in.root = append(in.root, math.Sqrt(h))
	}
	in.label = labelNoise(b)
	return in
}

// labelNoise returns σ where C = σ² H, else 0.
func labelNoise(b bowl) float64 {
	ratio := 0.0
	for i, h := range b.curvature {
		if h > 0 {
			ratio = math.Max(ratio, b.noise[i]/math.Sqrt(h))
		}
	}
	for i, h := range b.curvature {
		if math.Abs(b.noise[i]-ratio*math.Sqrt(h)) > 1e-12*b.noise[i] {
			return 0
		}
	}
	return ratio
}

func (in *inputs) begin(seed uint64, first int) {
	for lane := range in.streams {
		in.streams[lane] = newStream(seed, first+lane, forInputs)
	}
}

// add replaces the Hθ that stands in out by the mean over a batch.
func (in *inputs) add(point, out []float64, batch float64) {
	lanes := len(in.streams)
	for lane := range in.streams {
		gather(in.at, point, lane, lanes)
		in.batchMean(&in.streams[lane], in.at, batch)
		for i, m := range in.mean {
			out[i*lanes+lane] += m - float64(in.root[i]*in.root[i]*in.at[i])
		}
	}
}

// batchMean writes 1/B Σ x (x'θ - η) to mean.
func (in *inputs) batchMean(s *stream, theta []float64, batch float64) {
	clear(in.mean)
	for range int(batch) {
		s.normals(in.x)
		along := 0.0
		if in.label > 0 {
			along = -float64(in.label * s.normal())
		}
		for i, r := range in.root {
			in.x[i] *= r
			along += float64(in.x[i] * theta[i])
		}
		along /= batch
		for i, x := range in.x {
			in.mean[i] += float64(x * along)
		}
	}
}
