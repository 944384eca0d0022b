"""Mini-batches as blocks of rows plus the order in which to visit them.

A program gathers its mini-batches from a block by itself, so one call runs many
steps. Data that fit are one resident block; larger data pass by block by block.
Shapes are rounded up, so that folds which differ by a row share a program.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from skae._rows import Rows, aligned_zeros

RESIDENT_BYTES = 256 << 20
STREAM_BYTES = 32 << 20


class Block(NamedTuple):
    """Rows and the mini-batches to take from them."""

    rows: Any  # (n_rows, ...) in the backend's own kind of array
    index: np.ndarray  # (n_steps rounded up, batch_size) positions in `rows`
    weight: np.ndarray  # the same shape; 0 marks padding
    n_steps: int


def round_up(n: int, least: int = 16) -> int:
    """The next number of a short list: at most an eighth larger than `n`."""
    if n <= least:
        return least
    grain = max(least, 1 << max(0, n.bit_length() - 4))
    return -(-n // grain) * grain


class Feed:
    """Serves `rows` to a program, in any order, epoch after epoch.

    Parameters
    ----------
    rows : Rows
    batch_size : int
    put : callable
        Takes an aligned float32 array over into the backend.
    weight : ndarray of shape (n_samples,) or None
        Sample weights with mean 1; `None` means 1 everywhere.
    """

    def __init__(
        self,
        rows: Rows,
        batch_size: int,
        put: Callable[[np.ndarray], Any],
        weight: np.ndarray | None = None,
    ):
        self._rows, self._put = rows, put
        self.batch_size = batch_size
        self._weight = weight
        self._resident = None
        n_resident = round_up(len(rows))
        if n_resident * rows.row_bytes <= RESIDENT_BYTES:
            block = aligned_zeros((n_resident, *rows.sample_shape))
            for part in rows.chunks():
                rows.read(part, out=block[part])
            self._resident = put(block)

    def blocks(self, order: np.ndarray) -> Iterator[Block]:
        """The rows `order` (indices, each visited once), as blocks."""
        if self._resident is not None:
            yield self._block(self._resident, order, order)
            return
        size = max(1, STREAM_BYTES // self._rows.row_bytes // self.batch_size)
        size *= self.batch_size
        parts = [order[i : i + size] for i in range(0, len(order), size)]
        # The next block is read while the program works on the present one.
        with ThreadPoolExecutor(1) as reader:
            following = reader.submit(self._read, parts[0], size)
            for part, next_part in zip(parts, [*parts[1:], None], strict=True):
                block = following.result()
                if next_part is not None:
                    following = reader.submit(self._read, next_part, size)
                # Rows are read in their order on disk; `index` restores the shuffle.
                position = np.empty(len(part), dtype=np.intp)
                position[np.argsort(part, kind="stable")] = np.arange(len(part))
                yield self._block(block, position, part)

    def _read(self, part: np.ndarray, size: int):
        block = aligned_zeros((size, *self._rows.sample_shape))
        self._rows.read(np.sort(part), out=block)
        return self._put(block)

    def _block(self, block, position: np.ndarray, order: np.ndarray) -> Block:
        batch_size = self.batch_size
        n_steps = -(-len(order) // batch_size)
        shape = (round_up(n_steps), batch_size)
        index = np.zeros(shape, dtype=np.int32)
        weight = np.zeros(shape, dtype=np.float32)
        index.reshape(-1)[: len(order)] = position
        weight.reshape(-1)[: len(order)] = (
            1.0 if self._weight is None else self._weight[order]
        )
        return Block(block, index, weight, n_steps)
