"""Gaps are filled by what the rest of a row says, and nothing else is touched."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_wine
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import skae
from skae import AutoencoderImputer, TableAutoencoder, VariationalTableAutoencoder
from skae.imputation._blended import _blend
from skae.imputation._forest import Forest
from skae.tables import NormalWithMissing

SMALL = TableAutoencoder(
    4, hidden_layer_sizes=(8,), epochs=3, noise="masking", noise_level=0.3
)


def small(**settings):
    return AutoencoderImputer(SMALL, **{"n_networks": 2, "random_state": 0, **settings})


@pytest.fixture(scope="module")
def line():
    """Four columns that say the same, and their signs."""
    rng = np.random.default_rng(0)
    a = rng.normal(size=(300, 1))
    X = a + 0.1 * rng.normal(size=(300, 4))
    return X, rng.random(X.shape) < 0.2


@pytest.fixture(scope="module")
def mixed():
    rng = np.random.default_rng(0)
    a = rng.normal(size=300)
    whole = pd.DataFrame(
        {
            "a": a,
            "b": a + 0.1 * rng.normal(size=300),
            "sign": pd.Categorical(np.where(a > 0, "+", "-"), ["+", "-", "0"]),
            "count": pd.array(np.rint(10 + 2 * a).astype(int), dtype="Int64"),
            "flag": pd.array(a > 0.5, dtype="boolean"),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(np.rint(a * 30), "D"),
            "text": np.where(a > 0, "x", "y"),
        },
        index=np.arange(300) * 3,
    )
    gaps = rng.random(whole.shape) < 0.15
    return whole, gaps, whole.mask(gaps)


def test_gaps_are_filled_and_the_rest_is_untouched(line):
    X, gaps = line
    holes = np.where(gaps, np.nan, X)
    before = holes.copy()
    found = small().fit_transform(holes)
    np.testing.assert_array_equal(holes, before)
    np.testing.assert_array_equal(found[~gaps], X[~gaps])
    assert found.dtype == X.dtype and not np.isnan(found).any()
    assert np.sqrt(np.mean((found - X)[gaps] ** 2)) < 0.2
    assert small().fit(holes).transform(X.astype(np.float32)).dtype == np.float32


def test_it_is_ahead_of_the_mean_and_of_neighbours():
    X = StandardScaler().fit_transform(load_diabetes().data)
    gaps = np.random.default_rng(0).random(X.shape) < 0.5
    holes = np.where(gaps, np.nan, X)
    errors = [
        np.mean((imputer.fit_transform(holes) - X)[gaps] ** 2)
        for imputer in (small(), KNNImputer(), SimpleImputer())
    ]
    assert errors[0] < 0.75 < min(errors[1:])


def test_frames_keep_types_and_index(mixed):
    whole, gaps, holes = mixed
    imputer = AutoencoderImputer(n_networks=1, random_state=0).fit(holes)
    found = imputer.transform(holes)
    pd.testing.assert_series_equal(found.dtypes, holes.dtypes)
    pd.testing.assert_index_equal(found.index, holes.index)
    assert found.notna().all(axis=None)
    pd.testing.assert_frame_equal(found.mask(gaps), holes)
    for name in ("sign", "text", "flag"):
        where = gaps[:, list(whole).index(name)]
        assert (found[name][where] == whole[name][where]).mean() > 0.8, name
    late = np.abs((found["day"] - whole["day"]).dt.days)
    assert late.mean() < 3
    assert set(imputer.blend_) == {"numbers", "categories"}
    for weights in imputer.blend_.values():
        assert weights.shape == (4,) and weights.min() >= 0
        np.testing.assert_allclose(weights.sum(), 1)


def test_polars_frames(mixed):
    _, gaps, holes = mixed
    columns = holes[["a", "b", "text"]].astype(object)
    columns = columns.where(columns.notna(), None)
    frame = pl.DataFrame({name: columns[name].tolist() for name in columns})
    found = small().fit_transform(frame)
    assert isinstance(found, pl.DataFrame) and found.schema == frame.schema
    assert sum(found.null_count().row(0)) == 0
    keep = ~gaps[:, 0]
    np.testing.assert_array_equal(found["a"].to_numpy()[keep], holes["a"][keep])


def test_dates_with_a_zone_and_whole_numbers(mixed):
    whole, gaps, holes = mixed
    zoned = holes.assign(day=holes["day"].dt.tz_localize("Europe/Berlin"))
    found = small().fit_transform(zoned)
    assert found["day"].dtype == zoned["day"].dtype
    where = gaps[:, list(whole).index("day")]
    late = found["day"][where] - whole["day"][where].dt.tz_localize("Europe/Berlin")
    # As the day of the code, and not an hour beside it.
    hours = found["day"][where].dt.tz_convert("UTC").dt.hour
    known = zoned["day"].dropna().dt.tz_convert("UTC").dt.hour
    assert set(hours) <= set(known) and abs(late.mean()) < pd.Timedelta(5, "D")
    counts = pl.DataFrame({"n": [None, *range(199)], "m": [*range(199), None]})
    filled = small().fit_transform(counts)
    assert filled.schema == counts.schema and sum(filled.null_count().row(0)) == 0


def test_what_is_known_of_a_column_that_was_empty_stays(line):
    X, _ = line
    holes = X.copy()
    holes[:, 1] = np.nan
    imputer = small(keep_empty_features=True).fit(holes)
    holes[3, 1] = 7.0
    found = imputer.transform(holes)
    assert found[3, 1] == 7.0 and found[4, 1] == 0.0


def test_indicators_and_empty_columns(line):
    X, gaps = line
    holes = np.where(gaps, np.nan, X)
    holes[:, 1] = np.nan
    holes[:, 3] = X[:, 3]
    plain = small().fit(holes)
    assert plain.transform(holes).shape == (300, 3)
    assert list(plain.get_feature_names_out()) == ["x0", "x2", "x3"]
    full = small(keep_empty_features=True, add_indicator=True).fit(holes)
    found = full.transform(holes)
    assert found.shape == (300, 4 + 3) and (found[:, 1] == 0).all()
    np.testing.assert_array_equal(found[:, 4:], np.isnan(holes[:, :3]))
    assert list(full.get_feature_names_out())[-1] == "missingindicator_x2"
    frame = pd.DataFrame(holes, columns=list("abcd"))
    found = full.fit(frame).transform(frame)
    assert list(found)[4:] == [f"missingindicator_{name}" for name in "abc"]
    assert (found["b"] == 0).all()


def test_gaps_that_no_column_can_fill_are_told(mixed):
    _, _, holes = mixed
    named = holes.assign(name=[f"row {i}" if i else None for i in range(300)])
    imputer = small().fit(named)
    with pytest.warns(UserWarning, match=r"Missing values of \['name'\] are not"):
        found = imputer.transform(named)
    assert found["name"].isna().sum() == 1


def test_too_many_levels_are_told_once_where_fit_was_called():
    levels = pd.Categorical(np.arange(60) % 12)
    table = pd.DataFrame({"c": levels, "a": np.arange(60.0)})
    network = clone(SMALL).set_params(max_levels=5)
    with pytest.warns(UserWarning, match="'c' has 12 levels") as caught:
        AutoencoderImputer(network, n_networks=1).fit(table)
    assert [warning.filename for warning in caught] == [__file__]


def test_new_rows_are_filled_as_the_old_ones(line):
    X, gaps = line
    holes = np.where(gaps, np.nan, X)
    imputer = small().fit(holes)
    whole = imputer.transform(holes)
    np.testing.assert_allclose(imputer.transform(holes[:40]), whole[:40], rtol=1e-4)
    np.testing.assert_array_equal(imputer.transform(X), X)


@pytest.mark.parametrize("network", [None, VariationalTableAutoencoder(8, epochs=60)])
def test_draws_are_as_far_off_as_hidden_values_were(network):
    X = StandardScaler().fit_transform(load_wine().data)
    gaps = np.random.default_rng(0).random(X.shape) < 0.4
    holes = np.where(gaps, np.nan, X)
    imputer = AutoencoderImputer(network, n_networks=1, random_state=0).fit(holes)
    error = np.mean((imputer.transform(holes) - X)[gaps] ** 2)
    draws = np.array([found[gaps] for found in imputer.impute_multiple(holes, 20)])
    assert 0.5 * error < draws.var(axis=0).mean() < 2 * error
    # How often a value is between the quantiles of the draws.
    low, high = np.quantile(draws, [0.1, 0.9], axis=0)
    assert 0.65 < np.mean((low <= X[gaps]) & (X[gaps] <= high)) < 0.92
    again = imputer.impute_multiple(holes, 2, random_state=3)
    assert not np.array_equal(*again)
    np.testing.assert_array_equal(
        again[0], imputer.impute_multiple(holes, 2, random_state=3)[0]
    )
    drawn = imputer.set_params(sample_posterior=True).transform(holes)
    assert np.mean((drawn - X)[gaps] ** 2) > 1.3 * error
    with pytest.raises(ValueError, match="m must be a positive integer"):
        imputer.impute_multiple(holes, 0)


def test_draws_of_columns_that_say_the_same_move_together(line):
    X, _ = line
    holes = X.copy()
    holes[:150, :2] = np.nan
    holes[150:, 2:] = np.nan
    noisy = X + np.random.default_rng(1).normal(size=(300, 1))
    holes[:150, 2:] = noisy[:150, 2:]
    imputer = small().fit(holes)
    drawn = np.array(imputer.impute_multiple(holes, 30))[:, :150, :2]
    moves = drawn - drawn.mean(axis=0)
    both = np.corrcoef(moves[..., 0].ravel(), moves[..., 1].ravel())[0, 1]
    assert both > 0.3


def test_variational_networks_draw_by_importance():
    """Given a, b is normal with a known mean and deviation, and the sign is a's."""
    rng = np.random.default_rng(0)
    a = rng.normal(size=1200)
    b = 0.8 * a + 0.6 * rng.normal(size=1200)
    table = pd.DataFrame({"a": a, "b": b, "sign": np.where(b > 0, "+", "-")})
    holes = table.copy()
    holes.loc[:399, ["b", "sign"]] = np.nan
    maker = VariationalTableAutoencoder(4, epochs=100)
    imputer = AutoencoderImputer(maker, n_networks=1, random_state=0).fit(holes)
    tables = imputer.impute_multiple(holes, 40)
    draws = np.array([found["b"][:400] for found in tables])
    assert np.corrcoef(draws.mean(axis=0), 0.8 * a[:400])[0, 1] > 0.9
    assert np.abs(draws.mean(axis=0) - 0.8 * a[:400]).mean() < 0.25
    assert 0.35 < np.median(draws.std(axis=0)) < 0.85
    # Values of a row are drawn together.
    agree = [((t["b"] > 0) == (t["sign"] == "+"))[:400].mean() for t in tables]
    assert np.mean(agree) > 0.85
    pd.testing.assert_frame_equal(tables[0][400:], table[400:])


