package nqmkit

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"nqm/nqmkit/internal/arrays"
)

// ReadMatrix reads a matrix, as for FromMatrices, from a .npy or .npz file or JSON
// with one array, or from columns of text. It panics with one sentence on what cannot
// be read.
func ReadMatrix(path string) *mat.Dense { return must(readMatrix(path)) }

func readMatrix(path string) (*mat.Dense, error) {
	file, err := arrays.Read(path)
	if err != nil {
		return nil, fmt.Errorf("nqmkit: %s: %w", path, err)
	}
	all := file.Arrays
	first := all[0]
	switch {
	case len(first.Values) == 0:
	case len(all) == 1 && len(first.Shape) == 2:
		return mat.NewDense(first.Shape[0], first.Shape[1], first.Values), nil
	case len(all) == 1 && file.Text && first.Shape[0] == 1:
		return mat.NewDense(1, 1, first.Values), nil
	case len(all) > 1 && file.Text:
		m := mat.NewDense(len(first.Values), len(all), nil)
		for k, a := range all {
			m.SetCol(k, a.Values)
		}
		return m, nil
	}
	return nil, fmt.Errorf("nqmkit: %s: %d arrays, the first of shape %v: want one matrix", path, len(all), first.Shape)
}
