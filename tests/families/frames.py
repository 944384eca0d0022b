"""Data frames of numbers, with gaps, and of categories: in, and back."""

from typing import ClassVar

import numpy as np
import pandas as pd
from keras import ops

from skae.base import BaseAutoencoder
from skae.data import Layout, MaskedRows
from skae.families.dense import DenseArchitecture


def describe(column):
    """Type, categories, and mean and deviation of what is no category."""
    if pd.api.types.is_numeric_dtype(column):
        return column.dtype.name, [], float(column.mean()), float(column.std()) or 1.0
    return column.dtype.name, sorted(column.unique().tolist()), 0.0, 1.0


class FrameLayout(Layout):
    """Standardized numbers, NaN where they are missing, and a column per category."""

    numeric_only, takes_missing = False, True

    def __init__(self, columns):
        self.columns = columns

    @classmethod
    def fit(cls, X, name):
        return cls({column: describe(X[column]) for column in X})

    @property
    def widths(self):
        return [max(1, len(kinds)) for _, kinds, _, _ in self.columns.values()]

    @property
    def sample_shape(self):
        return (sum(self.widths),)

    def attributes(self):
        return {"n_features_in_": len(self.columns)}

    def rows(self, X, name):
        parts = []
        for column, (_, kinds, mean, deviation) in self.columns.items():
            x = X[[column]].to_numpy()
            if unknown := set(x.ravel()) - set(kinds) if kinds else None:
                raise ValueError(f"{column} has categories new to {name}: {unknown}")
            found = x == kinds if kinds else (x.astype(float) - mean) / deviation
            parts.append(found.astype(np.float32))
        return MaskedRows(np.hstack(parts), name)

    def restore(self, outputs, rows=None):
        parts, found = np.split(outputs, np.cumsum(self.widths)[:-1], axis=1), {}
        for x, (column, described) in zip(parts, self.columns.items(), strict=True):
            dtype, kinds, mean, deviation = described
            values = np.array(kinds)[x.argmax(axis=1)] if kinds else x[:, 0]
            if not kinds:
                values = values.astype(float) * deviation + mean
                values = values.round() if dtype.startswith("int") else values
            found[column] = pd.Series(values).astype(dtype)
        return pd.DataFrame(found)


class FrameArchitecture(DenseArchitecture):
    layout: ClassVar = FrameLayout
    hidden_layer_sizes, activation = (128, 64), "gelu"

    def encode(self, x):
        return super().encode(ops.where(ops.isnan(x), 0.0, x))


class FrameAutoencoder(BaseAutoencoder):
    _architecture: ClassVar = FrameArchitecture

    def __init__(self, encoding_dim=8, epochs=60, random_state=None):
        self.encoding_dim = encoding_dim
        self.epochs = epochs
        self.random_state = random_state
