package plotting

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

// amount reads what a title says of a ratio above 1, as the least and the most that it
// can be.
func amount(t *testing.T, words string) (low, high float64) {
	t.Helper()
	if words == "far" {
		return 1e9, math.Inf(1)
	}
	number, unit := strings.TrimSuffix(strings.TrimSuffix(words, " times"), "%"), words[len(words)-1]
	v, err := strconv.ParseFloat(number, 64)
	if err != nil {
		t.Fatalf("no amount: %q", words)
	}
	if unit == '%' {
		v = 1 + v/100
		return v - 0.006, v + 0.006
	}
	return 0.945 * v, 1.055 * v
}

// sentence checks that a title says one of the sentences, and that its claim holds.
type sentence struct {
	words *regexp.Regexp
	holds func(part []string) bool
}

func judge(t *testing.T, f Figure, sentences []sentence) (found bool) {
	t.Helper()
	if f.Subtitle == "" {
		return false
	}
	for _, s := range sentences {
		if part := s.words.FindStringSubmatch(f.Title); part != nil {
			if !s.holds(part) {
				t.Errorf("not true: %q", f.Title)
			}
			return true
		}
	}
	t.Errorf("no rule for %q", f.Title)
	return true
}

func saidTruly(v float64, words string, t *testing.T) bool {
	low, high := amount(t, words)
	return low <= v && v <= high || math.IsInf(v, 1) && math.IsInf(high, 1) || math.IsNaN(v)
}

// findings draws so many figures of numbers from a seed: one in so many of them must find
// something.
func findings(t *testing.T, seed uint64, rounds, oneIn int, draw func(rng *rand.Rand) (found bool)) {
	t.Helper()
	rng, found := rand.New(rand.NewPCG(18, seed)), 0
	for range rounds {
		if draw(rng) {
			found++
		}
	}
	if found < rounds/oneIn {
		t.Errorf("only %d of %d figures found something", found, rounds)
	}
}

// tally counts the findings of each kind.
type tally map[string]int

func (n tally) note(kind string, found bool) {
	if found {
		n[kind]++
	}
}

// atLeast fails for kinds with fewer findings.
func (n tally) atLeast(t *testing.T, least int, kinds ...string) {
	t.Helper()
	for _, kind := range kinds {
		if n[kind] < least {
			t.Errorf("%q: %d findings, want %d", kind, n[kind], least)
		}
	}
}

func re(words string) *regexp.Regexp { return regexp.MustCompile("^" + words + "$") }

// What a figure of losses says of their ends is true, of every kind of them: ties,
// divergence, overflow, zeros, other lengths and other problems.
func TestFindingsOfLossesAreTrue(t *testing.T) {
	levels := []float64{0, 1e-12, 0.01, 0.01003, 0.0102, 0.02, 0.5, 0.5, 3, 1e12, math.Inf(1)}
	findings(t, 100, 1500, 3, func(rng *rand.Rand) bool {
		curves := make([]theory.Curve, 1+rng.IntN(4))
		for i := range curves {
			c := theory.Curve{Problem: "p", Method: fmt.Sprintf("M%d", i), Family: "SGD", Steps: []int{0, 1, 10, 30 + rng.IntN(1+rng.IntN(2))}}
			for range c.Steps {
				c.Loss = append(c.Loss, levels[rng.IntN(len(levels))])
			}
			c.Loss[0], c.Bias, c.Noise = 5, slices.Clone(c.Loss), slices.Clone(c.Loss)
			if c.Floor = levels[rng.IntN(len(levels))]; rng.IntN(4) > 0 {
				c.Floor = 0.01
			}
			if rng.IntN(20) == 0 {
				c.Problem = "q"
			}
			curves[i] = c
		}
		by := func(name string) theory.Curve {
			return curves[slices.IndexFunc(curves, func(c theory.Curve) bool { return c.Method == name })]
		}
		end := func(name string) float64 { c := by(name); return c.Loss[len(c.Loss)-1] }
		compared := func() bool {
			return !slices.ContainsFunc(curves, func(c theory.Curve) bool { return c.Problem != curves[0].Problem || c.Steps[3] != curves[0].Steps[3] })
		}
		lowest := func(but ...string) float64 {
			low := math.Inf(1)
			for _, c := range curves {
				if !slices.Contains(but, c.Method) {
					low = min(low, end(c.Method))
				}
			}
			return low
		}
		calm := 0
		for _, c := range curves {
			if !c.Diverges() {
				calm++
			}
		}
		return judge(t, LossCurves(curves), []sentence{
			{re(`(M\d) ends lowest, (.+) below (M\d)`), func(p []string) bool {
				return compared() && !by(p[1]).Diverges() && end(p[1]) <= lowest(p[1]) && end(p[3]) == lowest(p[1]) && saidTruly(end(p[3])/end(p[1]), p[2], t)
			}},
			{re(`(M\d) leads until t ≈ (.+), (M\d) ends (.+) lower`), func(p []string) bool {
				until := must(strconv.ParseFloat(p[2], 64))
				for k, step := range by(p[1]).Steps {
					one, other := by(p[1]).Loss[k], by(p[3]).Loss[k]
					if float64(step) < until && one > 1.006*other || float64(step) > 1.1*until && other > 1.006*one {
						return false
					}
				}
				return compared() && len(curves) == 2 && saidTruly(end(p[1])/end(p[3]), p[4], t)
			}},
			{re(`(M\d) and (M\d) end lowest, within 0.5% of each other`), func(p []string) bool {
				a, b := end(p[1]), end(p[2])
				return compared() && max(a, b) <= 1.0051*min(a, b) && lowest(p[1], p[2]) >= max(a, b)
			}},
			{re(`Only (M\d) does not diverge`), func(p []string) bool { return calm == 1 && !by(p[1]).Diverges() }},
			{re(`All of them diverge|M0 diverges`), func([]string) bool { return calm == 0 }},
			{re(`(M0) ends at (\S+) after (\d+) steps(, within 1% of its floor)?`), func(p []string) bool {
				return len(curves) == 1 && p[2] == number(end(p[1])) && p[3] == fmt.Sprint(curves[0].Steps[3]) && (p[4] == "") == !(math.Abs(end(p[1])-curves[0].Floor) <= 0.0100001*curves[0].Floor && curves[0].Floor > 0)
			}},
		})
	})
}

