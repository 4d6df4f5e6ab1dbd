package theory

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"nqm/theory/table"
)

// Setting is one setting of an Optimizer as data: what it is called, where it is
// kept, what it may be, and what it does to the name. All that ranges over the
// settings ranges over one table of them: String, Family, Validate, tuning,
// the columns of tables, the axes and captions of figures, and the check that a
// method is sampled with every setting it has.
type Setting struct {
	Name   string // as in "momentum"
	Symbol string // as in "β"; empty of a setting that is not a number
	Field  string // of Optimizer
	// Column is its column in tables, in units of Unit. Empty: it has none.
	Column, Unit string
	// Low and High bound its values; LowOpen and HighOpen exclude the bounds.
	// A setting that is not a number has none.
	Low, High         float64
	LowOpen, HighOpen bool
	// Prefix stands before its value in texts, as in "β=" or "H^-".
	Prefix string
	// NearOne says that values next to 1 differ by what they lack of it: figures show
	// 1 - value on a logarithmic axis.
	NearOne bool
	// OfGradient says that it changes the stochastic gradient, and not what is
	// done with it.
	OfGradient bool

	number     func(o *Optimizer) *float64 // where it is, of a float64
	flag       func(o *Optimizer) *bool    // and of a bool
	coordinate *coordinate                 // in tuning; nil of one that cannot be free
	fixed      string                      // why a number cannot be
	rule       *rule                       // that the setting brings
	group      string                      // of settings that exclude each other
	required   bool                        // the zero value is not neutral, but missing
	rare       bool                        // tables have its column where it is not neutral
	unless     func(o *Optimizer) bool     // where its value is not looked at
	needs      func(o *Optimizer) bool     // without which it is a mistake
	rules      []*rule                     // with which it is none; nil are all
	needed     string                      // either, in words
	family     func(name string, o *Optimizer) string
	word       string                    // before the prefix in String
	text       func(o *Optimizer) string // in String; nil: word, prefix and number
}

