package table_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"nqm/theory/table"
)

// same is reflect.DeepEqual of tables with NaN equal to NaN.
func same(a, b table.Table) bool { return fmt.Sprintf("%#v", a) == fmt.Sprintf("%#v", b) }

// throughFiles encodes a table in both forms, decodes it, and reports what is
// not the same.
func throughFiles(t *testing.T, in table.Table) {
	t.Helper()
	for _, extension := range []string{".csv", ".JSON"} {
		data, err := in.Encode(extension)
		if err != nil {
			t.Fatal(err)
		}
		if out, err := table.Decode(extension, data); err != nil || !same(in, out) {
			t.Errorf("%s: came back as\n%#v, error %v\nwas\n%#v\nfrom\n%s", extension, out, err, in, data)
		}
	}
}

func TestTablesRoundTrip(t *testing.T) {
	inf := math.Inf(1)
	throughFiles(t, table.Table{
		Columns: []table.Column{{Name: "learning_rate", Unit: "1/curvature"}, {Name: "steps"}, {Name: "method"}, {Name: "reads as number"}, {Name: "no value"}},
		Rows: [][]any{
			{0.1, 1, "SGD α=0.1", "12", nil},
			{inf, -7, "a, \"quoted\" name", "+Inf", nil},
			{-inf, math.MaxInt64, "two\nlines", "", nil},
			{math.NaN(), nil, " spaces ", "0x1p-2", nil},
			{3.0, 0, "", "007", nil},
			{math.Copysign(0, -1), 2, "#", "1e5", nil},
			{nil, 5, "null", "NaN", nil},
			{5e-324, 6, "[text]", "-1", nil},
			{math.MaxFloat64, 6, "0.1", "1", nil},
			{1e21, 6, "x", "2", nil},
			{1.0 / 3, 6, "x", "3", nil},
		},
	})
	throughFiles(t, table.Table{Columns: []table.Column{{Name: "seed"}}, Rows: [][]any{{uint64(math.MaxUint64)}, {1}, {nil}}})
	throughFiles(t, table.Table{Columns: []table.Column{{Name: "empty text"}}, Rows: [][]any{{""}, {""}}})
	throughFiles(t, table.Table{Columns: []table.Column{{Name: "a"}, {Name: "b", Unit: "examples"}}, Rows: [][]any{}})
}

// A CSV file of other tools.
func TestReadForeignTable(t *testing.T) {
	want := table.Table{
		Columns: []table.Column{{Name: "a"}, {Name: "b", Unit: "s"}, {Name: "c"}},
		Rows:    [][]any{{1, 2.0, "x"}, {2, 2.5, "3"}},
	}
	got, err := table.Decode(".csv", []byte("\ufeffa,b [s],c\r\n1,2,x\r\n2,2.5,3\r\n"))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %#v, error %v", got, err)
	}
}

// A table inside another value goes through JSON too.
func TestTableInJSON(t *testing.T) {
	in := map[string]table.Table{
		"a": {Columns: []table.Column{{Name: "time", Unit: "steps"}}, Rows: [][]any{{math.Inf(1)}, {nil}}},
		"b": {Columns: []table.Column{{Name: ""}, {Name: ""}}, Rows: [][]any{table.Texts("a figure's table may have", "heads without a name")}},
		"c": {},
	}
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]table.Table
	if err := json.Unmarshal(data, &out); err != nil || !same(in["a"], out["a"]) || !same(in["b"], out["b"]) || len(out["c"].Columns) != 0 {
		t.Errorf("came back as %v, error %v", out, err)
	}
}

