"""Rows mixed with those of neighbours."""

import numpy as np

from skae.data import AugmentedRows, Rows
from skae.neighbors._search import Neighborhood


class Mixup:
    """With whom each row is mixed in an epoch, and by how much.

    The partner of a row is one of its neighbours, and the partner's share is uniform
    between 0 and 1. What an epoch has depends on its number alone: training that goes
    on after a crash sees the same.

    Parameters
    ----------
    around : Neighborhood
        Rows that are left out of it stay as they are.

    n_before : int, default=0
        Epochs before the first one.
    """

    def __init__(self, around: Neighborhood, n_before: int = 0):
        n_rows = around.n_rows
        self._kept, self._neighbors = around.kept, around.neighbors
        self._n_before = n_before
        self._partner, self._share = np.arange(n_rows), np.zeros(n_rows, np.float32)
        self._epoch = 0

    def mix(self, rows: Rows, indices: np.ndarray, out: np.ndarray, epoch: int) -> None:
        """Add the partners' shares to the rows `indices`, which are in `out`."""
        self._draw(epoch)
        other = np.empty_like(out)
        rows.gather(self._partner[indices], other)
        other -= out
        other *= self._share[indices].reshape(-1, *[1] * (out.ndim - 1))
        out += other

    def hold_out(self, indices: np.ndarray) -> None:
        """Make the rows `indices` nobody's partners: what had them stays as it is."""
        kept, neighbors = self._kept, self._neighbors
        themselves = np.arange(len(kept))[:, None]
        is_held_out = np.isin(kept, indices)
        self._neighbors = np.where(is_held_out[neighbors], themselves, neighbors)

    def _draw(self, epoch: int) -> None:
        if epoch == self._epoch:
            return
        rng = np.random.default_rng(self._n_before + epoch)
        kept, neighbors = self._kept, self._neighbors
        n_kept, n_neighbors = neighbors.shape
        place = rng.integers(n_neighbors, size=n_kept)
        self._partner[kept] = kept[neighbors[np.arange(n_kept), place]]
        self._share[kept] = rng.random(n_kept, dtype=np.float32)
        self._epoch = epoch


class MixupRows(AugmentedRows):
    """Rows that training mixes with those of neighbours, and that nobody else does.

    Parameters
    ----------
    rows : Rows
        All have been read before.

    mixture : Mixture
        The same for all fields of a row.
    """

    def __init__(self, rows: Rows, mixture: Mixup):
        super().__init__(rows)
        self._mixture = mixture

    def hold_out(self, indices):
        """Nothing of the rows `indices` is mixed into others."""
        self._mixture.hold_out(indices)

    def _augment(self, indices, out, epoch):
        self._mixture.mix(self._rows, indices, out, epoch)
