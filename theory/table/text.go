package table

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"
)

// shortRows is how many rows String shows.
const shortRows = 40

// String returns the table with aligned columns and numbers of five digits.
// Of a long one it shows the first and the last rows.
func (t Table) String() string { return strings.TrimSuffix(aligned(t.Short()), "\n") }

// Short returns the texts that String aligns: the columns, then the first and the
// last rows.
func (t Table) Short() [][]string {
	first, last := t.Rows, t.Rows[:0]
	lines := [][]string{t.heads()}
	left := len(t.Rows) - shortRows
	if left > 0 {
		first, last = t.Rows[:shortRows/2], t.Rows[shortRows/2+left:]
	}
	lines = append(lines, shortTexts(first)...)
	if left > 0 {
		lines = append(lines, []string{fmt.Sprintf("(%d more rows)", left)})
	}
	return append(lines, shortTexts(last)...)
}

// Full returns what String does, with every row, and a line end after the last.
func (t Table) Full() string { return aligned(t.Lines()) }

// Lines returns the texts that Full aligns: the columns, then each row.
func (t Table) Lines() [][]string {
	return append([][]string{t.heads()}, shortTexts(t.Rows)...)
}

func (t Table) heads() []string {
	heads := make([]string, len(t.Columns))
	for k, c := range t.Columns {
		heads[k] = Visible(c.String())
	}
	return heads
}

func shortTexts(rows [][]any) [][]string {
	lines := make([][]string, len(rows))
	for i, row := range rows {
		lines[i] = make([]string, len(row))
		for k, v := range row {
			lines[i][k] = shortText(v)
		}
	}
	return lines
}

func shortText(cell any) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case float64:
		return fmt.Sprintf("%.5g", v)
	}
	return Visible(fmt.Sprint(cell))
}

// InFull writes a number as %g does, and all digits of a whole one of up to 15 that has
// more than a power of ten: 1048576, and 1e+06.
func InFull(v float64) string {
	text := strconv.FormatFloat(v, 'g', -1, 64)
	if v == math.Trunc(v) && math.Abs(v) < 1e15 && strings.Contains(text, ".") {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return fmt.Sprintf("%g", v)
}

// TwoDigits writes a number > 0 with two digits and no exponent.
func TwoDigits(v float64) string {
	digit := math.Pow(10, math.Floor(math.Log10(v))-1)
	return fmt.Sprintf("%.10g", math.Round(v/digit)*digit)
}

// Distinct returns the names, of which those that are there more than once have a number
// behind them, from the second on, that makes no other of the names.
func Distinct(names []string) []string {
	taken, seen := map[string]bool{}, map[string]int{}
	for _, name := range names {
		taken[name] = true
	}
	apart := slices.Clone(names)
	for i, name := range names {
		if seen[name]++; seen[name] == 1 {
			continue
		}
		for ; taken[apart[i]]; seen[name]++ {
			apart[i] = fmt.Sprintf("%s (%d)", name, seen[name])
		}
		seen[name]--
		taken[apart[i]] = true
	}
	return apart
}

// Visible returns a text in which characters that would move a terminal's cursor,
// change its colours or the order of its letters stand as Go writes them, "\x1b".
func Visible(s string) string {
	if !strings.ContainsFunc(s, hidden) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if hidden(r) || r == utf8.RuneError && n == 1 {
			b.WriteString(strings.Trim(strconv.QuoteToGraphic(s[:n]), `"`))
		} else {
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}

func hidden(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }

// aligned writes rows of cells with two spaces between the columns and none at
// the end of a line.
func aligned(rows [][]string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	w.Flush()
	lines := strings.Split(b.String(), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}
