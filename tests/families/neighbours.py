"""A map that keeps neighbours, and cannot be decoded (van der Maaten, 2009)."""

from typing import ClassVar

import numpy as np
from keras import ops

from skae.base import BaseAutoencoder
from skae.engine import Architecture
from skae.families.dense import DenseArchitecture


def squared_distances(z):
    squares = ops.sum(ops.square(z), axis=-1)
    products = ops.matmul(z, ops.transpose(z))
    return ops.maximum(squares[:, None] + squares[None, :] - 2 * products, 0.0)


class NeighbourEncoder(DenseArchitecture):
    hidden_layer_sizes, activation = (256, 128), "gelu"
    decode = Architecture.decode  # there is none

    def encode(self, x):
        return {"code": super().encode(x), "x": x}

    def penalties(self, forward):
        """Divergence of affinities among the codes from those in the data."""
        pairs = forward.row_weight[:, None] * forward.row_weight[None, :]
        pairs = pairs * (1 - ops.eye(ops.shape(pairs)[0]))  # 0 for padding as well
        distances = squared_distances(forward.tensors["x"])
        nearest = ops.top_k(-distances, self.n_neighbors + 1)[0]
        width = -nearest[:, -1:] / np.log(self.n_neighbors) + 1e-9
        near = pairs * ops.exp(-distances / width)
        p = near / (ops.sum(near, axis=1, keepdims=True) + 1e-30)
        p = forward.row_weight[:, None] * p
        p = (p + ops.transpose(p)) / 2
        near = pairs / (1 + squared_distances(forward.tensors["code"]))
        q = near / (ops.sum(near) + 1e-30)
        return {"neighbours": ops.sum(p * (ops.log(p + 1e-12) - ops.log(q + 1e-12)))}


class NeighbourAutoencoder(BaseAutoencoder):
    _architecture: ClassVar = NeighbourEncoder

    def __init__(
        self,
        encoding_dim=2,
        *,
        n_neighbors=10,
        batch_size=256,
        epochs=200,
        random_state=None,
    ):
        self.encoding_dim = encoding_dim
        self.n_neighbors = n_neighbors
        self.batch_size = batch_size
        self.epochs = epochs
        self.random_state = random_state

    def _loss_weights(self, epoch):
        return {"neighbours": 1.0}
