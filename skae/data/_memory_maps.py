"""Release of the pages of memory maps, to limit the memory of the process."""

import mmap
from collections.abc import Iterator

import numpy as np

# Pages of smaller files are not released.
KEEP_BYTES = 256 << 20
# Reading a row may load up to 2 MiB of the file.
_SCATTERED_ROWS = 128


def find_memory_map(X) -> np.memmap | None:
    """The memory map that `X` is, or is a view of."""
    while isinstance(X, np.ndarray) and not isinstance(X, np.memmap):
        X = X.base
    return X if isinstance(X, np.memmap) else None


class Pages:
    """The pages of files that are loaded by reading memory maps.

    The system counts them as memory of the process, up to the size of the file, until
    they are released.

    Parameters
    ----------
    *arrays : ndarray
        Memory maps or views of them; other arrays are ignored.
    """

    def __init__(self, *arrays):
        found = (_shared_mapping(find_memory_map(X)) for X in arrays)
        self._mappings = [
            mapping
            for mapping in found
            if mapping is not None and len(mapping) > KEEP_BYTES
        ]

    def parts(self, n_rows: int) -> Iterator[slice]:
        """Slices of `n_rows` scattered rows; call `release` after each of them."""
        size = _SCATTERED_ROWS if self._mappings else max(1, n_rows)
        for start in range(0, n_rows, size):
            yield slice(start, min(start + size, n_rows))

    def release(self) -> None:
        """Release the pages that were read; the file and the system's cache stay."""
        for mapping in self._mappings:
            mapping.madvise(mmap.MADV_DONTNEED)


def _shared_mapping(memory_map: np.memmap | None) -> mmap.mmap | None:
    # In mode "c" the pages hold changes that are not in the file.
    if memory_map is None or memory_map.mode == "c":
        return None
    base = memory_map
    while isinstance(base, np.ndarray):
        base = base.base
    # Windows releases pages by itself, and has no `madvise`.
    sound = isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED")
    return base if sound else None
