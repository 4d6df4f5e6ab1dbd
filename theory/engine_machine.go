package theory

import (
	"math"
	"slices"

	"nqm/theory/internal/dd"
)

// machine is a method in one direction as a small linear system whose matrices
// may change over time: the general engine. The covariance v is per unit of
// noise variance, so that the state does not depend on the noise.
type machine struct {
	variance float64   // of the noise that drives the state
	start    []float64 // state for θ(0) = 1
	readout  []float64
	pieces   []piece // one after the other; the last has no end
	period   int     // of Lookahead; 0 means none
	sum      int     // variable that sums the iterates from `from`; -1 means none
	from     int
	// cancels says that the mean is what is left of terms that cancel, without a sum.
	cancels bool
	flat    bool    // no curvature
	base    Mode    // what is averaged uniformly, if anything
	ending  *ending // of a method that changes for ever, if it is known
	// own matrices may be of any kind: what is large for some steps may come back.
	own bool
	// readoutAt is the readout after t steps where it changes, else nil; readout is
	// then its limit.
	readoutAt func(t int) []float64
}

// forever is the end of the last piece.
const forever = math.MaxInt

// piece is a stretch of steps with the same matrices, or with matrices that change
// in every step: a polynomial of the schedule's factor, or any.
type piece struct {
	end   int     // the step after its last
	noise float64 // noise variance in units of the machine's

	plain, sync, cycle *powers   // sync: the step with Lookahead's slow one
	gradient           []float64 // the point whose gradient is taken, for multiplicative noise

	first   int // step in which it begins
	segment Segment
	varies  *polynomial
	pace    *factors // of the segment, where the matrices are a polynomial
}

// polynomial is A = a0 + f a1 + f² a2, b = b0 + f b1, for plain and sync steps, and
// the point g0 + f g1 whose gradient is taken.
//
// Where each is not nil it has the matrices of every step, in the direction x.
type polynomial struct {
	plain, sync quadratic
	each        func(t int) *anyStep
	x           dd.Number
}

type quadratic struct {
	a0, a1, a2     []dd.Number
	b0, b1, g0, g1 []float64
}

// rounded is entry in float64, by one rounding of what is left next to a zero.
func (q *quadratic) rounded(i int, f dd.Number) float64 {
	if q.a2[i].Hi != 0 {
		return q.entry(i, f).Value()
	}
	a, rise := &q.a0[i], &q.a1[i]
	return math.FMA(f.Hi, rise.Hi, a.Hi) + (f.Hi*rise.Lo + f.Lo*rise.Hi + a.Lo)
}

// entry is A's entry i under the factor f.
func (q *quadratic) entry(i int, f dd.Number) dd.Number {
	a := q.a0[i]
	if rise := q.a1[i]; rise.Hi != 0 {
		if bend := q.a2[i]; bend.Hi != 0 {
			rise = rise.Add(f.Mul(bend))
		}
		return a.Add(f.Mul(rise))
	}
	if bend := q.a2[i]; bend.Hi != 0 {
		a = a.Add(f.Mul(f).Mul(bend))
	}
	return a
}

// state is where a machine is after t steps. What has grown beyond the largest
// float64 is not followed any more.
//
// A sum of iterates that flip, and of those that have grown, is what is left of terms
// that cancel, and so is a running average that takes part in the steps. The mean is
// then followed with 106 bits, in fine, of which z is the rounding.
type state struct {
	t              int
	fine, fineNext []dd.Number // nil where nothing cancels
	matrix         dd.Matrix   // scratch of fine
	z, v           []float64
	grown          bool
	again          *state    // the same with 106 bits, once it was needed
	az, a, w, kick []float64 // scratch
}

func (m *machine) begin() *state {
	n := len(m.start)
	s := &state{z: append([]float64(nil), m.start...), v: make([]float64, n*n),
		az: make([]float64, n), a: make([]float64, n*n), w: make([]float64, n*n), kick: make([]float64, n*n)}
	if m.sum >= 0 || m.cancels {
		s.fine, s.fineNext, s.matrix = make([]dd.Number, n), make([]dd.Number, n), dd.NewMatrix(n)
		for i, z := range s.z {
			s.fine[i] = dd.Exact(z)
		}
	}
	m.event(s)
	return s
}

