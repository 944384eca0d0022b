"""Conditional models: what they are told, and what they make of it."""

import copy
import pickle

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skae
from skae import (
    ConditionalVariationalAutoencoder,
    ConvConditionalVariationalAutoencoder,
    VariationalAutoencoder,
)
from skae.data import Rows
from skae.engine import _tensorflow
from skae.families.conditional._encoder import ConditionEncoder
from skae.families.conditional._rows import HiddenConditions, linear_effects

NAMES = np.array(["low", "high"])
SMALL = {"hidden_layer_sizes": (8,), "batch_size": 20, "random_state": 0}


@pytest.fixture
def y(X):
    return NAMES[(X[:, 0] > 0.5).astype(int)]


def small(n_epochs=3, **settings):
    return ConditionalVariationalAutoencoder(2, epochs=n_epochs, **SMALL | settings)


@pytest.fixture(scope="module")
def digits():
    return skae.datasets.load_digits()


@pytest.fixture(scope="module")
def judge(digits):
    """A classifier of real digits."""
    return LogisticRegression(max_iter=3000).fit(digits.X_train / 16, digits.y_train)


@pytest.fixture(scope="module")
def cvae(digits):
    model = ConditionalVariationalAutoencoder(8, epochs=30, random_state=0)
    return model.set_params(jit_compile=False).fit(digits.X_train, digits.y_train)


def test_samples_are_of_the_class_that_was_asked_for(cvae, digits, judge):
    y = np.repeat(np.arange(10), 20)
    made = cvae.sample(200, y=y, random_state=0)
    assert judge.score(made / 16, y) > 0.85  # chance: 0.1
    threes = cvae.sample(50, y=3, random_state=1)
    assert (judge.predict(threes / 16) == 3).mean() > 0.85
    # Without y: all classes, with their shares.
    found = judge.predict(cvae.sample(500, random_state=2) / 16)
    assert np.bincount(found, minlength=10).min() > 20


def test_another_class_in_the_same_style(cvae, digits, judge):
    X, y = digits.X_test, digits.y_test
    other = (y + 3) % 10
    codes = cvae.transform(X, y)
    changed = cvae.inverse_transform(codes, other)
    assert (judge.predict(changed / 16) == other).mean() > 0.8
    assert (judge.predict(changed / 16) == y).mean() < 0.1
    # The ink of a row is kept: a threes' weight is that of its seven.
    same_style = np.corrcoef(X.sum(axis=1), changed.sum(axis=1))[0, 1]
    assert same_style > 0.5


def test_the_bound_knows_the_right_class(cvae, digits):
    X, y = digits.X_test, digits.y_test
    told, wrong = cvae.score_samples(X, y), cvae.score_samples(X, (y + 1) % 10)
    assert (told > wrong).mean() > 0.95
    assert told.mean() > cvae.score_samples(X).mean()
    few = slice(0, 10)
    tighter = cvae.log_likelihood(X[few], y[few], random_state=0)
    assert tighter.mean() > told[few].mean()
    assert cvae.score(X, y) > cvae.score(X)
    errors = cvae.reconstruction_error(X, y)
    residual = np.square(X - cvae.reconstruct(X, y)).mean(axis=1)
    np.testing.assert_allclose(errors, residual, rtol=1e-4)


def test_codes_of_unknown_conditions_are_sensible(cvae, digits):
    """They reconstruct, and have the class in them, which other codes need not."""
    X, y = digits.X_test, digits.y_test
    assert cvae.score(X) > 0.67  # PCA: 0.67
    encoder = clone(LogisticRegression(max_iter=3000))
    known = encoder.fit(cvae.transform(digits.X_train), digits.y_train)
    assert known.score(cvae.transform(X), y) > 0.8
    told = encoder.fit(cvae.transform(digits.X_train, digits.y_train), digits.y_train)
    assert told.score(cvae.transform(X, y), y) < 0.75


