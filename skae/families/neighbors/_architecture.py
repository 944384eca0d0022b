"""Networks that are trained towards an embedding that preserves neighbours."""

from numbers import Integral, Real

from skae._keras import ops
from skae._sklearn import Interval
from skae.engine import Architecture, is_auto
from skae.families.dense import DenseArchitecture, InputNoise

# Between clusters of the embedding the network must be steep, which needs depth.
_SIZES = (384, 256, 128, 128, 64, 64)
# Minimum number of epochs for many rows, or those that make this number of steps.
_EPOCHS, _STEPS = 30, 7050
# Distance from its position, relative to the standard deviation of the embedding, up to
# which the loss of a code is nearly quadratic.
_NEAR = 0.1


class NeighborEmbedding(Architecture):
    """Mixin with a loss for the distance of codes from their positions.

    The positions are the field "place", the loss is the term "neighbor_loss". Uses the
    parameter `reconstruction_weight`. In the list of base classes it precedes the
    architecture that encodes and decodes.
    """

    parameter_constraints = {
        "reconstruction_weight": [Interval(Real, 0, None, closed="left")]
    }

    reconstruction_weight = 1.0

    @property
    def auto_training(self):
        """More epochs for many rows, since clusters separate late in training."""
        return super().auto_training._replace(min_epochs=_EPOCHS, min_steps=_STEPS)

    def linear_code(self):
        """No rotation: the axes are those of the embedding."""
        return None if "neighbor_loss" in self.terms else super().linear_code()

    def bottleneck(self, h, x):
        """Code; the gradient of the decoder is scaled by `reconstruction_weight`."""
        code, share = super().bottleneck(h, x), float(self.reconstruction_weight)
        if share == 1.0:
            return code
        constant = ops.stop_gradient(code)
        return {"code": code, "sample": share * code + (1 - share) * constant}

    def penalties(self, forward):
        """Loss for the distance of codes from their positions, averaged over the rows.

        It grows with the logarithm of the distance, so that a row between two clusters
        is mapped to one of them, and not to the middle.
        """
        if "place" not in forward.fields:
            return {}
        apart = forward.tensors["code"] - forward.fields["place"]
        squares = ops.mean(ops.square(apart), axis=-1) / _NEAR**2
        return {"neighbor_loss": ops.sum(forward.row_weight * ops.log1p(squares))}


class DenseNeighbors(InputNoise, NeighborEmbedding, DenseArchitecture):
    """Dense layers to codes that preserve neighbours."""

    parameter_constraints = {
        **DenseArchitecture.parameter_constraints,
        **NeighborEmbedding.parameter_constraints,
        **InputNoise.parameter_constraints,
        # The embedding is computed before there is a network: no "auto".
        "encoding_dim": [Interval(Integral, 1, None, closed="left")],
    }

    @classmethod
    def resolve_auto(cls, values, rows, data_values):
        """Resolve "auto"; networks are deeper than for reconstructions alone."""
        if is_auto(values.get("hidden_layer_sizes")):
            values = values | {"hidden_layer_sizes": _SIZES}
        return super().resolve_auto(values, rows, data_values)
