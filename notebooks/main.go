// Command notebooks sets up everything that the lessons need, executes them
// and opens them in JupyterLab:
//
//	go run ./notebooks lab
//
// Run without an argument it says what else there is.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// A command is one row of the usage page.
type command struct {
	name    string
	args    string
	summary string
	run     func(ctx context.Context, args []string) error
}

var commands = []command{
	{"lab", "[-work DIR] [-address A] [-port N] [-base-url PATH] [-no-browser] [NAME]", "open the lessons in JupyterLab", openLab},
	{"run", "[-o DIR] [NAME...]", "execute the lessons, write their outputs back and an HTML page of each", runLessons},
	{"figures", "[-list] [-o DIR] [NAME...]", "write every figure of the paper and the lecture as SVG, PDF and PNG, with its numbers as CSV", writeFigures},
	{"sweep", "[-o DIR] [-shard I -of N | -merge | -slurm -of N [-submit] | -build] [-cells N,N] NOTEBOOK", "compute the sweeps of a notebook without Jupyter, whole or in parts", runSweep},
	{"experiments", "[-list] [-o DIR] [NAME...]", "train the networks of the lesson on real networks anew, beside what models predict", runExperiments},
	{"site", "[-o DIR]", "write the lessons and a gallery of figures as a static site", writeSite},
	{"assignments", "[-o DIR] [-collect ZIP | -grade | ...] [NAME...]", "list the assignments, make a course of some, collect and grade what students hand in", runAssignments},
	{"share", "DIR", "put into a folder what all users of a machine need, so that their homes stay small", share},
	{"kernel", "[-name NAME] [-remove]", "register the kernel with your own Jupyter and VS Code, or take it out", manageKernel},
}

// Exit codes of the command.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	os.Exit(dispatch(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// dispatch runs the command that args name and returns the exit code.
func dispatch(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		usage(stdout)
		return exitOK
	}
	for _, c := range commands {
		if c.name == args[0] {
			return report(ctx, c.run(ctx, args[1:]), stderr)
		}
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		usage(stdout)
		return exitOK
	}
	return report(ctx, usageErrorf("there is no command %q: 'go run ./notebooks' lists what there is", args[0]), stderr)
}

// report prints what went wrong, if anything, and returns the exit code.
func report(ctx context.Context, err error, stderr io.Writer) int {
	var misuse usageError
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "nqm: interrupted")
		return exitInterrupted
	case errors.As(err, &misuse):
		fmt.Fprintf(stderr, "nqm: %v\n", err)
		return exitUsage
	}
	fmt.Fprintf(stderr, "nqm: %v\n", err)
	return exitFailed
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "The lessons of nqm, a toolkit for the noisy quadratic model of SGD.\n\nusage:")
	for _, c := range commands {
		fmt.Fprintf(w, "  go run ./notebooks %s %s\n        %s\n", c.name, c.args, c.summary)
	}
	fmt.Fprintln(w, "\nThe first call sets everything up in your cache folder (Go, Python 3 and a\n"+
		"network are needed); later calls need no network. NAME is a lesson, by its\n"+
		"file name or its number; of figures, which need Go alone, it is one that\n"+
		"'figures -list' names.")
}
