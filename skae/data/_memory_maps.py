"""Memory maps that do not fill the memory of the process that reads them."""

import mmap
from collections.abc import Iterator

import numpy as np

# What is mapped from smaller files may stay.
KEEP_BYTES = 256 << 20
# Each brings up to 2 MiB of the file along.
_SCATTERED_ROWS = 128


def find_memory_map(X) -> np.memmap | None:
    """The memory map that `X` is, or is a view of."""
    while isinstance(X, np.ndarray) and not isinstance(X, np.memmap):
        X = X.base
    return X if isinstance(X, np.memmap) else None


class Pages:
    """The pages of a file that reading an array brings into this process.

    The system counts them as memory of the process, up to the size of the file, as long
    as nobody says that they are no longer needed.

    Parameters
    ----------
    *arrays : ndarray
        Memory maps or views of them; all others are no concern of this.
    """

    def __init__(self, *arrays):
        found = (_shared_mapping(find_memory_map(X)) for X in arrays)
        self._mappings = [
            mapping
            for mapping in found
            if mapping is not None and len(mapping) > KEEP_BYTES
        ]

    def parts(self, n_rows: int) -> Iterator[slice]:
        """Slices of `n_rows` scattered rows, after each of which to `release`."""
        size = _SCATTERED_ROWS if self._mappings else max(1, n_rows)
        for start in range(0, n_rows, size):
            yield slice(start, min(start + size, n_rows))

    def release(self) -> None:
        """Let go of what has been read; the file, and the system's cache, stay."""
        for mapping in self._mappings:
            mapping.madvise(mmap.MADV_DONTNEED)


def _shared_mapping(memory_map: np.memmap | None) -> mmap.mmap | None:
    # In mode "c" changes are kept in these very pages.
    if memory_map is None or memory_map.mode == "c":
        return None
    base = memory_map
    while isinstance(base, np.ndarray):
        base = base.base
    # Windows takes pages back by itself, and has no word for it.
    sound = isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED")
    return base if sound else None
