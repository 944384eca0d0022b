"""Public names and hooks that have another name or place today."""

import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from skae._callers import level_of_user

# By the package in which they were, and the one in which they are.
MOVED = {
    "skae.architectures": {
        "skae.engine": (
            "MANY_ROWS",
            "Architecture",
            "Field",
            "Update",
            "FEW_VALUES",
            "NARROW_SIZES",
            "auto_encoding_dim",
            "is_auto",
            "freeze",
            "LinearCode",
        ),
        "skae.families.conv": ("ConvArchitecture", "LinearPathConv"),
        "skae.families.denoising": ("ConvDenoising", "DenseDenoising"),
        "skae.families.dense": ("DenseArchitecture", "LinearPathArchitecture"),
        "skae.families.neighbors": ("DenseNeighbors",),
        "skae.families.recurrent": ("LinearPathRecurrent", "RecurrentArchitecture"),
        "skae.families.sparse": ("SparseArchitecture",),
        "skae.families.stacked": ("StackedArchitecture",),
        "skae.semi_supervised": ("SupervisedArchitecture",),
        "skae.families.tables": ("TableArchitecture", "VariationalTable"),
        "skae.families.variational": ("ConvVariational", "DenseVariational"),
    },
    "skae.objectives": {
        "skae.families.denoising": ("DenoisingObjective",),
        "skae.families.neighbors": ("NeighborObjective",),
        "skae.families.tables": ("TableSamples", "TableObjective"),
        "skae.families.variational": ("VariationalObjective",),
    },
    "skae.autoencoders": {
        "skae.families": (
            "ConvAutoencoder",
            "ConvDenoisingAutoencoder",
            "ConvVariationalAutoencoder",
            "DenoisingAutoencoder",
            "Autoencoder",
            "NeighborAutoencoder",
            "RecurrentAutoencoder",
            "SparseAutoencoder",
            "StackedAutoencoder",
            "TableAutoencoder",
            "VariationalAutoencoder",
            "VariationalTableAutoencoder",
        ),
    },
    "skae.meta": {
        "skae.semi_supervised": ("EncoderClassifier", "EncoderRegressor"),
        "skae.density": ("AutoencoderDensity",),
        "skae.imputation": ("AutoencoderImputer",),
        "skae.outliers": ("AutoencoderOutlierDetector",),
        "skae.search": ("PrefixSearchCV",),
    },
    "skae.data": {
        "skae.tables": ("MixedTableLayout",),
        "skae.neighbors": ("Neighborhood",),
    },
    "skae.layers": {
        "skae.tables": (
            "LevelProbabilities",
            "TableError",
            "TableNegativeLogLikelihood",
            "TableNoise",
            "TableToVector",
        ),
    },
    "skae.losses": {
        "skae.tables": ("TableLikelihood", "TableLoss"),
    },
}


def find_moved(package: str, name: str) -> Any:
    """The object that `package` had under `name`, with a FutureWarning."""
    for home, names in MOVED.get(package, {}).items():
        if name in names:
            warnings.warn(
                f"{package}.{name} has moved: import it from {home}. The old place "
                "will go in version 0.3.",
                FutureWarning,
                stacklevel=3,
            )
            return getattr(import_module(home), name)
    raise AttributeError(f"module {package!r} has no attribute {name!r}")


def former(package: str) -> Callable[[str], Any]:
    """The `__getattr__` of a package whose names have moved."""
    return lambda name: find_moved(package, name)


def check_hooks(cls: type, renamed: Mapping[str, str], gone: Mapping[str, str]) -> None:
    """Take hooks of a new subclass by their former names, or refuse them.

    Parameters
    ----------
    cls : type
        A class of a user, perhaps.

    renamed : mapping of str to str
        Names of today by those of before: taken, with a FutureWarning.

    gone : mapping of str to str
        What to write instead, by the name: a TypeError, since nothing would call it.
    """
    for old, new in renamed.items():
        if old in vars(cls):
            warnings.warn(
                f"{cls.__name__}.{old} is called {new} now. The old name will go in "
                "version 0.3.",
                FutureWarning,
                stacklevel=level_of_user(),
            )
            setattr(cls, new, vars(cls)[old])
    for old, instead in gone.items():
        if old in vars(cls):
            raise TypeError(f"Nothing calls {cls.__name__}.{old} any more: {instead}.")
