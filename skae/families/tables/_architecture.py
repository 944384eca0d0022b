"""Dense layers for tables of numbers and categories."""

import math
from numbers import Real

import numpy as np

from skae._keras import ops
from skae._sklearn import Interval, StrOptions
from skae.engine import Architecture, auto_encoding_dim, is_auto
from skae.families.dense import DenseArchitecture, LinearPath
from skae.families.variational import Variational
from skae.tables import MixedTableLayout, TableLikelihood, TableLoss, VectorRows

# What hidden layers see of numbers, in deviations.
_FARTHEST = 4.0
_MAX_AUTO_CODES = 12


class DenseTable(LinearPath, DenseArchitecture):
    """Dense layers for rows of a `MixedTableLayout`, beside one linear layer.

    Of values that are missing in some rows the hidden layers learn as well which; the
    linear layer takes the mean for them. PCA is that of the normal data, in which each
    column has the same variance.
    """

    layout = MixedTableLayout
    parameter_constraints = {
        **DenseArchitecture.parameter_constraints,
        **LinearPath.parameter_constraints,
    }
    # Outputs are not what the encoder sees: no kernel serves both.
    del parameter_constraints["tied_weights"]

    n_numbers: int
    levels: tuple[int, ...]
    missing: tuple[int, ...]
    value_weights: tuple[float, ...]

    @classmethod
    def n_values(cls, rows, data_values):
        """Numbers, and all levels of the categories."""
        return data_values["n_numbers"] + sum(data_values["levels"])

    def reconstruction_loss(self):
        """Mean over the columns."""
        return TableLoss(self.n_numbers, self.levels, self.value_weights)

    def vector(self, x):
        """Normal data with means, which are 0, in the place of missing values."""
        return ops.where(ops.isnan(x), 0.0, x)

    def trunk(self, x):
        """Hidden layers, which see what is missing."""
        # A number far out must not carry the row to where no other is.
        filled = ops.clip(self.vector(x), -_FARTHEST, _FARTHEST)
        places = self._missing_places
        if places:
            gone = ops.isnan(ops.take(x, np.array(places), axis=1))
            filled = ops.concatenate([filled, ops.cast(gone, filled.dtype)], axis=1)
        return super().trunk(filled)

    @property
    def _missing_places(self) -> list[int]:
        """The first normal value of each that may be missing."""
        return [self._first_places[gap] for gap in self.missing_in_training]

    @property
    def _first_places(self) -> np.ndarray:
        """The first normal value of each number and category."""
        ends = np.cumsum((self.n_numbers, *self.levels))
        return np.append(np.arange(self.n_numbers), ends[:-1]).astype(int)

    @property
    def missing_in_training(self) -> tuple[int, ...]:
        """Values of a row that are missing somewhere in training."""
        return self.missing

    def vectors(self, rows, summary, weight):
        """Normal data, with means in the place of what is missing."""
        rows = VectorRows(rows, *self.reconstruction_loss().scales(summary))
        summary = rows.summarize(weight)
        return rows, summary, summary.mean

    def normal_variance(self, summary):
        """Each column has 1, in one value or in all of its levels."""
        return (self.n_numbers + len(self.levels)) / self.output_size


class TableDenoising(Architecture):
    """Values that are swapped with other rows', or taken away, in training.

    Reads `noise` and `noise_level`. Stands left of the architecture that encodes and
    decodes. Its layer is called ``noise``.
    """

    parameter_constraints = {
        "noise": [StrOptions({"swap", "masking"})],
        "noise_level": [Interval(Real, 0, 1, closed="left")],
    }

    @property
    def auto_training(self):
        """XLA's random numbers take longer on a CPU than it saves elsewhere."""
        auto = super().auto_training
        return auto._replace(jit_compile=auto.jit_compile and not self.noise_level)

    def encode(self, x):
        """As the backbone does; where values are taken away, with what is left."""
        tensors = super().encode(x)
        if self.noise != "masking" or not self.noise_level:
            return tensors
        tensors = tensors if isinstance(tensors, dict) else {"code": tensors}
        seen = ops.logical_not(ops.isnan(ops.take(x, self._first_places, axis=1)))
        return tensors | {"seen": ops.cast(seen, x.dtype)}

    @property
    def missing_in_training(self):
        """Every value, where they are taken away."""
        if self.noise == "masking" and self.noise_level:
            return tuple(range(self.sample_shape[0]))
        return super().missing_in_training

    def corrupt(self, x):
        """Swap values, or take them away; where a loss is evaluated, only the latter.

        Who takes values away wants them back: this is what is to be judged.
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
    """Dense layers, to a distribution of codes of tables and back."""

    likelihood = "table"
    parameter_constraints = {
        **DenseTable.parameter_constraints,
        "free_bits": Variational.parameter_constraints["free_bits"],
    }

    @classmethod
    def resolve_auto(cls, values, rows, data_values):
        """As many codes as a row has values, up to 12."""
        if is_auto(values.get("encoding_dim")):
            # The prior switches off codes that carry no information, and with too few
            # codes sampled rows are poor.
            size = auto_encoding_dim(math.prod(rows.sample_shape), 1.0, _MAX_AUTO_CODES)
            values = {**values, "encoding_dim": size}
        return super().resolve_auto(values, rows, data_values)

    def reconstruction_loss(self):
        """Minus the log-likelihood, in nats."""
        return TableLikelihood(self.n_numbers, self.levels, self.value_weights)

    def deviations(self, weights) -> np.ndarray:
        """Standard deviations of the numbers given a code, on the layout's scale."""
        from skae.tables import TableNegativeLogLikelihood

        return TableNegativeLogLikelihood.deviations(weights["error/log_deviation"])

    def baseline(self, rows, summary, weight, rng):
        """The noise that PCA leaves in each number."""
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
