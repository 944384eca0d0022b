"""dask arrays, block by block."""

import functools
import inspect
from collections.abc import Callable

import numpy as np


def by_block(method: Callable) -> Callable:
    """Decorate a method of one array `X`: a dask array gives a dask array.

    The result is lazy: nothing is computed or gathered here, and each block of rows is
    processed where it is stored. An argument `y` must be one value for all rows then.
    """

    @functools.wraps(method)
    def call(self, X, *others, **options):
        if not _is_dask_array(X):
            return method(self, X, *others, **options)
        options = inspect.signature(method).bind(self, X, *others, **options).arguments
        options = {name: v for name, v in options.items() if name not in ("self", "X")}
        if np.ndim(options.get("y")):
            raise ValueError(
                "X is a dask array, whose blocks take one y for all rows; got a y of "
                f"{len(options['y'])} values. Give one value, or call this method for "
                "each block of X with its part of y."
            )
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
