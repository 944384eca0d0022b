"""Images moved by some pixels."""

import numpy as np

from skae.data._changing_rows import AugmentedRows
from skae.data._rows import Rows


class ShiftedRows(AugmentedRows):
    """Images that training sees moved, each epoch otherwise, and that nobody else does.

    Up or down and left or right by up to `max_shift` pixels, all alike likely; what
    comes in at an edge repeats the edge. How an epoch moves a row depends on `seed` and
    the epoch's number alone.

    Parameters
    ----------
    rows : Rows
        Of shape (height, width, channels).

    max_shift : int

    seed : int
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
