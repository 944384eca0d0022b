"""Conditional variational networks: encoder and decoder are told a condition."""

import numpy as np

from skae._keras import keras
from skae.families.conv import ConvArchitecture
from skae.families.dense import DenseArchitecture, LinearPath
from skae.families.variational import Variational


class Conditional(Variational):
    """Mixin for the evidence lower bound of rows given a condition.

    The field "condition" is a vector per row, 0 where it is unknown. In the list of
    base classes it precedes the linear path, and the architecture that encodes and
    decodes. Vectors of data, and codes, are joined with the condition: so the linear
    path has a linear part in it, and both networks are told.
    """

    @property
    def _is_plain(self) -> bool:
        # The baseline is PCA of what is not linear in the condition: `with_effects`.
        return self.encoding_dim is not None

    def encode(self, x, condition):
        """The hidden layers and the code, of data beside their condition."""
        h = self.trunk(self.beside(x, condition))
        if self.has_linear_path:
            x = _joined(self.vector(x), condition)
        return self.bottleneck(h, x)

    def decode(self, code, encoder, condition):
        """Outputs for a code joined with the condition."""
        return super().decode(_joined(code, condition), encoder)

    def beside(self, x, condition):
        """The input of the hidden layers of the encoder."""
        return _joined(x, condition)

    def vector(self, x):
        """Normal data as one vector per row; those that are vectors unchanged."""
        return x if len(x.shape) == 2 else super().vector(x)

    def with_effects(self, weights, effects: np.ndarray, summary) -> dict:
        """Kernels of the linear path with rows for the condition.

        `effects` is what a condition adds to the mean, in the units of the rows.
        """
        encoder, decoder = (f"{layer}/kernel" for layer in self.pca_layers)
        link = self.reconstruction_loss().link(summary)
        effects = effects / link.scale
        told = {
            encoder: -effects @ weights[encoder],
            decoder: link.gain * effects,
        }
        return {
            name: np.concatenate([weights[name], rows]).astype(np.float32)
            for name, rows in told.items()
        }

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
        return _joined(x, maps)


def _joined(x, condition):
    return keras.layers.Concatenate(axis=-1)([x, condition])
