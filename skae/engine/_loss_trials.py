"""Trials of the losses of users, once for each loss and shape of a row."""

import threading
from collections import OrderedDict
from collections.abc import Hashable

from skae.engine._freeze import freeze
from skae.engine._keras_settings import own_keras_settings
from skae.engine._process import enter_backend
from skae.engine._seeds import fresh_layer_names, isolated_python_random
from skae.losses import CustomLoss, ReconstructionLoss

_MOST = 64
_lock = threading.RLock()
# What has passed: keys only, so that no loss is kept beyond its place in the list.
_passed: OrderedDict[Hashable, None] = OrderedDict()


def try_out(loss: ReconstructionLoss, sample_shape: tuple[int, ...]) -> None:
    """Raise ValueError if a loss of the user is none for rows of this shape."""
    if not isinstance(loss, CustomLoss):
        return
    key = freeze(loss.function), sample_shape, loss.padded
    with _lock:
        if key in _passed:
            _passed.move_to_end(key)
            return
    enter_backend()
    with isolated_python_random(), fresh_layer_names(), own_keras_settings():
        loss.try_out(sample_shape)
    with _lock:
        _passed[key] = None
        while len(_passed) > _MOST:
            _passed.popitem(last=False)


def forget_trials() -> None:
    """Forget all losses that have been tried out."""
    with _lock:
        _passed.clear()
