"""The page of the API reference, written from what the package exports.

Nothing is listed by hand, so nothing can be missing: each public class and function of
each public module has a line and a page of its own.
"""

import importlib
import inspect
from pathlib import Path

MODULES = {
    "skae": "Estimators, and how to keep them",
    "skae.metrics": "Measures, scorers and the report",
    "skae.plotting": "Displays and TensorBoard",
    "skae.datasets": "Data",
    "skae.testing": "For families of your own: the checks that they pass",
}

# What a family of your own may use. The packages export more, for each other.
EXTENSION_POINTS = {
    "skae.engine": (
        "For families of your own: what determines a network",
        ["Architecture", "Field", "LinearCode", "Update"],
    ),
    "skae.families.dense": (
        "For families of your own: dense networks",
        ["DenseArchitecture", "LinearPathArchitecture"],
    ),
    "skae.families.conv": (
        "For families of your own: convolutional networks",
        ["ConvArchitecture", "LinearPathConv"],
    ),
    "skae.families.recurrent": (
        "For families of your own: networks that read sequences",
        ["LinearPathRecurrent", "RecurrentArchitecture"],
    ),
    "skae.families.denoising": (
        "For families of your own: denoising",
        ["ConvDenoising", "DenoisingObjective", "DenseDenoising"],
    ),
    "skae.families.variational": (
        "For families of your own: variational autoencoders",
        ["ConvVariational", "DenseVariational", "VariationalObjective"],
    ),
    "skae.families.conditional": (
        "For families of your own: conditional models",
        ["ConditionalObjective", "ConvConditional", "DenseConditional"],
    ),
    "skae.families.keras_networks": (
        "For families of your own: Keras networks that users bring",
        ["KerasArchitecture"],
    ),
    "skae.families.sparse": (
        "For families of your own: sparse codes",
        ["SparseArchitecture"],
    ),
    "skae.families.neighbors": (
        "For families of your own: neighbor embeddings",
        ["DenseNeighbors", "NeighborObjective"],
    ),
    "skae.families.tables": (
        "For families of your own: tables of mixed types",
        ["TableArchitecture", "TableObjective", "TableSamples", "VariationalTable"],
    ),
    "skae.tables": (
        "For families of your own: layout, losses and layers of tables",
        [
            *("LevelProbabilities", "MixedTableLayout", "TableError"),
            *("TableLikelihood", "TableLoss", "TableNegativeLogLikelihood"),
            *("TableNoise", "TableToVector"),
        ],
    ),
    "skae.data": (
        "For families of your own: rows and their layouts",
        [
            *("ImageLayout", "Layout", "MaskedRows", "Rows", "SequenceLayout"),
            *("ShiftedRows", "TableLayout", "Units", "find_units"),
        ],
    ),
    "skae.neighbors": (
        "For families of your own: nearest neighbors",
        ["Neighborhood"],
    ),
    "skae.losses": (
        "For families of your own: reconstruction losses",
        [
            *("AbsoluteError", "Bernoulli", "BinaryCrossentropy", "CustomLoss"),
            *("Gaussian", "Huber", "LinearLink", "ReconstructionLoss"),
            *("SquaredError", "StandardizedLoss", "make_loss"),
        ],
    ),
    "skae.layers": (
        "For families of your own: layers that Keras lacks",
        [
            *("Corruption", "FillPadding", "Function"),
            *("GaussianNegativeLogLikelihood", "KeepLargest", "MaskPadding"),
            *("NestedDropout", "Present", "Sampling", "Standardize", "TiedDense"),
            *("Unstandardize", "UpsampleConv2D"),
        ],
    ),
}


# Meta-estimators.
_AROUND = tuple(
    f"skae.{name}."
    for name in ("density", "imputation", "outliers", "search", "semi_supervised")
)

# No class and no function, but used by its name.
CONSTANTS = {"skae.metrics": ["SCORERS"]}


def public_names(module) -> list[str]:
    """Classes and functions that belong to the module, and its public constants."""
    home = module.__name__
    if home in EXTENSION_POINTS:
        return EXTENSION_POINTS[home][1]
    names = [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__.startswith(home)
    ]
    return sorted(names + CONSTANTS.get(home, []), key=str.lower)


def by_kind(module) -> dict[str, list[str]]:
    """Names by what they are; families apart from what stands around them."""
    kinds = {"Autoencoders": [], "Around an autoencoder": []}
    kinds |= {"Classes": [], "Functions": [], "Constants": []}
    home = module.__name__
    for name in public_names(module):
        value = getattr(module, name)
        if inspect.isfunction(value):
            kind = "Functions"
        elif not inspect.isclass(value):
            kind = "Constants"
        elif home == "skae" and value.__module__.startswith("skae.families."):
            kind = "Autoencoders"
        elif value.__module__.startswith(_AROUND):
            kind = "Around an autoencoder"
        else:
            kind = "Classes"
        kinds[kind].append(name)
    return {kind: names for kind, names in kinds.items() if names}


def write(folder: Path) -> None:
    """Write `folder`/index.rst, if it would change."""
    page = ["API reference\n=============\n"]
    titles = {name: title for name, (title, _) in EXTENSION_POINTS.items()}
    for name, title in (MODULES | titles).items():
        module = importlib.import_module(name)
        summary = inspect.getdoc(module).split("\n\n")[0]
        page += [f"\n{title}\n{'-' * len(title)}\n", f"``{name}``: {summary}\n"]
        page += [f".. currentmodule:: {name}\n"]
        for kind, names in by_kind(module).items():
            page += [f".. rubric:: {kind}\n"]
            page += [".. autosummary::\n   :toctree: generated\n"]
            page += [f"   {public}" for public in names]
            page += [""]
    text = "\n".join(page)
    path = folder / "index.rst"
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def _skip(app, what, name, obj, skip, options):
    """Leave what is scikit-learn's or Keras' to their documentation."""
    function = obj.fget if isinstance(obj, property) else obj
    function = inspect.unwrap(getattr(function, "__func__", function))
    module = getattr(function, "__module__", None) or ""
    theirs = module.startswith(("sklearn.", "keras."))
    return True if theirs or name.endswith("_request") else None


def setup(app):
    """Called by Sphinx; before autosummary looks for pages."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("config-inited", lambda app, _: write(Path(app.srcdir) / "api"))
    app.connect("autodoc-skip-member", _skip)
    return {"parallel_read_safe": True}
