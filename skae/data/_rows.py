"""Rows of any container, read a chunk at a time as dense arrays of one type.

Neither memory-mapped nor sparse data are ever held dense as a whole.
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
# Large enough for the threads of a matrix product to pay off.
MAP_BYTES = 16 << 20
_ALIGNMENT = 64  # what TensorFlow asks of memory that it takes over without a copy
_N_READERS = 2
# Rows are encoded in multiples of this: kernels take 4, 6 or 8 at once, and round what
# is left over otherwise.
GRAIN = 24
# A row with so many times the mean of the squared distances is worth a second look.
_FAR = 25.0
# Of rows that weigh differently, so many times as many are taken.
_MAX_TIMES = 10
# Weights beyond these powers of two are halved or doubled as often.
_MAX_DOUBLINGS = 64


def aligned_zeros(shape: tuple[int, ...], dtype: DTypeLike = np.float32) -> np.ndarray:
    """Zeros whose address TensorFlow can use as it is."""
    dtype = np.dtype(dtype)
    n_bytes = dtype.itemsize * math.prod(shape)
    raw = np.zeros(n_bytes + _ALIGNMENT, dtype=np.uint8)
    start = -raw.ctypes.data % _ALIGNMENT
    return raw[start : start + n_bytes].view(dtype).reshape(shape)


def is_aligned(x: np.ndarray) -> bool:
    """Whether TensorFlow can use the memory of `x` as it is."""
    return x.ctypes.data % _ALIGNMENT == 0 and x.flags.c_contiguous


def aligned(x: np.ndarray, dtype: DTypeLike = np.float32) -> np.ndarray:
    """A copy of `x` at such an address."""
    copy = aligned_zeros(x.shape, dtype)
    np.copyto(copy, x, casting="unsafe")
    return copy


class Summary(NamedTuple):
    """What one pass over the rows tells."""

    mean: np.ndarray  # per feature, float64
    variance: float  # mean over the features
    minimum: float
    maximum: float
    mass: np.ndarray | float  # sum of the weights behind each mean
    # Weight times squared distance of the row with most of it: from the first row that
    # counts, or of that one from the mean.
    farthest: float = 0.0

    @property
    def scale(self) -> float:
        """Root of the mean variance; 1 for constant data."""
        return float(np.sqrt(self.variance)) or 1.0

    @property
    def total_squares(self) -> float:
        """Sum of the squared distances from the mean."""
        return self.variance * float(
            np.sum(np.broadcast_to(self.mass, self.mean.shape))
        )

    @property
    def may_have_far_rows(self) -> bool:
        """Whether some row, of many, has far more of these squares than its share."""
        share = min(0.25, _FAR / float(np.max(self.mass)))
        return self.farthest > share * self.total_squares


class Rows:
    """Read-only rows of a dense array, a memory map or a CSR matrix.

    Parameters
    ----------
    X : ndarray of shape (n_samples, ...) or CSR matrix or array
        Already checked for its shape and its kind of data; its values are checked
        here, chunk by chunk, as they are read.

    estimator_name : str
        Named in the error messages.

    sample_shape : tuple of int, default=None
        Shape in which to serve each row, with as many values; `X`'s own by default.

    dtype : dtype, default=float32
        Type in which to serve them.

    units : Units, default=None
        In which to serve them; those of `X` by default.
    """

    padded = False  # whether NaN marks values that do not exist
    changes = False  # whether each epoch has other values
    pooled = False  # whether all values of a row have one unit and origin per feature
    columns = None  # their names, where `X` is a table that has some
    called = "X"  # by the user
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
        """Whether the rows are a dense array that is no memory map."""
        return not self.is_sparse and find_memory_map(self.X) is None

    @property
    def table(self):
        """All rows, one per sample and one column per feature; sparse where `X` is."""
        if self.units is None:
            return self.X
        return self.units.of_sparse(self.X) if self.is_sparse else self.exact()

    def exact(self, which: slice = slice(None)) -> np.ndarray:
        """Rows `which` as they are served, but in float64."""
        n_rows = len(range(*which.indices(len(self))))
        out = np.empty((n_rows, *self.sample_shape))
        return self._convert(self.X[which], out)

    def raw(self, which, weight: np.ndarray | None = None) -> np.ndarray:
        """Rows `which` of `X` itself, dense, without those of weight 0."""
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
        """Size of one row as it is served."""
        return self.dtype.itemsize * math.prod(self.sample_shape)

    def read(self, which: slice, out: np.ndarray | None = None) -> np.ndarray:
        """Rows `which`, finite, into `out` if given."""
        out = self._convert(self.X[which], out)
        self._pages.release()
        self._check(out, which.indices(len(self))[0])
        return out

    def _check(self, x: np.ndarray, first: int) -> None:
        """ValueError for what is not finite; `first` is the number of the first row."""
        try:
            assert_all_finite(x)
        except ValueError:
            refuse_not_finite(x, first, self, self._estimator_name)

    def gather(self, indices: np.ndarray, out: np.ndarray, epoch: int = 0) -> None:
        """Rows `indices`, which have been read before, into `out`.

        Training asks for those of an epoch; 0 stands for the rows as they are.
        """
        for part in self._pages.parts(len(indices)):
            self._gather(indices[part], out[part])
            self._pages.release()

    def hold_out(self, indices: np.ndarray) -> None:
        """Training must see nothing of the rows `indices`, nor through other rows."""

    def _gather(self, indices: np.ndarray, out: np.ndarray) -> None:
        if self.is_sparse or self.X.dtype != self.dtype or self.units is not None:
            self._convert(self.X[indices], out)
        else:  # straight to its place
            out = self._as_X(out[: len(indices)])
            np.take(self.X, indices, axis=0, out=out, mode="clip")

    def _as_X(self, out: np.ndarray) -> np.ndarray:
        """A view of rows to serve in the shape of the rows of `X`."""
        return out.reshape(len(out), *self.X.shape[1:])

    def _convert(self, part, out: np.ndarray | None) -> np.ndarray:
        part = part.toarray() if self.is_sparse else part
        if out is None:
            out = np.empty((len(part), *self.sample_shape), dtype=self.dtype)
        out = out[: len(part)]
        with np.errstate(over="ignore"):  # infinity is found, and said where
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
        """Check every value and collect the moments, in one pass.

        Rows of weight 0 are checked, and count for nothing.
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
                # Sums are taken about the first row: raw columns far from zero (dates,
                # say) would otherwise lose their variance to rounding.
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

        `chunk` lies in memory that is used again for a later one: not to be kept.
        """
        map_fields({"x": self}, lambda chunk, where: function(chunk["x"], where))


def weight_of_rows(sample_weight, rows: Rows) -> np.ndarray | None:
    """Checked weights of `rows`, float32; only their proportions matter."""
    if sample_weight is None:
        return None
    refuse_masked(sample_weight, "training", "sample_weight")
    weight = checked_weight(sample_weight, rows.X, dtype=np.float64)
    exponent = int(np.frexp(weight.max(initial=0.0))[1])
    if abs(exponent) > _MAX_DOUBLINGS:  # float32 would not hold them
        weight = np.ldexp(weight, -exponent)
    return weight.astype(np.float32)


def named(argument: str, read: Callable, X: Any) -> Any:
    """Rows, or fields, that ``read(X)`` returns.

    What is wrong with them is said of the `argument` that the user gave.
    """
    try:
        found = read(X)
    except ValueError as error:
        with contextlib.suppress(TypeError):  # an error that takes more than a text
            raise type(error)(f"{argument}: {error}") from None
        raise
    rows = found["data"] if isinstance(found, dict) else found
    rows.called = argument
    return found


def paired(argument: str, read: Callable, X: Any, data: Rows) -> Rows:
    """The rows ``read(X)`` of an `argument` of the user, one for each row of `data`."""
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
    """Up to `n_rows` rows, from the first to the last, as often as they weigh."""
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
    above = np.cumsum(mass / mass.min())  # the lightest row comes once
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
