package plotting

import (
	"fmt"
	"hash/crc32"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"nqm/plotting/internal/ticks"
)

// number writes v in at most five digits, and divergence as such.
func number(v float64) string {
	if math.IsInf(v, 1) {
		return "diverges"
	}
	return raised(fmt.Sprintf("%.5g", v))
}

var exponent = regexp.MustCompile(`(^|[^\pL\pN_.])([0-9]+(?:\.[0-9]+)?)e(-?)\+?0*([0-9]+)\b`)

// raised writes the numbers of a text as those of an axis: 10⁻⁹ and 2.71·10⁻⁵ for 1e-09
// and 2.71e-05.
func raised(text string) string {
	if !strings.Contains(text, "e-") && !strings.Contains(text, "e+") {
		return text
	}
	return exponent.ReplaceAllStringFunc(text, func(found string) string {
		part := exponent.FindStringSubmatch(found)
		if !strings.ContainsAny(found[len(part[1]):], "+-") { // a name, such as 7e10
			return found
		}
		if part[2] != "1" {
			part[1] += part[2] + "·"
		}
		return part[1] + "10" + ticks.Raised(part[3]+part[4])
	})
}

// number6 rounds to six significant digits.
func number6(v float64) float64 { return withDigits(v, 6) }

// withDigits rounds to so many significant digits.
func withDigits(v float64, n int) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', n, 64), 64)
	if err != nil {
		return v // rounding up left the range of float64
	}
	return short
}

// count writes a number of steps or samples, large and whole ones to the last.
func count(n float64) string {
	switch {
	case math.IsNaN(n) || n < 0:
		return "–"
	case math.IsInf(n, 1):
		return "never"
	case (n == math.Trunc(n) || n > 1e4) && n < 1e15:
		return fmt.Sprintf("%.0f", n)
	}
	return number(n)
}

// countable reports whether a number of steps or samples has a place on a
// logarithmic axis.
func countable(n float64) bool { return n > 0 && !math.IsInf(n, 1) }

// listed joins words, or the first and the last of many.
func listed(words []string) string {
	if len(words) > 4 {
		return fmt.Sprintf("%s … %s (%d of them)", words[0], words[len(words)-1], len(words))
	}
	return strings.Join(words, ", ")
}

// several is a number with its noun, as in "1 run" and "5 runs".
func several(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// nineDigits writes a number that is compared with another near it.
func nineDigits(v float64) string { return fmt.Sprintf("%.9g", v) }

func none(v float64) bool { return math.IsInf(v, 0) || math.IsNaN(v) }

func upper(s string) string { return begun(s, unicode.ToUpper) }

func lower(s string) string { return begun(s, unicode.ToLower) }

// begun returns a text with its first letter changed, if it is no symbol, as α is.
func begun(s string, change func(rune) rune) string {
	first, n := utf8.DecodeRuneInString(s)
	if first == utf8.RuneError || unicode.Is(unicode.Greek, first) {
		return s
	}
	return string(change(first)) + s[n:]
}

// valueText writes a number, and nothing for one that there is not.
func valueText(v float64) string {
	if none(v) {
		return "-"
	}
	return fmt.Sprintf("%.7g", v)
}

var fingerprinted = regexp.MustCompile(`θ\(0\) = #([0-9a-v]{8})\b`)

var power = regexp.MustCompile(`\^-?[0-9]+(\.[0-9]+)?`)

var largeBatch = regexp.MustCompile(`\bB( ?= ?)([1-9][0-9]{6,14})\b`)

// printable returns a label without the characters that no file of text may
// hold, such as NUL: they become U+FFFD, and line ends become spaces. Powers
// such as i^-1.2 and 1e-09 are raised; a start of which a text has the fingerprint alone
// (see theory.Fingerprint) is named by it. A batch size of a million or more is written as
// on an axis: 2²⁰, or with its digits in groups.
func printable(label string) string {
	if strings.Contains(label, "#") {
		label = fingerprinted.ReplaceAllString(label, "start $1")
	}
	label = largeBatch.ReplaceAllStringFunc(label, func(found string) string {
		part := largeBatch.FindStringSubmatch(found)
		b, _ := strconv.ParseFloat(part[2], 64)
		return "B" + part[1] + batchWord(b)
	})
	label = power.ReplaceAllStringFunc(raised(label), func(p string) string { return ticks.Raised(p[1:]) })
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case unicode.IsControl(r) || r == 0xfffe || r == 0xffff || unicode.Is(unicode.Bidi_Control, r):
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(label, string(unicode.ReplacementChar)))
}

// longestText is how many letters of a text are drawn: a page full. A program may
// write a million into a name.
const longestText = 2000

// drawable cuts a text of more letters, and tells it from others that begin like it.
func drawable(text string) string {
	if len(text) <= longestText {
		return text
	}
	letters := []rune(text)
	if len(letters) <= longestText {
		return text
	}
	return fmt.Sprintf("%s… (%d letters, %08x)", string(letters[:longestText]), len(letters), crc32.ChecksumIEEE([]byte(text)))
}