// Who arrives first, arrives first, whenever those arrive that were not followed to
// their end.
func TestFindingsOfStepsAreTrue(t *testing.T) {
	findings(t, 101, 1500, 2, func(rng *rand.Rand) bool {
		answers := make([]theory.Steps, 1+rng.IntN(4))
		truth := map[string]float64{}
		for i := range answers {
			s := theory.Steps{Problem: "p", Method: fmt.Sprintf("M%d", i), Family: "SGD", Target: 0.01, Limit: 40}
			s.Outcome = []theory.Outcome{theory.Reached, theory.Reached, theory.Reached, theory.Never, theory.Diverges, theory.NotWithinLimit}[rng.IntN(6)]
			s.Steps, s.Checked = -1, rng.IntN(30)
			switch s.Outcome {
			case theory.Reached:
				s.Steps = rng.IntN(30)
				s.Checked = s.Steps
				truth[s.Method] = float64(s.Steps)
			case theory.NotWithinLimit:
				truth[s.Method] = float64(s.Checked + 1) // the earliest that is possible
			default:
				s.Bound, truth[s.Method] = 0.02, math.Inf(1)
			}
			if rng.IntN(20) == 0 {
				s.Target = 0.02
			}
			answers[i] = s
		}
		first := func(but ...string) float64 {
			least := math.Inf(1)
			for name, steps := range truth {
				if !slices.Contains(but, name) {
					least = min(least, steps)
				}
			}
			return least
		}
		one := func() bool {
			return !slices.ContainsFunc(answers, func(s theory.Steps) bool { return s.Target != answers[0].Target })
		}
		late := func(part string) bool { return first() > must(strconv.ParseFloat(part, 64)) }
		is := func(part string, v float64) bool { return must(strconv.ParseFloat(part, 64)) == v }
		return judge(t, StepsToTarget(answers), []sentence{
			{re(`None of them reaches loss \S+`), func([]string) bool { return one() && math.IsInf(first(), 1) }},
			{re(`None of them reaches loss \S+ within (\d+) steps?`), func(p []string) bool { return one() && late(p[1]) }},
			{re(`The start is at or below loss \S+`), func([]string) bool { return one() && first() == 0 }},
			{re(`Only (M\d) reaches loss \S+, after (\d+) steps?`), func(p []string) bool {
				return one() && is(p[2], truth[p[1]]) && math.IsInf(first(p[1]), 1)
			}},
			{re(`(M\d) and (M\d) reach loss \S+ first, together after (\d+) steps?`), func(p []string) bool {
				return one() && is(p[3], truth[p[1]]) && truth[p[1]] == truth[p[2]] && first(p[1], p[2]) > truth[p[1]]
			}},
			{re(`(\d+) of them reach loss \S+ first, together after (\d+) steps?`), func(p []string) bool {
				n := 0
				for _, steps := range truth {
					if steps == first() {
						n++
					}
				}
				return one() && is(p[1], float64(n)) && is(p[2], first())
			}},
			{re(`(M\d) reaches loss \S+ first, after (\d+) steps?`), func(p []string) bool {
				return one() && is(p[2], truth[p[1]]) && truth[p[1]] < first(p[1])
			}},
			{re(`(M\d) reaches loss \S+ first, (\d+) steps? before (M\d)`), func(p []string) bool {
				return one() && truth[p[3]] == first(p[1]) && is(p[2], truth[p[3]]-truth[p[1]])
			}},
			{re(`(M\d) reaches loss \S+ first, (.+) sooner than (M\d)`), func(p []string) bool {
				return one() && truth[p[3]] == first(p[1]) && saidTruly(truth[p[3]]/truth[p[1]], p[2], t)
			}},
			{re(`(M0) reaches loss \S+ after (\d+) steps?`), func(p []string) bool { return is(p[2], truth[p[1]]) }},
			{re(`(M0) (never reaches|diverges and does not reach) loss \S+`), func(p []string) bool { return math.IsInf(truth[p[1]], 1) }},
			{re(`(M0) does not reach loss \S+ within (\d+) steps?`), func(p []string) bool { return late(p[2]) }},
		})
	})
}

