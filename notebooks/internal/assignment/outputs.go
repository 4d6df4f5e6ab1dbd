package assignment

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"nqm/notebooks/internal/lesson"
)

// outputBytes is how much one cell may show on a page of feedback.
const outputBytes = 1 << 20

// inertTags finds what a page would take for an HTML tag: with a space behind the
// "<" it is text, and a formula still a formula.
var inertTags = regexp.MustCompile(`(<)([A-Za-z/!?])`)

// base64 is what a picture may be: a page takes it as it is.
var base64 = regexp.MustCompile(`^[A-Za-z0-9+/=\s]+$`)

// cleanOutputs keeps of a cell's outputs what cannot do harm in the browser of the
// person who reads them, texts and pictures, and not too much of it.
func (h *handIn) cleanOutputs(cell lesson.Cell, number int) {
	kept, left, size := []any{}, 0, 0
	for _, o := range cell.Outputs() {
		if n, ok := o[leftOutKey].(string); ok {
			more, _ := strconv.Atoi(n)
			left += more
			continue
		}
		o = harmless(o)
		data, _ := json.Marshal(o)
		if size += len(data); size > outputBytes {
			left += len(data)
			continue
		}
		kept = append(kept, map[string]any(o))
	}
	if left > 0 {
		h.note("of what cell %d has printed %d bytes were left out", number, left)
		kept = append(kept, stream(fmt.Sprintf("(%d bytes of output are left out)\n", left)))
	}
	cell["outputs"] = kept
}

func stream(text string) map[string]any {
	return map[string]any{"output_type": "stream", "name": "stdout", "text": text}
}

// harmless is an output without what a browser would run.
func harmless(o lesson.Output) lesson.Output {
	switch kind, _ := o["output_type"].(string); kind {
	case "stream":
		return stream(strings.ToValidUTF8(joined(o["text"]), "\uFFFD"))
	case "error":
		return lesson.Output(stream(fmt.Sprintf("%v: %v\n", o["ename"], o["evalue"])))
	}
	data, _ := o["data"].(map[string]any)
	kept := map[string]any{}
	if text := joined(data["text/plain"]); text != "" {
		kept["text/plain"] = strings.ToValidUTF8(text, "\uFFFD")
	}
	for _, form := range []string{"image/png", "image/jpeg"} {
		if picture := joined(data[form]); base64.MatchString(picture) {
			kept[form] = picture
		}
	}
	if len(kept) == 0 {
		kept["text/plain"] = "(an output that is not shown here)"
	}
	return lesson.Output{"output_type": "display_data", "metadata": map[string]any{}, "data": kept}
}

// joined returns a text that a notebook may hold in one piece or in lines.
func joined(v any) string {
	lines, ok := v.([]any)
	if !ok {
		s, _ := v.(string)
		return s
	}
	var b strings.Builder
	for _, l := range lines {
		s, _ := l.(string)
		b.WriteString(s)
	}
	return b.String()
}
