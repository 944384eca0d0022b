"""Rows of tables of mixed kinds: short as they are kept, long with all levels."""

import numpy as np

from skae.data import MaskedRows, Rows, Summary

_MIN_CHANCE = float(np.finfo(np.float32).tiny)


class TableRows(MaskedRows):
    """Rows of the network, as `MixedTableLayout` makes them.

    Parameters
    ----------
    x : ndarray of shape (n_rows, n_values), float32

    estimator_name : str

    layout : MixedTableLayout

    index : object, default=None
        Of the data frame.
    """

    def __init__(self, x, estimator_name, layout, index=None):
        super().__init__(x, estimator_name)
        self.layout, self.index = layout, index

    def summarize(self, weight=None) -> Summary:
        """Moments of numbers and shares of levels: as the network returns them."""
        return VectorRows(self).summarize(weight)


class RowsOfMap(TableRows):
    """Rows of an array that is read, and scaled, a chunk at a time."""

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
    """Rows of a table with a column for each level: 1 at that of the row, 0 elsewhere.

    Parameters
    ----------
    rows : Rows of a table
        With `layout`.

    mean, scale : ndarray of shape (n_outputs,), default=None
        To subtract, and to divide by; what is missing is 0 then.
    """

    def __init__(self, rows, mean=None, scale=None):
        vars(self).update({k: v for k, v in vars(rows).items() if k != "index"})
        self._rows, self._mean, self._scale = rows, mean, scale
        self.sample_shape = (self.layout.n_outputs,)
        self.padded = mean is None

    @property
    def in_memory(self):
        """Never: they are made as they are read."""
        return False

    @property
    def table(self):
        """None is at hand."""
        raise AttributeError("These rows are made as they are read.")

    def read(self, which, out=None):
        """Rows `which`."""
        return self._expanded(self._rows.read(which))

    def gather(self, indices, out, epoch=0):
        """Rows `indices`, into `out`."""
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
    """Cross-entropy of the level that each row has, float64; it must have one."""
    chance = chances[np.arange(len(codes)), codes.astype(int)].astype(np.float64)
    return -np.log(np.clip(chance, _MIN_CHANCE, 1.0))


def one_hot(x: np.ndarray, n_numbers: int, levels: tuple[int, ...]) -> np.ndarray:
    """Rows of the network in the form of its outputs; NaN where a value is missing."""
    codes = x[:, n_numbers:]
    owner = np.repeat(np.arange(len(levels)), levels)
    level = np.concatenate([np.arange(n) for n in levels] or [np.empty(0)])
    own = codes[:, owner]
    found = (own == level).astype(x.dtype)
    found[np.isnan(own)] = np.nan
    return np.hstack([x[:, :n_numbers], found])
