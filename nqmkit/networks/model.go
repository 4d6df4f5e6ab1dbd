package networks

import (
	"fmt"
	"math"
	"reflect"
	"slices"
)

// Model is a loss over examples that is trained: a Network, a Stream, or Functions of
// one's own. Its methods may be called on several cores at once.
type Model interface {
	String() string
	// Start is where training begins, in a slice that is not changed. Its length is the
	// number of parameters.
	Start() []float64
	// Examples is how many there are to draw from.
	Examples() int
	// Loss is the mean loss of all examples.
	Loss(theta []float64) float64
	// Gradient sets g to the mean gradient of the examples in a batch, by their
	// places, which may repeat; a nil batch is all examples.
	Gradient(g, theta []float64, batch []int)
}

// Curved is a Model that knows products with its Hessian H and its Gauss-Newton matrix
// G, over all examples. For others they are differences of gradients.
type Curved interface {
	HessianProduct(hv, theta, v []float64)
	GaussNewtonProduct(gv, theta, v []float64)
}

// Scattered is a Model that knows the gradients of examples apart, in the rows of g.
// For others they are gradients of batches of one.
type Scattered interface {
	ExampleGradients(g [][]float64, theta []float64, batch []int)
}

// Functions is a model that is defined elsewhere, in another engine too: testdata/gomlx
// has a network in GoMLX, as a module of its own, which nqm does not depend on. They may
// work in theta, which is a copy, and add to g, which is 0.
type Functions struct {
	Name     string
	From     []float64 // where training begins
	Count    int       // of examples
	LossAt   func(theta []float64) float64
	Gradient func(g, theta []float64, batch []int) // batch nil: all examples
}

// New returns the model of f. It panics where a field is missing, and on a start that is
// not finite.
func (f Functions) New() Model {
	if len(f.From) == 0 || f.Count < 1 || f.LossAt == nil || f.Gradient == nil {
		panic(fmt.Errorf("networks: functions with a start of %d parameters and %d examples: want 1 or more of each, LossAt and Gradient", len(f.From), f.Count))
	}
	checkStart(f.From)
	return functions{f}
}

type functions struct{ f Functions }

func (m functions) String() string {
	if m.f.Name == "" {
		return fmt.Sprintf("functions of %d parameters", len(m.f.From))
	}
	return m.f.Name
}
func (m functions) Start() []float64             { return slices.Clone(m.f.From) }
func (m functions) Examples() int                { return m.f.Count }
func (m functions) Loss(theta []float64) float64 { return m.f.LossAt(slices.Clone(theta)) }
func (m functions) Gradient(g, theta []float64, batch []int) {
	clear(g)
	m.f.Gradient(g, slices.Clone(theta), batch)
}

func checkStart(start []float64) {
	if i := slices.IndexFunc(start, notFinite); i >= 0 {
		panic(fmt.Errorf("networks: a start with %v in place %d: want finite numbers", start[i], i))
	}
}

func notFinite(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }

// checkModel panics without a model.
func checkModel(m Model) {
	if v := reflect.ValueOf(m); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		panic(fmt.Errorf("networks: no model: want one, as networks.Softmax(networks.Digits())"))
	}
	if l, ok := m.(*Lab); ok && l.at == nil {
		panic(fmt.Errorf("networks: a Lab without an optimum: want networks.NewLab of a model"))
	}
}

// checkPoint panics on what cannot be measured: a point of another length, or that is not
// finite, and endless examples where their noise is wanted.
func checkPoint(m Model, theta []float64, noise bool) {
	checkModel(m)
	if d := len(m.Start()); len(theta) != d {
		panic(fmt.Errorf("networks: a point of %d numbers for %d parameters: want as many", len(theta), d))
	}
	if i := slices.IndexFunc(theta, notFinite); i >= 0 {
		panic(fmt.Errorf("networks: a point with %v in place %d: want finite numbers", theta[i], i))
	}
	if n := m.Examples(); noise && n > mostExamples {
		panic(fmt.Errorf("networks: the noise of %v over all of %d examples: want at most 2^24", m, n))
	}
}

// mostExamples bounds those whose noise is measured, and a batch.
const mostExamples = 1 << 24
