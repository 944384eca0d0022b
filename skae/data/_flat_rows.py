"""Rows of any shape as rows of a table, without missing values."""

import math

import numpy as np

from skae.data._rows import Rows


class FlatRows(Rows):
    """Each row as one vector, with missing values imputed by means of the row.

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
        """Whether `table` is available in memory."""
        return self.rows.in_memory and not self.rows.padded

    @property
    def table(self):
        """The data, one row per sample; only for data without padding."""
        table = self.rows.table
        return table if self.is_sparse else table.reshape(len(self), -1)

    def read(self, which, out=None):
        """Rows `which`, flattened and imputed."""
        return self._flat(self.rows.read(which))

    def gather(self, indices, out, epoch=0):
        """Write the rows `indices`, flattened and imputed, into `out`."""
        x = np.empty((len(indices), *self.rows.sample_shape), dtype=self.dtype)
        self.rows.gather(indices, x, epoch)
        out[: len(indices)] = self._flat(x)

    def _flat(self, x: np.ndarray) -> np.ndarray:
        if self.rows.padded:
            x = filled(x)
        return x.reshape(len(x), -1)


def filled(x: np.ndarray) -> np.ndarray:
    """Impute NaN by the mean over time of the same row and feature (0 if all NaN)."""
    gone = np.isnan(x)
    n_present = np.maximum(1, (~gone).sum(axis=1, keepdims=True))
    mean = np.where(gone, 0.0, x).sum(axis=1, keepdims=True) / n_present
    return np.where(gone, mean, x).astype(x.dtype)
