package theory

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// menagerie has a problem of each kind of text.
func menagerie() []Problem {
	law, small := must(PowerLaw(10_000, 1)), must(PowerLaw(100, 1.3))
	two, spaced, bins := must(TwoDirections(50, 1)), must(LogUniform(200, 10, 0.001)), must(PublishedBins(10_000, 100))
	named, mixed := must(List(3, 2, 1, 7, 5)), must(List(3, 2, 1, 7, 5, 0))
	named.Name = "hessian"
	mixed.Mean, mixed.Multiplicity = []float64{1, 1, 2, 1, 0, 4}, []float64{1, 2, 3, 4, 1, 1}
	streaming := must(List(4, 2, 1))
	streaming.Streaming = true
	long := make([]float64, 3*compared+1)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range long {
		long[i] = random.Float64()
	}
	return []Problem{
		law, small, two, spaced, bins, named, mixed, streaming,
		must(List(1)), must(List(50, 1)), must(List(1, 1, 1, 1, 1, 1)), must(List(long...)),
		must(PowerLaw(1_000_000, 0.7)), must(PowerLaw(1000, 0)), must(LogUniform(5000, 1, 1e-4)),
		must(must(PowerLaw(5000, 1.2)).Explicit()), must(must(PowerLaw(5000, 1)).Explicit()),
		must(SourceCondition(1000, 1.2, 0.8, true)), must(SourceCondition(100, 1.2, 0.8, false)),
		must(law.WithNoisePower(0.1, 0.5)), must(must(law.WithNoisePower(0.1, 0.3)).Explicit()),
		must(small.WithNoisePower(0.1, 0.5)), must(law.WithNoisePower(2, 0)), must(spaced.WithNoisePower(0.3, 2)),
		must(two.WithNoise(nil)), must(two.WithNoise([]float64{3, 7})), must(two.WithStart([]float64{2, 1}, nil)),
		must(two.WithStart([]float64{1, 0}, []float64{1, 2})), must(spaced.WithStart(constant(200, 1), nil)),
		must(spaced.WithStart(nil, constant(200, 2))), must(spaced.WithStart(long[:200], long[200:400])),
		must(must(List(long[1:]...)).WithNoise(long[:3*compared])), must(bins.WithNoisePower(1, 0.25)),
	}
}

// copied has slices of its own.
func copied(p Problem) Problem {
	for _, s := range []*[]float64{&p.Curvature, &p.Noise, &p.Mean, &p.Variance, &p.Multiplicity} {
		*s = slices.Clone(*s)
	}
	return p
}

// edits returns copies of p that differ from it in one bit of one number, or in
// one setting, of each field that the type has.
func edits(t *testing.T, p Problem, random *rand.Rand) map[string]Problem {
	all := map[string]Problem{}
	for f := range reflect.TypeFor[Problem]().Fields() {
		edit := func(how string, change func(field reflect.Value)) {
			q := copied(p)
			change(reflect.ValueOf(&q).Elem().FieldByIndex(f.Index))
			if q.Validate() == nil {
				all[f.Name+how] = q
			}
		}
		switch f.Type {
		case reflect.TypeFor[[]float64]():
			for range 8 {
				i, to := random.IntN(p.Len()), math.Inf(random.IntN(2)*2-1)
				edit(fmt.Sprintf("[%d] towards %v", i, to), func(v reflect.Value) {
					if v.Len() > 0 {
						v.Index(i).SetFloat(math.Nextafter(v.Index(i).Float(), to))
					} else if f.Name == "Multiplicity" {
						v.Set(reflect.ValueOf(constant(p.Len(), 1)))
						v.Index(i).SetFloat(2)
					} else {
						v.Set(reflect.ValueOf(make([]float64, p.Len())))
						v.Index(i).SetFloat(math.SmallestNonzeroFloat64)
					}
				})
			}
		case reflect.TypeFor[bool]():
			edit("", func(v reflect.Value) { v.SetBool(!v.Bool()) })
		case reflect.TypeFor[string]():
			if f.Name == "Note" { // on the numbers, and none of them
				continue
			}
			edit("", func(v reflect.Value) { v.SetString(v.String() + " too") })
		case reflect.TypeFor[Band]():
			for name, b := range map[string]Band{
				"Low": {Low: lowered(p.Curvature), High: p.Curvature}, "Degree": {Degree: 3}, "Probes": {Probes: 3},
				"High": {Low: slices.Clone(p.Curvature), High: raised(p.Curvature)}, "ends": {Low: p.Curvature, High: p.Curvature},
			} {
				edit("."+name, func(v reflect.Value) { v.Set(reflect.ValueOf(b)) })
			}
		case reflect.TypeFor[Law]():
			for name, l := range lawEdits(p.Law) {
				q := l.writtenOut(p.Len())
				q.Law, q.Streaming = l, p.Streaming
				all["Law."+name] = q
			}
		default:
			t.Fatalf("a Problem has the field %s of type %v: say how to edit it", f.Name, f.Type)
		}
	}
	return all
}

