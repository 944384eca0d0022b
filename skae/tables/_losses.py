"""Losses of tables of numbers and categories, each in units of its own baseline."""

import numpy as np

from skae.losses import LinearLink, ReconstructionLoss
from skae.tables._rows import nats, one_hot

# Shares of levels keep this distance from 0 and 1.
_MIN_SHARE = 1e-6
_MIN_DISORDER = 1e-3
# What a step of 1 of a level's linear reconstruction adds to its logit.
_GAIN = 4.0


class TableLoss(ReconstructionLoss):
    """Mean over the columns of what is not explained of each.

    Normal data have mean 0 and variance 1 in each column: numbers as the layout scales
    them, and for each level its indicator, less its share, divided by the deviation of
    the whole category. What is missing is NaN, and takes no part. A number's loss is
    its squared error, a category's its cross-entropy over the entropy of its shares.

    Parameters
    ----------
    n_numbers : int
        Numbers of a row; they come first.

    levels : tuple of int
        Numbers of levels of its categories.

    value_weights : tuple of float
        What each number, and each category, counts.
    """

    def __init__(self, n_numbers, levels, value_weights):
        super().__init__(padded=True)
        self.n_numbers, self.levels = n_numbers, levels
        self.value_weights = value_weights
        self._entropy = None

    @property
    def _sizes(self):
        return {"n_numbers": self.n_numbers, "levels": self.levels}

    def normalize(self, x):
        """Numbers as they are, levels as centred and scaled indicators."""
        from skae.tables._layers import TableToVector

        return TableToVector(**self._sizes, name="to_vector")(x)

    def denormalize(self, raw):
        """Numbers as they are, logits as probabilities."""
        from skae.tables._layers import LevelProbabilities

        return LevelProbabilities(**self._sizes, name="probabilities")(raw)

    def pointwise(self, normal, raw):
        """A row's loss is of its columns: there is none of each output."""
        raise NotImplementedError

    def row_loss(self, normal, tensors):
        """Mean over the columns that are there; those "seen" by the encoder count less.

        "seen" is among `tensors` where values were hidden from the encoder.
        """
        from skae.tables._layers import TableError

        layer = TableError(**self._sizes, weights=self.value_weights, name="error")
        names = [name for name in ("raw", "seen") if name in tensors]
        return layer([normal, *(tensors[name] for name in names)])

    def output_shape(self, sample_shape):
        """Numbers, and all levels of the categories."""
        return (self.n_numbers + sum(self.levels),)

    def fitted(self, weights):
        """The same, with the entropies of the categories."""
        self._entropy = weights["error/entropy"].astype(np.float64)
        return self

    def comparable(self, x):
        """A column for each level."""
        return one_hot(x, self.n_numbers, self.levels)

    def column_errors(self, x, outputs) -> np.ndarray:
        """Of each number and category of rows, in units of its baseline, float64.

        NaN where the value is missing. Needs `fitted`.
        """
        m = self.n_numbers
        errors = np.empty((len(x), m + len(self.levels)))
        errors[:, :m] = np.square(x[:, :m].astype(np.float64) - outputs[:, :m])
        ends = m + np.cumsum(self.levels, dtype=int)
        for j, (end, size) in enumerate(zip(ends, self.levels, strict=True)):
            code = x[:, m + j]
            found = nats(np.nan_to_num(code), outputs[:, end - size : end])
            errors[:, m + j] = np.where(
                np.isnan(code), np.nan, found / self._entropy[j]
            )
        return errors

    def row_error(self, x, reconstruction):
        """Mean over the columns that are there of the errors."""
        errors = self.column_errors(x, reconstruction)
        weight = np.where(np.isnan(errors), 0.0, self.value_weights)
        total = np.sum(weight * np.nan_to_num(errors), axis=1)
        return total / np.maximum(weight.sum(axis=1), np.finfo(float).tiny)

    def start(self, summary, decodes=True):
        """Shares of the levels, deviations and entropies of the categories."""
        share, disorder, entropy = self._shares(summary)
        found = {
            "to_vector/share": share,
            "to_vector/deviation": np.sqrt(np.repeat(disorder, self.levels)),
        }
        if decodes:
            found["error/entropy"] = entropy
        return {name: value.astype(np.float32) for name, value in found.items()}

    def scales(self, summary) -> tuple[np.ndarray, np.ndarray]:
        """What to subtract from comparable data, and to divide them by."""
        share, disorder, _ = self._shares(summary)
        deviation = np.sqrt(np.repeat(disorder, self.levels))
        zero, one = np.zeros(self.n_numbers), np.ones(self.n_numbers)
        return np.append(zero, share), np.append(one, deviation)

    def link(self, summary):
        """Logits: those of the shares, and steps of one size for all levels."""
        share, deviation = (part[self.n_numbers :] for part in self.scales(summary))
        zero, one = np.zeros(self.n_numbers), np.ones(self.n_numbers)
        return LinearLink(
            1.0,
            center=0.0,
            gain=np.append(one, _GAIN * deviation),
            bias=np.append(zero, np.log(share)),
        )

    def _shares(self, summary):
        """Shares of the levels; 1 minus their squares, and entropies, by category."""
        share = np.clip(summary.mean[self.n_numbers :], _MIN_SHARE, 1 - _MIN_SHARE)
        starts = np.cumsum((0, *self.levels[:-1]), dtype=int)
        if not self.levels:
            return share, np.zeros(0), np.zeros(0)
        disorder = 1 - np.add.reduceat(share**2, starts)
        entropy = -np.add.reduceat(share * np.log(share), starts)
        return (
            share,
            np.maximum(disorder, _MIN_DISORDER),
            np.maximum(entropy, _MIN_DISORDER),
        )


class TableLikelihood(TableLoss):
    """Minus the log-likelihood of the values that are there, in nats.

    Numbers, on the scale of the layout, have normal noise of a variance of their own,
    which is learned; a date's numbers share its weight.
    """

    def row_loss(self, normal, tensors):
        """Sum over the columns that are there, whether they were seen or not."""
        from skae.tables._layers import TableNegativeLogLikelihood

        layer = TableNegativeLogLikelihood(
            **self._sizes, weights=self.value_weights, name="error"
        )
        return layer([normal, tensors["raw"]])
