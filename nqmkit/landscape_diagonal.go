package nqmkit

import (
	"fmt"
	"math"
	"slices"

	"nqm/nqmkit/internal/random"
	"nqm/theory"
)

func diagonalLandscape(p theory.Problem, law Law) (landscape, error) {
	b, err := newBowl(p)
	if err != nil {
		return landscape{}, err
	}
	if err := validateStreaming(p, p.Streaming, law); err != nil {
		return landscape{}, err
	}
	return landscape{
		bowl: b, d: len(b.curvature), streaming: p.Streaming,
		lay: func(lanes int, power float64) (ground, error) {
			return newDiagonal(b, law.drawn(), lanes, power, p.Streaming)
		},
		see: func(Approximation) Curvature {
			return Curvature{Blocks: []Block{{Diagonal: b.curvature}}, Constant: true}
		},
	}, nil
}

// diagonal is a bowl for runs side by side.
type diagonal struct {
	bowl
	law       random.Law
	streams   []random.Stream // of each run
	scaled    []float64       // √(c_i/B)
	batch     float64         // B of scaled
	condition []float64       // h_i^-p, nil if p = 0
	ahead     ahead           // noise of several runs
	curved    []int           // the i of h_i > 0, for several runs
	inputs    *streamed       // nil without streaming noise
}

func newDiagonal(b bowl, law random.Law, lanes int, power float64, streaming bool) (ground, error) {
	g := &diagonal{bowl: b, law: law, streams: make([]random.Stream, lanes), batch: 1}
	if streaming {
		g.inputs = newStreamed(b, lanes)
		if g.inputs.label > 0 { // all noise is in the examples
			g.noise = make([]float64, len(b.noise))
		}
	}
	g.scaled = slices.Clone(g.noise)
	if lanes > 1 {
		g.ahead = newAhead(lanes, len(b.curvature))
		for i, h := range b.curvature {
			if h > 0 {
				g.curved = append(g.curved, i)
			}
		}
	}
	if power != 0 {
		for i, h := range b.curvature {
			if h == 0 {
				return nil, fmt.Errorf("nqmkit: preconditioning by H^-%g needs curvatures > 0: curvature %d is 0", power, i)
			}
			g.condition = append(g.condition, math.Pow(h, -power))
		}
	}
	return g, nil
}

func (g *diagonal) begin(theta []float64, seed uint64, first int) {
	lanes := len(g.streams)
	at := make([]float64, len(g.curvature))
	for lane := range g.streams {
		s := random.New(seed, first+lane, random.ForStart)
		s.Normals(at)
		for i, e := range at {
			theta[i*lanes+lane] = g.mean[i] + float64(g.std[i]*e)
		}
		g.streams[lane] = random.New(seed, first+lane, random.ForNoise)
	}
	if g.inputs != nil {
		g.inputs.begin(seed, first)
	}
}

// gradient is g = H θ + ε, and H^-p g if the method preconditions.
func (g *diagonal) gradient(point, out []float64, batch float64) {
	if batch != g.batch {
		g.rescale(batch)
	}
	if len(g.streams) == 1 {
		g.law.Gradients(&g.streams[0], out, g.curvature, point, g.scaled)
	} else {
		g.several(point, out)
	}
	if g.inputs != nil {
		g.inputs.add(point, out, batch)
	}
	lanes := len(g.streams)
	for i, c := range g.condition {
		slope := out[i*lanes:][:lanes]
		for lane := range slope {
			slope[lane] *= c
		}
	}
}

func (g *diagonal) rescale(batch float64) {
	g.batch = batch
	root := math.Sqrt(batch)
	for i, v := range g.noise {
		g.scaled[i] = v / root
	}
}

// several is Hθ + ε of runs side by side, two coordinates at a time; the first
// of an odd number is done twice.
func (g *diagonal) several(point, out []float64) {
	noise, apart := g.ahead.next(g.law, g.streams)
	d := len(g.curvature)
	for j := 1 - d%2; j < d; j += 2 {
		i := max(j-1, 0)
		slopes(g.strand(point, out, noise, i), g.strand(point, out, noise, j), apart)
	}
}

// strand is a coordinate of runs side by side, with what its gradients need.
type strand struct {
	h, std            float64
	theta, out, noise []float64
}

func (g *diagonal) strand(point, out, noise []float64, i int) strand {
	lanes := len(g.streams)
	return strand{g.curvature[i], g.scaled[i], point[i*lanes:][:lanes], out[i*lanes:][:lanes], noise[i:]}
}

// slopes writes h θ + std ε of two coordinates; the noise of the runs lies apart.
// It is not inlined, to have the registers for itself.
//
//go:noinline
func slopes(a, b strand, apart int) {
	at, slope, noise := a.theta, a.out[:len(a.theta)], a.noise[:len(b.noise)]
	at2, slope2, noise2 := b.theta[:len(at)], b.out[:len(at)], b.noise
	k := 0
	for lane, v := range at {
		slope[lane] = float64(a.h*v) + float64(a.std*noise[k])
		slope2[lane] = float64(b.h*at2[lane]) + float64(b.std*noise2[k])
		k += apart
	}
}

// ahead is noise of variance 1 that is drawn for some steps at once, so that a
// run of few coordinates draws more than a few numbers at a time.
type ahead struct {
	numbers []float64 // run after run, in each step after step
	d, used int       // how many numbers of a run a step takes, and were taken
}

// aheadNumbers is how many numbers of a run are drawn at once, at least.
const aheadNumbers = 16

func newAhead(lanes, d int) ahead {
	steps := (aheadNumbers + d - 1) / d
	return ahead{numbers: make([]float64, lanes*steps*d), d: d, used: steps * d}
}

// next returns the numbers of a step: those of the first run come first, those
// of the next lie so far apart.
func (a *ahead) next(law random.Law, streams []random.Stream) (numbers []float64, apart int) {
	apart = len(a.numbers) / len(streams)
	if a.used == apart {
		for lane := range streams {
			law.Fill(&streams[lane], a.numbers[lane*apart:][:apart])
		}
		a.used = 0
	}
	numbers = a.numbers[a.used:]
	a.used += a.d
	return numbers, apart
}

// loss writes ½ Σ h_i θ_i², after the first of an odd number of coordinates two
// at a time. Directions without curvature have none, wherever they are.
func (g *diagonal) loss(theta, out []float64) {
	lanes := len(out)
	if lanes == 1 {
		out[0] = g.lossOfOne(theta)
		return
	}
	clear(out)
	curved := g.curved
	if len(curved)%2 == 1 {
		h := g.curvature[curved[0]] / 2
		for lane, v := range theta[curved[0]*lanes:][:lanes] {
			out[lane] = float64(h * v * v)
		}
		curved = curved[1:]
	}
	for ; len(curved) > 0; curved = curved[2:] {
		i, j := curved[0], curved[1]
		addLosses(out, g.curvature[i]/2, theta[i*lanes:][:lanes], g.curvature[j]/2, theta[j*lanes:][:lanes])
	}
}

// addLosses adds g θ² + h φ² of two coordinates.
func addLosses(out []float64, g float64, theta []float64, h float64, phi []float64) {
	out, phi = out[:len(theta)], phi[:len(theta)]
	for lane, v := range theta {
		w := phi[lane]
		out[lane] = (out[lane] + float64(g*v*v)) + float64(h*w*w)
	}
}

func (g *diagonal) lossOfOne(theta []float64) float64 {
	sum := 0.0
	for i, h := range g.curvature {
		if h > 0 {
			sum += float64(h / 2 * theta[i] * theta[i])
		}
	}
	return sum
}
