package nqmkit

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"nqm/nqmkit/internal/arrays"
	"nqm/theory/table"
	"nqm/theory/wholefile"
)

// Table is a result as plain data: named columns, and rows of cells.
type Table = table.Table

// Column is the head of a column: its name and unit.
type Column = table.Column

// TableOf returns the table of a result, or of several one below the other: of
// everything that nqmkit answers with, and of slices of it.
//
//	theory.Curve, Gap, Fan, SampledCurve, PairedCurve, Agreement, NoiseScales  a row for each step
//	theory.Steps, Tuned, Rate, Damping, BestSettings, Summary, ScaleEstimates, CriticalBatch, Moment  one row
//	theory.Estimate         one row; theory.CriticalFit, CriticalLaw, RunsFit a row for each number, HeldOut for each hidden run
//	theory.Scaling, ScalingCurve  a row for each method and batch size
//	theory.BestRates, ScheduleSteps, BestBatches, ScheduleComparison  a row for each piece
//	theory.SampledSteps   a row for each run
//	theory.PhaseMap         a row for each learning rate and momentum
//	theory.Paths          a row for each run, coordinate and step
//	theory.Problem        a row for each direction, as ReadSpectrum reads it
//	theory.Sweep          the axes, and the rows of each point's result
//	Table                 itself
//	a type of one's own with a method Records() []table.Record  those rows
//	a struct of one's own a row with its fields that are numbers, texts or bools
//
// Columns have the same name in every table; those that a result does not have
// are left empty. What a row is about stands in problem, gradient_noise and
// initial_point, the parts of a theory.Description. It panics with one sentence on what has no table.
func TableOf(results ...any) Table { return must(tableOf(results)) }

func tableOf(results []any) (Table, error) {
	if len(results) == 1 {
		if t, ok := results[0].(Table); ok {
			return t, nil
		}
	}
	rows, err := table.Of(results)
	if err != nil {
		return Table{}, fmt.Errorf("nqmkit: %w", err)
	}
	return table.Stack(rows), nil
}

// Save writes the table of a result, or of several, to a .csv or .json file; see
// TableOf and table.Table's Encode. Numbers have every digit. The file is written
// whole or not at all, and is on the disk then; the same result gives the same bytes.
// A file that is there keeps its mode, a link stays a link. Save panics with one
// sentence on an unknown extension, a place that may not be written or is no file,
// and a value without a table.
func Save(path string, results ...any) {
	if err := save(path, results); err != nil {
		panic(err)
	}
}

func save(path string, results []any) error {
	t, err := tableOf(results)
	if err != nil {
		return err
	}
	data, err := t.Encode(filepath.Ext(path))
	if err != nil {
		return fmt.Errorf("nqmkit: cannot write %s: %w", path, err)
	}
	if err := wholefile.Write(path, data); err != nil {
		return fmt.Errorf("nqmkit: %w", err)
	}
	return nil
}

// ReadTable reads a table that Save wrote, or columns of text under a line of their
// names, apart by a comma, a semicolon, a tab or, of numbers, spaces; see
// table.Decode. With another delimiter a comma in a number is a decimal comma. Lines
// above that begin with #, and an index column without a name, as pandas writes it,
// are passed over. It panics with one sentence on what cannot be read.
func ReadTable(path string) Table { return must(readTable(path)) }

func readTable(path string) (Table, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Table{}, fmt.Errorf("nqmkit: the table %s cannot be read: %w", path, wholefile.Cause(err))
	}
	extension := filepath.Ext(path)
	if !strings.EqualFold(extension, ".json") {
		extension, data = ".csv", arrays.CommaSeparated(data)
	}
	t, err := table.Decode(extension, data)
	if err != nil {
		return Table{}, fmt.Errorf("nqmkit: the table %s cannot be read: %w", path, err)
	}
	return t, nil
}
