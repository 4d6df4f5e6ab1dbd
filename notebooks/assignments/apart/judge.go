package apart

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"syscall"

	"nqm/notebooks/assignments/check"
)

// student is the student's program while a test runs.
var student wire

// Judge is the main function of the program that judges: its first argument
// names a test, and the others are the command that starts the student's program.
// What the student's program prints goes to the descriptor after stderr. The exit
// code is 0 if, and only if, the test has come to its end.
func Judge(tests map[string]func()) {
	test, ok := tests[os.Args[1]]
	if !ok {
		fmt.Println("there is no test", os.Args[1])
		os.Exit(2)
	}
	runtime.LockOSThread() // the student's program ends with the thread that started it
	if err := start(os.Args[2:]); err != nil {
		fmt.Println("the student's program does not start:", err)
		os.Exit(2)
	}
	test()
}

// start starts the student's program, which ends with this one.
func start(command []string) error {
	calls, toStudent, err := os.Pipe()
	if err != nil {
		return err
	}
	fromStudent, answers, err := os.Pipe()
	if err != nil {
		return err
	}
	said := os.NewFile(3, "said")
	syscall.CloseOnExec(3)
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = said, said
	cmd.ExtraFiles = []*os.File{calls, answers}
	cmd.SysProcAttr = ending()
	if err := cmd.Start(); err != nil {
		return err
	}
	calls.Close()
	answers.Close()
	student = newWire(io.LimitReader(fromStudent, maxBytes), toStudent)
	return nil
}

// Stub returns a function that the student's program answers under the given name.
func Stub[F any](name string) F {
	t := reflect.TypeFor[F]()
	return reflect.MakeFunc(t, func(args []reflect.Value) []reflect.Value {
		results, err := student.call(name, t, args)
		if err != nil {
			check.Fail("Your program ended, or sent what is no answer, before %s had returned: by os.Exit, by an error that ends every program (a recursion without end, say), or by the limits of memory and of processes.", name)
		}
		return results
	}).Interface().(F)
}

// call sends a call and returns its results; an error if the student's program is
// gone.
func (w wire) call(name string, t reflect.Type, args []reflect.Value) ([]reflect.Value, error) {
	if err := w.out.Encode(message{Kind: call, Name: name, Type: t.String()}); err != nil {
		return nil, err
	}
	if err := w.send(args); err != nil {
		return nil, err
	}
	for {
		var m message
		if err := w.in.Decode(&m); err != nil {
			return nil, err
		}
		switch m.Kind {
		case back:
			return w.receive(t.NumOut(), t.Out, nil)
		case call:
			if err := w.callBack(args, m.Callback); err != nil {
				return nil, err
			}
		case panicked:
			panic(check.Panic{Text: m.Text, Stack: m.Where})
		case left:
			check.Fail("%s leaves by runtime.Goexit and returns nothing.", name)
		case missing:
			check.Fail("There is no function %s, or it does not compile.", name)
		default:
			check.Fail("%s has the type %.200s, and should have %s.", name, m.Text, t)
		}
	}
}

// callBack calls an argument that is a function, and sends its results.
func (w wire) callBack(args []reflect.Value, i int) error {
	if i < 0 || i >= len(args) || args[i].Kind() != reflect.Func {
		return fmt.Errorf("argument %d is no function", i)
	}
	t := args[i].Type()
	own, err := w.receive(t.NumIn(), t.In, nil)
	if err != nil {
		return err
	}
	results := args[i].Call(own)
	if err := w.out.Encode(message{Kind: back}); err != nil {
		return err
	}
	return w.send(results)
}
