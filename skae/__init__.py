"""Autoencoders for scikit-learn users.

Keras and TensorFlow are imported by the first fit, not by ``import skae``.
"""

import importlib
from typing import TYPE_CHECKING

from skae.autoencoders import *  # noqa: F403
from skae.base import BaseAutoencoder as BaseAutoencoder
from skae.meta import *  # noqa: F403
from skae.persistence import load as load
from skae.persistence import save as save
from skae.training import Checkpoint as Checkpoint
from skae.training import clear_cache as clear_cache

if TYPE_CHECKING:
    from skae import datasets as datasets
    from skae import metrics as metrics
    from skae import plotting as plotting

__version__ = "0.1.0"


def __getattr__(name: str):
    """Import a part that fits do not need when it is first asked for."""
    if name in {"datasets", "metrics", "plotting"}:
        return importlib.import_module(f"skae.{name}")
    raise AttributeError(f"module 'skae' has no attribute {name!r}")
