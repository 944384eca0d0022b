"""Sums that do not depend on the number of threads."""

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import scipy.linalg  # noqa: F401  its BLAS is loaded before it is looked for
from threadpoolctl import ThreadpoolController

# The limit is the process's: two that overlap would undo each other.
_lock = threading.RLock()


@functools.cache
def _controller() -> ThreadpoolController:
    """The BLAS of NumPy and SciPy: finding it takes longer than a small product."""
    return ThreadpoolController()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """NumPy's products and decompositions with one thread, for small matrices.

    Other numbers of threads make other last digits: a search in several processes is to
    find what one finds.
    """
    with _lock, _controller().limit(limits=1, user_api="blas"):
        yield
