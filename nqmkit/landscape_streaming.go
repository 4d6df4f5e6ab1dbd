package nqmkit

import (
	"fmt"
	"math"

	"nqm/nqmkit/internal/random"
	"nqm/nqmkit/internal/rule"
)

// inputs is the noise of streaming least squares: each example of a batch has
// a fresh input x ~ N(0, H) and a label with the error η ~ N(0, σ²),
//
//	g = 1/B Σ_b x_b (x_b'θ - η_b)
//
// so that C = σ² H at the minimum. Where the problem's C is not a multiple of
// H, there is no such label, and ε ~ N(0, C/B) is added to the mean of
// x_b (x_b'θ) instead.
type inputs struct {
	color   func(x []float64) // makes of independent normals an input
	label   float64           // σ, 0 where C is not σ² H
	streams []random.Stream
	x, mean []float64 // an input, and the mean over a batch
}

func newInputs(d, lanes int, label float64, color func(x []float64)) *inputs {
	return &inputs{color: color, label: label, streams: make([]random.Stream, lanes), x: make([]float64, d), mean: make([]float64, d)}
}

func (in *inputs) begin(seed uint64, first int) {
	for lane := range in.streams {
		in.streams[lane] = random.New(seed, first+lane, random.ForInputs)
	}
}

// batchMean returns 1/B Σ x (x'θ - η) of a run, until the next call.
func (in *inputs) batchMean(lane int, theta []float64, batch float64) []float64 {
	s := &in.streams[lane]
	clear(in.mean)
	for range int(batch) {
		s.Normals(in.x)
		along := 0.0
		if in.label > 0 {
			along = -float64(in.label * s.Normal())
		}
		in.color(in.x)
		for i, x := range in.x {
			along += float64(x * theta[i])
		}
		along /= batch
		for i, x := range in.x {
			in.mean[i] += float64(x * along)
		}
	}
	return in.mean
}

func validateStreaming(p Quadratic, streaming bool, law Law) error {
	if streaming && law.kind != gaussianLaw {
		return fmt.Errorf("nqmkit: %v with %v: streaming noise has a law of its own", p, law)
	}
	return nil
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

// streamed are the inputs of a diagonal problem.
type streamed struct {
	*inputs
	root []float64 // √h_i
	at   []float64 // the point of one run at a time
}

func newStreamed(b bowl, lanes int) *streamed {
	d := len(b.curvature)
	g := &streamed{root: make([]float64, d), at: make([]float64, d)}
	for i, h := range b.curvature {
		g.root[i] = math.Sqrt(h)
	}
	g.inputs = newInputs(d, lanes, labelNoise(b), func(x []float64) {
		for i, r := range g.root {
			x[i] *= r
		}
	})
	return g
}

// add replaces the Hθ that stands in out by the mean over a batch.
func (g *streamed) add(point, out []float64, batch float64) {
	lanes := len(g.streams)
	for lane := range lanes {
		rule.Gather(g.at, point, lane, lanes)
		for i, m := range g.batchMean(lane, g.at, batch) {
			out[i*lanes+lane] += m - float64(g.root[i]*g.root[i]*g.at[i])
		}
	}
}
