package nqmkit

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// ReadSpectrum reads a problem from a file of comma-separated values, one
// direction a line. The first line may name the columns, in any order:
//
//	curvature, noise, mean, variance, multiplicity
//
// Without names the columns are in this order; all but the curvature may be
// left out. Without a noise column C = H; without mean and variance
// θ(0) ~ N(0, I). Lines that begin with # are comments. It panics with one
// sentence, which names the line, on what cannot be read.
func ReadSpectrum(path string) Problem { return must(readSpectrum(path)) }

func readSpectrum(path string) (Problem, error) {
	file, err := os.Open(path)
	if err != nil {
		return Problem{}, fmt.Errorf("nqmkit: the spectrum cannot be read: %w", err)
	}
	defer file.Close()
	columns, err := readColumns(file)
	if err != nil {
		return Problem{}, fmt.Errorf("nqmkit: %s: %w", path, err)
	}
	p := Problem{
		Name:         strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)),
		Curvature:    columns["curvature"],
		Noise:        columns["noise"],
		Mean:         columns["mean"],
		Variance:     columns["variance"],
		Multiplicity: columns["multiplicity"],
	}
	if p.Noise == nil {
		p.Noise = slices.Clone(p.Curvature)
	}
	if p.Mean == nil && p.Variance == nil {
		p.Variance = slices.Repeat([]float64{1}, len(p.Curvature))
	}
	return p, p.Validate()
}

var columnNames = []string{"curvature", "noise", "mean", "variance", "multiplicity"}

// readColumns returns the columns by their names.
func readColumns(r io.Reader) (map[string][]float64, error) {
	table := csv.NewReader(r)
	table.Comment, table.TrimLeadingSpace = '#', true
	names, columns := columnNames, map[string][]float64{}
	for first := true; ; first = false {
		row, err := table.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		line, _ := table.FieldPos(0)
		if first && !isNumber(row[0]) {
			if names, err = header(row); err != nil {
				return nil, err
			}
			continue
		}
		if len(row) > len(names) {
			return nil, fmt.Errorf("line %d has %d columns: want at most %d, %s", line, len(row), len(names), strings.Join(names, ", "))
		}
		for k, field := range row {
			v, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
			if err != nil {
				return nil, fmt.Errorf("line %d: the %s %q is not a number", line, names[k], field)
			}
			columns[names[k]] = append(columns[names[k]], v)
		}
	}
	if len(columns["curvature"]) == 0 {
		return nil, errors.New("no curvature in it: want a column of them")
	}
	return columns, nil
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return err == nil
}

func header(row []string) ([]string, error) {
	names := make([]string, len(row))
	for k, field := range row {
		names[k] = strings.ToLower(strings.TrimSpace(field))
		if !slices.Contains(columnNames, names[k]) || slices.Contains(names[:k], names[k]) {
			return nil, fmt.Errorf("column %q: want each of %s at most once", field, strings.Join(columnNames, ", "))
		}
	}
	return names, nil
}
