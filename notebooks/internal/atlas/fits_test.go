package atlas

import (
	"fmt"
	"testing"

	"nqm/theory/longtest"
)

// The figures of fits hold the published numbers: S_min, E_min and the batch size of 20%
// overhead from 256 of three models.
func TestCriticalBatchFigure(t *testing.T) {
	fits := criticalBatches().Figure.Table
	for i, want := range [][3]float64{
		{1293.8268694659337, 2834258.0888740215, 745.3201466381583},
		{2095.3497601960876, 11383269.891870424, 1393.726947253441},
		{3897.306597333535, 43381130.22429582, 2533.4108017868743},
	} {
		for k, v := range want {
			if got := fits.Rows[5*i+k][2]; got != fmt.Sprintf("%.4g", v) {
				t.Errorf("model %d, number %d: %v, published %v", i, k, got, v)
			}
		}
	}
}

// The fit of the final losses is off by less than a percent, and a rate that falls ends lower
// where the noise is what is left: at the largest rate of small batches.
func TestFinalLossFigure(t *testing.T) {
	longtest.Only(t)
	fit, bend := finalLossFit()
	if fit.Misfit > 0.01 || bend < 16 || bend > 256 {
		t.Errorf("off by %v with a bend at %v", fit.Misfit, bend)
	}
	made := finalLossFigure().Table
	constant, cosine := made.Numbers("fitted_constant"), made.Numbers("predicted_cosine")
	for _, k := range []int{4, 9, 14} {
		if cosine[k] >= constant[k] {
			t.Errorf("run %d: predicted %v under a cosine, %v at a constant rate", k, cosine[k], constant[k])
		}
	}
	t.Log(bend, fit, fit.Notes, constant, cosine)
}
