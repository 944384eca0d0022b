"""Rows of tables of mixed types: with numbers of levels, or with one-hot levels."""

import numpy as np

from skae.data import MaskedRows, Rows, Summary

_MIN_CHANCE = float(np.finfo(np.float32).tiny)


class TableRows(MaskedRows):
    """Rows of the network, encoded by a `MixedTableLayout`.

    Parameters
    ----------
    x : ndarray of shape (n_rows, n_values), float32

    estimator_name : str

    layout : MixedTableLayout

    index : object, default=None
        Index of the data frame.
    """

    def __init__(self, x, estimator_name, layout, index=None):
        super().__init__(x, estimator_name)
        self.layout, self.index = layout, index

    def summarize(self, weight=None) -> Summary:
        """Moments of numbers and shares of levels, in the layout of the outputs."""
        return VectorRows(self).summarize(weight)


class RowsOfMap(TableRows):
    """Rows of an array that is read and encoded a chunk at a time."""

    def __init__(self, X, estimator_name, layout):
        Rows.__init__(self, X, estimator_name, layout.sample_shape)
        self.layout, self.index = layout, None

    def _gather(self, indices, out):
        self._convert(self.X[indices], out)

    def _convert(self, part, out):
        found = self.layout.encode(part)
        if out is None:
            return found
        out[: len(found)] = found
        return out[: len(found)]


class VectorRows(MaskedRows):
    """Rows of a table with one-hot encoded levels.

    Parameters
    ----------
    rows : Rows of a table
        They have the attribute `layout`.

    mean, scale : ndarray of shape (n_outputs,), default=None
        Mean to subtract, and scale to divide by; missing values are 0 then.
    """

    def __init__(self, rows, mean=None, scale=None):
        vars(self).update({k: v for k, v in vars(rows).items() if k != "index"})
        self._rows, self._mean, self._scale = rows, mean, scale
        self.sample_shape = (self.layout.n_outputs,)
        self.padded = mean is None

    @property
    def in_memory(self):
        """False: rows are encoded when they are read."""
        return False

    @property
    def table(self):
        """Not available."""
        raise AttributeError("These rows are made as they are read.")

    def read(self, which, out=None):
        """Return the rows `which`."""
        return self._expanded(self._rows.read(which))

    def gather(self, indices, out, epoch=0):
        """Write the rows `indices` to `out`."""
        x = np.empty((len(indices), *self._rows.sample_shape), self.dtype)
        self._rows.gather(indices, x, epoch)
        out[: len(indices)] = self._expanded(x)

    def _expanded(self, x):
        found = self.layout.vectors(x)
        if self._mean is None:
            return found
        found = (found - self._mean) / self._scale
        return np.nan_to_num(found, nan=0.0).astype(np.float32)


def nats(codes: np.ndarray, chances: np.ndarray) -> np.ndarray:
    """Cross-entropy of the level of each row, float64; none may be missing."""
    chance = chances[np.arange(len(codes)), codes.astype(int)].astype(np.float64)
    return -np.log(np.clip(chance, _MIN_CHANCE, 1.0))


def one_hot(x: np.ndarray, n_numbers: int, levels: tuple[int, ...]) -> np.ndarray:
    """Convert rows to the layout of the outputs; NaN for missing values."""
    codes = x[:, n_numbers:]
    owner = np.repeat(np.arange(len(levels)), levels)
    level = np.concatenate([np.arange(n) for n in levels] or [np.empty(0)])
    own = codes[:, owner]
    found = (own == level).astype(x.dtype)
    found[np.isnan(own)] = np.nan
    return np.hstack([x[:, :n_numbers], found])
