"""Rows that are others in each epoch."""

from abc import abstractmethod

import numpy as np

from skae.data._rows import Rows


class AugmentedRows(Rows):
    """Rows that training sees otherwise in each epoch, and that nobody else does.

    Parameters
    ----------
    rows : Rows
        All have been read before.
    """

    changes = True

    def __init__(self, rows: Rows):
        vars(self).update(vars(rows))
        self._rows = rows

    def gather(self, indices, out, epoch=0):
        """Write the rows `indices`, changed in any epoch but 0, into `out`."""
        self._rows.gather(indices, out)
        if epoch:
            self._augment(indices, out[: len(indices)], epoch)

    @abstractmethod
    def _augment(self, indices: np.ndarray, out: np.ndarray, epoch: int) -> None:
        """Change the rows `indices`, which are in `out`, as `epoch` has them."""
