"""Sequences of one length or of many: arrays, lists of arrays, NaN as padding."""

import math
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils.validation import check_array

from skae.data._layout import Layout
from skae.data._masked_rows import MaskedRows
from skae.data._rows import CHUNK_BYTES, Summary


class Sequences(MaskedRows):
    """Rows of shape (timesteps, features); NaN from the end of a sequence on.

    Parameters
    ----------
    X : ndarray of shape (n, t) or (n, t, features), or CSR matrix of shape (n, t)
        Not longer than `timesteps`.

    estimator_name : str
        Named in the error messages.

    timesteps : int
        Length to which shorter arrays are padded.

    as_list : bool, default=False
        Whether the user gave them as a list.
    """

    def __init__(self, X, estimator_name: str, timesteps: int, as_list: bool = False):
        n_features = X.shape[2] if X.ndim == 3 else 1
        super().__init__(X, estimator_name, (timesteps, n_features))
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
            # NaN spreads through a sum: quicker than a mask.
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
                "a sequence on. Fill gaps first, with sklearn.impute for example."
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
    """Sequences of shape (timesteps, features), of one length or of many.

    Parameters
    ----------
    n_timesteps, n_features_per_step : int
        Of the longest sequence; number of values at each time step.

    ndim : {2, 3}
        Axes of the data that `fit` was given: two where a row is a sequence of numbers.

    as_list : bool
        Whether they were a list of arrays.
    """

    takes_missing = True
    is_sequence = True

    def __init__(
        self, n_timesteps: int, n_features_per_step: int, ndim: int, as_list: bool
    ):
        self.n_timesteps, self.n_features_per_step = n_timesteps, n_features_per_step
        self.ndim, self.as_list = ndim, as_list

    @classmethod
    def is_table(cls, X):
        """Whether each row of `X` is a sequence of numbers."""
        return not is_ragged_list(X) and getattr(X, "ndim", 2) <= 2

    @classmethod
    def check_other(cls, X, name):
        """Check a list of arrays, or an array with an axis of features."""
        if is_ragged_list(X):
            return _Checked(_padded(X, name))
        X = check_array(
            X, dtype="numeric", allow_nd=True, ensure_all_finite=False, estimator=name
        )
        if X.ndim != 3 or min(X.shape) == 0:
            raise ValueError(
                f"Got X of shape {X.shape}. Sequences are a 3-D array of shape "
                "(n_samples, timesteps, features), a list of arrays of shape "
                "(timesteps_i, features), or rows with one feature per time step."
            )
        return X

    @classmethod
    def fit(cls, X, name):
        """The longest sequence is all that later ones may be."""
        array, as_list = _array(X)
        return cls(array.shape[1], _width(array), array.ndim, as_list)

    @property
    def sample_shape(self):
        """(n_timesteps, n_features_per_step)."""
        return (self.n_timesteps, self.n_features_per_step)

    @property
    def n_features(self):
        """Time steps of rows of numbers, else values per time step."""
        return self.n_timesteps if self.ndim == 2 else self.n_features_per_step

    def rows(self, X, name):
        """Sequences that are not longer than those of `fit`."""
        array, as_list = _array(X)
        if _width(array) != self.n_features_per_step:
            raise ValueError(
                f"X has {_width(array)} features per time step, but {name} is "
                f"expecting {self.n_features_per_step} features per time step."
            )
        if array.shape[1] > self.n_timesteps:
            raise ValueError(
                f"X has sequences of up to {array.shape[1]} time steps, but the "
                f"longest one that {name} was fitted with has {self.n_timesteps}: cut "
                "them, or fit on longer ones."
            )
        return Sequences(array, name, self.n_timesteps, as_list)

    def restore(self, outputs, rows=None):
        """Sequences of the lengths of `rows`; codes do not know a length."""
        if not isinstance(rows, Sequences):
            if self.as_list:
                return list(outputs)
            return outputs[..., 0] if self.ndim == 2 else outputs
        outputs = outputs[:, : rows.X.shape[1]]
        if rows.as_list:
            pairs = zip(outputs, rows.lengths(), strict=True)
            return [x[:n] for x, n in pairs]
        if rows.padded:
            beyond = np.arange(outputs.shape[1]) >= rows.lengths()[:, None]
            outputs[beyond] = np.nan
        return outputs[..., 0] if rows.X.ndim == 2 else outputs

    def attributes(self):
        """`n_timesteps_` and `n_features_`."""
        return {
            "n_timesteps_": self.n_timesteps,
            "n_features_": self.n_features_per_step,
        }


def _array(X: Any) -> tuple[Any, bool]:
    return (X.array, True) if isinstance(X, _Checked) else (X, False)


def _width(array) -> int:
    return array.shape[2] if array.ndim == 3 else 1


def pooled(summary: Summary) -> Summary:
    """The moments with one mean per feature instead of one per time step."""
    mass = np.broadcast_to(summary.mass, summary.mean.shape)
    mean = np.sum(mass * summary.mean, axis=0) / mass.sum(axis=0)
    between = np.sum(mass * (summary.mean - mean) ** 2) / mass.sum()
    return summary._replace(
        mean=np.broadcast_to(mean, summary.mean.shape),
        variance=summary.variance + float(between),
    )


def _padded(X, estimator_name: str) -> np.ndarray:
    """A list of arrays as one array, padded with NaN."""
    arrays = [_checked_one(i, x, estimator_name) for i, x in enumerate(X)]
    widths = {x.shape[1] for x in arrays}
    if len(widths) > 1:
        raise ValueError(
            f"The sequences of X have different numbers of features: {sorted(widths)}. "
            "Each must be an array of shape (timesteps_i, features)."
        )
    longest = max(map(len, arrays))
    padded = np.full((len(arrays), longest, widths.pop()), np.nan, dtype=np.float32)
    for row, x in zip(padded, arrays, strict=True):
        row[: len(x)] = x
    return padded


def _checked_one(i: int, x, estimator_name: str) -> np.ndarray:
    if np.ndim(x) != 2:
        raise ValueError(
            f"Sequence {i} of X has shape {np.shape(x)}: each sequence of a list must "
            "be an array of shape (timesteps_i, features). For one feature, use "
            "sequence.reshape(-1, 1)."
        )
    return check_array(
        x, dtype=np.float32, estimator=estimator_name, input_name=f"X[{i}]"
    )


def is_ragged_list(X) -> bool:
    """Whether `X` is a list or tuple of sequences, and no table."""
    if not isinstance(X, list | tuple) or len(X) == 0:
        return False
    try:
        n_axes = np.ndim(X[0])
    except ValueError:  # itself ragged
        return False
    if n_axes == 1:  # rows of a table, unless their lengths differ
        return len({len(x) if np.ndim(x) == 1 else -1 for x in X}) > 1
    return n_axes == 2
