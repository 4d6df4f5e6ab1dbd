package theory

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// Every field of Optimizer is one row of the table of settings, and the row points
// at its field. A field that is added without a row fails here.
func TestSettingsAreTheFields(t *testing.T) {
	rows := map[string]*Setting{}
	for i := range settings {
		s := &settings[i]
		if rows[s.Field] != nil {
			t.Errorf("two rows for the field %s", s.Field)
		}
		rows[s.Field] = s
	}
	var o Optimizer
	fields := reflect.TypeFor[Optimizer]()
	for i := range fields.NumField() {
		f := fields.Field(i)
		s := rows[f.Name]
		if s == nil {
			t.Errorf("the field %s has no row in the table of settings", f.Name)
			continue
		}
		delete(rows, f.Name)
		at := reflect.ValueOf(&o).Elem().Field(i).Addr().Interface()
		switch f.Type.Kind() {
		case reflect.Float64:
			if s.number == nil || s.number(&o) != at {
				t.Errorf("the row of %s does not point at it", f.Name)
			}
		case reflect.Bool:
			if s.flag == nil || s.flag(&o) != at {
				t.Errorf("the row of %s does not point at it", f.Name)
			}
		}
		if number := f.Type.Kind() == reflect.Float64 || f.Type.Kind() == reflect.Int; number != (s.Symbol != "") {
			t.Errorf("%s: a number has a symbol, and nothing else", f.Name)
		}
		if s.Name == "" || s.coordinate != nil && (s.Column == "" || s.number == nil) {
			t.Errorf("%s: want a name, and of a setting that can be free a column and a number", f.Name)
		}
	}
	for name := range rows {
		t.Errorf("the row of %s has no field", name)
	}
}

// allSettings are optimizers that between them have every setting off its neutral
// value, in the middle of its range, each with as many as go with each other.
func allSettings() []Optimizer {
	rng := rand.New(rand.NewPCG(3, 1))
	all := make([]Optimizer, 60)
	for k := range all {
		o := &all[k]
		o.LearningRate = 1
		for _, i := range append(rng.Perm(len(settings)), rng.Perm(len(settings))...) {
			s, before := &settings[i], *o
			setToMiddle(s.field(o), s)
			if err := o.Validate(); err != nil && !repaired(o) {
				*o = before
			}
		}
	}
	return all
}

// repaired gives o the settings that those it has cannot be without.
func repaired(o *Optimizer) bool {
	for i := range settings {
		if s := &settings[i]; s.required && s.isNeutral(o) && (s.unless == nil || !s.unless(o)) {
			setToMiddle(s.field(o), s)
		}
	}
	return o.Validate() == nil
}

func setToMiddle(f reflect.Value, s *Setting) {
	middle := 0.5
	if low, high := math.Max(s.Low, -9), math.Min(s.High, 9); low > 0 || high < 0.5 {
		middle = (low + high) / 2
	}
	switch f.Kind() {
	case reflect.Bool:
		f.SetBool(true)
	case reflect.Int:
		f.SetInt(int64(math.Ceil(middle)))
	case reflect.Float64:
		f.SetFloat(middle)
	case reflect.Slice:
		f.Set(reflect.ValueOf(Schedule{{Steps: 5, From: 1}}))
	}
}

// A setting shows in the method's text, is refused outside its range by name, value
// and range, and at its bounds where they are excluded.
func TestSettingsShowAndAreBounded(t *testing.T) {
	seen := map[string]bool{}
	for _, full := range allSettings() {
		if err := full.Validate(); err != nil {
			t.Fatal(err)
		}
		for i := range settings {
			s := &settings[i]
			if s.IsNeutral(full) || s.unless != nil && s.unless(&full) {
				continue
			}
			seen[s.Field] = true
			without := full
			reflect.ValueOf(&without).Elem().FieldByName(s.Field).SetZero()
			if without.Validate() == nil && without.String() == full.String() && without.Family() == full.Family() {
				t.Errorf("%v looks the same without its %s", full, s.Name)
			}
			if s.Symbol == "" {
				continue
			}
			for _, bad := range outside(s) {
				o := full
				s.Set(&o, bad)
				if got := s.Of(o); got != bad && !math.IsNaN(bad) {
					t.Errorf("%s set to %v is %v", s.Name, bad, got)
				}
				want := fmt.Sprintf("%s %v: want %s", s.Name, bad, s.Range())
				if err := o.Validate(); err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want %q", err, want)
				}
			}
		}
	}
	for _, s := range Settings() {
		if !seen[s.Field] {
			t.Errorf("no optimizer of the test has the setting %s", s.Name)
		}
	}
}

// outside are values next to the range of a setting and far from it; 0 is neutral.
func outside(s *Setting) []float64 {
	var v []float64
	add := func(x float64) {
		if x != 0 || s.required {
			v = append(v, x)
		}
	}
	isInt := reflect.ValueOf(&Optimizer{}).Elem().FieldByName(s.Field).CanInt()
	next := func(x, to float64) float64 {
		if isInt {
			return x + math.Copysign(1, to)
		}
		return math.Nextafter(x, to)
	}
	if !math.IsInf(s.Low, 0) {
		if s.LowOpen {
			add(s.Low)
		}
		add(next(s.Low, math.Inf(-1)))
	}
	if !math.IsInf(s.High, 0) {
		if s.HighOpen {
			add(s.High)
		}
		add(next(s.High, math.Inf(1)))
	}
	if !isInt {
		add(math.NaN())
		add(math.Inf(1))
	}
	return v
}

// A decay just below 1 is not written as 1, which no decay may be.
func TestTextOfDecaysNearOne(t *testing.T) {
	for apart, want := range map[float64]string{1e-5: "0.99999", 1e-7: "1-1e-07", 0x1p-53: "1-1.11e-16"} {
		for _, o := range []Optimizer{Momentum(0.1, 1-apart), Nesterov(0.1, 1-apart), SGD(0.1).EMA(1 - apart)} {
			if text := o.String(); !strings.HasSuffix(text, "="+want) {
				t.Errorf("%q: want it to end in %s", text, want)
			}
		}
	}
}
