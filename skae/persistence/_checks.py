"""Check that the weights in a file fit the network that it describes."""

from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Integral

import numpy as np

from skae._keras import import_keras, keras
from skae.engine import build_graph, enter_backend
from skae.families.keras_networks import BuiltNetwork
from skae.fitting import TrainedModel

_DTYPES = (
    *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
    *("float16", "float32", "float64"),
)


def check_model(model: TrainedModel) -> None:
    """Raise ValueError unless the network has exactly these weights.

    The network is built without allocating weights, so that a malicious file cannot
    exhaust the memory with huge layers; and building stops at a number of variables, so
    that it cannot take forever with many layers.
    """
    for name, field in model.architecture.fields.items():
        if any(not isinstance(n, Integral) or n < 1 for n in field.shape):
            raise ValueError(f"rows of {name} of the shape {field.shape!r}")
        if field.dtype not in _DTYPES:
            raise ValueError(f"rows of {name} of the type {field.dtype!r}")
    if type(model.code_size) is not int:
        raise ValueError("an invalid number of codes")
    arrays = model.weights.values()
    if not all(isinstance(a, np.ndarray) and a.dtype.kind in "biuf" for a in arrays):
        raise ValueError("weights that are not arrays of numbers")
    expected = _kinds(model)
    found = {name: _kind(array) for name, array in model.weights.items()}
    if expected != found:
        name = min(
            name for name in expected | found if expected.get(name) != found.get(name)
        )
        raise ValueError(
            f"the weights {name!r} are {found.get(name)}, but the network that it "
            f"describes has {expected.get(name)}"
        )


def _kind(weight) -> str:
    return f"{weight.dtype} of shape {tuple(weight.shape)}"


class _Few(list):
    """List of the variables of a network, limited to a number of them."""

    def __init__(self, most: int):
        super().__init__()
        self._most = most

    def append(self, variable) -> None:
        if len(self) >= self._most:
            raise ValueError(f"it has more than {self._most} variables")
        super().append(variable)


def _kinds(model: TrainedModel) -> dict[str, str]:
    """Data types and shapes of the network's weights."""
    with _without_values(len(model.weights)):
        graph = build_graph(model.architecture)
        return {name: _kind(weight) for name, weight in graph.weights.items()}


def check_network(network: BuiltNetwork) -> None:
    """Raise ValueError unless a model of the user has exactly these weights."""
    if not isinstance(network.weights, list):
        raise ValueError("a model without weights")
    with _without_values(len(network.weights)):
        expected = [_kind(weight) for weight in network.make("model").weights]
    found = [_kind(weight) for weight in network.weights]
    if expected != found:
        raise ValueError(f"a model with the weights {expected}, and values of {found}")


@contextmanager
def _without_values(n_weights: int) -> Iterator[None]:
    """Context in which weights have shapes but no values, and their number a limit."""
    import_keras()
    from keras.src.backend.common import global_state

    enter_backend()  # before `try`: its error is about the process, not the file
    # Keras would initialize the weights after the scope. Some layers have further
    # variables, for random numbers.
    waiting = global_state.get_global_attribute("uninitialized_variables", [])
    few = _Few(10 * (n_weights + 10))
    try:
        global_state.set_global_attribute("uninitialized_variables", few)
        with keras.StatelessScope(initialize_variables=False):
            yield
    except Exception as error:  # Keras raises errors of many types
        raise ValueError(f"its network cannot be built ({error})") from error
    finally:
        global_state.set_global_attribute("uninitialized_variables", waiting)
