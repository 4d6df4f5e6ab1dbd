package main

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
)

func TestDispatch(t *testing.T) {
	for _, test := range []struct {
		args []string
		code int
		says string
	}{
		{nil, exitOK, "go run ./notebooks lab"},
		{[]string{"help"}, exitOK, "go run ./notebooks run"},
		{[]string{"frobnicate"}, exitUsage, `no command "frobnicate"`},
		{[]string{"run", "-x"}, exitUsage, "-o (folder for the HTML pages)"},
		{[]string{"run", "no_such_lesson"}, exitFailed, `no lesson "no_such_lesson"`},
		{[]string{"lab", "one", "two"}, exitUsage, "lab opens one lesson"},
		{[]string{"figures", "-x"}, exitUsage, "-list (name the figures and write none)"},
		{[]string{"figures", "no-such-figure"}, exitFailed, `no figure "no-such-figure"`},
		{[]string{"site", "one"}, exitUsage, "site takes no name"},
		{[]string{"assignments", "-grade", "1"}, exitUsage, "takes no names"},
		{[]string{"assignments", "-grade", "-to-read"}, exitUsage, "one thing at a time"},
		{[]string{"assignments", "-collect", "a.zip", "1"}, exitUsage, "takes no names"},
		{[]string{"assignments", "no_such"}, exitFailed, "choose among 01_sgd_by_hand"},
		{[]string{"kernel", "one"}, exitUsage, "kernel takes no name"},
		{[]string{"share"}, exitUsage, "want one folder"},
		{[]string{"share", "a", "b"}, exitUsage, "want one folder"},
	} {
		var stdout, stderr bytes.Buffer
		code := dispatch(context.Background(), test.args, &stdout, &stderr)
		said := stdout.String() + stderr.String()
		if code != test.code || !strings.Contains(said, test.says) {
			t.Errorf("%q: exit code %d, want %d; said %q, want %q", test.args, code, test.code, said, test.says)
		}
		if code != exitOK && strings.Count(said, "\n") != 1 {
			t.Errorf("%q: said more than one line: %q", test.args, said)
		}
	}
}

func TestInterruptedExitCode(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if code := report(ctx, ctx.Err(), &bytes.Buffer{}); code != exitInterrupted {
		t.Errorf("exit code %d, want %d", code, exitInterrupted)
	}
}

func TestFlagsStandAnywhere(t *testing.T) {
	for _, args := range [][]string{
		{"-o", "pages", "03", "04"},
		{"03", "-o", "pages", "04"},
		{"03", "04", "-o=pages"},
	} {
		flags := newFlags("run")
		out := flags.String("o", "out", "folder")
		names, err := parse(flags, args)
		if err != nil || *out != "pages" || !slices.Equal(names, []string{"03", "04"}) {
			t.Errorf("%q: names %q, -o %q, error %v", args, names, *out, err)
		}
	}
}
