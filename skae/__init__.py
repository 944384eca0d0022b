"""Autoencoders for scikit-learn users.

Keras and TensorFlow are imported by the first fit, not by ``import skae``.
"""

from typing import TYPE_CHECKING

from skae import autoencoders, meta
from skae.autoencoders import *  # noqa: F403
from skae.base import BaseAutoencoder as BaseAutoencoder
from skae.meta import *  # noqa: F403
from skae.persistence import load as load
from skae.persistence import save as save
from skae.training import Checkpoint as Checkpoint
from skae.training import clear_cache as clear_cache
from skae.training import show_versions as show_versions

if TYPE_CHECKING:
    from skae import datasets as datasets
    from skae import metrics as metrics
    from skae import plotting as plotting

__version__ = "0.1.0"

# Parts that fits do not need: imported when they are first asked for.
_LATE = ("datasets", "metrics", "plotting")
__all__ = [
    *("BaseAutoencoder", "Checkpoint", "clear_cache", "load", "save", "show_versions"),
    # A new family needs no line here.
    *(name for name in vars(autoencoders) if not name.startswith("_")),
    *meta.__all__,
    *_LATE,
]


def __getattr__(name: str):
    """Import a part that fits do not need when it is first asked for."""
    if name in _LATE:
        from importlib import import_module

        return import_module(f"skae.{name}")
    raise AttributeError(f"module 'skae' has no attribute {name!r}")


def __dir__() -> list[str]:
    """What is public, the parts that are imported late among it."""
    return sorted([*__all__, "__version__"])
