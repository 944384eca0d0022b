"""Tables of mixed kinds: in, and back; their losses and scores; around them."""

import datetime as dt
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, r2_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

import skae
from skae import (
    AutoencoderDensity,
    AutoencoderOutlierDetector,
    EncoderClassifier,
    TableAutoencoder,
    VariationalTableAutoencoder,
)
from skae.metrics import report
from skae.tables._columns import CategoryColumn, DateColumn, NumberColumn
from skae.tables._layout import MixedTableLayout
from skae.tables._rows import one_hot

N = 120
OPTIONS = {
    "scaling": "standard",
    "categorical_features": "from_dtype",
    "column_kinds": None,
    "column_weight": None,
    "handle_unknown": "missing",
    "max_levels": 255,
}


def times(rng):
    minutes = rng.integers(0, 2 * 365 * 24 * 60, N)
    return pd.Timestamp("2021-01-04") + pd.to_timedelta(minutes, unit="min")


@pytest.fixture(scope="module")
def frame():
    """Columns of most types that pandas has."""
    rng = np.random.default_rng(0)
    when = times(rng)
    levels = ["low", "middle", "high", "never"]
    found = pd.DataFrame(
        {
            "number": rng.normal(size=N),
            "single": rng.normal(size=N).astype(np.float32),
            "integer": rng.integers(0, 50, N),
            "small": rng.integers(0, 9, N).astype(np.uint8),
            "nullable": pd.array(rng.integers(0, 50, N), dtype="Int64"),
            "whole": rng.integers(100, 200, N).astype(float),
            "yes": rng.integers(0, 2, N),
            "flag": rng.random(N) < 0.5,
            "maybe": pd.array(rng.choice([True, False], N), dtype="boolean"),
            "text": rng.choice(["q", "r", "s"], N),
            "old_text": pd.Series(rng.choice(["x", "y"], N), dtype=object),
            "ordered": pd.Categorical(rng.choice(levels[:3], N), levels, ordered=True),
            "codes": pd.Categorical(rng.integers(0, 3, N)),
            "when": when,
            "there": when.tz_localize(
                "Europe/Berlin", ambiguous=True, nonexistent="shift_forward"
            ),
            "day": when.normalize(),
            "took": pd.to_timedelta(rng.integers(1, 100, N), unit="h"),
            "same": 7,
            "noon": pd.Timestamp("2020-01-01 12:00"),
            "hour": pd.Timedelta(1, "h"),
            "nothing": np.nan,
            "name": [f"row {i}" for i in range(N)],
        },
        index=np.arange(N) * 10,
    )
    for i, column in enumerate(found.columns.drop(["same", "nothing", "noon", "hour"])):
        if found[column].dtype.kind not in "biu" or column in ("nullable", "maybe"):
            found.loc[10 * i, column] = None
    return found


@pytest.fixture(scope="module")
def model(frame):
    return TableAutoencoder(16, epochs=30, random_state=0).fit(frame)


def small(**settings):
    return TableAutoencoder(
        2, hidden_layer_sizes=(8,), **{"epochs": 3, "random_state": 0, **settings}
    )


# In, and back.


def test_a_frame_comes_back_as_it_was(frame, model):
    found = model.reconstruct(frame)
    pd.testing.assert_series_equal(found.dtypes, frame.dtypes)
    pd.testing.assert_index_equal(found.index, frame.index)
    for column in ("ordered", "codes"):
        assert found[column].cat.categories.equals(frame[column].cat.categories)
    assert found["ordered"].cat.ordered and not found["codes"].cat.ordered


def test_kinds_are_told(model):
    kinds = model.column_kinds_
    expected = {
        "number": ["number", "single"],
        "integer": ["integer", "small", "nullable", "whole"],
        "boolean": ["flag", "maybe"],
        "category": ["yes", "text", "old_text", "ordered", "codes"],
        "date": ["when", "there", "day"],
        "duration": ["took"],
        "constant": ["same", "noon", "hour"],
        "empty": ["nothing"],
        "identifier": ["name"],
    }
    assert kinds == {name: kind for kind, names in expected.items() for name in names}


def test_values_stay_in_their_form(frame, model):
    found = model.reconstruct(frame)
    assert found["small"].between(frame["small"].min(), frame["small"].max()).all()
    assert (found["whole"] % 1 == 0).all()
    assert (found["day"].dt.normalize() == found["day"]).all()
    assert (found["took"].dt.total_seconds() % 3600 == 0).all()
    assert found["when"].between(frame["when"].min(), frame["when"].max()).all()
    assert set(found["ordered"]) <= {"low", "middle", "high"}
    for name in ("same", "noon", "hour"):
        assert (found[name] == frame[name].iloc[0]).all()
    assert found["nothing"].isna().all()
    assert found["name"].isna().all()


