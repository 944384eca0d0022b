"""Rows of any container, read in chunks as dense arrays of one type.

Memory-mapped and sparse data are never converted to a dense array as a whole.
"""

import contextlib
import math
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike
from scipy import sparse
from sklearn.utils import assert_all_finite

from skae._sklearn import checked_weight
from skae.data._masked_arrays import refuse_masked
from skae.data._memory_maps import Pages, find_memory_map
from skae.data._not_finite import refuse_not_finite
from skae.data._units import Units

CHUNK_BYTES = 4 << 20
# Large enough for multi-threaded matrix products to be efficient.
MAP_BYTES = 16 << 20
_ALIGNMENT = 64  # bytes; TensorFlow requires it to use memory without a copy
_N_READERS = 2
# Rows are encoded in multiples of this: kernels process 4, 6 or 8 at once, and round
# the remainder differently.
GRAIN = 24
# A row may be an outlier if its squared distance is this many times the mean.
_FAR = 25.0
# Upper limit of the size of a weighted sample, in multiples of the number of rows.
_MAX_TIMES = 10
# Weights beyond these powers of two are scaled by a power of two.
_MAX_DOUBLINGS = 64


def aligned_zeros(shape: tuple[int, ...], dtype: DTypeLike = np.float32) -> np.ndarray:
    """Array of zeros at an address that TensorFlow can use without a copy."""
    dtype = np.dtype(dtype)
    n_bytes = dtype.itemsize * math.prod(shape)
    raw = np.zeros(n_bytes + _ALIGNMENT, dtype=np.uint8)
    start = -raw.ctypes.data % _ALIGNMENT
    return raw[start : start + n_bytes].view(dtype).reshape(shape)


def is_aligned(x: np.ndarray) -> bool:
    """Whether TensorFlow can use the memory of `x` without a copy."""
    return x.ctypes.data % _ALIGNMENT == 0 and x.flags.c_contiguous


def aligned(x: np.ndarray, dtype: DTypeLike = np.float32) -> np.ndarray:
    """Copy of `x` at an address that TensorFlow can use without a copy."""
    copy = aligned_zeros(x.shape, dtype)
    np.copyto(copy, x, casting="unsafe")
    return copy


class Summary(NamedTuple):
    """Moments and range of the data, from one pass over the rows."""

    mean: np.ndarray  # per feature, float64
    variance: float  # mean over the features
    minimum: float
    maximum: float
    mass: np.ndarray | float  # sum of the weights behind each mean
    # Largest product of weight and squared distance: of any row from the first weighted
    # row, or of that one from the mean.
    farthest: float = 0.0

    @property
    def scale(self) -> float:
        """Square root of the mean variance; 1 for constant data."""
        return float(np.sqrt(self.variance)) or 1.0

    @property
    def total_squares(self) -> float:
        """Sum of the squared distances from the mean."""
        return self.variance * float(
            np.sum(np.broadcast_to(self.mass, self.mean.shape))
        )

    @property
    def may_have_far_rows(self) -> bool:
        """Whether a row may have far more of the sum of squares than its share."""
        share = min(0.25, _FAR / float(np.max(self.mass)))
        return self.farthest > share * self.total_squares