def test_images():
    digits = skae.datasets.load_digits()
    X, y = digits.X_train[:600].reshape(-1, 8, 8), digits.y_train[:600]
    model = ConvConditionalVariationalAutoencoder(
        4, filters=(8,), epochs=10, batch_size=32, random_state=0
    )
    model.fit(X, y)
    ones, zeros = (model.sample(50, y=k, random_state=0) for k in (1, 0))
    assert ones.shape == (50, 8, 8)
    # A zero is empty in the middle.
    assert ones[:, 3:5, 3:5].mean() > 2 * zeros[:, 3:5, 3:5].mean()
    assert model.encoder_.input["condition"].shape == (None, 11)
    assert model.score(X, y) > model.score(X, y[::-1]) + 0.1


def test_numbers_move_the_rows():
    rng = np.random.default_rng(0)
    age = rng.uniform(20, 80, size=300)
    X = np.column_stack([age, -2 * age, 5 * rng.normal(size=300)])
    X = X + rng.normal(size=X.shape)
    model = small(10).fit(X, age)
    assert model.condition_kinds_ == ["number"] and len(model.classes_) == 0
    for told in (30.0, 70.0):
        made = model.sample(400, y=told, random_state=0).mean(axis=0)
        np.testing.assert_allclose(made, [told, -2 * told, 0], atol=1.5)
    # As many ages as rows, drawn from those of fit.
    made = model.sample(400, random_state=0)[:, 0]
    assert made.mean() == pytest.approx(age.mean(), abs=3)
    assert made.std() == pytest.approx(age.std(), abs=3)


def test_several_columns(X):
    site = np.where(X[:, 1] > 0.5, "a", "b")
    dose = X[:, 0].astype(np.float64)
    y = np.array(list(zip(site, dose, strict=True)), dtype=object)
    model = small().fit(X, y)
    assert model.condition_kinds_ == ["class", "number"]
    assert [list(c) for c in model.classes_] == [["a", "b"], []]
    np.testing.assert_array_equal(
        model.transform(X[:3], ("a", 0.3)), model.transform(X[:3], [["a", 0.3]] * 3)
    )
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"site": pandas.Categorical(site), "dose": dose})
    np.testing.assert_array_equal(model.transform(X, frame), model.transform(X, y))
    again = small().fit(X, frame)
    np.testing.assert_array_equal(again.transform(X, frame), model.transform(X, y))
    whole = small(condition_kinds=["class", "number"]).fit(X, [["a", 1], ["b", 2]] * 30)
    assert whole.condition_kinds_ == ["class", "number"]


@pytest.mark.parametrize(
    ("given", "kind", "classes"),
    [
        ([1, 2, 1, 3], "class", [1, 2, 3]),
        ([True, False, True, True], "class", [False, True]),
        (["b", "a", "b", "b"], "class", ["a", "b"]),
        ([1.0, 2.0, 2.0, 1.0], "class", [1.0, 2.0]),
        ([1.0, 2.5, 2.0, 1.0], "number", []),
        (np.array([b"b", b"a", b"a", b"a"]), "class", ["a", "b"]),
        (np.array([2, 1, 1, None], dtype=object), "class", [1, 2]),
        (np.array([0.5, 1, float("nan"), None], dtype=object), "number", []),
    ],
)
def test_kinds_are_those_of_scikit_learn(given, kind, classes):
    found = ConditionEncoder.fit(given, 4, "auto")
    assert found.kinds == [kind]
    assert found.classes[0].tolist() == classes
    vectors = found.transform(given, 4)
    known = np.array([g is not None and g == g for g in given])
    np.testing.assert_array_equal(vectors[:, -1], known)
    assert not vectors[~known].any()
    if kind == "class":
        assert set(vectors[known].sum(axis=1)) == {2.0}
    else:
        assert vectors[known, 0].mean() == pytest.approx(0, abs=1e-6)
        assert vectors[known, 0].std() == pytest.approx(1)


