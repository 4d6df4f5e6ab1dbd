package dd

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

const bits = 400

func bigOf(a Number) *big.Float {
	s := new(big.Float).SetPrec(bits).SetFloat64(a.Hi)
	return s.Add(s, new(big.Float).SetFloat64(a.Lo))
}

// The four operations keep their error bounds, against 400 bits, for numbers over
// 60 binary orders with both parts, and for near cancellation.
func TestOperationsAgainstBig(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	number := func() Number {
		hi := (r.Float64() - 0.5) * math.Ldexp(1, r.IntN(60)-30)
		return quickSum(hi, (r.Float64()-0.5)*math.Abs(hi)*0x1p-53)
	}
	for n := range 200_000 {
		a, b := number(), number()
		if n%5 == 0 {
			b = a.Neg().Add(Exact(a.Hi * 0x1p-40 * r.Float64()))
		}
		x, y := bigOf(a), bigOf(b)
		size := new(big.Float).Add(new(big.Float).Abs(x), new(big.Float).Abs(y))
		of := func() *big.Float { return new(big.Float).SetPrec(bits) }
		for _, c := range []struct {
			name      string
			got       Number
			want, per *big.Float
			bound     int
		}{
			{"Add", a.Add(b), of().Add(x, y), size, 104},
			{"Sub", a.Sub(b), of().Sub(x, y), size, 104},
			{"Mul", a.Mul(b), of().Mul(x, y), nil, 102},
			{"Div", a.Div(b), of().Quo(x, y), nil, 101},
		} {
			if c.per == nil {
				c.per = new(big.Float).Abs(c.want)
			}
			apart := of().Sub(bigOf(c.got), c.want)
			if limit := of().SetMantExp(c.per, -c.bound); apart.Abs(apart).Cmp(limit) > 0 {
				t.Fatalf("%s of %v and %v is off by %.3g of %.3g", c.name, a, b, apart, c.per)
			}
		}
	}
}

// Sums and products of two float64 are exact.
func TestTwoSumAndTwoProdAreExact(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 100_000 {
		a, b := r.NormFloat64()*math.Ldexp(1, r.IntN(200)-100), r.NormFloat64()*math.Ldexp(1, r.IntN(200)-100)
		x, y := big.NewFloat(a).SetPrec(bits), big.NewFloat(b).SetPrec(bits)
		if got := bigOf(TwoSum(a, b)); got.Cmp(new(big.Float).SetPrec(bits).Add(x, y)) != 0 {
			t.Fatalf("%v + %v", a, b)
		}
		if got := bigOf(TwoProd(a, b)); got.Cmp(new(big.Float).SetPrec(bits).Mul(x, y)) != 0 {
			t.Fatalf("%v · %v", a, b)
		}
	}
	if p := TwoProd(1e200, 1e200); !math.IsInf(p.Value(), 1) {
		t.Errorf("an overflow is %v", p)
	}
}

// A compensated sum is that of 400 bits, rounded; infinities pass through.
func TestSum(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var s Sum
	exact := new(big.Float).SetPrec(bits)
	for range 10_000 {
		v := r.NormFloat64() * math.Ldexp(1, r.IntN(80)-40)
		s.Add(v)
		exact.Add(exact, big.NewFloat(v))
	}
	want, _ := exact.Float64()
	if got := s.Value(); math.Abs(got-want) > 1e-15*math.Abs(want) {
		t.Errorf("%v, want %v", got, want)
	}
	s.Add(math.Inf(1))
	s.Add(1)
	if got := s.Value(); !math.IsInf(got, 1) {
		t.Errorf("with an infinity %v", got)
	}
}

// Roots, sines and cosines, the latter against their series in 400 bits.
func TestRootsSinesAndCosinesAgainstBig(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	off := func(got Number, want *big.Float) float64 {
		apart := new(big.Float).SetPrec(bits).Sub(bigOf(got), want)
		v, _ := apart.Quo(apart.Abs(apart), new(big.Float).Abs(want)).Float64()
		return v
	}
	for range 2000 {
		hi := math.Ldexp(0.5+r.Float64(), r.IntN(200)-100)
		a := quickSum(hi, (r.Float64()-0.5)*hi*0x1p-53)
		if e := off(a.Sqrt(), new(big.Float).SetPrec(bits).Sqrt(bigOf(a))); e > 0x1p-100 {
			t.Fatalf("the root of %v is off by %.3g of itself", a, e)
		}
		x := math.Ldexp(1+r.Float64(), -r.IntN(40))
		var want [2]*big.Float
		for i := range want {
			term := new(big.Float).SetPrec(bits).SetFloat64([]float64{x, 1}[i])
			want[i] = new(big.Float).SetPrec(bits).Set(term)
			for k := 2.0 - float64(i); k < 80; k += 2 {
				for _, f := range []float64{-x, x} {
					term.Mul(term, big.NewFloat(f))
				}
				term.Quo(term, big.NewFloat(k*(k+1)))
				want[i].Add(want[i], term)
			}
		}
		sin, cos := Sincos(x)
		if e := off(sin, want[0]); e > 0x1p-96 {
			t.Fatalf("sin %v is off by %.3g of itself", x, e)
		}
		if e, _ := new(big.Float).SetPrec(bits).Sub(bigOf(cos), want[1]).Float64(); math.Abs(e) > 0x1p-96 {
			t.Fatalf("cos %v is off by %.3g", x, e)
		}
	}
}
