package theory

import "slices"

// atOnce is how many steps several directions are followed before the next ones: few
// enough for their matrices to stay in the processor's cache, which is most of the cost.
const atOnce = 256

// respondTogether visits the responses of directions after increasing numbers of steps
// k, and their limits as the last. Of a run that comes to rest the limit is where it
// does.
func respondTogether(modes []Mode, steps []int, visit func(i, k int, r Response)) {
	var runs []*together
	for i, mode := range modes {
		if m, ok := mode.(*machine); ok && m.follows() {
			runs = append(runs, &together{i, m, m.begin()})
			continue
		}
		respond(mode, steps, func(k int, r Response) { visit(i, k, r) })
		visit(i, len(steps), mode.Limit())
	}
	if len(runs) == 0 {
		return
	}
	first, at := runs[0].machine, 0
	for k, t := range steps {
		for at < t {
			next := t
			if p := first.pieceAt(at); p.varies != nil {
				next = min(next, at+atOnce)
			}
			for _, r := range runs {
				r.machine.advance(r.state, next)
			}
			at = next
		}
		for _, r := range runs {
			visit(r.i, k, r.machine.response(r.state))
		}
	}
	for _, r := range runs {
		limit := Response{}
		if first.frozen() {
			limit = r.machine.atRest(r.state)
		} else {
			limit = r.machine.Limit()
		}
		visit(r.i, len(steps), limit)
	}
}

// together is one of several directions that are followed together.
type together struct {
	i       int
	machine *machine
	state   *state
}

// follows reports whether some steps are followed one by one.
func (m *machine) follows() bool {
	return slices.ContainsFunc(m.pieces, func(p piece) bool { return p.varies != nil })
}
