"""Rows that are made up: their spread beside gaps, gaps as they were, conditions."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes

from skae import VariationalTableAutoencoder
from skae.families.tables._matched_moments import MatchedMoments, _moments


def slope(real, made_up):
    """Of the correlations of rows that were made up on those of real ones."""
    places = np.triu_indices(real.shape[1], 1)
    a, b = (table.corr().to_numpy()[places] for table in (real, made_up))
    return np.polyfit(a, b, 1)[0]


@pytest.fixture(scope="module")
def whole():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(400, 2))
    X = z @ rng.normal(size=(2, 5)) + 0.4 * rng.normal(size=(400, 5))
    frame = pd.DataFrame(X, columns=list("abcde"))
    frame["e"] = np.exp(frame["e"])
    frame["day"] = pd.Timestamp("2020-01-06 09:00") + pd.to_timedelta(
        7 * rng.integers(0, 100, 400), "D"
    )
    frame["n"] = (3 * frame["a"]).round().astype(int) + 20
    return frame


@pytest.fixture(scope="module")
def gappy(whole):
    """Rows of which two fifths of the cells are missing in some columns."""
    gaps = np.random.default_rng(1).random((400, 5)) < 0.4
    gaps[:, 4] = gaps[:, 3]  # missing together
    frame = whole.copy()
    frame[list("abcde")] = frame[list("abcde")].mask(gaps)
    return frame


@pytest.fixture(scope="module")
def maker(gappy):
    return VariationalTableAutoencoder(
        4, hidden_layer_sizes=(32,), epochs=40, random_state=0
    ).fit(gappy)


def test_moments_are_those_of_the_rows():
    rng = np.random.default_rng(0)
    root = rng.normal(size=(4, 4))
    x = rng.normal(size=(20000, 4)) @ root
    x /= x.std(axis=0)
    decoded = 0.8 * x[::-1] + 0.1 * rng.normal(size=x.shape) + 1
    gone = rng.random(x.shape) < 0.4
    found = MatchedMoments.fit(np.where(gone, np.nan, x), decoded, np.full(4, 0.1))
    outputs = np.column_stack([decoded, rng.random(len(x))])
    moved = found.apply(outputs)
    np.testing.assert_array_equal(moved[:, 4], outputs[:, 4])
    moved = moved[:, :4] + found.deviations * rng.standard_normal(x.shape)
    np.testing.assert_allclose(moved.mean(axis=0), x.mean(axis=0), atol=0.03)
    np.testing.assert_allclose(np.cov(moved.T), np.cov(x.T), atol=0.05)


def test_correlations_are_those_of_the_values():
    """Not of the scores, which have the same where both are no lines in each other."""
    rng = np.random.default_rng(0)
    low = rng.random((20000, 1)) < 0.3  # two groups, far from each other
    x = np.where(low, -2, 1) + 0.5 * rng.standard_normal((20000, 3))
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    decoded = rng.multivariate_normal(np.zeros(3), 0.9 * np.corrcoef(x.T), 20000)
    found = MatchedMoments.fit(x, decoded, np.full(3, 0.3), np.exp)
    noise = found.deviations * rng.standard_normal(x.shape)
    drawn = np.exp(found.apply(decoded) + noise)
    wanted = np.corrcoef(np.exp(x).T)
    assert abs(np.corrcoef(np.exp(decoded).T) - wanted).max() > 0.1
    np.testing.assert_allclose(np.corrcoef(drawn.T), wanted, atol=0.03)


def test_one_broken_row_decides_no_correlation():
    """Nor does a column without a value in these rows."""
    rng = np.random.default_rng(0)
    x = rng.multivariate_normal(np.zeros(3), [[1, 0.6, 0], [0.6, 1, 0], [0, 0, 1]], 500)
    x[x[:, 0].argmax()] = 3.5  # the largest of each column
    x = np.column_stack([x, np.full(500, np.nan)])

    def values(scores):
        """The largest score stands for a broken value."""
        return np.where(scores > 3.2, 1e8, scores)

    decoded = rng.normal(size=(5000, 4))
    deviations = np.full(4, 0.3)
    with np.errstate(all="raise"):
        found = MatchedMoments.fit(x, decoded, deviations, values)
    noise = found.deviations * rng.standard_normal(decoded.shape)
    drawn = np.corrcoef((found.apply(decoded) + noise)[:, :3].T)
    np.testing.assert_allclose(drawn, np.corrcoef(x[:, :3].T), atol=0.06)


@pytest.mark.parametrize("share", [0.2, 0.4])
def test_moments_beside_gaps_are_those_of_all_rows(share):
    x = load_diabetes().data
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    gone = np.random.default_rng(0).random(x.shape) < share
    mean, covariance = _moments(np.where(gone, np.nan, x))
    np.testing.assert_allclose(mean, 0, atol=0.1)
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)).mean(), 1, atol=0.02)
    places = np.triu_indices(x.shape[1], 1)
    found = np.polyfit(np.corrcoef(x.T)[places], covariance[places], 1)[0]
    assert 0.96 < found < 1.04


def test_gaps_do_not_make_rows_narrow(whole, gappy, maker):
    rows = maker.sample(4000, random_state=0)
    numbers = list("abcd")
    ratio = rows[numbers].std() / whole[numbers].std()
    assert ratio.between(0.93, 1.07).all() and abs(ratio.mean() - 1) < 0.05
    found = [slope(table[numbers], rows[numbers]) for table in (gappy, whole)]
    # What was hidden is lost: the known values themselves have a slope of 0.9.
    assert found[0] > 0.95 and found[1] > 0.88, found


def test_gaps_are_left_as_they_occurred(maker):
    rows = maker.sample(1000, missing=True, random_state=0)
    gaps = rows.isna()
    np.testing.assert_allclose(gaps[list("abcde")].mean(), 0.4, atol=0.08)
    assert (gaps["d"] == gaps["e"]).all() and not gaps[["day", "n"]].any(axis=None)
    assert maker.sample(100, random_state=0).notna().all(axis=None)
    told = maker.sample(100, conditions={"a": (0, None)}, missing=True, random_state=0)
    assert (told["a"] >= 0).all() and told["b"].isna().any()


def test_dates_fall_on_their_grid(whole, maker):
    rows = maker.sample(300, random_state=0)
    assert (rows["day"].dt.time == dt.time(9)).all()
    assert (rows["day"].dt.day_of_week == 0).all()


@pytest.mark.parametrize(
    ("name", "told", "low", "high"),
    [
        ("n", (18.4, 22.6), 19, 22),
        ("n", (20, 20), 20, 20),
        ("n", (None, 19), -np.inf, 19),
        ("a", (0.1, 0.1001), 0.1, 0.1001),
        ("a", (0.25, np.inf), 0.25, np.inf),
        ("day", ("2020-06-01", None), pd.Timestamp("2020-06-01"), pd.Timestamp.max),
        (
            "day",
            (dt.datetime(2020, 6, 1, 9), dt.date(2020, 12, 24)),
            pd.Timestamp("2020-06-01 09:00"),
            pd.Timestamp("2020-12-24"),
        ),
    ],
)
def test_ranges_are_met_exactly(maker, name, told, low, high):
    rows = maker.sample(40, conditions={name: told}, random_state=0)
    assert len(rows) == 40 and rows[name].between(low, high).all()


def test_a_range_around_one_value_is_as_wide_as_asked(maker):
    value = maker._layout.columns[1].values[100]
    rows = maker.sample(
        40, conditions={"b": (value - 0.001, value + 0.001)}, random_state=0
    )
    assert rows["b"].between(value - 0.001, value + 0.001).all()
    assert rows["b"].nunique() > 20