// event starts the sum of the iterates when it is time: the sum is then the
// iterate itself.
func (m *machine) event(s *state) {
	if m.sum < 0 || s.t != m.from {
		return
	}
	n := len(s.z)
	var sum dd.Number
	for j, r := range m.readout {
		sum = sum.Add(s.fine[j].Mul(dd.Exact(r)))
	}
	s.fine[m.sum], s.z[m.sum] = sum, sum.Value()
	for j := range n {
		if j != m.sum {
			var c float64
			for k := range n {
				c += m.readout[k] * s.v[k*n+j]
			}
			s.v[m.sum*n+j], s.v[j*n+m.sum] = c, c
		}
	}
	var c float64
	for k := range n {
		c += m.readout[k] * s.v[m.sum*n+k]
	}
	s.v[m.sum*n+m.sum] = c
}

// advance brings the state to step t.
func (m *machine) advance(s *state, t int) {
	for s.t < t && !s.grown {
		p := m.pieceAt(s.t)
		end := min(t, p.end)
		if m.sum >= 0 && s.t < m.from {
			end = min(end, m.from)
		}
		m.run(s, p, end)
		m.event(s)
	}
}

func (m *machine) pieceAt(t int) *piece {
	for i := range m.pieces {
		if t < m.pieces[i].end {
			return &m.pieces[i]
		}
	}
	return m.last()
}

func (m *machine) last() *piece { return &m.pieces[len(m.pieces)-1] }

// run takes the state through a piece up to step end.
func (m *machine) run(s *state, p *piece, end int) {
	if p.varies != nil {
		for s.t < end && !s.grown {
			p.vary(s, m.period)
		}
		return
	}
	if m.period == 0 {
		s.advancePowers(p.plain, end-s.t, p.noise)
		s.t = end
		return
	}
	k := m.period
	for s.t < end && !s.grown {
		switch rest := k - s.t%k; {
		case rest == k && end-s.t >= k:
			n := (end - s.t) / k
			s.advancePowers(p.cycle, n, p.noise)
			s.t += n * k
		case rest == 1:
			s.advancePowers(p.sync, 1, p.noise)
			s.t++
		default:
			n := min(rest-1, end-s.t)
			s.advancePowers(p.plain, n, p.noise)
			s.t += n
		}
	}
}

// advancePowers does n steps by powers of two.
func (s *state) advancePowers(p *powers, n int, noise float64) {
	for k := 0; n>>k > 0; k++ {
		if n>>k&1 == 0 {
			continue
		}
		l, ok := p.at(k)
		if !ok {
			s.grown = true
			return
		}
		s.apply(&l, l.v, noise)
	}
}

// mean maps z to a z.
func (s *state) mean(l *level) {
	n := len(s.z)
	if s.fine == nil {
		for i := range n {
			s.az[i] = dot(l.a[i*n:i*n+n], s.z)
		}
		copy(s.z, s.az)
		return
	}
	for i, row := range l.exact {
		var z dd.Number
		for j, a := range row {
			if a.Hi != 0 {
				z = z.Add(a.Mul(s.fine[j]))
			}
		}
		s.fineNext[i], s.z[i] = z, z.Value()
	}
	copy(s.fine, s.fineNext)
}

// apply maps z to a z and v to a v a' + noise·extra.
func (s *state) apply(l *level, extra []float64, noise float64) {
	if len(s.z) == 2 && s.fine == nil {
		s.applyTwo(l.a, extra, noise)
		return
	}
	s.mean(l)
	n, a := len(s.z), l.a
	for i := range n {
		for j := range n {
			var c float64
			for k := range n {
				c += a[i*n+k] * s.v[k*n+j]
			}
			s.w[i*n+j] = c
		}
	}
	for i := range n {
		for j := range i + 1 {
			c := dot(s.w[i*n:i*n+n], a[j*n:j*n+n]) + noise*extra[i*n+j]
			s.v[i*n+j], s.v[j*n+i] = c, c
		}
		s.grown = s.grown || !(math.Abs(s.z[i]) <= math.MaxFloat64) || !(s.v[i*n+i] <= math.MaxFloat64)
	}
}

// applyTwo is apply of two variables, with the same operations.
func (s *state) applyTwo(a, extra []float64, noise float64) {
	a, extra, v, z := a[:4], extra[:4], s.v[:4], s.z[:2]
	z[0], z[1] = a[0]*z[0]+a[1]*z[1], a[2]*z[0]+a[3]*z[1]
	w00, w01 := a[0]*v[0]+a[1]*v[2], a[0]*v[1]+a[1]*v[3]
	w10, w11 := a[2]*v[0]+a[3]*v[2], a[2]*v[1]+a[3]*v[3]
	v[0] = w00*a[0] + w01*a[1] + noise*extra[0]
	v[2] = w10*a[0] + w11*a[1] + noise*extra[2]
	v[3] = w10*a[2] + w11*a[3] + noise*extra[3]
	v[1] = v[2]
	s.grown = s.grown || !(math.Abs(z[0]) <= math.MaxFloat64) || !(v[0] <= math.MaxFloat64) ||
		!(math.Abs(z[1]) <= math.MaxFloat64) || !(v[3] <= math.MaxFloat64)
}

