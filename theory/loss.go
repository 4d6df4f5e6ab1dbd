package theory

// Expect returns the expected loss of m on p after each number of steps:
//
//	E L(t) = ½ Σ m_i h_i E θ_i(t)²
//	Var L(t) = ½ Σ m_i h_i² v_i (v_i + 2 μ_i²)      (μ_i, v_i: mean and variance of θ_i(t))
//
// The second line holds for Gaussian θ(t): the loss is then a weighted sum of
// noncentral chi-squares. It is not given (StdDev is nil) where directions are
// Correlated or the noise is multiplicative. The error names an invalid problem or method, an
// empty list of steps, or steps that are negative or do not increase.
func Expect(p Problem, steps []int, m Method) (Curve, error) {
	m, err := prepared(p, steps, m)
	if err != nil {
		return Curve{}, err
	}
	c := Curve{Problem: p.String(), Method: m.String(), Family: m.Family(), Steps: append([]int(nil), steps...), Samples: SamplesSpent(m, steps)}
	if p.Streaming {
		if err := affordable(p, steps[len(steps)-1], m, 1); err != nil {
			return Curve{}, err
		}
		return c, c.stream(p, m)
	}
	if err := c.sum(p, m); err != nil {
		return Curve{}, err
	}
	if c.NoFloor = unsettled(m); c.NoFloor != "" {
		c.Floor = 0
	}
	if p.Correlated {
		c.StdDev = nil
	}
	if err := c.band(p, m); err != nil {
		return Curve{}, err
	}
	return c, nil
}

// sum fills in the sums over the directions. What is followed step by step is followed
// at all steps at once.
func (c *Curve) sum(p Problem, m Method) error {
	last := c.Steps[len(c.Steps)-1]
	followed, _ := followedSteps(p, last, m)
	if p.Law.Count == 0 && followed > followable(p, m)/8 {
		if _, l, modes, disagreement, ok := p.gather(m, c.Steps, mostFollowed/float64(followed)/costOf(m)); ok {
			c.Modes, c.SumError = modes, disagreement
			c.fill(l)
			return nil
		}
	}
	if err := affordable(p, last, m, 1); err != nil {
		return err
	}
	some, modeOf := spread(c.Steps), modesOf(m)
	if followed > 0 {
		some = c.Steps
	}
	var of []Direction
	var l []parts
	dirs, disagreement, err := p.nodesFor(m, p.summable(last, m), func(d []Direction) []float64 {
		of, l = d, lossesOf(d, modeOf, some)
		return lookedAt(l)
	})
	if err != nil {
		return err
	}
	if len(some) < len(c.Steps) || len(of) != len(dirs) {
		l = lossesOf(dirs, modeOf, c.Steps)
	}
	c.Modes, c.SumError = len(dirs), disagreement
	c.fill(l)
	return nil
}

// ExpectedLoss returns E L(t) after t steps, +Inf where it overflows.
// The error names an invalid problem or method, or t < 0.
func ExpectedLoss(p Problem, t int, m Method) (float64, error) {
	c, err := Expect(p, []int{t}, m)
	if err != nil {
		return 0, err
	}
	return c.Loss[0], nil
}

// SecondMoments returns E θ_i(t)² for every entry of the problem after t
// steps, +Inf where it overflows. See Moments.
// The error names an invalid problem or method, or t < 0.
func SecondMoments(p Problem, t int, m Method) ([]float64, error) {
	m, mode, err := directionwise(p, []int{t}, m)
	if err != nil {
		return nil, err
	}
	if p.Streaming {
		return streamedMoments(p, t, m)
	}
	s := make([]float64, p.Len())
	for i := range s {
		d := p.Direction(i)
		r := mode(d.Curvature, d.Noise).At(t)
		s[i] = times(r.Factor*r.Factor, d.SecondMoment()) + r.Noise
	}
	return s, nil
}

// togetherAtZero is how many directions may all be next to a zero of their factors at
// once: their loss keeps its digits, step by step.
const togetherAtZero = 8

// lossesOf sums the loss over directions after each number of steps, and its
// limit at the end. A direction without curvature has no loss, wherever its
// coordinate goes.
func lossesOf(dirs []Direction, modeOf func(h, c float64) Mode, steps []int) []parts {
	l := make([]parts, len(steps)+1)
	runs, single := runsOf(steps)
	if len(dirs) <= togetherAtZero {
		runs = nil
	}
	plain := newPartialSums(len(steps))
	var asked []Direction // of a block, those that are not followed along the runs
	var modes []Mode
	for i, d := range dirs {
		if d.Curvature != 0 {
			mode := modeOf(d.Curvature, d.Noise)
			if s, ok := mode.(strider); ok && len(runs) > 0 {
				l[len(steps)].add(d, mode.Limit())
				for _, k := range single {
					l[k].add(d, mode.At(steps[k]))
				}
				for _, r := range runs {
					if s.follow(d.weights(), r, plain.part(r.from, r.to)) {
						continue
					}
					for k := r.from; k < r.to; k++ {
						l[k].add(d, mode.At(steps[k]))
					}
				}
			} else {
				asked, modes = append(asked, d), append(modes, mode)
			}
		}
		if i%block == block-1 || i == len(dirs)-1 {
			plain.into(l[:len(steps)])
			respondTogether(modes, steps, func(i, k int, r Response) { l[k].add(asked[i], r) })
			asked, modes = asked[:0], modes[:0]
		}
	}
	return l
}
