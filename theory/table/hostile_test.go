package table_test

import (
	"bytes"
	"encoding/csv"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"nqm/theory/table"
)

// hostile returns a text that begins like a formula, or like one that was made inert,
// or has what a terminal obeys.
func hostile(rng *rand.Rand) string {
	letters := []string{"=", "+", "-", "@", "\t", "'", "1", "a", "cmd|' /C x'!A0", "\x1b[2J", "\x9b", "\u202e", "\a", "é", " ", ","}
	var b strings.Builder
	for range 1 + rng.IntN(5) {
		b.WriteString(letters[rng.IntN(len(letters))])
	}
	return b.String()
}

// No text of a CSV file begins as a formula does, in a cell or at the head of a
// column; numbers are as they were, and every text comes back.
func TestNoFormulas(t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 6))
	for range 2000 {
		name := strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(hostile(rng), ""), "[", ""))
		if name == "" || name == "x" {
			continue
		}
		in := table.Table{Columns: []table.Column{{Name: name}, {Name: "x"}}, Rows: [][]any{}}
		for range 3 {
			in.Rows = append(in.Rows, []any{strings.ToValidUTF8(hostile(rng), ""), -1.5})
		}
		data, err := in.Encode(".csv")
		if err != nil {
			t.Fatal(err)
		}
		lines, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range lines {
			if line[0] != "" && strings.ContainsAny(line[0][:1], "=+-@\t") || i > 0 && line[1] != "-1.5" {
				t.Fatalf("%q is written as %q", in, line)
			}
		}
		throughFiles(t, in)
	}
}

// A table's text moves no cursor, and shows what would have.
func TestNoEscapes(t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 7))
	for range 2000 {
		name, cell := hostile(rng)+"\xff", hostile(rng)
		in := table.Table{Columns: []table.Column{{Name: name}}, Rows: [][]any{{cell}}}
		for _, said := range []string{in.String(), in.Full(), table.Visible(cell)} {
			for _, r := range said {
				if r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
					t.Fatalf("%q is shown as %q", in, said)
				}
			}
			if !utf8.ValidString(said) || strings.Contains(cell, "\x1b") && !strings.Contains(said, `\x1b`) {
				t.Fatalf("%q is shown as %q", in, said)
			}
		}
	}
	if plain := "SGD α=0.1, 中文 😀 \\x1b"; table.Visible(plain) != plain {
		t.Errorf("%q is shown as %q", plain, table.Visible(plain))
	}
}
