"""NaN as the mark of padding."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="skae")
class MaskPadding(keras.layers.Layer):
    """Replace NaN by 0, and tell the layers that follow to skip these time steps."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_mask(self, inputs, mask=None):
        return ops.logical_not(ops.isnan(inputs[..., 0]))

    def call(self, inputs):
        return ops.where(ops.isnan(inputs), 0.0, inputs)

    def compute_output_shape(self, input_shape):
        return input_shape
