"""Detection of forked processes, which would deadlock."""

import os

from skae._keras import import_keras

_owner: int | None = None


def enter_backend() -> None:
    """Import Keras' backend, and remember that it runs in this process.

    A process that is forked afterwards does not have its threads, and would deadlock.

    Raises
    ------
    RuntimeError
        In a fork of a process in which the backend has run.
    """
    global _owner
    process = os.getpid()
    if _owner is None:
        _owner = process
    elif _owner != process:
        raise RuntimeError(
            f"Process {process} was forked from process {_owner} after that one had "
            "used Keras, whose threads do not survive a fork: skae would wait for ever "
            "here. Start processes with 'spawn' (multiprocessing.get_context), use "
            "joblib's own backend 'loky', or fork before the first fit, load and "
            "transform."
        )
    import_keras()
