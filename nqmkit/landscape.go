package nqmkit

import (
	"fmt"
	"math"
	"slices"

	"nqm/theory"
)

// Quadratic is a problem that can be sampled: a theory.Problem, or one of this
// package's that no closed form is about: Dense, or Noisy with another law.
type Quadratic interface {
	// String names the problem.
	String() string
	// Validate returns an error that names the first value outside its range.
	Validate() error
}

// Noisy is a problem whose gradient noise is not Gaussian; its covariance stays
// C/B, and so does the expected loss of every linear method.
type Noisy struct {
	Problem Quadratic
	Law     Law
	err     error
}

// StudentT returns p with noise that follows Student's t with ν > 2 degrees of
// freedom, scaled to the variance of p's: rare large gradients. The numbers
// are independent before they are scaled to C.
func StudentT(p Quadratic, freedom float64) Noisy {
	n := Noisy{Problem: p, Law: studentT(freedom)}
	if !(freedom > 2) || math.IsInf(freedom, 0) {
		n.err = fmt.Errorf("nqmkit: Student t of %v degrees of freedom: want a finite number > 2, where it has a variance", freedom)
	}
	return n
}

// Rademacher returns p with noise of two values, ±1, scaled to C.
func Rademacher(p Quadratic) Noisy { return Noisy{Problem: p, Law: rademacher} }

// String names the problem and the law.
func (n Noisy) String() string { return fmt.Sprintf("%v, %v", n.Problem, n.Law) }

// Validate returns an error that names the first value outside its range.
func (n Noisy) Validate() error {
	if n.err != nil {
		return n.err
	}
	if n.Law.fill == nil || n.Problem == nil {
		return fmt.Errorf("nqmkit: a Noisy without problem or law: want nqmkit.StudentT or nqmkit.Rademacher")
	}
	return n.Problem.Validate()
}

// ground is a problem laid out for runs side by side: where they start, the
// stochastic gradient at their points, and their losses.
type ground interface {
	// begin draws the starts of the runs first, first+1, ... and prepares
	// their noise.
	begin(theta []float64, seed uint64, first int)
	// gradient writes the gradients of a batch at the points.
	gradient(point, out []float64, batch float64)
	// loss writes ½ θ'Hθ of each run.
	loss(theta, out []float64)
}

// landscape makes grounds for any number of lanes. It is shared by the workers.
type landscape struct {
	d         int
	curvature []float64 // nil where H is dense
	lay       func(lanes int, power float64) (ground, error)
	streaming bool
}

// landscapeOf lays out p, or says in one sentence why it cannot be sampled.
func landscapeOf(p Quadratic) (landscape, error) {
	if p == nil {
		return landscape{}, fmt.Errorf("nqmkit: no problem: want one, as nqmkit.PowerLaw(100, 1)")
	}
	if err := p.Validate(); err != nil {
		return landscape{}, err
	}
	law := gaussian
	if n, ok := p.(Noisy); ok {
		p, law = n.Problem, n.Law
	}
	switch p := p.(type) {
	case theory.Problem:
		return diagonalLandscape(p, law)
	case Dense:
		return denseLandscape(p, law)
	}
	return landscape{}, fmt.Errorf("nqmkit: %v cannot be sampled: want a theory.Problem, a nqmkit.Dense, or one of them with another noise", p)
}

// bowl is a diagonal problem with one entry for each of the d coordinates,
// equal directions written out.
type bowl struct {
	curvature []float64 // h_i
	noise     []float64 // standard deviation of one example's gradient, √c_i
	mean, std []float64 // of the initial point
}

func newBowl(p theory.Problem) (bowl, error) {
	p, err := p.Explicit()
	if err != nil {
		return bowl{}, err
	}
	var b bowl
	for i := range p.Len() {
		d := p.Direction(i)
		if d.Multiplicity != math.Trunc(d.Multiplicity) {
			return bowl{}, fmt.Errorf("nqmkit: Multiplicity[%d] = %v: sampling wants a whole number of directions", i, d.Multiplicity)
		}
		if float64(len(b.curvature))+d.Multiplicity > maxDimension {
			return bowl{}, fmt.Errorf("nqmkit: %v: sampling steps each direction and wants at most %d of them", p, maxDimension)
		}
		for range int(d.Multiplicity) {
			b.curvature = append(b.curvature, d.Curvature)
			b.noise = append(b.noise, math.Sqrt(d.Noise))
			b.mean = append(b.mean, d.Mean)
			b.std = append(b.std, math.Sqrt(d.Variance))
		}
	}
	return b, nil
}

