package plotting

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"nqm/theory/wholefile"
)

// Save writes the picture of a value (all that Show takes) to a file; the
// extension says the form:
//
//	.svg .pdf .png  the still figure
//	.html           a page that holds the interactive figure and all it needs
//	.csv            the data, a row for each point
//	.json           the whole figure, to be read back or drawn elsewhere
//
// Of values of several kinds in a []any a page and an image have the figures
// one below the other. The same value gives the same bytes. A file is written
// whole or not at all.
//
// Save panics with one sentence on an unknown extension, a folder that does
// not exist or may not be written, and a figure that cannot be drawn.
func Save(path string, value any) {
	if err := save(path, value); err != nil {
		panic(err)
	}
}

func save(path string, value any) error {
	data, err := encodeFile(strings.ToLower(filepath.Ext(path)), value)
	if err != nil {
		if !strings.HasPrefix(err.Error(), "plotting:") {
			err = fmt.Errorf("plotting: %s: %w", path, err)
		}
		return err
	}
	return writeWhole(path, data)
}

// encodeFile returns the bytes of a value's file of one form.
func encodeFile(extension string, value any) ([]byte, error) {
	all, err := shownOf(value)
	if err != nil {
		return nil, err
	}
	switch extension {
	case ".html":
		return page(all)
	case ".csv":
		return dataCSV(all)
	case ".json":
		return dataJSON(all)
	}
	var s sheet
	for _, p := range all {
		s = append(s, p.still())
	}
	return s.encode(extension)
}

// encode returns the bytes of the image's file of one form.
func (s sheet) encode(extension string) ([]byte, error) {
	var b bytes.Buffer
	switch extension {
	case ".png":
		err := s.writePNG(&b)
		return b.Bytes(), err
	case ".svg":
		return s.encodeVector(vgsvg.New(s.width(), s.height()), &b)
	case ".pdf":
		return s.encodeVector(newPDF(s.width(), s.height()), &b)
	}
	return nil, fmt.Errorf("unknown extension %q: want .svg, .pdf, .png, .html, .csv or .json", extension)
}

func (s sheet) encodeVector(c vg.CanvasWriterTo, b *bytes.Buffer) ([]byte, error) {
	s.draw(draw.NewCanvas(c, s.width(), s.height()))
	_, err := c.WriteTo(b)
	return b.Bytes(), err
}

// writeWhole writes a file whole or not at all.
func writeWhole(path string, data []byte) error {
	if err := wholefile.Write(path, data); err != nil {
		return fmt.Errorf("plotting: %w", err)
	}
	return nil
}
