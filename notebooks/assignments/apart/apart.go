// Package apart has the functions that are graded run in a process apart from
// the tests that judge them.
//
// The tests are compiled with a Stub in the place of each function of a student.
// A call goes through a pipe to the student's program, which Serve answers, and
// what comes back is judged where the student's code has no reach: it can return
// values, and nothing else that it does (what it prints, how it ends, what it
// names) counts.
//
// Arguments and results are what encoding/gob carries: numbers, texts, slices,
// maps and structs of these. Two kinds of argument are carried otherwise: of a
// *rand.Rand the student's program gets one with a seed drawn from it, and a
// function is called back where it is.
package apart

import (
	"encoding/gob"
	"io"
	"math/rand/v2"
	"reflect"

	"nqm/theory"
)

// maxBytes is how much the student's program may send in answer to one test.
const maxBytes = 1 << 26

func init() {
	gob.Register(theory.Optimizer{})
}

// A message stands before each call and each answer.
type message struct {
	Kind kind
	// Name is the function that is called, and Type its type.
	Name, Type string
	// Callback is which of the arguments is called back.
	Callback int
	// Text is what the function panicked with, and where, or what is wrong with it.
	Text, Where string
}

type kind int

const (
	call kind = iota // the arguments follow
	back             // the results follow
	panicked
	left    // the function ended its goroutine
	missing // there is no such function
	unlike  // the function has another type
)

// A wire sends and receives messages and values.
type wire struct {
	in  *gob.Decoder
	out *gob.Encoder
}

func newWire(in io.Reader, out io.Writer) wire { return wire{gob.NewDecoder(in), gob.NewEncoder(out)} }

var (
	randType = reflect.TypeFor[*rand.Rand]()
)

// send sends values, all but functions.
func (w wire) send(values []reflect.Value) error {
	for _, v := range values {
		var err error
		switch {
		case v.Kind() == reflect.Func:
		case v.Type() == randType:
			rng := v.Interface().(*rand.Rand)
			err = w.out.Encode([2]uint64{rng.Uint64(), rng.Uint64()})
		case v.Kind() == reflect.Interface:
			p := reflect.New(v.Type())
			p.Elem().Set(v)
			err = w.out.EncodeValue(p)
		default:
			err = w.out.EncodeValue(v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// receive receives what send has sent; callback makes the functions.
func (w wire) receive(n int, at func(int) reflect.Type, callback func(int) reflect.Value) ([]reflect.Value, error) {
	values := make([]reflect.Value, n)
	for i := range values {
		t := at(i)
		switch {
		case t.Kind() == reflect.Func:
			values[i] = callback(i)
		case t == randType:
			var seed [2]uint64
			if err := w.in.Decode(&seed); err != nil {
				return nil, err
			}
			values[i] = reflect.ValueOf(rand.New(rand.NewPCG(seed[0], seed[1])))
		default:
			p := reflect.New(t)
			if err := w.in.DecodeValue(p); err != nil {
				return nil, err
			}
			values[i] = p.Elem()
		}
	}
	return values, nil
}