def test_decode_takes_the_index_of_the_codes(frame, model):
    twin = pickle.loads(pickle.dumps(model)).set_output(transform="pandas")
    found = twin.inverse_transform(twin.transform(frame))
    pd.testing.assert_frame_equal(found, model.reconstruct(frame))
    plain = model.inverse_transform(model.transform(frame))
    assert plain.index.equals(pd.RangeIndex(N))


def test_polars_frames_come_back():
    rng = np.random.default_rng(0)
    day = dt.datetime(2020, 1, 1)
    hours = [dt.timedelta(hours=int(h)) for h in rng.integers(0, 9000, N)]
    frame = pl.DataFrame(
        {
            "n": [None, *rng.integers(0, 50, N - 1).tolist()],
            "x": rng.normal(size=N),
            "b": rng.random(N) < 0.5,
            "s": [None, *rng.choice(["x", "y"], N - 1).tolist()],
            "c": pl.Series(rng.choice(["x", "y"], N).tolist(), dtype=pl.Categorical),
            "e": pl.Series(
                rng.choice(["x", "y"], N).tolist(), dtype=pl.Enum(["x", "y", "never"])
            ),
            "d": [(day + 24 * h).date() for h in hours],
            "t": [day + h for h in hours],
            "z": pl.Series([day + h for h in hours]).dt.replace_time_zone("UTC"),
            "u": hours,
        }
    )
    model = TableAutoencoder(8, epochs=5, random_state=0).fit(frame)
    found = model.reconstruct(frame)
    assert isinstance(found, pl.DataFrame) and found.schema == frame.schema
    assert model.column_kinds_["d"] == "date" and model.column_kinds_["u"] == "duration"
    with pytest.raises(ValueError, match="Feature names unseen"):
        model.transform(frame.rename({"n": "other"}))


def test_dates_are_read_and_written_to_the_minute(frame):
    for name in ("when", "there", "day"):
        ((_, values),) = skae.frames._frames.columns_of(frame[[name]])
        column = DateColumn.fit(values, "date", name)
        found = column.read(values, name).astype(np.float64)
        there = ~np.isnan(found[:, 0])
        # Less exact than float32 has it: cycles put the minute right.
        found[there, 0] += 1e-4 * np.sin(np.arange(there.sum()))
        written = pd.Series(column.write(found[there]))
        expected = (
            frame[name].dropna().dt.tz_convert("UTC").dt.tz_localize(None)
            if (name == "there")
            else frame[name].dropna()
        )
        late = np.abs(
            (written.to_numpy() - expected.to_numpy()) / np.timedelta64(1, "m")
        )
        assert late.max() <= 2
        assert column.n_numbers == {"day": 3}.get(name, 5)


def test_scores_of_numbers_whose_squares_vanish():
    x = np.random.default_rng(0).normal(size=(60, 1)) * [1, 2, 3]
    scores = [
        small().fit(unit * x).score(unit * x) for unit in (1.0, 1e-30, 1e-200, 1e-310)
    ]
    np.testing.assert_allclose(scores, scores[0], atol=1e-4)
    assert scores[0] > 0.5


@pytest.mark.parametrize("scaling", ["standard", "quantile"])
def test_numbers_are_scaled_and_back(scaling):
    rng = np.random.default_rng(0)
    x = np.concatenate([np.zeros(300), rng.lognormal(3, 2, 700), [np.nan]])
    column = NumberColumn.fit(x, "number", "x", scaling=scaling)
    scores = column.read(x, "x")
    assert np.isnan(scores[-1]).all()
    assert abs(np.nanmean(scores)) < 0.05 and abs(np.nanstd(scores) - 1) < 1e-3
    np.testing.assert_allclose(column.write(scores[:-1]), x[:-1], rtol=1e-3, atol=1e-3)


def test_quantiles_bring_numbers_that_come_often_back_exactly():
    x = np.concatenate([np.zeros(900), np.linspace(1, 50, 100)])
    column = NumberColumn.fit(x, "number", "x", scaling="quantile")
    ((at_zero,),) = column.read(np.zeros(1), "x")
    near = column.write(np.float32([[at_zero - 0.5], [at_zero], [at_zero + 0.5]]))
    np.testing.assert_array_equal(near, 0)
    assert column.write(np.float32([[99.0]])) == 50


