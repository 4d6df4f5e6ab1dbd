package plotting

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"nqm/plotting/echarts"
	"nqm/theory/longtest"
	"nqm/theory/table"
)

var extensions = []string{".svg", ".pdf", ".png", ".html", ".csv", ".json"}

// encoderOf returns what writes files of one form.
func encoderOf(extension string) encoder {
	if extension == ".csv" || extension == ".json" {
		return encodeData
	}
	return encodePicture
}

// encodeFile returns the bytes of a value's file of one form.
func encodeFile(extension string, value any) ([]byte, error) {
	all, err := shownOf(value)
	if err != nil {
		return nil, err
	}
	return encoderOf(extension)(extension, all)
}

// Every chart is written in every form, with the same bytes each time. The
// images, which take most of the time, are few with -short: a line chart, a heat
// map and frames.
func TestSameBytesEachTime(t *testing.T) {
	shown := map[string]bool{"curves": true, "phase": true, "slide": true}
	for _, s := range gallery() {
		for _, e := range extensions {
			if (e == ".png" || e == ".html") && !longtest.Wanted() && !shown[s.name] {
				continue
			}
			first, err := encodeFile(e, s.value)
			least := 500
			if e == ".csv" {
				least = 100
			}
			if err != nil || len(first) < least {
				t.Errorf("%s%s: %d bytes (%v)", s.name, e, len(first), err)
				continue
			}
			if again, _ := encodeFile(e, s.value); !bytes.Equal(first, again) {
				t.Errorf("%s%s: two renderings differ", s.name, e)
			}
		}
	}
}

