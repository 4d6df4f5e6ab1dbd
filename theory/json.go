package theory

import "nqm/theory/internal/jsonfloat"

// EncodeJSON returns v as encoding/json does, with the numbers that JSON does
// not have as the strings "+Inf", "-Inf" and "NaN": a floor that is infinite
// is an answer. All results of this package encode themselves so, on their own
// and inside other values. Numbers have every digit.
//
// It reaches through structs, slices, arrays, maps and pointers. A type with a
// method MarshalJSON or MarshalText of its own is left to that; what an
// interface holds, and a struct with embedded fields, to encoding/json.
func EncodeJSON(v any) ([]byte, error) { return jsonfloat.Encode(v) }

// DecodeJSON reads what EncodeJSON writes into the value that v points to.
func DecodeJSON(data []byte, v any) error { return jsonfloat.Decode(data, v) }

// The results encode themselves by EncodeJSON and DecodeJSON, each on its own and
// inside other values. (A method of an embedded type would see that type alone.)

func (o Optimizer) MarshalJSON() ([]byte, error)     { return EncodeJSON(o) }
func (o *Optimizer) UnmarshalJSON(data []byte) error { return DecodeJSON(data, o) }

func (c Curve) MarshalJSON() ([]byte, error)     { return EncodeJSON(c) }
func (c *Curve) UnmarshalJSON(data []byte) error { return DecodeJSON(data, c) }

func (s Steps) MarshalJSON() ([]byte, error)     { return EncodeJSON(s) }
func (s *Steps) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

func (t Tuned) MarshalJSON() ([]byte, error)     { return EncodeJSON(t) }
func (t *Tuned) UnmarshalJSON(data []byte) error { return DecodeJSON(data, t) }

func (s Scaling) MarshalJSON() ([]byte, error)     { return EncodeJSON(s) }
func (s *Scaling) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

func (s ScalingCurve) MarshalJSON() ([]byte, error)     { return EncodeJSON(s) }
func (s *ScalingCurve) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

func (c CriticalBatch) MarshalJSON() ([]byte, error)     { return EncodeJSON(c) }
func (c *CriticalBatch) UnmarshalJSON(data []byte) error { return DecodeJSON(data, c) }

func (e Estimate) MarshalJSON() ([]byte, error)     { return EncodeJSON(e) }
func (e *Estimate) UnmarshalJSON(data []byte) error { return DecodeJSON(data, e) }

func (r Residual) MarshalJSON() ([]byte, error)     { return EncodeJSON(r) }
func (r *Residual) UnmarshalJSON(data []byte) error { return DecodeJSON(data, r) }

func (f CriticalFit) MarshalJSON() ([]byte, error)     { return EncodeJSON(f) }
func (f *CriticalFit) UnmarshalJSON(data []byte) error { return DecodeJSON(data, f) }

func (l CriticalLaw) MarshalJSON() ([]byte, error)     { return EncodeJSON(l) }
func (l *CriticalLaw) UnmarshalJSON(data []byte) error { return DecodeJSON(data, l) }

func (r Run) MarshalJSON() ([]byte, error)     { return EncodeJSON(r) }
func (r *Run) UnmarshalJSON(data []byte) error { return DecodeJSON(data, r) }

func (f RunsFit) MarshalJSON() ([]byte, error)     { return EncodeJSON(f) }
func (f *RunsFit) UnmarshalJSON(data []byte) error { return DecodeJSON(data, f) }

func (h HeldOut) MarshalJSON() ([]byte, error)     { return EncodeJSON(h) }
func (h *HeldOut) UnmarshalJSON(data []byte) error { return DecodeJSON(data, h) }

func (r AppliedRates) MarshalJSON() ([]byte, error)     { return EncodeJSON(r) }
func (r *AppliedRates) UnmarshalJSON(data []byte) error { return DecodeJSON(data, r) }

func (f Fan) MarshalJSON() ([]byte, error)     { return EncodeJSON(f) }
func (f *Fan) UnmarshalJSON(data []byte) error { return DecodeJSON(data, f) }

func (g Gap) MarshalJSON() ([]byte, error)     { return EncodeJSON(g) }
func (g *Gap) UnmarshalJSON(data []byte) error { return DecodeJSON(data, g) }

func (n NoiseScales) MarshalJSON() ([]byte, error)     { return EncodeJSON(n) }
func (n *NoiseScales) UnmarshalJSON(data []byte) error { return DecodeJSON(data, n) }

