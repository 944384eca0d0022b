"""Expected missing values of a table, by linear models, networks and forests."""

import numpy as np
from scipy.optimize import minimize

from skae._saved_state import SavedState
from skae.imputation._forests import ForestImputation
from skae.tables import (
    MixedTableLayout,
    NormalWithMissing,
    NumberColumn,
    TableNumbers,
    TableRows,
    draw_levels,
)

# Wider tables are left to the networks: inverses grow with the cube.
_WIDEST = 256
# Rows that a normal distribution is fitted to, and operations per iteration of EM.
_MIN_ROWS, _MAX_ROWS, _MAX_WORK = 500, 5000, 2.5e8
# From strong to weak; each fit is initialized by the previous one.
_RIDGES = (30.0, 10.0, 3.0, 1.0)
_FIRST_STEPS, _STEPS = 30, 12
# Gauss-Hermite quadrature, for the mean of a function of a normal number.
_POINTS, _WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
# Weight of the prior, an even blend, in numbers of values.
_PRIOR_VALUES = 50


class GaussianImputation(SavedState):
    """Normal distribution of the columns on the scale of a layout.

    On the scale of ranks it is a Gaussian copula.

    Parameters
    ----------
    layout : MixedTableLayout
        Of the same columns as `target`.

    target : MixedTableLayout
        Layout on whose scale predictions are returned.
    """

    def __init__(self, layout: MixedTableLayout, target: MixedTableLayout):
        self.layout, self.target = layout, target

    def fit(self, x: np.ndarray, hidden: list[np.ndarray]) -> list[np.ndarray]:
        """Fit to rows, and predict those in which values were `hidden`.

        The ridge is the one with the smallest error of the hidden values.
        """
        self.numbers = TableNumbers.fit(self.layout, x)
        truth = self.numbers.with_missing(x)
        errors = np.zeros(len(_RIDGES))
        answers: list[list[np.ndarray]] = []
        for values in hidden:
            z = self.numbers.with_missing(hide(x, values, self.layout))
            was_hidden = np.isnan(z) & ~np.isnan(truth)
            self.gaussian = NormalWithMissing(z)
            found = []
            for i, ridge in enumerate(_RIDGES):
                self.gaussian.fit(z, ridge, _STEPS if i else _FIRST_STEPS)
                filled, variances = self._expected(z)
                errors[i] += np.sum(np.square(filled - truth)[was_hidden])
                found.append(self._answers(filled, variances))
            answers.append(found)
        best = int(errors.argmin())
        self.gaussian = NormalWithMissing(truth)
        for i, ridge in enumerate(_RIDGES[: best + 1]):
            self.gaussian.fit(truth, ridge, _STEPS if i else _FIRST_STEPS)
        return [found[best] for found in answers]

    def fill(self, x: np.ndarray) -> np.ndarray:
        """Expected values, in the form of a network's outputs."""
        return self._answers(*self._expected(self.numbers.with_missing(x)))

    def _expected(self, z) -> tuple[np.ndarray, np.ndarray | None]:
        """Means of all values, and their variances if a scale is not linear."""
        numbers = [c for c in self.layout.columns if isinstance(c, NumberColumn)]
        if all(column.is_straight for column in numbers):
            return self.gaussian.fill(z), None
        return self.gaussian.fill_and_variances(z)

    def _answers(self, filled, variances) -> np.ndarray:
        outputs = self.numbers.write(filled.astype(np.float64))
        if variances is None:
            return outputs
        spread = np.sqrt(variances) * self.numbers.deviation
        for column, target, places in zip(
            self.layout.columns,
            self.target.columns,
            self.layout.output_places(),
            strict=True,
        ):
            if isinstance(column, NumberColumn):
                mean, deviation = outputs[:, places], spread[:, places]
                values = [column.numbers(mean + t * deviation) for t in _POINTS]
                expected = np.average(values, axis=0, weights=_WEIGHTS)
                outputs[:, places] = target.read(expected, None)
        return outputs