@pytest.mark.parametrize("scaling", ["standard", "quantile"])
def test_a_weight_of_2_is_a_number_that_comes_twice(scaling):
    rng = np.random.default_rng(0)
    x = np.append(np.round(rng.lognormal(size=3000), 2), np.nan)
    weight = rng.integers(1, 4, len(x))
    repeated = NumberColumn.fit(x.repeat(weight), "number", "x", scaling=scaling)
    for unit in (1.0, 0.1, 1e-12):
        options = {"scaling": scaling, "weight": weight * unit}
        column = NumberColumn.fit(x, "number", "x", **options)
        for name in ("values", "scores", "low", "high"):
            expected = getattr(repeated, name)
            np.testing.assert_allclose(getattr(column, name), expected, atol=1e-9)
    uneven = {"scaling": scaling, "weight": np.where(x > 3, 1e-300, 1.0)}
    scores = NumberColumn.fit(x, "number", "x", **uneven).read(x[:-1], "x")
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("unit", [1e-30, 1.0, 1e30])
def test_numbers_of_any_size_have_a_scale(unit):
    x = unit * np.array([1.0, 2.0, 4.0])
    for offset in (0.0, 1e6 * unit):
        column = NumberColumn.fit(x + offset, "number", "x", scaling="standard")
        scores = column.read(x + offset, "x")[:, 0]
        assert scores[0] < scores[1] < scores[2] and abs(scores.std() - 1) < 0.1
    column = NumberColumn.fit(
        np.append(np.full(999, 1e9), np.nextafter(1e9, np.inf)),
        "number",
        "x",
        scaling="standard",
    )
    assert np.isfinite(column.read(np.array([1e9, 1e9 + 1]), "x")).all()


def test_indicators_are_those_of_scikit_learn(frame):
    table = frame[["text", "integer", "ordered"]].dropna()
    layout = MixedTableLayout.fit(table, "X", **OPTIONS)
    found = one_hot(layout.encode(table), layout.n_numbers, layout.levels)
    categories = [["q", "r", "s"], ["high", "low", "middle"]]
    encoder = OneHotEncoder(categories=categories, sparse_output=False)
    expected = encoder.fit_transform(table[["text", "ordered"]])
    np.testing.assert_array_equal(found[:, 1:], expected)
    scaled = StandardScaler().fit_transform(table[["integer"]])
    np.testing.assert_allclose(found[:, :1], scaled, rtol=1e-5, atol=1e-6)


def test_arrays_of_integers_and_of_objects_come_back():
    rng = np.random.default_rng(0)
    X = rng.integers(0, 9, (60, 3))
    found = small().fit(X).reconstruct(X)
    assert found.dtype == X.dtype and found.min() >= 0 and found.max() <= 8
    mixed = np.empty((60, 2), dtype=object)
    mixed[:, 0], mixed[:, 1] = rng.choice(["x", "y"], 60), rng.normal(size=60)
    mixed[0, 0] = mixed[1, 1] = None
    model = small().fit(mixed)
    assert list(model.column_kinds_.values()) == ["category", "number"]
    assert set(model.reconstruct(mixed)[:, 0]) <= {"x", "y"}
    np.testing.assert_array_equal(
        model.transform(mixed.tolist()), model.transform(mixed)
    )


def test_categories_of_arrays_may_be_named():
    X = np.column_stack([np.arange(60) % 4, np.linspace(0, 1, 60)])
    kinds = [
        small(categorical_features=told).fit(X).column_kinds_
        for told in ([0], [True, False], np.array([0]))
    ]
    assert kinds == [{0: "category", 1: "number"}] * 3
    table = pd.DataFrame(X, columns=["c", "x"])
    model = small(categorical_features=["c"]).fit(table)
    assert model.column_kinds_ == {"c": "category", "x": "number"}
    model = small(column_kinds={"c": "ignored", "x": "integer"}).fit(table)
    assert model.column_kinds_ == {"c": "ignored", "x": "integer"}


# Losses and scores.


