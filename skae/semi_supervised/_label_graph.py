"""Label propagation on the graph of nearest neighbours."""

import numpy as np
from scipy.sparse import csr_array, diags_array

from skae.neighbors import Neighborhood

# Numbers of propagation steps to choose from.
WALK_LENGTHS = (10, 30, 100, 300)
# Weight of the neighbours' values against the row's own in smoothing.
_SHARE_OF_NEIGHBORS = 0.8
_SMOOTHING_STEPS = 20
# Least degree of a row, as a share of the median degree.
_MIN_DEGREE = 0.01
_TINY = np.finfo(np.float32).tiny


class LabelGraph:
    r"""Weighted graph of nearest neighbours for label propagation.

    The weight of an edge is :math:`w_{ij} = \exp(-d_{ij}^2 / (s_i s_j))` with the
    distance :math:`d_{ij}` and the distance :math:`s_i` of row :math:`i` from the last
    of its neighbours [1]_. Labels are propagated by Poisson learning [2]_. A row whose
    edges have nearly no weight does not propagate its label.

    Parameters
    ----------
    around : Neighborhood
        Nearest neighbours of all rows.

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
        # The scale is 0 among copies of one row.
        unit = np.maximum(scale[:, None] * scale[neighbors], _TINY)
        links = np.exp(-(apart**2) / unit)
        start = np.arange(n_rows + 1) * n_neighbors
        one_way = csr_array((links.ravel(), neighbors.ravel(), start), (n_rows, n_rows))
        links = one_way.maximum(one_way.T).tocsr()
        degree = links.sum(axis=0)
        # A row with a degree near 0 would amplify a label without bound.
        least = max(_MIN_DEGREE * float(np.median(degree)), _TINY)
        self._degree = np.maximum(degree, least)
        self._linked = degree >= least
        self._walk = (diags_array(1 / self._degree) @ links).tocsr()

    def spread(self, labelled: np.ndarray, targets: np.ndarray) -> list[np.ndarray]:
        r"""Propagate labels by Poisson learning.

        The source :math:`b` at each labelled row is its one-hot label minus the mean of
        all labels. The scores of the classes are the result of a number of steps

        .. math:: u \leftarrow D^{-1} (W u + b)

        Many steps propagate few labels to all rows; few steps reach the surroundings of
        the labelled rows, which is enough if there are many labels.

        Parameters
        ----------
        labelled : ndarray of int
            The labelled rows.

        targets : ndarray of shape (n_labelled, n_classes)
            One-hot labels.

        Returns
        -------
        values : list of ndarray of shape (n_rows, n_classes), float32
            Scores for each number of steps, divided by their standard deviation. All
            scores of a row are 0 if no label has reached it.
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
        """Average the values of each row with those of its neighbours."""
        found = values
        for _ in range(_SMOOTHING_STEPS):
            found = _SHARE_OF_NEIGHBORS * (self._walk @ found)
            found += (1 - _SHARE_OF_NEIGHBORS) * values
        return found