// maxDimension bounds what is stepped: each vector then takes 1 GB.
const maxDimension = 1 << 27

func diagonalLandscape(p theory.Problem, law Law) (landscape, error) {
	b, err := newBowl(p)
	if err != nil {
		return landscape{}, err
	}
	if p.Streaming && law.name != gaussian.name {
		return landscape{}, fmt.Errorf("nqmkit: %v with %v: streaming noise has a law of its own", p, law)
	}
	return landscape{
		d: len(b.curvature), curvature: b.curvature, streaming: p.Streaming,
		lay: func(lanes int, power float64) (ground, error) { return newDiagonal(b, law, lanes, power, p.Streaming) },
	}, nil
}

// diagonal is a bowl for runs side by side, run after run.
type diagonal struct {
	bowl
	law       Law
	streams   []stream
	h, tiled  []float64 // curvature and √c_i, once for each lane
	scaled    []float64 // √(c_i/B)
	batch     float64   // B of scaled
	condition []float64 // h^-p, nil if p = 0
	inputs    *inputs   // nil without streaming noise
}

func newDiagonal(b bowl, law Law, lanes int, power float64, streaming bool) (ground, error) {
	g := &diagonal{
		bowl: b, law: law, streams: make([]stream, lanes),
		h: slices.Repeat(b.curvature, lanes), tiled: slices.Repeat(b.noise, lanes), scaled: slices.Repeat(b.noise, lanes),
		batch: 1,
	}
	if streaming {
		g.inputs = newInputs(b, lanes)
		if g.inputs.label > 0 { // all noise is in the examples
			clear(g.tiled)
			clear(g.scaled)
		}
	}
	if power != 0 {
		for i, h := range b.curvature {
			if h == 0 {
				return nil, fmt.Errorf("nqmkit: preconditioning by H^-%g needs curvatures > 0: curvature %d is 0", power, i)
			}
		}
		for _, h := range g.h {
			g.condition = append(g.condition, math.Pow(h, -power))
		}
	}
	return g, nil
}

func (g *diagonal) begin(theta []float64, seed uint64, first int) {
	d := len(g.curvature)
	for lane := range g.streams {
		s := newStream(seed, first+lane, forStart)
		at := theta[lane*d:][:d]
		s.normals(at)
		for i := range at {
			at[i] = g.mean[i] + float64(g.std[i]*at[i])
		}
		g.streams[lane] = newStream(seed, first+lane, forNoise)
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
		g.wide(point, out)
	} else {
		g.narrow(point, out)
	}
	if g.inputs != nil {
		g.inputs.add(point, out, batch)
	}
	for i, c := range g.condition {
		out[i] *= c
	}
}

// chunk is how many numbers are drawn before they are used, while they are in
// the fastest cache.
const chunk = 512

// wide is Hθ + ε of one run of many coordinates.
func (g *diagonal) wide(point, out []float64) {
	for from := 0; from < len(out); from += chunk {
		to := min(from+chunk, len(out))
		g.law.fill(&g.streams[0], out[from:to])
		slope(g.h[from:to], point[from:to], g.scaled[from:to], out[from:to])
	}
}

// narrow is Hθ + ε of many runs of few coordinates.
func (g *diagonal) narrow(point, out []float64) {
	d := len(g.curvature)
	for lane := range g.streams {
		g.law.fill(&g.streams[lane], out[lane*d:][:d])
	}
	slope(g.h, point, g.scaled, out)
}

// slope turns unit noise into gradients.
func slope(h, point, noise, out []float64) {
	h, point, noise = h[:len(out)], point[:len(out)], noise[:len(out)]
	for i, e := range out {
		out[i] = float64(h[i]*point[i]) + float64(noise[i]*e)
	}
}

func (g *diagonal) rescale(batch float64) {
	g.batch = batch
	root := math.Sqrt(batch)
	for i, v := range g.tiled {
		g.scaled[i] = v / root
	}
}

// loss writes ½ Σ h_i θ_i². Directions without curvature have none, wherever
// they are.
func (g *diagonal) loss(theta, out []float64) {
	k := 0
	for lane := range out {
		sum := 0.0
		for _, h := range g.curvature {
			if h > 0 {
				sum += float64(h * theta[k] * theta[k])
			}
			k++
		}
		out[lane] = sum / 2
	}
}
