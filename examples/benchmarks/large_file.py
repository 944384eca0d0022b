"""How much memory do a fit and its codes take of an array larger than memory?

Run ``python examples/benchmarks/large_file.py``: a memory map of 20 GB, which takes
40 times less space on disk because most of it was never written. ``--gigabytes 2`` is
a quick look. The memory is all that the system counts for the process: Python,
TensorFlow, and the pages of the file that are mapped.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from _measure import peak_mb, print_table

N_COLUMNS = 1000
WRITTEN, SKIPPED = 4 << 20, 156 << 20


def make_file(path, n_bytes):
    """A file of float32 rows: pieces of curves, and holes that read as zeros."""
    rng = np.random.default_rng(0)
    curves = np.sin(np.outer(np.arange(1, 9), np.linspace(0, 3, N_COLUMNS)))
    with open(path, "wb") as file:
        for start in range(0, n_bytes - WRITTEN, WRITTEN + SKIPPED):
            file.seek(start)
            weights = rng.normal(size=(WRITTEN // (4 * N_COLUMNS), 8))
            file.write((weights @ curves).astype(np.float32).tobytes())
        file.truncate(n_bytes)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=20)
    n_rows = int(parser.parse_args().gigabytes * 1e9) // (4 * N_COLUMNS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.bin"
        make_file(path, n_rows * 4 * N_COLUMNS)
        X = np.memmap(path, dtype=np.float32, mode="r", shape=(n_rows, N_COLUMNS))
        rows = []

        def measure(work, do):
            start = time.perf_counter()
            result = do()
            seconds = time.perf_counter() - start
            rows.append((work, f"{seconds:.0f}", f"{peak_mb():.0f}", 1500))
            return result

        from skae import Autoencoder

        size = f"{X.nbytes / 1e9:g} GB, {n_rows} x {N_COLUMNS}"
        model = Autoencoder(8, epochs=1, random_state=0)
        measure("import TensorFlow, fit 40 MB", lambda: model.fit(X[:10000]))
        measure(f"fit {size}, one epoch", lambda: model.fit(X))
        codes = measure("transform", lambda: model.transform(X))
        assert codes.shape == (n_rows, 8) and np.isfinite(codes).all()
        measure("score", lambda: model.score(X))
        on_disk = 512 * path.stat().st_blocks / 1e9
    print_table(
        f"Large file ({on_disk:.2f} GB on disk)",
        ["work", "seconds", "peak so far, MB", "at most, MB"],
        rows,
    )


if __name__ == "__main__":
    main()
