"""dask arrays, block by block."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np


def by_block(shape: Callable[[Any, Any], tuple[int, ...]]) -> Callable:
    """Decorate a method of one array `X`: a dask array gives a dask array.

    Nothing is computed and nothing is gathered; each block of rows is served where it
    lies. ``shape(self, X)`` tells the shape of one row of the result.
    """

    def decorate(method):
        @functools.wraps(method)
        def call(self, X, **options):
            if not _is_dask_array(X):
                return method(self, X, **options)
            # One row of zeros has all mistakes that a shape can have.
            method(self, np.zeros((1, *X.shape[1:]), dtype=X.dtype), **options)
            X = X.rechunk(dict.fromkeys(range(1, X.ndim), -1))
            row = shape(self, X)
            return X.map_blocks(
                functools.partial(method, self, **options),
                dtype=np.float32,
                chunks=(X.chunks[0], *((size,) for size in row)),
                drop_axis=list(range(1, X.ndim)),
                new_axis=list(range(1, 1 + len(row))) or None,
                meta=np.empty((0,) * (1 + len(row)), dtype=np.float32),
            )

        return call

    return decorate


def _is_dask_array(X) -> bool:
    return type(X).__module__.startswith("dask.array") and hasattr(X, "map_blocks")
