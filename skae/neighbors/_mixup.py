"""Mixup: rows interpolated with those of neighbours."""

import numpy as np

from skae.data import AugmentedRows, Rows
from skae.neighbors._search import Neighborhood


class Mixup:
    """Mixup of rows with neighbours: partners and shares of each epoch.

    The partner of a row is one of its neighbours, drawn at random, and the partner's
    share is uniform between 0 and 1. Both depend only on the number of the epoch, so
    that training resumed after an interruption gets the same rows.

    Parameters
    ----------
    around : Neighborhood
        Neighbours of the rows. Rows that it leaves out are not mixed.

    n_before : int, default=0
        Number of epochs before the first one.
    """

    def __init__(self, around: Neighborhood, n_before: int = 0):
        n_rows = around.n_rows
        self._kept, self._neighbors = around.kept, around.neighbors
        self._n_before = n_before
        self._partner, self._share = np.arange(n_rows), np.zeros(n_rows, np.float32)
        self._epoch = 0

    def mix(self, rows: Rows, indices: np.ndarray, out: np.ndarray, epoch: int) -> None:
        """Mix the rows `indices`, which are in `out`, with their partners."""
        self._draw(epoch)
        other = np.empty_like(out)
        rows.gather(self._partner[indices], other)
        other -= out
        other *= self._share[indices].reshape(-1, *[1] * (out.ndim - 1))
        out += other

    def hold_out(self, indices: np.ndarray) -> None:
        """Exclude the rows `indices` as partners: rows with such a partner stay."""
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
    """Rows that are mixed with neighbours in training only.

    Parameters
    ----------
    rows : Rows
        Already checked.

    mixture : Mixup
        Shared by all fields of a row.
    """

    def __init__(self, rows: Rows, mixture: Mixup):
        super().__init__(rows)
        self._mixture = mixture

    def hold_out(self, indices):
        """Do not mix the rows `indices` into others."""
        self._mixture.hold_out(indices)

    def _augment(self, indices, out, epoch):
        self._mixture.mix(self._rows, indices, out, epoch)
