"""Default global settings of Keras, whatever the user has set."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from skae._keras import keras

_DTYPE, _EPSILON, _LAYOUT = "float32", 1e-7, "channels_last"

# The settings are global to the process: two threads that change them would conflict.
_lock = threading.RLock()


@contextmanager
def own_keras_settings() -> Iterator[None]:
    """Context in which Keras has its default settings.

    The settings of the user are restored afterwards. Settings that have their defaults
    are not touched. Layers that are built and functions that are traced inside keep
    the types and layouts explicitly.
    """
    with _lock:
        layout, epsilon = keras.config.image_data_format(), keras.config.epsilon()
        floatx, policy = keras.config.floatx(), keras.config.dtype_policy()
        if (layout, epsilon, floatx) != (_LAYOUT, _EPSILON, _DTYPE):
            keras.config.set_image_data_format(_LAYOUT)
            keras.config.set_epsilon(_EPSILON)
            keras.config.set_floatx(_DTYPE)
        if policy.name != _DTYPE:
            keras.config.set_dtype_policy(_DTYPE)
        try:
            yield
        finally:
            if (layout, epsilon, floatx) != (_LAYOUT, _EPSILON, _DTYPE):
                keras.config.set_image_data_format(layout)
                keras.config.set_epsilon(epsilon)
                keras.config.set_floatx(floatx)
            if policy.name != _DTYPE:
                keras.config.set_dtype_policy(policy)