// settings is the table, in the order in which String writes them.
var settings = []Setting{
	{
		Name: "learning rate", Symbol: "α", Field: "LearningRate", Column: "learning_rate", Unit: "1/curvature",
		LowOpen: true, High: math.Inf(1), HighOpen: true, required: true,
		number: func(o *Optimizer) *float64 { return &o.LearningRate }, coordinate: &rateCoordinate,
	}, {
		Name: "momentum", Symbol: "β", Field: "Momentum", Column: "momentum", High: 1, HighOpen: true, NearOne: true, rule: &heavyBall,
		number: func(o *Optimizer) *float64 { return &o.Momentum }, coordinate: &slowCoordinate,
	}, {
		Name: "Nesterov's point", Field: "Nesterov", rule: &nesterov, group: "rule", text: unwritten,
		flag: func(o *Optimizer) *bool { return &o.Nesterov },
	}, {
		Name: "velocity weight", Symbol: "ν", Field: "VelocityWeight", Column: "velocity_weight",
		LowOpen: true, High: 1, rule: &quasiHyperbolic, group: "rule", rare: true,
		number: func(o *Optimizer) *float64 { return &o.VelocityWeight }, coordinate: &weightCoordinate,
	}, {
		Name: "dampening", Symbol: "τ", Field: "Dampening", Column: "dampening", High: 1, HighOpen: true,
		rule: &dampened, group: "rule", rare: true,
		number: func(o *Optimizer) *float64 { return &o.Dampening }, coordinate: &partCoordinate,
	}, {
		Name: "learning rate in the velocity", Field: "RateInVelocity",
		flag: func(o *Optimizer) *bool { return &o.RateInVelocity }, family: prefixed("Keras' "), text: said("rate in velocity"),
		rules: []*rule{&sgdRule, &heavyBall, &nesterov}, needed: "heavy ball or Nesterov",
	}, {
		Name: "Nesterov's stored point", Field: "StoredPoint",
		flag: func(o *Optimizer) *bool { return &o.StoredPoint }, family: suffixed("stored parameters"), text: said("stored"),
		needs: func(o *Optimizer) bool { return o.Nesterov }, needed: "Nesterov",
	}, {
		Name: "schedule-free averaging", Field: "ScheduleFree", rule: &scheduleFree, group: "rule", text: unwritten,
		flag: func(o *Optimizer) *bool { return &o.ScheduleFree },
	}, {
		Name: "schedule-free's sequence y", Field: "AnswerY", rule: &scheduleFreeY, group: "sequence",
		flag: func(o *Optimizer) *bool { return &o.AnswerY }, family: suffixed("answers at y"), text: said("y"),
		needs: func(o *Optimizer) bool { return o.ScheduleFree }, needed: "ScheduleFree",
	}, {
		Name: "schedule-free's sequence z", Field: "AnswerZ", group: "sequence",
		flag: func(o *Optimizer) *bool { return &o.AnswerZ }, family: suffixed("answers at z"), text: said("z"),
		needs: func(o *Optimizer) bool { return o.ScheduleFree }, needed: "ScheduleFree",
	}, {
		Name: "slow momentum", Symbol: "β3", Field: "SlowMomentum", Column: "slow_momentum", LowOpen: true, High: 1, HighOpen: true, NearOne: true,
		rule: &ademamix, group: "rule", rare: true,
		number: func(o *Optimizer) *float64 { return &o.SlowMomentum }, coordinate: &slowCoordinate,
	}, {
		Name: "slow weight", Symbol: "a", Field: "SlowWeight", Column: "slow_weight", LowOpen: true, High: math.Inf(1), HighOpen: true, rare: true,
		required: true, unless: func(o *Optimizer) bool { return o.SlowMomentum == 0 },
		number: func(o *Optimizer) *float64 { return &o.SlowWeight }, coordinate: &mixCoordinate,
		needs: func(o *Optimizer) bool { return o.SlowMomentum != 0 }, needed: "AdEMAMix",
	}, {
		Name: "slow warm-up", Symbol: "T", Field: "SlowWarmUp", High: math.Inf(1), HighOpen: true,
		text:  func(o *Optimizer) string { return fmt.Sprintf("warmed up in %d steps", o.SlowWarmUp) },
		needs: func(o *Optimizer) bool { return o.SlowMomentum != 0 }, needed: "AdEMAMix",
	}, {
		Name: "velocity ratio", Symbol: "r", Field: "VelocityRatio", Column: "velocity_ratio", LowOpen: true, High: math.Inf(1), HighOpen: true,
		rule: &dana, group: "rule", rare: true,
		number: func(o *Optimizer) *float64 { return &o.VelocityRatio }, coordinate: &ratioCoordinate,
	}, {
		Name: "velocity fall", Symbol: "κ", Field: "VelocityFall", Column: "velocity_fall", High: math.Inf(1), HighOpen: true, rare: true,
		number: func(o *Optimizer) *float64 { return &o.VelocityFall }, coordinate: &powerCoordinate,
		needs: func(o *Optimizer) bool { return o.VelocityRatio != 0 }, needed: "DANA",
	}, {
		Name: "velocity time", Symbol: "δ", Field: "VelocityTime", Column: "velocity_time", Unit: "steps", LowOpen: true, High: math.Inf(1), HighOpen: true, rare: true,
		required: true, unless: func(o *Optimizer) bool { return o.VelocityRatio == 0 },
		number: func(o *Optimizer) *float64 { return &o.VelocityTime }, coordinate: &timeCoordinate,
		needs: func(o *Optimizer) bool { return o.VelocityRatio != 0 }, needed: "DANA",
	}, {
		Name: "weight decay", Symbol: "λ", Field: "WeightDecay", Column: "weight_decay", Unit: "curvature", High: math.Inf(1), HighOpen: true, rare: true,
		number: func(o *Optimizer) *float64 { return &o.WeightDecay }, family: suffixed("weight decay"),
		fixed: "it pulls to 0, which is the minimum of this model, so that the best decay would forget the start at once",
		needs: func(o *Optimizer) bool { return o.DecoupledDecay || o.Power == 0 }, needed: "no preconditioner, or decoupled decay",
	}, {
		Name: "decoupled weight decay", Field: "DecoupledDecay",
		flag: func(o *Optimizer) *bool { return &o.DecoupledDecay }, family: suffixed("decoupled decay"), text: said("decoupled"),
		needs: func(o *Optimizer) bool { return o.WeightDecay != 0 && !o.ScheduleFree }, needed: "a weight decay, and not ScheduleFree",
	}, {
		Name: "Lookahead's steps", Symbol: "k", Field: "LookaheadSteps", Low: 1, High: maxLookahead,
		family: suffixed("Lookahead"),
		rules:  []*rule{&sgdRule, &heavyBall, &dampened, &nesterov, &quasiHyperbolic}, needed: "a rule of SGD or a velocity",
		text: func(o *Optimizer) string { return fmt.Sprintf("Lookahead k=%d s=%.6g", o.LookaheadSteps, o.SlowStep) },
	}, {
		Name: "Lookahead's slow step", Symbol: "s", Field: "SlowStep", LowOpen: true, High: 1, required: true,
		unless: func(o *Optimizer) bool { return o.LookaheadSteps == 0 }, text: unwritten,
		number: func(o *Optimizer) *float64 { return &o.SlowStep }, fixed: "sweep it together with Lookahead's steps",
	}, {
		Name: "EMA decay", Symbol: "γ", Field: "Decay", Column: "decay", High: 1, HighOpen: true, NearOne: true, word: "EMA ",
		family: suffixed("EMA"), group: "average",
		number: func(o *Optimizer) *float64 { return &o.Decay }, coordinate: &slowCoordinate,
	}, {
		Name: "debiased average", Field: "Debias", group: "start of the average", flag: func(o *Optimizer) *bool { return &o.Debias },
		family: prefixed("debiased "), text: said("debiased"), needs: hasEMA, needed: "an EMA",
	}, {
		Name: "warm-up of the decay", Field: "WarmUpDecay", group: "start of the average", flag: func(o *Optimizer) *bool { return &o.WarmUpDecay },
		family: prefixed("warmed-up "), text: said("warmed up"), needs: hasEMA, needed: "an EMA",
	}, {
		Name: "copy of the first iterate", Field: "CopyFirst", group: "start of the average", flag: func(o *Optimizer) *bool { return &o.CopyFirst },
		family: prefixed("first-copied "), text: said("first copied"), needs: hasEMA, needed: "an EMA",
	}, {
		Name: "uniform average", Field: "UniformAverage", group: "average", flag: func(o *Optimizer) *bool { return &o.UniformAverage },
		family: func(name string, o *Optimizer) string {
			if o.AverageFrom > 0 {
				return name + " with tail average"
			}
			return name + " with uniform average"
		},
		text: func(o *Optimizer) string { return fmt.Sprintf("averaged from t=%d", o.AverageFrom) },
	}, {
		Name: "average from step", Symbol: "t", Field: "AverageFrom", High: math.Inf(1), HighOpen: true, text: unwritten,
		unless: func(o *Optimizer) bool { return !o.UniformAverage },
	}, {
		Name: "preconditioning power", Symbol: "p", Field: "Power", Column: "power",
		Low: math.Inf(-1), LowOpen: true, High: math.Inf(1), HighOpen: true, OfGradient: true,
		family: func(name string, _ *Optimizer) string { return "preconditioned " + name },
		number: func(o *Optimizer) *float64 { return &o.Power }, coordinate: &powerCoordinate,
	}, {
		Name: "schedule", Field: "Schedule", text: func(o *Optimizer) string { return o.Schedule.String() },
	}, {
		Name: "batch size", Symbol: "B", Field: "BatchSize", Column: "batch_size", Unit: "examples",
		Low: 1, High: math.Inf(1), HighOpen: true, OfGradient: true,
		number: func(o *Optimizer) *float64 { return &o.BatchSize }, fixed: "a larger batch is never worse in steps: sweep it",
		text: func(o *Optimizer) string {
			if o.BatchSize == 1 {
				return ""
			}
			if o.BatchSize == math.Trunc(o.BatchSize) {
				return "B=" + table.InFull(o.BatchSize)
			}
			return "B=" + orFree(o.BatchSize)
		},
	},
}

