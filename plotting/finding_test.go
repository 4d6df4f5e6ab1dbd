package plotting

import (
	"fmt"
	"math"
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

func re(words string) *regexp.Regexp { return regexp.MustCompile("^" + words + "$") }

// What a figure of losses says of their ends is true, of every kind of them: ties,
// divergence, overflow, zeros, other lengths and other problems.
func TestFindingsOfLossesAreTrue(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 100))
	levels := []float64{0, 1e-12, 0.01, 0.01003, 0.0102, 0.02, 0.5, 0.5, 3, 1e12, math.Inf(1)}
	found, all := 0, 0
	for range 1500 {
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
		all++
		if judge(t, LossCurves(curves), []sentence{
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
		}) {
			found++
		}
	}
	if found < all/3 {
		t.Errorf("only %d of %d figures found something", found, all)
	}
}

// Who arrives first, arrives first, whenever those arrive that were not followed to
// their end.
func TestFindingsOfStepsAreTrue(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 101))
	found, all := 0, 0
	for range 1500 {
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
		all++
		if judge(t, StepsToTarget(answers), []sentence{
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
		}) {
			found++
		}
	}
	if found < all/2 {
		t.Errorf("only %d of %d figures found something", found, all)
	}
}

// What a figure of batch sizes says holds at each of them; with points missing it says
// nothing.
func TestFindingsOfScalingsAreTrue(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 102))
	found, all := 0, 0
	for range 1500 {
		s := theory.Scaling{Problem: "p", Target: 0.01, BatchSizes: []float64{1, 4, 16, 64, 256}[:2+rng.IntN(4)]}
		steps := map[string][]float64{}
		missing := false
		for i := range 1 + rng.IntN(3) {
			c := theory.ScalingCurve{Family: fmt.Sprintf("F%d", i)}
			level, limit := math.Exp(6+rng.NormFloat64()), math.Exp(3+2*rng.NormFloat64())
			for _, b := range s.BatchSizes {
				n := 1 + int(level*(1/b+1/limit)*math.Exp(0.1*rng.NormFloat64()))
				p := theory.Tuned{Problem: "p", Family: c.Family, Optimizer: theory.Optimizer{LearningRate: 0.1, BatchSize: b}, Target: 0.01, Free: []string{"learning rate"}, Steps: theory.Steps{Outcome: theory.Reached, Steps: n}}
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
		all++
		if judge(t, BatchScaling(s), []sentence{
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
		}) {
			found++
		}
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
	}
	if found < all/3 {
		t.Errorf("only %d of %d figures found something", found, all)
	}
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
