"""Nearest neighbours of rows in any container."""

import warnings
from functools import cached_property
from importlib.util import find_spec

import numpy as np
from sklearn.neighbors import NearestNeighbors

from skae._callers import level_of_user
from skae.data import Rows, RowSubset, one_blas_thread, principal_components

# With more columns, distances are those along the leading principal components.
_MAX_DIRECTIONS = 50
# With more rows exact neighbours take too long: the time grows with the square.
_MAX_EXACT = 100_000


class Neighborhood:
    """Nearest neighbours of each row, excluding the row itself.

    Distances are Euclidean; with more than 50 columns, between the projections on the
    50 leading principal components. Up to 100000 rows the neighbours are exact; with
    more rows those of pynndescent, if it is installed.

    Parameters
    ----------
    rows : Rows

    weight : ndarray of shape (n_samples,) or None
        Rows of weight 0 are left out.

    n_neighbors : int
        Number of neighbours; at most the number of other rows.

    Attributes
    ----------
    n_rows : int
        Number of all rows.

    kept : ndarray of shape (n_kept,), int
        The rows that are not left out.

    neighbors : ndarray of shape (n_kept, n_neighbors), int
        Positions in `kept`, nearest first; a single row is its own neighbour.
    """

    def __init__(self, rows: Rows, weight: np.ndarray | None, n_neighbors: int):
        self.n_rows = n_rows = len(rows)
        self.kept = np.arange(n_rows) if weight is None else np.flatnonzero(weight)
        if len(self.kept) < n_rows:
            rows, weight = RowSubset(rows, self.kept), weight[self.kept]
        self._rows, self._weight = rows, weight
        self._summary = rows.summarize(weight)
        (width,) = rows.sample_shape
        self._turn = self._components.T if width > _MAX_DIRECTIONS else None
        self._points = self._project(rows)
        n_neighbors = min(n_neighbors, len(self.kept) - 1)
        if n_neighbors < 1:
            self.neighbors = np.zeros((len(self.kept), 1), dtype=np.intp)
        elif _is_approximate(len(self.kept)):
            self.neighbors = _approximate(self._points, n_neighbors)
        else:
            self.neighbors = _exact(self._points, n_neighbors)

    def leading_directions(self, n_directions: int) -> np.ndarray:
        """Projections of the kept rows on the leading principal components.

        Missing components are zeros.
        """
        if self._turn is None:
            with one_blas_thread():
                found = self._points @ self._components[:n_directions].T
        else:
            found = self._points[:, :n_directions]
        missing = n_directions - found.shape[1]
        return np.pad(found, ((0, 0), (0, missing)))

    def distances(self) -> np.ndarray:
        """Distances of each kept row from its neighbours, nearest first."""
        points = self._points
        found = [
            np.linalg.norm(points - points[column], axis=1)
            for column in self.neighbors.T
        ]
        return np.stack(found, axis=1)

    def nearest(self, rows: Rows) -> np.ndarray:
        """Position in `kept` of the nearest neighbour of each of other `rows`."""
        index = NearestNeighbors(n_neighbors=1).fit(self._points)
        return index.kneighbors(self._project(rows), return_distance=False)[:, 0]

    @cached_property
    def _components(self) -> np.ndarray:
        with one_blas_thread():
            found, _ = principal_components(
                self._rows, self._summary, self._weight, _MAX_DIRECTIONS, seed=0
            )
        return found.astype(np.float32)

    def _project(self, rows: Rows) -> np.ndarray:
        mean = self._summary.mean.astype(np.float32)
        scale, turn = np.float32(self._summary.scale), self._turn
        width = len(mean) if turn is None else turn.shape[1]
        points = np.empty((len(rows), width), np.float32)

        def project(chunk, where):
            z = (chunk - mean) / scale
            points[where] = z if turn is None else z @ turn

        with one_blas_thread():
            rows.map(project)
        return points


def _is_approximate(n_rows: int) -> bool:
    if n_rows <= _MAX_EXACT:
        return False
    if find_spec("pynndescent") is not None:
        return True
    warnings.warn(
        f"The exact neighbours of {n_rows} rows take long. With pynndescent they are "
        "approximate, and quick: pip install 'skae[neighbors]'.",
        stacklevel=level_of_user(),
    )
    return False


def _exact(points: np.ndarray, n_neighbors: int) -> np.ndarray:
    return NearestNeighbors(n_neighbors=n_neighbors).fit(points).kneighbors()[1]


def _approximate(points: np.ndarray, n_neighbors: int) -> np.ndarray:
    from pynndescent import NNDescent

    index = NNDescent(points, n_neighbors=n_neighbors + 1, random_state=0)
    found = index.neighbor_graph[0]
    # The row itself is one of them, the first unless there are copies of it.
    is_self = found == np.arange(len(points))[:, None]
    is_self[~is_self.any(axis=1), -1] = True
    return found[~is_self].reshape(len(points), n_neighbors)
