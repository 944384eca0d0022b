"""Fitted attributes, which are restored if a fit fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Fitted attributes that are not public.
_PRIVATE = ("_model", "_layout")
# scikit-learn needs these to end the callbacks of a fit, and removes them itself.
_OF_SCIKIT_LEARN = ("_callback_", "_skl_callbacks")


def _fitted_attributes(estimator) -> dict[str, Any]:
    return {
        name: value
        for name, value in vars(estimator).items()
        if name.endswith("_") or name in _PRIVATE
    }


def _forget(estimator) -> None:
    for name in _fitted_attributes(estimator):
        delattr(estimator, name)


@contextmanager
def all_or_nothing(estimator, *, continuing: bool) -> Iterator[None]:
    """Context of a fit, which restores the estimator after an error.

    The attributes of a previous fit are removed at first, unless `continuing`.
    """
    before = dict(vars(estimator))
    if not continuing:
        _forget(estimator)
    try:
        yield
    except BaseException:
        for name in vars(estimator).keys() - before.keys():
            if not name.startswith(_OF_SCIKIT_LEARN):
                delattr(estimator, name)
        vars(estimator).update(before)
        raise
