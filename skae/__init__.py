"""Autoencoders for scikit-learn users.

Keras and TensorFlow are imported by the first fit, not by ``import skae``.
"""

from typing import TYPE_CHECKING

from skae import families
from skae.base import BaseAutoencoder as BaseAutoencoder
from skae.density import AutoencoderDensity as AutoencoderDensity
from skae.engine import Checkpoint as Checkpoint
from skae.engine import clear_cache as clear_cache
from skae.engine import show_versions as show_versions
from skae.families import *  # noqa: F403
from skae.imputation import AutoencoderImputer as AutoencoderImputer
from skae.outliers import AutoencoderOutlierDetector as AutoencoderOutlierDetector
from skae.persistence import load as load
from skae.persistence import save as save
from skae.search import PrefixSearchCV as PrefixSearchCV
from skae.semi_supervised import EncoderClassifier as EncoderClassifier
from skae.semi_supervised import EncoderRegressor as EncoderRegressor

if TYPE_CHECKING:
    from skae import datasets as datasets
    from skae import metrics as metrics
    from skae import plotting as plotting

__version__ = "0.1.0"

# Sub-packages that fits do not need: imported when they are first accessed.
_LATE = ("datasets", "metrics", "plotting")
__all__ = [
    *("BaseAutoencoder", "Checkpoint", "clear_cache", "load", "save", "show_versions"),
    *("AutoencoderDensity", "AutoencoderImputer", "AutoencoderOutlierDetector"),
    *("EncoderClassifier", "EncoderRegressor", "PrefixSearchCV"),
    # A new family needs no line here.
    *families.__all__,
    *_LATE,
]


def __getattr__(name: str):
    """Import a sub-package that fits do not need, when it is first accessed."""
    if name in _LATE:
        from importlib import import_module

        return import_module(f"skae.{name}")
    raise AttributeError(f"module 'skae' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Public names, including sub-packages that are imported late."""
    return sorted([*__all__, "__version__"])
