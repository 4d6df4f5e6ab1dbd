package plotting

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"nqm/nqmkit"
	"nqm/theory"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The README's picture is made by the code that it shows, with its message as the title
// and less around it:
//
//	go test ./plotting -run README -update
func TestREADMEPicture(t *testing.T) {
	free := nqmkit.Free
	s := nqmkit.BatchScaling(nqmkit.PowerLaw(10_000, 1), 0.01, nqmkit.PowersOfTwo(2, 18),
		nqmkit.SGD(free), nqmkit.Momentum(free, free), nqmkit.SGD(free).EMA(free), nqmkit.SGD(free).Precondition(0.5))
	f, err := FigureOf(s)
	if err != nil {
		t.Fatal(err)
	}
	f.Title = message(s)
	p := &f.Panels[0]
	p.Series = slices.DeleteFunc(p.Series, func(s Series) bool { return s.Kind == KindPoints })
	svg, err := encodeFile(".svg", f)
	if err != nil {
		t.Fatal(err)
	}
	const path = "testdata/steps-against-batch-size.svg"
	if *update {
		if err := os.WriteFile(path, svg, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(svg, golden) {
		t.Errorf("the picture has changed: look at it, and run go test ./plotting -run README -update")
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), "!["+f.Title) {
		t.Errorf("the README does not say %q of its picture", f.Title)
	}
}

// message says what the picture shows: from which batch on momentum, the second of the
// methods, takes at most half the steps of SGD, the first.
func message(s theory.Scaling) string {
	for k, b := range s.BatchSizes {
		if 2*s.Curves[1].Points[k].Steps.Steps <= s.Curves[0].Points[k].Steps.Steps {
			return fmt.Sprintf("Momentum halves SGD's steps only from B = %s on", number(b))
		}
	}
	return "Momentum never halves SGD's steps"
}
