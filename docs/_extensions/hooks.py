"""The list of hooks in docs/architecture.md, written from the code.

``python docs/_extensions/hooks.py`` writes it again; tests/test_guide.py compares.
"""

import ast
import functools
import inspect
from pathlib import Path

from skae import BaseAutoencoder
from skae.data import Layout
from skae.engine import Architecture
from skae.families.dense import DenseArchitecture

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- hooks: begin -->", "<!-- hooks: end -->"
CLASSES = {
    "estimator": BaseAutoencoder,
    "architecture": Architecture,
    "layout": Layout,
}
# Of the networks that have one.
ELSEWHERE = {"bottleneck": DenseArchitecture}


def first_line(cls: type, name: str) -> str:
    """The first line of a docstring, or the comment above an attribute."""
    value = inspect.getattr_static(cls, name)
    text = inspect.getdoc(getattr(value, "fget", value)) if callable_like(value) else ""
    if text:
        return text.split("\n\n")[0].replace("\n", " ").rstrip(".")
    owner = next(base for base in cls.__mro__ if name in vars(base))
    lines = inspect.getsource(owner).split("\n")
    at = next(i for i, line in enumerate(lines) if line.startswith(f"    {name}:"))
    found = []
    while lines[at - 1].strip().startswith("#"):
        at -= 1
        found.insert(0, lines[at].strip().lstrip("# "))
    return " ".join(found).rstrip(".")


def callable_like(value) -> bool:
    """True for functions, class methods and properties, but not for classes."""
    kinds = property | classmethod | staticmethod
    return isinstance(value, kinds) or inspect.isfunction(value)


@functools.cache
def asked_in(path: Path) -> set[tuple[str, str]]:
    """Attributes that a file asks for, each behind the last name of its owner."""
    nodes = ast.walk(ast.parse(path.read_text()))
    return {
        (ast.unparse(node.value).split(".")[-1], node.attr)
        for node in nodes
        if isinstance(node, ast.Attribute)
    }


def callers(cls: type, name: str) -> list[str]:
    """Files outside families that ask an object of `cls` for a hook."""
    own = Path(inspect.getsourcefile(cls))
    found = []
    for path in sorted((ROOT / "skae").rglob("*.py")):
        place = path.relative_to(ROOT / "skae").with_suffix("").as_posix()
        if place.startswith(("families/", "plotting/")):
            continue
        if place.startswith("testing/") and name != "_test_params":
            continue
        owners = {*NAMES[cls], *(("self", "cls") if path == own else ())}
        if any(asked == name and owner in owners for owner, asked in asked_in(path)):
            found.append(place)
    return found


# What objects with such hooks are called in the code.
NAMES = {
    BaseAutoencoder: (
        *("estimator", "autoencoder", "parameters", "cls"),
        *("model", "inner", "_inner()"),
    ),
    Architecture: ("architecture", "_architecture"),
    Layout: ("layout", "_layout"),
}


def tables() -> str:
    """The list, as it stands in the page."""
    parts = []
    for title, cls in CLASSES.items():
        parts += [f"| hook of the {title} | purpose | when | called from |"]
        parts += ["|---|---|---|---|"]
        for name, when in cls.HOOKS.items():
            home = ELSEWHERE.get(name, cls)
            files = ", ".join(f"`{file}`" for file in callers(cls, name))
            says, none = first_line(home, name), "the network itself"
            parts += [f"| `{name}` | {says} | {when} | {files or none} |"]
        parts += [""]
    count = sum(len(cls.HOOKS) for cls in CLASSES.values())
    return f"{count} hooks in all.\n\n" + "\n".join(parts).rstrip()


def written(page: str) -> str:
    """The text of the page with the list of today."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n{tables()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