// The text of a table: columns two spaces apart, five digits, no spaces at the
// end of a line.
func TestText(t *testing.T) {
	in := table.Text("method", "", "steps")
	in.Rows = append(in.Rows, table.Texts("momentum", "α", ""), table.Texts("", "", "3"))
	const want = "method" + "    " + "   steps\n" + "momentum  α\n" + "             3\n"
	if got := in.Full(); got != want || in.String() != want[:len(want)-1] {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	numbers := table.Table{Columns: []table.Column{{Name: "a", Unit: "s"}, {Name: "b"}}, Rows: [][]any{{1.0 / 3, 100}, {math.Inf(1), nil}, {1e-9, "x"}}}
	if got, want := numbers.String(), "a [s]    b\n0.33333  100\n+Inf\n1e-09    x"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A long table shows its ends, in Full all of it.
func TestLongText(t *testing.T) {
	for _, n := range []int{0, 1, 40, 41, 100} {
		in := table.Table{Columns: []table.Column{{Name: "n"}}}
		var all []string
		for i := range n {
			in.Rows = append(in.Rows, []any{i})
			all = append(all, fmt.Sprint(i))
		}
		if got := in.Full(); got != "n\n"+strings.Join(append(all, ""), "\n") {
			t.Errorf("%d rows in full: %q", n, got)
		}
		if n > 40 {
			all = append(append(all[:20:20], fmt.Sprintf("(%d more rows)", n-40)), all[n-20:]...)
		}
		if got := in.String(); got != strings.Join(append([]string{"n"}, all...), "\n") {
			t.Errorf("%d rows: %q", n, got)
		}
	}
}

// Records that do not have the same columns are stacked in one table; whole
// numbers in a column of fractions are floats, and of two cells of one name the
// first counts.
func TestStack(t *testing.T) {
	got := table.Stack([]table.Record{
		table.Row("method", "SGD", "steps", 3),
		table.Row("steps", 2.5, "learning_rate", 0.1, "steps", 7.0),
		table.Row("note", "x", "learning_rate", nil).Join(table.Record{{Name: "own", Unit: "kg", Cell: 1}}),
	})
	want := table.Table{
		Columns: []table.Column{{Name: "method"}, {Name: "steps"}, {Name: "learning_rate", Unit: "1/curvature"}, {Name: "note"}, {Name: "own", Unit: "kg"}},
		Rows:    [][]any{{"SGD", 3.0, nil, "", nil}, {"", 2.5, 0.1, "", nil}, {"", nil, nil, "x", 1}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v", got)
	}
	if again := table.Stack(got.Records()); !reflect.DeepEqual(again, want) {
		t.Errorf("stacked again it is %#v", again)
	}
}

// A head may be shared: what one row adds to it, another does not have.
func TestRecordsAreCopied(t *testing.T) {
	head := table.Row("a", 1, "b", 2, "c", 3)
	one, two := head.With("d", 4), head.With("d", 5).Join(head)
	if one[3].Cell != 4 || two[3].Cell != 5 || len(head) != 3 {
		t.Errorf("%v, %v", one, two)
	}
}

type answer struct{ n int }

func (a answer) Records() []table.Record {
	return slices.Repeat([]table.Record{table.Row("n", a.n)}, a.n)
}

type refusal struct{}

func (refusal) Records() ([]table.Record, error) { return nil, errors.New("it is broken") }

// What registers itself has a table, in lists to any depth and behind a pointer.
func TestOf(t *testing.T) {
	type plain struct {
		LearningRate float64
		Found        bool `json:"found"`
		hidden       int
	}
	for _, test := range []struct {
		value any
		want  string
	}{
		{answer{2}, "n\n2\n2"},
		{&answer{1}, "n\n1"},
		{[][]answer{{{1}, {2}}, {}, {{1}}}, "n\n1\n2\n2\n1"},
		{[2]any{answer{1}, []any{plain{0.5, true, 1}}}, "n  learning_rate [1/curvature]  found\n1\n   0.5                          true"},
		{[]float64{1, 2.5}, "value\n1\n2.5"},
		{uint64(math.MaxUint64), "value\n18446744073709551615"},
		{"text", "value\ntext"},
	} {
		rows, err := table.Of(test.value)
		if got := table.Stack(rows).String(); err != nil || got != test.want {
			t.Errorf("%#v has\n%s, error %v, want\n%s", test.value, got, err, test.want)
		}
	}
	for _, bad := range []any{nil, (*answer)(nil), make(chan int), struct{}{}, []any{answer{1}, refusal{}}, map[string]int{}} {
		if rows, err := table.Of(bad); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%#v has %v, error %v", bad, rows, err)
		}
	}
}
