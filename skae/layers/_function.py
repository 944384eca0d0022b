"""A function of several tensors as a layer."""

import keras


class Function(keras.layers.Layer):
    """Call a function with a list of tensors.

    Within a layer the function is given tensors of the backend, also where the graph of
    Keras has symbolic ones.

    Parameters
    ----------
    function : callable
        Function of as many tensors as the layer is called with.
    """

    def __init__(self, function, **kwargs):
        super().__init__(**kwargs)
        self.function = function

    def call(self, inputs):
        return self.function(*inputs)
