"""Losses of tables of numbers and categories, relative to each column's baseline."""

import numpy as np

from skae.losses import LinearLink, ReconstructionLoss
from skae.tables._rows import nats, one_hot

# Shares of levels are clipped to this distance from 0 and 1.
_MIN_SHARE = 1e-6
_MIN_DISORDER = 1e-3
# Change of the logit of a level per unit of its linear reconstruction.
_GAIN = 4.0


class TableLoss(ReconstructionLoss):
    """Mean over the columns of the unexplained share of each.

    Normal data have mean 0 and variance 1 in each column. Numbers are scaled by the
    layout. Each level is an indicator, minus the share of the level, divided by the
    standard deviation of the whole category. Missing values are NaN, and ignored. The
    loss of a number is its squared error, that of a category its cross-entropy divided
    by the entropy of the shares of its levels.

    Parameters
    ----------
    n_numbers : int
        Number of numeric values of a row, which come first.

    levels : tuple of int
        Number of levels of each category.

    value_weights : tuple of float
        Weight of each number and of each category.
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
        """Keep numbers; convert categories to centred and scaled indicators."""
        from skae.tables._layers import TableToVector

        return TableToVector(**self._sizes, name="to_vector")(x)

    def denormalize(self, raw):
        """Keep numbers; convert logits to probabilities."""
        from skae.tables._layers import LevelProbabilities

        return LevelProbabilities(**self._sizes, name="probabilities")(raw)

    def pointwise(self, normal, raw):
        """Not defined: losses are per column, not per output."""
        raise NotImplementedError

    def row_loss(self, normal, tensors):
        """Weighted mean over the columns without missing values.

        Columns that are "seen" by the encoder have less weight; "seen" is among
        `tensors` if values were masked in the input of the encoder.
        """
        from skae.tables._layers import TableError

        layer = TableError(**self._sizes, weights=self.value_weights, name="error")
        names = [name for name in ("raw", "seen") if name in tensors]
        return layer([normal, *(tensors[name] for name in names)])

    def output_shape(self, sample_shape):
        """One output per number and per level of the categories."""
        return (self.n_numbers + sum(self.levels),)

    def fitted(self, weights):
        """The loss with the entropies of the categories."""
        self._entropy = weights["error/entropy"].astype(np.float64)
        return self

    def comparable(self, x):
        """Numbers, and an indicator column for each level."""
        return one_hot(x, self.n_numbers, self.levels)

    def column_errors(self, x, outputs) -> np.ndarray:
        """Errors of each number and category, relative to their baselines, float64.

        NaN for missing values. Call `fitted` first.
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
        """Weighted mean of the errors of the columns without missing values."""
        errors = self.column_errors(x, reconstruction)
        weight = np.where(np.isnan(errors), 0.0, self.value_weights)
        total = np.sum(weight * np.nan_to_num(errors), axis=1)
        return total / np.maximum(weight.sum(axis=1), np.finfo(float).tiny)

    def start(self, summary, decodes=True):
        """Shares of levels, standard deviations and entropies of the categories."""
        share, disorder, entropy = self._shares(summary)
        found = {
            "to_vector/share": share,
            "to_vector/deviation": np.sqrt(np.repeat(disorder, self.levels)),
        }
        if decodes:
            found["error/entropy"] = entropy
        return {name: value.astype(np.float32) for name, value in found.items()}

    def scales(self, summary) -> tuple[np.ndarray, np.ndarray]:
        """Offsets and scales that convert comparable data to normal data."""
        share, disorder, _ = self._shares(summary)
        deviation = np.sqrt(np.repeat(disorder, self.levels))
        zero, one = np.zeros(self.n_numbers), np.ones(self.n_numbers)
        return np.append(zero, share), np.append(one, deviation)

    def link(self, summary):
        """Identity for numbers; for levels, log-shares and one slope of the logits."""
        share, deviation = (part[self.n_numbers :] for part in self.scales(summary))
        zero, one = np.zeros(self.n_numbers), np.ones(self.n_numbers)
        return LinearLink(
            1.0,
            center=0.0,
            gain=np.append(one, _GAIN * deviation),
            bias=np.append(zero, np.log(share)),
        )

    def _shares(self, summary):
        """Shares of the levels; Gini impurity and entropy of each category."""
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
    """Negative log-likelihood of the observed values, in nats.

    Numbers, on the scale of the layout, have normal noise with a learned variance for
    each; the numbers of a date share its weight.
    """

    def row_loss(self, normal, tensors):
        """Sum over the observed values, whether the encoder has seen them or not."""
        from skae.tables._layers import TableNegativeLogLikelihood

        layer = TableNegativeLogLikelihood(
            **self._sizes, weights=self.value_weights, name="error"
        )
        return layer([normal, tensors["raw"]])