def test_error_is_entropy_and_squares_in_their_units(frame):
    table = frame[["text", "number", "ordered"]].dropna()
    model = TableAutoencoder(2, epochs=5, random_state=0).fit(table)
    x = model._layout.encode(table)
    outputs = model._model.run("autoencoder", {"data": skae.data._rows.aligned(x)})
    errors = [np.square(x[:, 0] - outputs[:, 0])]
    entropy = model._model.weights["error/entropy"]
    for j, places in enumerate((slice(1, 4), slice(4, 7))):
        chances = outputs[:, places]
        np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-5)
        codes = x[:, 1 + j].astype(int)
        errors.append(-np.log(chances[np.arange(len(x)), codes]) / entropy[j])
        shares = np.bincount(codes) / len(codes)
        np.testing.assert_allclose(entropy[j], -shares @ np.log(shares), rtol=1e-5)
    expected = np.mean(errors, axis=0)
    np.testing.assert_allclose(model.reconstruction_error(table), expected, rtol=1e-4)
    fields = {"data": skae.data._rows.aligned(x)}
    trained = model._model.keras_models().forward(fields)["row_loss"]
    np.testing.assert_allclose(np.asarray(trained), expected, rtol=1e-4, atol=1e-6)


def test_what_is_missing_takes_no_part():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"c": rng.choice(["x", "y"], 80), "a": rng.normal(size=80)})
    table["b"] = table["a"] + rng.normal(size=80)
    table.loc[::5, "a"] = np.nan
    table.loc[1::5, "c"] = None
    model = small().fit(table)
    x = model._layout.encode(table)
    errors = (
        model._model.architecture.reconstruction_loss()
        .fitted(model._model.weights)
        .column_errors(
            x, model._model.run("autoencoder", {"data": skae.data._rows.aligned(x)})
        )
    )
    assert (np.isnan(errors) == np.isnan(x)).all()
    np.testing.assert_allclose(
        model.reconstruction_error(table), np.nanmean(errors, axis=1), rtol=1e-5
    )
    assert np.isfinite(model.transform(table)).all()
    assert model.reconstruct(table).notna().all(axis=None)


def test_scores_are_those_of_scikit_learn(frame, model):
    scores = model.column_scores(frame)
    outputs = model._layout
    rows = outputs.encode(frame)
    raw = model._model.run("autoencoder", {"data": skae.data._rows.aligned(rows)})
    j = list(frame.columns).index("number")
    there = frame["number"].notna()
    found = outputs.columns[j].numbers(raw[:, outputs.output_places()[j]])
    expected = r2_score(frame["number"][there], found[there])
    np.testing.assert_allclose(scores["number"], expected, rtol=1e-5)
    j = list(frame.columns).index("text")
    there = frame["text"].notna().to_numpy()
    chances = raw[there][:, outputs.output_places()[j]].astype(np.float64)
    chances /= chances.sum(axis=1, keepdims=True)
    text = frame["text"][there]
    shares = text.value_counts(normalize=True).reindex(["q", "r", "s"]).to_numpy()
    baseline = log_loss(text, np.tile(shares, (len(text), 1)))
    expected = 1 - log_loss(text, chances) / baseline
    np.testing.assert_allclose(scores["text"], expected, rtol=1e-3)
    assert np.isnan(
        [scores[name] for name in ("same", "noon", "nothing", "name")]
    ).all()
    known = [score for score in scores.values() if not np.isnan(score)]
    np.testing.assert_allclose(model.score(frame), np.mean(known))
    weight = np.zeros(N)
    weight[:50] = 1
    np.testing.assert_allclose(
        model.score(frame, sample_weight=weight), model.score(frame[:50]), rtol=1e-6
    )


def test_report_puts_pca_beside_each_column(frame, model):
    table = report(model, frame)
    assert list(table.columns) == ["kind", "TableAutoencoder", "PCA"]
    assert list(table.index) == [*frame.columns, "(all)"]
    np.testing.assert_allclose(
        table.loc["(all)", "TableAutoencoder"], model.score(frame)
    )
    rng = np.random.default_rng(0)
    noise = pd.DataFrame(rng.normal(size=(60, 4)), columns=list("abcd"))
    with pytest.warns(UserWarning, match="PCA of indicators is the better"):
        poor = small(init="random", epochs=1).fit(noise)
        table = report(poor, noise)
    z = StandardScaler().fit_transform(noise)
    pca = PCA(2).fit(z)
    expected = r2_score(z, pca.inverse_transform(pca.transform(z)))
    np.testing.assert_allclose(table.loc["(all)", "PCA"], expected, rtol=1e-5)


def test_report_reaches_into_pipelines_and_searches(frame):
    table = frame[["number", "text"]]
    chosen = FunctionTransformer(lambda X: X[["text", "number"]])
    pipeline = make_pipeline(chosen, small()).fit(table)
    found = report(pipeline, table, X_train=table)
    assert list(found.index) == ["text", "number", "(all)"]
    search = GridSearchCV(pipeline, {"tableautoencoder__encoding_dim": [1]}, cv=2)
    found = report(search.fit(table.reset_index(drop=True)), table)
    assert list(found.index) == ["text", "number", "(all)"]


