package plotting

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"nqm/plotting/internal/outline"
	"nqm/plotting/internal/pdf"
	"nqm/theory/wholefile"
)

// Save writes the picture of a value (all that Show takes) to a file; the
// extension says the form:
//
//	.svg .pdf .png  the still figure; letters are in the file, text can be selected
//	.html           a page that holds the interactive figure and all it needs
//
// Of values of several kinds in a []any the figures stand one below the other.
// The same value gives the same bytes. A file is written whole or not at all, and
// is on the disk then; one that is there keeps its mode, a link stays a link.
//
// Save panics with one sentence on an unknown extension, a place that may not be
// written or is no file, and a figure that cannot be drawn. The
// table of a result is written by nqmkit.Save, the points of a figure by
// SaveData.
//
// A paper sets width, size of text and place of the legend of a still figure for
// print, as in Save("fig2.pdf", curves, Column).
func Save(path string, value any, paper ...Paper) {
	var p Paper
	if len(paper) > 0 {
		p = paper[len(paper)-1]
	}
	if err := p.validate(); err != nil {
		panic(err)
	}
	mustSave(path, value, p.encode)
}

// SaveData writes the data of a value's picture to a file:
//
//	.csv   a row for each point, with every digit
//	.json  the whole figure, to be read back into a Figure (or Frames, or a list
//	       of them) or drawn elsewhere
//
// It panics like Save.
func SaveData(path string, value any) { mustSave(path, value, encodeData) }

// encoder returns the bytes of the file of pictures, of the form that an
// extension says.
type encoder func(extension string, all []picture) ([]byte, error)

func mustSave(path string, value any, encode encoder) {
	if err := save(path, value, encode); err != nil {
		panic(err)
	}
}

func save(path string, value any, encode encoder) error {
	all, err := shownOf(value)
	if err != nil {
		return err
	}
	data, err := encode(strings.ToLower(filepath.Ext(path)), all)
	if err != nil {
		return fmt.Errorf("plotting: %s: %w", path, err)
	}
	return writeWhole(path, data)
}

func encodePicture(extension string, all []picture) ([]byte, error) {
	return Paper{}.encode(extension, all)
}

// encode returns the bytes of the file of pictures on the paper.
func (paper Paper) encode(extension string, all []picture) ([]byte, error) {
	switch extension {
	case ".html":
		return page(all)
	case ".csv", ".json":
		return nil, errors.New("numbers are no picture: nqmkit.Save writes the table of a result, plotting.SaveData the points of a figure")
	}
	if err := onlyFigures(all); err != nil {
		return nil, err
	}
	var s sheet
	for _, p := range all {
		s = append(s, p.stillOn(paper))
	}
	return s.encode(extension, paper.scale())
}

func encodeData(extension string, all []picture) ([]byte, error) {
	if err := onlyFigures(all); err != nil {
		return nil, err
	}
	switch extension {
	case ".csv":
		return dataCSV(all)
	case ".json":
		return dataJSON(all)
	}
	return nil, fmt.Errorf("unknown extension %q of data: want .csv or .json", extension)
}

// encode returns the bytes of the image's file of one form.
func (s sheet) encode(extension string, scale float64) ([]byte, error) {
	width, height := s.width()*vg.Length(scale), s.height()*vg.Length(scale)
	var b bytes.Buffer
	switch extension {
	case ".png":
		err := s.writePNG(&b, scale)
		return b.Bytes(), err
	case ".svg":
		image, err := s.encodeVector(vgsvg.New(width, height), scale, &b)
		if err != nil {
			return nil, err
		}
		return outline.SVG(image, dejavu())
	case ".pdf":
		return s.encodeVector(pdf.New(width, height), scale, &b)
	}
	return nil, fmt.Errorf("unknown extension %q: want .svg, .pdf, .png or .html", extension)
}

func (s sheet) encodeVector(c vg.CanvasWriterTo, scale float64, b *bytes.Buffer) ([]byte, error) {
	if scale != 1 {
		c.Scale(scale, scale)
	}
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
