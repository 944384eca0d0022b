"""What functions and classes of users depend on: the variables that their code uses."""

import functools
import sys
import sysconfig
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

# Members of a class that Python adds.
_OF_PYTHON = {
    *("__module__", "__qualname__", "__dict__", "__weakref__", "__doc__"),
    *("__firstlineno__", "__static_attributes__", "__annotations__", "_abc_impl"),
    *("__annotate_func__", "__annotations_cache__", "__annotate__", "__slotnames__"),
}


def is_of_user(value: Any) -> bool:
    """Whether a function, class or module is of the user: not of a library."""
    is_module = isinstance(value, ModuleType)
    name = value.__name__ if is_module else getattr(value, "__module__", None)
    return not _is_library(name or "")


def variables_of(function: FunctionType) -> dict[str, Any]:
    """Values by name that a function uses: of its defaults, closure and globals.

    Of a module of the user they are the attributes that the function names. Globals of
    libraries are left out.
    """
    found = {"defaults": function.__defaults__, "keywords": function.__kwdefaults__}
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    for name, cell in cells:
        try:
            found[f"closure {name}"] = cell.cell_contents
        except ValueError:  # not assigned yet
            continue
    names = sorted(set(_names(function.__code__))) if is_of_user(function) else []
    for name in names:
        if name in function.__globals__:
            found[f"global {name}"] = function.__globals__[name]
    modules = {
        name: value
        for name, value in found.items()
        if isinstance(value, ModuleType) and is_of_user(value)
    }
    for of_module, module in modules.items():
        own = vars(module)
        found |= {f"{of_module}.{name}": own[name] for name in names if name in own}
    return found


def members_of(cls: type) -> dict[str, Any]:
    """Methods, properties and attributes of a class and of its bases of the user."""
    return {
        f"{parent.__qualname__}.{name}": member
        for parent in cls.__mro__
        if is_of_user(parent)
        for name, member in vars(parent).items()
        if name not in _OF_PYTHON
    }


def functions_of(value: Any) -> list[Any]:
    """The functions in a property or a wrapper, as of `functools.lru_cache`."""
    if isinstance(value, property):
        return [f for f in (value.fget, value.fset, value.fdel) if f is not None]
    if isinstance(value, functools.cached_property):
        return [value.func]
    is_wrapper = callable(value) or isinstance(value, staticmethod | classmethod)
    wrapped = getattr(value, "__wrapped__", None) if is_wrapper else None
    return [] if wrapped is None else [wrapped]


def _names(code: CodeType) -> Iterator[str]:
    """Names that code uses, with those of the functions in it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


@functools.cache
def _is_library(name: str) -> bool:
    package = name.partition(".")[0]
    if package in sys.stdlib_module_names and package != "__main__":
        return True
    if package == "skae":  # which may be installed in editable mode
        return True
    path = getattr(sys.modules.get(name), "__file__", None)
    places = (sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))
    parts = ("site-packages", "dist-packages")
    return path is not None and (
        path.startswith(places) or any(part in path for part in parts)
    )