def test_without_hidden_layers_it_starts_at_pca():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 2)) @ rng.normal(size=(2, 5)) + rng.normal(size=(80, 5))
    model = TableAutoencoder(
        2, hidden_layer_sizes=(), learning_rate=1e-8, epochs=1, random_state=0
    ).fit(X)
    z = StandardScaler().fit_transform(X)
    pca = PCA(2).fit(z)
    expected = pca.inverse_transform(pca.transform(z)) * X.std(axis=0) + X.mean(axis=0)
    np.testing.assert_allclose(model.reconstruct(X), expected, atol=1e-2)


def test_codes_beat_pca_of_indicators():
    rng = np.random.default_rng(0)
    turn = rng.uniform(0, 2 * np.pi, 600)
    table = pd.DataFrame(
        {
            "x": np.cos(turn) + 0.05 * rng.normal(size=600),
            "y": np.sin(turn) + 0.05 * rng.normal(size=600),
            "quarter": np.array(list("abcd"))[(turn // (np.pi / 2)).astype(int)],
        }
    )
    model = TableAutoencoder(1, epochs=150, random_state=0).fit(table[:450])
    found = report(model, table[450:], X_train=table[:450])
    assert found.loc["(all)", "TableAutoencoder"] > found.loc["(all)", "PCA"] + 0.2


def test_column_weight_decides_what_codes_are_for():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(300, 4)), columns=list("abcd"))
    settings = {"epochs": 60, "encoding_dim": 1}
    weight = {"a": 100.0}
    told = (
        small(**settings, column_weight=weight)
        if False
        else TableAutoencoder(1, epochs=60, random_state=0, column_weight=weight)
    )
    scores = told.fit(table).column_scores(table)
    assert scores["a"] > 0.8 > 0.3 > scores["b"]
    silent = TableAutoencoder(
        1, epochs=5, random_state=0, column_weight=[1.0, 1.0, 1.0, 0.0]
    ).fit(table)
    known = [
        score for name, score in silent.column_scores(table).items() if name != "d"
    ]
    np.testing.assert_allclose(silent.score(table), np.mean(known))


# Noise.


def test_noise_swaps_values_within_their_column():
    from skae.tables import TableNoise

    x = np.arange(40, dtype=np.float32).reshape(20, 2)
    layer = TableNoise("swap", 0.5, seed=1)
    found = np.asarray(layer(x, training=True))
    assert 10 < (found != x).sum() < 30
    assert np.isin(found[:, 0], x[:, 0]).all() and np.isin(found[:, 1], x[:, 1]).all()
    np.testing.assert_array_equal(layer(x, training=False), x)
    masked = np.asarray(TableNoise("masking", 0.5, seed=1)(x, training=True))
    gone = np.isnan(masked)
    assert 10 < gone.sum() < 30
    np.testing.assert_array_equal(masked[~gone], x[~gone])
    judged = TableNoise("masking", 0.5, evaluates=True)
    np.testing.assert_array_equal(judged(x), judged(x))
    assert np.isnan(judged(x)).any()


def test_masking_teaches_to_fill_gaps():
    rng = np.random.default_rng(0)
    a = rng.normal(size=500)
    table = pd.DataFrame({"a": a, "b": a, "c": a, "sign": np.where(a > 0, "+", "-")})
    gaps = table.assign(b=np.nan, sign=None)
    settings = {"random_state": 0, "epochs": 80}
    plain = TableAutoencoder(2, **settings).fit(table)
    filler = TableAutoencoder(2, noise="masking", noise_level=0.4, **settings).fit(
        table
    )
    errors = [np.abs(m.reconstruct(gaps)["b"] - a).mean() for m in (plain, filler)]
    assert errors[1] < 0.5 * errors[0]
    assert (filler.reconstruct(gaps)["sign"] == table["sign"]).mean() > 0.9


# Rows and columns that are not as they were.


def test_a_level_of_a_row_that_does_not_count_is_not_known():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"c": ["x", "y"] * 40, "a": rng.normal(size=80)})
    table.loc[70:, "c"], table.loc[70:, "a"] = "odd", 1e6
    weight = np.ones(80)
    weight[70:] = 0
    model = small(early_stopping=False)
    codes = model.fit(table, sample_weight=weight).transform(table[:70])
    assert set(model.reconstruct(table)["c"]) <= {"x", "y"}
    alone = small(early_stopping=False).fit(table[:70])
    np.testing.assert_allclose(codes, alone.transform(table[:70]), atol=1e-4)
    with pytest.raises(ValueError, match="zero"):
        small().fit(table, sample_weight=np.zeros(80))