class BlendedImputation(SavedState):
    """Blend of linear models, networks and forests.

    The weights minimize the squared error of values hidden in `fit`.

    Parameters
    ----------
    layout : MixedTableLayout
        Layout of the networks.

    ranks : MixedTableLayout
        The same columns on the scale of ranks.
    """

    def __init__(self, layout: MixedTableLayout, ranks: MixedTableLayout):
        self.layout, self.ranks = layout, ranks
        self.linear = []
        if layout.n_outputs <= _WIDEST:
            self.linear = [GaussianImputation(own, layout) for own in (layout, ranks)]
        self.trees = ForestImputation(layout)

    def fit(self, x, ranked, hidden, networks, rng) -> None:
        """Estimate the weights.

        Parameters
        ----------
        x, ranked : ndarray
            Rows of both layouts.

        hidden : list of ndarray of bool, of shape (n_rows, n_columns)
            Values hidden from each network.

        networks : list of autoencoders

        rng : Generator
        """
        some, n_folds = self._affordable(x, len(hidden), rng)
        folds = [values[some] for values in hidden[:n_folds]]
        x, ranked = x[some], ranked[some]
        answers = [
            gaussian.fit(rows, folds) for gaussian, rows in self._gaussians(x, ranked)
        ]
        rows = [hide(x, values, self.layout) for values in folds]
        pairs = zip(networks[:n_folds], rows, strict=True)
        answers.append([outputs_of(one, own, self.layout) for one, own in pairs])
        truth = self.layout.vectors(x)
        asked = [expanded(values, self.layout) & ~np.isnan(truth) for values in folds]
        self.weights = np.empty((len(answers), truth.shape[1]))
        m = self.layout.n_numbers
        for group in (slice(0, m), slice(m, None)):
            where = [mask[:, group] for mask in asked]
            own = [
                np.concatenate(
                    [a[:, group][b] for a, b in zip(found, where, strict=True)]
                )
                for found in answers
            ]
            right = np.concatenate([truth[:, group][mask] for mask in where])
            self.weights[:, group] = _blend(np.array(own), right)[:, None]
        first = [self._blended(parts) for parts in zip(*answers, strict=True)]
        final = self.trees.fit_shares(rows, first, truth, asked, rng)
        self.trees.fit(x, self._first(x, ranked, networks), rng)
        ranks = answers[1] if self.linear else final
        # Mean squared errors of hidden values, of the blend and of the copula alone.
        self.errors, self.errors_of_ranks = (
            mean_squares([answer - truth for answer in found], asked)
            for found in (final, ranks)
        )

    def _blended(self, parts) -> np.ndarray:
        return sum(w * part for w, part in zip(self.weights, parts, strict=True))

    def _gaussians(self, x, ranked) -> list:
        """The linear models, each with rows on its own scale."""
        return list(zip(self.linear, (x, ranked), strict=True)) if self.linear else []

    def _affordable(self, x, n_folds: int, rng) -> tuple[np.ndarray, int]:
        """A subsample of the rows, and the number of folds to fit on it."""
        cost = 1.0
        if self.linear:
            # A row needs the inverse of a matrix as large as its missing values,
            # hidden ones included, are many.
            missing = np.isnan(self.layout.vectors(x)).sum(axis=1)
            missing = np.minimum(
                missing + self.layout.n_outputs / 8, self.layout.n_outputs
            )
            cost = float(np.mean(missing**3.0))
        n_some = int(np.clip(_MAX_WORK / cost, _MIN_ROWS, _MAX_ROWS))
        some = np.arange(len(x))
        if len(x) > n_some:
            some = np.sort(rng.permutation(len(x))[:n_some])
        share = _MAX_WORK / (10 * cost * len(some))
        return some, int(np.clip(share, 1, n_folds))

    def _first(self, x, ranked, networks) -> np.ndarray:
        found = [gaussian.fill(rows) for gaussian, rows in self._gaussians(x, ranked)]
        found.append(np.mean([outputs_of(n, x, self.layout) for n in networks], axis=0))
        return self._blended(found)

    def expected(self, x, ranked, networks) -> np.ndarray:
        """Expected values, in the form of a network's outputs."""
        first = self._first(x, ranked, networks)
        if not hasattr(self, "trees"):  # as in old files
            return first
        return self.trees.fill(x, first)

    def shares(self, group: slice) -> np.ndarray:
        """Weights of linear models, networks and forests, averaged over outputs."""
        trees = float(self.trees.shares[group].mean())
        return np.append((1 - trees) * self.weights[:, group].mean(axis=1), trees)

    def drawn(self, expected, ranked, rng) -> np.ndarray:
        """Draw outputs for the missing values of rows with the mean `expected`.

        Deviations of numbers are drawn jointly by the copula, on the scale of ranks,
        and scaled to the error of the blend on hidden values. Levels are drawn by their
        probabilities.
        """
        found = expected.copy()
        size = np.sqrt(self.errors)
        if self.linear:
            numbers = self.linear[1].numbers
            moves = self.linear[1].gaussian.draw(numbers.with_missing(ranked), rng)
            moves = moves * numbers.deviation
            moves *= size / np.maximum(np.sqrt(self.errors_of_ranks), 1e-6)
        else:
            moves = rng.standard_normal(expected.shape) * size
        columns = zip(
            self.layout.columns,
            self.ranks.columns,
            self.layout.output_places(),
            strict=True,
        )
        for column, ranks, places in columns:
            if column.n_levels:
                found[:, places] = draw_levels(expected[:, places], rng)
            elif isinstance(column, NumberColumn):
                scores = ranks.read(column.numbers(expected[:, places]), None)
                values = ranks.numbers(scores + moves[:, places])
                found[:, places] = column.read(values, None)
            else:
                found[:, places] += moves[:, places]
        return found