// gradientAt returns the point whose gradient step t takes.
func (p *piece) gradientAt(t int) []float64 {
	if p.varies == nil {
		return p.gradient
	}
	if each := p.varies.each; each != nil {
		return each(t).gradient
	}
	f := p.pace.at(t - p.first).Value()
	q := &p.varies.plain
	at := make([]float64, len(q.g0))
	for i := range at {
		at[i] = q.g0[i] + f*q.g1[i]
	}
	return at
}

// vary does one step of a piece whose learning rate changes.
func (p *piece) vary(s *state, period int) {
	if each := p.varies.each; each != nil {
		s.take(each(s.t), p.varies.x, p.noise)
		s.t++
		return
	}
	q := &p.varies.plain
	if period > 0 && (s.t+1)%period == 0 {
		q = &p.varies.sync
	}
	exact := p.pace.at(s.t - p.first)
	f := exact.Value()
	n := len(s.z)
	if n == 1 {
		a, b := q.rounded(0, exact), q.b0[0]+f*q.b1[0]
		s.z[0] *= a
		s.v[0] = a*a*s.v[0] + p.noise*b*b
		s.grown = !(math.Abs(s.z[0]) <= math.MaxFloat64) || !(s.v[0] <= math.MaxFloat64)
	} else {
		for i := range s.a {
			s.a[i] = q.rounded(i, exact)
		}
		if s.fine != nil {
			for i := range s.a {
				s.matrix[i/n][i%n] = q.entry(i, exact)
			}
		}
		for i := range n {
			b := q.b0[i] + f*q.b1[i]
			for j := range n {
				s.kick[i*n+j] = b * (q.b0[j] + f*q.b1[j])
			}
		}
		s.apply(&level{a: s.a, exact: s.matrix}, s.kick, p.noise)
	}
	s.t++
}

// response reads the state.
func (m *machine) response(s *state) Response {
	if s.grown {
		return Response{Factor: math.Inf(1), Noise: unbounded(m.variance)}
	}
	if m.sum >= 0 && s.t >= m.from {
		count := float64(s.t - m.from + 1)
		n := len(s.z)
		return Response{Factor: s.z[m.sum] / count, Noise: times(m.variance, math.Max(0, s.v[m.sum*n+m.sum]/count/count))}
	}
	r := m.readout
	if m.readoutAt != nil {
		r = m.readoutAt(s.t)
	}
	return Response{Factor: m.resolved(s, r), Noise: times(m.variance, math.Max(0, quadraticForm(s.v, r)))}
}

// read is r'z.
func (s *state) read(r []float64) float64 {
	if s.fine == nil {
		return dot(r, s.z)
	}
	var f dd.Number
	for i, z := range s.fine {
		f = f.Add(z.Mul(dd.Exact(r[i])))
	}
	return f.Value()
}

// resolved is r'z, of a mean that is followed once more with 106 bits where it is next to a
// zero of what is read.
func (m *machine) resolved(s *state, r []float64) float64 {
	f := s.read(r)
	if s.fine != nil || len(s.z) == 1 || !(math.Abs(f) < cancelled*largest(s.z)) {
		return f
	}
	fine := *m
	fine.cancels = true
	if s.again == nil {
		s.again = fine.begin()
	}
	if fine.advance(s.again, s.t); s.again.grown {
		return f
	}
	return s.again.read(r)
}

func largest(v []float64) (size float64) {
	for _, x := range v {
		size = math.Max(size, math.Abs(x))
	}
	return size
}

// quadraticForm returns r'v r.
func quadraticForm(v, r []float64) float64 {
	n := len(r)
	var c float64
	for i := range n {
		if r[i] != 0 {
			c += r[i] * dot(v[i*n:i*n+n], r)
		}
	}
	return c
}

// At returns the response after t steps.
func (m *machine) At(t int) Response {
	s := m.begin()
	m.advance(s, t)
	return m.response(s)
}