def test_whole_numbers_if_asked_for():
    found = ConditionEncoder.fit([20, 30, 40], 3, "number")
    assert found.kinds == ["number"]
    np.testing.assert_allclose(found.transform(30, 2), [[0, 1], [0, 1]])


def test_unknown_conditions_of_some_rows(X, y):
    some = y.astype(object)
    some[::2] = None
    model = small().fit(X, some)
    codes = model.transform(X, some)
    np.testing.assert_array_equal(codes[::2], model.transform(X[::2]))
    np.testing.assert_array_equal(codes[1::2], model.transform(X[1::2], y[1::2]))
    assert list(model.classes_) == ["high", "low"]


def test_conditions_are_hidden_in_training_only(X):
    rows = Rows(np.ones((600, 3)), "test")
    hidden = HiddenConditions(rows, 0.2, seed=0, n_before=0)
    out = [np.empty((600, 3), np.float32) for _ in range(4)]
    for where, epoch in zip(out, (0, 1, 2, 1), strict=True):
        hidden.gather(np.arange(600), where, epoch)
    assert out[0].all()
    assert 0.15 < 1 - out[1].mean() < 0.25
    assert set(out[1].sum(axis=1)) == {0.0, 3.0}  # whole conditions
    assert (out[1] != out[2]).any() and (out[1] == out[3]).all()
    later = HiddenConditions(rows, 0.2, seed=0, n_before=1)
    later.gather(np.arange(600), out[0], 1)
    np.testing.assert_array_equal(out[0], out[2])


def test_a_warm_start_goes_on_with_conditions(X, y):
    settings = {"early_stopping": False, "learning_rate_schedule": "constant"}
    whole = small(4, **settings).fit(X, y)
    halves = small(2, warm_start=True, **settings).fit(X, y)
    halves = pickle.loads(pickle.dumps(halves)).fit(X, y)
    np.testing.assert_array_equal(halves.transform(X, y), whole.transform(X, y))


def test_the_baseline_is_pca_of_what_the_condition_leaves():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], 200)
    centers = 5 * rng.normal(size=(3, 6))
    X = centers[y] + rng.normal(size=(600, 1)) @ rng.normal(size=(1, 6))
    X = X + 0.1 * rng.normal(size=X.shape)
    fit = {"early_stopping": False, "learning_rate": 1e-12}
    plain = VariationalAutoencoder(1, hidden_layer_sizes=(), epochs=1, **fit).fit(X)
    for layers in ((8,), ()):
        told = ConditionalVariationalAutoencoder(1, hidden_layer_sizes=layers, epochs=1)
        told.set_params(**fit).fit(X, y)
        # One code is enough for what is left, and nothing like enough for all.
        assert told.score(X, y) > 0.99
        assert told.score(X) == pytest.approx(plain.score(X), abs=0.01)
        assert told.score_samples(X, y).mean() > plain.score_samples(X).mean() + 5
        means = np.array([told.inverse_transform([[0.0]], k)[0] for k in range(3)])
        expected = [X[y == k].mean(axis=0) for k in range(3)]
        np.testing.assert_allclose(means, expected, atol=0.1)
        overall = told.inverse_transform([[0.0]])[0]
        np.testing.assert_allclose(overall, X.mean(axis=0), atol=0.1)


def test_linear_effects_are_those_of_a_regression():
    rng = np.random.default_rng(0)
    y = rng.normal(size=5000)
    X = np.column_stack([3 * y + 1, -y]) + 0.01 * rng.normal(size=(5000, 2))
    conditions = ConditionEncoder.fit(y, 5000, "auto")
    vectors = conditions.transform(y, 5000)
    fields = {"data": Rows(X, "test"), "condition": Rows(vectors, "test")}
    found = linear_effects(fields, None, X.mean(axis=0))
    line = LinearRegression().fit(y[:, None], X)
    np.testing.assert_allclose(
        found[0] / conditions.scales, line.coef_[:, 0], rtol=1e-3
    )
    np.testing.assert_allclose(found[1], 0, atol=1e-3)


