package plotting

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"nqm/nqmkit"
	"nqm/plotting/internal/ticks"
	"nqm/theory"
)

// Any character may stand in any text of any file.
func TestTextSurvivesInEveryFile(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 8))
	names := []string{"𝔼[L], 𝟚 of 𝛼", "a 😀 problem", "é\u0301", "中文", "\U0010ffff"}
	for range 20 {
		var name []rune
		for range 10 {
			name = append(name, rune(rng.IntN(0x110000)))
		}
		names = append(names, string(name))
	}
	for _, name := range names {
		f := oneSeries(Axis{Label: name}, Axis{Label: name}, Series{Name: name, End: name, X: Values{0, 1}, Y: Values{0, 1}, Color: blue})
		f.Title, f.Notes = name, []string{name}
		for _, e := range extensions {
			func() {
				defer func() {
					if r := recover(); r != nil {
						t.Errorf("%s of %q: %v", e, name, r)
					}
				}()
				if _, err := encodeFile(e, f); err != nil {
					t.Errorf("%s of %q: %v", e, name, err)
				}
			}()
		}
	}
}

// A table of some of many points says so.
func TestPartOfATableIsMarked(t *testing.T) {
	for _, n := range []int{2, 3, 5, 20} {
		values := make([]float64, n)
		for k := range values {
			values[k] = float64(k + 1)
		}
		one := nqmkit.Sweep("a", values, func(a float64) float64 { return a * a })
		two := nqmkit.Grid("a", values, "b", []float64{1, 2, 3}, func(a, b float64) float64 { return a * b })
		for _, s := range []struct {
			value any
			all   int
		}{{one, n}, {two, 3 * n}, {values, n}, {theory.Sweep[float64]{Axes: one.Axes, Results: one.Results[:n-1], Partial: true}, n - 1}} {
			f := must(FigureOf(s.value))
			marked := slices.ContainsFunc(f.Table.Lines(), func(row []string) bool { return strings.HasPrefix(row[0], "… 12 of ") })
			if rows := len(f.Table.Rows); marked != (s.all > 12) || !marked && rows != s.all || marked && rows != 13 {
				t.Errorf("%d of %d rows, marked %v", rows, s.all, marked)
			}
		}
	}
}

// A name that a spreadsheet would take for a formula is text in a file of data.
func TestDataHoldNoFormula(t *testing.T) {
	for _, name := range []string{"=1+1", "+x", "-x", "@x", "'=x"} {
		figures := Frames{Parameter: name, Values: []float64{-1}, Figures: []Figure{
			oneSeries(Axis{Label: "x"}, Axis{Label: "y"}, Series{Name: name, X: Values{-1}, Y: Values{2}, Color: blue}),
		}}
		data, err := encodeData(".csv", must(shownOf(figures)))
		if err != nil {
			t.Fatal(err)
		}
		if said := string(data); strings.Count(said, "'"+name) != 2 || !strings.Contains(said, ",-1,2,") {
			t.Errorf("%q is written as\n%s", name, said)
		}
	}
}

// textsOf returns every text of a figure.
func textsOf(f Figure) []string {
	all := append([]string{f.Title, f.Subtitle, f.Caption, f.Alt}, append(f.notes(), f.legend()...)...)
	for _, p := range f.Panels {
		all = append(all, p.Title, p.X.Label, p.Y.Label)
		for _, s := range p.Series {
			all = append(all, s.End, s.ZAxis.Label)
		}
		for _, r := range p.References {
			all = append(all, r.Label)
		}
		for _, r := range p.Regions {
			all = append(all, r.Label)
		}
	}
	for _, row := range f.Table.Lines() {
		all = append(all, row...)
	}
	return all
}

// No label writes a power as programs do, or is too long to be drawn.
func TestNoPowersOfPrograms(t *testing.T) {
	for _, s := range append(gallery(), sample{"power", nqmkit.PowerLaw(100, 1.25)}) {
		for _, text := range textsOf(must(onePicture(s.value)).printable()) {
			if strings.Contains(text, "^") || drawable(text) != text {
				t.Errorf("%s: %q", s.name, text)
			}
		}
	}
}

var asPrograms = regexp.MustCompile(`[0-9]e[-+][0-9]`)

// seenIn returns the texts of a picture that a reader sees, of every output.
func seenIn(value any) []string {
	p := must(onePicture(value))
	seen := append(textsOf(p.printable()), p.plainText())
	for _, m := range regexp.MustCompile(`<(?:text|title|desc|td|th|p)[^>]*>([^<]*)`).FindAllSubmatch(append(must(encodeFile(".svg", value)), p.markup(nil, nil)...), -1) {
		seen = append(seen, string(m[1]))
	}
	for _, m := range regexp.MustCompile(`"(?:[^"\\]|\\.)*"`).FindAll(must(p.chart()), -1) {
		seen = append(seen, string(m))
	}
	return seen
}

