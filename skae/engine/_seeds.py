"""Random numbers of one fit, independent of global random states."""

import copy
import functools
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


@contextmanager
def remembered_initializers() -> Iterator[None]:
    """Context in which new weights remember their initializers, in all layers."""
    original = keras.layers.Layer.add_weight

    @functools.wraps(original)
    def add_weight(self, *args, **kwargs):
        names = ("shape", "initializer", "dtype")
        named = {**dict(zip(names, args, strict=False)), **kwargs}
        initializer = named.get("initializer")
        if initializer is None:  # Keras' own default
            dtype = named.get("dtype") or self.variable_dtype
            is_float = "float" in keras.backend.standardize_dtype(dtype)
            initializer = "glorot_uniform" if is_float else "zeros"
        initializer = keras.initializers.get(initializer)
        if len(args) > 1:
            args = (args[0], initializer, *args[2:])
        else:
            kwargs["initializer"] = initializer
        weight = original(self, *args, **kwargs)
        weight.drawn_by = initializer
        return weight

    keras.layers.Layer.add_weight = add_weight
    try:
        yield
    finally:
        keras.layers.Layer.add_weight = original


def random_initializers(model) -> dict[int, object]:
    """Initializers of the weights that a new seed must draw again, by `id`.

    All other weights keep the values with which they were built.
    """
    initializers = {id(w): getattr(w, "drawn_by", None) for w in model.weights}
    return {key: made for key, made in initializers.items() if _may_draw(made)}


def _may_draw(initializer) -> bool:
    """Whether an initializer has a seed, or is one of the user's, which may draw."""
    if initializer is None:
        return False
    if hasattr(initializer, "seed"):
        return True
    module = getattr(initializer, "__module__", "").partition(".")[0]
    return module not in ("keras", "skae")


def redraw(initializer, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Draw values of `initializer` with another seed."""
    if hasattr(initializer, "seed"):
        initializer = copy.copy(initializer)
        initializer.seed = seed
        values = initializer(shape, dtype="float32")
    else:
        with global_keras_seed(seed):
            values = initializer(shape, dtype="float32")
    return keras.ops.convert_to_numpy(values)


@contextmanager
def global_keras_seed(seed: int) -> Iterator[None]:
    """Context in which what Keras draws without a seed is drawn with this one."""
    from keras.src.backend.common import global_state

    name = "global_seed_generator"
    before = global_state.get_global_attribute(name)
    global_state.set_global_attribute(name, keras.random.SeedGenerator(seed))
    try:
        yield
    finally:
        global_state.set_global_attribute(name, before)