// What a figure of batch sizes says holds at each of them; with points missing it says
// nothing.
func TestFindingsOfScalingsAreTrue(t *testing.T) {
	findings(t, 102, 1500, 3, func(rng *rand.Rand) bool {
		s := theory.Scaling{Problem: "p", Target: 0.01, BatchSizes: []float64{1, 4, 16, 64, 256}[:2+rng.IntN(4)]}
		steps := map[string][]float64{}
		missing := false
		for i := range 1 + rng.IntN(3) {
			c := theory.ScalingCurve{Family: fmt.Sprintf("F%d", i)}
			level, limit := math.Exp(6+rng.NormFloat64()), math.Exp(3+2*rng.NormFloat64())
			for _, b := range s.BatchSizes {
				n := 1 + int(level*(1/b+1/limit)*math.Exp(0.1*rng.NormFloat64()))
				p := theory.Tuned{Problem: "p", Family: c.Family, Optimizer: theory.Optimizer{LearningRate: math.Exp(rng.NormFloat64()), BatchSize: b}, Target: 0.01, Free: []string{"learning rate"}, Steps: theory.Steps{Outcome: theory.Reached, Steps: n}}
				switch rng.IntN(60) {
				case 0:
					p.Steps, missing = theory.Steps{Outcome: theory.NotWithinLimit, Steps: -1, Checked: 10}, true
				case 1:
					p.Steps = theory.Steps{Outcome: theory.Never, Steps: -1}
				}
				v := float64(p.Steps.Steps)
				if p.Steps.Outcome != theory.Reached {
					v = math.Inf(1)
				}
				c.Points, steps[c.Family] = append(c.Points, p), append(steps[c.Family], v)
			}
			s.Curves = append(s.Curves, c)
		}
		s.Partial = rng.IntN(10) == 0
		every := func(holds func(k int, b float64) bool) bool {
			for k, b := range s.BatchSizes {
				if !holds(k, b) {
					return false
				}
			}
			return !missing && !s.Partial
		}
		most := func(slow, fast string) float64 {
			ratio := 0.0
			for k := range s.BatchSizes {
				if steps[fast][k] <= 0.9*steps[slow][k] {
					ratio = max(ratio, steps[slow][k]/steps[fast][k])
				}
			}
			return ratio
		}
		b := func(part string) float64 { return must(strconv.ParseFloat(part, 64)) }
		helps := func(slow, fast string, k int) bool {
			return steps[fast][k] <= 0.9*steps[slow][k] && !math.IsInf(steps[fast][k], 1)
		}
		fewest := func(name string, k int) bool {
			for other, v := range steps {
				if other != name && v[k] <= steps[name][k] {
					return false
				}
			}
			return true
		}
		scales := func(name string, k int) bool {
			least := math.Inf(1)
			for j, size := range s.BatchSizes {
				least = min(least, size*steps[name][j])
			}
			return s.BatchSizes[k]*steps[name][k] <= 1.2*least
		}
		found := judge(t, BatchScaling(s), []sentence{
			{re(`(F\d) scales to B = (\d+)(; a larger batch takes over a fifth more samples|: no batch size takes a fifth more samples)`), func(p []string) bool {
				return len(s.Curves) == 1 && every(func(k int, size float64) bool { return scales(p[1], k) == (size <= b(p[2])) })
			}},
			{re(`(F\d) saves less than a tenth of the steps of (F\d) at every batch size`), func(p []string) bool {
				return every(func(k int, _ float64) bool { return !helps(p[2], p[1], k) })
			}},
			{re(`(F\d) helps at every batch size: up to (.+) fewer steps than (F\d)`), func(p []string) bool {
				return saidTruly(most(p[3], p[1]), p[2], t) && every(func(k int, _ float64) bool { return helps(p[3], p[1], k) })
			}},
			{re(`(F\d) saves a tenth of the steps of (F\d) only from B = (\d+) on: up to (.+) fewer`), func(p []string) bool {
				return saidTruly(most(p[2], p[1]), p[4], t) && every(func(k int, size float64) bool { return helps(p[2], p[1], k) == (size >= b(p[3])) })
			}},
			{re(`(F\d) saves a tenth of the steps of (F\d) only up to B = (\d+)`), func(p []string) bool {
				return every(func(k int, size float64) bool { return helps(p[2], p[1], k) == (size <= b(p[3])) })
			}},
			{re(`(F\d) takes the fewest steps at every batch size`), func(p []string) bool {
				return every(func(k int, _ float64) bool { return fewest(p[1], k) })
			}},
			{re(`(F\d) takes the fewest steps up to B = (\d+), (F\d) from B = (\d+) on`), func(p []string) bool {
				return every(func(k int, size float64) bool {
					return fewest(p[1], k) == (size <= b(p[2])) && fewest(p[3], k) == (size >= b(p[4]))
				})
			}},
		})
		last := len(s.BatchSizes) - 1
		judge(t, TradeOff(s), []sentence{
			{re(`From B = (\d+) to (\d+), (F\d) takes (.+) fewer steps for (.+ times|no more than a tenth more)( the)? samples`), func(p []string) bool {
				v := steps[p[3]]
				samples := b(p[2]) * v[last] / (b(p[1]) * v[0])
				if p[5] == "no more than a tenth more" {
					return samples <= 1.1 && saidTruly(v[0]/v[last], p[4], t)
				}
				return !s.Partial && saidTruly(samples, p[5], t) && saidTruly(v[0]/v[last], p[4], t)
			}},
		})
		judge(t, BestSettings(s), []sentence{
			{re(`From B = (\d+) to (\d+) the best learning rate of (F\d) (grows|falls) (.+ times)`), func(p []string) bool {
				c := s.Curves[slices.IndexFunc(s.Curves, func(c theory.ScalingCurve) bool { return c.Family == p[3] })]
				first, end := c.Points[0].Optimizer.LearningRate, c.Points[last].Optimizer.LearningRate
				if p[4] == "falls" {
					first, end = end, first
				}
				return !s.Partial && b(p[1]) == s.BatchSizes[0] && b(p[2]) == s.BatchSizes[last] && saidTruly(end/first, p[5], t)
			}},
		})
		return found
	})
}

