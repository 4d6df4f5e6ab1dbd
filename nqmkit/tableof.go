package nqmkit

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"strings"
	"unicode"

	"nqm/theory"
)

// TableOf returns the table of a result, or of several one below the other: of
// everything that nqmkit answers with, and of slices of it.
//
//	theory.Curve, Gap, SampledCurve, PairedCurve, Agreement, NoiseScales  a row for each step
//	theory.Steps, Tuned, Rate, Damping, BestSettings, Summary, ScaleEstimates  one row
//	theory.Scaling        a row for each method and batch size
//	theory.BestRates, ScheduleSteps, BestBatches, ScheduleComparison  a row for each piece
//	theory.SampledSteps   a row for each run
//	theory.PhaseMap         a row for each learning rate and momentum
//	theory.Paths          a row for each run, coordinate and step
//	theory.Problem        a row for each direction, as ReadSpectrum reads it
//	theory.Sweep          the axes, and the rows of each point's result
//	Table                 itself
//	a struct of one's own a row with its fields that are numbers, texts or bools
//
// Columns have the same name in every table; those that a result does not have
// are left empty. It panics with one sentence on what has no table.
func TableOf(results ...any) Table { return must(tableOf(results)) }

func tableOf(results []any) (Table, error) {
	var all []record
	for _, r := range results {
		if t, ok := r.(Table); ok && len(results) == 1 {
			return t, nil
		}
		rows, err := recordsOf(r)
		if err != nil {
			return Table{}, err
		}
		all = append(all, rows...)
	}
	return stack(all), nil
}

// record is one row with the names of its cells.
type record []field

type field struct {
	name string
	cell any
}

// units are the units of columns by their name. Losses are in units of the
// loss; counts and pure numbers have none.
var units = map[string]string{
	"learning_rate":                   "1/curvature",
	"effective_learning_rate":         "1/curvature",
	"batch_size":                      "examples",
	"samples":                         "examples",
	"b_simple":                        "examples",
	"b_noise":                         "examples",
	"bound":                           "steps",
	"critical_batch_size_20_overhead": "examples",
	"critical_batch_size_hyperbola":   "examples",
	"critical_batch_size_b_noise":     "examples",
	"perfect_scaling":                 "steps",
	"stability_limit":                 "1/curvature",
	"time":                            "steps",
	"angle":                           "radians",
}

