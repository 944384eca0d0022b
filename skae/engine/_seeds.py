"""Random numbers of one fit, independent of global random states."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from sklearn.utils import check_random_state

from skae._keras import keras


def draw_seed(random_state) -> int:
    """Draw a seed for one fit; None gives a new one and leaves NumPy's global state."""
    if random_state is None:
        return int(np.random.SeedSequence().generate_state(1)[0] >> 1)
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))


@contextmanager
def isolated_python_random() -> Iterator[None]:
    """Context in which Python's `random` module has a fixed state.

    Keras draws the seed of an unseeded layer from it. Inside, these draws are the same
    in every process; the state is restored afterwards.
    """
    state = random.getstate()
    random.seed(0)
    try:
        yield
    finally:
        random.setstate(state)


@contextmanager
def fresh_layer_names() -> Iterator[None]:
    """Context in which Keras numbers unnamed layers from the beginning.

    Otherwise a name would depend on the layers built before in the process, and some
    layers include such names in those of their weights.
    """
    from keras.src.backend.common import global_state

    counters = "object_name_uids"
    before = global_state.get_global_attribute(counters)
    global_state.set_global_attribute(counters, None)
    try:
        yield
    finally:
        global_state.set_global_attribute(counters, before)


def random_initializers(model) -> dict[int, object]:
    """Initializers of the weights that a new seed must draw again, by `id`.

    They are found by Keras' convention: the weight `kernel` is drawn by the attribute
    `kernel_initializer` (`recurrent_kernel` by `recurrent_initializer`). All other
    weights keep the values with which they were built.
    """
    found = {}
    for layer in model._flatten_layers():
        for attribute, initializer in vars(layer).items():
            if not attribute.endswith("_initializer") or not hasattr(
                initializer, "seed"
            ):
                continue
            stem = attribute.removesuffix("_initializer")
            for name in (stem, f"{stem}_kernel"):
                variable = getattr(layer, name, None)
                if hasattr(variable, "path"):
                    found[id(variable)] = initializer
    return found


def redraw(initializer, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Draw values of `initializer` with another seed."""
    config = {**initializer.get_config(), "seed": seed}
    values = type(initializer).from_config(config)(shape, dtype="float32")
    return keras.ops.convert_to_numpy(values)
