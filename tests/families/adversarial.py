"""Codes that a second network cannot tell from normal ones (Makhzani et al., 2015)."""

from typing import ClassVar

import keras
from keras import layers, ops

from skae.base import BaseAutoencoder
from skae.engine import Update
from skae.families.dense import DenseArchitecture
from skae.layers import Sampling


class Adversarial(DenseArchitecture):
    hidden_layer_sizes, activation = (128, 64), "gelu"

    def bottleneck(self, h, x):
        code = super().bottleneck(h, x)
        zeros = ops.zeros_like(code)
        judge = [
            layers.Dense(64, activation="gelu", name="judge_0"),
            layers.Dense(1, name="judge_1"),
        ]

        def logit(z):
            for layer in judge:
                z = layer(z)
            return z[:, 0]

        return {
            "code": code,
            "fooling": logit(code),
            "of_code": logit(ops.stop_gradient(code)),
            "of_normal": logit(Sampling()([zeros, zeros])),
        }

    def penalties(self, forward):
        def mean(values):
            return ops.sum(forward.row_weight * values)

        judged = forward.tensors
        return {
            "fooling": mean(ops.softplus(-judged["fooling"])),
            "judging": mean(
                ops.softplus(judged["of_code"]) + ops.softplus(-judged["of_normal"])
            ),
        }

    def updates(self):
        return (
            Update(terms=("reconstruction_loss", "fooling")),
            Update(("judging",), ("judge_",), optimizer="rmsprop", learning_rate=0.5),
        )


class AdversarialAutoencoder(BaseAutoencoder):
    _architecture: ClassVar = Adversarial
    _outside_graph: ClassVar = ("fooling_weight",)

    def __init__(
        self, encoding_dim=8, *, fooling_weight=0.05, epochs=60, random_state=None
    ):
        self.encoding_dim = encoding_dim
        self.fooling_weight = fooling_weight
        self.epochs = epochs
        self.random_state = random_state

    def sample(self, n_samples=1):
        codes = keras.random.normal((n_samples, self.encoding_dim), seed=0)
        return self.inverse_transform(codes)

    def _loss_weights(self, epoch):
        return {"fooling": float(self.fooling_weight), "judging": 1.0}
