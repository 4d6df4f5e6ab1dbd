package main

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"nqm/theory"
)

// An experiment that is interrupted before it has anything panics: that ends the command,
// and not the program. What it has is written, under another name than what is finished.
func TestExperimentsThatEndEarly(t *testing.T) {
	interrupted, stop := context.WithCancel(context.Background())
	stop()
	points := theory.TrainedScaling{Points: make([]theory.TrainedSteps, 2), Partial: true}
	dir := t.TempDir()
	for _, c := range []struct {
		ctx  context.Context
		run  func() theory.TrainedScaling
		says string // of the error; empty is none
		file string // that is in the folder then
	}{
		{interrupted, func() theory.TrainedScaling { panic(errors.New("no model was measured")) }, "x: no model was measured", ""},
		{context.Background(), func() theory.TrainedScaling { panic("a fault") }, "x: a fault", ""},
		{interrupted, func() theory.TrainedScaling { return points }, context.Canceled.Error(), "x-partial.json"},
		{context.Background(), func() theory.TrainedScaling { return theory.TrainedScaling{} }, "", "x.json"},
	} {
		err := runExperiment(c.ctx, "x", c.run, dir)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("error %v, want %q", err, c.says)
		}
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		if want := filepath.Join(dir, c.file); c.file == "" && len(files) > 0 || c.file != "" && (len(files) != 1 || files[0] != want) {
			t.Errorf("files %q, want %q", files, c.file)
		}
	}
}
