"""Whether the weights of a file fit the network that it describes."""

from typing import Any

import numpy as np

from skae.fitting._model import TrainedModel, make_blueprint
from skae.training import enter_backend


def check_model(model: TrainedModel) -> None:
    """ValueError unless the network has just these weights.

    The network is built without its weights, so that a file that speaks of a million
    units does not get the memory for them.
    """
    shape = model.sample_shape
    if not shape or any(type(n) is not int or n < 1 for n in shape):
        raise ValueError(f"rows of the shape {shape!r}")
    if type(model.code_size) is not int:
        raise ValueError("codes of no size")
    arrays = model.weights.values()
    if not all(isinstance(a, np.ndarray) and a.dtype.kind in "biuf" for a in arrays):
        raise ValueError("weights that are no arrays of numbers")
    # Each hidden layer has weights of its own.
    _check_lengths(list(vars(model.spec).values()), len(model.weights))
    expected = _kinds(model)
    found = {path: _kind(array) for path, array in model.weights.items()}
    if expected != found:
        path = min(
            path for path in expected | found if expected.get(path) != found.get(path)
        )
        raise ValueError(
            f"the weights {path!r} are {found.get(path)}, but the network that it "
            f"describes has {expected.get(path)}"
        )


def _kind(weight) -> str:
    return f"{weight.dtype} of shape {tuple(weight.shape)}"


def _check_lengths(value: Any, most: int) -> None:
    items = value.values() if isinstance(value, dict) else value
    if not isinstance(value, list | tuple | dict):
        return
    if len(items) > max(most, 16):
        raise ValueError(f"a list of {len(items)} settings for {most} weights")
    for item in items:
        _check_lengths(item, most)


def _kinds(model: TrainedModel) -> dict[str, str]:
    """Type and shape of the network's weights."""
    import keras
    from keras.src.backend.common import global_state

    enter_backend()  # its error is about this process, not about the file
    # Inside, weights have a shape and no values; outside, Keras would fill them in.
    waiting = global_state.get_global_attribute("uninitialized_variables", [])
    waiting = list(waiting)
    try:
        with keras.StatelessScope(initialize_variables=False):
            graph = make_blueprint(model.spec, model.sample_shape).build_graph()
            weights = [*graph.autoencoder.weights, *graph.forward.weights]
            return {weight.path: _kind(weight) for weight in weights}
    except Exception as error:  # whatever Keras says of a network that cannot be
        raise ValueError(f"its network cannot be built ({error})") from error
    finally:
        global_state.set_global_attribute("uninitialized_variables", waiting)
