"""Public names that have moved, and hooks that were renamed or removed."""

import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from skae._callers import level_of_user

# Names by their former package and their package.
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
    "skae.training": {
        "skae.engine": (
            "Baseline",
            "Checkpoint",
            "FitSettings",
            "ProgramSettings",
            "TrainingData",
            "all_finite",
            "borrowed_program",
            "build_graph",
            "check_all_there",
            "clear_cache",
            "draw_seed",
            "enter_backend",
            "excluded_from_weight_decay",
            "inference",
            "margin_of_luck",
            "optimizer_config",
            "show_versions",
            "train",
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
    """Return the object that was `name` in `package`, with a FutureWarning."""
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
    """Return the `__getattr__` of a package whose names have moved."""
    return lambda name: find_moved(package, name)


def check_hooks(cls: type, renamed: Mapping[str, str], gone: Mapping[str, str]) -> None:
    """Handle hooks of a new subclass that have former names.

    Parameters
    ----------
    cls : type
        The new subclass, in the package or of a user.

    renamed : mapping of str to str
        Present names by former names: such hooks work, with a FutureWarning.

    gone : mapping of str to str
        Advice by the name of a removed hook: such hooks raise a TypeError, since
        nothing would call them.
    """
    for old, new in renamed.items():
        if old in vars(cls) and new not in vars(cls):
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
