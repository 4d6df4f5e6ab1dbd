package apart

import (
	"fmt"
	"os"
	"reflect"
	"runtime/debug"
)

// The descriptors on which the student's program is called, and answers.
const (
	callsAt   = 3
	answersAt = 4
)

// Serve is the main function of a student's program: it answers calls of
// functions until there are no more.
func Serve(functions map[string]any) {
	w := newWire(os.NewFile(callsAt, "calls"), os.NewFile(answersAt, "answers"))
	for {
		var m message
		if w.in.Decode(&m) != nil {
			os.Exit(0)
		}
		if w.answer(functions, m) != nil {
			os.Exit(1)
		}
	}
}

// answer receives the arguments of a call and sends its results.
func (w wire) answer(functions map[string]any, m message) error {
	f := reflect.ValueOf(functions[m.Name])
	switch {
	case !f.IsValid():
		return w.out.Encode(message{Kind: missing})
	case f.Type().String() != m.Type:
		return w.out.Encode(message{Kind: unlike, Text: f.Type().String()})
	}
	t := f.Type()
	args, err := w.receive(t.NumIn(), t.In, func(i int) reflect.Value { return w.callback(t.In(i), i) })
	if err != nil {
		return err
	}
	results, end := try(f, args)
	if err := w.out.Encode(end); err != nil {
		return err
	}
	return w.send(results)
}

// try calls f and says how that ended.
func try(f reflect.Value, args []reflect.Value) (results []reflect.Value, end message) {
	done := make(chan bool)
	go func() {
		defer close(done)
		end.Kind = left
		defer func() {
			if p := recover(); p != nil {
				end = message{Kind: panicked, Text: fmt.Sprint(p), Where: string(debug.Stack())}
			}
		}()
		results = f.Call(args)
		end.Kind = back
	}()
	<-done
	return results, end
}

// callback is an argument that is a function: a call of it is answered where the
// test runs.
func (w wire) callback(t reflect.Type, i int) reflect.Value {
	return reflect.MakeFunc(t, func(args []reflect.Value) []reflect.Value {
		var m message
		err := w.out.Encode(message{Kind: call, Callback: i})
		if err == nil {
			err = w.send(args)
		}
		if err == nil {
			err = w.in.Decode(&m)
		}
		var results []reflect.Value
		if err == nil {
			results, err = w.receive(t.NumOut(), t.Out, nil)
		}
		if err != nil {
			os.Exit(1)
		}
		return results
	})
}
