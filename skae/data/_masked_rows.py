"""Rows in which NaN marks missing values or padding."""

import numpy as np

from skae.data._rows import Rows, Summary


class MaskedRows(Rows):
    """Rows that may have NaN, with moments of the values that are present.

    If `padded` is False, NaN is an error, as in other rows.
    """

    padded = True

    def _check(self, x, first):
        if self.padded and np.isinf(x).any():
            x = np.nan_to_num(x, nan=0.0, posinf=np.inf, neginf=-np.inf)
        if not self.padded or np.isinf(x).any():
            super()._check(x, first)

    def summarize(self, weight=None):
        """Check every value; returns the moments of those that are present."""
        if not self.padded:
            return super().summarize(weight)
        shape = self.sample_shape
        mass, total, squares = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        minimum, maximum, farthest = np.inf, -np.inf, 0.0
        shift = None
        for part in self.chunks():
            x = self.read(part)
            w = np.ones(len(x)) if weight is None else weight[part].astype(np.float64)
            if weight is not None:
                x, w = x[w > 0], w[w > 0]
            present = ~np.isnan(x)
            counted = x[present]
            if counted.size == 0:
                continue
            if shift is None:  # relative to the first weighted row, as in `Rows`
                shift, first = np.nan_to_num(x[0].astype(np.float64)), w[0]
            mass += np.tensordot(w, present, axes=1)
            minimum = min(minimum, counted.min())
            maximum = max(maximum, counted.max())
            z = np.nan_to_num(x - shift)
            total += np.tensordot(w, z, axes=1)
            apart = z**2
            squares += np.tensordot(w, apart, axes=1)
            of_rows = apart.reshape(len(apart), -1).sum(axis=1)
            farthest = max(farthest, float((w * of_rows).max()))
        if shift is None:
            raise ValueError("X has no value that counts: all are NaN, or of weight 0.")
        offset = total / np.maximum(mass, np.finfo(float).tiny)
        left = np.maximum(0.0, squares - mass * offset**2)
        variance = left.sum() / mass.sum()
        farthest = max(farthest, first * float(np.sum(offset**2)))
        limits = float(minimum), float(maximum)
        return Summary(shift + offset, variance, *limits, mass, farthest)
