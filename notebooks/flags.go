package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// usageError is a mistake in how the command was called.
type usageError struct{ error }

func usageErrorf(format string, a ...any) error {
	return usageError{fmt.Errorf(format, a...)}
}

// newFlags returns an empty flag set for a command.
func newFlags(name string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return flags
}

// parse reads flags that stand before, between or after the names in args, and
// returns the names.
func parse(flags *flag.FlagSet, args []string) (names []string, err error) {
	for {
		err := flags.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			return nil, usageErrorf("%s", flagList(flags))
		}
		if err != nil {
			return nil, usageErrorf("%v: %s", err, flagList(flags))
		}
		if flags.NArg() == 0 {
			return names, nil
		}
		names = append(names, flags.Arg(0))
		args = flags.Args()[1:]
	}
}

// flagList is one sentence with what a command's flags do.
func flagList(flags *flag.FlagSet) string {
	var list []string
	flags.VisitAll(func(f *flag.Flag) {
		list = append(list, fmt.Sprintf("-%s (%s)", f.Name, f.Usage))
	})
	return fmt.Sprintf("the flags of %s are %s", flags.Name(), strings.Join(list, ", "))
}
