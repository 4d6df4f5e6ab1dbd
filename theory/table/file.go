package table

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Encode returns the bytes of a table's file, whose extension says the form:
//
//	.csv   a line with the columns, as in "learning_rate [1/curvature]", then a line for each row
//	.json  {"columns": [{"name", "unit", "type"}, ...], "rows": [[...], ...]}
//
// Numbers have every digit, and +Inf, -Inf and NaN stand as such. In CSV a
// number that is not an integer has a point, an exponent or a name, a cell
// without a value is empty, and a column of texts that read as numbers has
// "text" in the place of the unit; a text that a spreadsheet would take for a formula
// has an apostrophe before it. In JSON a cell without a value is null.
//
// The error names an unknown extension, a column without a name of its own, a
// cell of another type than its column, or a row of another length.
func (t Table) Encode(extension string) ([]byte, error) {
	if err := t.named(); err != nil {
		return nil, err
	}
	switch strings.ToLower(extension) {
	case ".csv":
		return t.encodeCSV()
	case ".json":
		return t.MarshalJSON()
	}
	return nil, unknownExtension(extension)
}

// Decode reads what Encode wrote, or any CSV whose first line names the
// columns: a column of which every cell is an integer has ints, one of numbers
// has floats, any other has texts.
func Decode(extension string, data []byte) (t Table, err error) {
	switch strings.ToLower(extension) {
	case ".csv":
		return decodeCSV(data)
	case ".json":
		if err = json.Unmarshal(data, &t); err == nil {
			err = t.named()
		}
		return t, err
	}
	return t, unknownExtension(extension)
}

func unknownExtension(extension string) error {
	return fmt.Errorf("unknown extension %q: want .csv or .json", extension)
}
