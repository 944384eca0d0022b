"""Cache of programs and inference functions, by architecture."""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from skae.engine._backends import active_distribution, make_program
from skae.engine._inference import Inference
from skae.engine._keras_settings import own_keras_settings
from skae.engine._loss_trials import forget_trials
from skae.engine._optimizers import program_key
from skae.engine._process import enter_backend
from skae.engine._seeds import (
    fresh_layer_names,
    isolated_python_random,
    remembered_initializers,
)

MAX_PROGRAMS = 16
MAX_INFERENCES = 32

_lock = threading.RLock()
_programs: OrderedDict[Hashable, list] = OrderedDict()
_inferences: OrderedDict[Hashable, Any] = OrderedDict()


class Buildable(Hashable, Protocol):
    """Specification of a graph: equal ones share programs."""

    def build(self) -> Any:
        """Build a new graph."""


def build_graph(architecture: Buildable) -> Any:
    """Build a graph, always with the same names; global state is not changed."""
    enter_backend()
    with (
        _lock,
        isolated_python_random(),
        fresh_layer_names(),
        own_keras_settings(),
        remembered_initializers(),
    ):
        return architecture.build()


@contextmanager
def borrowed_program(architecture: Buildable, settings) -> Iterator[Any]:
    """Lend a program to one fit.

    It is an idle program of the same architecture if there is one, else a new one. Two
    threads that fit the same architecture get two programs.
    """
    enter_backend()
    distribution = active_distribution()
    key = (
        architecture,
        settings._replace(optimizer=program_key(settings.optimizer)),
        distribution,
    )
    with _lock:
        idle = _programs.get(key)
        program = idle.pop() if idle else None
    if program is None:
        graph = build_graph(architecture)
        with _lock, isolated_python_random(), own_keras_settings():
            program = make_program(graph, settings)
            if distribution is None:  # inference runs on one device
                _remember_inference(architecture, graph)
    yield program
    # Not reached after an error: a program in an undefined state is not used again.
    with _lock:
        _programs.setdefault(key, []).append(program)
        _programs.move_to_end(key)
        while sum(map(len, _programs.values())) > MAX_PROGRAMS:
            _forget_oldest_program()


def inference(architecture: Buildable):
    """The inference functions of an architecture."""
    enter_backend()
    with _lock:
        if architecture not in _inferences:
            _remember_inference(architecture, build_graph(architecture))
        _inferences.move_to_end(architecture)
        return _inferences[architecture]


def clear_cache() -> None:
    """Forget all compiled programs and free their memory.

    Fitted estimators are not affected. The next fit of each architecture traces its
    program again.

    Examples
    --------
    >>> import skae
    >>> skae.clear_cache()
    """
    with _lock:
        forget_trials()
        _programs.clear()
        _inferences.clear()


def _remember_inference(architecture: Buildable, graph) -> None:
    if architecture not in _inferences:
        _inferences[architecture] = Inference(graph)
    while len(_inferences) > MAX_INFERENCES:
        _inferences.popitem(last=False)


def _forget_oldest_program() -> None:
    key = next(key for key, idle in _programs.items() if idle)
    _programs[key].pop(0)
    if not _programs[key]:
        del _programs[key]
