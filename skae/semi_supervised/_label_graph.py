"""Labels that spread from the rows that have one to their neighbours."""

import numpy as np
from scipy.sparse import csr_array, diags_array

from skae.neighbors import Neighborhood

# Steps of the walks that carry the labels.
WALK_LENGTHS = (10, 30, 100, 300)
# What is around a row weighs this much against what is thought of the row itself.
_SHARE_OF_NEIGHBORS = 0.8
_SMOOTHING_STEPS = 20
# Share of the usual sum of a row's links that every row is taken to have.
_MIN_DEGREE = 0.01
_TINY = np.finfo(np.float32).tiny


class LabelGraph:
    r"""Weighted links between neighbours, along which labels spread.

    The weight of a link falls with the squared distance, in units of the distances that
    both rows have to the last of their neighbours:
    :math:`w_{ij} = \exp(-d_{ij}^2 / (s_i s_j))`. A row with next to
    no weight on its links gives its label to none.

    Parameters
    ----------
    around : Neighborhood
        Of all rows.

    References
    ----------
    .. [1] L. Zelnik-Manor and P. Perona, "Self-tuning spectral clustering", NIPS
       (2004).
    .. [2] J. Calder, B. Cook, M. Thorpe and D. Slepcev, "Poisson learning: graph based
       semi-supervised learning at very low label rates", ICML (2020),
       :doi:`10.48550/arXiv.2006.11184`.
    """

    def __init__(self, around: Neighborhood):
        neighbors, apart = around.neighbors, around.distances()
        n_rows, n_neighbors = neighbors.shape
        scale = apart[:, -1]
        # Of copies of one row the scale is 0.
        unit = np.maximum(scale[:, None] * scale[neighbors], _TINY)
        links = np.exp(-(apart**2) / unit)
        start = np.arange(n_rows + 1) * n_neighbors
        one_way = csr_array((links.ravel(), neighbors.ravel(), start), (n_rows, n_rows))
        links = one_way.maximum(one_way.T).tocsr()
        degree = links.sum(axis=0)
        # A row with hardly any links would amplify a label without end.
        least = max(_MIN_DEGREE * float(np.median(degree)), _TINY)
        self._degree = np.maximum(degree, least)
        self._linked = degree >= least
        self._walk = (diags_array(1 / self._degree) @ links).tocsr()

    def spread(self, labelled: np.ndarray, targets: np.ndarray) -> list[np.ndarray]:
        r"""How much each row belongs to each class, by walks from the labelled rows.

        Poisson learning: each label is a source, the mean of all labels flows off
        where they are, and the values are what has flowed by after a number of steps

        .. math:: u \leftarrow D^{-1} (W u + b)

        Long walks carry few labels to all rows; short ones keep to the surroundings,
        which is enough where there are many.

        Parameters
        ----------
        labelled : ndarray of int
            The rows that have a label.

        targets : ndarray of shape (n_labelled, n_classes)
            1 in the column of their class, 0 elsewhere.

        Returns
        -------
        values : list of ndarray of shape (n_rows, n_classes), float32
            For each length of the walk, in units of their standard deviation. All of a
            row are 0 where no label has arrived.
        """
        n_rows = len(self._degree)
        values = np.zeros((n_rows, targets.shape[1]), np.float32)
        source = (targets - targets.mean(axis=0)) / self._degree[labelled, None]
        found = []
        for step in range(1, max(WALK_LENGTHS) + 1):
            values = self._walk @ values
            values[labelled] += source
            if step in WALK_LENGTHS:
                spread = values[self._linked].std()
                found.append(values / max(spread, _TINY))
        return found

    def smooth(self, values: np.ndarray) -> np.ndarray:
        """Each row's own values together with those around it."""
        found = values
        for _ in range(_SMOOTHING_STEPS):
            found = _SHARE_OF_NEIGHBORS * (self._walk @ found)
            found += (1 - _SHARE_OF_NEIGHBORS) * values
        return found
