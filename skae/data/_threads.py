"""Limit of the number of BLAS threads, for reproducible results."""

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import scipy.linalg  # noqa: F401  its BLAS is loaded before it is looked for
from threadpoolctl import ThreadpoolController

# The limit is global to the process: two that overlap would conflict.
_lock = threading.RLock()


@functools.cache
def _controller() -> ThreadpoolController:
    """Controller of the BLAS libraries; cached, since finding them is slow."""
    return ThreadpoolController()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Context in which BLAS uses one thread, for small matrices.

    The last digits of results depend on the number of threads. With one thread, a
    search in several processes gives the same results as in one.
    """
    with _lock, _controller().limit(limits=1, user_api="blas"):
        yield
