package lesson

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"

	"nqm/notebooks/internal/setup"
)

// volatileMetadata is what tools leave in a cell's metadata about one run or
// one reader.
var volatileMetadata = []string{"execution", "ExecuteTime", "collapsed", "scrolled", "trusted", "jupyter"}

// Normalize removes what differs between two runs of the same lesson, so that
// running it again changes no byte of its file.
func (nb Notebook) Normalize() {
	nb["metadata"] = map[string]any{
		"kernelspec":    setup.KernelMetadata(),
		"language_info": map[string]any{"name": "go", "file_extension": ".go", "mimetype": "text/x-go"},
	}
	nb["nbformat"], nb["nbformat_minor"] = 4, 5
	ids := map[string]bool{}
	count := 0
	predicted := false // what a cell shows follows a prediction
	for _, cell := range nb.Cells() {
		if m := questions.FindAllStringSubmatch(cell.Source(), -1); cell.Kind() == "markdown" && m != nil {
			predicted = m[len(m)-1][1] == predictMark
		}
		cell.normalizeMetadata(predicted)
		cell.normalizeID(ids)
		if cell.Kind() == "code" {
			cell.normalizeOutputs(&count)
		}
	}
	nb.oneRuntime()
}

// runtime is what the first figure of each cell brings for viewers that have no other
// way to it.
var runtime = regexp.MustCompile(`<script type="text/plain" class="nqm-runtime">[^<]*</script>`)

// oneRuntime leaves the runtime at the first figure of the notebook alone.
func (nb Notebook) oneRuntime() {
	found := false
	for _, cell := range nb.Cells() {
		for _, o := range cell.Outputs() {
			data, _ := o["data"].(map[string]any)
			page := text(data["text/html"])
			if !runtime.MatchString(page) {
				continue
			}
			if found {
				data["text/html"] = lines(runtime.ReplaceAllLiteralString(page, ""))
			}
			found = true
		}
	}
}

const predictMark = "**Predict.**"

// questions begin a question, or end one.
var questions = regexp.MustCompile(`(?m)^(\*\*(?:Predict|Exercise|Left open)\.\*\*|#+ )`)

// normalizeMetadata folds what JupyterLab shows, whoever unfolded it last: an answer,
// and what follows a prediction.
func (c Cell) normalizeMetadata(predicted bool) {
	metadata, ok := c["metadata"].(map[string]any)
	if !ok {
		metadata = map[string]any{}
		c["metadata"] = metadata
	}
	for _, name := range volatileMetadata {
		delete(metadata, name)
	}
	if c.IsAnswer() {
		metadata["jupyter"] = map[string]any{"outputs_hidden": true, "source_hidden": true}
	} else if predicted && c.Kind() == "code" && len(c.Outputs()) > 0 {
		metadata["jupyter"] = map[string]any{"outputs_hidden": true}
	}
}

// normalizeID keeps the cell's id, or makes one from its text when it has none
// or an earlier cell has the same.
func (c Cell) normalizeID(seen map[string]bool) {
	id, _ := c["id"].(string)
	for n := 0; id == "" || seen[id]; n++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s%d", c.Source(), n))
		id = hex.EncodeToString(sum[:4])
	}
	seen[id] = true
	c["id"] = id
}

// normalizeOutputs counts executions from one, joins what a cell wrote in
// several pieces, and drops identifiers of the run and how long it took.
func (c Cell) normalizeOutputs(count *int) {
	if c.Source() == "" {
		c["execution_count"], c["outputs"] = nil, []any{}
		return
	}
	*count++
	c["execution_count"] = *count
	outputs := []any{}
	var last Output
	for _, o := range c.Outputs() {
		if o.isProgress() {
			continue
		}
		delete(o, "transient")
		if _, ok := o["execution_count"]; ok {
			o["execution_count"] = *count
		}
		if last != nil && o.IsStream("") && last.IsStream(o["name"].(string)) {
			last["text"] = lines(text(last["text"]) + text(o["text"]))
			continue
		}
		outputs = append(outputs, map[string]any(o))
		last = o
	}
	c["outputs"] = outputs
}