// The images for papers are as they were when somebody last looked:
//
//	go test ./plotting -run Golden -update
func TestGoldenSVG(t *testing.T) {
	golden := map[string]bool{"curves": true, "agreement": true, "compare": true, "phase": true, "marked": true, "scaling": true, "steps": true, "schedule": true, "contours": true, "symmetric": true, "histogram": true}
	for _, s := range gallery() {
		if !golden[s.name] {
			continue
		}
		svg, err := encodeFile(".svg", s.value)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", "golden", s.name+".svg")
		if *update {
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, svg, 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(svg, want) {
			t.Errorf("%s has changed: look at it, and run go test ./plotting -run Golden -update", path)
		}
	}
}

// hostileFigure has a label that wants to be markup everywhere a label can be.
func hostileFigure() Figure {
	bad := hostile + "\x00\x1b]\u202e\xff$&\n" + `"); alert(3); //`
	return Figure{
		Title: bad, Caption: bad, Notes: []string{bad}, Time: bad,
		Table: table.Table{Columns: table.Text(bad).Columns, Rows: [][]any{{bad}}},
		Panels: []Panel{{
			Title: bad, X: Axis{Label: bad}, Y: Axis{Label: bad},
			Series: []Series{
				{Name: bad, End: bad, X: Values{0, 1, 2}, Y: Values{1, 2, 3}, Time: Values{0, 1, 2}, Color: blue},
				{Name: bad + "2", Kind: KindHeat, X: Values{0, 1}, Y: Values{0, 1}, Z: Values{1, 2, 3, 4}, ZAxis: Axis{Label: bad}},
			},
			References: []Reference{{At: 1, Label: bad}, {At: 1, Label: bad, Vertical: true}},
			Regions:    []Region{{From: 1, To: 2, Label: bad}, {From: 1, To: 2, Label: bad, Vertical: true}},
		}},
	}
}

// A hostile label stays a label in every form, and every form stays well formed.
func TestHostileLabelInEveryOutput(t *testing.T) {
	f := hostileFigure()
	for _, e := range extensions {
		data, err := encodeFile(e, f)
		if err != nil {
			t.Errorf("%s: %v", e, err)
			continue
		}
		switch e {
		case ".svg":
			if bytes.Contains(data, []byte("<script")) || !bytes.Contains(data, []byte("&lt;script&gt;alert(1)")) {
				t.Error("the label is markup in SVG, or not there")
			}
			if err := wellFormed(data); err != nil {
				t.Errorf("the SVG is not well formed: %v", err)
			}
		case ".html":
			page := strings.Replace(string(data), string(echarts.Bundle()), "", 1)
			if strings.Contains(page, "<script>alert") || strings.Contains(page, "<img src=x") || strings.ContainsAny(page, "\x00\u202e") {
				t.Error("the label is markup in HTML")
			}
			if got := strings.Count(page, "</script>"); got != 2 {
				t.Errorf("%d ends of scripts, want those of the data and of the library", got)
			}
		case ".csv":
			rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
			if err != nil || len(rows) != 1+3+4 || !strings.Contains(rows[1][1], "<script>alert(1)</script>") {
				t.Errorf("the CSV has %d rows (%v)", len(rows), err)
			}
		case ".json":
			var back Figure
			if err := json.Unmarshal(data, &back); err != nil || !strings.Contains(back.Title, "<script>alert(1)</script>") || bytes.Contains(data, []byte("<")) {
				t.Errorf("the label came back as %q (%v)", back.Title, err)
			}
		}
	}
}

func wellFormed(data []byte) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		if _, err := d.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// Text stays text in SVG and PDF, in letters that the PDF brings along.
func TestTextStaysText(t *testing.T) {
	f := rateMap()
	svg, err := encodeFile(".svg", f)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{">momentum β<", ">learning rate α<", ">slowest rate per step<", ">critical, h = 1<", ">best pair<"} {
		if !bytes.Contains(svg, []byte(want)) {
			t.Errorf("the SVG has no text %q", want)
		}
	}
	pdf, err := encodeFile(".pdf", f)
	if err != nil || !bytes.Contains(pdf, []byte("/ToUnicode")) || len(pdf) > 150_000 {
		t.Errorf("the PDF of %d bytes does not say which letters it has (%v)", len(pdf), err)
	}
	reader, err := exec.LookPath("pdftotext")
	if err != nil {
		return // nobody here can read a PDF
	}
	path := filepath.Join(t.TempDir(), "f.pdf")
	Save(path, f)
	read, err := exec.Command(reader, path, "-").Output()
	for _, want := range []string{"momentum β", "learning rate α", "stable for α h < 2 (1+β)"} {
		if !strings.Contains(string(read), want) {
			t.Errorf("the PDF reads %q, without %q (%v)", read, want, err)
		}
	}
}

// The CSV has every number with every digit.
func TestCSVHasEveryDigit(t *testing.T) {
	s := Series{Name: "a, b", X: Values{0.1 + 0.2, math.Pi}, Y: Values{math.Inf(1), 1e-300}, Color: blue, Time: Values{0, 1}}
	f := Figure{Panels: []Panel{{Series: []Series{s}}, {Series: []Series{
		{Kind: KindBand, X: Values{1}, Y: Values{2}, High: Values{3}, Color: blue},
		{Kind: KindBar, X: Values{0, 1}, To: Values{1, 3}, Y: Values{5, 6}, Color: blue},
		{Kind: KindHeat, X: Values{0, 1}, Y: Values{7, 8}, Z: Values{1, 2, 3, 4}}}}}}
	data, err := dataCSV([]picture{{Figure: f}})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil || len(rows) != 1+2+1+2+4 {
		t.Fatalf("%d rows (%v):\n%s", len(rows), err, data)
	}
	if x, err := strconv.ParseFloat(rows[1][3], 64); err != nil || x != 0.1+0.2 || rows[1][1] != "a, b" || rows[1][4] != "+Inf" || rows[2][6] != "1" {
		t.Errorf("the first row is %v", rows[1])
	}
	if got := strings.Join(rows[3][2:6], " "); got != "band 1 2 3" {
		t.Errorf("a band is %q", got)
	}
	if got := strings.Join(rows[5][2:6], " "); got != "bar 1 6 3" {
		t.Errorf("a bar is %q", got)
	}
	if got := strings.Join(rows[8][2:6], " "); got != "heat 0 8 3" {
		t.Errorf("a cell is %q", got)
	}
	slide, err := dataCSV([]picture{{frames: &Frames{Parameter: "β", Values: Values{0.5}, Figures: []Figure{f}}}})
	if err != nil || !strings.HasPrefix(string(slide), "β,panel,") || !strings.Contains(string(slide), "\n0.5,1,") {
		t.Errorf("frames are %q (%v)", slide, err)
	}
}

// A page is self-contained: it names nothing outside, and holds the library once.
func TestPageIsSelfContained(t *testing.T) {
	page, err := encodeFile(".html", []any{batchScaling(), tradeOff()})
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(page, echarts.Bundle()); n != 1 {
		t.Errorf("the library is there %d times", n)
	}
	rest := bytes.Replace(page, echarts.Bundle(), nil, 1)
	for _, outside := range []string{"http:", "https:", " src=\"/", "href="} {
		if bytes.Contains(rest, []byte(outside)) {
			t.Errorf("the page names %q", outside)
		}
	}
	if n := bytes.Count(rest, []byte(`class="nqm-figure"`)); n != 2 {
		t.Errorf("%d figures on the page", n)
	}
	for _, bad := range []any{[]any{}, []any{batchScaling(), 3}} {
		if _, err := encodeFile(".html", bad); err == nil {
			t.Errorf("%v made a page", bad)
		}
	}
}

// Notebooks stay small: an output has the data of the chart and a small still.
func TestOutputsStaySmall(t *testing.T) {
	for _, s := range gallery() {
		p, err := onePicture(s.value)
		if err != nil {
			t.Fatal(err)
		}
		b, err := p.bundle()
		if err != nil {
			t.Fatal(err)
		}
		html := b["text/html"].(string)
		t.Logf("%-14s html %4d kB, still %3d kB", s.name, len(html)/1000, len(b["image/png"].([]byte))/1000)
		if len(html) > 220_000 || len(b["image/png"].([]byte)) > 60_000 {
			t.Errorf("%s: %d bytes of HTML, %d of PNG", s.name, len(html), len(b["image/png"].([]byte)))
		}
	}
}

func TestSaveErrorsSayWhat(t *testing.T) {
	dir := t.TempDir()
	locked := filepath.Join(dir, "locked")
	if err := os.Mkdir(locked, 0o500); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "folder.svg")
	if err := os.MkdirAll(filepath.Join(folder, "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		filepath.Join(dir, "f.gif"):        `unknown extension ".gif": want .svg, .pdf, .png or .html`,
		filepath.Join(dir, "f.csv"):        "nqmkit.Save writes the table of a result, plotting.SaveData the points of a figure",
		filepath.Join(dir, "no", "f.html"): "cannot write",
		folder:                             "cannot write",
	}
	if os.Geteuid() != 0 { // root may write anywhere
		tests[filepath.Join(locked, "f.svg")] = "permission denied"
	}
	for path, want := range tests {
		err := save(path, tradeOff(), encodePicture)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "plotting: ") {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}

// SaveData writes a row for each point, or the figure, and nothing else.
func TestSaveData(t *testing.T) {
	f, path := tradeOff(), filepath.Join(t.TempDir(), "f.json")
	SaveData(path, f)
	var back Figure
	if err := json.Unmarshal(must(os.ReadFile(path)), &back); err != nil || !reflect.DeepEqual(back, f) {
		t.Errorf("the figure came back changed (%v)", err)
	}
	if err := save("f.svg", f, encodeData); err == nil || !strings.Contains(err.Error(), "want .csv or .json") {
		t.Errorf("an image of data: %v", err)
	}
}