// No number is written as programs write it, whatever its size: in no text of any figure,
// in no output.
func TestNoExponentsOfPrograms(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 89))
	values := mapped(gallery(), func(s sample) any { return s.value })
	for range 3 {
		scale := math.Pow(10, float64(rng.IntN(24)-12)) * (1 + rng.Float64())
		p := nqmkit.WithNoise(nqmkit.TwoDirections(50*scale, scale), math.Exp(9*rng.NormFloat64()), math.Exp(9*rng.NormFloat64()))
		sgd, ball := nqmkit.SGD(0.01234567/scale), nqmkit.Momentum(0.001/scale, 0.9).Batch(1e6*rng.Float64()+1)
		c := nqmkit.Expect(p, 2000, sgd, ball)
		values = append(values, p, c, LossSplit(c), LossCurves(c[:1]), nqmkit.Rate(p, sgd), nqmkit.PhaseMap(p), nqmkit.Summary(p), nqmkit.NoiseScales(p, 50, sgd),
			nqmkit.StepsToTarget(p, c[0].Loss[0]/1e3, sgd), nqmkit.BayesGap(p, 50, ball), nqmkit.RatesApplied(50, ball), must(theory.Moments(p, 9, sgd)),
			nqmkit.Sample(p, 40, nqmkit.Trials(5, 1), sgd), nqmkit.Paths(p, 40, nqmkit.Trials(2, 1), sgd), nqmkit.Damping(ball, 50*scale), []float64{scale, 2 * scale},
			nqmkit.Sweep("learning rate α", []float64{0.01 / scale, 0.02 / scale, 0.03 / scale}, func(alpha float64) theory.Steps {
				return nqmkit.StepsToTarget(p, c[0].Loss[0]/2, nqmkit.SGD(alpha))
			}),
			must(FramesOf("learning rate α", []float64{0.01 / scale, 0.02 / scale}, func(alpha float64) any { return nqmkit.Expect(p, 20, nqmkit.SGD(alpha)) })))
	}
	for i, v := range values {
		for _, text := range seenIn(v) {
			if at := asPrograms.FindStringIndex(text); at != nil {
				t.Errorf("figure %d, a %T, says %.300q", i, v, text[max(at[0]-100, 0):])
			}
		}
	}
	for text, want := range map[string]string{"1e-09": "10⁻⁹", "α=2.5e-05, β": "α=2.5·10⁻⁵, β", "-1e+06": "-10⁶", "(3e+10)": "(3·10¹⁰)", "run7e-10": "run7e-10", "7e10": "7e10", "x_1e-3": "x_1e-3"} {
		if got := raised(text); got != want {
			t.Errorf("%q is written %q, want %q", text, got, want)
		}
	}
}

var splitValue = regexp.MustCompile(`(^| )[=~<>≤≥±×+−/]$|^[=~<>≤≥±×+/]( |$)`)

// Lines break between values, whatever their width.
func TestLinesBreakBetweenValues(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 88))
	texts := []string{"Steps to loss 0.01: power law, h = 1/i, d = 10\u2009000, C = 2 H + 3, θ(0) ~ N(0, I), B = 1000 of 64 runs"}
	for _, s := range gallery() {
		texts = append(texts, textsOf(must(onePicture(s.value)).Figure)...)
	}
	for _, text := range texts {
		room := 20 + 60*rng.Float64() // letters
		fits := func(line string) bool { return float64(utf8.RuneCountInString(line)) <= room }
		lines := broken(text, fits)
		if got := strings.Join(lines, " "); strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(text), " ") && !strings.Contains(text, strings.Repeat("x", 20)) {
			t.Errorf("%q became %q", text, lines)
		}
		for k, line := range lines {
			if !fits(line) {
				t.Errorf("%q is wider than %v letters", line, room)
			}
			if k == 0 {
				continue
			}
			last, next := strings.LastIndex(lines[k-1], " ")+1, strings.Index(line+" ", " ")
			value := lines[k-1][last:] + " " + line[:next]
			short := regexp.MustCompile(`\([^)]{0,10}$`).MatchString(lines[k-1]) && regexp.MustCompile(`^[^(]{0,10}\)`).MatchString(line)
			if (splitValue.MatchString(lines[k-1]) || splitValue.MatchString(line) || short) && fits(value+strings.Repeat("x", 24)) {
				t.Errorf("%q breaks in a value: %q", value, lines)
			}
		}
	}
}

