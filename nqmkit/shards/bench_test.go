package shards_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"nqm/nqmkit"
	"nqm/nqmkit/shards"
	"nqm/theory"
)

// BenchmarkMerge puts 10^5 cells of 1000 parts together, each a step count with its
// certificate, and reports the bytes that they take.
func BenchmarkMerge(b *testing.B) {
	const cells, parts = 100_000, 1000
	dir := b.TempDir()
	answer := nqmkit.StepsToTarget(nqmkit.PowerLaw(1000, 1), 0.3, nqmkit.SGD(0.1))
	cell := shards.Cell{Name: "cell 1", Run: func() {
		nqmkit.Sweep("x", nqmkit.Spaced(0, 1, cells), func(float64) theory.Steps { return answer })
	}}
	for k := range parts {
		shards.Run([]string{"-o", dir, "-shard", fmt.Sprint(k), "-of", fmt.Sprint(parts)}, io.Discard, cell)
	}
	var bytes int64
	paths, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		bytes += info.Size()
	}
	b.ReportAllocs()
	for b.Loop() {
		if code := shards.Run([]string{"-o", dir, "-merge"}, os.Stderr, cell); code != 0 {
			b.Fatal("code ", code)
		}
	}
	b.ReportMetric(float64(bytes)/cells, "bytes/cell")
	b.ReportMetric(float64(len(paths)), "files")
}
