"""dask arrays, block by block."""

import functools
from collections.abc import Callable

import numpy as np


def by_block(method: Callable) -> Callable:
    """Decorate a method of one array `X`: a dask array gives a dask array.

    The result is lazy: nothing is computed or gathered here, and each block of rows is
    processed where it is stored.
    """

    @functools.wraps(method)
    def call(self, X, **options):
        if not _is_dask_array(X):
            return method(self, X, **options)
        # One row of zeros raises all errors about the shape, and its result has the
        # type and the shape of all others.
        row = np.zeros((1, *X.shape[1:]), dtype=X.dtype)
        probe = method(self, row, **options)
        X = X.rechunk(dict.fromkeys(range(1, X.ndim), -1))
        return X.map_blocks(
            functools.partial(method, self, **options),
            dtype=probe.dtype,
            chunks=(X.chunks[0], *((size,) for size in probe.shape[1:])),
            drop_axis=list(range(1, X.ndim)),
            new_axis=list(range(1, probe.ndim)) or None,
            meta=np.empty((0,) * probe.ndim, dtype=probe.dtype),
        )

    return call


def _is_dask_array(X) -> bool:
    return type(X).__module__.startswith("dask.array") and hasattr(X, "map_blocks")