def test_unknown_levels():
    table = pd.DataFrame({"c": ["x", "y", None] * 20, "a": np.arange(60.0)})
    new = pd.DataFrame({"c": ["z"], "a": [3.0]})
    model = small().fit(table)
    gone = new.assign(c=pd.Series([None], dtype=object))
    np.testing.assert_array_equal(model.transform(new), model.transform(gone))
    strict = small(handle_unknown="error").fit(table)
    with pytest.raises(
        ValueError, match="'c' has the level 'z', which the data of fit"
    ):
        strict.transform(new)
    assert strict.transform(gone).shape == (1, 2)


def test_too_many_levels_are_told():
    table = pd.DataFrame(
        {"c": pd.Categorical(np.arange(60) % 12), "a": np.arange(60.0)}
    )
    with pytest.warns(UserWarning, match="'c' has 12 levels: the 5 that") as caught:
        model = small(max_levels=5).fit(table)
    assert caught[0].filename == __file__
    assert set(model.reconstruct(table)["c"]) <= set(range(12))
    assert model._layout.levels == (5,)


def test_order_and_number_of_columns(frame, model):
    with pytest.raises(ValueError, match="same order"):
        model.transform(frame[frame.columns[::-1]])
    with pytest.raises(ValueError, match="unseen at fit time:\n- more"):
        model.transform(frame.assign(more=1))
    with pytest.raises(ValueError, match="yet now missing:\n- text"):
        model.transform(frame.drop(columns="text"))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"column_kinds": {"isle": "category"}},
            "column_kinds names the column 'isle'",
        ),
        (
            {"column_kinds": {"c": "number"}},
            "'c' is taken for a number, but its values",
        ),
        ({"column_kinds": {"c": "date"}}, "'c' is taken for a date, but its values"),
        ({"column_kinds": {"c": "animal"}}, "'c' is a 'animal'; it may be one of"),
        ({"categorical_features": ["isle"]}, "categorical_features names the column"),
        ({"categorical_features": [7]}, "has the numbers"),
        ({"categorical_features": [True]}, "is a mask of shape"),
        ({"column_weight": {"isle": 2.0}}, "column_weight names the column 'isle'"),
        ({"column_weight": [1.0]}, "column_weight must have a weight"),
        ({"column_weight": {"c": 0, "a": 0}}, "not 0 for all"),
        ({"scaling": "log"}, "The 'scaling' parameter"),
    ],
)
def test_mistakes_are_explained(settings, message):
    table = pd.DataFrame({"c": ["x", "y"] * 30, "a": np.arange(60.0)})
    model = small(**settings)
    with pytest.raises(ValueError, match=message):
        model.fit(table)
    assert [name for name in vars(model) if name.endswith("_")] == []


def test_tables_that_say_nothing_are_explained():
    with pytest.raises(ValueError, match="No column of X tells its rows apart"):
        small().fit(pd.DataFrame({"a": ["x"] * 20, "b": [None] * 20}))
    with pytest.raises(ValueError, match="minimum of 1 is required"):
        small().fit(pd.DataFrame({"a": []}))
    with pytest.raises(ValueError, match="infinity .* in column 'a'"):
        small().fit(pd.DataFrame({"a": [1.0, np.inf] * 20}))
    lists = pd.DataFrame({"a": np.arange(4.0), "b": pl.Series([[1]] * 4).to_list()})
    with pytest.raises(ValueError, match="Column 'b' has values of type list"):
        small().fit(lists)
    with pytest.raises(ValueError, match="Column 'b' is taken for a category, but unh"):
        small(column_kinds={"b": "category"}).fit(lists)
    with pytest.raises(ValueError, match="there is TableAutoencoder"):
        skae.Autoencoder(2).fit(pd.DataFrame({"a": ["x"] * 20, "b": ["y"] * 20}))


# As every other family.


def test_files_keep_all_kinds_of_columns(frame, model, tmp_path):
    skae.save(model, tmp_path / "model.skae")
    loaded = skae.load(tmp_path / "model.skae")
    pd.testing.assert_frame_equal(loaded.reconstruct(frame), model.reconstruct(frame))
    assert loaded.column_scores(frame).items() >= {}.items()
    assert loaded.score(frame) == model.score(frame)


def test_batches_set_up_by_the_first():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"c": ["x", "y"] * 40, "a": rng.normal(size=80)})
    model = small()
    model.partial_fit(table[:40])
    with pytest.warns(UserWarning, match="None of the 40 values of column 'c'"):
        model.partial_fit(table[40:].assign(c="z"))
    assert model.n_iter_ == 2 and set(model.reconstruct(table)["c"]) <= {"x", "y"}


