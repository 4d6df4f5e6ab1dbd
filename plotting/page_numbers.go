package plotting

import (
	"math"
	"strconv"
)

// point is a pair of numbers, written with as many digits as a screen can tell
// apart; a hole is written as nulls.
type point [2]float64

// MarshalJSON writes the two numbers with six significant digits.
func (p point) MarshalJSON() ([]byte, error) { return sixes(p[:]).MarshalJSON() }

// sixes are numbers written with six significant digits, and null for one that
// is not finite.
type sixes []float64

// MarshalJSON writes the numbers as an array.
func (s sixes) MarshalJSON() ([]byte, error) {
	text := []byte{'['}
	for k, v := range s {
		if k > 0 {
			text = append(text, ',')
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			text = append(text, "null"...)
			continue
		}
		text = strconv.AppendFloat(text, number6(v), 'g', -1, 64)
	}
	return append(text, ']'), nil
}

var hole = point{math.NaN(), math.NaN()}