def test_drawn_levels_and_numbers_stay_in_their_range(mixed):
    whole, _, holes = mixed
    for found in small().fit(holes).impute_multiple(holes, 2):
        assert set(found["sign"]) <= {"+", "-"}
        assert found["count"].between(whole["count"].min(), whole["count"].max()).all()
        assert found["a"].between(holes["a"].min(), holes["a"].max()).all()


def test_in_a_pipeline_and_a_file(line, tmp_path):
    X, gaps = line
    holes = np.where(gaps, np.nan, X)
    y = X.sum(axis=1)
    model = make_pipeline(small(), LinearRegression()).fit(holes, y)
    assert model.score(holes, y) > 0.9
    imputer = model[0]
    skae.save(imputer, tmp_path / "imputer.skae")
    loaded = skae.load(tmp_path / "imputer.skae")
    np.testing.assert_array_equal(loaded.transform(holes), imputer.transform(holes))
    np.testing.assert_array_equal(
        loaded.impute_multiple(holes, 1)[0], imputer.impute_multiple(holes, 1)[0]
    )


def test_categories_of_arrays(line):
    X, gaps = line
    holes = np.column_stack([X, X[:, 0] > 0])
    holes[:60, 4] = np.nan
    found = small(categorical_features=[4]).fit_transform(holes)
    assert set(found[:, 4]) == {0.0, 1.0}
    assert (found[:60, 4] == (X[:60, 0] > 0)).mean() > 0.9


