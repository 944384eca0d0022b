"""How well are gaps filled, beside scikit-learn's imputers and a missForest?

Run ``python examples/benchmarks/imputation.py`` (an hour, most of it the forests'),
``--part mixed`` for tables of mixed types alone, ``--seeds 1`` for a look, ``--write``
to put the tables into docs/benchmarks.md.
Numbers: half of the values of standardized tables are hidden completely at random; the
mean squared error of what is filled in. Of breast cancer, values are also hidden where
another column is large ("at random, by another column"), or where they are large
themselves ("not at random").
Mixed: a fifth of the known values of up to 5000 rows is hidden; the rivals see the
codes of levels, scaled like numbers.
missForest is IterativeImputer with 100 trees of RandomForestRegressor that look at the
root of the number of columns, in up to 10 rounds.
"""

import argparse
import time
import warnings
from pathlib import Path

import _measure
import numpy as np
import pandas as pd
from _tables import load_table
from sklearn import datasets
from sklearn.ensemble import RandomForestRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer, SimpleImputer
from sklearn.preprocessing import OrdinalEncoder, StandardScaler

from skae import AutoencoderImputer

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
NUMBERS = ("breast_cancer", "wine", "diabetes", "digits")
MIXED = ("titanic", "auto_imports", "california_housing", "adult")
MAX_ROWS = 5000


def rivals(seed, mixed=False):
    """The imputers of scikit-learn, by name."""
    forest = RandomForestRegressor(
        100, max_features="sqrt", n_jobs=2, random_state=seed
    )
    return {
        "most frequent, mean" if mixed else "mean": SimpleImputer(),
        "5 neighbours": KNNImputer(),
        "BayesianRidge": IterativeImputer(random_state=seed),
        "missForest": IterativeImputer(forest, max_iter=10, random_state=seed),
    }


def hidden_by(how, X, seed):
    """Which values are hidden."""
    rng = np.random.default_rng(seed)
    if how == "completely at random":
        return rng.random(X.shape) < 0.5
    if how == "at random, by another column":
        # The last column is always there, and decides.
        chance = 1 / (1 + np.exp(-2 * X[:, -1:]))
        hidden = rng.random(X.shape) < chance
        hidden[:, -1] = False
        return hidden
    return rng.random(X.shape) < 1 / (1 + np.exp(-2 * X))


def timed(imputer, table):
    """What an imputer makes of a table, and its seconds."""
    began = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = imputer.fit_transform(table)
    return found, time.perf_counter() - began


def numbers(options):
    """Mean squared errors of standardized numbers."""
    rows = []
    cases = [(name, "completely at random") for name in NUMBERS]
    cases += [
        ("breast_cancer", how)
        for how in ("at random, by another column", "not at random")
    ]
    for name, how in cases:
        X = getattr(datasets, f"load_{name}")().data
        X = StandardScaler().fit_transform(X)
        found: dict[str, list] = {}
        for seed in range(options.seeds):
            hidden = hidden_by(how, X, seed)
            gaps = np.where(hidden, np.nan, X)
            ours = {"AutoencoderImputer": AutoencoderImputer(random_state=seed)}
            for key, imputer in (rivals(seed) | ours).items():
                filled, seconds = timed(imputer, gaps)
                error = np.mean(np.square(filled - X)[hidden])
                found.setdefault(key, []).append((error, seconds))
        means = {key: np.mean(values, axis=0) for key, values in found.items()}
        cells = [f"{error:.3f} ({seconds:.1f} s)" for error, seconds in means.values()]
        rows.append((name, how, *cells))
        print(*rows[-1], flush=True)
    return ["table", "values hidden", *found], rows


class Coded:
    """A frame as standardized codes for imputers of numbers, and back."""

    def __init__(self, table):
        self.categories = [
            name for name in table if not pd.api.types.is_numeric_dtype(table[name])
        ]
        self.encoder = OrdinalEncoder().fit(table[self.categories])
        self.scaler = StandardScaler().fit(self._codes(table))

    def _codes(self, table):
        found = table.copy()
        found[self.categories] = self.encoder.transform(table[self.categories])
        return found.astype(float)

    def read(self, table):
        """Codes, standardized."""
        return self.scaler.transform(self._codes(table))

    def write(self, values, like):
        """A frame; codes are rounded to the nearest level."""
        found = pd.DataFrame(
            self.scaler.inverse_transform(values), columns=like.columns
        )
        pairs = zip(self.categories, self.encoder.categories_, strict=True)
        for name, levels in pairs:
            known = np.array([level for level in levels if isinstance(level, str)])
            codes = found[name].round().clip(0, len(known) - 1)
            found[name] = known[codes.astype(int)]
        return found


def mixed(options):
    """Errors of numbers and of categories of mixed tables, and ranks."""
    rows, ranks = [], []
    for name in MIXED:
        table = load_table(name)
        if len(table) > MAX_ROWS:
            table = table.sample(MAX_ROWS, random_state=0)
        table = table.reset_index(drop=True)
        found: dict[str, list] = {}
        for seed in range(options.seeds):
            rng = np.random.default_rng(seed)
            hidden = (rng.random(table.shape) < 0.2) & table.notna().to_numpy()
            gaps = table.mask(hidden)
            coded = Coded(gaps)
            codes = coded.read(gaps)
            for key, imputer in rivals(seed, mixed=True).items():
                filled, seconds = timed(imputer, codes)
                filled = coded.write(filled, gaps)
                if isinstance(imputer, SimpleImputer):
                    often = gaps[coded.categories].mode().iloc[0]
                    filled[coded.categories] = gaps[coded.categories].fillna(often)
                found.setdefault(key, []).append(
                    (*errors(table, filled, hidden, coded.categories), seconds)
                )
            filled, seconds = timed(AutoencoderImputer(random_state=seed), gaps)
            found.setdefault("AutoencoderImputer", []).append(
                (*errors(table, filled, hidden, coded.categories), seconds)
            )
        means = {key: np.mean(values, axis=0) for key, values in found.items()}
        values = np.array(list(means.values()))
        ranks.append(values[:, :2].argsort(axis=0).argsort(axis=0) + 1)
        cells = [f"{a:.3f} / {b:.3f} ({s:.0f} s)" for a, b, s in means.values()]
        rows.append((f"{name}, {len(table)} rows", *cells))
        print(*rows[-1], flush=True)
    mean_ranks = np.mean(ranks, axis=(0, 2))
    rows.append(("mean rank", *(f"{rank:.2f}" for rank in mean_ranks)))
    return ["squares of numbers / share of wrong levels", *found], rows


def errors(table, filled, hidden, categories):
    """Mean standardized square of numbers, and share of wrong levels."""
    squares, wrong = [], []
    for j, name in enumerate(table):
        where = hidden[:, j]
        true, found = table[name][where], filled[name][where]
        if name in categories:
            wrong.append(np.mean(true.to_numpy() != found.to_numpy()))
        else:
            difference = true.to_numpy(float) - found.to_numpy(float)
            squares.append(np.mean(difference**2) / table[name].var())
    return np.mean(squares), np.mean(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--part", choices=("numbers", "mixed"))
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    options = parser.parse_args()
    for part in (numbers, mixed):
        if options.part in (None, part.__name__):
            header, rows = part(options)
            name = f"imputation, {part.__name__}"
            _measure.print_table(name, header, rows)
            if options.write:
                _measure.write_table(DOCUMENT, name, header, rows)


if __name__ == "__main__":
    main()
