package interval

// Jet is a function over an interval, with its derivative.
type Jet struct{ Value, Slope Range }

// Constant is the function v.
func Constant(v float64) Jet { return Jet{At(v), At(0)} }

// Add is a + b.
func (a Jet) Add(b Jet) Jet { return Jet{a.Value.Add(b.Value), a.Slope.Add(b.Slope)} }

// Sub is a - b.
func (a Jet) Sub(b Jet) Jet { return Jet{a.Value.Sub(b.Value), a.Slope.Sub(b.Slope)} }

// Scale is k a.
func (a Jet) Scale(k float64) Jet { return Jet{a.Value.Scale(k), a.Slope.Scale(k)} }

// Mul is a b.
func (a Jet) Mul(b Jet) Jet {
	return Jet{a.Value.Mul(b.Value), a.Slope.Mul(b.Value).Add(a.Value.Mul(b.Slope))}
}

// Div is a / b; b must not hold 0.
func (a Jet) Div(b Jet) Jet {
	q := a.Value.Div(b.Value)
	return Jet{q, a.Slope.Sub(q.Mul(b.Slope)).Div(b.Value)}
}

// Sqrt is √a for a > 0.
func (a Jet) Sqrt() Jet {
	r := a.Value.Sqrt()
	return Jet{r, a.Slope.Div(r.Scale(2))}
}

// Exp is e^a.
func (a Jet) Exp() Jet {
	e := a.Value.Exp()
	return Jet{e, e.Mul(a.Slope)}
}

// Sin is sin a.
func (a Jet) Sin() Jet { return Jet{a.Value.Sin(), a.Value.Cos().Mul(a.Slope)} }

// Cos is cos a.
func (a Jet) Cos() Jet { return Jet{a.Value.Cos(), a.Value.Sin().Neg().Mul(a.Slope)} }