def test_partial_fit(X, y):
    model = small()
    model.partial_fit(X[y == "low"], "low", classes=NAMES)
    assert list(model.classes_) == ["high", "low"]
    model.partial_fit(X[y == "high"], "high").partial_fit(X, y, classes=NAMES)
    # Conditions are drawn with the shares of all rows that were seen.
    conditions = model._condition_encoder_
    np.testing.assert_allclose(conditions.mass.sum(), 2 * len(X))
    with pytest.raises(ValueError, match="classes is .'low'., but the first call"):
        model.partial_fit(X, y, classes=["low"])
    alone = small().partial_fit(X[y == "low"], "low")
    before = copy.deepcopy(alone._model.weights)
    with pytest.raises(ValueError, match="class 'high', in row 0, which is none of"):
        alone.partial_fit(X[y == "high"], "high")
    np.testing.assert_array_equal(
        alone._model.weights["code/bias"], before["code/bias"]
    )
    with pytest.raises(ValueError, match="'low', which is missing in classes"):
        small().partial_fit(X, y, classes=["high"])
    assert "_announced_classes" not in vars(model)


def test_validation_has_conditions_of_its_own(X, y):
    model = small().fit(X, y, X_val=X[:20], y_val=y[:20])
    assert len(model.history_["val_loss"]) == model.n_iter_
    other = small().fit(X, y, X_val=X[:20], y_val=np.roll(y[:20], 1))
    assert other.history_["val_loss"] != model.history_["val_loss"]
    for wrong in ({"X_val": X}, {"y_val": y}):
        with pytest.raises(ValueError, match="Of y, X_val and y_val only"):
            small().fit(X, y, **wrong)
    with pytest.raises(ValueError, match="Of y, X_val and y_val only X_val and y_val"):
        small().fit(X, X_val=X, y_val=y)
    with pytest.raises(ValueError, match="^y_val: y has the class 'z'"):
        small().fit(X, y, X_val=X[:1], y_val="z")


def test_a_search_scores_with_conditions_and_shares_programs(X):
    y = np.arange(len(X)) % 2
    model = ConditionalVariationalAutoencoder(2, epochs=2, **SMALL)
    pipeline = make_pipeline(StandardScaler(), model)
    name = pipeline.steps[-1][0]
    pipeline.fit(X, y)
    codes = pipeline.transform(X)
    scaled = pipeline[0].transform(X)
    np.testing.assert_array_equal(codes, pipeline[-1].transform(scaled))
    assert pipeline.score(X, y) == pipeline[-1].score(scaled, y)
    grid = {f"{name}__beta": [0.5, 1.0], f"{name}__condition_dropout": [0.0, 0.3]}
    search = GridSearchCV(pipeline, grid, cv=3, error_score="raise").fit(X, y)
    before = _tensorflow.TensorFlowProgram.n_traces
    search.fit(X, y)
    assert _tensorflow.TensorFlowProgram.n_traces == before
    np.testing.assert_array_equal(
        clone(model).fit_transform(X, y), clone(model).fit(X, y).transform(X)
    )


def test_validation_rows_are_routed(X, y):
    with config_context(enable_metadata_routing=True):
        model = small().set_fit_request(X_val=True, y_val=True, sample_weight=True)
        pipeline = make_pipeline(model)
        weight = np.ones(len(X))
        pipeline.fit(X, y, X_val=X, y_val=y, sample_weight=weight)
    direct = small().fit(X, y, X_val=X, y_val=y, sample_weight=weight)
    np.testing.assert_array_equal(pipeline.transform(X), direct.transform(X))


