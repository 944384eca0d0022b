"""Memory maps: the same codes as arrays, without their size in memory."""

import subprocess
import sys

import numpy as np
import pytest
from discovery import make
from scipy import sparse

from skae import Autoencoder
from skae.data import _memory_maps, _sequences
from skae.data._rows import Rows
from skae.data._sequences import Sequences
from skae.engine import _batches as _blocks


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


def test_rows_of_padded_sequences_are_gathered_in_parts(X, tmp_path, monkeypatch):
    sequences = X.reshape(60, 3, 2).copy()
    sequences[::2, 2] = np.nan
    np.save(tmp_path / "x.npy", sequences)
    rows = Sequences(np.load(tmp_path / "x.npy", mmap_mode="r"), "Test", 3)
    released = []
    monkeypatch.setattr(rows._pages, "release", lambda: released.append(1))
    order = np.random.default_rng(0).permutation(60)
    found = np.zeros((60, 3, 2), dtype=np.float32)
    rows.gather(order, found)
    np.testing.assert_array_equal(found, sequences[order])
    assert len(released) == 60 / 5


@pytest.mark.parametrize("n_missing", [0, 1])
def test_nan_in_a_sparse_memory_map_is_sought_in_parts(
    n_missing, X, tmp_path, monkeypatch
):
    values = X.ravel().copy()
    values[len(values) - n_missing :] = np.nan
    np.save(tmp_path / "data.npy", values)
    mapped = np.load(tmp_path / "data.npy", mmap_mode="r")
    matrix = sparse.csr_matrix(
        (mapped, np.tile(np.arange(6), 60), np.arange(0, 361, 6)), shape=(60, 6)
    )
    monkeypatch.setattr(_sequences, "CHUNK_BYTES", 160)  # 40 values
    released = []
    monkeypatch.setattr(
        _memory_maps.Pages, "release", lambda pages: released.append(pages)
    )
    assert Sequences(matrix, "Test", 6).padded == bool(n_missing)
    assert len(released) == 360 / 40


MEMORY = """
import resource, sys
import numpy as np
from scipy import sparse
from skae import Autoencoder, RecurrentAutoencoder
from skae.data import SequenceLayout

kind, path, shape = sys.argv[1], sys.argv[2], tuple(map(int, sys.argv[3].split()))
values = np.memmap(path, dtype=np.float32, mode="r")
width = int(np.prod(shape))
n_rows = len(values) // width
if kind == "sparse sequences":
    indices = np.empty(len(values), dtype=np.int32)
    indices.reshape(-1, width)[:] = np.arange(width)

def data(n_rows):
    part = values[: n_rows * width]
    if kind != "sparse sequences":
        return part.reshape(n_rows, *shape)
    starts = np.arange(0, len(part) + 1, width)
    return sparse.csr_matrix((part, indices[: len(part)], starts), (n_rows, width))

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

family = Autoencoder if kind == "rows" else RecurrentAutoencoder
model = family(1, hidden_layer_sizes=(), batch_size=4096, epochs=1, random_state=0)

def use(X):
    if kind != "sparse sequences":
        assert np.isfinite(model.fit(X).transform(X)).all()
        return
    # As a fit does; the network itself would take a step for each of the values.
    rows = SequenceLayout.fit(X, "Test").rows(X, "Test")
    assert np.isfinite(rows.summarize().mean).all()
    block = np.empty((4096, width, 1), dtype=np.float32)
    for start in range(0, len(rows), len(block)):
        rows.gather(np.arange(start, min(start + len(block), len(rows))), block)

if kind != "sparse sequences":
    use(data(n_rows // 3))  # what TensorFlow needs is not of the file
before = peak()
use(data(n_rows))
print(peak() - before)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "shape"),
    [("rows", (500,)), ("padded sequences", (5, 100)), ("sparse sequences", (50,))],
)
def test_a_large_file_does_not_fill_the_memory(kind, shape, tmp_path):
    path = tmp_path / "rows.bin"
    head = np.random.default_rng(0).normal(size=(2000, 500)).astype(np.float32)
    if kind == "padded sequences":
        head.reshape(2000, 5, 100)[::7, 3:] = np.nan
    with open(path, "wb") as file:
        file.write(head.tobytes())
        file.truncate(80_000_000 * 4)  # 305 MiB, most of them never written
    command = [sys.executable, "-W", "ignore", "-c", MEMORY, kind, str(path)]
    command.append(" ".join(map(str, shape)))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    # Half of the file would be there if its pages were kept.
    assert float(done.stdout) < 150
