"""Neighbour embedding: t-SNE on a graph of nearest neighbours."""

from typing import NamedTuple

import numpy as np
from scipy import fft, sparse

from skae.data import one_blas_thread

# Gradient descent as in t-SNE, with early exaggeration.
_EARLY_EXAGGERATION = 12.0
_EARLY_STEPS, _STEPS = 75, 225
_LONGEST_STEP = 5.0
# Up to so many pairs the repulsion is exact; beyond, a grid or a sample is used.
_MAX_PAIRS = 4_000_000
_CHUNK = 2048
# Interpolation nodes per cell of the grid, and the least number of cells.
_NODES, _MIN_CELLS = 3, 50


class _Edges(NamedTuple):
    """Edges of the graph, each pair of neighbours once; the weights sum to 1/2."""

    first: np.ndarray
    second: np.ndarray
    starts: np.ndarray  # where the edges of each first row begin
    weight: np.ndarray


@one_blas_thread()
def neighbor_map(
    neighbors: np.ndarray, start: np.ndarray, attraction: float = 1.0
) -> np.ndarray:
    """Embed a graph of nearest neighbours by t-SNE.

    The affinities of a row and its neighbours are equal, and the attractive forces are
    multiplied by `attraction`. Up to 2000 rows the repulsive forces are exact. With
    more rows they are interpolated on a grid in two dimensions (FIt-SNE), and in other
    dimensions estimated from a new sample of rows at each step.

    Parameters
    ----------
    neighbors : ndarray of shape (n_samples, n_neighbors), int
        Numbers of the neighbours of each row.

    start : ndarray of shape (n_samples, n_dimensions)
        Initialization, on any scale. It determines the orientation.

    attraction : float, default=1.0
        Factor of the attractive forces; 1 is t-SNE.

    Returns
    -------
    places : ndarray of shape (n_samples, n_dimensions), float32
        Centred embedding, in the unit of the kernel of t-SNE.
    """
    n_rows, n_dims = start.shape
    edges = _edges(neighbors)
    rng = np.random.default_rng(0)
    spread = start.std(axis=0).max() or 1.0
    # Noise separates rows with the same initialization.
    places = 1e-4 * (start - start.mean(axis=0)) / spread
    places = (places + 1e-6 * rng.normal(size=start.shape)).astype(np.float32)
    rate = np.float32(max(50.0, n_rows / 4))
    velocity, gains = np.zeros_like(places), np.ones_like(places)
    for step in range(_STEPS):
        is_early = step < _EARLY_STEPS
        strength = max(attraction, _EARLY_EXAGGERATION) if is_early else attraction
        if n_rows**2 <= _MAX_PAIRS:
            force, total = _repulsion(places, places)
        elif n_dims == 2:
            force, total = _repulsion_on_grid(places)
        else:
            force, total = _repulsion(places, _sample(places, rng))
        pull = np.float32(4 * strength) * _attraction(places, edges)
        gradient = pull - force * np.float32(4 / total)
        turns = (gradient > 0) != (velocity > 0)
        gains = np.where(turns, gains + 0.2, np.maximum(gains * 0.8, 0.01))
        gains = gains.astype(np.float32)
        momentum = np.float32(0.5 if is_early else 0.8)
        velocity = momentum * velocity - rate * gains * gradient
        length = np.sqrt(np.sum(velocity**2, axis=1, keepdims=True))
        velocity *= np.minimum(1, _LONGEST_STEP / np.maximum(length, 1e-12))
        places = places + velocity
        places -= places.mean(axis=0)
    return places


def _edges(neighbors: np.ndarray) -> _Edges:
    """Symmetrized affinities of t-SNE, equal for all neighbours of a row."""
    n_rows, n_neighbors = neighbors.shape
    ends = np.arange(0, neighbors.size + 1, n_neighbors)
    ones = np.ones(neighbors.size, dtype=np.float32)
    graph = sparse.csr_matrix((ones, neighbors.ravel(), ends), (n_rows, n_rows))
    graph = sparse.triu(graph + graph.T, k=1, format="csr")
    total = 2 * max(1.0, graph.sum(dtype=np.float64))
    first = np.repeat(np.arange(n_rows), np.diff(graph.indptr))
    return _Edges(first, graph.indices, graph.indptr, graph.data / np.float32(total))


