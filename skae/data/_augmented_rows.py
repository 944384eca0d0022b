"""Augmented rows, which differ in each epoch; shifted images are such rows."""

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


class ShiftedRows(AugmentedRows):
    """Images that are shifted at random in each epoch of training only.

    The vertical and the horizontal shift are uniform integers from ``-max_shift`` to
    ``max_shift`` pixels; pixels beyond an edge repeat the edge. The shifts of the rows
    in an epoch depend only on `seed` and the number of the epoch.

    Parameters
    ----------
    rows : Rows
        Images of shape (height, width, channels).

    max_shift : int
        Largest shift in pixels.

    seed : int
        Seed of the shifts.
    """

    def __init__(self, rows: Rows, max_shift: int, seed: int):
        super().__init__(rows)
        self._max_shift, self._seed = max_shift, seed
        self._epoch = 0

    def _augment(self, indices, out, epoch):
        down, right = self._draw(epoch)[:, indices, None]
        n_down, n_right = out.shape[1:3]
        source = np.arange(len(out))[:, None, None]
        down = np.clip(np.arange(n_down) + down, 0, n_down - 1)
        right = np.clip(np.arange(n_right) + right, 0, n_right - 1)
        out[:] = out[source, down[:, :, None], right[:, None, :]]

    def _draw(self, epoch: int) -> np.ndarray:
        if epoch != self._epoch:
            rng = np.random.default_rng((self._seed, epoch))
            shift, size = self._max_shift, (2, len(self._rows))
            self._shifts = rng.integers(-shift, shift, size, endpoint=True)
            self._epoch = epoch
        return self._shifts
