// Package pdf is a canvas of gonum/plot that draws on one page of a PDF. That of
// gonum/plot itself writes letters in the encoding cp1252, which has neither
// Greek letters nor superscripts, and draws transparent colours as dark ones.
package pdf

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"strings"
	"time"

	"codeberg.org/go-fonts/dejavu/dejavusans"
	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// Canvas draws on the page.
type Canvas struct {
	doc   *fpdf.Fpdf
	size  vg.Point
	at    affine
	kept  []affine
	ink   color.NRGBA
	files int // images so far
}

// affine maps (x, y) to (a x + c y + e, b x + d y + f).
type affine struct{ a, b, c, d, e, f float64 }

func (m affine) then(n affine) affine { // n is applied first
	return affine{
		m.a*n.a + m.c*n.b, m.b*n.a + m.d*n.b,
		m.a*n.c + m.c*n.d, m.b*n.c + m.d*n.d,
		m.a*n.e + m.c*n.f + m.e, m.b*n.e + m.d*n.f + m.f,
	}
}

func (m affine) apply(p vg.Point) (x, y float64) {
	u, v := p.X.Points(), p.Y.Points()
	return m.a*u + m.c*v + m.e, m.b*u + m.d*v + m.f
}

const typeface = "DejaVu Sans"

// New returns the canvas of a page of a size.
func New(width, height vg.Length) *Canvas {
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: width.Points(), Ht: height.Points()}})
	doc.SetCatalogSort(true) // the same bytes each time
	doc.SetCreationDate(time.Unix(0, 0).UTC())
	doc.SetModificationDate(time.Unix(0, 0).UTC())
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.AddUTF8FontFromBytes(typeface, "", dejavusans.TTF)
	doc.AddPage()
	return &Canvas{doc: doc, size: vg.Point{X: width, Y: height}, at: affine{1, 0, 0, -1, 0, height.Points()}}
}

// Size returns the size of the page.
func (c *Canvas) Size() (w, h vg.Length) { return c.size.X, c.size.Y }

// SetLineWidth sets the width of lines.
func (c *Canvas) SetLineWidth(w vg.Length) { c.doc.SetLineWidth(w.Points() * c.scale()) }

// scale is how much longer what follows is drawn.
func (c *Canvas) scale() float64 { return math.Hypot(c.at.a, c.at.b) }

// SetLineDash sets the pattern of lines.
func (c *Canvas) SetLineDash(pattern []vg.Length, offset vg.Length) {
	dashes := make([]float64, len(pattern))
	for k, d := range pattern {
		dashes[k] = d.Points() * c.scale()
	}
	c.doc.SetDashPattern(dashes, offset.Points()*c.scale())
}

// SetColor sets the colour of what follows, with its opacity.
func (c *Canvas) SetColor(ink color.Color) {
	c.ink = color.NRGBAModel.Convert(ink).(color.NRGBA)
	r, g, b := int(c.ink.R), int(c.ink.G), int(c.ink.B)
	c.doc.SetDrawColor(r, g, b)
	c.doc.SetFillColor(r, g, b)
	c.doc.SetTextColor(r, g, b)
	c.doc.SetAlpha(float64(c.ink.A)/255, "Normal")
}

// Rotate turns what follows, counterclockwise.
func (c *Canvas) Rotate(rad float64) {
	sin, cos := math.Sincos(rad)
	c.at = c.at.then(affine{cos, sin, -sin, cos, 0, 0})
}

// Translate moves what follows.
func (c *Canvas) Translate(p vg.Point) {
	c.at = c.at.then(affine{1, 0, 0, 1, p.X.Points(), p.Y.Points()})
}

// Scale stretches what follows.
func (c *Canvas) Scale(x, y float64) { c.at = c.at.then(affine{x, 0, 0, y, 0, 0}) }

// Push keeps the place and direction of drawing for Pop.
func (c *Canvas) Push() { c.kept = append(c.kept, c.at) }

// Pop returns to the place and direction that Push kept.
func (c *Canvas) Pop() {
	last := len(c.kept) - 1
	c.at, c.kept = c.kept[last], c.kept[:last]
}

