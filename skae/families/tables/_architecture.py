"""Dense layers for tables of numbers and categories."""

from numbers import Real

import numpy as np

from skae._keras import ops
from skae._sklearn import Interval, StrOptions
from skae.engine import Architecture, with_auto_codes
from skae.families.dense import DenseArchitecture, LinearPath
from skae.families.variational import Variational
from skae.tables import MixedTableLayout, TableLikelihood, TableLoss, VectorRows

# Clipping of numbers in the input of hidden layers, in standard deviations.
_FARTHEST = 4.0
_MAX_AUTO_CODES = 12


class DenseTable(LinearPath, DenseArchitecture):
    """Dense layers for rows of a `MixedTableLayout`, with a parallel linear path.

    The hidden layers get an indicator for each value that is missing in some rows; the
    linear layer replaces missing values by the mean. PCA is that of the normal data, in
    which each column has the same variance.
    """

    layout = MixedTableLayout
    parameter_constraints = {
        **DenseArchitecture.parameter_constraints,
        **LinearPath.parameter_constraints,
    }
    # Outputs and inputs differ in size, so that kernels cannot be tied.
    del parameter_constraints["tied_weights"]

    n_numbers: int
    levels: tuple[int, ...]
    missing: tuple[int, ...]
    value_weights: tuple[float, ...]

    @classmethod
    def n_values(cls, rows, data_values):
        """Number of numeric values, plus that of all levels of the categories."""
        return data_values["n_numbers"] + sum(data_values["levels"])

    def reconstruction_loss(self):
        """Mean over the columns of the unexplained share of each."""
        return TableLoss(self.n_numbers, self.levels, self.value_weights)

    def vector(self, x):
        """Normal data, with missing values replaced by the mean, which is 0."""
        return ops.where(ops.isnan(x), 0.0, x)

    def trunk(self, x):
        """Hidden layers, with clipped numbers and indicators of missing values."""
        # Clipped, so that an outlier does not move the code far from all others.
        filled = ops.clip(self.vector(x), -_FARTHEST, _FARTHEST)
        places = self._missing_places
        if places:
            gone = ops.isnan(ops.take(x, np.array(places), axis=1))
            filled = ops.concatenate([filled, ops.cast(gone, filled.dtype)], axis=1)
        return super().trunk(filled)

    @property
    def _missing_places(self) -> list[int]:
        """Index of the first normal value of each value that may be missing."""
        return [self._first_places[gap] for gap in self.missing_in_training]

    @property
    def _first_places(self) -> np.ndarray:
        """Index of the first normal value of each number and category."""
        ends = np.cumsum((self.n_numbers, *self.levels))
        return np.append(np.arange(self.n_numbers), ends[:-1]).astype(int)

    @property
    def missing_in_training(self) -> tuple[int, ...]:
        """Indices of the values of a row that are missing in some training rows."""
        return self.missing

    def vectors(self, rows, summary, weight):
        """Normal data, with missing values replaced by means, and their moments."""
        rows = VectorRows(rows, *self.reconstruction_loss().scales(summary))
        summary = rows.summarize(weight)
        return rows, summary, summary.mean

    def normal_variance(self, summary):
        """Mean variance per value: each column has 1 in total, over all its levels."""
        return (self.n_numbers + len(self.levels)) / self.output_size


class TableDenoising(Architecture):
    """Mixin that swaps values with those of other rows, or masks them, in training.

    Uses the parameters `noise` and `noise_level`. In the list of base classes it
    precedes the architecture that encodes and decodes. Its layer is called ``noise``.
    """

    parameter_constraints = {
        "noise": [StrOptions({"swap", "masking"})],
        "noise_level": [Interval(Real, 0, 1, closed="left")],
    }

    @property
    def auto_training(self):
        """No XLA with noise: on a CPU its random numbers cost more than it saves."""
        auto = super().auto_training
        return auto._replace(jit_compile=auto.jit_compile and not self.noise_level)

    def encode(self, x):
        """Code of the base architecture; with masking, the observed values as well."""
        tensors = super().encode(x)
        if self.noise != "masking" or not self.noise_level:
            return tensors
        tensors = tensors if isinstance(tensors, dict) else {"code": tensors}
        seen = ops.logical_not(ops.isnan(ops.take(x, self._first_places, axis=1)))
        return tensors | {"seen": ops.cast(seen, x.dtype)}

    @property
    def missing_in_training(self):
        """Indices of all values with masking, else those that are missing."""
        if self.noise == "masking" and self.noise_level:
            return tuple(range(self.sample_shape[0]))
        return super().missing_in_training

    def corrupt(self, x):
        """Swap or mask values; in evaluation only masking is applied.

        With masking the task is to predict masked values, so the validation loss
        measures that.
        """
        from skae.tables import TableNoise

        if not self.noise_level:
            return x
        return TableNoise(
            self.noise,
            float(self.noise_level),
            evaluates=self.noise == "masking",
            name="noise",
        )(x)


class TableArchitecture(TableDenoising, DenseTable):
    """Dense layers that reconstruct tables."""

    parameter_constraints = {
        **DenseTable.parameter_constraints,
        **TableDenoising.parameter_constraints,
    }


class VariationalTable(Variational, DenseTable):
    """Dense variational autoencoder for tables."""

    likelihood = "table"
    parameter_constraints = {
        **DenseTable.parameter_constraints,
        "free_bits": Variational.parameter_constraints["free_bits"],
    }

    @classmethod
    def resolve_auto(cls, values, rows, data_values):
        """Resolve "auto": as many code dimensions as a row has values, up to 12."""
        # The prior switches off code dimensions without information, and with too
        # few dimensions sampled rows are poor.
        values = with_auto_codes(values, rows, 1.0, _MAX_AUTO_CODES)
        return super().resolve_auto(values, rows, data_values)

    def reconstruction_loss(self):
        """Negative log-likelihood, in nats."""
        return TableLikelihood(self.n_numbers, self.levels, self.value_weights)

    def deviations(self, weights) -> np.ndarray:
        """Standard deviations of the numbers given a code, on the layout's scale."""
        from skae.tables import TableNegativeLogLikelihood

        return TableNegativeLogLikelihood.deviations(weights["error/log_deviation"])

    def baseline(self, rows, summary, weight, rng):
        """Add the standard deviation of each number that PCA leaves unexplained."""
        from skae.tables import TableNegativeLogLikelihood

        baseline = super().baseline(rows, summary, weight, rng)
        kernel = baseline.weights.get(f"{self.pca_layers[1]}/kernel")
        deviation = np.ones(self.n_numbers)
        if kernel is not None and kernel.ndim == 2:
            kept = np.sum(np.square(kernel[:, : self.n_numbers]), axis=0)
            deviation = np.sqrt(np.clip(1 - kept, 0.01, 1.0))
        pace = TableNegativeLogLikelihood.PACE
        found = (np.log(deviation) / pace).astype(np.float32)
        return baseline.with_weights({"error/log_deviation": found})
