"""Insertion of shared texts into the docstrings of estimators."""

import inspect
import json
import re
from collections.abc import Callable
from functools import partial
from string import Template
from textwrap import fill
from typing import TypeVar

from skae.engine import Field
from skae.estimator._shared_attributes import (
    ATTRIBUTES_WITH,
    FIRST_ATTRIBUTES,
    LAST_ATTRIBUTES,
)
from skae.estimator._shared_texts import PARAMETERS, RAISES, RANDOM_THINGS_WITH

Estimator = TypeVar("Estimator", bound=type)

# Width of the lines of a docstring in the source, less the indentation of the class.
_WIDTH = 84


def with_shared_texts(cls: Estimator) -> Estimator:
    """Add the parameters and fitted attributes that the docstring leaves out.

    A class documents those that only it has, or that need a text of their own. The
    others come from `_shared_texts.py`. Parameters are in the order of the signature.
    """
    if cls.__doc__ is None:  # python -OO
        return cls
    sections = {"": "", "Parameters": "", "Attributes": "", "Raises": RAISES}
    sections |= _sections(inspect.cleandoc(cls.__doc__))
    sections["Parameters"] = _parameters(cls, sections["Parameters"])
    sections["Attributes"] = _attributes(cls, sections["Attributes"])
    summary = sections.pop("")
    titled = [f"{title}\n{'-' * len(title)}\n{t}" for title, t in sections.items()]
    cls.__doc__ = "\n\n".join([summary, *titled]) + "\n"
    return cls


def _sections(doc: str) -> dict[str, str]:
    """Sections of a numpydoc docstring by title; the title of the first one is ""."""
    parts = re.split(r"\n\n(\S.*)\n-{3,}\n", doc)
    return dict(zip(["", *parts[1::2]], parts[::2], strict=True))


def _entries(section: str) -> dict[str, str]:
    """Entries of a section by the name of the parameter or attribute."""
    entries = re.split(r"\n+(?=\S)", section.strip())
    return {entry.split(" : ")[0]: entry for entry in entries if entry}


def _parameters(cls: type, section: str) -> str:
    own, shared = _entries(section), _entries(PARAMETERS)
    signature = {title_of(p): p for p in inspect.signature(cls).parameters.values()}
    # Every parameter must have a text, and every text a parameter.
    wrong = (own.keys() - signature.keys()) | (
        signature.keys() - own.keys() - shared.keys()
    )
    if wrong:
        raise TypeError(
            f"{cls.__name__}: docstring and signature disagree on {sorted(wrong)}."
        )
    words = {
        "auto_compiles": partial(_auto_compiles, cls),
        "filters_of_maps": partial(_filters_of_maps, cls),
        "random_things": partial(_random_things, signature),
    }
    return "\n\n".join(
        own[name] if name in own else _filled(shared[name], parameter, words)
        for name, parameter in signature.items()
    )


def title_of(parameter: inspect.Parameter) -> str:
    """Name of a parameter in a docstring."""
    return str(parameter.replace(annotation=parameter.empty, default=parameter.empty))


def _filled(
    entry: str, parameter: inspect.Parameter, words: dict[str, Callable[[], str]]
) -> str:
    """A shared entry with the default of the signature, and its template filled in."""
    default, (header, text) = parameter.default, entry.split("\n", 1)
    default = json.dumps(default) if isinstance(default, str) else repr(default)
    if "$" in text:
        template = Template(" ".join(text.split()))
        found = {name: words[name]() for name in template.get_identifiers()}
        text = fill(
            template.substitute(found),
            _WIDTH,
            initial_indent="    ",
            subsequent_indent="    ",
            break_on_hyphens=False,
        )
    if parameter.default is parameter.empty:
        return f"{header}\n{text}"
    return f"{header}, default={default}\n{text}"


def _attributes(cls: type, section: str) -> str:
    first, own, last = map(_entries, (FIRST_ATTRIBUTES, section, LAST_ATTRIBUTES))
    family = {}
    for parameter in inspect.signature(cls).parameters:
        family |= _entries(ATTRIBUTES_WITH.get(parameter, ""))
    entries = first | last | family | own
    middle = [name for name in own | family if name not in first | last]
    return "\n\n".join(entries[name] for name in [*first, *middle, *last])


def _auto_compiles(cls: type) -> str:
    signature = inspect.signature(cls).parameters
    noise = {"input_noise", "noise_level"} & signature.keys()
    values = {k: p.default for k, p in signature.items() if p.kind is not p.VAR_KEYWORD}
    values |= dict.fromkeys(noise, 0.0)
    architecture = cls._architecture({"data": Field((1,))}, **values)
    if not architecture.auto_training.jit_compile:
        return "never does, for this family"
    own = ", if all layers are dense" if hasattr(cls._architecture, "is_dense") else ""
    own += ", unless there is noise" if noise else ""
    return f"does for 500 steps or more{own}"


def _filters_of_maps(cls: type) -> str:
    if not cls._architecture.may_be_map():
        return ""
    return f"; with ``encoding_dim=None`` it is {cls._architecture.map_filters}"


def _random_things(parameters) -> str:
    things = ["weights", "mini-batches", "held-out rows"]
    things += [t for name, t in RANDOM_THINGS_WITH.items() if name in parameters]
    return f"{', '.join(things[:-1])} and {things[-1]}"
