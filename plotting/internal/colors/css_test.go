package colors

import (
	"testing"

	"golang.org/x/image/colornames"
)

// The values are those of CSS Color Module 4, section 6.1.
func TestParse(t *testing.T) {
	for css, want := range map[string]string{
		"tomato": "#ff6347", "Grey": "#808080", "gray": "#808080", " aliceblue ": "#f0f8ff", "rebeccapurple": "#663399", "lightgoldenrodyellow": "#fafad2",
		"#abc": "#aabbcc", "#ABCF": "#aabbcc", "#a1B2c3": "#a1b2c3", "#a1b2c3FF": "#a1b2c3",
		"rgb(255, 99, 71)": "#ff6347", "rgb(255 99 71)": "#ff6347", "RGBA(255,99,71,1)": "#ff6347", "rgb(100% 0% 50% / 100%)": "#ff0080", "rgb(300, -5, 127.6)": "#ff0080",
	} {
		if got, err := Parse(css); err != nil || got != want {
			t.Errorf("%q is %q (%v), want %q", css, got, err, want)
		}
	}
	for _, css := range []string{"", "bluish", "transparent", "#", "#12", "#12345", "#ggg", "#1234567", "#a1b2c380", "rgb()", "rgb(1,2)", "rgb(1,2,3,0.5)", "rgb(1%,2,3)", "rgb(NaN,1,2)", "rgb 1 2 3", "hsl(0 0% 0%)", "#+12"} {
		if got, err := Parse(css); err == nil {
			t.Errorf("%q was read as %q", css, got)
		}
	}
	names := 1 // rebeccapurple
	for name, c := range colornames.Map {
		got, err := Parse(name)
		if err != nil || RGB(got).R != c.R || RGB(got).G != c.G || RGB(got).B != c.B {
			t.Errorf("%s is %q (%v)", name, got, err)
		}
		names++
	}
	if names != 148 {
		t.Errorf("%d names, want the 148 of CSS", names)
	}
}