def test_wide_tables_are_left_to_networks_and_forests():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 2)) @ rng.normal(size=(2, 300))
    gaps = rng.random(X.shape) < 0.1
    imputer = small().fit(np.where(gaps, np.nan, X))
    assert imputer.blend_["numbers"].shape == (2,)
    draws = imputer.impute_multiple(np.where(gaps, np.nan, X), 2)
    assert np.isfinite(draws).all()


# The normal distribution with gaps.


def test_without_gaps_it_is_mean_and_covariance():
    X = np.random.default_rng(0).normal(size=(200, 3)) @ np.triu(np.ones((3, 3)))
    found = NormalWithMissing(X).fit(X, ridge=0.0, max_steps=3)
    np.testing.assert_allclose(found.mean, X.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(found.covariance, np.cov(X.T, ddof=0), atol=1e-4)


def test_it_fills_by_regression():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 3)) @ np.triu(np.ones((3, 3)))
    gaussian = NormalWithMissing(X).fit(X, ridge=0.0, max_steps=3)
    holes = X.copy()
    holes[:, 2] = np.nan
    expected = LinearRegression().fit(X[:, :2], X[:, 2])
    filled = gaussian.fill(holes)[:, 2]
    np.testing.assert_allclose(filled, expected.predict(X[:, :2]), atol=1e-3)
    left = np.var(X[:, 2] - expected.predict(X[:, :2]))
    again, variances = gaussian.fill_and_variances(holes)
    np.testing.assert_array_equal(again[:, 2], filled)
    np.testing.assert_allclose(variances[:, 2], left, rtol=1e-2)
    assert (variances[:, :2] == 0).all()
    drawn = gaussian.draw(holes, rng)
    assert (drawn[:, :2] == 0).all()
    np.testing.assert_allclose(drawn[:, 2].var(), left, rtol=0.3)


