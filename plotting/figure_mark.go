package plotting

import "encoding/json"

// Reference is a grey line across a panel, at a value of its y axis, or of its
// x axis if it is vertical. Its label stands in the margin.
type Reference struct {
	At       float64 `json:"at"`
	Label    string  `json:"label,omitempty"`
	Vertical bool    `json:"vertical,omitempty"`
	// Of is the name of the series that the line belongs to, as the floor of a
	// method: where a reader switches the series off, it goes too.
	Of string `json:"of,omitempty"`
}

// Region is a tinted stripe across a panel between two values of its y axis,
// or of its x axis if it is vertical. An infinite end reaches the edge.
type Region struct {
	From     float64
	To       float64
	Label    string
	Vertical bool
	Color    string // as CSS has it; empty: grey
}

type regionJSON struct {
	Span     Values `json:"span"`
	Label    string `json:"label,omitempty"`
	Vertical bool   `json:"vertical,omitempty"`
	Color    string `json:"color,omitempty"`
}

// MarshalJSON writes the region with its ends as "span".
func (r Region) MarshalJSON() ([]byte, error) {
	return json.Marshal(regionJSON{Values{r.From, r.To}, r.Label, r.Vertical, r.Color})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Region) UnmarshalJSON(text []byte) error {
	var read regionJSON
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	*r = Region{Label: read.Label, Vertical: read.Vertical, Color: read.Color}
	if len(read.Span) == 2 {
		r.From, r.To = read.Span[0], read.Span[1]
	}
	return nil
}

func (r Region) color() string {
	if r.Color == "" {
		return grey
	}
	return r.Color
}
