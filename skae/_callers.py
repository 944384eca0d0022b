"""The stack level of warnings, which should point to the code of the user."""

import contextlib
import os
import sys
from pathlib import Path

import sklearn

_INSIDE = (
    *(f"{Path(module).parent}{os.sep}" for module in (__file__, sklearn.__file__)),
    *(contextlib.__file__, "<frozen "),
)


def level_of_user() -> int:
    """Find the `stacklevel` with which a warning points outside this package.

    Frames of scikit-learn, such as its decorators, are skipped as well.
    """
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_INSIDE):
        level, frame = level + 1, frame.f_back
    return level
