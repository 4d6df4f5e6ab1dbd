// Package shards divides the long work of a program between processes, on as many
// machines: each computes its part of every sweep, and a last one puts the parts
// together and goes on as if it had computed them all.
//
// Main is what a program made of a notebook calls; 'go run ./notebooks sweep' makes
// such programs. Inside, nqmkit's Sweep, Grid, SweepAxes and BatchScaling ask Next
// whether they are divided.
//
// Part i of n has the cells i, i+n, i+2n, ... of a sweep, counted from 0. The count n
// is always given, never taken from a scheduler, whose own count may be that of the
// parts that are run again. A part is a file that is written whole or not at all. It
// names the program that wrote it, by the SHA-256 of its executable file, so that parts
// of another program, or of the same one built from other code, are refused. A part
// that is written twice counts once.
package shards

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"nqm/theory"
	"nqm/theory/wholefile"
)

// role is what this process does with the sweeps of its program.
type role struct {
	folder    string
	program   string // SHA-256 of the executable
	shard, of int    // the part to compute; of is 0 where parts are only put together

	cell   string // the cell that runs
	mu     sync.Mutex
	sweeps int // that it has begun
}

// active is the role of this process; nil where sweeps are not divided.
var active *role

// A Division is a sweep that is divided.
type Division struct {
	role  *role
	name  string // of the cell and its sweep
	cells int
}

// Next returns the division of the program's next sweep, of n cells, or nil where
// sweeps are not divided.
func Next(name string, n int) *Division {
	if active == nil {
		return nil
	}
	active.mu.Lock()
	defer active.mu.Unlock()
	active.sweeps++
	return &Division{role: active, name: fmt.Sprintf("%s, sweep %d, %s", active.cell, active.sweeps, name), cells: n}
}

// part is the content of a file.
type part struct {
	Program string                  `json:"program"`
	Sweep   string                  `json:"sweep"`
	Cells   int                     `json:"cells"` // of the whole sweep
	Shard   int                     `json:"shard"`
	Of      int                     `json:"of"`
	Results map[int]json.RawMessage `json:"results"` // by cell
}

// Take returns the results of all cells where every part is there. A process that computes
// a part first calls compute with its cells and writes what it returns, unless its part is
// there. Where parts are missing it leaves the cell of the program by a panic that Main
// understands; one that puts parts together leaves it likewise, and Main says which are
// missing.
//
// It panics with an error if a part cannot be read or written, is damaged or of another
// program, or if a result cannot be written: one that is neither of a type that JSON
// keeps nor, for an interface T, a result of package theory, a number, a text or a list
// of these.
func Take[T any](d *Division, compute func(cells []int) []T) []T {
	if d == nil || compute == nil {
		panic(fmt.Errorf("shards: Take without a division or a function: want that of Next, and one that computes cells"))
	}
	if r := d.role; r.of > 0 {
		if !d.has(r.shard, r.of) {
			cells := d.cellsOf(r.shard, r.of)
			computed := compute(cells)
			if len(computed) < len(cells) {
				panic(interrupted{d.name})
			}
			write(d, cells, computed)
		}
		// A part does not read the others, of which there may be thousands.
		if len(d.paths(fmt.Sprintf("-of-%d.json", r.of))) < r.of {
			panic(written{d.name})
		}
	}
	results, missing, of := collect[T](d)
	if len(missing) > 0 {
		panic(incomplete{d.name, partsOf(missing, of, d.cells)})
	}
	return results
}

// cellsOf are the cells of a part.
func (d *Division) cellsOf(shard, of int) []int {
	var cells []int
	for k := shard; k < d.cells; k += of {
		cells = append(cells, k)
	}
	return cells
}

// has says whether a part is there. It panics if it is not one of this sweep.
func (d *Division) has(shard, of int) bool {
	path := d.path(shard, of)
	if _, err := os.Stat(path); err != nil {
		return false
	}
	p, err := d.read(path)
	if err == nil && (p.Shard != shard || p.Of != of) {
		err = fmt.Errorf("nqmkit: %s holds part %d of %d: remove it, and compute the part again", path, p.Shard, p.Of)
	}
	if err != nil {
		panic(err)
	}
	return true
}

// Why a cell of the program was left.
type (
	written     struct{ sweep string } // this part is there, others are not
	interrupted struct{ sweep string }
	incomplete  struct {
		sweep string
		parts string // that are missing
	}
)

