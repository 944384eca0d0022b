"""Subsets of rows."""

import numpy as np

from skae.data._rows import Rows


class RowSubset(Rows):
    """A subset of other rows, in chunks of its own.

    Results do not depend on the rows left out, to the last digit.

    Parameters
    ----------
    rows : Rows

    kept : ndarray of int
        Indices of the rows of the subset.
    """

    def __init__(self, rows: Rows, kept: np.ndarray):
        vars(self).update(vars(rows))
        self._rows, self._kept = rows, kept
        self.padded = rows.padded

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def in_memory(self):
        """Whether the rows from which the subset is taken are in memory."""
        return self._rows.in_memory

    @property
    def table(self):
        """A copy of the data of these rows."""
        return self._rows.table[self._kept]

    def read(self, which, out=None):
        """Read and check the rows `which`, into `out` if given."""
        kept = self._kept[which]
        if out is None:
            out = np.empty((len(kept), *self.sample_shape), dtype=self.dtype)
        self._rows.gather(kept, out)
        out = out[: len(kept)]
        self._check(out, which.indices(len(self))[0])
        return out

    def gather(self, indices, out, epoch=0):
        """Write the rows `indices`, which have been read before, into `out`."""
        self._rows.gather(self._kept[indices], out, epoch)
