"""Features of an outlier detector: the rows, their codes and their residuals."""

import math

import numpy as np
from scipy import sparse
from sklearn.utils import check_array, gen_batches

from skae._saved_state import SavedState
from skae._sklearn import num_samples, safe_indexing
from skae.data import Rows, SequenceLayout, Units, find_units, is_ragged_list
from skae.meta import codes_of
from skae.tables import TableNumbers

# Rows with more values have one residual in all.
_WIDEST = 2048
# Least deviation of a value, as a share of the mean, if it is reconstructed exactly.
_MIN_SHARE = 1e-3
# The same for columns of one variance, where a level may have nearly no residual.
_MIN_SHARE_OF_COLUMNS = 0.5
_BLOCK_VALUES = 1 << 22


class OutlierFeatures(SavedState):
    """Rows, and their codes and residuals in common units.

    Parameters
    ----------
    model : estimator
        Fitted or not: only its layout is used.

    X : data in the layout of the estimator
    """

    # Encoding as numbers, for tables of mixed types.
    numbers: TableNumbers | None = None
    # Mean and scale of numeric rows; None in files of earlier versions.
    row_center: np.ndarray | None = None
    row_scale: float = 1.0
    # Origin and unit of numeric rows far from zero; None if they need none.
    units: Units | None = None

    def __init__(self, model, X):
        layout = model._architecture.layout
        if not layout.numeric_only:
            fitted = layout.from_estimator(model, X)
            self.numbers = TableNumbers.fit(fitted, fitted.encode(X))
        one_by_one = not (issubclass(layout, SequenceLayout) or is_ragged_list(X))
        shape = np.shape(X) if one_by_one else ()
        # Whether each value has its residual, and whether rows are those of a table.
        self.by_value = one_by_one and math.prod(shape[1:]) <= _WIDEST
        self.of_table = self.by_value and len(shape) == 2
        if self.of_table and self.numbers is None:
            own = X.tocsr() if sparse.issparse(X) else _checked(X)
            units = find_units(Rows(own, type(model).__name__))
            if units is not None:
                self.units = units

    def center(self, X) -> None:
        """Estimate the mean and the scale of the rows of a table.

        Distances between rows far from zero would otherwise be lost to rounding.
        """
        if not self.of_table or self.numbers is not None:
            return
        rows = self.rows(X)
        self.row_center = rows.mean(axis=0)
        squares = np.mean(np.square(rows - self.row_center))
        self.row_scale = float(np.sqrt(squares)) or 1.0

    def rows(self, X) -> np.ndarray:
        """Rows of a table, float64, centred so that distances are accurate."""
        if self.numbers is not None:
            return self.numbers.filled(self.numbers.layout.encode(X))
        if sparse.issparse(X):
            X = X.toarray()
        columns = getattr(X, "columns", None)
        rows = Rows(
            _checked(X),
            "AutoencoderOutlierDetector",
            dtype=np.float64,
            units=self.units,
        )
        rows.columns = columns
        X = rows.read(slice(None))
        if self.row_center is None:
            return X
        return (X - self.row_center) / self.row_scale

    def fit(self, model, X) -> None:
        """Estimate the units of the codes and residuals of a fitted model.

        Each code is divided by its standard deviation. All residuals are divided by one
        root mean square, so that badly reconstructed values keep their weight; for
        explanations each value has its own.
        """
        codes, residuals = self._codes_and_residuals(model, X)
        self.code_scale = _never_zero(codes.std(axis=0))
        self.residual_scale = _never_zero(np.sqrt(np.mean(residuals**2)))
        self.deviations = self.residual_scale
        if self.by_value:
            found = np.sqrt(np.mean(residuals**2, axis=0))
            share = _MIN_SHARE if self.numbers is None else _MIN_SHARE_OF_COLUMNS
            self.deviations = np.maximum(found, share * self.residual_scale)

    def tables(self, model, X) -> list[np.ndarray]:
        """The rows, if they are those of a table, and `combined`."""
        rows = [self.rows(X)] if self.of_table else []
        return [*rows, self.combined(model, X)]

    def combined(self, model, X) -> np.ndarray:
        """Codes and residuals side by side, a line per row, float64.

        Sequences and long rows have one residual, the root mean squared error.
        """
        codes, residuals = self._codes_and_residuals(model, X)
        return np.hstack([codes / self.code_scale, residuals / self.residual_scale])

    def standardized(self, model, X):
        """Residual of each value, divided by its deviation; a list for a list."""
        if not is_ragged_list(X):
            found = model._residuals(X)
            shape = found.shape[1:] if self.by_value else ()
            return found / np.reshape(self.deviations, shape)
        pairs = zip(X, model.reconstruct(X), strict=True)
        return [(np.asarray(x) - found) / self.deviations for x, found in pairs]

    def _codes_and_residuals(self, model, X):
        codes = codes_of(model, X).astype(np.float64)
        if not self.by_value:
            error = np.asarray(model._residual_squares(X), dtype=np.float64)
            return codes, np.sqrt(error)[:, None]
        return codes, model._residuals(X).reshape(len(codes), -1)


def sliceable(X):
    """`X` in a container whose rows can be indexed."""
    if sparse.issparse(X):
        return X.tocsr()
    return X if hasattr(X, "shape") or is_ragged_list(X) else np.asarray(X)


def in_blocks(function, X) -> np.ndarray:
    """Evaluate ``function(X)``, a block of rows at a time."""
    n_rows = num_samples(X)
    n_values = 1 if is_ragged_list(X) else math.prod(np.shape(X)[1:])
    size = max(1, _BLOCK_VALUES // n_values)
    parts = [slice(0, n_rows)] if n_rows <= size else gen_batches(n_rows, size)
    return np.concatenate([function(safe_indexing(X, part)) for part in parts])


def _checked(X) -> np.ndarray:
    return check_array(X, dtype="numeric", ensure_all_finite=False, input_name="X")


def _never_zero(scale):
    """Scale with 1 in place of 0, for values that do not vary."""
    return np.where(scale > 0, scale, 1.0)
