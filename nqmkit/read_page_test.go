package nqmkit

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The page that shows how to bring a spectrum over saves arrays under names that are
// read, and calls what there is.
func TestMeasuringPage(t *testing.T) {
	data, err := os.ReadFile("../notebooks/MEASURING.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	saved := regexp.MustCompile(`(?s)np\.savez\("[a-z.]+",(.*?)\)\n`).FindAllStringSubmatch(text, -1)
	names := 0
	for _, call := range saved {
		for _, name := range regexp.MustCompile(`(\w+)=`).FindAllStringSubmatch(call[1], -1) {
			names++
			if roleOf(name[1]) == "" {
				t.Errorf("the page saves an array as %q, which is not read", name[1])
			}
		}
	}
	if names < 8 {
		t.Errorf("%d names of arrays on the page: want those of four tools", names)
	}
	for _, name := range []string{"eigenvalue", "noise", "multiplicity", "mean", "variance", "grid", "density"} {
		if !strings.Contains(text, "`"+name+"`") || roleOf(name) == "" {
			t.Errorf("the page does not name %s, or it is not read", name)
		}
	}
	code, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, path := range code {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(source)
	}
	for _, call := range regexp.MustCompile(`nqmkit\.(\w+)`).FindAllStringSubmatch(text, -1) {
		if !regexp.MustCompile(`(?m)^(func |\t|type )` + call[1] + `\b`).MatchString(all.String()) {
			t.Errorf("the page names nqmkit.%s, which there is not", call[1])
		}
	}
}

// What the page's lines for JAX wrote of a logistic regression of seven parameters
// is a problem: its trace is that of the matrix, the noise's too.
func TestMatricesOfJAX(t *testing.T) {
	h, c := ReadMatrix("testdata/measured/H_jax.npy"), ReadMatrix("testdata/measured/C_jax.npy")
	s := Summary(FromMatrices(h, c, nil, 0.01))
	traceH, traceC := 0.0, 0.0
	for i := range 7 {
		traceH, traceC = traceH+h.At(i, i), traceC+c.At(i, i)
	}
	if s.Dimension != 7 || s.TraceH < traceH*(1-1e-6) || s.TraceH > traceH*(1+1e-6) || s.TraceC < traceC*(1-1e-6) || s.TraceC > traceC*(1+1e-6) {
		t.Errorf("%+v, want the traces %v and %v", s, traceH, traceC)
	}
}
