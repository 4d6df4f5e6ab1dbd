package colors

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/image/colornames"
)

// The values are those of CSS Color Module 4, section 6.1.
func TestParse(t *testing.T) {
	for css, want := range map[string]string{
		"tomato": "#ff6347", "Grey": "#808080", "gray": "#808080", " aliceblue ": "#f0f8ff", "rebeccapurple": "#663399", "lightgoldenrodyellow": "#fafad2",
		"#abc": "#aabbcc", "#ABCF": "#aabbcc", "#a1B2c3": "#a1b2c3", "#a1b2c3FF": "#a1b2c3",
		"rgb(255, 99, 71)": "#ff6347", "rgb(255 99 71)": "#ff6347", "RGBA(255,99,71,1)": "#ff6347", "rgb(100% 0% 50% / 100%)": "#ff0080", "rgb(300, -5, 127.6)": "#ff0080",
		"hsl(120, 100%, 25%)": "#008000", "HSL(0.5turn 100% 50%)": "#00ffff", "hsl(-120deg 100% 50% / 1)": "#0000ff", "hsla(200grad,100%,50%,100%)": "#00ffff", "hsl(3.14159265rad 100 50)": "#00ffff", "hsl(77 0% 50%)": "#808080",
	} {
		if got, err := Parse(css); err != nil || got != want {
			t.Errorf("%q is %q (%v), want %q", css, got, err, want)
		}
	}
	for _, css := range []string{"", "bluish", "transparent", "#", "#12", "#12345", "#ggg", "#1234567", "#a1b2c380", "rgb()", "rgb(1,2)", "rgb(1,2,3,0.5)", "rgb(1%,2,3)", "rgb(NaN,1,2)", "rgb 1 2 3", "hsl()", "hsl(1,2)", "hsl(NaN,1%,2%)", "hsl(1,2%,3%,0.5)", "hsl(1foo,2%,3%)", "hsl(1%,2%,3%)", "#+12"} {
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

// A colour by its hue, saturation and lightness is the colour: those are computed by the
// formulas of CSS Color Module 4, section 7.2.
func TestParseHSL(t *testing.T) {
	r := rand.New(rand.NewPCG(18, 7))
	for range 5000 {
		want := [3]float64{float64(r.IntN(256)), float64(r.IntN(256)), float64(r.IntN(256))}
		high, low := slices.Max(want[:])/255, slices.Min(want[:])/255
		light, hue, saturation := (high+low)/2, 0.0, 0.0
		if d := high - low; d > 0 {
			saturation = (high - light) / min(light, 1-light)
			switch red, green, blue := want[0]/255, want[1]/255, want[2]/255; high {
			case red:
				hue = (green - blue) / d
			case green:
				hue = (blue-red)/d + 2
			default:
				hue = (red-green)/d + 4
			}
		}
		css := fmt.Sprintf("hsl(%v, %v%%, %v%%)", 60*hue+360*float64(r.IntN(3)-1), 100*saturation, 100*light)
		if got, err := Parse(css); err != nil || got != fmt.Sprintf("#%02x%02x%02x", int(want[0]), int(want[1]), int(want[2])) {
			t.Fatalf("%s is %q (%v), want %v", css, got, err, want)
		}
	}
}
