"""Writes published-bins.csv: how many of 1, 1/2, ..., 1/d the notebook published
with arXiv 1907.04164 has in each bin, by its rule on NumPy's edges. The last
column is 1 where no edge but the first and the last is an eigenvalue, so that no
rounding of an edge can matter.

    python3 bins.py > published-bins.csv
"""

import numpy as np

print(f"# numpy {np.__version__}")
print("d,bins,counts,clear")
for d in [2, 3, 7, 10, 16, 25, 64, 81, 97, 100, 121, 128, 997, 1000, 1024, 4096, 10000]:
    for bins in [2, 3, 4, 5, 7, 10, 13, 33, 100]:
        values = 1.0 / np.arange(1, d + 1)
        edges = np.geomspace(1.0, values[-1], bins)
        # An eigenvalue goes to the first edge that it reaches.
        first = np.argmax(values[:, None] >= edges[None, :], axis=1)
        counts = np.bincount(first, minlength=bins)
        near = np.abs(values[:, None] / edges[None, 1:-1] - 1) < 1e-12
        print(f"{d},{bins},{' '.join(map(str, counts))},{int(not near.any())}")
