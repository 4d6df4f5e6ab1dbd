"""Writes the files beside it, with NumPy and pandas, from known spectra.

    python make.py          (NumPy 2.4, pandas 3.0)

known.json has the numbers; read_files_test.go and read_pairs_test.go read all of
them.
"""
import json
import numpy as np
import pandas as pd

h = np.array([69.0, 7.5, 1.25, 0.125, 0.0078125])       # exact in float32
c = np.array([3.0, 1.5, 0.25, 0.5, 0.0625])
known = {"curvature": h.tolist(), "noise": c.tolist()}
json.dump(known, open("known.json", "w"))

for name, dtype in [("f8", "<f8"), ("f4", "<f4"), ("big_f8", ">f8"), ("big_f4", ">f4")]:
    np.save(f"h_{name}.npy", h.astype(dtype))
    np.save(f"columns_{name}.npy", np.stack([h, c], axis=1).astype(dtype))
    np.save(f"fortran_{name}.npy", np.asfortranarray(np.stack([h, c], axis=1).astype(dtype)))
np.save("row.npy", h[None, :])
np.save("column.npy", h[:, None])
np.save("counts.npy", np.array([3, 2, 1], dtype=np.int64))
np.savez("stored.npz", eigenvalues=h, noise=c)
np.savez_compressed("deflated.npz", **{"lambda": h.astype(np.float32), "c": c, "model": np.array("mlp")})
np.savez("positional.npz", h, c)
np.savez("one.npz", spectrum=h)
np.savetxt("savetxt.txt", np.stack([h, c], axis=1), header="curvature noise")
np.savetxt("savetxt.csv", h, delimiter=",")

frame = pd.DataFrame({"lambda": h, "noise": c})
frame.to_csv("pandas.csv")
frame.to_csv("pandas_semicolon.csv", sep=";", decimal=",")
frame.to_csv("pandas_no_index.tsv", sep="\t", index=False)
frame["lambda"].to_csv("pandas_series.csv", header=["lambda"])
pd.Series(h).to_csv("pandas_nameless.csv")
frame.to_json("pandas.json")
frame.to_json("pandas_records.json", orient="records")
frame.to_json("pandas_list.json", orient="values")

# Lanczos runs from random vectors, on the spectrum i^-1.2, i = 1..200, with arrays
# of the names and shapes that each tool documents.
d, runs, m = 200, 6, 40
spectrum = np.arange(1, d + 1) ** -1.2
rng = np.random.default_rng(16)


def lanczos(m):
    """The diagonals of the tridiagonal matrix, with full reorthogonalisation; the
    last off-diagonal is what the next step would begin with."""
    q = [rng.standard_normal(d)]
    q[0] /= np.linalg.norm(q[0])
    alphas, betas = [], []
    for k in range(m):
        v = spectrum * q[k]
        alphas.append(v @ q[k])
        for _ in range(2):
            for u in q:
                v = v - (v @ u) * u
        betas.append(np.linalg.norm(v))
        q.append(v / betas[-1])
    return np.array(alphas), np.array(betas)


def tridiagonal(alphas, betas):
    return np.diag(alphas) + np.diag(betas[:-1], 1) + np.diag(betas[:-1], -1)


def ritz(alphas, betas):
    values, vectors = np.linalg.eigh(tridiagonal(alphas, betas))
    return values, vectors[0] ** 2


recurrences = [lanczos(m) for _ in range(runs)]
values = np.array([ritz(*r)[0] for r in recurrences])
weights = np.array([ritz(*r)[1] for r in recurrences])

np.save("pyhessian.npy", np.array([values, weights]))
np.savez("pyhessian.npz", eigenvalues=values, weights=weights)
json.dump([values.tolist(), weights.tolist()], open("pyhessian.json", "w"))

short = ritz(*lanczos(30))
padded_values = np.vstack([values, np.append(short[0], [np.nan] * 10)])
padded_weights = np.vstack([weights, np.append(short[1], [0.0] * 10)])
grid = np.linspace(-0.1, 1.2, 200)
sigma = 0.02
density = (weights[..., None] * np.exp(-((grid - values[..., None]) ** 2) / 2 / sigma**2)).sum(axis=(0, 1))
density /= runs * sigma * np.sqrt(2 * np.pi)
np.savez("eigenthings.npz", grid=grid, density=density, raw_eigenvalues=padded_values, raw_weights=padded_weights)
json.dump({"grid": grid.tolist(), "density": density.tolist(), "raw_eigenvalues": padded_values.tolist(), "raw_weights": padded_weights.tolist()}, open("eigenthings.json", "w"))
np.savez("spectral_density.npz", eigenvalues=values, weights=weights, density=density[None], grids=grid[None])
np.save("tridiagonals.npy", np.array([tridiagonal(*r)[:12, :12] for r in recurrences[:2]]).astype(np.float32))
np.savez("recurrence.npz", alphas=recurrences[0][0], betas=recurrences[0][1])
pd.DataFrame({"grid": grid, "density": density}).to_csv("density.csv", index=False)
pd.DataFrame({"run": np.repeat(np.arange(runs), m), "eigenvalue": values.ravel(), "weight": weights.ravel()}).to_csv("pairs.csv")

g = np.geomspace(spectrum[-1] * 1.01, spectrum[0] * 0.99, 50)
count = (spectrum[None] >= g[:, None]).sum(axis=1).astype(float)
key = "B1_P10_gn_sgd_"
counts = {"g": g, "lo": np.floor(0.9 * count), "hi": np.minimum(d, np.ceil(1.1 * count)), "mid": count,
          "x": np.arange(1.0, m + 1), "y": values[0][::-1], "L": np.asarray(3), "R": np.asarray(0), "cut": np.asarray(m), "dot_x": np.arange(1.0, m + 1)}
np.savez("counts.npz", n_params=np.asarray(d), m=np.asarray(m), **{key + name: value for name, value in counts.items()})

# Malformed twins.
np.save("object.npy", np.array([{"h": 1}], dtype=object), allow_pickle=True)
np.save("complex.npy", h.astype(complex))
np.save("four.npy", np.zeros((2, 2, 2, 2)))
np.save("empty.npy", np.zeros(0))
np.save("nan.npy", np.array([1.0, np.nan]))
np.save("negative.npy", np.array([1.0, 0.5, -0.5]))
data = open("h_f8.npy", "rb").read()
open("cut.npy", "wb").write(data[:-4])
open("cut_header.npy", "wb").write(data[:40])
open("longer.npy", "wb").write(data + b"\0" * 8)
open("cut.npz", "wb").write(open("stored.npz", "rb").read()[:200])
open("huge.npy", "wb").write(data.replace(b"(5,)", b"(999999999,)")[: len(data)])
