package theory

import (
	"fmt"
	"nqm/theory/table"
)

// Records returns a row for each direction, as nqmkit.ReadSpectrum reads it, with
// the columns streaming and correlated where p is, and those of its Band. The
// error names an invalid problem or one of more than 2^27 directions.
func (p Problem) Records() ([]table.Record, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	p, err := p.Explicit()
	if err != nil {
		return nil, err
	}
	rows := make([]table.Record, p.Len())
	for i := range rows {
		d := p.Direction(i)
		rows[i] = table.Row("curvature", d.Curvature, "noise", d.Noise, "mean", d.Mean,
			"variance", d.Variance, "multiplicity", d.Multiplicity)
		if p.Streaming {
			rows[i] = rows[i].With("streaming", 1)
		}
		if p.Correlated {
			rows[i] = rows[i].With("correlated", 1)
		}
		if p.Band.Low != nil {
			rows[i] = rows[i].With("low", p.Band.Low[i], "high", p.Band.High[i])
		}
		if p.Band.Degree != 0 {
			rows[i] = rows[i].With("degree", p.Band.Degree)
		}
		if p.Band.Probes != 0 {
			rows[i] = rows[i].With("probes", p.Band.Probes)
		}
	}
	return rows, nil
}

// writtenOut writes out n directions.
func (l Law) writtenOut(n int) Problem {
	p := Problem{Curvature: l.Curvature.list(n)}
	if l.Noise.Scale != 0 {
		p.Noise = l.Noise.list(n)
	}
	if l.Mean.Scale != 0 {
		p.Mean = l.Mean.list(n)
	}
	if l.Variance.Scale != 0 {
		p.Variance = l.Variance.list(n)
	}
	return p
}

// Explicit returns the problem with every direction written out and no law, so
// that sums over it are exact sums and samplers can loop over its entries. The
// error names a problem of more than 2^27 directions.
func (p Problem) Explicit() (Problem, error) {
	if p.Law.Count == 0 {
		return p, nil
	}
	if p.Law.Count > maxDimension {
		return Problem{}, fmt.Errorf("theory: %g directions are too many to write out: want at most %d", p.Law.Count, maxDimension)
	}
	q := p
	if float64(p.Len()) < p.Law.Count {
		q = p.Law.writtenOut(int(p.Law.Count))
		q.Name, q.Note, q.Streaming, q.Correlated = p.Name, p.Note, p.Streaming, p.Correlated
	}
	q.Law = Law{}
	return q, nil
}