class Rows:
    """Read-only rows of a dense array, a memory map or a CSR matrix.

    Parameters
    ----------
    X : ndarray of shape (n_samples, ...) or CSR matrix or array
        Data, already checked for shape and kind. Its values are checked here, chunk by
        chunk, when they are read.

    estimator_name : str
        Name of the estimator, for error messages.

    sample_shape : tuple of int, default=None
        Shape of the returned rows, with the same number of values as in `X`; by default
        that of `X`.

    dtype : dtype, default=float32
        Type of the returned rows.

    units : Units, default=None
        Units of the returned rows; by default those of `X`.
    """

    padded = False  # whether NaN marks missing or padded values
    changes = False  # whether the values change in each epoch
    pooled = False  # whether all values of a row have one unit and origin per feature
    columns = None  # names of the columns, if `X` is a table that has some
    called = "X"  # name of the argument, for error messages
    units: Units | None = None

    def __init__(
        self, X, estimator_name: str, sample_shape=None, dtype=np.float32, units=None
    ):
        self.X = X
        self.units = units
        self.dtype = np.dtype(dtype)
        self.sample_shape: tuple[int, ...] = tuple(sample_shape or X.shape[1:])
        self._estimator_name = estimator_name
        self.is_sparse: bool = sparse.issparse(X)
        self._pages = Pages(*((X.data, X.indices) if self.is_sparse else (X,)))

    def __len__(self) -> int:
        return self.X.shape[0]

    @property
    def in_memory(self) -> bool:
        """Whether the rows are a dense array, and not a memory map."""
        return not self.is_sparse and find_memory_map(self.X) is None

    @property
    def table(self):
        """All rows, one per sample and one column per feature; sparse if `X` is."""
        if self.units is None:
            return self.X
        return self.units.of_sparse(self.X) if self.is_sparse else self.exact()

    def exact(self, which: slice = slice(None)) -> np.ndarray:
        """Rows `which` in their shape and units, but in float64."""
        n_rows = len(range(*which.indices(len(self))))
        out = np.empty((n_rows, *self.sample_shape))
        return self._convert(self.X[which], out)

    def raw(self, which, weight: np.ndarray | None = None) -> np.ndarray:
        """Rows `which` of `X` in its own units, dense, without those of weight 0."""
        if weight is not None:
            which = np.arange(len(self))[which]
            which = which[weight[which] > 0]
        if isinstance(which, slice):
            parts = [self._dense(which)]
        else:
            some = self._pages.parts(len(which))
            parts = [self._dense(which[part]) for part in some]
        return np.concatenate(parts or [self._dense(slice(0, 0))])

    def _dense(self, which) -> np.ndarray:
        part = self.X[which]
        part = part.toarray() if self.is_sparse else np.array(part)
        self._pages.release()
        return part

    @property
    def row_bytes(self) -> int:
        """Size of one returned row in bytes."""
        return self.dtype.itemsize * math.prod(self.sample_shape)

    def read(self, which: slice, out: np.ndarray | None = None) -> np.ndarray:
        """Read and check the rows `which`, into `out` if given."""
        out = self._convert(self.X[which], out)
        self._pages.release()
        self._check(out, which.indices(len(self))[0])
        return out

    def _check(self, x: np.ndarray, first: int) -> None:
        """Raise ValueError for values that are not finite; `first`: index of row 0."""
        try:
            assert_all_finite(x)
        except ValueError:
            refuse_not_finite(x, first, self, self._estimator_name)

    def gather(self, indices: np.ndarray, out: np.ndarray, epoch: int = 0) -> None:
        """Write the rows `indices`, which have been read before, into `out`.

        Training passes the epoch, for rows that change; 0 gives the unchanged rows.
        """
        for part in self._pages.parts(len(indices)):
            self._gather(indices[part], out[part])
            self._pages.release()

    def hold_out(self, indices: np.ndarray) -> None:
        """Exclude the rows `indices` from training, also as a part of other rows."""

    def _gather(self, indices: np.ndarray, out: np.ndarray) -> None:
        if self.is_sparse or self.X.dtype != self.dtype or self.units is not None:
            self._convert(self.X[indices], out)
        else:  # without a temporary array
            out = self._as_X(out[: len(indices)])
            np.take(self.X, indices, axis=0, out=out, mode="clip")

    def _as_X(self, out: np.ndarray) -> np.ndarray:
        """View of an output array in the shape of the rows of `X`."""
        return out.reshape(len(out), *self.X.shape[1:])

    def _convert(self, part, out: np.ndarray | None) -> np.ndarray:
        part = part.toarray() if self.is_sparse else part
        if out is None:
            out = np.empty((len(part), *self.sample_shape), dtype=self.dtype)
        out = out[: len(part)]
        with np.errstate(over="ignore"):  # `_check` finds infinity and its position
            if self.units is not None:
                part = self.units.subtract(part, part.shape[1:])
            np.copyto(self._as_X(out), part, casting="unsafe")
        return out

    def chunks(self, n_bytes: int | None = None) -> Iterator[slice]:
        """Consecutive slices of about `n_bytes`, `CHUNK_BYTES` by default."""
        size = max(1, (n_bytes or CHUNK_BYTES) // max(1, self.row_bytes))
        size = size // GRAIN * GRAIN or size
        for start in range(0, len(self), size):
            yield slice(start, min(start + size, len(self)))

    def summarize(self, weight: np.ndarray | None = None) -> Summary:
        """Check every value and compute the moments, in one pass.

        Rows of weight 0 are checked, but ignored in the moments.
        """
        total, squares, mass = np.zeros(self.sample_shape), 0.0, 0.0
        minimum, maximum, farthest = np.inf, -np.inf, 0.0
        shift = None
        for part in self.chunks():
            x = self.read(part)
            w = np.ones(len(x)) if weight is None else weight[part].astype(np.float64)
            if weight is not None:
                x, w = x[w > 0], w[w > 0]
            if len(x) == 0:
                continue
            if shift is None:
                # Sums are relative to the first row: the variance of columns far from
                # zero, such as dates, would otherwise be lost to rounding.
                shift, first = x[0].astype(np.float64), w[0]
            minimum, maximum = min(minimum, x.min()), max(maximum, x.max())
            z = x - shift
            total += np.tensordot(w, z, axes=1)
            flat = z.reshape(len(z), -1)
            apart = np.einsum("ij,ij->i", flat, flat)
            squares += w @ apart
            farthest = max(farthest, float((w * apart).max()))
            mass += w.sum()
        if shift is None:
            raise ValueError("sample_weight is zero for all rows: nothing counts.")
        offset = total / mass
        variance = max(0.0, squares / mass - np.sum(offset**2)) / total.size
        farthest = max(farthest, first * float(np.sum(offset**2)))
        limits = float(minimum), float(maximum)
        return Summary(shift + offset, variance, *limits, mass, farthest)

    def map(self, function: Callable[[np.ndarray, slice], None]) -> None:
        """Call ``function(chunk, where)`` on every chunk, two chunks at a time.

        The memory of `chunk` is reused for later ones: do not keep references to it.
        """
        map_fields({"x": self}, lambda chunk, where: function(chunk["x"], where))


def weight_of_rows(sample_weight, rows: Rows) -> np.ndarray | None:
    """Checked weights of `rows`, float32; only their proportions matter."""
    if sample_weight is None:
        return None
    refuse_masked(sample_weight, "training", "sample_weight")
    weight = checked_weight(sample_weight, rows.X, dtype=np.float64)
    exponent = int(np.frexp(weight.max(initial=0.0))[1])
    if abs(exponent) > _MAX_DOUBLINGS:  # beyond the range of float32
        weight = np.ldexp(weight, -exponent)
    return weight.astype(np.float32)


def named(argument: str, read: Callable, X: Any, *options: Any) -> Any:
    """Return the rows of ``read(X, *options)``, or a dict of such.

    Error messages get the name of the user's `argument`.
    """
    try:
        found = read(X, *options)
    except ValueError as error:
        with contextlib.suppress(TypeError):  # an error with further arguments
            raise type(error)(f"{argument}: {error}") from None
        raise
    for rows in found.values() if isinstance(found, dict) else (found,):
        rows.called = argument
    return found


def paired(argument: str, read: Callable, X: Any, data: Rows) -> Rows:
    """Rows of an `argument` of the user; ValueError unless as many as in `data`."""
    rows = named(argument, read, X)
    if len(rows) != len(data):
        raise ValueError(
            f"{argument} has {len(rows)} rows, but its inputs have {len(data)}: give "
            "one target per row, in the same order."
        )
    return rows


def sample_rows(
    fields: Mapping[str, Rows], weight: np.ndarray | None, n_rows: int
) -> dict[str, np.ndarray]:
    """Sample up to `n_rows` rows, evenly spaced, in proportion to their weights."""
    which = _which_rows(len(next(iter(fields.values()))), weight, n_rows)
    some = {}
    for name, rows in fields.items():
        some[name] = aligned_zeros((len(which), *rows.sample_shape), rows.dtype)
        rows.gather(which, some[name])
    return some


def _which_rows(n_all: int, weight: np.ndarray | None, n_rows: int) -> np.ndarray:
    counted = np.arange(n_all) if weight is None else np.flatnonzero(weight)
    mass = np.ones(1) if weight is None else weight[counted].astype(np.float64)
    if np.ptp(mass) == 0:
        places = np.linspace(0, len(counted) - 1, min(len(counted), n_rows))
        return counted[places.astype(np.intp)]
    above = np.cumsum(mass / mass.min())  # a row of the least weight occurs once
    n = min(n_rows, _MAX_TIMES * len(counted), round(above[-1]))
    return counted[np.searchsorted(above, (np.arange(n) + 0.5) * (above[-1] / n))]


def map_fields(
    fields: Mapping[str, Rows],
    function: Callable[[dict[str, np.ndarray], slice], None],
    n_bytes: int = MAP_BYTES,
) -> None:
    """Call ``function(chunks, where)`` on chunks of several `Rows` at once, by name."""
    first = next(iter(fields.values()))
    parts = list(first.chunks(n_bytes))

    def room() -> dict[str, np.ndarray]:
        size = parts[0].stop - parts[0].start
        return {
            name: aligned_zeros((size, *rows.sample_shape), rows.dtype)
            for name, rows in fields.items()
        }

    def serve(part: slice, chunks: dict[str, np.ndarray]) -> None:
        read = {k: rows.read(part, out=chunks[k]) for k, rows in fields.items()}
        function(read, part)

    if len(parts) < 2 * _N_READERS:
        chunks = room()
        for part in parts:
            serve(part, chunks)
        return
    scratch = threading.local()

    def serve_in_thread(part: slice) -> None:
        if not hasattr(scratch, "chunks"):
            scratch.chunks = room()
        serve(part, scratch.chunks)

    with ThreadPoolExecutor(_N_READERS) as pool:
        # An error of a reader is raised here.
        for _ in pool.map(serve_in_thread, parts):
            pass
