"""The loops of nqmkit's benchmarks in NumPy, and how many times longer they take.

    go test ./nqmkit -run '^$' -bench 'SampleSGD|LectureLoop' -count 10 > go.txt
    python nqmkit/bench/numpy_loops.py go.txt

Both sides are the best of many, on the same machine. NumPy draws from
default_rng (PCG64 and a ziggurat) and works in place where it can; it uses one
core. The lecture's loop averages the loss at every step; nqmkit's also has the
standard error and the 90% band at every step.
"""

import re
import sys
import time

import numpy as np

REPEATS = 10


def best(f):
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        f()
        times.append(time.perf_counter() - start)
    return min(times)


def sgd(d=10_000, steps=500, alpha=0.5):
    """One run of SGD on h = 1/i, C = H; the result is in ns per coordinate and step."""
    rng = np.random.default_rng(1)
    h = 1 / np.arange(1, d + 1)
    root = np.sqrt(h)
    noise, gradient = np.empty(d), np.empty(d)

    def run():
        theta = rng.standard_normal(d)
        for _ in range(steps):
            rng.standard_normal(out=noise)
            np.multiply(noise, root, out=noise)
            np.multiply(h, theta, out=gradient)
            np.add(gradient, noise, out=gradient)
            np.multiply(gradient, alpha, out=gradient)
            np.subtract(theta, gradient, out=theta)
        return 0.5 * np.dot(h, theta * theta)

    return best(run) / d / steps * 1e9


def lecture(trials=10_000, steps=200, alpha=0.02):
    """The lecture's loop on h = (50, 1); the result is in ms."""
    rng = np.random.default_rng(1)
    h = np.array([50.0, 1.0])
    root = np.sqrt(h)

    def run():
        theta = np.ones((trials, 2))
        losses = []
        for _ in range(steps):
            losses.append((0.5 * h * theta**2).sum(axis=1).mean())
            theta -= alpha * (h * theta + root * rng.standard_normal(theta.shape))
        return losses

    return best(run) * 1e3


def go_times(path):
    """The least of each of our benchmarks."""
    sgd_ns, lecture_ms = [], []
    with open(path, encoding="utf-8") as f:
        for line in f:
            if m := re.match(r"BenchmarkSampleSGD.* ([\d.]+) ns/coordinate-step", line):
                sgd_ns.append(float(m[1]))
            if m := re.match(r"BenchmarkLectureLoop\S*\s+\d+\s+([\d.]+) ns/op", line):
                lecture_ms.append(float(m[1]) / 1e6)
    return min(sgd_ns), min(lecture_ms)


if __name__ == "__main__":
    theirs = sgd(), lecture()
    ours = go_times(sys.argv[1]) if len(sys.argv) > 1 else (None, None)
    print(f"NumPy {np.__version__}")
    for name, unit, a, b in zip(
        ("SGD, d = 10^4, per coordinate and step", "lecture's loop, d = 2, 10 000 x 200"),
        ("ns", "ms"), theirs, ours,
    ):
        print(f"{name:42} NumPy {a:7.2f} {unit}", f"  nqmkit {b:7.2f} {unit}   ratio {a / b:.1f}" if b else "")
