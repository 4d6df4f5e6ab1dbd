package colors

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"golang.org/x/image/colornames"
)

// Parse reads a colour as CSS writes it (CSS Color Module 4) and returns it in the
// form #rrggbb: one of the 148 names, #rgb, #rrggbb, rgb() of three numbers from
// 0 to 255 or three percentages, and hsl() of an angle and two percentages, apart by
// commas or spaces. An opacity is read if it is full. The error names any other text.
func Parse(css string) (string, error) {
	words := strings.ToLower(strings.TrimSpace(css))
	c, ok := colornames.Map[words]
	switch {
	case ok:
		return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B), nil
	case words == "rebeccapurple": // the one that SVG does not have
		return "#663399", nil
	}
	hex, ok := readHex(words)
	if !ok {
		hex, ok = readRGB(words)
	}
	if !ok {
		hex, ok = readHSL(words)
	}
	if !ok {
		return "", fmt.Errorf("color %q: want an opaque one of CSS, as in tomato, #f64, #ff6347, rgb(255, 99, 71) or hsl(9, 100%%, 64%%)", css)
	}
	return hex, nil
}

// readHex reads #rgb, #rrggbb, and both with an opacity that is full.
func readHex(words string) (string, bool) {
	digits, found := strings.CutPrefix(words, "#")
	if n := len(digits); n == 3 || n == 4 {
		var twice strings.Builder
		for i := range n {
			twice.WriteString(digits[i:i+1] + digits[i:i+1])
		}
		digits = twice.String()
	}
	if len(digits) == 8 {
		digits, found = strings.CutSuffix(digits, "ff")
	}
	_, err := strconv.ParseUint(digits, 16, 32)
	return "#" + digits, found && err == nil && len(digits) == 6
}

// readRGB reads rgb(255, 99, 71), rgb(100% 39% 28%) and the like.
func readRGB(words string) (string, bool) {
	parts, ok := arguments(words, "rgb")
	if !ok {
		return "", false
	}
	hex := "#"
	for _, part := range parts {
		number, percent := strings.CutSuffix(part, "%")
		v, ok := finite(number)
		if !ok || percent != strings.HasSuffix(parts[0], "%") {
			return "", false
		}
		if percent {
			v = v * 255 / 100
		}
		hex += fmt.Sprintf("%02x", int(math.Round(min(max(v, 0), 255)))) // CSS clamps
	}
	return hex, true
}

// readHSL reads hsl(9, 100%, 64%), hsl(0.025turn 100 64) and the like.
func readHSL(words string) (string, bool) {
	parts, ok := arguments(words, "hsl")
	if !ok {
		return "", false
	}
	angle, per := parts[0], 1.0
	for unit, degrees := range map[string]float64{"deg": 1, "turn": 360, "grad": 0.9, "rad": 180 / math.Pi} {
		if number, found := strings.CutSuffix(angle, unit); found && !(unit == "rad" && strings.HasSuffix(angle, "grad")) {
			angle, per = number, degrees
			break
		}
	}
	hue, ok1 := finite(angle)
	saturation, ok2 := finite(strings.TrimSuffix(parts[1], "%"))
	light, ok3 := finite(strings.TrimSuffix(parts[2], "%"))
	s, l := min(max(saturation/100, 0), 1), min(max(light/100, 0), 1)
	hex := "#"
	for _, n := range []float64{0, 8, 4} { // CSS Color Module 4, section 7.1
		k := math.Mod(n+hue*per/30, 12)
		if k < 0 {
			k += 12
		}
		hex += fmt.Sprintf("%02x", int(math.Round(255*(l-s*min(l, 1-l)*max(-1, min(k-3, 9-k, 1))))))
	}
	return hex, ok1 && ok2 && ok3
}

// arguments returns the three numbers of a function, whose opacity is full.
func arguments(words, function string) ([]string, bool) {
	inside, found := strings.CutPrefix(words, function)
	inside = strings.TrimPrefix(inside, "a")
	inside, opened := strings.CutPrefix(inside, "(")
	inside, closed := strings.CutSuffix(inside, ")")
	parts := strings.FieldsFunc(inside, func(r rune) bool { return strings.ContainsRune(", /\t", r) })
	if !found || !opened || !closed || len(parts) < 3 || len(parts) > 4 {
		return nil, false
	}
	if len(parts) == 4 && parts[3] != "1" && parts[3] != "1.0" && parts[3] != "100%" {
		return nil, false
	}
	return parts[:3], true
}

func finite(number string) (float64, bool) {
	v, err := strconv.ParseFloat(number, 64)
	return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
}
