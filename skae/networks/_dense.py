"""Stacks of dense layers."""

import keras

from skae.layers import TiedDense


def dense_stack(x, sizes, *, activation, dropout=0.0, prefix):
    """Dense layers of `sizes` units on `x`, each followed by dropout if asked.

    The layers are called ``{prefix}_0``, ``{prefix}_1`` and so on.
    """
    for i, size in enumerate(sizes):
        name = f"{prefix}_{i}"
        x = keras.layers.Dense(size, activation=activation, name=name)(x)
        x = _drop(x, dropout, name)
    return x


def tied_stack(x, sources, *, activation, dropout=0.0, prefix):
    """One layer per layer of `sources`, with its kernel transposed."""
    for i, source in enumerate(sources):
        name = f"{prefix}_{i}"
        x = TiedDense(source, activation=activation, name=name)(x)
        x = _drop(x, dropout, name)
    return x


def _drop(x, rate, name):
    return keras.layers.Dropout(rate, name=f"{name}_dropout")(x) if rate else x