func (s Summary) MarshalJSON() ([]byte, error)     { return EncodeJSON(s) }
func (s *Summary) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

func (d Damping) MarshalJSON() ([]byte, error)     { return EncodeJSON(d) }
func (d *Damping) UnmarshalJSON(data []byte) error { return DecodeJSON(data, d) }

func (w Window) MarshalJSON() ([]byte, error)     { return EncodeJSON(w) }
func (w *Window) UnmarshalJSON(data []byte) error { return DecodeJSON(data, w) }

func (r Rate) MarshalJSON() ([]byte, error)     { return EncodeJSON(r) }
func (r *Rate) UnmarshalJSON(data []byte) error { return DecodeJSON(data, r) }

func (o BestSettings) MarshalJSON() ([]byte, error)     { return EncodeJSON(o) }
func (o *BestSettings) UnmarshalJSON(data []byte) error { return DecodeJSON(data, o) }

func (p PhaseMap) MarshalJSON() ([]byte, error)     { return EncodeJSON(p) }
func (p *PhaseMap) UnmarshalJSON(data []byte) error { return DecodeJSON(data, p) }

func (m Moment) MarshalJSON() ([]byte, error)     { return EncodeJSON(m) }
func (m *Moment) UnmarshalJSON(data []byte) error { return DecodeJSON(data, m) }

func (s SampledCurve) MarshalJSON() ([]byte, error)     { return EncodeJSON(s) }
func (s *SampledCurve) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

func (p PairedCurve) MarshalJSON() ([]byte, error)     { return EncodeJSON(p) }
func (p *PairedCurve) UnmarshalJSON(data []byte) error { return DecodeJSON(data, p) }

func (s SampledSteps) MarshalJSON() ([]byte, error)     { return EncodeJSON(s) }
func (s *SampledSteps) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

func (s ScaleEstimates) MarshalJSON() ([]byte, error)     { return EncodeJSON(s) }
func (s *ScaleEstimates) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

func (a Agreement) MarshalJSON() ([]byte, error)     { return EncodeJSON(a) }
func (a *Agreement) UnmarshalJSON(data []byte) error { return DecodeJSON(data, a) }

func (s Sight) MarshalJSON() ([]byte, error)     { return EncodeJSON(s) }
func (s *Sight) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

func (p Paths) MarshalJSON() ([]byte, error)     { return EncodeJSON(p) }
func (p *Paths) UnmarshalJSON(data []byte) error { return DecodeJSON(data, p) }

func (s BestRates) MarshalJSON() ([]byte, error)     { return EncodeJSON(s) }
func (s *BestRates) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

func (s ScheduleSteps) MarshalJSON() ([]byte, error)     { return EncodeJSON(s) }
func (s *ScheduleSteps) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

func (b BestBatches) MarshalJSON() ([]byte, error)     { return EncodeJSON(b) }
func (b *BestBatches) UnmarshalJSON(data []byte) error { return DecodeJSON(data, b) }

func (s ScheduleComparison) MarshalJSON() ([]byte, error)     { return EncodeJSON(s) }
func (s *ScheduleComparison) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

func (a Axis) MarshalJSON() ([]byte, error)     { return EncodeJSON(a) }
func (a *Axis) UnmarshalJSON(data []byte) error { return DecodeJSON(data, a) }

func (s Segment) MarshalJSON() ([]byte, error)     { return EncodeJSON(s) }
func (s *Segment) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

func (s Sweep[T]) MarshalJSON() ([]byte, error)     { return EncodeJSON(s) }
func (s *Sweep[T]) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

func (s TrainedScaling) MarshalJSON() ([]byte, error)     { return EncodeJSON(s) }
func (s *TrainedScaling) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

func (s TrainedSteps) MarshalJSON() ([]byte, error)     { return EncodeJSON(s) }
func (s *TrainedSteps) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

func (t TriedRate) MarshalJSON() ([]byte, error)     { return EncodeJSON(t) }
func (t *TriedRate) UnmarshalJSON(data []byte) error { return DecodeJSON(data, t) }

func (f ForeseenSteps) MarshalJSON() ([]byte, error)     { return EncodeJSON(f) }
func (f *ForeseenSteps) UnmarshalJSON(data []byte) error { return DecodeJSON(data, f) }

func (l LeadingDirection) MarshalJSON() ([]byte, error)     { return EncodeJSON(l) }
func (l *LeadingDirection) UnmarshalJSON(data []byte) error { return DecodeJSON(data, l) }
