"""Mini-batches as blocks of rows plus the order in which to visit them.

A program gathers its mini-batches from a block, so one call runs many steps. Data that
fit into memory are one resident block; larger data are streamed in blocks. Shapes are
rounded up, so that folds which differ by a row share a program.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from skae.data import CHUNK_BYTES, Rows, aligned_zeros

RESIDENT_BYTES = 128 << 20
STREAM_BYTES = 16 << 20


class Block(NamedTuple):
    """Rows, and the positions of their mini-batches."""

    fields: dict[str, Any]  # each (n_rows, ...) in the backend's own kind of array
    index: np.ndarray  # (n_steps rounded up, batch_size) positions in the fields
    weight: np.ndarray  # the same shape; 0 marks padding
    n_steps: int


def round_up(n: int, least: int = 16) -> int:
    """Round `n` up to a multiple of `least`; large ones by at most an eighth."""
    if n <= least:
        return least
    grain = max(least, 1 << max(0, n.bit_length() - 4))
    return -(-n // grain) * grain


class BatchSource:
    """Source of mini-batches for a program, in any order, epoch after epoch.

    Parameters
    ----------
    fields : dict of Rows
        "data" and the other fields of a row.

    batch_size : int
        Number of rows of a mini-batch.

    put : callable
        Converts an aligned array to an array of the backend.

    weight : ndarray of shape (n_samples,), default=None
        Sample weights with mean 1; None means 1 everywhere.
    """

    def __init__(
        self,
        fields: Mapping[str, Rows],
        batch_size: int,
        put: Callable[[np.ndarray], Any],
        weight: np.ndarray | None = None,
    ):
        self._fields, self._put = dict(fields), put
        self.batch_size = batch_size
        self._weight = weight
        n_rows = len(fields["data"])
        n_resident = round_up(n_rows)
        self._row_bytes = sum(rows.row_bytes for rows in fields.values())
        self._all, self._resident = np.arange(n_rows), None
        self._changes = any(rows.changes for rows in fields.values())
        if n_resident * self._row_bytes <= RESIDENT_BYTES:
            self._buffers = [self._empty(n_resident)]
            self._make_resident(epoch=0)
            return
        n_batches = max(1, STREAM_BYTES // self._row_bytes // batch_size)
        self._block_size = n_batches * batch_size
        # Two buffers: one is filled while the program works on the other.
        self._buffers = [self._empty(self._block_size) for _ in range(2)]

    def blocks(self, order: np.ndarray, epoch: int = 0) -> Iterator[Block]:
        """Yield the rows `order` (indices, each visited once) in blocks.

        A block must no longer be used when the next one is requested. Epoch 0 has the
        unchanged rows.
        """
        if self._resident is not None:
            if self._changes and epoch != self._resident_epoch:
                self._make_resident(epoch)
            yield self._block(self._resident, order, order)
            return
        size = self._block_size
        parts = [order[i : i + size] for i in range(0, len(order), size)]
        with ThreadPoolExecutor(1) as reader:
            following = reader.submit(
                self._fill, self._buffers[0], np.sort(parts[0]), epoch
            )
            for i, part in enumerate(parts):
                fields = following.result()
                if i + 1 < len(parts):
                    other = self._buffers[(i + 1) % 2]
                    following = reader.submit(
                        self._fill, other, np.sort(parts[i + 1]), epoch
                    )
                # Rows are read in their order on disk; `index` restores the shuffle.
                position = np.empty(len(part), dtype=np.intp)
                position[np.argsort(part)] = np.arange(len(part))
                yield self._block(fields, position, part)

    def _empty(self, n_rows: int) -> dict[str, np.ndarray]:
        return {
            name: aligned_zeros((n_rows, *rows.sample_shape), rows.dtype)
            for name, rows in self._fields.items()
        }

    def _make_resident(self, epoch: int) -> None:
        self._resident = self._fill(self._buffers[0], self._all, epoch)
        self._resident_epoch = epoch

    def _fill(self, buffers: dict[str, np.ndarray], indices: np.ndarray, epoch: int):
        # In pieces: values of another type are converted through a temporary array.
        size = max(1, CHUNK_BYTES // self._row_bytes)
        for start in range(0, len(indices), size):
            for name, rows in self._fields.items():
                part = indices[start : start + size]
                rows.gather(part, buffers[name][start:], epoch)
        return {name: self._put(buffer) for name, buffer in buffers.items()}

    def _block(self, fields, position: np.ndarray, order: np.ndarray) -> Block:
        batch_size = self.batch_size
        n_steps = -(-len(order) // batch_size)
        shape = (round_up(n_steps), batch_size)
        # Padding repeats a row of the block: another row might exceed the range of
        # float32, and 0 times infinity is NaN.
        index = np.full(shape, position[0], dtype=np.int32)
        weight = np.zeros(shape, dtype=np.float32)
        index.reshape(-1)[: len(order)] = position
        weight.reshape(-1)[: len(order)] = (
            1.0 if self._weight is None else self._weight[order]
        )
        return Block(fields, index, weight, n_steps)