def test_rows_of_weight_0_have_no_condition(X, y):
    more = np.concatenate([y, ["never"] * 5])
    weight = np.repeat([1.0, 0.0], [len(X), 5])
    model = small().fit(np.vstack([X, X[:5] + 100]), more, sample_weight=np.ones(65))
    assert "never" in model.classes_
    # A class of nothing but such rows is none.
    model = small().fit(np.vstack([X, X[:5]]), more, sample_weight=weight)
    assert list(model.classes_) == ["high", "low"]
    with pytest.raises(ValueError, match="class 'never'"):
        model.transform(X, "never")
    numbers = np.concatenate([X[:, 0], 1e6 * np.ones(5)]).astype(np.float64)
    model = small().fit(np.vstack([X, X[:5]]), numbers, sample_weight=weight)
    assert abs(model._condition_encoder_.means[0]) < 1


def test_copies_keep_what_they_know(X, y, tmp_path):
    model = small().fit(X, y)
    skae.save(model, tmp_path / "model.skae")
    for twin in (
        skae.load(tmp_path / "model.skae"),
        pickle.loads(pickle.dumps(model)),
        copy.deepcopy(model),
    ):
        np.testing.assert_array_equal(twin.transform(X, y), model.transform(X, y))
        for told in (None, "low"):
            np.testing.assert_array_equal(
                twin.sample(9, y=told, random_state=0),
                model.sample(9, y=told, random_state=0),
            )
        assert list(twin.classes_) == ["high", "low"]
        np.testing.assert_array_equal(
            twin.partial_fit(X, y).transform(X, y),
            copy.deepcopy(model).partial_fit(X, y).transform(X, y),
        )


def test_without_conditions_there_is_a_warning(X):
    with pytest.warns(UserWarning, match="fit got no y") as caught:
        model = small().fit(X)
    assert caught[0].filename == __file__
    assert model.sample(3).shape == (3, 6) and model.condition_kinds_ == []
    with pytest.raises(ValueError, match="y was given, but fit had none"):
        model.transform(X, 1)


def test_dask_arrays(X, y):
    dask = pytest.importorskip("dask.array")
    model = small().fit(X, y)
    blocks = dask.from_array(X, chunks=(20, 6))
    found = model.transform(blocks, "low").compute()
    np.testing.assert_allclose(found, model.transform(X, "low"), atol=1e-6)
    with pytest.raises(ValueError, match="blocks take one y for all rows"):
        model.transform(blocks, y)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("z", "class 'z', in row 0, which is none of those of fit: 'high', 'low'"),
        (3, "class 3, in row 0, which is none"),
        (["low"] * 3, "y has 3 conditions for 60 rows: give one for each row"),
        ([["low", "low"]] * 60, "y has 2 columns, but that of fit had 1"),
        (np.zeros((60, 1, 1)), r"y has the shape \(60, 1, 1\)"),
        (["low", 3] * 30, "different kinds in one column: numbers and strings"),
        (np.zeros(60, "M8[s]"), "type datetime64"),
    ],
)
def test_mistakes_in_classes(given, message, X, y):
    model = small(1).fit(X, y)
    with pytest.raises(ValueError, match=message):
        model.transform(X, given)


@pytest.mark.parametrize(
    ("settings", "given", "message"),
    [
        ({}, [0.5, np.nan] * 30, "y has nan in row 1. To say that the condition"),
        ({}, [0.5, 0.1, np.inf] * 20, "y has inf in row 2"),
        ({}, [None] * 60, "y has no known condition"),
        ({}, [["a", 1], ["b", None]] * 30, "one column is missing, in row 1"),
        ({"condition_kinds": "number"}, ["a", "b"] * 30, "has strings, such as 'a'"),
        ({"condition_kinds": ["class"] * 2}, [0, 1] * 30, "for each column of y"),
        ({"condition_kinds": "text"}, [0, 1] * 30, "'condition_kinds' parameter"),
        ({"condition_dropout": 1.0}, [0, 1] * 30, "'condition_dropout' parameter"),
    ],
)
def test_mistakes_in_fit(settings, given, message, X):
    model = small(1, **settings)
    with pytest.raises(ValueError, match=message):
        model.fit(X, given)
    assert not model.__sklearn_is_fitted__() and not hasattr(model, "classes_")
