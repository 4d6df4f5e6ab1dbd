package colors

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"golang.org/x/image/colornames"
)

// Parse reads a colour as CSS writes it (CSS Color Module 4) and returns it in the
// form #rrggbb: one of the 148 names, #rgb, #rrggbb, and rgb() of three numbers from
// 0 to 255 or three percentages, apart by commas or spaces. An opacity is read if it
// is full. The error names any other text.
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
		return "", fmt.Errorf("color %q: want an opaque colour of CSS, as in tomato, #f64, #ff6347 or rgb(255, 99, 71)", css)
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
	inside, found := strings.CutPrefix(words, "rgb")
	inside = strings.TrimPrefix(inside, "a")
	inside, opened := strings.CutPrefix(inside, "(")
	inside, closed := strings.CutSuffix(inside, ")")
	parts := strings.FieldsFunc(inside, func(r rune) bool { return strings.ContainsRune(", /\t", r) })
	if !found || !opened || !closed || len(parts) < 3 || len(parts) > 4 {
		return "", false
	}
	if len(parts) == 4 && parts[3] != "1" && parts[3] != "1.0" && parts[3] != "100%" {
		return "", false
	}
	hex := "#"
	for _, part := range parts[:3] {
		number, percent := strings.CutSuffix(part, "%")
		v, err := strconv.ParseFloat(number, 64)
		if err != nil || math.IsNaN(v) || percent != strings.HasSuffix(parts[0], "%") {
			return "", false
		}
		if percent {
			v = v * 255 / 100
		}
		hex += fmt.Sprintf("%02x", int(math.Round(min(max(v, 0), 255)))) // CSS clamps
	}
	return hex, true
}
