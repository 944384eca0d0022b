"""What `fit` saw decides how gaps are filled, whatever a later table looks like."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from skae import AutoencoderImputer, TableAutoencoder
from skae.tables import NormalWithMissing

TINY = TableAutoencoder(
    4, hidden_layer_sizes=(8,), epochs=2, noise="masking", noise_level=0.3
)
MISSING = (np.nan, None, pd.NaT, pd.NA)


def tiny(**settings):
    return AutoencoderImputer(TINY, n_networks=1, random_state=0, **settings)


@pytest.fixture(scope="module")
def table():
    a = np.random.default_rng(0).normal(size=80)
    level = np.where(a > 0, "x", np.where(a > -1, "y", "z"))
    return pd.DataFrame(
        {
            "number": a,
            "single": a.astype(np.float32),
            "whole": pd.array(np.rint(10 * a).astype(int), dtype="Int64"),
            "known": np.rint(5 * a).astype(np.int64),
            "flag": pd.array(a > 0.3, dtype="boolean"),
            "level": pd.Categorical(level),
            "text": np.where(a > 0, "p", "q"),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(np.rint(a * 30), "D"),
            "time": pd.to_timedelta(np.rint(a * 9) + 30, "min"),
        }
    )


@pytest.fixture(scope="module")
def holes(table):
    found = table.copy()
    for j, name in enumerate(name for name in table if name != "known"):
        found[name] = found[name].mask(np.arange(80) % 11 == j)
    return found


@pytest.fixture(scope="module")
def imputer(holes):
    return tiny().fit(holes)


def check_whole(found, like):
    assert not found.isna().any(axis=None)
    pd.testing.assert_series_equal(found.dtypes, like.dtypes)


def test_a_column_without_any_value(imputer, table):
    """Whatever stands for what is missing, and whatever the type of the column."""
    for name in table:
        for value in MISSING:
            gone = pd.Series([value] * 3, dtype=None if value is np.nan else object)
            check_whole(imputer.transform(table[:3].assign(**{name: gone})), table)
    nothing = pd.DataFrame({name: pd.Series([None], dtype=object) for name in table})
    check_whole(imputer.transform(nothing), table)


def test_other_levels_and_types(imputer, table):
    rows = table[:4]
    few = rows.assign(level=pd.Categorical(["x", None, "x", None]))
    found = imputer.transform(few)
    check_whole(found, table)
    assert list(found["level"][[0, 2]]) == ["x", "x"]
    more = rows.assign(level=pd.Categorical(["new", None, "x", None]))
    found = imputer.transform(more)["level"]
    assert found[0] == "new" and set(found[1:]) <= {"x", "y", "z"}
    check_whole(imputer.transform(rows.assign(level=["x", None, "y", None])), table)
    as_levels = rows.assign(text=pd.Categorical(["p", None, "p", "p"]))
    check_whole(imputer.transform(as_levels), table)
    floats = imputer.transform(rows.assign(known=[1.0, np.nan, 2.0, 3.0]))["known"]
    assert not floats.isna().any() and (floats % 1 == 0).all()
    # What integers cannot hold stays as it was.
    half = imputer.transform(rows.assign(known=[1.5, np.nan, 2.0, 3.0]))["known"]
    assert half[0] == 1.5 and not half.isna().any()


def test_few_rows_and_none(imputer, table):
    check_whole(imputer.transform(table[:1]), table)
    pd.testing.assert_frame_equal(imputer.transform(table), table)
    with pytest.raises(ValueError, match="minimum of 1 is required"):
        imputer.transform(table[:0])


def test_polars_columns_without_any_value(holes):
    frame = pl.from_pandas(holes)
    fitted = tiny().fit(frame)
    for name, dtype in frame.schema.items():
        for kind in (pl.Null, dtype):
            gone = frame[:3].with_columns(pl.lit(None).cast(kind).alias(name))
            found = fitted.transform(gone)
            assert sum(found.null_count().row(0)) == 0, (name, kind)
            assert found.schema == frame.schema


def test_arrays_of_objects(table):
    X = table[["number", "known", "text", "day"]].astype(object).to_numpy()
    holes = X.copy()
    for j in (0, 2, 3):
        holes[j::7, j] = None
    found = tiny().fit(holes).transform(holes)
    assert not pd.isna(found).any()
    for j, column in enumerate(found.T):
        assert {type(value) for value in column} == {type(X[0, j])}


@pytest.mark.parametrize("dtype", ["float64", "float32", "Float32", "Int64", "Int8"])
def test_columns_that_were_empty_are_zeros_of_their_type(table, dtype):
    empty = pd.Series([None] * 80, dtype=dtype)
    frame = table[["number", "known"]].assign(empty=empty)
    fitted = tiny(keep_empty_features=True).fit(frame)
    for gone in (empty, pd.Series([None] * 80, dtype=object)):
        found = fitted.transform(frame.assign(empty=gone))["empty"]
        assert found.dtype == dtype and (found == 0).all()


# Values far from all others, and units.


@pytest.fixture(scope="module")
def numbers():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 2)) @ rng.normal(size=(2, 6))
    X += 0.3 * rng.normal(size=X.shape)
    gaps = rng.random(X.shape) < 0.2
    gaps[5] = np.arange(6) == 2
    return X, gaps, np.where(gaps, np.nan, X)


def test_one_broken_row_does_not_change_the_others(numbers):
    X, gaps, holes = numbers
    others = np.arange(400) != 5
    plain = tiny().fit_transform(holes)
    error = np.sqrt(np.mean((plain - X)[others][gaps[others]] ** 2))
    for factor in (1e3, 1e8, 1e15):
        broken = holes.copy()
        broken[5] *= factor
        found = tiny().fit_transform(broken)
        assert np.isfinite(found).all()
        changes = np.abs(found - plain)[others][gaps[others]]
        assert np.sqrt(np.mean(changes**2)) < 0.05
        again = np.sqrt(np.mean((found - X)[others][gaps[others]] ** 2))
        assert again < 1.05 * error


def test_a_row_far_out_that_comes_later_is_filled(numbers):
    X, _, holes = numbers
    fitted = tiny().fit(holes)
    low, high = np.nanmin(holes[:, 2]), np.nanmax(holes[:, 2])
    found = fitted.transform(holes[5:6] * 1e12)
    assert low <= found[0, 2] <= high


@pytest.mark.parametrize(("shift", "unit"), [(1e9, 1.0), (0, 1e-6), (0, 1e6)])
def test_offsets_and_units(numbers, shift, unit):
    _, _, holes = numbers
    found = tiny().fit_transform(holes * unit + shift)
    plain = tiny().fit_transform(holes)
    np.testing.assert_allclose((found - shift) / unit, plain, atol=3e-5)


def test_integers_that_float64_does_not_hold(numbers):
    _, gaps, holes = numbers
    start = 2**62
    columns = {
        f"c{j}": pd.array(
            [pd.NA if np.isnan(v) else start + round(1000 * v) for v in holes[:, j]],
            dtype="Int64",
        )
        for j in range(3)
    }
    frame = pd.DataFrame(columns)
    found = tiny().fit_transform(frame)
    check_whole(found, frame)
    for j, name in enumerate(frame):
        known = ~gaps[:, j]
        assert (found[name][known] == frame[name][known]).all()
        assert found[name].between(frame[name].min(), frame[name].max()).all()


def test_rows_with_equal_gaps_share_their_inverse():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 5)) @ rng.normal(size=(5, 5))
    gaussian = NormalWithMissing(X).fit(X, ridge=0.0, max_steps=2)
    holes = np.where(rng.random(X.shape) < 0.4, np.nan, X)
    holes[:50] = np.where([0, 1, 0, 1, 0], np.nan, X[:50])
    filled, variances = gaussian.fill_and_variances(holes)
    for i in (0, 49, 50, 120, 299):
        gone = np.isnan(holes[i])
        S, m = gaussian.covariance.astype(float), gaussian.mean
        pull = S[np.ix_(gone, ~gone)] @ np.linalg.inv(S[np.ix_(~gone, ~gone)])
        expected = m[gone] + pull @ (X[i] - m)[~gone]
        np.testing.assert_allclose(filled[i, gone], expected, atol=1e-3)
        left = np.diag(S[np.ix_(gone, gone)] - pull @ S[np.ix_(~gone, gone)])
        np.testing.assert_allclose(variances[i, gone], left, atol=1e-3)
        np.testing.assert_array_equal(filled[i, ~gone], X[i, ~gone].astype(np.float32))