def test_memory_maps_and_dask_arrays_are_read_in_pieces(tmp_path):
    import dask.array as da

    X = np.random.default_rng(0).normal(size=(300, 5)).astype(np.float32)
    mapped = np.memmap(tmp_path / "x", dtype=np.float32, mode="w+", shape=X.shape)
    mapped[:] = X
    model = small().fit(X)
    codes = model.transform(X)
    np.testing.assert_array_equal(small().fit(mapped).transform(mapped), codes)
    blocks = da.from_array(X, chunks=(100, 5))
    np.testing.assert_array_equal(model.transform(blocks).compute(), codes)


def test_searches_and_pipelines_take_frames(frame):
    table = frame.drop(columns="flag").reset_index(drop=True)
    search = GridSearchCV(
        small(), {"encoding_dim": [1, 3]}, cv=2, error_score="raise"
    ).fit(table)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    pipeline = make_pipeline(small(), LogisticRegression())
    scores = cross_val_score(
        pipeline, table, frame["flag"].to_numpy(), cv=2, error_score="raise"
    )
    assert scores.shape == (2,)


@pytest.fixture(scope="module")
def odd():
    rng = np.random.default_rng(0)
    a = rng.normal(size=300)
    table = pd.DataFrame(
        {
            "a": a,
            "b": a + 0.1 * rng.normal(size=300),
            "d": a + 0.1 * rng.normal(size=300),
            "e": a + 0.1 * rng.normal(size=300),
            "sign": np.where(a > 0, "+", "-"),
            "c": rng.normal(size=300),
        },
        index=np.arange(300) + 7,
    )
    table.loc[10, "b"] -= 2 * np.sign(table.loc[10, "a"])
    table.loc[20, "sign"] = "-" if table.loc[20, "a"] > 0 else "+"
    table.loc[30:40, "c"] = np.nan
    return table


def test_detector_says_which_column_is_odd(odd, tmp_path):
    detector = AutoencoderOutlierDetector(TableAutoencoder(2), random_state=0).fit(odd)
    scores = detector.score_samples(odd)
    assert {3, 13} & set(np.argsort(scores)[:3])
    explained = detector.explain(odd)
    assert list(explained.columns) == list(odd.columns)
    assert explained.index.equals(odd.index)
    assert np.abs(explained.loc[10]).idxmax() == "b"
    skae.save(detector, tmp_path / "detector.skae")
    loaded = skae.load(tmp_path / "detector.skae")
    np.testing.assert_array_equal(loaded.score_samples(odd), scores)


def test_classifier_and_density_take_frames(odd):
    labels = np.where(np.arange(300) % 10 == 0, (odd["a"] > 0).astype(int), -1)
    features = odd.drop(columns="sign")
    classifier = EncoderClassifier(
        TableAutoencoder(3, epochs=30), n_rounds=1, random_state=0
    ).fit(features, labels)
    assert classifier.score(features, (odd["a"] > 0).astype(int)) > 0.85
    density = AutoencoderDensity(small(), n_components=2, random_state=0).fit(odd)
    rows = density.sample(5)
    assert rows.dtypes.equals(odd.dtypes) and len(rows) == 5


def test_categories_know_their_levels():
    values = np.array(["b", "a", None, "b"], dtype=object)
    column = CategoryColumn.fit(
        values, "category", "c", handle_unknown="missing", max_levels=9
    )
    assert column.levels == ["a", "b"]
    np.testing.assert_array_equal(column.read(values, "c")[:, 0], [1, 0, np.nan, 1])
    assert column.write(np.eye(2)) == ["a", "b"]


def test_weights_decide_which_levels_are_kept():
    values = np.array(list("aaab") + ["c"], dtype=object)
    with pytest.warns(UserWarning, match="has 3 levels: the 2 that come most often"):
        column = CategoryColumn.fit(
            *(values, "category", "c"),
            handle_unknown="missing",
            max_levels=2,
            weight=np.array([1, 1, 1, 9, 2.0]),
        )
    assert column.levels == ["a", "b"]


def test_levels_that_are_all_unknown_are_told():
    options = {"handle_unknown": "missing", "max_levels": 9}
    column = CategoryColumn.fit(np.array(["a", "b"]), "category", "c", **options)
    for few in (list("AB"), ["a", *"BBBBBBBBBBBB"], [None] * 20):
        column.read(np.array(few, object), "c")
    with pytest.warns(UserWarning, match="None of the 12 values of column 'c' is a"):
        found = column.read(np.array([*"ABABABABABAB", None], object), "c")
    assert np.isnan(found).all()