// What sampled figures, sweeps and the others find is in their numbers.
func TestOtherFindingsAreTrue(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 103))
	for range 1000 {
		a := theory.PairedCurve{Problem: "p", Methods: [2]string{"A", "B"}, Steps: []int{0, 1}, Mean: []float64{0, rng.NormFloat64()}, StdErr: []float64{0, 1}, Saving: []float64{1, 1}, Level: 0.95, Trials: 9}
		a.Low, a.High = []float64{0, a.Mean[1] - 1}, []float64{0, a.Mean[1] + 1}
		judge(t, PairedDifference(a), []sentence{
			{re(`A ends lower than B`), func([]string) bool { return a.High[1] < 0 }},
			{re(`B ends lower than A`), func([]string) bool { return a.Low[1] > 0 }},
			{re(`The runs do not tell the ends of A and B apart`), func([]string) bool { return a.Low[1] <= 0 && a.High[1] >= 0 }},
		})
		values := make([]float64, 2+rng.IntN(5))
		answers := make([]theory.Steps, len(values))
		least := math.Inf(1)
		for k := range values {
			values[k] = float64(k)
			if answers[k] = (theory.Steps{Problem: "p", Method: "M", Family: "SGD", Target: 0.01, Outcome: theory.Reached, Steps: 1 + rng.IntN(9)}); rng.IntN(4) == 0 {
				answers[k].Outcome = theory.Never
			} else {
				least = min(least, float64(answers[k].Steps))
			}
		}
		sweep := theory.Sweep[theory.Steps]{Axes: []theory.Axis{{Name: "momentum β", Values: values}}, Results: answers, Partial: rng.IntN(4) == 0}
		if f, err := FigureOf(sweep); err == nil {
			judge(t, f, []sentence{{re(`Least steps to target: (\d+), at β=(\d+)`), func(p []string) bool {
				n := 0
				for _, s := range answers {
					if s.Outcome == theory.Reached && float64(s.Steps) == least {
						n++
					}
				}
				k := must(strconv.Atoi(p[2]))
				return !sweep.Partial && n == 1 && answers[k].Outcome == theory.Reached && p[1] == fmt.Sprint(answers[k].Steps) && float64(answers[k].Steps) == least
			}}})
		}
		sampled := make([]theory.SampledCurve, 1+rng.IntN(3))
		for i := range sampled {
			sampled[i] = theory.SampledCurve{Problem: "p", Method: fmt.Sprintf("M%d", i), Family: "SGD", Quantity: "loss", Steps: []int{0, 5}, Mean: []float64{9, rng.ExpFloat64()}, StdErr: []float64{0, 0.1}, Low: []float64{9, 0.1}, High: []float64{9, 5}, Trials: 9, Level: 0.9, Partial: rng.IntN(8) == 0}
		}
		judge(t, SampledCurves(sampled), []sentence{
			{re(`The runs of M0 end at (\S+) on average, with a standard error of 0.1`), func(p []string) bool { return p[1] == number(sampled[0].Mean[1]) }},
			{re(`The runs of M(\d) end lowest on average, (.+) below those of M(\d)`), func(p []string) bool {
				i, j := must(strconv.Atoi(p[1])), must(strconv.Atoi(p[3]))
				for k, c := range sampled {
					if c.Partial || k != i && c.Mean[1]-sampled[i].Mean[1] < 0.42 || k != i && c.Mean[1] < sampled[j].Mean[1] {
						return false
					}
				}
				return saidTruly(sampled[j].Mean[1]/sampled[i].Mean[1], p[2], t)
			}},
		})
	}
}

// What a constructor found can be replaced, stands in every output with what it is of,
// and follows a renamed series.
func TestTitlesOfFindings(t *testing.T) {
	f := LossCurves(nqmkit.Expect(nqmkit.TwoDirections(50, 1), 200, nqmkit.Momentum(0.002, 0.9), nqmkit.SGD(0.02)))
	if !strings.HasPrefix(f.Title, "Momentum α=0.002, β=0.9 ") || f.Subtitle != "Expected loss: two directions, h = (50, 1)" {
		t.Fatalf("%q, %q", f.Title, f.Subtitle)
	}
	for _, e := range []string{".svg", ".html"} {
		data := strings.ReplaceAll(string(must(encodeFile(e, f))), glue, " ")
		for _, want := range []string{f.Title[:30], f.Subtitle} {
			if !strings.Contains(data, want) {
				t.Errorf("%s lacks %q", e, want)
			}
		}
	}
	if text := f.plainText(); !strings.HasPrefix(text, f.Title+"\n"+f.Subtitle+"\n\n") {
		t.Errorf("text %q", text)
	}
	f.Panels[0].Series[0].Name = "ours"
	if got := must(FigureOf(f)).Title; !strings.HasPrefix(got, "Ours ") || strings.Contains(got, "0.002") {
		t.Errorf("renamed: %q", got)
	}
	f.Title = "My own"
	if got := must(FigureOf(f)); got.Title != "My own" {
		t.Errorf("replaced: %q", got.Title)
	}
}

