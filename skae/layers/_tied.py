"""A dense layer that uses the kernel of another one, transposed."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="skae")
class TiedDense(keras.layers.Layer):
    """Map `h` to ``activation(h @ kernel.T + bias)`` with the kernel of `source`.

    Parameters
    ----------
    source : keras.layers.Dense
        A built layer; its kernel of shape (n_outputs, n_inputs) is shared, not copied.

    activation : str or callable, default=None
        As in `keras.layers.Dense`.

    use_bias : bool, default=True
        Whether the layer has a bias.
    """

    def __init__(self, source, activation=None, use_bias=True, **kwargs):
        super().__init__(**kwargs)
        self.source = source
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias

    def build(self, input_shape):
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(self.source.kernel.shape[0],), initializer="zeros"
            )

    def call(self, inputs):
        outputs = ops.matmul(inputs, ops.transpose(self.source.kernel))
        if self.use_bias:
            outputs = outputs + self.bias
        return self.activation(outputs)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.source.kernel.shape[0])

    def get_config(self):
        config = {
            "source": keras.saving.serialize_keras_object(self.source),
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
        }
        return {**super().get_config(), **config}

    @classmethod
    def from_config(cls, config):
        """Make the layer from the result of `get_config`."""
        source = keras.saving.deserialize_keras_object(config["source"])
        return cls(**{**config, "source": source})
