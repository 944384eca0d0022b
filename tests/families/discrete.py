"""Codes that are integers: rounded numbers, and places in a codebook."""

from typing import ClassVar

from keras import layers, ops

from skae.base import BaseAutoencoder
from skae.families.dense import DenseArchitecture


def straight_through(values, rounded):
    """`rounded`, with the gradient of `values`."""
    return values + ops.stop_gradient(rounded - values)


class FiniteScalars(DenseArchitecture):
    """Each code is one of `n_levels` integers (Mentzer et al., 2024)."""

    hidden_layer_sizes, activation = (128, 64), "gelu"

    def bottleneck(self, h, x):
        h = layers.BatchNormalization()(layers.Dense(self.encoding_dim)(h))
        half = (self.n_levels - 1) / 2
        bounded = half * ops.tanh(h)
        level = ops.round(bounded + half)
        return {
            "code": ops.cast(level, "int32"),
            "latent": straight_through(bounded, level - half) / half,
        }

    def embed(self, code, encoder):
        half = (self.n_levels - 1) / 2
        return (ops.cast(code, "float32") - half) / half


class Nearest(layers.Layer):
    """Places of the nearest vectors of a codebook, an `Embedding`."""

    def __init__(self, codebook, **kwargs):
        super().__init__(**kwargs)
        self.codebook = codebook

    def call(self, z):
        vectors = ops.transpose(self.codebook.embeddings)
        distances = ops.sum(vectors**2, axis=0) - 2 * ops.matmul(z, vectors)
        return ops.cast(ops.argmin(distances, axis=-1), "int32")


class Codebook(DenseArchitecture):
    """Each code is a place in one codebook (van den Oord et al., 2017)."""

    hidden_layer_sizes, activation = (128, 64), "gelu"
    size = 4  # of the vectors

    def bottleneck(self, h, x):
        codebook = layers.Embedding(self.n_levels, self.size)
        codebook.build()
        z = layers.BatchNormalization()(layers.Dense(self.encoding_dim * self.size)(h))
        z = layers.Reshape((self.encoding_dim, self.size))(z)
        code = Nearest(codebook, name="nearest")(z)
        vectors = codebook(code)
        latent = layers.Flatten()(straight_through(z, vectors))
        return {"code": code, "latent": latent, "z": z, "vectors": vectors}

    def embed(self, code, encoder):
        return layers.Flatten()(encoder.get_layer("nearest").codebook(code))

    def penalties(self, forward):
        z, vectors = forward.tensors["z"], forward.tensors["vectors"]

        def distance(a, b):
            squares = ops.mean(ops.square(a - ops.stop_gradient(b)), axis=(1, 2))
            return ops.sum(forward.row_weight * squares)

        return {"codebook": distance(vectors, z), "commitment": distance(z, vectors)}


class FiniteScalarAutoencoder(BaseAutoencoder):
    _architecture: ClassVar = FiniteScalars

    def __init__(self, encoding_dim=8, *, n_levels=7, epochs=60, random_state=None):
        self.encoding_dim = encoding_dim
        self.n_levels = n_levels
        self.epochs = epochs
        self.random_state = random_state


class CodebookAutoencoder(FiniteScalarAutoencoder):
    _architecture: ClassVar = Codebook

    def _loss_weights(self, epoch):
        return {"codebook": 1.0, "commitment": 0.25}