// Titles of panels that begin alike are written to their end.
func TestPanelTitlesAreWhole(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 89))
	for _, columns := range []int{1, 2, 3} {
		var figures []Figure
		for k := range 2 * columns {
			f := oneSeries(Axis{}, Axis{}, Series{X: Values{0, 1}, Y: Values{0, 1}, Color: blue})
			f.Title = fmt.Sprintf("Expected loss: power law, h = 1/i, d = %d, c = %d h, with a start that is certain, number %d", 10+rng.IntN(1e6), k, k)
			figures = append(figures, f)
		}
		f := SideBySide("All", figures...)
		f.Columns = columns
		svg := must(encodeFile(".svg", f))
		var words []string
		for _, m := range regexp.MustCompile(`(?s)<text[^>]*>(.*?)</text>`).FindAllSubmatch(svg, -1) {
			words = append(words, strings.ReplaceAll(html.UnescapeString(strings.TrimSpace(string(m[1]))), glue, " "))
		}
		for _, g := range figures {
			if all := strings.Join(words, " "); !strings.Contains(all, g.Title) {
				t.Errorf("%d columns: no title %q in %q", columns, g.Title, all)
			}
		}
	}
}

// Texts that differ are cut so that they differ, and fit.
func TestCutsStayApart(t *testing.T) {
	rng := rand.New(rand.NewPCG(18, 90))
	for range 2000 {
		start, end := strings.Repeat("same ", rng.IntN(12)), strings.Repeat(" tail", rng.IntN(12))
		var texts []string
		for range 2 + rng.IntN(4) {
			texts = append(texts, start+fmt.Sprint(rng.IntN(30))+end)
		}
		room := 8 + rng.IntN(30)
		fits := func(s string) bool { return utf8.RuneCountInString(s) <= room }
		short := cutApart(texts, fits)
		if len(unique(short)) != len(unique(texts)) || !fits(short[0]) {
			t.Fatalf("%q became %q in %d letters", texts, short, room)
		}
	}
}

// What a text is cut to is found without measuring all of it, and is what trying every
// length finds.
func TestCutsOfLongTexts(t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 8))
	for range 300 {
		letters := make([]rune, rng.IntN(60))
		for k := range letters {
			letters[k] = []rune("aé文 ")[rng.IntN(4)]
		}
		text, room := string(letters), rng.IntN(70)
		fits := func(s string) bool { return utf8.RuneCountInString(s) <= room }
		end, middle := text, text
		for n := len(letters) - 1; n >= 0 && !fits(end); n-- {
			end = string(letters[:n]) + "…"
		}
		for n := len(letters) - 1; n >= 0 && !fits(middle); n-- {
			middle = string(letters[:n-n/2]) + "…" + string(letters[len(letters)-n/2:])
		}
		if got := cutAt(text, fits); got != end {
			t.Fatalf("%q in %d letters is %q, want %q", text, room, got, end)
		}
		if got := cutMiddle(text, fits); got != middle {
			t.Fatalf("%q in %d letters is %q, want %q", text, room, got, middle)
		}
	}
	long, measured := strings.Repeat("x", 1_000_000), 0
	cutApart([]string{long + "1", long + "2"}, func(s string) bool { measured += len(s); return len(s) <= 50 })
	if measured > 20*len(long) {
		t.Errorf("%d letters were measured of a text of %d", measured, len(long))
	}
}