// lowered and raised are copies that differ in the bits of the first number.
func lowered(list []float64) []float64 {
	list = slices.Clone(list)
	list[0] = math.Nextafter(list[0], 0)
	return list
}

func raised(list []float64) []float64 {
	list = slices.Clone(list)
	list[0] = math.Nextafter(list[0], math.Inf(1))
	return list
}

func lawEdits(l Law) map[string]Law {
	all := map[string]Law{}
	if l.Count == 0 {
		return all
	}
	more := l
	more.Count++
	all["Count"] = more
	for name, power := range map[string]func(*Law) *Power{
		"Curvature": func(l *Law) *Power { return &l.Curvature }, "Noise": func(l *Law) *Power { return &l.Noise },
		"Mean": func(l *Law) *Power { return &l.Mean }, "Variance": func(l *Law) *Power { return &l.Variance },
	} {
		q := l
		power(&q).Scale = math.Nextafter(power(&q).Scale, 9)
		all[name+".Scale"] = q
		if q = l; power(&q).Scale != 0 {
			power(&q).Exponent = math.Nextafter(power(&q).Exponent, 9)
			all[name+".Exponent"] = q
		}
	}
	return all
}

// What differs in any field, by one bit, has another text.
func TestTextsDiffer(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	seen := map[string]string{}
	for i, p := range menagerie() {
		text := p.String()
		if before, ok := seen[text]; ok {
			t.Errorf("two problems of the menagerie are %q: %s and %d", text, before, i)
		}
		seen[text] = fmt.Sprint(i)
		for edit, q := range edits(t, p, random) {
			if q.String() == text {
				t.Errorf("%q is also the text of another %s", text, edit)
			}
		}
	}
}

// Equal numbers have equal texts, however they are held.
func TestTextsAgree(t *testing.T) {
	for _, p := range menagerie() {
		if got, want := copied(p).String(), p.String(); got != want {
			t.Errorf("a copy of %q is %q", want, got)
		}
		if p.Law.Count > unlawful {
			continue
		}
		written := must(p.Explicit()).list()
		q := p.made(written)
		if got, want := q.String(), p.String(); got != want {
			t.Errorf("%q written out is %q", want, got)
		}
	}
	p := must(List(2, 0, 1))
	p.Mean = []float64{0, math.Copysign(0, -1), 0}
	if got, want := p.String(), "h = (2, 0, 1)"; got != want {
		t.Errorf("zeros of two signs: %q, want %q", got, want)
	}
}

