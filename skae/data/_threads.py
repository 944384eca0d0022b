"""Sums that do not depend on the number of threads."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

# The limit is the process's: two that overlap would undo each other.
_lock = threading.RLock()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """NumPy's products and decompositions with one thread, for small matrices.

    Other numbers of threads make other last digits: a search in several processes is to
    find what one finds.
    """
    with _lock, threadpool_limits(1, user_api="blas"):
        yield