// close reports whether a text is a number to so many digits.
func close(text string, v float64, digits int) bool {
	return text == number(v) || text == raised(strconv.FormatFloat(v, 'g', digits, 64)) || math.Abs(must(strconv.ParseFloat(text, 64))/v-1) < math.Pow(10, float64(1-digits))/1.9
}

// dominant is the larger root of z² - (1+β-αh) z + β.
func dominant(alpha, beta, h float64) complex128 {
	s := complex(1+beta-alpha*h, 0)
	root := cmplx.Sqrt(s*s - complex(4*beta, 0))
	if one, other := (s+root)/2, (s-root)/2; cmplx.Abs(one) < cmplx.Abs(other) {
		return other
	}
	return (s + root) / 2
}

// What figures of spectra, single directions and best settings find is so by brute force:
// sums over lists, and the roots of the recurrence.
func TestFindingsOfSpectraAndDirectionsAreTrue(t *testing.T) {
	said := tally{}
	findings(t, 104, 300, 1, func(rng *rand.Rand) bool {
		h := make([]float64, 1+rng.IntN(30))
		for i := range h {
			if h[i] = math.Exp(2 * rng.NormFloat64()); i > 0 && rng.IntN(2) == 0 {
				h[i] = h[0]
			}
		}
		if rng.IntN(4) == 0 {
			h = slices.Repeat(h[:1], len(h))
		}
		if rng.IntN(3) == 0 {
			for i := range rng.IntN(len(h)) {
				h[1+i] = 0
			}
		}
		p := nqmkit.List(h...)
		sum, top, low, curved := 0.0, slices.Max(h), math.Inf(1), 0
		for _, v := range h {
			if sum += v; v > 0 {
				low, curved = min(low, v), curved+1
			}
		}
		flat := len(h) - curved
		counts := func(which, tail string, n string) bool { // zeros are flat, and said to be
			return n == fmt.Sprint(curved) && (flat > 0) == (which == " curved") && (flat > 0) == (tail != "") && (flat == 0 || tail == fmt.Sprintf(", %d flat", flat))
		}
		const tail = `(, \d+ flat)?`
		spread := []sentence{
			{re(`One direction is curved` + tail), func(part []string) bool { return curved == 1 && part[1] == fmt.Sprintf(", %d flat", flat) }},
			{re(`All (\d+)( curved)? directions have the same curvature` + tail), func(part []string) bool { return top == low && counts(part[2], part[3], part[1]) }},
			{re(`A condition number of (\S+) over (\d+)( curved)? directions` + tail), func(part []string) bool {
				return close(part[1], top/low, 5) && counts(part[3], part[4], part[2])
			}},
			{re(`(\d+)( curved)? directions together curve like (\S+) of the stiffest` + tail), func(part []string) bool {
				return close(part[3], sum/top, 3) && counts(part[2], part[4], part[1])
			}},
		}
		for _, f := range []Figure{must(FigureOf(p)), Scree(p), Density(p), Summary(nqmkit.Summary(p))} {
			if judge(t, f, spread) != (len(h) > 1) {
				t.Errorf("%d directions: %q", len(h), f.Title)
			}
		}
		other := nqmkit.TwoDirections(math.Exp(2*rng.NormFloat64()), 1)
		mine, its := top/low, max(other.Curvature[0], 1)/min(other.Curvature[0], 1)
		judge(t, Summary(nqmkit.Summary(p), nqmkit.Summary(other)), []sentence{
			{re(`Problem 1 has the largest condition number, (\S+)`), func(part []string) bool { return flat == 0 && mine > its && close(part[1], mine, 5) }},
			{re(`Problem 2 has the largest condition number, (\S+)`), func(part []string) bool { return flat == 0 && its > mine && close(part[1], its, 5) }},
		})

		h = slices.DeleteFunc(h, func(h float64) bool { return h == 0 }) // has no rate
		p = nqmkit.List(h...)
		alpha, beta := math.Exp(rng.NormFloat64())/top, []float64{0, rng.Float64()}[rng.IntN(2)]
		m := nqmkit.SGD(alpha)
		if beta > 0 {
			m = nqmkit.Momentum(alpha, beta)
		}
		radius := func(h float64) float64 { return cmplx.Abs(dominant(alpha, beta, h)) }
		is := []sentence{{re(`The direction h = (\S+) is slowest: 1/e in (\S+) steps`), func(part []string) bool {
			slowest := slices.Max(mapped(h, radius))
			return slowest < 1 && close(part[2], -1/math.Log(slowest), 3) && slices.ContainsFunc(h, func(h float64) bool { return number(h) == part[1] && radius(h) > slowest-1e-9 })
		}}, {re(`(\d+) of (\d+) directions do not converge`), func(part []string) bool {
			n := len(slices.DeleteFunc(slices.Clone(h), func(h float64) bool { return radius(h) < 1 }))
			return part[1] == fmt.Sprint(n) && part[2] == fmt.Sprint(len(h))
		}}}
		judge(t, must(FigureOf(nqmkit.Rate(p, m))), is)
		dampings := mapped(h, func(h float64) theory.Damping { return nqmkit.Damping(m, h) })
		if len(h) > 1 {
			judge(t, Dampings(dampings), is)
		}
		z := dominant(alpha, beta, h[0])
		judge(t, Dampings(dampings[:1]), []sentence{{re(`The mean falls to 1/e in (\S+) steps, (without a change of sign|with another sign in every step|swinging once in (\S+))`), func(part []string) bool {
			said[part[2][:8]]++
			if !close(part[1], -1/math.Log(radius(h[0])), 3) {
				return false
			}
			switch {
			case math.Abs(imag(z)) > 1e-9:
				return close(part[3], 2*math.Pi/math.Abs(cmplx.Phase(z)), 3)
			case real(z) < 0:
				return part[2] == "with another sign in every step"
			}
			return part[2] == "without a change of sign"
		}}})

		best := make([]theory.BestSettings, 1+rng.IntN(3))
		for i := range best {
			best[i] = theory.BestSettings{Optimizer: nqmkit.Momentum(float64(i+1), 0.5), Radius: rng.Float64()}
		}
		judge(t, BestPair(best...), []sentence{{re(`Without noise .* α=(\d), β=0.5 falls (fastest, )?to 1/e in (\S+) steps`), func(part []string) bool {
			mine := best[must(strconv.Atoi(part[1]))-1]
			return (part[2] == "") == (len(best) == 1) && close(part[3], -1/math.Log(mine.Radius), 3) &&
				!slices.ContainsFunc(best, func(o theory.BestSettings) bool { return o.Radius < mine.Radius })
		}}})
		return true
	})
	said.atLeast(t, 10, "without ", "with ano", "swinging")
}