# Rows that are made up.


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(0)
    old = rng.random(800) < 0.3
    return pd.DataFrame(
        {
            "age": np.where(old, 60, 25) + rng.integers(-5, 6, 800),
            "group": pd.Categorical(np.where(old, "old", "young")),
            "bought": np.where(rng.random(800) < np.where(old, 0.9, 0.1), "yes", "no"),
            "spent": np.where(rng.random(800) < 0.5, 0.0, rng.lognormal(2, 1, 800)),
            "since": pd.Timestamp("2020-01-01")
            + pd.to_timedelta(rng.integers(0, 900, 800), "D"),
        }
    )


@pytest.fixture(scope="module")
def maker(people):
    return VariationalTableAutoencoder(6, epochs=150, random_state=0).fit(people)


def test_rows_are_like_those_of_fit(people, maker):
    rows = maker.sample(2000, random_state=0)
    pd.testing.assert_series_equal(rows.dtypes, people.dtypes)
    assert rows.notna().all(axis=None)
    for name in ("age", "spent", "since"):
        assert rows[name].between(people[name].min(), people[name].max()).all()
    assert abs((rows["group"] == "old").mean() - 0.3) < 0.06
    assert abs((rows["spent"] == 0).mean() - 0.5) < 0.1
    by_group = rows.groupby("group", observed=True)
    assert np.diff(by_group["age"].mean())[0] < -25
    bought = by_group["bought"].apply(lambda column: (column == "yes").mean())
    assert bought["old"] > 0.7 > 0.3 > bought["young"]
    assert not rows.drop_duplicates().merge(people).shape[0] > 40
    again = maker.sample(2000, random_state=0)
    pd.testing.assert_frame_equal(again, rows)


def test_conditions_are_met_and_other_columns_go_with_them(maker):
    rows = maker.sample(300, conditions={"group": "old"}, random_state=0)
    assert len(rows) == 300 and (rows["group"] == "old").all()
    assert rows["age"].mean() > 50 and (rows["bought"] == "yes").mean() > 0.7
    rows = maker.sample(300, conditions={"age": (20, 30)}, random_state=0)
    assert rows["age"].between(20, 30).all()
    assert (rows["group"] == "young").mean() > 0.9
    both = {"group": ["old", "young"], "spent": (0.0, 0.0)}
    rows = maker.sample(100, conditions=both, random_state=0)
    assert (rows["spent"] == 0).all() and set(rows["group"]) == {"old", "young"}


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"size": 3}, "conditions name the column 'size', but X had"),
        ({"group": "middle"}, "want 'group' to be 'middle', but its levels are"),
        ({"group": []}, "but its levels are"),
        ({"age": 30}, "for numbers give a tuple"),
        ({"age": (90, 99)}, "that meets the range seen, 20 to 65"),
        ({"since": "2020-01-01"}, "for dates give a tuple"),
        ({"since": ("2019-01-01", "2019-02-01")}, "that meets the range seen, 2020"),
        ({"age": (30.5, 30.7)}, "where no value lies: .* multiples of 1"),
        ({"age": (50, 20)}, "for numbers give a tuple"),
    ],
)
def test_conditions_that_cannot_be_met_are_explained(maker, conditions, message):
    with pytest.raises(ValueError, match=message):
        maker.sample(5, conditions=conditions)


def test_conditions_that_are_all_but_impossible_are_told(maker):
    rare = {"group": "old", "age": (20, 21), "bought": "no", "spent": (60.0, 61.0)}
    with pytest.raises(ValueError, match="they are all but impossible"):
        maker.sample(5000, conditions=rare, random_state=0)


def test_usual_rows_are_likelier(people, maker):
    strange = people.assign(age=np.where(people["age"] > 40, 22, 62))
    assert maker.score_samples(people).mean() > maker.score_samples(strange).mean() + 1


def test_deviations_are_those_of_the_noise(maker, people):
    found = maker._model.architecture.deviations(maker._model.weights)
    assert found.shape == (maker._layout.n_numbers,)
    assert (found >= 0.05 - 1e-6).all() and (found < 1.5).all()


def test_made_up_rows_survive_a_file(maker, tmp_path):
    skae.save(maker, tmp_path / "maker.skae")
    loaded = skae.load(tmp_path / "maker.skae")
    pd.testing.assert_frame_equal(
        loaded.sample(20, random_state=0), maker.sample(20, random_state=0)
    )
