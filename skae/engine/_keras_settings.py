"""Keras' global settings are the user's: nothing here depends on them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from skae._keras import keras

_DTYPE, _EPSILON, _LAYOUT = "float32", 1e-7, "channels_last"

# The settings are the process's: two threads that change them would undo each other.
_lock = threading.RLock()


@contextmanager
def own_keras_settings() -> Iterator[None]:
    """Inside, Keras has the settings that it comes with; outside, it keeps its own.

    Where nobody has changed them, nothing is touched. What is built or traced inside
    has types and layouts written out, and remembers them.
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
