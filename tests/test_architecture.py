"""The floors of docs/architecture.md, held together by reading the imports."""

import ast
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest
from discovery import autoencoder_classes

from skae.base import BaseAutoencoder
from skae.engine import Architecture
from skae.estimator import FamilyHooks

PACKAGE = Path(__file__).parents[1] / "skae"

# Higher floors may import lower ones. Modules of one sub-package may import each other.
FLOORS = [
    {"_callers", "_file", "_keras", "_saved_state", "_sklearn"},
    {"_moved"},
    {"_lazy"},
    {"frames", "datasets"},
    {"data"},
    {"layers", "neighbors"},
    {"losses"},
    {"tables"},
    {"metrics"},
    {"plotting"},
    {"engine"},
    {"estimator"},
    {"fitting"},
    {"base"},
    {"families"},
    {"meta"},
    {"density", "imputation", "outliers", "search", "semi_supervised"},
    {"persistence"},
    {"__init__", "architectures", "autoencoders", "objectives", "training"},
    {"testing"},
    {"main_job"},
    {"__main__"},
]
FLOOR = {unit: floor for floor, units in enumerate(FLOORS) for unit in units}
FILES = sorted(PACKAGE.rglob("*.py"))


def unit_of(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imports(path, *, at_import_time=False):
    """Modules that a file imports, as dotted names."""
    tree = ast.parse(path.read_text())
    nodes = tree.body if at_import_time else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            if node.module == "skae":
                yield from (f"skae.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down(path):
    here = unit_of(path)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "skae" or len(parts) == 1 or parts[1] not in FLOOR:
            continue
        assert parts[1] == here or FLOOR[parts[1]] < FLOOR[here], f"{path}: {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_folder_is_entered_by_its_door(path):
    """No file imports from a private file of another folder."""
    here = _dotted(path).rpartition(".")[0] if path.name != "__init__.py" else None
    here = here or _dotted(path)
    for name in imports(path):
        folder, _, private = (name or "").partition("._")
        if name.startswith("skae.") and private and folder != "skae":
            assert folder == here, f"{path}: {name}"


def _dotted(path):
    parts = ("skae", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts).removesuffix(".__init__")


def _modules(path, known):
    """Modules that a file imports: of a package, those that are named."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= inner & known.keys() or {node.module}
    return found & known.keys()


def test_no_circles_within_a_folder():
    """Late imports count: whoever reads a file must be able to read it first."""
    names = {_dotted(path): path for path in FILES}
    edges = {name: _modules(path, names) for name, path in names.items()}

    def reachable(start):
        seen, todo = set(), [start]
        while todo:
            for name in edges.get(todo.pop(), ()):
                if name not in seen:
                    seen.add(name)
                    todo.append(name)
        return seen

    assert [name for name in edges if name in reachable(name)] == []


def test_the_root_has_few_files():
    files = {path.name for path in PACKAGE.glob("*.py")}
    assert files == {
        *("__init__.py", "__main__.py", "base.py"),
        *("_callers.py", "_file.py", "_keras.py", "_lazy.py", "_moved.py"),
        "_saved_state.py",
        *("_sklearn.py", "architectures.py", "autoencoders.py", "objectives.py"),
        "training.py",
    }


def test_every_module_has_a_floor():
    assert {unit_of(path) for path in FILES} == set(FLOOR)


def test_private_scikit_learn_is_named_in_one_file():
    for path in FILES:
        for name in imports(path):
            private = name.startswith("sklearn.") and "._" in name
            assert not private or path.name == "_sklearn.py", f"{path}: {name}"


def test_keras_waits_for_the_first_use():
    """Layers and TensorFlow's functions are imported late by their folders."""
    late = {"_layers.py", "_tensorflow.py", "_keras.py", "_tensorflow_adam.py"}
    late |= {"_distributed.py", "_report_frame.py", "_figure.py"}
    for path in FILES:
        if unit_of(path) == "layers" or path.name in late:
            continue
        for name in imports(path, at_import_time=True):
            heavy = {"keras", "tensorflow", "matplotlib", "pandas", "polars"}
            assert name.split(".")[0] not in heavy or path.name.startswith("_series_")
    code = "import skae, sys; print(*{'keras', 'matplotlib'} & {*sys.modules})"
    command = [sys.executable, "-c", code]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert out == "\n"


def test_files_fit_in_a_head():
    for path in FILES:
        assert len(path.read_text().splitlines()) <= 400, path


# What every base adds to, and the bases with the defaults of all.
ADDED_UP = {"parameter_constraints", "_parameter_constraints"}
ROOTS = {Architecture, FamilyHooks, BaseAutoencoder}


@pytest.mark.parametrize("cls", autoencoder_classes())
@pytest.mark.parametrize("side", ["architecture", "estimator"])
def test_no_base_hides_the_value_of_another(cls, side):
    """A mixin stands left of the backbone: its default would count without a word."""
    bases = (cls._architecture if side == "architecture" else cls).__mro__
    for left, right in combinations(bases, 2):
        if issubclass(left, right) or right in ROOTS:
            continue
        # What the class defines itself, it has chosen.
        chosen = ADDED_UP | _values(bases[0]).keys()
        for name in _values(left).keys() & _values(right).keys() - chosen:
            message = f"{left.__name__}.{name} hides {right.__name__}.{name}"
            assert _values(left)[name] == _values(right)[name], message


def _values(cls):
    """Attributes of a class that are neither methods nor Python's own."""
    return {
        name: value
        for name, value in vars(cls).items()
        if not (name.startswith("__") or name == "_abc_impl" or callable(value))
        and not isinstance(value, property | classmethod | staticmethod)
    }
