package plotting

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
)

// AgainstSamples returns the picture of results along steps (expected and sampled
// losses, their split, fans, agreement, the Bayes gap) against the samples that each
// has spent in place of its steps, so that methods with different batch sizes are
// compared at equal cost:
//
//	plotting.Show(plotting.AgainstSamples(curves))
//	plotting.Show(plotting.AgainstSamples(curves, plotting.LossSplit))
//
// A constructor draws the results; without one it is the obvious picture. Samples are
// rounded to whole ones. It panics with one sentence on results that do not know their
// samples, and on more than 10^15 of them.
func AgainstSamples[T any](results []T, draw ...func([]T) Figure) Figure {
	if len(draw) > 0 && draw[0] == nil {
		panic(fmt.Errorf("plotting: AgainstSamples with a nil constructor: want one, or none"))
	}
	spent := make([]T, len(results))
	for i, r := range results {
		v := reflect.New(reflect.TypeOf(r)).Elem()
		v.Set(reflect.ValueOf(r))
		if !spend(v) {
			panic(fmt.Errorf("plotting: a %T does not know its samples: want curves, fans or the like of methods with a batch size", r))
		}
		spent[i] = v.Interface().(T)
	}
	var f Figure
	if len(draw) > 0 {
		f = draw[0](spent)
	} else {
		var err error
		if f, err = FigureOf(spent); err != nil {
			panic(err)
		}
	}
	f.Panels = slices.Clone(f.Panels)
	for i := range f.Panels {
		if x := &f.Panels[i].X; strings.HasPrefix(x.Label, "steps") {
			x.Label = "samples"
		}
	}
	f.Table.Columns = slices.Clone(f.Table.Columns)
	for i := range f.Table.Columns {
		if c := &f.Table.Columns[i]; c.Name == "step t" || c.Name == "steps" {
			c.Name = "samples"
		}
	}
	if f.Subtitle != "" {
		f.Title = strings.NewReplacer(" steps", " samples", "t ≈", "n ≈").Replace(f.Title)
	}
	f.Caption += " Against the samples spent, steps times batch size: L(n) in the table is the loss after n samples."
	return f
}

// spend puts the samples of a result, and of the curves in it, in the place of its
// steps, and reports whether there were any.
func spend(v reflect.Value) bool {
	if v.Kind() != reflect.Struct {
		return false
	}
	found := false
	steps, samples := v.FieldByName("Steps"), v.FieldByName("Samples")
	if steps.IsValid() && samples.IsValid() && samples.Kind() == reflect.Slice && samples.Len() == steps.Len() && steps.Len() > 0 {
		whole := make([]int, samples.Len())
		for k := range whole {
			n := math.Round(samples.Index(k).Float())
			if n > 1e15 {
				panic(fmt.Errorf("plotting: %.4g samples: want at most 1e15 along an axis", n))
			}
			whole[k] = int(n)
		}
		steps.Set(reflect.ValueOf(whole))
		found = true
	}
	for i := range v.NumField() {
		if v.Type().Field(i).IsExported() && v.Field(i).CanSet() {
			found = spend(v.Field(i)) || found
		}
	}
	return found
}
