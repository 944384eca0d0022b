"""Sequences of one length or of many: arrays, lists of arrays, NaN as padding."""

import numpy as np
from sklearn.utils.validation import check_array

from skae.data._rows import Rows, Summary


class Sequences(Rows):
    """Rows of shape (timesteps, features); NaN from the end of a sequence on.

    Parameters
    ----------
    X : ndarray of shape (n, t) or (n, t, features)
        Not longer than `timesteps`.

    estimator_name : str
        Named in the error messages.

    timesteps : int
        Length to which shorter arrays are padded.
    """

    def __init__(self, X: np.ndarray, estimator_name: str, timesteps: int):
        n_features = X.shape[2] if X.ndim == 3 else 1
        super().__init__(X, estimator_name, (timesteps, n_features))
        self.padded = X.shape[1] < timesteps or _has_nan(X)

    def lengths(self) -> np.ndarray:
        """Number of time steps of each sequence."""
        last = self.X if self.X.ndim == 2 else self.X[..., 0]
        return np.count_nonzero(~np.isnan(last), axis=1)

    def gather(self, indices, out):
        """Rows `indices`, which have been read before, into `out`."""
        if self.padded:
            self._convert(self.X[indices], out)
        else:
            super().gather(indices, out)

    def _as_X(self, out):
        n_steps = self.X.shape[1]
        if n_steps == self.sample_shape[0]:
            return super()._as_X(out)
        out[:, n_steps:] = np.nan
        out = out[:, :n_steps]
        return out if self.X.ndim == 3 else out[..., 0]

    def _check(self, x):
        if not self.padded:
            super()._check(x)
            return
        if np.isinf(x).any():
            super()._check(np.nan_to_num(x, nan=0.0, posinf=np.inf, neginf=-np.inf))
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

    def summarize(self, weight=None):
        """Check every value; the moments of those that exist."""
        if not self.padded:
            return super().summarize(weight)
        shape = self.sample_shape
        mass, total, squares = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        minimum, maximum = np.inf, -np.inf
        shift = np.nan_to_num(self.read(slice(0, 1))[0].astype(np.float64))
        for part in self.chunks():
            x = self.read(part)
            minimum, maximum = min(minimum, np.nanmin(x)), max(maximum, np.nanmax(x))
            z = x - shift
            w = np.ones(len(z)) if weight is None else weight[part].astype(np.float64)
            mass += np.tensordot(w, ~np.isnan(z), axes=1)
            z = np.nan_to_num(z)
            total += np.tensordot(w, z, axes=1)
            squares += np.tensordot(w, z**2, axes=1)
        offset = total / np.maximum(mass, np.finfo(float).tiny)
        left = np.maximum(0.0, squares - mass * offset**2)
        variance = left.sum() / mass.sum()
        return Summary(shift + offset, variance, float(minimum), float(maximum), mass)


def pooled(summary: Summary) -> Summary:
    """The moments with one mean per feature instead of one per time step."""
    mass = np.broadcast_to(summary.mass, summary.mean.shape)
    mean = np.sum(mass * summary.mean, axis=0) / mass.sum(axis=0)
    between = np.sum(mass * (summary.mean - mean) ** 2) / mass.sum()
    return summary._replace(
        mean=np.broadcast_to(mean, summary.mean.shape),
        variance=summary.variance + float(between),
    )


def checked_sequences(X, estimator_name: str) -> np.ndarray:
    """`X`, a list of arrays or a 3-D array, as one array padded with NaN."""
    if not is_ragged_list(X):
        X = check_array(
            X,
            dtype="numeric",
            allow_nd=True,
            ensure_all_finite=False,
            estimator=estimator_name,
        )
        if X.ndim != 3 or min(X.shape) == 0:
            raise ValueError(
                f"Got X of shape {X.shape}. Sequences are a 3-D array of shape "
                "(n_samples, timesteps, features), a list of arrays of shape "
                "(timesteps_i, features), or rows with one feature per time step."
            )
        return X
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


def _has_nan(X: np.ndarray) -> bool:
    # NaN spreads through a sum: quicker than a mask, and no copy.
    with np.errstate(all="ignore"):
        return bool(np.isnan(X.dtype.type(0) * X[:, -1].sum(dtype=np.float64))) or bool(
            np.isnan(X).any() if X.dtype.kind == "f" else False
        )
