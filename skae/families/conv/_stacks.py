"""Stacks of convolutions that downsample and upsample images by factors of 2."""

from skae import layers
from skae._keras import keras


def halved(size):
    """Height and width after a 2 x 2 pooling with padding "same"."""
    return tuple((n + 1) // 2 for n in size)


def conv_stack(x, filters, *, kernel_size, pooling, activation, prefix):
    """For each entry of `filters`, a convolution and downsampling by 2."""
    for i, n in enumerate(filters):
        x = keras.layers.Conv2D(
            n,
            kernel_size,
            strides=2 if pooling == "stride" else 1,
            padding="same",
            data_format="channels_last",
            activation=activation,
            name=f"{prefix}_{i}",
        )(x)
        if pooling != "stride":
            pool = {
                "max": keras.layers.MaxPooling2D,
                "average": keras.layers.AveragePooling2D,
            }
            options = {"padding": "same", "data_format": "channels_last"}
            x = pool[pooling](2, name=f"{prefix}_{i}_pool", **options)(x)
    return x


def doubling_stack(h, filters, sizes, *, kernel_size, transposed, activation, names):
    """For each entry of `filters`, upsampling to the next of `sizes`, and convolution.

    Either a transposed convolution of stride 2, or nearest-neighbour upsampling and a
    convolution. The last layer has no activation.
    """
    for i, (n, size, name) in enumerate(zip(filters, sizes, names, strict=True)):
        options = {"activation": activation if i < len(filters) - 1 else None}
        options["name"] = name
        if transposed:
            options |= {"padding": "same", "data_format": "channels_last"}
            layer = keras.layers.Conv2DTranspose(n, kernel_size, strides=2, **options)
        else:
            layer = layers.UpsampleConv2D(n, kernel_size, **options)
        h = layer(h)
        excess = [got - wanted for got, wanted in zip(h.shape[1:3], size, strict=True)]
        if any(excess):
            cut = tuple((0, n) for n in excess)
            h = keras.layers.Cropping2D(cut, "channels_last", name=f"{name}_crop")(h)
    return h