def hide(x: np.ndarray, values: np.ndarray, layout: MixedTableLayout) -> np.ndarray:
    """Rows with NaN where `values`, a mask of the shape of the table, is True."""
    found = x.copy()
    for column, places in zip(values.T, layout.places(), strict=True):
        if len(places):
            found[np.ix_(column, places)] = np.nan
    return found


def expanded(values: np.ndarray, layout: MixedTableLayout) -> np.ndarray:
    """A mask of columns, repeated for each of their outputs."""
    found = np.zeros((len(values), layout.n_outputs), bool)
    for column, places in zip(values.T, layout.output_places(), strict=True):
        found[:, places] = column[:, None]
    return found


def outputs_of(network, x: np.ndarray, layout: MixedTableLayout) -> np.ndarray:
    """Outputs of a network for rows, before they are converted to a table."""
    rows = TableRows(x, type(network).__name__, layout)
    return network._model.run_all("autoencoder", {"data": rows}).astype(np.float64)


def _blend(answers: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Non-negative weights of sum 1 with the least squared error."""
    n = len(answers)
    even = np.full(n, 1 / n)
    if n == 1 or truth.size == 0:
        return even
    wrong = answers - truth
    squares = wrong @ wrong.T / truth.size
    prior = np.trace(squares) / n * _PRIOR_VALUES / truth.size
    found = minimize(
        lambda w: w @ squares @ w + prior * np.sum((w - even) ** 2),
        even,
        bounds=[(0, 1)] * n,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
    )
    weights = np.maximum(found.x, 0)
    return weights / weights.sum()


def mean_squares(wrong, asked) -> np.ndarray:
    """Mean squares of each output over several tables, where `asked` is True."""
    total, count = 0.0, 0
    for values, where in zip(wrong, asked, strict=True):
        total = total + np.where(where, np.square(values), 0).sum(axis=0)
        count = count + where.sum(axis=0)
    mean = np.sum(total) / max(1, np.sum(count))
    # Shrunk to the overall mean, which counts as five values.
    return (total + 5 * mean) / (count + 5)