// What paths, noise scales, fits, training, schedules and histograms find is in their
// numbers.
func TestFindingsOfMeasurementsAreTrue(t *testing.T) {
	said := tally{}
	findings(t, 105, 400, 1, func(rng *rand.Rand) bool {
		v := func() float64 { return math.Exp(2 * rng.NormFloat64()) }
		paths := make([]theory.Paths, 1+rng.IntN(3))
		far := func(i, k int) float64 { return math.Hypot(paths[i].Theta[0][0][k], paths[i].Theta[0][1][k]) }
		for i := range paths {
			paths[i] = theory.Paths{Problem: "p", Method: fmt.Sprintf("M%d", i), Family: "SGD", Curvature: []float64{2, 1}, Steps: []int{0, 1, 9},
				Theta: [][][]float64{{{v(), v(), v()}, {v(), v(), -v()}}}, Partial: rng.IntN(9) == 0}
		}
		closest := func(but int) (at int) {
			at = -1
			for i := range paths {
				if i != but && (at < 0 || far(i, 2) < far(at, 2)) {
					at = i
				}
			}
			return at
		}
		said.note("paths", judge(t, must(Paths(paths)), []sentence{
			{re(`The mean path of M0 ends (.+) closer to the minimum than it starts`), func(p []string) bool { return len(paths) == 1 && saidTruly(far(0, 0)/far(0, 2), p[1], t) }},
			{re(`The mean path of M0 ends (.+) farther from the minimum than it starts`), func(p []string) bool { return len(paths) == 1 && saidTruly(far(0, 2)/far(0, 0), p[1], t) }},
			{re(`The mean path of M(\d) ends closest to the minimum, (.+) closer than that of M(\d)`), func(p []string) bool {
				i, j := must(strconv.Atoi(p[1])), must(strconv.Atoi(p[3]))
				return !slices.ContainsFunc(paths, func(p theory.Paths) bool { return p.Partial }) && closest(-1) == i && closest(i) == j && saidTruly(far(j, 2)/far(i, 2), p[2], t)
			}},
		}))
		scales := theory.NoiseScales{Problem: "p", Method: "M", Steps: []int{0, 4, 7}, Noise: []float64{v(), v(), v()}, Simple: []float64{v(), v(), v()}}
		said.note("scales", judge(t, NoiseScales(scales), []sentence{{re(`B_noise (rises|falls) from (\S+) to (\S+) in 7 steps`), func(p []string) bool {
			return (p[1] == "rises") == (scales.Noise[2] > scales.Noise[0]) && close(p[2], scales.Noise[0], 3) && close(p[3], scales.Noise[2], 3)
		}}}))
		numbers := make([]theory.Estimate, 1+rng.IntN(4))
		open := 0
		for i := range numbers {
			numbers[i] = theory.Estimate{Name: fmt.Sprintf("n%d", i), Value: 1 + v()}
			numbers[i].Low, numbers[i].High = numbers[i].Value/2, numbers[i].Value*3
			if rng.IntN(3) == 0 {
				numbers[i].Low = 0
				open++
			} else if rng.IntN(3) == 0 {
				numbers[i].High = math.Inf(1)
				open++
			}
		}
		said.note("estimates", judge(t, Estimates(numbers), []sentence{
			{re(`The fit has n0 = (\S+) \((\S+) to (\S+)\)`), func(p []string) bool {
				return len(numbers) == 1 && close(p[1], numbers[0].Value, 4) && (p[2] == "0" || close(p[2], numbers[0].Low, 4)) && (p[3] == "∞" || close(p[3], numbers[0].High, 4))
			}},
			{re(`The data bound all (\d) numbers`), func(p []string) bool { return open == 0 && p[1] == fmt.Sprint(len(numbers)) }},
			{re(`The data leave (\d) of (\d) numbers open`), func(p []string) bool { return p[1] == fmt.Sprint(open) && p[2] == fmt.Sprint(len(numbers)) }},
		}))
		laws := make([]theory.HeldOut, 1+rng.IntN(3))
		off := make([]float64, len(laws))
		for i := range laws {
			laws[i] = theory.HeldOut{Law: fmt.Sprintf("law %d", i), Fitted: 5, Misfit: 0.1}
			for k := range 3 {
				laws[i].Runs, laws[i].Predicted = append(laws[i].Runs, theory.Run{Size: 1, Steps: k + 1, Loss: 2}), append(laws[i].Predicted, 2*math.Exp(0.1*rng.NormFloat64()))
				off[i] += math.Pow(math.Log(laws[i].Predicted[k]/2), 2) / 3
			}
			off[i] = 100 * math.Sqrt(off[i])
		}
		percents := func(p string, i int) bool { return math.Abs(must(strconv.ParseFloat(p, 64))-off[i]) <= 0.00501 }
		said.note("held out", judge(t, HeldOutRuns(laws), []sentence{
			{re(`Law 0 is off by (\S+)% on 3 runs that it had not seen`), func(p []string) bool { return len(laws) == 1 && percents(p[1], 0) }},
			{re(`Law (\d) predicts the hidden runs best: off by (\S+)%, law (\d) by (\S+)%`), func(p []string) bool {
				i, j := must(strconv.Atoi(p[1])), must(strconv.Atoi(p[3]))
				for k := range off {
					if off[k] < off[i] || k != i && off[k] < off[j] {
						return false
					}
				}
				return percents(p[2], i) && percents(p[4], j)
			}},
		}))
		s := theory.TrainedScaling{Problem: "net", Target: 0.1, BatchSizes: []float64{1, 8}, Methods: []string{"A", "B"}, Partial: rng.IntN(9) == 0}
		worst, gaps, reached := map[string]float64{}, map[string]bool{}, 0
		for _, m := range s.Methods {
			for _, b := range s.BatchSizes {
				p := theory.TrainedSteps{Problem: "net", Method: m, Target: 0.1, BatchSize: b, LearningRate: 0.1, Trials: 3, Steps: theory.Estimate{Name: "steps", Value: 100 * v()}}
				if rng.IntN(6) == 0 {
					p.Steps.Value = math.Inf(1)
				} else {
					reached++
				}
				p.Steps.Low, p.Steps.High = p.Steps.Value/2, p.Steps.Value*2
				for _, model := range []string{"X", "Y"} {
					foreseen := 100 * v()
					switch rng.IntN(12) {
					case 0:
						foreseen = math.Inf(1)
					case 1:
						gaps[model] = gaps[model] || !math.IsInf(p.Steps.Value, 1)
						continue
					}
					p.Foreseen = append(p.Foreseen, theory.ForeseenSteps{Model: model, Steps: foreseen})
					if !math.IsInf(p.Steps.Value, 1) {
						worst[model] = max(worst[model], math.Exp(math.Abs(math.Log(foreseen/p.Steps.Value))))
					}
				}
				s.Points = append(s.Points, p)
			}
		}
		said.note("training", judge(t, AgainstTraining(s), []sentence{{re(`“([XY])” is within a factor of (\S+) of training at all (\d) points that it reached`), func(p []string) bool {
			other := map[string]string{"X": "Y", "Y": "X"}[p[1]]
			said := must(strconv.ParseFloat(p[2], 64))
			return !s.Partial && !gaps[p[1]] && p[3] == fmt.Sprint(reached) && worst[p[1]] <= said*(1+1e-9) && said < 1.1*worst[p[1]]+1e-9 && (gaps[other] || worst[other] >= worst[p[1]])
		}}}))
		rates := make([]theory.BestRates, 1+rng.IntN(3))
		for i := range rates {
			rates[i] = theory.BestRates{Problem: "p", Family: "SGD", Steps: 10 + rng.IntN(2)*(i%2), Lengths: []int{5, 5}, LearningRates: []float64{v(), v()}, Optimizer: nqmkit.SGD(1).Batch(float64(i + 1)), Loss: v(), Limit: 1e9}
		}
		alike := func() bool {
			return !slices.ContainsFunc(rates, func(s theory.BestRates) bool { return s.Steps != rates[0].Steps })
		}
		lowest := func(name int, losses []float64, next string, words string) bool {
			j := must(strconv.Atoi(next)) - 1
			for k, l := range losses {
				if l < losses[name] || k != name && l < losses[j] {
					return false
				}
			}
			return saidTruly(losses[j]/losses[name], words, t)
		}
		stairs := func(p []string, all []float64) bool {
			return (p[1] == "grows") == (all[1] > all[0]) && close(p[2], all[0], 3) && close(p[3], all[1], 3)
		}
		said.note("rates", judge(t, Schedules(rates), []sentence{
			{re(`The best learning rate (grows|falls) from (\S+) to (\S+)`), func(p []string) bool { return len(rates) == 1 && stairs(p, rates[0].LearningRates) }},
			{re(`B=(\d) ends lowest, (.+) below B=(\d)`), func(p []string) bool {
				return alike() && lowest(must(strconv.Atoi(p[1]))-1, mapped(rates, func(s theory.BestRates) float64 { return s.Loss }), p[3], p[2])
			}},
		}))
		toTarget := make([]theory.ScheduleSteps, len(rates))
		for i, s := range rates {
			toTarget[i] = theory.ScheduleSteps{Problem: []string{"p", "p", "p", "p", "q"}[rng.IntN(5)], Target: []float64{0.1, 0.1, 0.1, 0.2}[rng.IntN(4)], Steps: s.Steps, Schedule: s}
			if rng.IntN(9) == 0 {
				toTarget[i].Outcome = theory.Never
			}
		}
		said.note("rates to a target", judge(t, SchedulesToTarget(toTarget), []sentence{
			{re(`The best learning rate (grows|falls) from (\S+) to (\S+)`), func(p []string) bool { return len(rates) == 1 && stairs(p, rates[0].LearningRates) }},
			{re(`B=(\d)(?:, T=\d+)? takes the fewest steps found, (.+) below B=(\d)(?:, T=\d+)?`), func(p []string) bool {
				i, j := must(strconv.Atoi(p[1]))-1, must(strconv.Atoi(p[3]))-1
				for k, s := range toTarget {
					if s.Outcome != theory.Reached || s.Problem != toTarget[0].Problem || s.Target != toTarget[0].Target || k != i && s.Steps <= toTarget[i].Steps || s.Steps > toTarget[j].Steps {
						return false
					}
				}
				return saidTruly(float64(toTarget[j].Steps)/float64(toTarget[i].Steps), p[2], t)
			}},
		}))
		batches := make([]theory.BestBatches, 1+rng.IntN(3))
		for i := range batches {
			batches[i] = theory.BestBatches{Problem: "p", Family: "SGD", Samples: 100, Steps: 10, Lengths: []int{5, 5}, BatchSizes: []float64{1 + v(), 1 + v()}, LearningRate: float64(i + 1), Optimizer: nqmkit.SGD(1), Loss: v()}
		}
		said.note("batches", judge(t, BatchSchedules(batches), []sentence{
			{re(`The best batch size (grows|falls) from (\S+) to (\S+)`), func(p []string) bool { return len(batches) == 1 && stairs(p, batches[0].BatchSizes) }},
			{re(`SGD α=(\d), 10 steps ends lowest, (.+) below SGD α=(\d), 10 steps`), func(p []string) bool {
				return lowest(must(strconv.Atoi(p[1]))-1, mapped(batches, func(s theory.BestBatches) float64 { return s.Loss }), p[3], p[2])
			}},
		}))
		values := make([]Distribution, 1+rng.IntN(3))
		for i := range values {
			values[i] = Distribution{Name: fmt.Sprintf("D%d", i)}
			for range 1 + rng.IntN(6) {
				values[i].Values = append(values[i].Values, float64(1+rng.IntN(9)))
			}
		}
		median := func(d Distribution) float64 { // half are at or below, half at or above
			for _, v := range slices.Sorted(slices.Values(d.Values)) {
				if n := len(slices.DeleteFunc(slices.Clone(d.Values), func(w float64) bool { return w > v })); 2*n > len(d.Values) {
					return v
				}
			}
			return math.Inf(1)
		}
		f := must(Histogram("", Axis{Label: "n"}, values...))
		f.Subtitle = "found"
		said.note("histogram", f.Title != "Histogram" && judge(t, f, []sentence{
			{re(`The median of D0 is (\d)`), func(p []string) bool { return len(values) == 1 && p[1] == number(median(values[0])) }},
			{re(`D(\d) has the lowest median, (\d)`), func(p []string) bool {
				i := must(strconv.Atoi(p[1]))
				return p[2] == number(median(values[i])) && !slices.ContainsFunc(slices.Delete(slices.Clone(values), i, i+1), func(d Distribution) bool { return median(d) <= median(values[i]) })
			}},
		}))
		if own := must(Histogram("mine", Axis{Label: "n"}, values...)); own.Title != "mine" {
			t.Errorf("title %q", own.Title)
		}
		return true
	})
	said.atLeast(t, 80, "paths", "scales", "estimates", "held out", "training", "rates", "rates to a target", "batches", "histogram")
}

