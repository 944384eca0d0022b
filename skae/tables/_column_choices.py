"""Parameters for the columns of a table: their kinds and weights."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from skae.tables._columns import KINDS


def check_names(parameter: str, given, names) -> None:
    """Raise ValueError for names that are not columns."""
    unknown = [name for name in given if name not in names]
    if unknown:
        raise ValueError(
            f"{parameter} names the column {unknown[0]!r}, but X has {names}."
        )


def given_kinds(names: list, parameters: Mapping[str, Any]) -> dict[Any, str]:
    """Kinds given by the user, by the name of the column."""
    categories = parameters["categorical_features"]
    given: dict[Any, str] = {}
    if categories is not None and not isinstance(categories, str):
        categories = np.asarray(categories)
        if categories.dtype == bool:
            if categories.shape != (len(names),):
                raise ValueError(
                    f"categorical_features is a mask of shape {categories.shape}, but "
                    f"X has {len(names)} columns."
                )
            chosen = [names[j] for j in np.flatnonzero(categories)]
        elif categories.dtype.kind in "iu":
            if not np.isin(categories, np.arange(len(names))).all():
                raise ValueError(
                    f"categorical_features has the numbers {categories.tolist()}, but "
                    f"X has {len(names)} columns, counted from 0."
                )
            chosen = [names[j] for j in categories]
        else:
            chosen = categories.tolist()
            check_names("categorical_features", chosen, names)
        given = dict.fromkeys(chosen, "category")
    kinds = parameters["column_kinds"] or {}
    check_names("column_kinds", kinds, names)
    for name, kind in kinds.items():
        if kind not in KINDS:
            raise ValueError(
                f"column_kinds says that {name!r} is a {kind!r}; it may be one of "
                f"{', '.join(KINDS)}."
            )
    return given | kinds


def given_weights(names: list, column_weight, used: np.ndarray) -> np.ndarray:
    """Weight of each column; at least one of the `used` columns has a positive one."""
    if column_weight is None:
        return np.ones(len(names))
    if isinstance(column_weight, Mapping):
        check_names("column_weight", column_weight, names)
        weights = np.array([column_weight.get(name, 1.0) for name in names])
    else:
        weights = np.asarray(column_weight, dtype=float)
    shape = (len(names),)
    if weights.shape != shape or min(weights) < 0 or not weights[used].any():
        raise ValueError(
            "column_weight must have a weight, 0 or more, for each of the "
            f"{len(names)} columns, and not 0 for all; got {column_weight!r}."
        )
    return weights
