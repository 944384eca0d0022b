"""Rows of any shape as rows of a table, without gaps."""

import math

import numpy as np

from skae.data._rows import Rows


class FlatRows(Rows):
    """Each row as one vector; what is missing in it is the mean of its own values.

    Parameters
    ----------
    rows : Rows
        Images, sequences and so on; all have been read before.
    """

    def __init__(self, rows: Rows):
        self.rows = rows
        self.X, self.dtype = rows.X, rows.dtype
        self.sample_shape = (math.prod(rows.sample_shape),)
        self.is_sparse = rows.is_sparse

    @property
    def in_memory(self):
        """Whether `table` is at hand."""
        return self.rows.in_memory and not self.rows.padded

    @property
    def table(self):
        """The data as they are, where they need no filling."""
        table = self.rows.table
        return table if self.is_sparse else table.reshape(len(self), -1)

    def read(self, which, out=None):
        """Rows `which`, flat and filled."""
        return self._flat(self.rows.read(which))

    def gather(self, indices, out, epoch=0):
        """Rows `indices`, flat and filled, into `out`."""
        x = np.empty((len(indices), *self.rows.sample_shape), dtype=self.dtype)
        self.rows.gather(indices, x, epoch)
        out[: len(indices)] = self._flat(x)

    def _flat(self, x: np.ndarray) -> np.ndarray:
        if self.rows.padded:
            x = filled(x)
        return x.reshape(len(x), -1)


def filled(x: np.ndarray) -> np.ndarray:
    """`x` with each row's and feature's own mean over time in place of NaN."""
    gone = np.isnan(x)
    n_present = np.maximum(1, (~gone).sum(axis=1, keepdims=True))
    mean = np.where(gone, 0.0, x).sum(axis=1, keepdims=True) / n_present
    return np.where(gone, mean, x).astype(x.dtype)
