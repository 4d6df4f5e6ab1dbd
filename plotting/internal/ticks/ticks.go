// Package ticks chooses the ticks of an axis and writes their numbers.
package ticks

import (
	"fmt"
	"math"

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
	for k := math.Ceil(min/unit - 1e-9); k <= max/unit+1e-9; k++ {
		v := k*unit + 0 // never -0
		label := fmt.Sprintf("%.6g", v)
		if math.Abs(v) < 1e7 && v == math.Trunc(v) {
			label = fmt.Sprintf("%.0f", v)
		}
		ticks = append(ticks, plot.Tick{Value: v, Label: Minus(label)})
	}
	return ticks
}

// mostTicks is how many powers are labelled at most.
const mostTicks = 8

// Powers marks the powers of the base, every one if there is room, else evenly
// chosen ones. Powers of ten within two decades have marks at 2 and 5 too.
func Powers(base, min, max float64) []plot.Tick {
	log := func(v float64) float64 { return math.Log(v) / math.Log(base) }
	low, high := math.Floor(log(min)+1e-9), math.Ceil(log(max)-1e-9)
	every := math.Ceil((high - low + 1) / mostTicks)
	low = every * math.Floor(low/every)
	var ticks []plot.Tick
	for e := low; e <= high; e++ {
		for m := 1.0; m < base; m++ {
			t := plot.Tick{Value: m * math.Pow(base, e)}
			if t.Value < min*(1-1e-9) || t.Value > max*(1+1e-9) || every > 1 && m > 1 {
				continue
			}
			if m == 1 && math.Mod(e-low, every) == 0 {
				t.Label = Power(base, int(e))
				if high-low <= 2 && base == 10 && math.Abs(e) <= 3 { // beside 200 and 500
					t.Label = multiple(1, int(e))
				}
			} else if high-low <= 2 && (m == 2 || m == 5) {
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
	return ticks
}

var superscripts = map[rune]rune{'-': '⁻', '0': '⁰', '1': '¹', '2': '²', '3': '³', '4': '⁴', '5': '⁵', '6': '⁶', '7': '⁷', '8': '⁸', '9': '⁹'}

// Power writes base^e. 1, 10 and 100 stand as they are.
func Power(base float64, e int) string {
	if base == 10 && e >= 0 && e <= 2 {
		return fmt.Sprint(math.Pow10(e))
	}
	label := []rune(fmt.Sprint(base))
	for _, r := range fmt.Sprint(e) {
		label = append(label, superscripts[r])
	}
	return string(label)
}

// multiple writes m 10^e.
func multiple(m float64, e int) string {
	if -3 <= e && e <= 3 {
		return fmt.Sprintf("%.6g", m*math.Pow10(e))
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
