package plotting

import (
	"encoding/json"
	"fmt"
	"math"
)

// Values is a list of numbers of a figure. Other than a plain slice it goes
// through JSON with its infinities and NaN, which are written as the strings
// "+Inf", "-Inf" and "NaN", and with every digit.
type Values []float64

// MarshalJSON writes the numbers as an array.
func (v Values) MarshalJSON() ([]byte, error) {
	if v == nil {
		return []byte("null"), nil
	}
	text := []byte{'['}
	for k, x := range v {
		if k > 0 {
			text = append(text, ',')
		}
		one, err := json.Marshal(extended(x))
		if err != nil {
			return nil, err
		}
		text = append(text, one...)
	}
	return append(text, ']'), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (v *Values) UnmarshalJSON(text []byte) error {
	var read []extended
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	*v = nil
	if read != nil {
		*v = make(Values, len(read))
	}
	for k, x := range read {
		(*v)[k] = float64(x)
	}
	return nil
}

// extended is a number that JSON holds even if it is not finite.
type extended float64

func (x extended) MarshalJSON() ([]byte, error) {
	switch f := float64(x); {
	case math.IsNaN(f):
		return []byte(`"NaN"`), nil
	case math.IsInf(f, 1):
		return []byte(`"+Inf"`), nil
	case math.IsInf(f, -1):
		return []byte(`"-Inf"`), nil
	default:
		return json.Marshal(f)
	}
}

func (x *extended) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case `"NaN"`:
		*x = extended(math.NaN())
	case `"+Inf"`, `"Inf"`:
		*x = extended(math.Inf(1))
	case `"-Inf"`:
		*x = extended(math.Inf(-1))
	default:
		var f float64
		if err := json.Unmarshal(text, &f); err != nil {
			return fmt.Errorf("plotting: %s is not a number, \"+Inf\", \"-Inf\" or \"NaN\"", text)
		}
		*x = extended(f)
	}
	return nil
}