// What fits find are their own numbers.
func TestFindingsOfFitsAreTrue(t *testing.T) {
	fit := fittedRuns()[0]
	if f := FittedRuns([]theory.RunsFit{fit}); f.Title != fmt.Sprintf("The law is off by %.2f%% a run, over %d runs", 100*fit.Misfit, len(fit.Runs)) {
		t.Errorf("title %q", f.Title)
	}
	judged := 0
	for _, factor := range []float64{0.8, 1, 1.2, 3} {
		law := criticalLaw(factor)
		for _, fit := range law.Fits {
			c := fit.Critical[0]
			if judge(t, CriticalBatches([]theory.CriticalFit{fit}), []sentence{{re(`The critical batch size, (.+), is (\S+) \((\S+) to (\S+)\)`), func(p []string) bool {
				return p[1] == c.Name && close(p[2], c.Value, 4) && close(p[3], c.Low, 4) && close(p[4], c.High, 4) && !c.IsOpen()
			}}}) {
				judged++
			}
		}
		e := law.Exponents[2]
		if judge(t, CriticalBatchLaw(law), []sentence{{re(`The critical batch size (grows|falls) as N\^(\S+) \((\S+) to (\S+)\)`), func(p []string) bool {
			return (p[1] == "grows") == (e.Low > 0) && e.Low*e.High > 0 && p[2] == fmt.Sprintf("%.2f", e.Value) && p[3] == fmt.Sprintf("%.2f", e.Low) && p[4] == fmt.Sprintf("%.2f", e.High)
		}}}) {
			judged++
		}
	}
	if judged < 4 {
		t.Errorf("%d fits found something", judged)
	}
}
