"""Codes at the places of a map that keeps neighbours."""

from numbers import Integral, Real

from skae._keras import ops
from skae._sklearn import Interval
from skae.engine import Architecture, is_auto
from skae.families.dense import DenseArchitecture, InputNoise

# Where the map has gaps, the network must be steep: depth is what it takes.
_SIZES = (384, 256, 128, 128, 64, 64)
# Of many rows so many epochs pay, or as many as make these steps.
_EPOCHS, _STEPS = 30, 7050
# Distance in the map, relative to its spread, up to which a code is near its place.
_NEAR = 0.1


class NeighborEmbedding(Architecture):
    """Codes at the places that the field "place" names.

    Reads `reconstruction_weight`; its term is called "neighbor_loss". Stands left of
    the architecture that encodes and decodes.
    """

    parameter_constraints = {
        "reconstruction_weight": [Interval(Real, 0, None, closed="left")]
    }

    reconstruction_weight = 1.0

    @property
    def auto_training(self):
        """Clusters part late: of many rows more epochs than for reconstructions."""
        return super().auto_training._replace(min_epochs=_EPOCHS, min_steps=_STEPS)

    def linear_code(self):
        """Other axes would be another map."""
        return None if "neighbor_loss" in self.terms else super().linear_code()

    def bottleneck(self, h, x):
        """The code; only a part of what the decoder asks of it reaches the encoder."""
        code, share = super().bottleneck(h, x), float(self.reconstruction_weight)
        if share == 1.0:
            return code
        constant = ops.stop_gradient(code)
        return {"code": code, "sample": share * code + (1 - share) * constant}

    def penalties(self, forward):
        """Mean over the rows of what a code far from its place costs.

        It grows with the logarithm of the distance: a row between two islands belongs
        to one of them, and not into the middle.
        """
        if "place" not in forward.fields:
            return {}
        apart = forward.tensors["code"] - forward.fields["place"]
        squares = ops.mean(ops.square(apart), axis=-1) / _NEAR**2
        return {"neighbor_loss": ops.sum(forward.row_weight * ops.log1p(squares))}


class DenseNeighbors(InputNoise, NeighborEmbedding, DenseArchitecture):
    """Dense layers, to codes that keep neighbours."""

    parameter_constraints = {
        **DenseArchitecture.parameter_constraints,
        **NeighborEmbedding.parameter_constraints,
        **InputNoise.parameter_constraints,
        # A map is drawn before there is a network.
        "encoding_dim": [Interval(Integral, 1, None, closed="left")],
    }

    @classmethod
    def resolve_auto(cls, values, rows, data_values):
        """Deeper networks than for reconstructions alone."""
        if is_auto(values.get("hidden_layer_sizes")):
            values = values | {"hidden_layer_sizes": _SIZES}
        return super().resolve_auto(values, rows, data_values)
