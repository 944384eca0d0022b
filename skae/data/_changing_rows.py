"""Rows that change in each epoch: data augmentation."""

from abc import abstractmethod

import numpy as np

from skae.data._rows import Rows


class AugmentedRows(Rows):
    """Rows that are augmented in each epoch of training, and unchanged elsewhere.

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
        """Write the rows `indices` into `out`, augmented unless `epoch` is 0."""
        self._rows.gather(indices, out)
        if epoch:
            self._augment(indices, out[: len(indices)], epoch)

    @abstractmethod
    def _augment(self, indices: np.ndarray, out: np.ndarray, epoch: int) -> None:
        """Augment the rows `indices`, which are in `out`, for an epoch, in place."""
