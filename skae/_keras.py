"""Lazy import of Keras, without the start-up messages of TensorFlow."""

import contextlib
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

_LEVEL = "TF_CPP_MIN_LOG_LEVEL"
_NOTE = re.compile(
    rb"I\d{4} |To enable the following instructions|"
    rb"WARNING: All log messages before absl::InitializeLog\(\)"
)
_lock = threading.Lock()


def import_keras() -> None:
    """Import Keras and its backend, without start-up messages.

    Nothing is changed if TF_CPP_MIN_LOG_LEVEL is set, or if Keras or TensorFlow has
    been imported before. TensorFlow reads the level when it is imported. Afterwards the
    environment is restored, so that child processes do not inherit the level.
    """
    with _lock:
        if _LEVEL in os.environ or {"keras", "tensorflow"} & sys.modules.keys():
            return
        os.environ[_LEVEL] = "3"
        try:
            # TensorFlow 2.21 writes some messages before it reads the level.
            with without_notes():
                import keras  # noqa: F401
        finally:
            del os.environ[_LEVEL]


@contextlib.contextmanager
def without_notes() -> Iterator[None]:
    """Context in which stderr is held back; afterwards all but the notes is printed.

    It redirects the file descriptor, to which C++ writes, and not `sys.stderr`.
    """
    if sys.stderr is None:  # closed
        yield
        return
    with tempfile.TemporaryFile() as held:
        sys.stderr.flush()
        stderr = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(stderr, 2)
            os.close(stderr)
            held.seek(0)
            for line in held:
                if not _NOTE.match(line):
                    os.write(2, line)


class LazyModule:
    """A module that is imported when one of its attributes is first accessed."""

    def __init__(self, name: str):
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        import_keras()
        return getattr(import_module(self._name), attribute)


if TYPE_CHECKING:
    import keras as keras
    from keras import ops as ops
else:
    keras = LazyModule("keras")
    ops = LazyModule("keras.ops")