// walk visits the responses after increasing numbers of steps, each from the
// one before.
func (m *machine) walk(steps []int, visit func(k int, r Response)) {
	s := m.begin()
	for k, t := range steps {
		m.advance(s, t)
		visit(k, m.response(s))
	}
}

// Limit returns the limit of the response.
func (m *machine) Limit() Response {
	last := m.last()
	if m.ending != nil {
		return m.ending.limit(m)
	}
	if last.varies != nil { // 1/t for ever: both parts fall as a power of t
		if !m.flat {
			return Response{}
		}
		return m.At(1 << 20)
	}
	if m.frozen() {
		return m.atRest(m.begin())
	}
	if m.sum >= 0 {
		return m.averageLimit()
	}
	powers := last.plain
	if m.period > 0 {
		powers = last.cycle
	}
	a, v, ok := powers.settled(m.variance == 0)
	if !ok {
		r := Response{Factor: math.Inf(1), Noise: unbounded(m.variance)}
		if a != nil {
			r.Factor = math.Abs(m.applied(a))
		}
		return r
	}
	return Response{Factor: math.Abs(m.applied(a)), Noise: times(m.variance, last.noise*math.Max(0, quadraticForm(v, m.readout)))}
}

// frozen reports whether the learning rate is 0 in the end.
func (m *machine) frozen() bool {
	last := m.last()
	return last.varies == nil && last.segment.From == 0
}

// atRest is where a frozen machine comes to rest from a state. Once the learning rate is 0
// no step but the last piece's is looked at: whatever else changes then moves averages
// only, which come to the same point.
func (m *machine) atRest(s *state) Response {
	last := *m.last()
	rest := *m
	rest.pieces = append(slices.DeleteFunc(slices.Clone(m.pieces), func(p piece) bool { return p.first >= last.first }), last)
	rest.advance(s, max(s.t, last.first)+longAfter)
	return rest.response(s)
}

// noiseGrows reports whether the noise never falls: with constant settings it is a
// growing sum of squares Σ_{j<t} (r'A^j b)², of cycles at their ends if what is
// reported stands still between them.
func (m *machine) noiseGrows() bool {
	if m.sum >= 0 || m.readoutAt != nil || len(m.pieces) > 1 || m.pieces[0].varies != nil {
		return false
	}
	if m.period == 0 {
		return true
	}
	n := len(m.start)
	step := m.pieces[0].plain.levels[0].a
	for j := range n {
		var row float64
		for i, r := range m.readout {
			row += r * step[i*n+j]
		}
		if row != m.readout[j] {
			return false
		}
	}
	return true
}

// doomed reports whether a state that has grown beyond all float64 by step t does not
// come back: the settings are constant from there on, in every piece unstable, and,
// of matrices of one's own, their radius is what has made it grow (by 10^74 at least,
// where a start outside the growing modes would be one of a kind).
func (m *machine) doomed(t int) bool {
	if m.sum >= 0 {
		return len(m.pieces) == 1 && math.IsInf(m.base.Limit().Factor, 1)
	}
	if m.frozen() {
		return false
	}
	for i := range m.pieces {
		p := &m.pieces[i]
		if t >= p.end {
			continue
		}
		if p.varies != nil {
			return false
		}
		steps := p.plain
		if m.period > 0 {
			steps = p.cycle
		}
		if _, _, ok := steps.settled(m.variance == 0); ok {
			return false
		}
	}
	return !m.own || len(m.start) == 1 || m.radiusMakes(t, 170)
}

// radiusMakes reports whether t steps of growth at the spectral radius make a factor
// of e^log.
func (m *machine) radiusMakes(t int, log float64) bool {
	return float64(t)*eigenDamping(1, m.last().plain.levels[0].a).LogRadius >= log
}

// applied reads the start mapped by a; what is below the rounding is zero.
func (m *machine) applied(a []float64) float64 {
	n := len(m.start)
	var f float64
	for i := range n {
		f += m.readout[i] * dot(a[i*n:i*n+n], m.start)
	}
	if math.Abs(f) < 1e-17 {
		return 0
	}
	return f
}

// averageLimit is the limit of a uniform average: it forgets the start and the
// noise where the method does so or flips, and stays with them in a direction
// without curvature.
func (m *machine) averageLimit() Response {
	base := m.base.Limit()
	switch {
	case m.flat:
		return Response{Factor: 1, Noise: unbounded(m.variance)}
	case math.IsInf(base.Factor, 1):
		return base
	}
	return Response{}
}

// longAfter is a number of steps after which averages have forgotten a run.
const longAfter = 1 << 60
