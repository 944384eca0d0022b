"""Keras' global settings are the user's: nothing here depends on them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_DTYPE, _EPSILON, _LAYOUT = "float32", 1e-7, "channels_last"

# The settings are the process's: two threads that change them would undo each other.
_lock = threading.RLock()


@contextmanager
def own_keras_settings() -> Iterator[None]:
    """Inside, Keras has the settings that it comes with; outside, it keeps its own.

    Where nobody has changed them, nothing is touched. What is built or traced inside
    has types and layouts written out, and remembers them.
    """
    from keras import config

    with _lock:
        layout, epsilon = config.image_data_format(), config.epsilon()
        floatx, policy = config.floatx(), config.dtype_policy()
        if (layout, epsilon, floatx) != (_LAYOUT, _EPSILON, _DTYPE):
            config.set_image_data_format(_LAYOUT)
            config.set_epsilon(_EPSILON)
            config.set_floatx(_DTYPE)
        if policy.name != _DTYPE:
            config.set_dtype_policy(_DTYPE)
        try:
            yield
        finally:
            if (layout, epsilon, floatx) != (_LAYOUT, _EPSILON, _DTYPE):
                config.set_image_data_format(layout)
                config.set_epsilon(epsilon)
                config.set_floatx(floatx)
            if policy.name != _DTYPE:
                config.set_dtype_policy(policy)