def _attraction(places: np.ndarray, edges: _Edges) -> np.ndarray:
    """Gradient of the attraction: differences to neighbours times weight and kernel."""
    n_rows, n_dims = places.shape
    apart = 1 + sum(
        np.square(np.take(x, edges.first) - np.take(x, edges.second))
        for x in np.ascontiguousarray(places.T)
    )
    pull = sparse.csr_matrix(
        (edges.weight / apart, edges.second, edges.starts), (n_rows, n_rows)
    )
    known = np.concatenate([places, np.ones((n_rows, 1), np.float32)], axis=1)
    found = pull @ known + pull.T @ known
    return found[:, n_dims:] * places - found[:, :n_dims]


def _repulsion(places: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, float]:
    """Sums of forces and kernel over `others`, scaled to the number of all rows."""
    n_rows = len(places)
    known = np.concatenate([others, np.ones((len(others), 1), np.float32)], axis=1)
    squares = np.sum(others**2, axis=1)
    force, total = np.empty_like(places), 0.0
    for start in range(0, n_rows, _CHUNK):
        part = places[start : start + _CHUNK]
        kernel = part @ (-2 * others.T)
        kernel += squares
        kernel += 1 + np.sum(part**2, axis=1, keepdims=True)
        np.maximum(kernel, 1, out=kernel)
        np.reciprocal(kernel, out=kernel)
        total += kernel.sum(dtype=np.float64)
        kernel *= kernel
        found = kernel @ known
        force[start : start + _CHUNK] = found[:, -1:] * part - found[:, :-1]
    share = n_rows / len(others)
    # Without the rows themselves, for which the kernel is 1.
    return force * np.float32(share), max(total * share - n_rows, 1e-12)


def _sample(places: np.ndarray, rng) -> np.ndarray:
    size = min(len(places), max(256, _MAX_PAIRS // len(places)))
    return places[rng.choice(len(places), size=size, replace=False)]


def _repulsion_on_grid(places: np.ndarray) -> tuple[np.ndarray, float]:
    """Sums of `_repulsion` in two dimensions, interpolated on a grid.

    Linderman et al., "Fast interpolation-based t-SNE for improved visualization of
    single-cell RNA-seq data", Nature Methods 16 (2019), doi:10.1038/s41592-018-0308-4.
    """
    low = places.min(axis=0)
    width = float((places.max(axis=0) - low).max()) * 1.0001 + 1e-6
    # The kernel has the width 1. Twice the number of nodes must be fast for the FFT.
    n_nodes = _NODES * max(_MIN_CELLS, int(np.ceil(width)))
    while fft.next_fast_len(2 * n_nodes, real=True) != 2 * n_nodes:
        n_nodes += _NODES
    spread = _interpolation(places, low, width, n_nodes)
    charges = np.concatenate([np.ones((len(places), 1), np.float32), places], axis=1)
    on_grid = (spread.T @ charges).T.reshape(3, n_nodes, n_nodes)
    distance = np.arange(n_nodes) * (width / n_nodes)
    distance = np.concatenate([distance, [0], distance[:0:-1]])
    kernel = 1 / (1 + distance[:, None] ** 2 + distance**2)
    kernels = fft.rfft2(np.stack([kernel, kernel**2]).astype(np.float32), workers=-1)
    shape = (2 * n_nodes, 2 * n_nodes)
    charged = fft.rfft2(on_grid, shape, workers=-1)
    sums = np.concatenate([charged[:1] * kernels[:1], charged * kernels[1:]])
    sums = fft.irfft2(sums, shape, workers=-1)[:, :n_nodes, :n_nodes]
    found = spread @ np.ascontiguousarray(sums.reshape(4, -1).T)
    total = found[:, 0].sum(dtype=np.float64) - len(places)
    return found[:, 1:2] * places - found[:, 2:], max(total, 1e-12)


def _interpolation(places, low, width: float, n_nodes: int) -> sparse.csr_matrix:
    """Interpolation weights of the grid nodes for each place."""
    where = (places - low) * np.float32(n_nodes // _NODES / width)
    cell = np.minimum(where.astype(np.int32), n_nodes // _NODES - 1)
    where = where - cell
    nodes = (np.arange(_NODES, dtype=np.float32) + 0.5) / _NODES
    factors = np.ones((*where.shape, _NODES), dtype=np.float32)
    for a in range(_NODES):
        for b in set(range(_NODES)) - {a}:
            factors[:, :, a] *= (where - nodes[b]) / (nodes[a] - nodes[b])
    weights = factors[:, 0, :, None] * factors[:, 1, None, :]
    index = _NODES * cell[:, :, None] + np.arange(_NODES, dtype=np.int32)
    index = n_nodes * index[:, 0, :, None] + index[:, 1, None, :]
    ends = np.arange(0, weights.size + 1, _NODES**2)
    shape = (len(places), n_nodes**2)
    return sparse.csr_matrix((weights.ravel(), index.ravel(), ends), shape)
