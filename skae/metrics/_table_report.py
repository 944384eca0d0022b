"""Comparison of an autoencoder of tables with PCA, column by column."""

import warnings

import numpy as np
from sklearn.decomposition import PCA

from skae._callers import level_of_user
from skae.tables import ColumnScores, TableNumbers

# Smaller differences may be due to the random state.
MIN_LOSS = 1e-3
ALL = "(all)"


def report_columns(estimator, X, X_train=None):
    """Shares of each column that estimator and PCA explain; see `report`."""
    import pandas as pd

    layout, name = estimator._layout, type(estimator).__name__
    rows = estimator._read(X)
    x = rows.read(slice(None))
    train = x if X_train is None else estimator._read(X_train).read(slice(None))
    numbers = TableNumbers.fit(layout, train)
    known, new = numbers.filled(train), numbers.filled(x)
    pca = PCA(min(estimator._n_features_out, *known.shape)).fit(known)
    outputs = numbers.write(pca.inverse_transform(pca.transform(new)))
    scores = ColumnScores(layout)
    scores.add(x, outputs, np.ones(len(x)), 0)
    found = {name: estimator.column_scores(rows), "PCA": scores.shares()}
    table = pd.DataFrame({"kind": estimator.column_kinds_, **found})
    total = {key: estimator._mean_score(shares) for key, shares in found.items()}
    table.loc[ALL] = {"kind": "", **total}
    if total["PCA"] > total[name] + MIN_LOSS:
        warnings.warn(
            f"PCA explains {total['PCA']:.3f} of the columns and {name} "
            f"{total[name]:.3f}: with these settings PCA of indicators is the better "
            "encoder of these data. Train longer, or use PCA.",
            stacklevel=level_of_user(),
        )
    return table
