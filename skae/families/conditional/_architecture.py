"""Conditional variational networks: encoder and decoder are told a condition."""

import numpy as np

from skae._keras import keras
from skae.families.conv import ConvArchitecture
from skae.families.dense import DenseArchitecture, LinearPath
from skae.families.variational import Variational


class Conditional(Variational):
    """Mixin for the evidence lower bound of rows given a condition.

    The field "condition" is a vector per row, whose last value is 1, or 0 where it is
    unknown. In the list of base classes it precedes the linear path, and the
    architecture that encodes and decodes. Vectors of data, and codes, are joined with
    the condition, and with a copy that is 0 unless it is unknown: so the linear path
    has a linear part in the condition, and is another one for unknown ones.
    """

    @property
    def _is_plain(self) -> bool:
        # The baseline is PCA of what is not linear in the condition: `told_weights`.
        return self.encoding_dim is not None

    def encode(self, x, condition):
        """The hidden layers and the code, of data beside their condition."""
        h = self.trunk(self.beside(x, condition))
        if self.has_linear_path:
            x = _told(self.vector(x), condition)
        return self.bottleneck(h, x)

    def decode(self, code, encoder, condition):
        """Outputs for a code joined with the condition."""
        return super().decode(_told(code, condition), encoder)

    def beside(self, x, condition):
        """The input of the hidden layers of the encoder."""
        return _told(x, condition)

    def vector(self, x):
        """Normal data as one vector per row; those that are vectors unchanged."""
        return x if len(x.shape) == 2 else super().vector(x)

    def told_weights(self, weights, unknown, effects: np.ndarray, summary) -> dict:
        """Weights of the linear path, with those of the condition.

        `weights` are those of rows less `effects`, which a condition adds to the mean,
        in the units of the rows; `unknown` those of rows of unknown condition.
        """
        encoder, decoder = (f"{layer}/kernel" for layer in self.pca_layers)
        link = self.reconstruction_loss().link(summary)
        effects = effects / link.scale
        told = {
            encoder: -effects @ weights[encoder],
            decoder: link.gain * effects,
        }
        # The last value of a condition makes one bias of the other.
        told[encoder][-1] += weights["code/bias"] - unknown["code/bias"]
        found = {"code/bias": unknown["code/bias"]}
        for name, rows in told.items():
            parts = [weights[name], rows, unknown[name] - weights[name]]
            found[name] = np.concatenate(parts).astype(np.float32)
        return found

    def linear_code(self):
        """None: the layers that take the code take the condition as well."""


class DenseConditional(Conditional, LinearPath, DenseArchitecture):
    """Dense conditional variational autoencoder."""

    # A decoder that is told a condition has no kernels to share with the encoder.
    parameter_constraints = {
        **{
            name: constraint
            for name, constraint in DenseArchitecture.parameter_constraints.items()
            if name != "tied_weights"
        },
        **LinearPath.parameter_constraints,
        **Variational.parameter_constraints,
    }


class ConvConditional(Conditional, LinearPath, ConvArchitecture):
    """Convolutional conditional variational autoencoder."""

    parameter_constraints = {
        **ConvArchitecture.parameter_constraints,
        **LinearPath.parameter_constraints,
        **Variational.parameter_constraints,
    }

    def beside(self, x, condition):
        """Images with a constant map for each value of the condition."""
        height, width = self.sample_shape[:2]
        maps = keras.layers.RepeatVector(height * width)(condition)
        maps = keras.layers.Reshape((height, width, condition.shape[-1]))(maps)
        return keras.layers.Concatenate(axis=-1)([x, maps])


def _told(x, condition):
    """Vectors, their condition, and the vectors again if it is unknown."""
    unknown = 1.0 - condition[:, -1:]
    return keras.layers.Concatenate(axis=-1)([x, condition, unknown * x])