// Stroke draws a line along the path.
func (c *Canvas) Stroke(p vg.Path) { c.path(p, "D") }

// Fill fills the path.
func (c *Canvas) Fill(p vg.Path) { c.path(p, "F") }

func (c *Canvas) path(p vg.Path, style string) {
	for _, part := range p {
		x, y := c.at.apply(part.Pos)
		switch part.Type {
		case vg.MoveComp:
			c.doc.MoveTo(x, y)
		case vg.LineComp:
			c.doc.LineTo(x, y)
		case vg.ArcComp:
			c.arc(part)
		case vg.CurveComp:
			x0, y0 := c.at.apply(part.Control[0])
			if len(part.Control) == 1 {
				c.doc.CurveTo(x0, y0, x, y)
				continue
			}
			x1, y1 := c.at.apply(part.Control[1])
			c.doc.CurveBezierCubicTo(x0, y0, x1, y1, x, y)
		case vg.CloseComp:
			c.doc.ClosePath()
		}
	}
	c.doc.DrawPath(style)
}

// arcSides is how many sides stand for a whole circle of a marker.
const arcSides = 36

func (c *Canvas) arc(part vg.PathComp) {
	n := int(math.Ceil(math.Abs(part.Angle) / (2 * math.Pi) * arcSides))
	for k := range n + 1 {
		sin, cos := math.Sincos(part.Start + part.Angle*float64(k)/float64(max(n, 1)))
		x, y := c.at.apply(vg.Point{X: part.Pos.X + part.Radius*vg.Length(cos), Y: part.Pos.Y + part.Radius*vg.Length(sin)})
		c.doc.LineTo(x, y)
	}
}

// FillString writes a text with its base line from the point on.
func (c *Canvas) FillString(f font.Face, at vg.Point, words string) {
	x, y := c.at.apply(at)
	c.doc.SetFont(typeface, "", f.Font.Size.Points()*c.scale())
	c.doc.TransformBegin()
	c.doc.TransformRotate(math.Atan2(-c.at.b, c.at.a)*180/math.Pi, x, y)
	c.doc.Text(x, y, strings.Map(basic, words))
	c.doc.TransformEnd()
}

// basic returns the character, or what stands for one beyond the first 65536,
// of which fpdf has no widths: the plain letter or digit of a mathematical one,
// or U+FFFD.
func basic(r rune) rune {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	switch {
	case r <= 0xffff:
		return r
	case 0x1d400 <= r && r <= 0x1d6a3:
		return rune(letters[(r-0x1d400)%52])
	case 0x1d7ce <= r && r <= 0x1d7ff:
		return '0' + (r-0x1d7ce)%10
	}
	return '\ufffd'
}

// DrawImage draws an image into an upright rectangle. Each is a column wider
// than the one before: fpdf writes images in the order of their widths, and those
// of equal width in another order each time.
func (c *Canvas) DrawImage(into vg.Rectangle, m image.Image) {
	var b bytes.Buffer
	if err := png.Encode(&b, wider(m, c.files)); err != nil {
		c.doc.SetError(err)
		return
	}
	name := fmt.Sprint("image ", c.files)
	c.files++
	c.doc.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: "png"}, &b)
	left, top := c.at.apply(vg.Point{X: into.Min.X, Y: into.Max.Y})
	c.doc.ImageOptions(name, left, top, into.Size().X.Points()*c.scale(), into.Size().Y.Points()*c.scale(), false, fpdf.ImageOptions{}, 0, "")
}

// wider returns the image with n columns more, which repeat some of its own.
func wider(m image.Image, n int) image.Image {
	if n == 0 {
		return m
	}
	from := m.Bounds()
	to := image.NewNRGBA(image.Rect(0, 0, from.Dx()+n, from.Dy()))
	for x := range to.Rect.Dx() {
		for y := range to.Rect.Dy() {
			to.Set(x, y, m.At(from.Min.X+x*from.Dx()/to.Rect.Dx(), from.Min.Y+y))
		}
	}
	return to
}

// WriteTo writes the PDF.
func (c *Canvas) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	if err := c.doc.Output(&b); err != nil {
		return 0, err
	}
	return b.WriteTo(w)
}
