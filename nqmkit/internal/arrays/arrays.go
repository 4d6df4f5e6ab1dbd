// Package arrays reads the arrays of numbers in a file, with their names, from
// what other tools write:
//
//	.npy          one array
//	.npz          arrays by their names
//	.json         nested lists, objects of them, lists of objects, or a table of ours
//	anything else columns of text, see text.go
//
// Errors are a half sentence that begins where the file's name ends, as in "line 7:
// ...".
package arrays

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"nqm/theory/wholefile"
)

// Array is an array of numbers, the last index running fastest.
type Array struct {
	Name   string // empty where the file names none
	Shape  []int  // empty of a single number
	Values []float64
	Lines  []int // of text: where each value stands
}

// Where says where value i stands: a line, or its place in the array.
func (a Array) Where(i int) string {
	if i < len(a.Lines) {
		return fmt.Sprintf("line %d", a.Lines[i])
	}
	if i >= len(a.Values) {
		return "the end"
	}
	place := ""
	for k := len(a.Shape) - 1; k >= 0; k-- {
		place = fmt.Sprintf("[%d]", i%a.Shape[k]) + place
		i /= a.Shape[k]
	}
	if a.Name == "" {
		return "entry " + place
	}
	return a.Name + place
}

// oneLine is a name without line ends.
func oneLine(name string) string { return strings.Join(strings.Fields(name), " ") }

// File is what a file holds.
type File struct {
	Arrays []Array
	Text   bool     // columns of text, where all of them should be known
	Notes  []string // what was decided in reading it
	// Comment is the cells of the comment above columns of text, if it has as many:
	// numpy.savetxt writes their names so.
	Comment []string
}

// Read reads a file.
func Read(path string) (File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return File{}, wholefile.Cause(err)
	}
	var f File
	switch strings.ToLower(filepath.Ext(path)) {
	case ".npy":
		var a Array
		a, err = decodeNPY(data)
		f.Arrays = []Array{a}
	case ".npz":
		f.Arrays, err = decodeNPZ(data)
	case ".json":
		f.Arrays, err = decodeJSON(data)
	default:
		f, err = decodeText(data)
	}
	return f, err
}