// The text of a figure may have a million letters: what is drawn of it is short, texts
// that differ stay different, and the data have all of it.
func TestLongNamesAreDrawn(t *testing.T) {
	name := strings.Repeat("αβ ( ", 40_000)
	curves := nqmkit.Expect(nqmkit.List(1, 2), 1, nqmkit.SGD(0.1), nqmkit.SGD(0.2))
	curves[0].Method, curves[1].Method = name+"1", name+"2"
	curves[0].Problem, curves[1].Problem = name, name
	f := must(onePicture(curves)).Figure
	if names := f.drawn().legend(); len(names) != 2 {
		t.Errorf("%d names of 2", len(names))
	}
	dir := t.TempDir()
	for _, ext := range []string{"svg", "png", "pdf", "html", "csv"} {
		path := filepath.Join(dir, "a."+ext)
		if ext == "csv" {
			SaveData(path, curves)
		} else {
			Save(path, curves)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if whole := ext == "csv"; bytes.Contains(data, []byte(name)) != whole || !whole && len(data) > 2<<20 {
			t.Errorf("%s: %d bytes", ext, len(data))
		}
	}
}

// A table of some steps, batch sizes or directions says how many there are.
func TestTablesOfSomeSayHowMany(t *testing.T) {
	p := nqmkit.PowerLaw(100, 1)
	var damped []theory.Damping
	for k := range 20 {
		damped = append(damped, nqmkit.Damping(nqmkit.SGD(0.1), 1/float64(k+1)))
	}
	values := []any{damped, append(nqmkit.Expect(p, 50, nqmkit.SGD(0.1)), nqmkit.Expect(p, 70, nqmkit.SGD(0.1))...),
		nqmkit.LossFan(p, 50, nqmkit.SGD(0.1)), nqmkit.BayesGap(p, 50, nqmkit.SGD(0.1)), nqmkit.NoiseScales(p, 50, nqmkit.SGD(0.1)),
		BestSettings(published()), nqmkit.Compare(nqmkit.TwoDirections(50, 1), 50, nqmkit.Trials(10, 1), nqmkit.SGD(0.01), nqmkit.SGD(0.02))}
	for _, v := range values {
		lines := must(FigureOf(v)).Table.Lines()
		var shown, all int
		if n, _ := fmt.Sscanf(lines[len(lines)-1][0], "… %d of %d rows", &shown, &all); n != 2 || shown != len(lines)-2 || all <= shown {
			t.Errorf("%T: %d rows, the last %q", v, len(lines)-1, lines[len(lines)-1])
		}
	}
}

// A start that has only a fingerprint is named by it, and two are told apart.
func TestStartsAreNamed(t *testing.T) {
	a, b := theory.Fingerprint([]float64{1, 2}), theory.Fingerprint([]float64{1, 3})
	of := func(print string) string {
		return printable("Sampled loss: a net; C = H; θ(0) = " + print + " and 4 more")
	}
	if of(a) != "Sampled loss: a net; C = H; start "+a[1:]+" and 4 more" || of(a) == of(b) {
		t.Errorf("%q, %q", of(a), of(b))
	}
}

// A finding begins with a capital under any name, and a symbol stays the one that it is.
func TestFindingsBeginWithACapital(t *testing.T) {
	curves := nqmkit.Expect(nqmkit.TwoDirections(50, 1), 200, nqmkit.SGD(0.01), nqmkit.SGD(0.03))
	for name, want := range map[string]string{"ours": "Ours ", "α=0.1": "α=0.1 ", "élan": "Élan "} {
		f := LossCurves(curves)
		for i, s := range f.Panels[0].Series {
			if strings.HasPrefix(f.Title, s.Name) {
				f.Panels[0].Series[i].Name = name
			}
		}
		if got := f.renamed().Title; !strings.HasPrefix(got, want) {
			t.Errorf("%q begins %q", name, got)
		}
	}
	for v, want := range map[float64]string{8060.4: "8060", 1.2345: "1.23", 999999: "1000000", 2.65e-8: "2.65e-08", 123456: "123000"} {
		if got := threeDigits(v); got != want {
			t.Errorf("%v is %q, want %q", v, got, want)
		}
	}
}

// A large batch size is written whole, in names, titles and findings: as a power of two, or
// with its digits in groups, so that no two look alike.
func TestLargeBatchesAreWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(18, 20))
	plain := strings.NewReplacer("\u2009", "")
	for range 500 {
		b := math.Floor(math.Pow(10, 6+6*r.Float64()))
		if r.IntN(4) == 0 {
			b = math.Exp2(float64(20 + r.IntN(20)))
		}
		want := fmt.Sprintf("%.0f", b)
		if e := math.Log2(b); e == math.Trunc(e) {
			want = "2" + ticks.Raised(fmt.Sprint(e))
		}
		curves := nqmkit.Expect(nqmkit.TwoDirections(50, 1), 20, nqmkit.SGD(0.01).Batch(b), nqmkit.Momentum(0.01, 0.9).Batch(b+2))
		f, err := FigureOf(curves)
		if err != nil {
			t.Fatal(err)
		}
		if name := f.drawn().Panels[0].Series[0].Name; !strings.HasSuffix(plain.Replace(name), "B="+want) {
			t.Errorf("batches of %.0f are named %q, want %q", b, name, want)
		}
	}
}

// Constructors say in a sentence that a function is nil, or that a sweep is not one.
func TestNoFunctionToDraw(t *testing.T) {
	p := nqmkit.TwoDirections(50, 1)
	for name, call := range map[string]func() error{
		"FramesOf": func() error { _, err := FramesOf("a", []float64{1}, nil); return err },
		"Sweep": func() error {
			_, err := Sweep(theory.Sweep[float64]{Results: []float64{1}, Axes: []theory.Axis{{Name: "x"}}})
			return err
		},
		"AtBatchSizes": func() (err error) {
			defer func() { err, _ = recover().(error) }()
			AtBatchSizes(nqmkit.BatchScaling(p, 0.1, []float64{1, 2}, nqmkit.SGD(nqmkit.Free)), Axis{}, nil)
			return nil
		},
		"AgainstSamples": func() (err error) {
			defer func() { err, _ = recover().(error) }()
			AgainstSamples(nqmkit.Expect(p, 3, nqmkit.SGD(0.01)), nil)
			return nil
		},
	} {
		if err := call(); err == nil || strings.Contains(err.Error(), "runtime error") {
			t.Errorf("%s: %v, want a sentence", name, err)
		}
	}
}
