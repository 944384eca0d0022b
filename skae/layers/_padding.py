"""Layers for sequences that are padded with NaN."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="skae")
class MaskPadding(keras.layers.Layer):
    """Replace NaN by 0, and mask these time steps for the following layers."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_mask(self, inputs, mask=None):
        return ops.logical_not(ops.isnan(inputs[..., 0]))

    def call(self, inputs):
        return ops.where(ops.isnan(inputs), 0.0, inputs)

    def compute_output_shape(self, input_shape):
        return input_shape


@keras.saving.register_keras_serializable(package="skae")
class FillPadding(keras.layers.Layer):
    """Replace NaN by the mean over the time steps of the sequence, per feature."""

    def call(self, inputs):
        gone = ops.isnan(inputs)
        values = ops.where(gone, 0.0, inputs)
        n_present = ops.sum(ops.cast(ops.logical_not(gone), "float32"), axis=1)
        mean = ops.sum(values, axis=1) / ops.maximum(n_present, 1.0)
        return ops.where(gone, ops.expand_dims(mean, 1), values)

    def compute_output_shape(self, input_shape):
        return input_shape


@keras.saving.register_keras_serializable(package="skae")
class Present(keras.layers.Layer):
    """Mask of shape (n, timesteps, 1): 1 for time steps with values, 0 for padding."""

    def call(self, inputs):
        return ops.cast(ops.logical_not(ops.isnan(inputs[..., :1])), "float32")

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 1)
