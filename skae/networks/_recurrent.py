"""Stacks of recurrent layers."""

import keras


def recurrent_stack(x, sizes, *, cell, prefix, names=None, return_sequences=True):
    """LSTM or GRU layers of `sizes` units; the last one may return its end state."""
    layer = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[cell]
    names = names or [f"{prefix}_{i}" for i in range(len(sizes))]
    for i, (size, name) in enumerate(zip(sizes, names, strict=True)):
        last = i == len(sizes) - 1
        x = layer(size, return_sequences=return_sequences or not last, name=name)(x)
    return x