def test_it_learns_from_rows_with_gaps():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(4000, 3)) @ np.triu(np.ones((3, 3)))
    holes = np.where(rng.random(X.shape) < 0.3, np.nan, X)
    found = NormalWithMissing(holes).fit(holes, ridge=1.0, max_steps=100)
    np.testing.assert_allclose(found.covariance, np.cov(X.T), rtol=0.1, atol=0.1)


def test_blend_prefers_what_is_right():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=5000)
    answers = np.array([truth + rng.normal(size=5000), truth, np.zeros(5000)])
    weights = _blend(answers, truth)
    assert weights[1] > 0.9 and abs(weights.sum() - 1) < 1e-9
    np.testing.assert_allclose(_blend(answers[:, :0], truth[:0]), 1 / 3)


# Forests.


@pytest.fixture(scope="module")
def corners():
    """A sign and a number that two columns decide together, and none alone."""
    X = np.random.default_rng(0).normal(size=(500, 2))
    whole = pd.DataFrame(X, columns=["a", "b"])
    whole["product"] = np.sign(X[:, 0] * X[:, 1]) + 0.1 * X[:, 0]
    whole["corner"] = np.where(X[:, 0] * X[:, 1] > 0, "even", "odd")
    gaps = np.random.default_rng(1).random(whole.shape) < 0.1
    gaps[:, 3] &= ~gaps[:, 2]  # which tell each other
    return whole, gaps


def test_forests_see_what_two_columns_say_together(corners, tmp_path):
    whole, gaps = corners
    holes = whole.drop(columns="corner").mask(gaps[:, :3])
    imputer = small().fit(holes)
    found = imputer.transform(holes)
    wrong = (found["product"] - whole["product"])[gaps[:, 2]]
    assert np.mean(wrong**2) < 0.5 < 0.8 * whole["product"].var()
    assert imputer.blend_["numbers"][3] > 0.2
    skae.save(imputer, tmp_path / "imputer.skae")
    again = skae.load(tmp_path / "imputer.skae").transform(holes)
    pd.testing.assert_frame_equal(again, found)


def test_a_forest_is_the_mean_of_its_trees(corners):
    whole, _ = corners
    x = whole[["a", "b"]].to_numpy(np.float32)
    y = whole[["product"]].to_numpy()
    one = Forest().fit(x, y, 0, 1, seed=0)
    assert one.predict(x).shape == (500, 1)
    assert len(np.unique(one.predict(x))) == np.sum(
        one.children[:, 0] == np.arange(len(one.children))
    )
    many = Forest().fit(x, y, 0, 30, seed=0)
    assert np.mean(np.square(many.predict(x) - y)) < 0.1
    assert many.predict(x[:0]).shape == (0, 1)


def test_forests_give_chances_to_levels_that_occur(corners):
    whole, _ = corners
    x = whole[["a", "b"]].to_numpy(np.float32)
    code = np.where(whole["corner"] == "odd", 3, 1)
    chances = Forest().fit(x, code[:, None], 5, 30, seed=0).predict(x)
    np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-6)
    assert (chances[:, [0, 2, 4]] == 0).all()
    assert (chances.argmax(axis=1) == code).mean() > 0.95


@pytest.mark.slow
@parametrize_with_checks([small()])
def test_scikit_learn(estimator, check):
    check(estimator)


def test_defaults_are_made(line):
    X, gaps = line
    imputer = AutoencoderImputer(n_networks=1, random_state=0)
    imputer.fit(np.where(gaps, np.nan, X))
    (network,) = imputer.autoencoders_
    assert network.noise == "masking" and network.n_iter_ == network.epochs
    assert 0 < imputer.error_ < 0.5
