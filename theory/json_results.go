package theory

// Every result goes through encoding/json and back without loss; see EncodeJSON.

// MarshalJSON writes the value by EncodeJSON.
func (o Optimizer) MarshalJSON() ([]byte, error) { return EncodeJSON(o) }

// UnmarshalJSON reads the value by DecodeJSON.
func (o *Optimizer) UnmarshalJSON(data []byte) error { return DecodeJSON(data, o) }

// MarshalJSON writes the value by EncodeJSON.
func (c Curve) MarshalJSON() ([]byte, error) { return EncodeJSON(c) }

// UnmarshalJSON reads the value by DecodeJSON.
func (c *Curve) UnmarshalJSON(data []byte) error { return DecodeJSON(data, c) }

// MarshalJSON writes the value by EncodeJSON.
func (s Steps) MarshalJSON() ([]byte, error) { return EncodeJSON(s) }

// UnmarshalJSON reads the value by DecodeJSON.
func (s *Steps) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

// MarshalJSON writes the value by EncodeJSON.
func (t Tuned) MarshalJSON() ([]byte, error) { return EncodeJSON(t) }

// UnmarshalJSON reads the value by DecodeJSON.
func (t *Tuned) UnmarshalJSON(data []byte) error { return DecodeJSON(data, t) }

// MarshalJSON writes the value by EncodeJSON.
func (s Scaling) MarshalJSON() ([]byte, error) { return EncodeJSON(s) }

// UnmarshalJSON reads the value by DecodeJSON.
func (s *Scaling) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

// MarshalJSON writes the value by EncodeJSON.
func (s ScalingCurve) MarshalJSON() ([]byte, error) { return EncodeJSON(s) }

// UnmarshalJSON reads the value by DecodeJSON.
func (s *ScalingCurve) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

// MarshalJSON writes the value by EncodeJSON.
func (c CriticalBatch) MarshalJSON() ([]byte, error) { return EncodeJSON(c) }

// UnmarshalJSON reads the value by DecodeJSON.
func (c *CriticalBatch) UnmarshalJSON(data []byte) error { return DecodeJSON(data, c) }

// MarshalJSON writes the value by EncodeJSON.
func (g Gap) MarshalJSON() ([]byte, error) { return EncodeJSON(g) }

// UnmarshalJSON reads the value by DecodeJSON.
func (g *Gap) UnmarshalJSON(data []byte) error { return DecodeJSON(data, g) }

// MarshalJSON writes the value by EncodeJSON.
func (n NoiseScales) MarshalJSON() ([]byte, error) { return EncodeJSON(n) }

// UnmarshalJSON reads the value by DecodeJSON.
func (n *NoiseScales) UnmarshalJSON(data []byte) error { return DecodeJSON(data, n) }

// MarshalJSON writes the value by EncodeJSON.
func (s Summary) MarshalJSON() ([]byte, error) { return EncodeJSON(s) }

// UnmarshalJSON reads the value by DecodeJSON.
func (s *Summary) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

// MarshalJSON writes the value by EncodeJSON.
func (d Damping) MarshalJSON() ([]byte, error) { return EncodeJSON(d) }

// UnmarshalJSON reads the value by DecodeJSON.
func (d *Damping) UnmarshalJSON(data []byte) error { return DecodeJSON(data, d) }

// MarshalJSON writes the value by EncodeJSON.
func (r Rate) MarshalJSON() ([]byte, error) { return EncodeJSON(r) }

// UnmarshalJSON reads the value by DecodeJSON.
func (r *Rate) UnmarshalJSON(data []byte) error { return DecodeJSON(data, r) }

// MarshalJSON writes the value by EncodeJSON.
func (o BestSettings) MarshalJSON() ([]byte, error) { return EncodeJSON(o) }

// UnmarshalJSON reads the value by DecodeJSON.
func (o *BestSettings) UnmarshalJSON(data []byte) error { return DecodeJSON(data, o) }

// MarshalJSON writes the value by EncodeJSON.
func (p PhaseMap) MarshalJSON() ([]byte, error) { return EncodeJSON(p) }

// UnmarshalJSON reads the value by DecodeJSON.
func (p *PhaseMap) UnmarshalJSON(data []byte) error { return DecodeJSON(data, p) }

// MarshalJSON writes the value by EncodeJSON.
func (m Moment) MarshalJSON() ([]byte, error) { return EncodeJSON(m) }

// UnmarshalJSON reads the value by DecodeJSON.
func (m *Moment) UnmarshalJSON(data []byte) error { return DecodeJSON(data, m) }

// MarshalJSON writes the value by EncodeJSON.
func (s SampledCurve) MarshalJSON() ([]byte, error) { return EncodeJSON(s) }

// UnmarshalJSON reads the value by DecodeJSON.
func (s *SampledCurve) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

// MarshalJSON writes the value by EncodeJSON.
func (p PairedCurve) MarshalJSON() ([]byte, error) { return EncodeJSON(p) }

// UnmarshalJSON reads the value by DecodeJSON.
func (p *PairedCurve) UnmarshalJSON(data []byte) error { return DecodeJSON(data, p) }

// MarshalJSON writes the value by EncodeJSON.
func (s SampledSteps) MarshalJSON() ([]byte, error) { return EncodeJSON(s) }

// UnmarshalJSON reads the value by DecodeJSON.
func (s *SampledSteps) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

// MarshalJSON writes the value by EncodeJSON.
func (s ScaleEstimates) MarshalJSON() ([]byte, error) { return EncodeJSON(s) }

// UnmarshalJSON reads the value by DecodeJSON.
func (s *ScaleEstimates) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

// MarshalJSON writes the value by EncodeJSON.
func (a Agreement) MarshalJSON() ([]byte, error) { return EncodeJSON(a) }

// UnmarshalJSON reads the value by DecodeJSON.
func (a *Agreement) UnmarshalJSON(data []byte) error { return DecodeJSON(data, a) }

// MarshalJSON writes the value by EncodeJSON.
func (p Paths) MarshalJSON() ([]byte, error) { return EncodeJSON(p) }

// UnmarshalJSON reads the value by DecodeJSON.
func (p *Paths) UnmarshalJSON(data []byte) error { return DecodeJSON(data, p) }

// MarshalJSON writes the value by EncodeJSON.
func (s BestRates) MarshalJSON() ([]byte, error) { return EncodeJSON(s) }

// UnmarshalJSON reads the value by DecodeJSON.
func (s *BestRates) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

// MarshalJSON writes the value by EncodeJSON.
func (s ScheduleSteps) MarshalJSON() ([]byte, error) { return EncodeJSON(s) }

// UnmarshalJSON reads the value by DecodeJSON.
func (s *ScheduleSteps) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }

// MarshalJSON writes the value by EncodeJSON.
func (b BestBatches) MarshalJSON() ([]byte, error) { return EncodeJSON(b) }

// UnmarshalJSON reads the value by DecodeJSON.
func (b *BestBatches) UnmarshalJSON(data []byte) error { return DecodeJSON(data, b) }

// MarshalJSON writes the value by EncodeJSON.
func (s ScheduleComparison) MarshalJSON() ([]byte, error) { return EncodeJSON(s) }

// UnmarshalJSON reads the value by DecodeJSON.
func (s *ScheduleComparison) UnmarshalJSON(data []byte) error { return DecodeJSON(data, s) }
