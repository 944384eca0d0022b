"""Stacks of recurrent layers, and of convolutions over pieces of a sequence."""

from skae._keras import keras, ops


def piece_lengths(n_timesteps, pieces):
    """Numbers of time steps before and after each joining of `pieces` into one."""
    lengths = [n_timesteps]
    for size in pieces:
        lengths.append(-(-lengths[-1] // size))
    return lengths


def piece_stack(h, present, filters, pieces, *, kernel_size, activation, prefix):
    """For each entry of `filters`, join time steps into pieces, and a convolution.

    `present` is 0 for padding, where the outputs of each layer are set to zero, as in
    the zero padding of an unpadded sequence. None means that there is no padding.
    """
    for i, (n, size) in enumerate(zip(filters, pieces, strict=True)):
        h = _join(h, size, f"{prefix}_{i}_pieces")
        h = keras.layers.Conv1D(
            n,
            kernel_size,
            padding="same",
            data_format="channels_last",
            activation=activation,
            name=f"{prefix}_{i}",
        )(h)
        if present is not None:
            present = _join(present, size, f"{prefix}_{i}_present")
            present = ops.max(present, axis=-1, keepdims=True)
            h = keras.layers.Multiply(name=f"{prefix}_{i}_masked")([h, present])
    return h


def split_stack(h, filters, pieces, lengths, *, kernel_size, activation, names):
    """For each entry of `filters`, a convolution, and split pieces into time steps.

    `lengths` are the numbers of time steps after each split. The last convolution has
    no activation.
    """
    for i, (n, size, name) in enumerate(zip(filters, pieces, names, strict=True)):
        last = i == len(filters) - 1
        h = keras.layers.Conv1D(
            n * size,
            kernel_size,
            padding="same",
            data_format="channels_last",
            activation=None if last else activation,
            name=name,
        )(h)
        n_steps = h.shape[1] * size
        h = keras.layers.Reshape((n_steps, n), name=f"{name}_split")(h)
        if n_steps > lengths[i]:
            cut = (0, n_steps - lengths[i])
            h = keras.layers.Cropping1D(cut, name=f"{name}_crop")(h)
    return h


def _join(h, size, name):
    n_steps, n_features = h.shape[1:]
    if n_steps % size:
        h = keras.layers.ZeroPadding1D(
            (0, -n_steps % size), "channels_last", name=f"{name}_padded"
        )(h)
    n_pieces = -(-n_steps // size)
    return keras.layers.Reshape((n_pieces, size * n_features), name=name)(h)


def recurrent_stack(x, sizes, *, cell, prefix, names=None, return_sequences=True):
    """LSTM or GRU layers of `sizes` units; the last one may return its last state."""
    layer = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[cell]
    names = names or [f"{prefix}_{i}" for i in range(len(sizes))]
    for i, (size, name) in enumerate(zip(sizes, names, strict=True)):
        last = i == len(sizes) - 1
        x = layer(size, return_sequences=return_sequences or not last, name=name)(x)
    return x
