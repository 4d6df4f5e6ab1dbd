package shards

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// A Cell is one cell of a program that was made of a notebook.
type Cell struct {
	Name string // as in "cell 5"
	Run  func()
}

const usage = `A program made of a notebook. Its sweeps can be computed in parts, on many machines:

  PROGRAM -shard I -of N -o DIR   compute part I of N (I from 0 to N-1) into DIR
  PROGRAM -merge -o DIR           put the parts in DIR together, and run the cells with them

Without -shard and -merge it computes everything here, and keeps it in DIR.
`

// Main is Run with the flags of the process, which it ends.
func Main(cells ...Cell) { os.Exit(Run(os.Args[1:], os.Stderr, cells...)) }

// Run runs the cells in their order, as the flags say, and returns 0 when all is done, 1
// when something failed or parts are missing, and 2 on a mistake in the flags. What it has
// to say goes to errs.
func Run(args []string, errs io.Writer, cells ...Cell) int {
	r, err := parse(args, errs)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err == nil {
		r.program, err = programHash()
	}
	if err != nil {
		fmt.Fprintf(errs, "nqm: %v\n", err)
		return 2
	}
	if err := os.MkdirAll(r.folder, 0o777); err != nil {
		fmt.Fprintf(errs, "nqm: %v\n", err)
		return 1
	}
	active = r
	defer func() { active = nil }()
	code := 0
	for _, c := range cells {
		r.cell, r.sweeps = c.Name, 0
		if !report(leave(c.Run), errs) {
			code = 1
		}
	}
	return code
}

// parse reads the flags.
func parse(args []string, errs io.Writer) (*role, error) {
	r := &role{}
	f := flag.NewFlagSet("program", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Usage = func() {}
	f.IntVar(&r.shard, "shard", -1, "")
	f.IntVar(&r.of, "of", 0, "")
	f.StringVar(&r.folder, "o", "parts", "")
	merge := f.Bool("merge", false, "")
	if err := f.Parse(args); err != nil {
		fmt.Fprint(errs, usage)
		return nil, err
	}
	given := map[string]bool{}
	f.Visit(func(f *flag.Flag) { given[f.Name] = true })
	switch {
	case f.NArg() > 0:
		return nil, fmt.Errorf("%q is no flag: -h lists them", f.Arg(0))
	case *merge && (given["shard"] || given["of"]):
		return nil, errors.New("-merge with -shard or -of: want one or the other")
	case *merge:
		r.of = 0
	case given["shard"] != given["of"]:
		return nil, errors.New("-shard without -of, or -of without -shard: want both; the count is never guessed")
	case !given["shard"]:
		r.shard, r.of = 0, 1
	case r.of < 1:
		return nil, fmt.Errorf("-of %d: want 1 or more parts", r.of)
	case r.shard < 0 || r.shard >= r.of:
		return nil, fmt.Errorf("-shard %d -of %d: want a part from 0 to %d", r.shard, r.of, r.of-1)
	}
	return r, nil
}

// leave runs a cell and returns what it panicked with, or nil.
func leave(run func()) (value any) {
	defer func() { value = recover() }()
	run()
	return nil
}

// report says why a cell was left, and whether that is as it should be.
func report(why any, w io.Writer) bool {
	switch why := why.(type) {
	case nil:
		return true
	case written:
		fmt.Fprintf(w, "%s: this part is there\n", why.sweep)
		return true
	case interrupted:
		fmt.Fprintf(w, "%s: interrupted; the part is not written\n", why.sweep)
	case incomplete:
		fmt.Fprintf(w, "%s: missing are %s\n", why.sweep, why.parts)
	default:
		fmt.Fprintf(w, "nqm: %v\n", why)
	}
	return false
}
