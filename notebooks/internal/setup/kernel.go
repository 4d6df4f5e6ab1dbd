package setup

import (
	"bytes"
	"embed"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"nqm/plotting/echarts"
)

// displayName is what a list of kernels shows.
const displayName = "Go (nqm)"

// A kernelSpec is the content of kernel.json.
type kernelSpec struct {
	Argv          []string       `json:"argv"`
	DisplayName   string         `json:"display_name"`
	Language      string         `json:"language"`
	InterruptMode string         `json:"interrupt_mode"`
	Metadata      kernelMetadata `json:"metadata"`
}

// kernelMetadata says which clone a kernel belongs to.
type kernelMetadata struct {
	Clone string `json:"nqm_clone"`
}

//go:embed start.sh gopls.sh
var scripts embed.FS

//go:embed logo.svg
var logo []byte

var scriptTemplates = template.Must(template.New("").
	Funcs(template.FuncMap{"quote": shellQuote}).
	ParseFS(scripts, "*.sh"))

// WriteKernel makes dir the specification of a kernel with the given name: it
// runs cells with this clone's packages, and without a network. Its charts'
// library lies beside it, where Jupyter's server hands it out.
func (e *Environment) WriteKernel(dir, name string) error {
	start := filepath.Join(dir, "start.sh")
	spec, err := json.MarshalIndent(kernelSpec{
		Argv:          []string{"/bin/sh", start, "{connection_file}"},
		DisplayName:   kernelTitle(name),
		Language:      "go",
		InterruptMode: "message",
		Metadata:      kernelMetadata{Clone: e.Root},
	}, "", "  ")
	if err != nil {
		return err
	}
	script, err := e.script("start.sh", name)
	if err != nil {
		return err
	}
	for path, data := range map[string][]byte{
		start:                                script,
		filepath.Join(dir, "kernel.json"):    append(spec, '\n'),
		filepath.Join(dir, "logo-svg.svg"):   logo,
		filepath.Join(dir, echarts.FileName): echarts.Bundle(),
	} {
		if err := WriteFile(path, data); err != nil {
			return err
		}
	}
	return nil
}

// writeGopls puts the kernel's gopls into the folder where it finds it.
func (e *Environment) writeGopls() error {
	script, err := e.script("gopls.sh", "")
	if err != nil {
		return err
	}
	path := filepath.Join(e.binDir(), "gopls")
	if err := WriteFile(path, script); err != nil {
		return err
	}
	return os.Chmod(path, 0o755)
}

// script fills in a script for the kernel with the given name.
func (e *Environment) script(file, name string) ([]byte, error) {
	var b bytes.Buffer
	err := scriptTemplates.ExecuteTemplate(&b, file, map[string]string{
		"Clone":   e.Root,
		"Bin":     e.binDir(),
		"Tools":   e.Tools,
		"Gopls":   e.gopls,
		"Go":      e.golang.bin(),
		"GoFlags": e.kernelGoFlags(),
		"Modules": e.golang.GOMODCACHE,
		"Name":    name,
		"Log":     e.kernelLog(),
	})
	return b.Bytes(), err
}

// kernelTitle tells kernels of several clones apart.
func kernelTitle(name string) string {
	if name == Kernel {
		return displayName
	}
	return "Go (" + name + ")"
}

// shellQuote makes s one word of a shell script.
func shellQuote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// KernelMetadata is how a notebook names the kernel.
func KernelMetadata() map[string]any {
	return map[string]any{"name": Kernel, "display_name": displayName, "language": "go"}
}