// Parts come back from the text.
func TestTextsSplit(t *testing.T) {
	for _, p := range menagerie() {
		for _, name := range []string{p.Name, "a; C = I; θ(0) = 1\nb;", "two directions, h = (50, 1)"} {
			p.Name = name
			d := p.Describe()
			if got := ParseDescription(d.String()); got != d {
				t.Errorf("%q is read as %+v, want %+v", d.String(), got, d)
			}
		}
	}
	if got := ParseDescription(""); got != (Description{}) {
		t.Errorf("no text is %+v", got)
	}
}

func TestTexts(t *testing.T) {
	two, law := must(TwoDirections(50, 1)), must(PowerLaw(10_000, 1))
	streaming := must(two.WithNoise([]float64{1, 1}))
	streaming.Streaming = true
	named := copied(two)
	named.Name = "net; of\nmine"
	for want, p := range map[string]Problem{
		"power law, h = 1/i, d = 10000":                                      law,
		"power law, h = i^-0.5, d = 100":                                     must(PowerLaw(100, 0.5)),
		"power law, h = i^-1.2, d = 1000000000000000":                        must(PowerLaw(1e15, 1.2)),
		"power law, h = i^-1.2, d = 1000000; h E θ(0)² = i^-0.8":             must(SourceCondition(1_000_000, 1.2, 0.8, true)),
		"power law, h = i^-1.2, d = 100; E θ(0)² = i^-0.8":                   must(SourceCondition(100, 1.2, 0.8, false)),
		"log-uniform, h = 10 to 0.001, d = 200":                              must(LogUniform(200, 10, 0.001)),
		"published quantisation of h = 1/i, d = 10000, in 100 bins":          must(PublishedBins(10_000, 100)),
		"two directions, h = (50, 1)":                                        two,
		"two directions, h = (50, 1); θ(0) ~ N(0, I)":                        must(List(50, 1)),
		"two directions, h = (50, 1); C = 0":                                 must(two.WithNoise(nil)),
		"two directions, h = (50, 1); C = diag(3, 7)":                        must(two.WithNoise([]float64{3, 7})),
		"two directions, h = (50, 1); C = I, streaming":                      streaming,
		"two directions, h = (50, 1); θ(0) ~ N((2, 0), diag(1, 3))":          must(two.WithStart([]float64{2, 0}, []float64{1, 3})),
		"two directions, h = (50, 1); θ(0) = 0":                              must(two.WithStart(nil, nil)),
		"h = (40, 10, 1); C = 17 I":                                          must(must(List(40, 10, 1)).WithNoise([]float64{17, 17, 17})),
		"h = (4, 2 (×3))":                                                    must(List(2, 4, 2, 2)).Grouped(),
		"equal curvatures, h = 3, d = 10":                                    must(LogUniform(10, 3, 3)),
		"list, h = 9 to 1, d = 5, #juofhlvu":                                 must(List(1, 2, 4, 9, 3)),
		"net, of mine, #n6lellh7; θ(0) = (1, 1)":                             named,
		"power law, h = 1/i, d = 10000; C = 0.1 H^0.5":                       must(law.WithNoisePower(0.1, 0.5)),
		"power law, h = 1/i, d = 100; C = 0.1 H^0.5":                         must(must(PowerLaw(100, 1)).WithNoisePower(0.1, 0.5)),
		"power law, h = 1/i, d = 10000; θ(0) = (1, …, 1)":                    must(law.WithStart(constant(10_000, 1), nil)),
		"log-uniform, h = 1 to 0.01, d = 50; C = 0.3 H²; θ(0) ~ N(0, 0.5 I)": must(must(must(LogUniform(50, 1, 0.01)).WithNoisePower(0.3, 2)).WithStart(nil, constant(50, 0.5))),
		"no curvature; θ(0) = 0":                                             {},
	} {
		if got := p.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Of a hundred thousand problems of few different numbers, and of as many long
// lists that agree in size and extremes, no two that differ have one text.
func TestManyTexts(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	numbers := []float64{0, 1, 2, 3, 4, 0.5, 0.25, 0.1, 1.0 / 3, math.Nextafter(1, 2)}
	draw := func(n, of int) []float64 {
		s := make([]float64, n)
		for i := range s {
			s[i] = numbers[random.IntN(of)]
		}
		return s
	}
	seen := map[string]string{}
	for range 100_000 {
		n := 1 + random.IntN(7)
		of := 2 + random.IntN(len(numbers)-1)
		p := Problem{Curvature: draw(n, of), Noise: draw(n, of), Mean: draw(n, 2), Variance: draw(n, of), Streaming: random.IntN(4) == 0, Correlated: random.IntN(4) == 0}
		if random.IntN(2) == 0 {
			p.Noise, p.Mean = slices.Clone(p.Curvature), nil
		}
		text, key := p.String(), fmt.Sprint(p.list(), p.Streaming, p.Correlated)
		if before, ok := seen[text]; ok && before != key {
			t.Fatalf("%q is the text of %s and of %s", text, before, key)
		}
		seen[text] = key
	}
	p := must(must(LogUniform(20, 1, 0.1)).WithNoise(nil))
	seen = map[string]string{}
	for range 100_000 {
		for i := 1; i < 19; i++ {
			p.Curvature[i] = 0.2 + 0.7*random.Float64()
		}
		if text := p.String(); seen[text] != "" {
			t.Fatalf("two lists are %q", text)
		} else {
			seen[text] = "seen"
		}
	}
}

// The text of a mistake is a text, too.
func TestTextsOfMistakes(t *testing.T) {
	for _, p := range []Problem{
		{Name: "none"}, {Curvature: []float64{1, 2}, Noise: []float64{1}}, {Curvature: []float64{math.NaN()}},
		{Curvature: []float64{1, 2, 3, 4, 5}, Multiplicity: []float64{2}, Mean: []float64{math.Inf(1)}},
		{Law: Law{Count: -1}}, {Curvature: []float64{1}, Law: Law{Count: math.NaN()}}, {Law: Law{Count: 1e9}},
		{Curvature: []float64{1, 0, -1, 0, 2}, Multiplicity: []float64{1, -1, 0, 0, 1}},
	} {
		if p.String() == "" {
			t.Errorf("%#v has no text", p)
		}
	}
}

// A text costs less than the shortest answer about its problem.
func BenchmarkTexts(b *testing.B) {
	for _, d := range []int{10_000, 1_000_000} {
		spaced := must(LogUniform(d, 1, 0.01))
		for name, p := range map[string]Problem{
			"law": must(PowerLaw(d, 1.2)), "log-uniform": spaced, "list": must(spaced.WithStart(spaced.Noise, spaced.Noise)),
			"noise power": must(spaced.WithNoisePower(0.1, 0.3)), "written out": must(must(PowerLaw(d, 1.2)).Explicit()),
		} {
			b.Run(fmt.Sprintf("%s/d=%d", name, d), func(b *testing.B) {
				for b.Loop() {
					_ = p.String()
				}
			})
		}
	}
}

// A law of numbers that were fitted is written with four digits and a fingerprint, which
// differs where a number does.
func TestLongNumbersAreRounded(t *testing.T) {
	law := func(q float64) Problem {
		return must(lawful(Law{Count: 1e9, Curvature: Power{0.9528721502030421, q}, Noise: Power{5.25, 4.35}, Variance: Power{1, 0}}))
	}
	q := 0.5899318888475855
	a, b := law(q).String(), law(math.Nextafter(q, 1)).String()
	if !strings.HasPrefix(a, "power law, h = 0.9529 i^-0.5899, #") || a == b {
		t.Errorf("%q and %q", a, b)
	}
	// Four digits may still be many characters.
	if got := (Power{-1.23456789e-300, -1.23456789e-300}).text("i"); !strings.HasPrefix(got, "-1.235e-300 i^1.235e-300, #") {
		t.Errorf("%q", got)
	}
}
