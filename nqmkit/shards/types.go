package shards

import (
	"encoding/json"
	"fmt"
	"reflect"

	"nqm/theory"
)

// tagged is a value with the name of its type.
type tagged struct {
	Type  string          `json:"type"`
	Value json.RawMessage `json:"value"`
}

// types are those that an interface may hold, by name; lists of them too.
var types = map[string]reflect.Type{}

func init() {
	for _, v := range []any{
		false, 0, int64(0), uint64(0), 0.0, "",
		theory.Agreement{}, theory.BestBatches{}, theory.BestRates{}, theory.BestSettings{},
		theory.CriticalBatch{}, theory.CriticalFit{}, theory.CriticalLaw{}, theory.Curve{}, theory.Damping{},
		theory.AppliedRates{}, theory.Estimate{}, theory.Fan{}, theory.ForeseenSteps{}, theory.Gap{}, theory.HeldOut{}, theory.LeadingDirection{}, theory.Moment{},
		theory.NoiseScales{}, theory.Optimizer{}, theory.PairedCurve{}, theory.Paths{},
		theory.PhaseMap{}, theory.Rate{}, theory.Residual{}, theory.Run{}, theory.RunsFit{},
		theory.SampledCurve{}, theory.SampledSteps{}, theory.ScaleEstimates{}, theory.Scaling{},
		theory.ScalingCurve{}, theory.ScheduleComparison{}, theory.ScheduleSteps{},
		theory.Segment{}, theory.Steps{}, theory.Summary{}, theory.TrainedScaling{},
		theory.TrainedSteps{}, theory.TriedRate{}, theory.Tuned{}, theory.Window{},
	} {
		t := reflect.TypeOf(v)
		for range 3 { // itself, lists, and lists of lists
			types[t.String()] = t
			t = reflect.SliceOf(t)
		}
	}
}

// lists is the type of a list whose values may differ in theirs.
const lists = "list"

func tag(v any) (tagged, error) {
	if list, ok := v.([]any); ok {
		items := make([]tagged, len(list))
		for k, item := range list {
			var err error
			if items[k], err = tag(item); err != nil {
				return tagged{}, err
			}
		}
		data, err := json.Marshal(items)
		return tagged{lists, data}, err
	}
	t := reflect.TypeOf(v)
	if t == nil || types[t.String()] != t {
		return tagged{}, fmt.Errorf("a %T cannot be divided as one of many types: let the function return %[1]T itself in place of any", v)
	}
	data, err := theory.EncodeJSON(v)
	return tagged{t.String(), data}, err
}

func (t tagged) value() (any, error) {
	if t.Type == lists {
		var items []tagged
		if err := json.Unmarshal(t.Value, &items); err != nil {
			return nil, err
		}
		list := make([]any, len(items))
		for k, item := range items {
			var err error
			if list[k], err = item.value(); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	kind, ok := types[t.Type]
	if !ok {
		return nil, fmt.Errorf("a %q is unknown", t.Type)
	}
	v := reflect.New(kind)
	if err := theory.DecodeJSON(t.Value, v.Interface()); err != nil {
		return nil, err
	}
	return v.Elem().Interface(), nil
}

func isInterface[T any]() bool { return reflect.TypeFor[T]().Kind() == reflect.Interface }
