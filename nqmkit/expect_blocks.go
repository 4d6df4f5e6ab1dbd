package nqmkit

import (
	"errors"

	"nqm/theory"
)

// blockOfList is how many entries of a long list are followed at once: a block is
// what one core does before progress is shown or an interrupt is heard.
const blockOfList = 1 << 13

// inBlocks reports whether a problem is a list that is worth it.
func inBlocks(p theory.Problem) bool {
	return p.Law.Count == 0 && !p.Streaming && !p.Banded() && p.Len() >= 4*blockOfList
}

var errNoCurve = errors.New("nqmkit: interrupted before the first curve was finished")

// expectInBlocks is ExpectAt for a long list, on all cores also where there is one
// method.
func expectInBlocks(p theory.Problem, steps []int, methods []theory.Method) []theory.Curve {
	if err := p.Validate(); err != nil {
		panic(err)
	}
	blocks := (p.Len() + blockOfList - 1) / blockOfList
	parts := inOrder("expected loss", blocks*len(methods), func(i int) theory.Curve {
		from := i % blocks * blockOfList
		block := p.Block(from, min(from+blockOfList, p.Len()))
		block.Name = "block" // whose text is of no use
		return must(theory.Expect(block, steps, methods[i/blocks]))
	})
	curves := make([]theory.Curve, len(parts)/blocks)
	for i := range curves {
		curves[i] = theory.Together(p, parts[i*blocks:(i+1)*blocks])
	}
	if len(curves) == 0 && len(methods) > 0 {
		panic(errNoCurve)
	}
	return toldApart(curves, ofCurve)
}
