package plotting

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/base64"
	"os"
	"regexp"
	"strings"
)

// The library, as a public network hands it out where no server of Jupyter does, with
// the hash that its bytes must have: they are those of plotting/echarts.
const (
	network     = "https://cdn.jsdelivr.net/npm"
	version     = "6.1.0"
	libraryHash = "sha384-C2iskrW/uPW46KzOjrvJIQo4YkV8lkD+QS0CrDN18IIPIpT/g2USu8bTP3nvmIAD"
)

var (
	//go:embed wake.js
	wake string

	//go:embed echarts/figures.js
	runtime string
)

// remarks are what a script says to people: the lines that are comments, and indents.
var remarks = regexp.MustCompile(`(?m)^\s*(//.*\n)?\s*`)

// wakeScript returns the script that has the page draw its figures.
func wakeScript() string {
	kernel := os.Getenv("NQM_KERNEL")
	if kernel == "" {
		kernel = "nqm"
	}
	script := strings.NewReplacer("KERNEL", kernel, "CDN", network, "VERSION", version, "SUM", libraryHash).Replace(wake)
	return "<script>" + strings.TrimSpace(remarks.ReplaceAllString(script, "")) + "</script>"
}

// runtimeScript returns the runtime of plotting/echarts, packed, for pages that have no
// other way to it. A notebook needs it once.
func runtimeScript() string {
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	w.Write([]byte(remarks.ReplaceAllString(runtime, "")))
	w.Close()
	return `<script type="text/plain" class="nqm-runtime">` + base64.StdEncoding.EncodeToString(packed.Bytes()) + "</script>"
}
