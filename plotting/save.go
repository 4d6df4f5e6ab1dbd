package plotting

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Save writes the figure of a value (all that Show takes) to a file; the
// extension says the form: .svg, .pdf or .png. The same value gives the same
// bytes. A file is written whole or not at all.
//
// Save panics with one sentence on an unknown extension, a folder that does
// not exist or may not be written, and a figure that cannot be drawn.
func Save(path string, value any) {
	if err := save(path, value); err != nil {
		panic(err)
	}
}

func save(path string, value any) error {
	f, err := FigureOf(value)
	if err != nil {
		return err
	}
	data, err := f.encode(strings.ToLower(filepath.Ext(path)))
	if err != nil {
		return fmt.Errorf("plotting: %s: %w", path, err)
	}
	return writeWhole(path, data)
}

// encode returns the bytes of the figure's file of one form.
func (f Figure) encode(extension string) ([]byte, error) {
	var b bytes.Buffer
	switch extension {
	case ".png":
		err := f.writePNG(&b)
		return b.Bytes(), err
	case ".svg":
		c := vgsvg.New(stillWidth, f.stillHeight())
		return f.encodeVector(c, &b)
	case ".pdf":
		c := vgpdf.New(stillWidth, f.stillHeight())
		return f.encodeVector(c, &b)
	}
	return nil, fmt.Errorf("unknown extension %q: want .svg, .pdf or .png", extension)
}

func (f Figure) encodeVector(c vg.CanvasWriterTo, b *bytes.Buffer) ([]byte, error) {
	if err := f.draw(draw.NewCanvas(c, stillWidth, f.stillHeight())); err != nil {
		return nil, err
	}
	_, err := c.WriteTo(b)
	return b.Bytes(), err
}

// writeWhole writes a file beside its place and moves it there.
func writeWhole(path string, data []byte) error {
	beside, err := os.CreateTemp(filepath.Dir(path), ".nqm-*")
	if err != nil {
		return fmt.Errorf("plotting: cannot write %s: %w", path, err)
	}
	defer os.Remove(beside.Name())
	_, err = beside.Write(data)
	if closed := beside.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(beside.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(beside.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("plotting: cannot write %s: %w", path, err)
	}
	return nil
}
