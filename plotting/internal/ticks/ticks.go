// Package ticks chooses the ticks of an axis and writes their numbers.
package ticks

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// Even marks round numbers, from least to about twice as many of them.
func Even(min, max, least float64) []plot.Tick {
	unit := math.Pow(10, math.Floor(math.Log10((max-min)/least)))
	for _, m := range []float64{5, 2} {
		if (max-min)/(m*unit) >= least {
			unit *= m
			break
		}
	}
	var ticks []plot.Tick
	first, last := math.Ceil(min/unit-1e-9), math.Floor(max/unit+1e-9)
	write := writer(math.Max(math.Abs(min), math.Abs(max)), unit)
	for n := 0.0; n <= last-first; n++ {
		v := (first+n)*unit + 0 // never -0
		ticks = append(ticks, plot.Tick{Value: v, Label: write(v)})
	}
	return ticks
}

// writer writes multiples of a unit up to a size so that no two look alike:
// small and large ones as multiples of one power of ten.
func writer(size, unit float64) func(v float64) string {
	e := int(math.Floor(math.Log10(unit) + 1e-9))
	if 1e-3 <= size && size < 1e7 {
		return func(v float64) string { return decimals(v, -e) }
	}
	power := int(math.Floor(math.Log10(size) + 1e-9))
	return func(v float64) string {
		if v == 0 {
			return "0"
		}
		m := decimals(v/math.Pow(10, float64(power)), power-e)
		if m == "1" {
			return Power(10, power)
		}
		return m + "·" + Power(10, power)
	}
}

// decimals writes v with at most so many decimals, and large numbers in groups
// of three digits.
func decimals(v float64, most int) string {
	text := strconv.FormatFloat(v, 'f', max(most, 0), 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	whole, part, found := strings.Cut(text, ".")
	if math.Abs(v) >= 1e4 {
		for k := len(whole) - 3; k > 0 && whole[k-1] != '-'; k -= 3 {
			whole = whole[:k] + thin + whole[k:]
		}
	}
	if found {
		whole += "." + part
	}
	return Minus(whole)
}

// Whole writes a whole number with all of its digits, large ones in groups of three.
func Whole(v float64) string { return decimals(v, 0) }

const thin = "\u2009" // space

// mostTicks is how many powers are labelled at most, and fewest how many
// numbers an axis has at least.
const (
	mostTicks = 8
	fewest    = 3
)

// Powers marks the powers of the base, every one if there is room, else evenly
// chosen ones. Powers of ten within two decades have labels at 2 and 5 too;
// a range that holds too few of these, at 1.5, 2, 3 and so on, or at even
// numbers.
func Powers(base, min, max float64) []plot.Tick {
	within := math.Ceil(math.Log10(max)-1e-9)-math.Floor(math.Log10(min)+1e-9) <= 2
	found := powers(base, min, max, nil)
	if base == 10 && (within || Labelled(found) < fewest) {
		found = powers(base, min, max, []float64{2, 5})
	}
	if base == 10 && Labelled(found) < fewest {
		found = powers(base, min, max, []float64{1.5, 2, 3, 4, 5, 6, 7, 8, 9})
	}
	if Labelled(found) < fewest || Labelled(found) > mostTicks+2 {
		found = Even(min, max, fewest)
	}
	return found
}

// Labelled counts the ticks that have a label.
func Labelled(ticks []plot.Tick) int {
	n := 0
	for _, t := range ticks {
		if t.Label != "" {
			n++
		}
	}
	return n
}

// powers marks powers of the base, and the multiples of them that are to be
// labelled too.
func powers(base, min, max float64, multiples []float64) []plot.Tick {
	log := func(v float64) float64 { return math.Log(v) / math.Log(base) }
	low, high := math.Floor(log(min)+1e-9), math.Ceil(log(max)-1e-9)
	every := math.Ceil((high - low + 1) / mostTicks)
	low = every * math.Floor(low/every)
	marks := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}
	if slices.Contains(multiples, 1.5) {
		marks = []float64{1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9}
	}
	var ticks []plot.Tick
	for e := low; e <= high; e++ {
		for _, m := range marks {
			t := plot.Tick{Value: m * math.Pow(base, e)}
			if m >= base || t.Value < min*(1-1e-9) || t.Value > max*(1+1e-9) || every > 1 && m > 1 {
				continue
			}
			if m == 1 && math.Mod(e-low, every) == 0 {
				t.Label = Power(base, int(e))
				if len(multiples) > 0 && math.Abs(e) <= 3 { // beside 200 and 500
					t.Label = multiple(1, int(e))
				}
			} else if slices.Contains(multiples, m) {
				t.Label = multiple(m, int(e))
			}
			if t.Label != "" || every <= mostUnlabelled {
				ticks = append(ticks, t)
			}
		}
	}
	return ticks
}

// mostUnlabelled is how far apart labelled powers may be before those between
// have no mark, which would make a solid line of them.
const mostUnlabelled = 5

// Symmetric marks 0 and the powers of ten on both sides of it that lie outside
// the linear part of an axis; place maps a number to where it stands.
func Symmetric(min, max, linear float64, place func(float64) float64) []plot.Tick {
	reach := math.Max(math.Abs(min), math.Abs(max))
	first, last := math.Ceil(math.Log10(linear)), math.Floor(math.Log10(reach)+1e-9)
	every := math.Max(1, math.Ceil((last-first+1)/4))
	room := 0.06 * (place(max) - place(min)) // for the label of 0
	var ticks []plot.Tick
	add := func(v float64) {
		if min <= v && v <= max && (v == 0 || math.Abs(place(v)) >= room) {
			ticks = append(ticks, plot.Tick{Value: v, Label: signedPower(v)})
		}
	}
	for e := last; e >= first; e -= every {
		add(-math.Pow(10, e))
	}
	add(0)
	for e := last - every*math.Floor((last-first)/every); e <= last; e += every {
		add(math.Pow(10, e))
	}
	if len(ticks) < 2 { // all within the linear part, or far from 0
		return Even(min, max, fewest)
	}
	return ticks
}

var superscripts = map[rune]rune{'-': '⁻', '.': '·', '0': '⁰', '1': '¹', '2': '²', '3': '³', '4': '⁴', '5': '⁵', '6': '⁶', '7': '⁷', '8': '⁸', '9': '⁹'}

// Power writes base^e. 1, 10 and 100 stand as they are.
func Power(base float64, e int) string {
	if base == 10 && e >= 0 && e <= 2 {
		return fmt.Sprint(math.Pow10(e))
	}
	return fmt.Sprint(base) + Raised(fmt.Sprint(e))
}

// Raised writes a number in superscripts.
func Raised(number string) string {
	return strings.Map(func(r rune) rune { return superscripts[r] }, number)
}

// multiple writes m 10^e.
func multiple(m float64, e int) string {
	if -3 <= e && e <= 3 {
		return fmt.Sprintf("%.6g", m*math.Pow10(e))
	}
	if m == 1 {
		return Power(10, e)
	}
	return fmt.Sprintf("%g·%s", m, Power(10, e))
}

func signedPower(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v < 0:
		return "−" + signedPower(-v)
	}
	return Power(10, int(math.Round(math.Log10(v))))
}

// Minus writes a leading hyphen as a minus sign.
func Minus(number string) string {
	if len(number) > 0 && number[0] == '-' {
		return "−" + number[1:]
	}
	return number
}