func init() {
	for i := range settings {
		if s := &settings[i]; s.Prefix == "" && s.Symbol != "" {
			s.Prefix = s.Symbol + "="
		}
	}
}

func unwritten(*Optimizer) string { return "" }

func hasEMA(o *Optimizer) bool { return o.Decay != 0 }

func said(what string) func(*Optimizer) string { return func(*Optimizer) string { return what } }

func prefixed(what string) func(string, *Optimizer) string {
	return func(name string, _ *Optimizer) string { return what + name }
}

func suffixed(what string) func(string, *Optimizer) string {
	return func(name string, _ *Optimizer) string { return name + " with " + what }
}

// Settings returns the settings of an Optimizer, one for each of its fields.
func Settings() []Setting { return append([]Setting(nil), settings...) }

// CanBeFree reports whether Tune can choose the setting.
func (s *Setting) CanBeFree() bool { return s.coordinate != nil }

// Of returns the setting's value in o: that of the field if it is a number, 0 or 1
// for a switch, and NaN for a schedule. A batch size that is not given is 1.
func (s *Setting) Of(o Optimizer) float64 {
	switch f := s.field(&o); {
	case f.CanInt():
		return float64(f.Int())
	case f.Kind() == reflect.Bool:
		if f.Bool() {
			return 1
		}
		return 0
	case !f.CanFloat():
		return math.NaN()
	case s.Field == "BatchSize" && f.Float() == 0:
		return 1
	default:
		return f.Float()
	}
}

