package plotting

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"nqm/nqmkit"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The README's picture is made by the code it advertises:
//
//	go test ./plotting -run README -update
func TestREADMEPicture(t *testing.T) {
	f, err := FigureOf(nqmkit.Expect(nqmkit.PowerLaw(10_000, 1), 100_000,
		nqmkit.SGD(0.01), nqmkit.SGD(0.1), nqmkit.SGD(0.5), nqmkit.SGD(1.5), nqmkit.SGD(2.05)))
	if err != nil {
		t.Fatal(err)
	}
	svg, err := encodeFile(".svg", f)
	if err != nil {
		t.Fatal(err)
	}
	const path = "testdata/expected-loss.svg"
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
}
