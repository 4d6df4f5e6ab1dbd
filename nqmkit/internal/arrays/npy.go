package arrays

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// NumPy's format, versions 1 to 3 (numpy.lib.format): a magic string, the version,
// the length of the header, the header as a literal of Python, and the numbers.

const magic = "\x93NUMPY"

var (
	descrOf   = regexp.MustCompile(`'descr': *'([^']*)'`)
	fortranOf = regexp.MustCompile(`'fortran_order': *(True|False)`)
	shapeOf   = regexp.MustCompile(`'shape': *\(([0-9, ]*)\)`)
)

// errType says that an array has no numbers.
type errType struct{ descr string }

func (e errType) Error() string {
	return fmt.Sprintf("an array of type %q: want float32, float64 or integers", e.descr)
}

func decodeNPY(data []byte) (Array, error) {
	if !bytes.HasPrefix(data, []byte(magic)) || len(data) < 12 {
		return Array{}, errors.New("no array of NumPy: want what numpy.save writes")
	}
	begin, length := 10, int(binary.LittleEndian.Uint16(data[8:]))
	if data[6] >= 2 {
		begin, length = 12, int(binary.LittleEndian.Uint32(data[8:]))
	}
	if length > len(data)-begin {
		return Array{}, fmt.Errorf("ends in the header, after %d bytes", len(data))
	}
	header := string(data[begin : begin+length])
	descr, fortran, dims := descrOf.FindStringSubmatch(header), fortranOf.FindStringSubmatch(header), shapeOf.FindStringSubmatch(header)
	if fortran == nil || dims == nil {
		return Array{}, fmt.Errorf("the header %q has no order or shape", strings.TrimSpace(header))
	}
	if descr == nil {
		return Array{}, errType{"record"}
	}
	a := Array{Shape: []int{}}
	bytesLeft := uint64(len(data))
	for field := range strings.SplitSeq(dims[1], ",") {
		if field = strings.TrimSpace(field); field == "" {
			continue
		}
		n, err := strconv.Atoi(field)
		if err != nil || uint64(n) > bytesLeft {
			return Array{}, fmt.Errorf("the shape (%s) is larger than the file", dims[1])
		}
		a.Shape = append(a.Shape, n)
	}
	if err := a.fill(descr[1], data[begin+length:]); err != nil {
		return Array{}, err
	}
	if fortran[1] == "True" {
		a.transpose()
	}
	return a, nil
}

// fill reads the numbers of a type such as "<f4".
func (a *Array) fill(descr string, data []byte) error {
	if len(descr) < 2 {
		return errType{descr}
	}
	var order binary.ByteOrder = binary.LittleEndian
	if descr[0] == '>' {
		order = binary.BigEndian
	}
	var width int
	var number func(b []byte) float64
	switch descr[1:] {
	case "f8":
		width, number = 8, func(b []byte) float64 { return math.Float64frombits(order.Uint64(b)) }
	case "f4":
		width, number = 4, func(b []byte) float64 { return float64(math.Float32frombits(order.Uint32(b))) }
	case "i8":
		width, number = 8, func(b []byte) float64 { return float64(int64(order.Uint64(b))) }
	case "u8":
		width, number = 8, func(b []byte) float64 { return float64(order.Uint64(b)) }
	case "i4":
		width, number = 4, func(b []byte) float64 { return float64(int32(order.Uint32(b))) }
	case "u4":
		width, number = 4, func(b []byte) float64 { return float64(order.Uint32(b)) }
	case "b1":
		width, number = 1, func(b []byte) float64 { return float64(b[0]) }
	default:
		return errType{descr}
	}
	n := 1
	for _, k := range a.Shape {
		if k != 0 && n > len(data)/k {
			n = len(data) + 1 // too many, whatever follows
			break
		}
		n *= k
	}
	if n > len(data)/width {
		return fmt.Errorf("ends early: %d bytes for an array of shape %v and type %q", len(data), a.Shape, descr)
	}
	if extra := len(data) - n*width; extra > 0 {
		return fmt.Errorf("%d bytes after an array of shape %v and type %q", extra, a.Shape, descr)
	}
	a.Values = make([]float64, n)
	for i := range a.Values {
		a.Values[i] = number(data[i*width:])
	}
	return nil
}

// transpose brings values whose first index runs fastest into our order.
func (a *Array) transpose() {
	if len(a.Shape) < 2 {
		return
	}
	from := a.Values
	a.Values = make([]float64, len(from))
	place := make([]int, len(a.Shape))
	for i := range a.Values {
		at, stride := 0, 1
		for k, p := range place {
			at += p * stride
			stride *= a.Shape[k]
		}
		a.Values[i] = from[at]
		for k := len(place) - 1; k >= 0; k-- {
			if place[k]++; place[k] < a.Shape[k] {
				break
			}
			place[k] = 0
		}
	}
}

// decodeNPZ reads what numpy.savez and savez_compressed write, in the order of
// the names. Arrays without numbers are left out.
func decodeNPZ(data []byte) ([]Array, error) {
	files, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("no archive of NumPy's arrays: %w", err)
	}
	var all []Array
	for _, f := range files.File {
		name, isArray := strings.CutSuffix(f.Name, ".npy")
		if !isArray {
			continue
		}
		name = oneLine(name)
		a, err := entryOf(f)
		if errors.As(err, new(errType)) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("the array %s: %w", name, err)
		}
		a.Name = name
		all = append(all, a)
	}
	if len(all) == 0 {
		return nil, errors.New("no array of numbers in it")
	}
	slices.SortStableFunc(all, func(a, b Array) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

func entryOf(f *zip.File) (Array, error) {
	r, err := f.Open()
	if err != nil {
		return Array{}, err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		return Array{}, err
	}
	return decodeNPY(data)
}
