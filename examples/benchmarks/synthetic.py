"""Are rows that were made up good for training, and do they copy those of `fit`?

Run ``python examples/benchmarks/synthetic.py`` (a quarter of an hour), ``--seeds 1``
for a look, ``--write`` to put the table into docs/benchmarks.md.
Four fifths of the rows are learned from; scikit-learn's HistGradientBoosting is trained
on as many rows that were made up, and judged on the real rows left: F1 of incomes
above 50K, R2 of the value of houses, as shares of what real rows give. Besides: the
mean total variation of categories, the mean Wasserstein distance of numbers in
deviations, the mean difference of correlations, the median distance of 2000 rows to the
closest row of `fit` (the sum over columns of the difference in deviations, and 1 for
another level), and the share of exact copies of rows of `fit`.
SMOTE is interpolation between a row and one of its 5 nearest of the same class, with
levels by vote, as SMOTENC of imbalanced-learn does it. The copula is Gaussian: levels
are ranges of ranks, by how often they come.
"""

import argparse
from pathlib import Path

import _measure
import numpy as np
import pandas as pd
from _tables import load_table
from scipy.special import ndtr, ndtri
from scipy.stats import wasserstein_distance
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.metrics import f1_score, r2_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import NearestNeighbors

from skae import VariationalTableAutoencoder

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
TARGETS = {"adult": "income", "california_housing": "median_house_value"}
N_COMPARED = 2000


def is_number(column):
    """Whether a column is not one of categories."""
    return pd.api.types.is_numeric_dtype(column)


def smote(train, target, rng, k=5):
    """Rows between neighbours of one class, or of all if the target is a number."""
    numbers = [name for name in train if is_number(train[name])]
    levels = [name for name in train if name not in numbers]
    X = train[numbers].fillna(train[numbers].median()).to_numpy()
    indicators = pd.get_dummies(train[levels].drop(columns=target, errors="ignore"))
    # Another level is as far as a deviation.
    space = np.hstack([X / X.std(axis=0), indicators.to_numpy(float) / np.sqrt(2)])
    codes = {name: train[name].astype("category").cat for name in levels}
    groups = [np.arange(len(train))]
    if target in levels:
        groups = [np.flatnonzero(train[target] == v) for v in train[target].unique()]
    parts = []
    for group in groups:
        found = NearestNeighbors(n_neighbors=k + 1).fit(space[group])
        first = rng.integers(len(group), size=len(group))
        near = group[
            found.kneighbors(space[group[first]], return_distance=False)[:, 1:]
        ]
        first = group[first]
        other = near[np.arange(len(near)), rng.integers(k, size=len(near))]
        values = X[first] + rng.random((len(first), 1)) * (X[other] - X[first])
        part = pd.DataFrame(values, columns=numbers)
        for name in numbers:
            if (train[name].dropna() % 1 == 0).all():
                part[name] = part[name].round()
        for name, column in codes.items():
            votes = column.codes.to_numpy()[near]
            counts = [(votes == c).sum(axis=1) for c in range(len(column.categories))]
            chosen = column.categories[np.argmax(counts, axis=0)]
            part[name] = (
                train[target].iloc[first].to_numpy() if name == target else chosen
            )
        parts.append(part[list(train)])
    return pd.concat(parts, ignore_index=True)


def copula(train, rng):
    """Rows of a Gaussian copula with the columns' own distributions."""
    scores, inverses = [], []
    for name in train:
        column = train[name]
        if is_number(column):
            values = np.sort(column.dropna().to_numpy())
        else:
            often = column.value_counts().index
            column = column.map({level: i for i, level in enumerate(often)})
            values = np.sort(column.dropna().to_numpy())
        left = np.searchsorted(values, column, "left")
        right = np.searchsorted(values, column, "right")
        rank = rng.uniform(left, np.maximum(right, left + 1)) / (len(values) + 1)
        scores.append(ndtri(np.clip(rank, 1e-6, 1 - 1e-6)))
        inverses.append((values, None if is_number(train[name]) else often))
    correlation = np.corrcoef(scores)
    drawn = ndtr(
        rng.multivariate_normal(np.zeros(len(scores)), correlation, len(train))
    )
    found = {}
    for name, rank, (values, levels) in zip(train, drawn.T, inverses, strict=True):
        value = values[(rank * len(values)).astype(int)]
        found[name] = value if levels is None else levels[value.astype(int)]
    return pd.DataFrame(found)


