// Package echarts holds the JavaScript that makes nqm's figures interactive:
// Apache ECharts, and the small runtime that draws every figure of a page
// with it.
//
// The package is a leaf of its own because of its size (1.1 MB): no program
// that a notebook cell links imports it. The command in nqm/notebooks writes
// the bundle beside the kernel specification, from where Jupyter's server
// hands it to the page, and once into each exported page.
package echarts

import (
	"bytes"
	_ "embed"
)

// Version is the version of Apache ECharts in the bundle: dist/echarts.min.js
// of the npm package echarts, unchanged. Its licence is in LICENSE-echarts,
// its notice in NOTICE-echarts.
const Version = "6.1.0"

// FileName is the name under which the bundle is served: plotting's figures
// ask for it in the folder of their kernel specification.
const FileName = "nqm-figures.js"

var (
	//go:embed echarts.min.js
	library []byte

	//go:embed figures.js
	runtime []byte
)

// Bundle returns one self-contained script: the library and the runtime.
//
// The library's module header is shadowed, so that no module loader of the
// page (RequireJS in an exported page, a webpack bundle in JupyterLab) claims
// it, and nothing but the name nqmFigures is added to the page's globals. The
// script may be evaluated more than once; the second time changes nothing.
func Bundle() []byte {
	var b bytes.Buffer
	b.WriteString("(function(){var host={};if(window.nqmFigures&&window.nqmFigures.draw)return;\n")
	b.WriteString("(function(globalThis,exports,module,define){\n")
	b.Write(library)
	b.WriteString("\n}).call(host,host);\n(function(echarts){\n")
	b.Write(runtime)
	b.WriteString("\n})(host.echarts);})();\n")
	return b.Bytes()
}
