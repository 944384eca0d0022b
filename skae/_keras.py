"""Keras, imported when it is first used, and without TensorFlow's start-up notes."""

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
    """Import Keras and its backend, without notes unless the user asks for them.

    Who sets TF_CPP_MIN_LOG_LEVEL, or has imported Keras or TensorFlow, has said what to
    see. TensorFlow reads the level when it is imported: afterwards the environment is
    as it was, and so are the processes that it is handed on to.
    """
    with _lock:
        if _LEVEL in os.environ or {"keras", "tensorflow"} & sys.modules.keys():
            return
        os.environ[_LEVEL] = "3"
        try:
            # Some are written before TensorFlow 2.21 looks at the level.
            with without_notes():
                import keras  # noqa: F401
        finally:
            del os.environ[_LEVEL]


@contextlib.contextmanager
def without_notes() -> Iterator[None]:
    """Hold back what is written to stderr, and in the end print all but notes.

    C++ writes to the descriptor and not to `sys.stderr`.
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
    """A module that is imported when one of its attributes is first asked for."""

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