func write[T any](d *Division, cells []int, results []T) {
	p := part{d.role.program, d.name, d.cells, d.role.shard, d.role.of, map[int]json.RawMessage{}}
	for k, cell := range cells {
		data, err := encode(results[k])
		if err != nil {
			panic(fmt.Errorf("nqmkit: cell %d of %s cannot be written: %w", cell, d.name, err))
		}
		p.Results[cell] = data
	}
	data, err := json.Marshal(p)
	if err == nil {
		err = wholefile.Write(d.path(d.role.shard, d.role.of), data)
	}
	if err != nil {
		panic(err)
	}
}

// path is the file of a part; it is named by the sweep, whose name may hold what a file
// name may not.
func (d *Division) path(shard, of int) string {
	return filepath.Join(d.role.folder, fmt.Sprintf("%s.%d-of-%d.json", d.label(), shard, of))
}

func (d *Division) label() string {
	sum := sha256.Sum256([]byte(d.name))
	return hex.EncodeToString(sum[:6])
}

// paths are the parts that are there with this end of the name, in its order.
func (d *Division) paths(end string) []string {
	files, err := os.ReadDir(d.role.folder)
	if err != nil {
		panic(err)
	}
	var paths []string
	for _, f := range files {
		if strings.HasPrefix(f.Name(), d.label()+".") && strings.HasSuffix(f.Name(), end) {
			paths = append(paths, filepath.Join(d.role.folder, f.Name()))
		}
	}
	return paths
}

// collect reads the parts that are there, and returns the results, the cells that are
// missing, and into how many parts the sweep was divided: 0 where that is not one number.
func collect[T any](d *Division) (results []T, missing []int, of int) {
	results, has := make([]T, d.cells), make([]bool, d.cells)
	for k, path := range d.paths(".json") {
		p, err := d.read(path)
		if err != nil {
			panic(err)
		}
		if k == 0 {
			of = p.Of
		} else if p.Of != of {
			of = 0
		}
		for _, cell := range slices.Sorted(maps.Keys(p.Results)) {
			if err := decode(p.Results[cell], &results[cell]); err != nil {
				panic(fmt.Errorf("nqmkit: cell %d in %s: %w; remove the file, and compute the part again", cell, path, err))
			}
			has[cell] = true
		}
	}
	for cell, there := range has {
		if !there {
			missing = append(missing, cell)
		}
	}
	return results, missing, of
}

func (d *Division) read(path string) (p part, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return p, fmt.Errorf("nqmkit: %s is damaged (%v): remove it, and compute the part again", path, err)
	}
	if p.Program != d.role.program || p.Sweep != d.name || p.Cells != d.cells {
		return p, fmt.Errorf("nqmkit: %s is a part of another program, or of the same one before it was changed: give each program a folder of its own, or remove the old parts", path)
	}
	if p.Shard < 0 || p.Of < 1 || !slices.Equal(slices.Sorted(maps.Keys(p.Results)), d.cellsOf(p.Shard, p.Of)) {
		return p, fmt.Errorf("nqmkit: %s is damaged (its cells are not those of part %d of %d): remove it, and compute the part again", path, p.Shard, p.Of)
	}
	return p, nil
}

// partsOf names the parts that have the missing cells.
func partsOf(missing []int, of, cells int) string {
	if len(missing) == cells {
		return "all parts"
	}
	if of == 0 {
		return fmt.Sprintf("the cells %s of %d", numbers(missing), cells)
	}
	var parts []int
	for _, cell := range missing {
		parts = append(parts, cell%of)
	}
	slices.Sort(parts)
	return fmt.Sprintf("the parts %s of %d (counted from 0)", numbers(slices.Compact(parts)), of)
}

// numbers lists the first twenty.
func numbers(list []int) string {
	text := ""
	for k, v := range list {
		if k == 20 {
			return text + fmt.Sprintf(" and %d more", len(list)-k)
		}
		if k > 0 {
			text += ", "
		}
		text += fmt.Sprint(v)
	}
	return text
}

// programHash is the SHA-256 of the executable that runs.
func programHash() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// encode writes a result; what stands in an interface goes with the name of its type.
func encode[T any](v T) ([]byte, error) {
	if isInterface[T]() {
		t, err := tag(v)
		if err != nil {
			return nil, err
		}
		return json.Marshal(t)
	}
	return theory.EncodeJSON(v)
}

func decode[T any](data []byte, v *T) error {
	if !isInterface[T]() {
		return theory.DecodeJSON(data, v)
	}
	var t tagged
	if err := json.Unmarshal(data, &t); err != nil {
		return err
	}
	value, err := t.value()
	if err != nil {
		return err
	}
	found, ok := value.(T)
	if !ok {
		return fmt.Errorf("a %s is no %T", t.Type, *v)
	}
	*v = found
	return nil
}
