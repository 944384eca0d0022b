"""Convolutions that halve an image again and again, and their way back."""

import keras
from keras import layers

from skae.layers import UpsampleTo


def halved(size):
    """Height and width after a 2 x 2 pooling with padding "same"."""
    return tuple((n + 1) // 2 for n in size)


def conv_stack(x, filters, *, kernel_size, pooling, activation, prefix):
    """Per entry of `filters` a convolution and a halving of the image."""
    for i, n in enumerate(filters):
        x = layers.Conv2D(
            n,
            kernel_size,
            strides=2 if pooling == "stride" else 1,
            padding="same",
            activation=activation,
            name=f"{prefix}_{i}",
        )(x)
        if pooling != "stride":
            pool = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}
            x = pool[pooling](2, padding="same", name=f"{prefix}_{i}_pool")(x)
    return x


def upsampling_stack(h, filters, sizes, *, kernel_size, activation, prefix):
    """Per entry of `filters` a convolution and a doubling to the next of `sizes`."""
    for i, (n, size) in enumerate(zip(filters, sizes, strict=True)):
        h = layers.Conv2D(
            n, kernel_size, padding="same", activation=activation, name=f"{prefix}_{i}"
        )(h)
        h = UpsampleTo(size, name=f"{prefix}_{i}_upsample")(h)
    return h


def transposed_stack(h, filters, sizes, *, kernel_size, activation, prefix):
    """Per entry of `filters` a transposed convolution of stride 2, cut to a size."""
    for i, (n, size) in enumerate(zip(filters, sizes, strict=True)):
        h = transposed(h, n, size, kernel_size, activation, name=f"{prefix}_{i}")
    return h


def transposed(h, n_filters, size, kernel_size, activation, name):
    """A transposed convolution of stride 2, cut to `size`."""
    h = layers.Conv2DTranspose(
        n_filters,
        kernel_size,
        strides=2,
        padding="same",
        activation=activation,
        name=name,
    )(h)
    excess = [got - wanted for got, wanted in zip(h.shape[1:3], size, strict=True)]
    if any(excess):
        cut = tuple((0, n) for n in excess)
        h = keras.layers.Cropping2D(cut, name=f"{name}_crop")(h)
    return h
