"""Writes the files beside it, with NumPy and pandas, from one known spectrum.

    python make.py          (NumPy 2.4, pandas 3.0)

known.json has the numbers; read_files_test.go reads all of them.
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