def usefulness(name, rows, test):
    """F1 or R2 on real rows of what was trained on `rows`."""
    target = TARGETS[name]
    both = pd.concat([rows, test], ignore_index=True)
    features = both.drop(columns=target)
    for column in features:
        if not is_number(features[column]):
            features[column] = features[column].astype("category")
    n = len(rows)
    if name == "adult":
        model = HistGradientBoostingClassifier(random_state=0)
        found = model.fit(features[:n], rows[target]).predict(features[n:])
        return f1_score(test[target], found, pos_label=">50K")
    model = HistGradientBoostingRegressor(random_state=0)
    return r2_score(
        test[target], model.fit(features[:n], rows[target]).predict(features[n:])
    )


def likeness(train, rows, rng):
    """Distances of distributions and correlations, and to the closest of `train`."""
    numbers = [name for name in train if is_number(train[name])]
    levels = [name for name in train if name not in numbers]
    variation = [
        train[name]
        .value_counts(normalize=True)
        .sub(rows[name].value_counts(normalize=True), fill_value=0)
        .abs()
        .sum()
        / 2
        for name in levels
    ]
    distance = [
        wasserstein_distance(train[name].dropna(), rows[name].dropna())
        / train[name].std()
        for name in numbers
    ]

    def vectors(table):
        z = (table[numbers] - train[numbers].mean()) / train[numbers].std()
        shown = pd.get_dummies(table[levels]).astype(float) / 2
        return pd.concat([z.fillna(0), shown], axis=1)

    known = vectors(train)
    new = vectors(rows).reindex(columns=known.columns, fill_value=0)
    frequent = known.columns[(known.std() > 0) & ((known > 0).mean() > 0.01)]
    apart = np.abs(
        np.corrcoef(known[frequent].T) - np.nan_to_num(np.corrcoef(new[frequent].T))
    )
    some = rng.permutation(len(new))[:N_COMPARED]
    nearest = NearestNeighbors(n_neighbors=1, metric="manhattan", algorithm="brute")
    closest = nearest.fit(known).kneighbors(new.iloc[some])[0]
    same = set(train.astype(str).itertuples(index=False, name=None))
    text = rows.astype(train.dtypes.to_dict()).astype(str)
    copies = [row in same for row in text.itertuples(index=False, name=None)]
    return (
        np.mean(variation),
        np.mean(distance),
        apart[np.triu_indices(len(frequent), 1)].mean(),
        np.median(closest),
        np.mean(copies),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    options = parser.parse_args()
    table_rows = []
    for name, target in TARGETS.items():
        table, found = load_table(name), {}
        for seed in range(options.seeds):
            train, test = train_test_split(table, test_size=0.2, random_state=seed)
            train, test = train.reset_index(drop=True), test.reset_index(drop=True)
            rng = np.random.default_rng(seed)
            model = VariationalTableAutoencoder(random_state=seed).fit(train)
            made_up = {
                "real rows": train,
                "VariationalTableAutoencoder": model.sample(
                    len(train), random_state=seed
                ),
                "SMOTE": smote(train, target, rng),
                "Gaussian copula": copula(train, rng),
            }
            real = usefulness(name, train, test)
            found.setdefault("real test rows", []).append(
                (np.nan, *likeness(train, test, rng))
            )
            for key, rows in made_up.items():
                share = usefulness(name, rows, test) / real
                near = [np.nan] * 5 if rows is train else likeness(train, rows, rng)
                found.setdefault(key, []).append((share, *near))
                print(name, seed, key, np.round(found[key][-1], 4), flush=True)
        for key, values in found.items():
            cells = ["" if np.isnan(v) else f"{v:.3f}" for v in np.mean(values, axis=0)]
            table_rows.append((name, key, *cells))
    header = ["table", "rows", "usefulness, share of real", "total variation"]
    header += ["Wasserstein", "correlations", "closest row", "copies"]
    _measure.print_table("synthetic rows", header, table_rows)
    if options.write:
        _measure.write_table(DOCUMENT, "synthetic rows", header, table_rows)


if __name__ == "__main__":
    main()
