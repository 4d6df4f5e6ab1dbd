package nqmkit

import (
	"runtime/debug"
	"slices"
	"testing"
)

// A program that links a figure, or anything else, finds what another has kept;
// with another gonum, from elsewhere too, it does not.
func TestLinkingIsOfNoAccount(t *testing.T) {
	gonum := debug.Module{Path: "gonum.org/v1/gonum", Version: "v0.17.0", Sum: "h1:x"}
	alone := versions([]*debug.Module{&gonum})
	figure := &debug.Module{Path: "github.com/go-echarts/go-echarts/v2", Version: "v2.6.7", Sum: "h1:y"}
	plot := &debug.Module{Path: "gonum.org/v1/plot", Version: "v0.17.0", Sum: "h1:z"}
	if shown := versions([]*debug.Module{figure, &gonum, plot}); !slices.Equal(shown, alone) {
		t.Errorf("%q with a figure, %q without", shown, alone)
	}
	newer, local := gonum, gonum
	newer.Version, local.Replace = "v0.18.0", &debug.Module{Path: "../gonum"}
	for _, other := range []debug.Module{newer, local} {
		if slices.Equal(versions([]*debug.Module{&other}), alone) {
			t.Errorf("%+v is of no account", other)
		}
	}
}
