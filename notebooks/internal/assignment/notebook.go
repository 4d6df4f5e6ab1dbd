package assignment

import (
	"bytes"
	"encoding/json"
	"fmt"

	"nqm/notebooks/internal/lesson"
)

// What a notebook may hold, in bytes: the outputs of one cell, those that are read at
// all, and everything else; and how many cells.
const (
	maxOutputs = 4 * outputBytes
	maxContent = 1 << 25
	maxCells   = 10_000
)

// parseNotebook reads what students hand in as a notebook, and of it what counts. It
// takes no more memory than a few times the file, whatever that holds.
func parseNotebook(data []byte) (lesson.Notebook, error) {
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	partly := refuse("is no notebook, or only part of one: ask for it again")
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, partly
	}
	var cells []any
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil, partly
		}
		if key != "cells" {
			var other skipped
			if decoder.Decode(&other) != nil {
				return nil, partly
			}
			continue
		}
		if cells, err = readCells(decoder); err != nil {
			return nil, err
		}
	}
	if _, err := decoder.Token(); err != nil || cells == nil {
		return nil, partly
	}
	return lesson.Notebook{"cells": cells, "metadata": map[string]any{}, "nbformat": 4, "nbformat_minor": 5}, nil
}

// skipped is any value; nothing of it is kept.
type skipped struct{}

func (*skipped) UnmarshalJSON([]byte) error { return nil }

// readCells reads a notebook's list of cells; entries that are no cells are left out.
func readCells(decoder *json.Decoder) ([]any, error) {
	if start, err := decoder.Token(); err != nil || start != json.Delim('[') {
		return nil, refuse("is no notebook: its cells are no list; ask for it again")
	}
	cells, size := []any{}, 0
	for decoder.More() {
		var raw struct {
			Kind     json.RawMessage `json:"cell_type"`
			Metadata struct {
				Nbgrader json.RawMessage `json:"nbgrader"`
			} `json:"metadata"`
			Source  json.RawMessage `json:"source"`
			Outputs json.RawMessage `json:"outputs"`
		}
		if err := decoder.Decode(&raw); err != nil {
			if _, wrong := err.(*json.UnmarshalTypeError); !wrong {
				return nil, refuse("is no notebook, or only part of one: ask for it again")
			}
		}
		if raw.Kind == nil {
			continue
		}
		if n := len(raw.Outputs); n > maxOutputs {
			raw.Outputs, _ = json.Marshal([]any{leftOut(n)})
		}
		size += len(raw.Source) + len(raw.Metadata.Nbgrader)
		if size > maxContent || len(cells) == maxCells {
			return nil, refuse("has more than %d MB or %d cells without its outputs: ask for what was handed out, with answers", maxContent>>20, maxCells)
		}
		cell := map[string]any{"metadata": map[string]any{"nbgrader": value(raw.Metadata.Nbgrader)}}
		cell["cell_type"], cell["source"], cell["outputs"] = value(raw.Kind), value(raw.Source), value(raw.Outputs)
		cells = append(cells, cell)
	}
	if _, err := decoder.Token(); err != nil {
		return nil, refuse("is no notebook, or only part of one: ask for it again")
	}
	return cells, nil
}

// value is what a piece of JSON holds; nil if it is none.
func value(raw json.RawMessage) (v any) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	decoder.Decode(&v)
	return v
}

// leftOutKey marks an output that stands for others.
const leftOutKey = "nqm_left_out"

// leftOut stands for outputs of n bytes that are not read.
func leftOut(n int) map[string]any {
	return map[string]any{"output_type": "stream", "text": "", leftOutKey: fmt.Sprint(n)}
}
