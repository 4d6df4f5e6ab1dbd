package plotting

import (
	"fmt"
	"strings"
	"testing"

	"nqm/nqmkit"
)

// A verdict says in its caption and its table which errors it excludes, by the numbers
// of the result; one that is not proved says so.
func TestVerdictSaysWhatItExcludes(t *testing.T) {
	two := nqmkit.TwoDirections(50, 1)
	streaming := two
	streaming.Streaming = true
	for _, row := range []struct {
		p    nqmkit.Quadratic
		runs int
		want string
	}{
		{two, 1000, "over all 51 steps together. It finds, with probability 0.95, a loss "},
		{nqmkit.StudentT(two, 3), 100, "from bounds that hold for the law of these runs"},
		{nqmkit.StudentT(two, 3), 100, "% too high, none too low"},
		{nqmkit.Rademacher(two), 1, "no loss however wrong"},
		{streaming, 100, "for one too low it rests on the spread of the runs, and is not proved"},
	} {
		a := nqmkit.Check(row.p, 50, nqmkit.Trials(row.runs, 1), nqmkit.SGD(0.004))
		f := Agreement(a)
		if !strings.Contains(f.Caption, row.want) {
			t.Errorf("%v, %d runs: %q is not in %q", row.p, row.runs, row.want, f.Caption)
		}
		table := fmt.Sprint(f.Table.Rows[0])
		for _, v := range []float64{a[0].Sharpest.High, a[0].Sharpest.Low, a[0].Bluntest.High, a[0].Bluntest.Low} {
			if !strings.Contains(table, part(v)) {
				t.Errorf("%v, %d runs: %s is not in the table %s", row.p, row.runs, part(v), table)
			}
		}
	}
}
