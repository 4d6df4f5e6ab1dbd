package nqmkit

import (
	"maps"
	"reflect"
	"strings"
	"testing"

	"nqm/theory"
)

// A setting that the literal rules do not know is refused by its name: each in turn
// is taken out of the list of those that they know.
func TestAMethodIsNotSampledWithoutASetting(t *testing.T) {
	all := literal
	defer func() { literal = all }()
	full := Nesterov(0.1, 0.9).Batch(3).Precondition(0.5).Lookahead(3, 0.5).Segments(Segment{Steps: 5, From: 1})
	for _, o := range []theory.Optimizer{full.EMA(0.9), full.TailAverage(4), full.Keras().EMA(0.9).Debiased(),
		Momentum(0.1, 0.9).Dampened(0.5).WithDecoupledDecay(0.1).EMA(0.5).WarmedUp(), ScheduleFree(0.1, 0.9).AtY().EMA(0.5).FirstCopied(),
		ScheduleFree(0.1, 0.9).AtZ(), AdEMAMix(0.1, 0.9, 0.99, 2).WarmSlow(5), DANA(0.1, 0.1, 0.5, 4), QHM(0.1, 0.9, 0.7)} {
		if _, err := optimizerRecipe(o, 5); err != nil {
			t.Fatal(err)
		}
		for _, s := range theory.Settings() {
			if s.IsNeutral(o) {
				continue
			}
			literal = maps.Clone(all)
			delete(literal, s.Field)
			if _, err := optimizerRecipe(o, 5); err == nil || !strings.Contains(err.Error(), "has a "+s.Name) {
				t.Errorf("error %v, want one about the %s", err, s.Name)
			}
			literal = all
		}
	}
	if n := reflect.TypeFor[theory.Optimizer]().NumField(); n != len(theory.Settings()) {
		t.Errorf("%d settings for %d fields", len(theory.Settings()), n)
	}
}
