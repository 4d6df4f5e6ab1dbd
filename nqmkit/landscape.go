package nqmkit

import (
	"fmt"
	"math"
	"slices"

	"nqm/nqmkit/internal/random"
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
}

// StudentT returns p with noise that follows Student's t with ν > 2 degrees of
// freedom, scaled to the variance of p's: rare large gradients. The numbers
// are independent before they are scaled to C.
func StudentT(p Quadratic, freedom float64) Noisy {
	return Noisy{Problem: p, Law: Law{kind: studentLaw, freedom: freedom}}
}

// Rademacher returns p with noise of two values, ±1, scaled to C.
func Rademacher(p Quadratic) Noisy { return Noisy{Problem: p, Law: Law{kind: rademacherLaw}} }

// String says what the problem is, with the law beside its noise.
func (n Noisy) String() string {
	d := theory.ParseDescription(fmt.Sprint(n.Problem))
	d.Noise += ", " + n.Law.String()
	return d.String()
}

// Validate returns an error that names the first value outside its range.
func (n Noisy) Validate() error {
	if err := n.Law.validate(); err != nil {
		return err
	}
	if n.Law.kind == "" || n.Problem == nil {
		return fmt.Errorf("nqmkit: a Noisy without problem or law: want nqmkit.StudentT or nqmkit.Rademacher")
	}
	return n.Problem.Validate()
}

// Spectrum returns the problem without its law, which no expected loss depends on,
// in H's eigenbasis and under n's name; see Dense. The error names what is wrong
// with n.
func (n Noisy) Spectrum() (theory.Problem, error) {
	if err := n.Validate(); err != nil {
		return theory.Problem{}, err
	}
	p, err := spectrumOf(n.Problem)
	p.Name = theory.ParseDescription(fmt.Sprint(n.Problem)).Problem + ", " + n.Law.String()
	return p, err
}

// spectrumOf returns the problem that closed forms know with the same expected
// loss under every linear method that does not see the axes.
func spectrumOf(q Quadratic) (theory.Problem, error) {
	switch p := q.(type) {
	case theory.Problem:
		return p, nil
	case interface {
		Spectrum() (theory.Problem, error)
	}:
		return p.Spectrum()
	}
	return theory.Problem{}, fmt.Errorf("nqmkit: %v has no closed form: want a theory.Problem, a nqmkit.Dense, or one of them with another noise", q)
}

// exactly returns the spectrum with all directions written out.
func exactly(q Quadratic) (theory.Problem, error) {
	p, err := spectrumOf(q)
	if err != nil {
		return theory.Problem{}, err
	}
	return p.Explicit()
}

// ground is a problem laid out for runs side by side (see rule.Shape): where they
// start, the stochastic gradient at their points, and their losses.
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
	bowl      // empty where H is dense
	d         int
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
	law := Law{kind: gaussianLaw}
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
	count := 0.0
	for i := range p.Len() {
		d := p.Direction(i)
		if d.Multiplicity != math.Trunc(d.Multiplicity) {
			return bowl{}, fmt.Errorf("nqmkit: Multiplicity[%d] = %v: sampling wants a whole number of directions", i, d.Multiplicity)
		}
		count += d.Multiplicity
	}
	if count > maxDimension {
		return bowl{}, fmt.Errorf("nqmkit: %v: sampling steps each direction and wants at most %d of them", p, maxDimension)
	}
	of := func() []float64 { return make([]float64, 0, int(count)) }
	b := bowl{curvature: of(), noise: of(), mean: of(), std: of()}
	for i := range p.Len() {
		d := p.Direction(i)
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
	if err := validateStreaming(p, p.Streaming, law); err != nil {
		return landscape{}, err
	}
	return landscape{
		bowl: b, d: len(b.curvature), streaming: p.Streaming,
		lay: func(lanes int, power float64) (ground, error) {
			return newDiagonal(b, law.drawn(), lanes, power, p.Streaming)
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
