"""Sequences of equal or different lengths: arrays, lists of arrays, NaN as padding."""

import math
from typing import Any, ClassVar, NamedTuple

import numpy as np
from sklearn.utils.validation import check_array

from skae._sklearn import StrOptions, checked_nd_array, plain_numbers
from skae.data._layout import Layout
from skae.data._masked_arrays import refuse_masked
from skae.data._masked_rows import MaskedRows
from skae.data._resampling import resampled, stretched, true_lengths
from skae.data._rows import CHUNK_BYTES, Summary
from skae.data._units import Units

LONGER_SEQUENCES = {"auto", "resample", "truncate", "error"}
# "auto" resamples sequences up to this many times as long as the longest of `fit`.
_MAX_LONGER = 2


class Sequences(MaskedRows):
    """Rows of shape (timesteps, features), padded with NaN at the end.

    Parameters
    ----------
    X : ndarray of shape (n, t) or (n, t, features), or CSR matrix of shape (n, t)
        Sequences, not longer than `timesteps`.

    estimator_name : str
        Name of the estimator, for error messages.

    timesteps : int
        Length to which shorter arrays are padded.

    as_list : bool, default=False
        Whether the data of the user are a list.

    units : Units, default=None
        Units of the returned rows; by default those of `X`.
    """

    pooled = True
    # Number of time steps of the user's array, and of each sequence in it, if `X` has
    # shorter ones.
    given: tuple[int, np.ndarray] | None = None

    def __init__(
        self,
        X,
        estimator_name: str,
        timesteps: int,
        as_list: bool = False,
        units: Units | None = None,
    ):
        n_features = X.shape[2] if X.ndim == 3 else 1
        super().__init__(X, estimator_name, (timesteps, n_features), units=units)
        self.as_list = as_list
        self.padded = X.shape[1] < timesteps or self._has_nan()

    def lengths(self) -> np.ndarray:
        """Number of time steps of each sequence."""
        lengths = np.empty(len(self), dtype=np.intp)
        for part in self.chunks():
            x = self.read(part)[..., 0]
            lengths[part] = np.count_nonzero(~np.isnan(x), axis=1)
        return lengths

    def _gather(self, indices, out):
        if self.padded:
            self._convert(self.X[indices], out)
        else:
            super()._gather(indices, out)

    def _has_nan(self) -> bool:
        if self.X.dtype.kind != "f":
            return False
        values = self.X.data if self.is_sparse else self.X
        row_bytes = values.dtype.itemsize * math.prod(values.shape[1:])
        size = max(1, CHUNK_BYTES // row_bytes)
        for start in range(0, len(values), size):
            # The sum is NaN if a value is: faster than a mask.
            found = np.isnan(values[start : start + size].sum(dtype=np.float64))
            self._pages.release()
            if found:
                return True
        return False

    def _as_X(self, out):
        n_steps = self.X.shape[1]
        if n_steps == self.sample_shape[0]:
            return super()._as_X(out)
        out[:, n_steps:] = np.nan
        out = out[:, :n_steps]
        return out if self.X.ndim == 3 else out[..., 0]

    def _check(self, x, first):
        super()._check(x, first)
        if not self.padded:
            return
        gone = np.isnan(x)
        if (gone.any(axis=2) != gone.all(axis=2)).any() or (
            gone[:, :-1, 0] > gone[:, 1:, 0]
        ).any():
            raise ValueError(
                f"Input X contains NaN inside a sequence. {self._estimator_name} takes "
                "NaN only as padding: in all features of a time step, from the end of "
                "a sequence on. Impute missing values first, with sklearn.impute for "
                "example."
            )
        if gone[:, 0, 0].any():
            raise ValueError(
                "Input X contains NaN only, in at least one sequence: each sequence "
                "needs one time step or more."
            )


class _Checked(NamedTuple):
    """A list of sequences as one array."""

    array: np.ndarray


class SequenceLayout(Layout):
    """Sequences of shape (timesteps, features), of equal or different lengths.

    Parameters
    ----------
    n_timesteps : int
        Number of time steps of the longest sequence.

    n_features_per_step : int
        Number of values at each time step.

    ndim : {2, 3}
        Number of axes of the data of `fit`: 2 if each row is a univariate sequence.

    as_list : bool
        Whether the data of `fit` were a list of arrays.

    longer_sequences : {"auto", "resample", "truncate", "error"}, default="error"
        Treatment of sequences that are longer than all of `fit`.

    units : Units, default=None
        Units of the rows, if they are not those of the data.
    """

    parameters: ClassVar = {"longer_sequences": [StrOptions(LONGER_SEQUENCES)]}
    takes_missing = True
    longer_sequences = "error"  # for saved layouts without this attribute

    def __init__(
        self,
        n_timesteps: int,
        n_features_per_step: int,
        ndim: int,
        as_list: bool,
        longer_sequences: str = "error",
        units: Units | None = None,
    ):
        self.n_timesteps, self.n_features_per_step = n_timesteps, n_features_per_step
        self.ndim, self.as_list = ndim, as_list
        self.longer_sequences = longer_sequences
        if units is not None:
            self.units = units

    @classmethod
    def validate(cls, estimator, X, *, reset):
        """Check a table, a list of arrays, or an array with three axes."""
        name = type(estimator).__name__
        refuse_masked(X, name)
        if not is_ragged_list(X) and getattr(X, "ndim", 2) <= 2:
            return super().validate(estimator, X, reset=reset)
        X = cls._validate_sequences(X, name)
        if reset:
            cls.forget_names(estimator)
        return X

    @staticmethod
    def _validate_sequences(X, name):
        if is_ragged_list(X):
            return _Checked(_padded(X, name))
        X = checked_nd_array(X, name)
        if X.ndim != 3 or min(X.shape) == 0:
            raise ValueError(
                f"Got X of shape {X.shape}. Sequences are a 3-D array of shape "
                "(n_samples, timesteps, features), a list of arrays of shape "
                "(timesteps_i, features), or rows with one feature per time step."
            )
        return X

    @classmethod
    def fit(cls, X, name, longer_sequences="error"):
        """Make the layout; the network has the length of the longest sequence."""
        array, as_list = _array(X)
        size = array.shape[1], _width(array)
        return cls(*size, array.ndim, as_list, longer_sequences)

    @property
    def sample_shape(self):
        """(n_timesteps, n_features_per_step)."""
        return (self.n_timesteps, self.n_features_per_step)

    def rows(self, X, name):
        """Sequences as rows; longer ones are treated by `longer_sequences`."""
        array, as_list = _array(X)
        if _width(array) != self.n_features_per_step:
            raise ValueError(
                f"X has {_width(array)} features per time step, but {name} is "
                f"expecting {self.n_features_per_step} features per time step."
            )
        if array.shape[1] <= self.n_timesteps:
            return Sequences(array, name, self.n_timesteps, as_list, self.units)
        how = self._treatment(array.shape[1], name)
        lengths = true_lengths(array)
        if how == "resample":
            shorter = resampled(array, lengths, self.n_timesteps)
        else:
            shorter = array[:, : self.n_timesteps]
            lengths = np.minimum(lengths, self.n_timesteps)
        rows = Sequences(shorter, name, self.n_timesteps, as_list, self.units)
        rows.given = array.shape[1], lengths
        return rows

    def _treatment(self, n_timesteps: int, name: str) -> str:
        """Treatment of sequences of `n_timesteps`, more than the network has."""
        how, most = self.longer_sequences, self.n_timesteps
        if how == "auto":
            how = "resample" if n_timesteps <= _MAX_LONGER * most else "error"
        if how == "error":
            raise ValueError(
                f"X has sequences of up to {n_timesteps} time steps, but the longest "
                f"one that {name} was fitted with has {most}. With longer_sequences="
                "'resample', those that are longer are interpolated at as many time "
                "steps as that, and with 'truncate' cut after them; or fit on longer "
                "ones."
            )
        return how

    def restore(self, values, rows=None):
        """Restore sequences to the lengths of `rows`; without rows, in full length."""
        if not isinstance(rows, Sequences):
            if self.as_list:
                return list(values)
            return values[..., 0] if self.ndim == 2 else values
        if rows.given is not None:
            values = stretched(values, *rows.given)
            if rows.as_list:
                return [x[:n] for x, n in zip(values, rows.given[1], strict=True)]
            return values
        values = values[:, : rows.X.shape[1]]
        if rows.as_list:
            pairs = zip(values, rows.lengths(), strict=True)
            return [x[:n] for x, n in pairs]
        if rows.padded:
            beyond = np.arange(values.shape[1]) >= rows.lengths()[:, None]
            values[beyond] = np.nan
        return values[..., 0] if rows.X.ndim == 2 else values

    def attributes(self):
        """`n_timesteps_`, `n_features_`, and the number of features of a row."""
        # In a table of univariate sequences each time step is a feature.
        n_features_in = self.n_timesteps if self.ndim == 2 else self.n_features_per_step
        return {
            "n_features_in_": n_features_in,
            "n_timesteps_": self.n_timesteps,
            "n_features_": self.n_features_per_step,
        }


def _array(X: Any) -> tuple[Any, bool]:
    return (X.array, True) if isinstance(X, _Checked) else (X, False)


def _width(array) -> int:
    return array.shape[2] if array.ndim == 3 else 1


def pooled(summary: Summary) -> Summary:
    """Moments with one mean per feature, pooled over the time steps."""
    mass = np.broadcast_to(summary.mass, summary.mean.shape)
    mean = np.sum(mass * summary.mean, axis=0) / mass.sum(axis=0)
    between = np.sum(mass * (summary.mean - mean) ** 2) / mass.sum()
    return summary._replace(
        mean=np.broadcast_to(mean, summary.mean.shape),
        variance=summary.variance + float(between),
    )


def _padded(X, estimator_name: str) -> np.ndarray:
    """Combine a list of arrays to one array, padded with NaN."""
    arrays = [_checked_one(i, x, estimator_name) for i, x in enumerate(X)]
    widths = {x.shape[1] for x in arrays}
    dtype = np.result_type(np.float32, *{x.dtype for x in arrays})
    if len(widths) > 1:
        raise ValueError(
            f"The sequences of X have different numbers of features: {sorted(widths)}. "
            "Each must be an array of shape (timesteps_i, features)."
        )
    longest = max(map(len, arrays))
    padded = np.full((len(arrays), longest, widths.pop()), np.nan, dtype)
    for row, x in zip(padded, arrays, strict=True):
        row[: len(x)] = x
    return padded


def _checked_one(i: int, x, estimator_name: str) -> np.ndarray:
    if _n_axes(x) is None:
        raise ValueError(
            f"The time steps of sequence {i} of X have different numbers of features: "
            "each sequence must be an array of shape (timesteps_i, features)."
        )
    if np.size(x) == 0:
        raise ValueError(
            f"Sequence {i} of X has 0 sample(s) in time: each sequence needs one time "
            "step or more. Leave it out."
        )
    if np.ndim(x) != 2:
        raise ValueError(
            f"Sequence {i} of X has shape {np.shape(x)}: each sequence of a list must "
            "be an array of shape (timesteps_i, features). For one feature, use "
            "sequence.reshape(-1, 1)."
        )
    x = check_array(x, dtype="numeric", estimator=estimator_name, input_name=f"X[{i}]")
    return plain_numbers(x, estimator_name)


def is_ragged_list(X) -> bool:
    """Whether `X` is a list, tuple or array of sequences, and not a table."""
    is_array = isinstance(X, np.ndarray) and X.dtype == object and X.ndim == 1
    if not (is_array or isinstance(X, list | tuple)) or len(X) == 0:
        return False
    n_axes = _n_axes(X[0])
    if n_axes == 1:  # rows of a table, unless their lengths differ
        return len({len(x) if _n_axes(x) == 1 else -1 for x in X}) > 1
    return n_axes == 2 or n_axes is None


def _n_axes(x) -> int | None:
    """Number of axes; None if `x` is itself ragged."""
    try:
        return np.ndim(x)
    except ValueError:
        return None
