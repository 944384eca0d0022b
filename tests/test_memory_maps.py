"""Memory maps: the same codes as arrays, without their size in memory."""

import subprocess
import sys

import numpy as np
import pytest
from discovery import make
from scipy import sparse

from skae import Autoencoder
from skae.data import _memory_maps
from skae.data._rows import Rows
from skae.training import _blocks


@pytest.fixture(autouse=True)
def nothing_is_small(monkeypatch, X):
    monkeypatch.setattr(_memory_maps, "KEEP_BYTES", 0)
    monkeypatch.setattr(_memory_maps, "_SCATTERED_ROWS", 5)
    monkeypatch.setattr(_blocks, "RESIDENT_BYTES", 0)
    monkeypatch.setattr(_blocks, "STREAM_BYTES", 16 * X[0].nbytes)


@pytest.mark.parametrize("mode", ["r", "r+", "c"])
@pytest.mark.parametrize("view", [lambda X: X, lambda X: np.asarray(X)[:, ::-1]])
def test_codes_are_those_of_the_array(mode, view, X, tmp_path):
    np.save(tmp_path / "x.npy", X)
    mapped = np.load(tmp_path / "x.npy", mmap_mode=mode)
    codes = make(Autoencoder).fit(view(mapped)).transform(view(mapped))
    expected = make(Autoencoder).fit(view(X)).transform(view(X))
    np.testing.assert_allclose(codes, expected, atol=1e-5)
    np.testing.assert_array_equal(mapped, X)


@pytest.mark.parametrize("mode", ["r+", "c"])
def test_changes_that_are_not_on_disk_yet_stay(mode, X, tmp_path):
    np.save(tmp_path / "x.npy", X)
    mapped = np.load(tmp_path / "x.npy", mmap_mode=mode)
    mapped[3] = 7
    rows = Rows(mapped, "Test")
    assert (rows.read(slice(3, 4)) == 7).all() and (rows.read(slice(3, 4)) == 7).all()
    assert (mapped[3] == 7).all()


def test_a_sparse_matrix_of_memory_maps(X, tmp_path):
    matrix = sparse.csr_matrix(X)
    for name in ("data", "indices"):
        np.save(tmp_path / f"{name}.npy", getattr(matrix, name))
    data, indices = (
        np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in ("data", "indices")
    )
    mapped = sparse.csr_matrix((data, indices, matrix.indptr), shape=X.shape)
    codes = make(Autoencoder).fit(mapped).transform(mapped)
    expected = make(Autoencoder).fit(matrix).transform(matrix)
    np.testing.assert_array_equal(codes, expected)


MEMORY = """
import resource, sys
import numpy as np
from skae import Autoencoder

X = np.memmap(sys.argv[1], dtype=np.float32, mode="r", shape=(256_000, 500))

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

model = Autoencoder(1, hidden_layer_sizes=(), batch_size=4096, epochs=1, random_state=0)
model.fit(X[:90_000]).transform(X[:10_000])
before = peak()
codes = model.fit(X).transform(X)
assert np.isfinite(codes).all()
print(peak() - before)
"""


@pytest.mark.slow
def test_a_large_file_does_not_fill_the_memory(tmp_path):
    path = tmp_path / "rows.bin"
    with open(path, "wb") as file:
        rng = np.random.default_rng(0)
        file.write(rng.normal(size=(2000, 500)).astype(np.float32).tobytes())
        file.truncate(256_000 * 500 * 4)  # 488 MiB, most of them never written
    command = [sys.executable, "-W", "ignore", "-c", MEMORY, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    # Half of the file would be there if its pages were kept.
    assert float(done.stdout) < 150
