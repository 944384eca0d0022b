"""The `__getattr__` of packages with files that import Keras."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from skae._keras import import_keras
from skae._moved import find_moved


def lazy_getattr(package: str, late: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the function that a package has as its `__getattr__`.

    Parameters
    ----------
    package : str
        Name of the package.

    late : mapping of str to str
        Names that the package exports, with the file that defines each. The file, and
        Keras, are imported when the name is first accessed.
    """

    def __getattr__(name: str) -> Any:
        if name in late:
            import_keras()
            return getattr(import_module(f"{package}.{late[name]}"), name)
        return find_moved(package, name)

    return __getattr__