// stack makes a table of records, whose columns come in the order in which they
// are first met.
func stack(rows []record) Table {
	t := Table{}
	place := map[string]int{}
	textual, fractional := map[int]bool{}, map[int]bool{}
	for _, r := range rows {
		for _, f := range r {
			k, ok := place[f.name]
			if !ok {
				k = len(t.Columns)
				place[f.name] = k
				t.Columns = append(t.Columns, Column{f.name, units[f.name]})
			}
			switch f.cell.(type) {
			case string:
				textual[k] = true
			case float64:
				fractional[k] = true
			}
		}
	}
	for _, r := range rows {
		row := make([]any, len(t.Columns))
		for k := range row {
			if textual[k] {
				row[k] = ""
			}
		}
		for i := len(r) - 1; i >= 0; i-- { // of two fields of one name the first counts
			if k := place[r[i].name]; r[i].cell != nil {
				row[k] = r[i].cell
				if n, ok := r[i].cell.(int); ok && fractional[k] {
					row[k] = float64(n)
				}
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// recordsOf returns the rows of one result.
func recordsOf(result any) ([]record, error) {
	switch v := result.(type) {
	case Table:
		return v.records(), nil
	case theory.Curve:
		return curveRecords(v), nil
	case theory.Gap:
		return withColumns(curveRecords(v.Curve), column{"bayes_bound", v.Bound}, column{"ratio", v.Ratio}), nil
	case theory.Steps:
		return []record{stepsRecord(v)}, nil
	case theory.Tuned:
		return []record{tunedRecord(v)}, nil
	case theory.Scaling:
		return scalingRecords(v), nil
	case theory.BestRates:
		return scheduleRecords(v), nil
	case theory.ScheduleSteps:
		return scheduleStepsRecords(v), nil
	case theory.BestBatches:
		return batchScheduleRecords(v), nil
	case theory.ScheduleComparison:
		return comparisonRecords(v), nil
	case theory.SampledCurve:
		return sampledRecords(v), nil
	case theory.PairedCurve:
		return pairedRecords(v), nil
	case theory.SampledSteps:
		return passageRecords(v), nil
	case theory.Agreement:
		return agreementRecords(v), nil
	case theory.NoiseScales:
		return along(nil, v.Steps, column{"b_simple", v.Simple}, column{"b_noise", v.Noise}), nil
	case theory.PhaseMap:
		return phaseRecords(v), nil
	case theory.Paths:
		return pathRecords(v), nil
	case theory.Problem:
		return problemRecords(v)
	case theory.Rate:
		return []record{append(record{{"radius", v.Radius}, {"stable", fmt.Sprint(v.Stable)}, {"time", v.Time}},
			dampingRecord(v.Slowest)...)}, nil
	case theory.Damping:
		return []record{dampingRecord(v)}, nil
	case theory.BestSettings:
		return []record{append(settings(v.Optimizer), field{"radius", v.Radius})}, nil
	case interface {
		Grid() (axes []theory.Axis, results []any, partial bool)
	}:
		return sweepRecords(v.Grid())
	}
	return otherRecords(result)
}

// column is a list of numbers along the steps of a result.
type column struct {
	name   string
	values []float64
}

// along returns a row for each step, with the same head in each.
func along(head record, steps []int, columns ...column) []record {
	rows := make([]record, len(steps))
	for k, t := range steps {
		rows[k] = append(append(record(nil), head...), field{"steps", t})
	}
	return withColumns(rows, columns...)
}

func withColumns(rows []record, columns ...column) []record {
	for k := range rows {
		for _, c := range columns {
			if c.values != nil {
				rows[k] = append(rows[k], field{c.name, c.values[k]})
			}
		}
	}
	return rows
}

// ended marks rows of work that an interrupt ended.
func ended(head record, partial bool) record {
	if partial {
		head = append(head, field{"partial", "true"})
	}
	return head
}

func curveRecords(c theory.Curve) []record {
	rows := along(record{{"problem", c.Problem}, {"method", c.Method}}, c.Steps,
		column{"loss", c.Loss}, column{"bias", c.Bias}, column{"noise", c.Noise}, column{"std_dev", c.StdDev})
	for k := range rows {
		if c.NoFloor == "" {
			rows[k] = append(rows[k], field{"floor", c.Floor})
		}
	}
	return rows
}

func stepsRecord(s theory.Steps) record {
	r := append(record{{"problem", s.Problem}, {"method", s.Method}}, answer(s)...)
	r = append(r, field{"settles", s.Settles.String()}, field{"settle_steps", nil})
	if s.Settles == theory.Reached {
		r = append(r, field{"settle_steps", s.SettleSteps})
	}
	return r
}

// answer is the certificate of steps to target. What is known of a target that
// is not reached stands in the last columns: no t < checked reaches it, and
// loss_bound is below the loss from there on.
func answer(s theory.Steps) record {
	r := record{{"target", s.Target}, {"outcome", s.Outcome.String()}}
	if s.Outcome == theory.Reached {
		r = append(r, field{"steps", s.Steps}, field{"loss_at_steps", s.Loss}, field{"loss_before", s.Before})
	} else {
		r = append(r, field{"steps", nil}, field{"loss_at_steps", nil}, field{"loss_before", nil})
	}
	r = append(r, field{"floor", s.Floor}, field{"checked", s.Checked})
	if s.Outcome == theory.Never || s.Outcome == theory.Diverges {
		r = append(r, field{"loss_bound", s.Bound})
	}
	return append(r, field{"limit", s.Limit})
}

// settings are those of an optimizer that tables have columns for.
func settings(o theory.Optimizer) record {
	return record{{"method", o.Family()}, {"power", o.Power}, {"batch_size", max(o.BatchSize, 1)},
		{"learning_rate", o.LearningRate}, {"momentum", o.Momentum}, {"decay", o.Decay}}
}

func tunedRecord(t theory.Tuned) record {
	r := append(record{{"problem", t.Problem}, {"method", t.Family}}, settings(t.Optimizer)...) // a momentum tuned to 0 is still one
	if t.Budget > 0 {
		return append(r, field{"budget", t.Budget}, field{"loss_at_budget", t.Steps.Loss},
			field{"floor", t.Steps.Floor}, field{"evaluations", t.Evaluations})
	}
	r = append(r, field{"samples", nil}, field{"effective_learning_rate", t.Optimizer.LearningRate / (1 - t.Optimizer.Momentum)})
	if t.Steps.Outcome == theory.Reached {
		r = append(r, field{"samples", t.Samples()})
	}
	return append(append(r, answer(t.Steps)...), field{"best_before", t.BestBefore}, field{"evaluations", t.Evaluations})
}

func scalingRecords(s theory.Scaling) []record {
	var rows []record
	for _, c := range s.Curves {
		for k, p := range c.Points {
			r := ended(tunedRecord(p), s.Partial)
			r = append(r, field{"bound", s.BayesSamples / s.BatchSizes[k]}, field{"perfect_scaling", c.Perfect / s.BatchSizes[k]})
			for _, b := range c.Critical {
				f := field{"critical_batch_size_" + columnName(b.Definition), b.BatchSize}
				if math.IsNaN(b.BatchSize) {
					f.cell = nil
				}
				r = append(r, f)
			}
			rows = append(rows, r)
		}
	}
	return rows
}

// sampledHead names the runs.
func sampledHead(problem, method string, trials int, seed uint64, partial bool) record {
	return ended(record{{"problem", problem}, {"method", method}, {"trials", trials}, {"seed", wholeCell(seed)}}, partial)
}

// wholeCell is an int where that holds n.
func wholeCell(n uint64) any {
	if int(n) >= 0 {
		return int(n)
	}
	return n
}

func sampledRecords(c theory.SampledCurve) []record {
	mean := "loss"
	if c.Quantity != "" {
		mean = c.Quantity
	}
	return along(append(sampledHead(c.Problem, c.Method, c.Trials, c.Seed, c.Partial), field{"level", c.Level}), c.Steps,
		column{mean, c.Mean}, column{"std_err", c.StdErr}, column{"low", c.Low}, column{"high", c.High})
}

func pairedRecords(c theory.PairedCurve) []record {
	head := append(sampledHead(c.Problem, c.Methods[0], c.Trials, c.Seed, c.Partial),
		field{"other_method", c.Methods[1]}, field{"level", c.Level})
	return along(head, c.Steps, column{"difference", c.Mean}, column{"std_err", c.StdErr},
		column{"low", c.Low}, column{"high", c.High}, column{"saving", c.Saving})
}

func passageRecords(s theory.SampledSteps) []record {
	head := append(sampledHead(s.Problem, s.Method, s.Trials, s.Seed, s.Partial), field{"target", s.Target}, field{"limit", s.Limit})
	run := func(outcome theory.Outcome, steps any) record {
		return append(append(record(nil), head...), field{"outcome", outcome.String()}, field{"steps", steps})
	}
	var rows []record
	for _, t := range s.Steps {
		rows = append(rows, run(theory.Reached, t))
	}
	for range s.Late {
		rows = append(rows, run(theory.NotWithinLimit, nil))
	}
	for range s.Diverged {
		rows = append(rows, run(theory.Diverges, nil))
	}
	return rows
}

func agreementRecords(a theory.Agreement) []record {
	head := sampledHead(a.Exact.Problem, a.Exact.Method, a.Sampled.Trials, a.Sampled.Seed, a.Sampled.Partial)
	return along(append(head, field{"agrees", fmt.Sprint(a.Agrees())}, field{"threshold", a.Threshold}), a.Exact.Steps,
		column{"loss", a.Exact.Loss}, column{"sampled_loss", a.Sampled.Mean}, column{"std_err", a.Sampled.StdErr}, column{"z", a.Z})
}

func phaseRecords(m theory.PhaseMap) []record {
	var rows []record
	for i, beta := range m.Momentum {
		for k, alpha := range m.LearningRate {
			rows = append(rows, record{{"problem", m.Problem}, {"learning_rate", alpha}, {"momentum", beta}, {"radius", m.Radius[i][k]}})
		}
	}
	return rows
}

func pathRecords(p theory.Paths) []record {
	var rows []record
	for run, theta := range p.Theta {
		for i, values := range theta {
			head := record{{"problem", p.Problem}, {"method", p.Method}, {"seed", wholeCell(p.Seed)}, {"run", run}, {"coordinate", i}}
			if p.Curvature != nil { // else the coordinates are not those of the eigenvectors
				head = append(head, field{"curvature", p.Curvature[i]})
			}
			head = ended(head, p.Partial)
			columns := []column{{"theta", values}}
			if p.Mean != nil {
				columns = append(columns, column{"mean", p.Mean[i]})
			}
			rows = append(rows, along(head, p.Steps, columns...)...)
		}
	}
	return rows
}

func problemRecords(p theory.Problem) ([]record, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	p, err := p.Explicit()
	if err != nil {
		return nil, err
	}
	rows := make([]record, p.Len())
	for i := range rows {
		d := p.Direction(i)
		rows[i] = record{{"curvature", d.Curvature}, {"noise", d.Noise}, {"mean", d.Mean},
			{"variance", d.Variance}, {"multiplicity", d.Multiplicity}}
	}
	return rows, nil
}

func dampingRecord(d theory.Damping) record {
	return record{{"curvature", d.Curvature}, {"regime", d.Regime.String()}, {"radius", d.Radius}, {"angle", d.Angle}}
}

func sweepRecords(axes []theory.Axis, results []any, partial bool) ([]record, error) {
	var rows []record
	for i, result := range results {
		point := ended(nil, partial)
		for k, v := range theory.PointOf(axes, i) {
			point = append(point, field{columnName(axes[k].Name), v})
		}
		found, err := recordsOf(result)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			rows = append(rows, append(append(record(nil), point...), r...))
		}
	}
	return rows, nil
}

// otherRecords returns the rows of a slice, of a number and of a struct of plain fields.
func otherRecords(result any) ([]record, error) {
	v := reflect.ValueOf(result)
	if cell, ok := cellOf(v); ok {
		return []record{{{"value", cell}}}, nil
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		var rows []record
		for i := range v.Len() {
			more, err := recordsOf(v.Index(i).Interface())
			if err != nil {
				return nil, err
			}
			rows = append(rows, more...)
		}
		return rows, nil
	case reflect.Struct:
		if r, ok := structRecord(v); ok {
			return []record{r}, nil
		}
	}
	return nil, fmt.Errorf("nqmkit: a %T has no table: give a result of nqmkit, a Table, or a struct of numbers and texts", result)
}

// structRecord reads the fields of a struct, named by their JSON names.
func structRecord(v reflect.Value) (record, bool) {
	var r record
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		cell, ok := cellOf(v.Field(i))
		if !ok {
			return nil, false
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = columnName(f.Name)
		}
		r = append(r, field{name, cell})
	}
	return r, len(r) > 0
}

// cellOf returns a plain value as a cell.
func cellOf(v reflect.Value) (any, bool) {
	if !v.IsValid() {
		return nil, false
	}
	if name, ok := v.Interface().(encoding.TextMarshaler); ok {
		if text, err := name.MarshalText(); err == nil {
			return string(text), true
		}
	}
	switch {
	case v.CanFloat():
		return v.Float(), true
	case v.CanInt():
		return int(v.Int()), true
	case v.CanUint():
		return wholeCell(v.Uint()), true
	case v.Kind() == reflect.String:
		return v.String(), true
	case v.Kind() == reflect.Bool:
		return fmt.Sprint(v.Bool()), true
	}
	return nil, false
}

// columnName writes a name as columns have it: "learning rate" and
// "LearningRate" are learning_rate.
func columnName(name string) string {
	var b strings.Builder
	before := '_'
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = '_'
			if before == '_' {
				continue
			}
		case unicode.IsUpper(r) && unicode.IsLower(before):
			b.WriteRune('_')
		}
		b.WriteRune(unicode.ToLower(r))
		before = r
	}
	return strings.Trim(b.String(), "_")
}

// records returns the rows of a table, to be stacked on others.
func (t Table) records() []record {
	rows := make([]record, len(t.Rows))
	for i, row := range t.Rows {
		for k, c := range t.Columns {
			rows[i] = append(rows[i], field{c.Name, row[k]})
		}
	}
	return rows
}
