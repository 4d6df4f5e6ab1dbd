package networks

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"

	"nqm/nqmkit/internal/random"
)

// Data is examples with their answers: class labels, or numbers.
type Data struct {
	Name   string
	Inputs [][]float64 // of each example, of equal lengths
	Labels []int       // from 0 to Classes - 1; nil where there are Targets
	// Classes is how many labels there are; 0 means one more than the largest.
	Classes int
	Targets [][]float64 // of each example, of equal lengths; nil where there are Labels
}

// Validate returns an error that names the first example that is of another size, not
// finite, or with a label out of range.
func (d Data) Validate() error {
	n := len(d.Inputs)
	if n == 0 || len(d.Inputs[0]) == 0 {
		return fmt.Errorf("networks: data without inputs: want 1 or more examples of 1 or more numbers")
	}
	if (d.Labels == nil) == (d.Targets == nil) {
		return fmt.Errorf("networks: data with %d labels and %d targets: want either", len(d.Labels), len(d.Targets))
	}
	if got := len(d.Labels) + len(d.Targets); got != n {
		return fmt.Errorf("networks: %d examples with %d answers: want as many", n, got)
	}
	if err := table("input", d.Inputs); err != nil {
		return err
	}
	classes := d.classes()
	if d.Targets == nil && (classes < 1 || classes > maxClasses) {
		if d.Classes == 0 {
			return fmt.Errorf("networks: label %d of example %d: want 0 to %d", classes-1, slices.Index(d.Labels, classes-1), maxClasses-1)
		}
		return fmt.Errorf("networks: %d classes: want 1 to %d, or 0 for one more than the largest label", classes, maxClasses)
	}
	for k, label := range d.Labels {
		if label < 0 || label >= classes {
			return fmt.Errorf("networks: label %d of example %d: want 0 to %d", label, k, classes-1)
		}
	}
	if d.Targets != nil && len(d.Targets[0]) == 0 {
		return fmt.Errorf("networks: targets of 0 numbers: want 1 or more")
	}
	return table("target", d.Targets)
}

// maxClasses bounds labels, so that a column of names or times is not taken for them.
const maxClasses = 1 << 20

func table(what string, rows [][]float64) error {
	for k, row := range rows {
		if len(row) != len(rows[0]) {
			return fmt.Errorf("networks: %s %d has %d numbers and %s 0 has %d: want as many", what, k, len(row), what, len(rows[0]))
		}
		for i, v := range row {
			if notFinite(v) {
				return fmt.Errorf("networks: %s %d has %v in place %d: want finite numbers", what, k, v, i)
			}
		}
	}
	return nil
}

func (d Data) classes() int {
	if d.Classes != 0 {
		return d.Classes
	}
	largest := 0
	for _, l := range d.Labels {
		largest = max(largest, l)
	}
	return largest + 1
}

// outputs is how many numbers a network of the data answers with.
func (d Data) outputs() int {
	if d.Targets != nil {
		return len(d.Targets[0])
	}
	return d.classes()
}

//go:embed digits/digits.csv.gz
var packedDigits []byte

// Digits returns the 1797 handwritten digits of 8x8 pixels from 0 to 1 that scikit-learn
// has as load_digits: the test set of E. Alpaydin and C. Kaynak, Optical Recognition
// of Handwritten Digits, UCI Machine Learning Repository 1998, CC BY 4.0. Source and
// licence are in the folder digits, beside the file. They are the caller's to change.
func Digits() Data {
	d := digits()
	inputs := make([][]float64, len(d.Inputs))
	for k, row := range d.Inputs {
		inputs[k] = slices.Clone(row)
	}
	return Data{Name: "digits 8x8", Inputs: inputs, Labels: slices.Clone(d.Labels), Classes: 10}
}

var digits = sync.OnceValue(func() (d Data) {
	unpacked := must(gzip.NewReader(bytes.NewReader(packedDigits)))
	for _, line := range must(csv.NewReader(unpacked).ReadAll()) {
		row := make([]float64, len(line))
		for i, cell := range line {
			row[i] = must(strconv.ParseFloat(cell, 64))
		}
		last := len(row) - 1
		d.Labels = append(d.Labels, int(row[last]))
		for i := range last {
			row[i] /= 16
		}
		d.Inputs = append(d.Inputs, row[:last:last])
	}
	return d
})

// Teacher returns n examples of a linear teacher: inputs x_i = √h_i z with z standard
// normal, targets Σ x_i + σ ε. The Hessian of a linear network on them tends to
// diag(h) as n grows, the noise at its optimum to σ² H. It panics on no curvature, one
// that is negative or not finite, on σ < 0, on n < 1,
// and beyond 2^27 numbers.
func Teacher(n int, sigma float64, seed uint64, h ...float64) Data {
	if n < 1 || len(h) == 0 || !(sigma >= 0) || math.IsInf(sigma, 0) {
		panic(fmt.Errorf("networks: %d examples of %d inputs with σ = %v: want 1 or more, 1 or more, and a finite σ >= 0", n, len(h), sigma))
	}
	if n > maxParameters/len(h) {
		panic(fmt.Errorf("networks: %d examples of %d inputs: want at most %d numbers in all; networks.NewStream keeps none", n, len(h), maxParameters))
	}
	d := Data{Name: "linear teacher"}
	for k := range n {
		x, target := teach(h, sigma, seed, k)
		d.Inputs, d.Targets = append(d.Inputs, x), append(d.Targets, []float64{target})
	}
	return d
}

// teach returns example k of a linear teacher whose weights are 1.
func teach(h []float64, sigma float64, seed uint64, k int) (x []float64, target float64) {
	s := random.New(seed, k, random.ForInputs)
	z := make([]float64, len(h)+1)
	s.Normals(z)
	for i, v := range h {
		if !(v >= 0) || math.IsInf(v, 0) {
			panic(fmt.Errorf("networks: curvature %v: want finite numbers >= 0", v))
		}
		z[i] *= math.Sqrt(v)
		target += z[i]
	}
	return z[:len(h):len(h)], target + sigma*z[len(h)]
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
