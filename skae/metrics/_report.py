"""Comparison of a fitted estimator with a PCA of the same rank."""

import warnings

import numpy as np
from sklearn.decomposition import PCA
from sklearn.utils import check_array

from skae._callers import level_of_user
from skae.data import filled, is_ragged_list
from skae.losses import SquaredError
from skae.metrics._codes import (
    active_units,
    dead_units,
    near_zero,
    neighborhood_preservation,
)
from skae.metrics._encoding_part import encoding_part
from skae.metrics._reconstructions import as_array, explained_where_known, reconstruct
from skae.metrics._table_report import MIN_LOSS, report_columns

# Times after the begin of the fit at which the progress is reported.
_SECONDS = (1, 3, 10)


def report(estimator, X, *, X_train=None, n_neighbors: int = 5):
    """Compare a fitted estimator with a PCA with the same number of components.

    If PCA explains as much, prefer PCA.

    Parameters
    ----------
    estimator : fitted autoencoder, or Pipeline or search that has one
        Anything with `transform` and `inverse_transform` or `reconstruct`. Final steps
        of a pipeline that do not transform, such as a classifier, are left out.

    X : array-like of shape (n_samples, ...), or list of sequences
        Data for the comparison, preferably not used for training.

    X_train : array-like of shape (n_training_samples, ...) or list, default=None
        Data that PCA is fitted to; `X` itself by default, which favours PCA.

    n_neighbors : int, default=5
        Number of neighbours for `neighborhood_preservation`.

    Returns
    -------
    table : pandas.DataFrame
        A row for the estimator and one for PCA, with the columns:

        - "encoding_dim", "explained_variance", "neighborhood_preservation";
        - "dead_units": share of units that are active in no row;
        - "active_units": number of units with more than a thousandth of the variance of
          the unit with the largest;
        - "kept_initialization": whether training did not improve on the initialization,
          by default PCA;
        - "after_1_s", "after_3_s", "after_10_s": explained variance of the rows held
          out in the fit, 1, 3 and 10 seconds after it began. NaN if the loss is not the
          squared error (cross-entropy, nats), if no rows were held out, or if there was
          no result yet.

        For an autoencoder of tables: a row for each column and one for all, with the
        columns "kind", the name of the estimator, and "PCA". The last two are explained
        shares, as in the estimator's `score`. PCA has the same number of components,
        and is fitted to standardized numbers and indicators of the levels. 0 is the
        score of the mean, or of the frequencies of the levels.

    Raises
    ------
    NotFittedError
        If the estimator is not fitted.
    ImportError
        If pandas is not installed.

    Warns
    -----
    UserWarning
        If PCA explains more variance.

    Examples
    --------
    >>> from skae import Autoencoder
    >>> from skae.datasets import load_digits
    >>> from skae.metrics import report
    >>> digits = load_digits()
    >>> model = Autoencoder(8, random_state=0).fit(digits.X_train)
    >>> table = report(model, digits.X_test, X_train=digits.X_train)
    >>> bool(table.explained_variance["Autoencoder"] > table.explained_variance["PCA"])
    True
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError("report makes a data frame: pip install pandas.") from error
    from skae.metrics._report_frame import ReportFrame

    estimator = encoding_part(estimator)
    steps = getattr(estimator, "steps", [(None, estimator)])
    model = steps[-1][1]
    if hasattr(model, "column_scores"):
        if len(steps) > 1:
            before = estimator[:-1]
            X = before.transform(X)
            X_train = None if X_train is None else before.transform(X_train)
        return report_columns(model, X, X_train)
    kept, flat, train = _flat(X, X_train)
    codes = np.asarray(estimator.transform(X))
    # Far from zero the covariance would be lost to rounding.
    near, near_train = near_zero(flat, train), near_zero(train)
    pca = PCA(min(codes.shape[1], *train.shape)).fit(near_train)
    pca_codes = pca.transform(near)
    name = type(model).__name__
    back = pca.inverse_transform(pca_codes).reshape(kept.shape)
    found = {
        name: (kept, as_array(reconstruct(estimator, X), kept.shape), codes),
        # The padding of sequences does not count.
        "PCA": (
            np.where(np.isnan(kept), np.nan, near.reshape(kept.shape)),
            back,
            pca_codes,
        ),
    }
    table = pd.DataFrame(
        {
            row: {
                "encoding_dim": codes.shape[1],
                "explained_variance": explained_where_known(data, reconstruction),
                "neighborhood_preservation": neighborhood_preservation(
                    flat, codes, n_neighbors=n_neighbors
                ),
                "dead_units": dead_units(codes),
                "active_units": active_units(
                    codes, threshold=1e-3 * float(codes.var(axis=0).max())
                ),
            }
            for row, (data, reconstruction, codes) in found.items()
        }
    ).T
    table = table.astype({"encoding_dim": int, "active_units": int})
    kept = getattr(model, "kept_initialization_", False)
    table["kept_initialization"] = [bool(kept), False]
    for seconds in _SECONDS:
        table[f"after_{seconds}_s"] = [_explained_after(model, seconds), np.nan]
    ours, pca_explains = table["explained_variance"]
    if pca_explains > ours + MIN_LOSS:
        warnings.warn(
            f"PCA explains {pca_explains:.3f} of the variance and {name} {ours:.3f}: "
            "with these settings PCA is the better encoder of these data. Train "
            "longer, weaken the penalties, or use PCA.",
            stacklevel=level_of_user(),
        )
    return ReportFrame(table)


def _flat(X, X_train) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return `X` as an array, as rows of a table, and the rows that PCA is fitted to.

    Shorter sequences are padded with their own means, as in the networks.
    """
    is_ragged = any(x is not None and is_ragged_list(x) for x in (X, X_train))
    if not is_ragged:
        kept = check_array(X, allow_nd=True, input_name="X", ensure_min_samples=2)
        flat = kept.reshape(len(kept), -1)
        if X_train is None:
            return kept, flat, flat
        train = check_array(X_train, allow_nd=True, input_name="X_train")
        return kept, flat, train.reshape(len(train), -1)
    both = [x for x in (X, X_train) if x is not None]
    length = max(len(sequence) for x in both for sequence in x)
    arrays = [as_array(x, (len(x), length, np.shape(x[0])[-1])) for x in both]
    tables = [filled(array).reshape(len(array), -1) for array in arrays]
    return arrays[0], tables[0], tables[-1]


def _explained_after(model, seconds: float) -> float:
    """Explained variance of the held-out rows, `seconds` after the fit began."""
    trained = getattr(model, "_model", None)
    loss = trained and trained.architecture.reconstruction_loss()
    if type(loss) is not SquaredError:
        return np.nan
    progress = getattr(model, "progress_", {"seconds": [], "loss": []})
    n_done = np.searchsorted(progress["seconds"], seconds, side="right")
    return 1 - progress["loss"][n_done - 1] if n_done else np.nan
