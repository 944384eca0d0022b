"""Conditions as vectors: what the network is told of a row."""

import copy
from typing import Any, NamedTuple

import numpy as np

from skae._saved_state import SavedState
from skae.families.conditional._values import (
    KINDS,
    find_kind,
    places_of,
    read_columns,
)

# Number of conditions that are kept, from which `sample` draws.
_MAX_KEPT = 4096


class ConditionVectors(NamedTuple):
    """Conditions that are vectors already, in the place of a `y` of the user."""

    vectors: np.ndarray


class ConditionEncoder(SavedState):
    """Kinds, classes and scales of the columns of `y` in `fit`, and its conditions.

    The vector of a condition has a one-hot part for each column of classes, a
    standardized number for each column of numbers, and a 1 at its end. The vector of an
    unknown condition is 0.
    """

    def __init__(self):
        self.kinds: list[str] = []
        self.classes: list[np.ndarray] = []  # empty for a column of numbers
        self.means, self.scales = np.zeros(0), np.ones(0)  # 0 and 1 for classes
        self.kept, self.mass = np.zeros((0, 1), dtype=np.float32), np.zeros(0)

    @classmethod
    def fit(cls, y, n_rows: int, asked, weight=None, classes=None):
        """Encoder with the kinds, classes and scales of `y`, without rows of weight 0.

        `asked` is the parameter `condition_kinds`, `classes` that of `partial_fit`.
        """
        found = cls()
        if y is None:
            if classes is not None:
                raise ValueError("classes was given without y.")
            return found
        columns = read_columns(y, n_rows)
        if not len(columns) or not columns[0].known.any():
            raise ValueError(
                "y has no known condition: give those of the rows, or y=None to fit "
                "without."
            )
        weight = np.ones(n_rows) if weight is None else weight
        moments = []
        for column, kind in zip(
            columns, _kinds_asked(asked, len(columns)), strict=True
        ):
            kind = find_kind(column, kind)
            counted = column.known & (weight > 0)
            if not counted.any():  # nothing is trained on; fit says so
                counted = column.known
            values = column.values[counted]
            found.kinds.append(kind)
            if kind == "class":
                found.classes.append(np.unique(values))
                moments.append((0.0, 1.0))
            else:
                found.classes.append(np.zeros(0))
                moments.append(_moments(values.astype(np.float64), weight[counted]))
        found.means, found.scales = np.array(moments).T
        if classes is not None:
            found._announce(classes)
        return found

    def _announce(self, classes) -> None:
        """Add classes that later calls of `partial_fit` will have."""
        if self.kinds != ["class"]:
            raise ValueError(
                f"classes is for a y of one column of classes; that of this call has "
                f"columns of the kinds {self.kinds}."
            )
        announced = np.unique(np.asarray(classes))
        missing = sorted(set(self.classes[0].tolist()) - set(announced.tolist()))
        if missing:
            raise ValueError(
                f"y has the class {missing[0]!r}, which is missing in classes: "
                f"{announced.tolist()}."
            )
        self.classes = [announced]

    @property
    def width(self) -> int:
        """Number of values of a vector."""
        return sum(len(classes) or 1 for classes in self.classes) + 1

    @property
    def public_classes(self) -> np.ndarray | list[np.ndarray]:
        """The attribute `classes_`."""
        if len(self.kinds) > 1:
            return list(self.classes)
        return self.classes[0] if self.classes else np.zeros(0)

    def transform(self, y: Any, n_rows: int, weight=None) -> np.ndarray:
        """Vectors of the conditions of `n_rows` rows; 0 for those of weight 0."""
        if isinstance(y, ConditionVectors):
            return y.vectors
        found = np.zeros((n_rows, self.width), dtype=np.float32)
        if y is None:
            return found
        if not self.kinds:
            raise ValueError(
                "y was given, but fit had none: this model knows no conditions. Fit it "
                "with y, or leave it out."
            )
        columns, start = read_columns(y, n_rows, len(self.kinds)), 0
        known = columns[0].known
        if weight is not None:  # they may have classes that no other row has
            known = known & (weight > 0)
        for i, column in enumerate(columns):
            if self.kinds[i] == "class":
                places = places_of(column._replace(known=known), self.classes[i])
                found[np.arange(n_rows), start + places] = 1
                start += len(self.classes[i])
                continue
            if column.values.dtype.kind == "U":
                raise ValueError("y has strings, but that of fit had numbers.")
            numbers = column.values.astype(np.float64)
            found[:, start] = (numbers - self.means[i]) / self.scales[i]
            start += 1
        found[:, -1] = 1
        found[~known] = 0
        return found

    def with_rows(self, vectors: np.ndarray, n_rows: int) -> "ConditionEncoder":
        """Copy that also keeps the conditions of further rows, for `draw`.

        `vectors` is a sample of those of `n_rows` rows.
        """
        mass = np.full(len(vectors), n_rows / len(vectors))
        kept = np.concatenate([self.kept.reshape(-1, vectors.shape[1]), vectors])
        mass = np.concatenate([self.mass, mass])
        kept, which = np.unique(kept, axis=0, return_inverse=True)
        mass = np.bincount(which.reshape(-1), weights=mass)
        if len(kept) > _MAX_KEPT:
            above = np.cumsum(mass)
            middles = (np.arange(_MAX_KEPT) + 0.5) * (above[-1] / _MAX_KEPT)
            kept = kept[np.searchsorted(above, middles)]
            mass = np.full(_MAX_KEPT, above[-1] / _MAX_KEPT)
        other = copy.copy(self)
        other.kept, other.mass = kept, mass
        return other

    def draw(self, n: int, rng: np.random.Generator) -> ConditionVectors:
        """Conditions drawn with their shares among the rows of `fit`."""
        which = rng.choice(len(self.kept), size=n, p=self.mass / self.mass.sum())
        return ConditionVectors(self.kept[which])


def _kinds_asked(asked, n_columns: int) -> list[str]:
    """The kind that is asked for each column of `y`."""
    if isinstance(asked, str):
        return [asked] * n_columns
    asked = list(asked)
    if len(asked) != n_columns or not set(asked) <= {"auto", *KINDS}:
        raise ValueError(
            f"condition_kinds is {asked}: give one of 'auto', 'class' and 'number', or "
            f"a list with one of them for each column of y, which has {n_columns}."
        )
    return asked


def _moments(values: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Mean and standard deviation; 1 for values that are all equal."""
    if not weight.any():
        weight = np.ones(len(values))
    mean = np.average(values, weights=weight)
    return mean, float(np.sqrt(np.average((values - mean) ** 2, weights=weight))) or 1.0
