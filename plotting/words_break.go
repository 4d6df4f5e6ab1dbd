package plotting

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// glue is a space at which no line breaks.
const glue = "\u00a0"

// shortBracket is how many letters are kept on one line for being in brackets.
const shortBracket = 24

// glued returns a text with glue for the spaces within values: around signs as
// in "C = H", in short brackets, before a number that ends a phrase ("to loss
// 0.01:"), and between a number and what it counts ("100 steps").
func glued(words string) string {
	var b strings.Builder
	last := ""
	at := 0 // of the word in the text
	for i, word := range strings.Split(words, " ") {
		switch {
		case i == 0:
		case ofOneValue(last, word) || inBrackets(words, at-1):
			b.WriteString(glue)
		default:
			b.WriteString(" ")
		}
		b.WriteString(word)
		last, at = word, at+len(word)+1
	}
	return b.String()
}

// inBrackets reports whether a place of a text is in short brackets.
func inBrackets(words string, at int) bool {
	open := max(strings.LastIndex(words[:at], "("), strings.LastIndex(words[:at], "["))
	if open < 0 {
		return false
	}
	length := strings.IndexAny(words[open:], ")]")
	return open+length > at && utf8.RuneCountInString(words[open:open+length]) <= shortBracket
}

// ofOneValue reports whether two words belong to one value.
func ofOneValue(a, b string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(b, "−-"))
	switch {
	case isSign(a) || isSign(b):
		return true
	case isNumber(a):
		return unicode.IsLetter(first) || unicode.IsDigit(first)
	case unicode.IsDigit(first):
		return !isNumber(b) && isNumber(strings.TrimRight(b, ",:;.")) && endsInLetter(a)
	}
	return false
}

func isSign(word string) bool {
	return word != "" && strings.Trim(word, "=≠<>≤≥~±×·+−-/≈∝→") == ""
}

func isNumber(word string) bool {
	return word != "" && strings.IndexFunc(word, unicode.IsDigit) >= 0 &&
		strings.Trim(word, "0123456789.\u2009−-⁰¹²³⁴⁵⁶⁷⁸⁹⁻·") == "" && !strings.HasSuffix(word, ".")
}

func endsInLetter(word string) bool {
	last, _ := utf8.DecodeLastRuneInString(word)
	return unicode.IsLetter(last)
}

// broken breaks a text into lines that fit.
func broken(words string, fits func(line string) bool) []string {
	var lines []string
	add := func(part, space string) {
		if n := len(lines); n > 0 && fits(lines[n-1]+space+part) {
			lines[n-1] += space + part
			return
		}
		lines = append(lines, part)
	}
	for _, value := range strings.Split(glued(words), " ") {
		if fits(value) {
			if value != "" {
				add(value, " ")
			}
			continue
		}
		for i, word := range strings.Split(value, glue) {
			space := glue
			if i == 0 {
				space = " "
			}
			if fits(word) {
				add(word, space)
				continue
			}
			for k, letter := range []rune(word) {
				if k > 0 {
					space = ""
				}
				add(string(letter), space)
			}
		}
	}
	return mapped(lines, func(line string) string { return strings.ReplaceAll(line, glue, " ") })
}

// cutAt cuts the end of a text that does not fit, and says so by an ellipsis.
func cutAt(words string, fits func(string) bool) string {
	letters := []rune(words)
	return longest(words, len(letters), fits, func(n int) string { return string(letters[:n]) + "…" })
}

// longest returns the text if it fits, and else the longest cut with fewer than all
// letters that does, or the ellipsis alone. Cuts of more and more letters are tried
// until one does not fit, as the whole text may be long.
func longest(words string, all int, fits func(string) bool, cut func(letters int) string) string {
	if fits(words) {
		return words
	}
	above := 1
	for above < all && fits(cut(above)) {
		above *= 2
	}
	for n := min(above, all-1); n > 0; n-- {
		if short := cut(n); fits(short) {
			return short
		}
	}
	return "…"
}

// cutApart cuts texts that do not fit so that those that differ stay
// different: at the end; in the middle; or at the start, which is the same.
func cutApart(texts []string, fits func(string) bool) []string {
	if len(texts) == 0 {
		return nil
	}
	all, shared := len(unique(texts)), sharedStart(texts)
	for _, cut := range []func(string) string{
		func(text string) string { return cutAt(text, fits) },
		func(text string) string { return cutMiddle(text, fits) },
		func(text string) string {
			if fits(text) {
				return text
			}
			return cutAt("…"+text[min(shared, len(text)):], fits)
		},
	} {
		if short := mapped(texts, cut); len(unique(short)) == all {
			return short
		}
	}
	return texts
}

// cutMiddle keeps as much of the start as of the end.
func cutMiddle(text string, fits func(string) bool) string {
	letters := []rune(text)
	return longest(text, len(letters), fits, func(n int) string {
		return string(letters[:n-n/2]) + "…" + string(letters[len(letters)-n/2:])
	})
}

// sharedStart returns the length of the start that all texts have in common, in whole
// letters.
func sharedStart(texts []string) int {
	shared := texts[0]
	for _, t := range texts[1:] {
		n := 0
		for n < min(len(shared), len(t)) && shared[n] == t[n] {
			n++
		}
		shared = shared[:n]
	}
	n := len(shared)
	for n > 0 && n < len(texts[0]) && !utf8.RuneStart(texts[0][n]) {
		n--
	}
	return n
}
