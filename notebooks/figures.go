package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"nqm/notebooks/internal/atlas"
	"nqm/notebooks/internal/setup"
)

// writeFigures writes figures and their tables into a folder, or lists them.
func writeFigures(ctx context.Context, args []string) error {
	flags := newFlags("figures")
	out := flags.String("o", "out", "folder for the files")
	list := flags.Bool("list", false, "name the figures and write none")
	names, err := parse(flags, args)
	if err != nil {
		return err
	}
	chosen, err := atlas.Select(names)
	if err != nil {
		return err
	}
	if *list {
		return listFigures(chosen, os.Stdout)
	}
	if err := os.MkdirAll(*out, 0o755); err != nil {
		return fmt.Errorf("the folder for the figures cannot be made: %w", err)
	}
	p := &figureProgress{w: os.Stdout, total: len(chosen), start: time.Now(), interactive: setup.IsTerminal(os.Stdout)}
	for _, f := range chosen {
		p.begin(f.Name)
		if err := writeFigure(ctx, f, *out); err != nil {
			p.stop()
			return err
		}
		p.end(f.Name)
	}
	p.summary(*out)
	return nil
}

func listFigures(chosen []atlas.Figure, w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range chosen {
		fmt.Fprintf(t, "%s\t%s\n", f.Name, f.About)
	}
	return t.Flush()
}

// writeFigure makes a figure and writes its files. An interrupt leaves the
// computation where it is and writes nothing of it: interrupted work returns
// less than was asked for.
func writeFigure(ctx context.Context, f atlas.Figure, dir string) error {
	type result struct {
		atlas.Made
		err error
	}
	over := make(chan result, 1)
	go func() {
		made, err := f.Make()
		over <- result{made, err}
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case r := <-over:
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if r.err != nil {
			return r.err
		}
		return r.Write(dir)
	}
}

// figureProgress shows how far the writing of figures is: on a terminal in one
// line that is kept up to date, elsewhere a line for each figure.
type figureProgress struct {
	w           io.Writer
	done, total int
	start, last time.Time
	interactive bool
}

func (p *figureProgress) begin(name string) {
	p.last = time.Now()
	if !p.interactive {
		return
	}
	left := ""
	if p.done > 0 {
		share := time.Since(p.start) / time.Duration(p.done) * time.Duration(p.total-p.done)
		left = fmt.Sprintf(", about %.0f s left", share.Seconds())
	}
	fmt.Fprintf(p.w, "\r\x1b[Kfigure %d of %d: %s%s ", p.done+1, p.total, name, left)
}

func (p *figureProgress) end(name string) {
	p.done++
	if p.interactive {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
	fmt.Fprintf(p.w, "%s  %.1f s\n", name, time.Since(p.last).Seconds())
}

// stop ends a line that is kept up to date.
func (p *figureProgress) stop() {
	if p.interactive {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

func (p *figureProgress) summary(dir string) {
	figures := "figures"
	if p.total == 1 {
		figures = "figure"
	}
	fmt.Fprintf(p.w, "%d %s as SVG, PDF, PNG and CSV in %s  %.1f s\n", p.total, figures, dir, time.Since(p.start).Seconds())
}