// Set gives the setting a value in o, as a whole number or a switch if it is one. A
// schedule is left as it is.
func (s *Setting) Set(o *Optimizer, v float64) {
	switch f := s.field(o); {
	case f.CanInt():
		f.SetInt(int64(v))
	case f.Kind() == reflect.Bool:
		f.SetBool(v != 0)
	case f.CanFloat():
		f.SetFloat(v)
	}
}

func (s *Setting) field(o *Optimizer) reflect.Value {
	return reflect.ValueOf(o).Elem().FieldByName(s.Field)
}

// IsNeutral reports whether the setting has a value at which o does what it would do
// without it.
func (s *Setting) IsNeutral(o Optimizer) bool { return s.isNeutral(&o) }

func (s *Setting) isNeutral(o *Optimizer) bool {
	switch {
	case s.number != nil:
		return *s.number(o) == 0
	case s.flag != nil:
		return !*s.flag(o)
	}
	return s.field(o).IsZero()
}

// isFree reports whether o leaves the setting to Tune.
func (s *Setting) isFree(o *Optimizer) bool { return s.coordinate != nil && *s.number(o) == Free }

// validate returns an error that names the value and its range.
func (s *Setting) validate(o *Optimizer) error {
	if s.isFree(o) {
		return fmt.Errorf("theory: the %s of %v is Free: give it a value, or let Tune choose it", s.Name, o)
	}
	if s.fixed != "" && *s.number(o) == Free {
		return fmt.Errorf("theory: the %s of %v cannot be Free: %s; want %s", s.Name, o, s.fixed, s.Range())
	}
	if s.Field == "BatchSize" && isAskedZero(o.BatchSize) || s.Field == "LookaheadSteps" && o.LookaheadSteps == 0 && o.SlowStep != 0 {
		return fmt.Errorf("theory: %s 0: want %s", s.Name, s.Range())
	}
	if !s.isNeutral(o) && (s.needs != nil && !s.needs(o) || s.rules != nil && !slices.Contains(s.rules, o.rule())) {
		return fmt.Errorf("theory: %s of %v: want it with %s", s.Name, o, s.needed)
	}
	if s.Symbol == "" || s.unless != nil && s.unless(o) || !s.required && s.isNeutral(o) {
		return nil
	}
	v := s.Of(*o)
	if math.IsInf(v, 0) || !(v > s.Low || !s.LowOpen && v == s.Low) || !(v < s.High || !s.HighOpen && v == s.High) {
		return fmt.Errorf("theory: %s %v: want %s", s.Name, v, s.Range())
	}
	return nil
}

// dropIdle resets the settings that have no meaning without another, which is neutral.
func (o *Optimizer) dropIdle() {
	for i := range settings {
		if s := &settings[i]; s.needs != nil && !s.needs(o) && !s.isNeutral(o) {
			s.field(o).SetZero()
		}
	}
	if o.Schedule.setsMomentum() && o.withoutMomentum() {
		o.Schedule = slices.Clone(o.Schedule)
		for i := range o.Schedule {
			o.Schedule[i].Momentum, o.Schedule[i].MomentumTo = 0, 0
		}
	}
}

// Range returns the valid values in words, as in "0 <= β < 1".
func (s *Setting) Range() string {
	var b strings.Builder
	if math.IsInf(s.High, 1) {
		b.WriteString("a finite number")
		if !math.IsInf(s.Low, -1) {
			fmt.Fprintf(&b, " >%s %v", equals(s.LowOpen), s.Low)
		}
		return b.String()
	}
	fmt.Fprintf(&b, "%v <%s %s <%s %v", s.Low, equals(s.LowOpen), s.Symbol, equals(s.HighOpen), s.High)
	return b.String()
}

func equals(open bool) string {
	if open {
		return ""
	}
	return "="
}

func orFree(value float64) string {
	if value == Free {
		return "free"
	}
	if text := fmt.Sprintf("%.6g", value); text != "1" || value >= 1 {
		return text
	}
	return fmt.Sprintf("1-%.3g", 1-value)
}

// ruled are the settings that bring a rule.
var ruled = func() (some []*Setting) {
	for i := range settings {
		if settings[i].rule != nil {
			some = append(some, &settings[i])
		}
	}
	return some
}()

// rule returns how o moves: the last of the settings that bring a rule and are
// not neutral. Without momentum most have no velocity, and are SGD.
func (o *Optimizer) rule() *rule {
	r := &sgdRule
	for _, s := range ruled {
		if !s.isNeutral(o) && (s.rule.free || o.Momentum != 0) {
			r = s.rule
		}
	}
	return r
}
