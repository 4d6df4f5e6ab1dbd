package plotting

import "nqm/theory"

// Values is a list of numbers of a figure. It goes through JSON with its
// infinities and NaN, and with every digit; see theory.EncodeJSON.
type Values []float64

// MarshalJSON writes the numbers as an array.
func (v Values) MarshalJSON() ([]byte, error) { return theory.EncodeJSON([]float64(v)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (v *Values) UnmarshalJSON(text []byte) error {
	return theory.DecodeJSON(text, (*[]float64)(v))
}
