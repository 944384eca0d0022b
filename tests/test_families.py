"""Families that need no change in the package: they learn, and keep its promises."""

import ast
import gc
import pickle
from itertools import product
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from families.adversarial import AdversarialAutoencoder
from families.conditional import ConditionalVariationalAutoencoder
from families.discrete import CodebookAutoencoder, FiniteScalarAutoencoder
from families.frames import FrameAutoencoder
from families.neighbours import NeighbourAutoencoder
from families.own_networks import OwnAutoencoder, dense_encoder
from numpy.testing import assert_array_equal
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

import skae
from skae import load, save
from skae.metrics import explained_variance
from skae.testing import autoencoder_checks
from skae.testing._settings import bent_surface, make

FAMILIES = [
    FiniteScalarAutoencoder,
    CodebookAutoencoder,
    FrameAutoencoder,
    ConditionalVariationalAutoencoder,
    AdversarialAutoencoder,
    OwnAutoencoder,
    NeighbourAutoencoder,
]
_CHECKS = [name for name, _ in autoencoder_checks(skae.Autoencoder)]


def small_frame():
    """What a table of mixed types is to the checks."""
    X = bent_surface()
    frame = pd.DataFrame(X[:, :4], columns=list("abcd"))
    frame.iloc[::7, 1] = np.nan
    frame["kind"] = np.where(X[:, 4] > 0.5, "up", "down")
    frame["size"] = pd.cut(X[:, 5], 3, labels=["small", "medium", "large"])
    return frame


@pytest.mark.parametrize(("cls", "name"), list(product(FAMILIES, _CHECKS)))
def test_keeps_the_promises(cls, name, request):
    if name == "check_the_same_everywhere":  # it empties the cache
        request.getfixturevalue("own_cache")
    X = small_frame() if cls is FrameAutoencoder else None
    dict(autoencoder_checks(cls, X))[name]()


@pytest.mark.parametrize(
    "path", sorted(Path(__file__, "../families").resolve().glob("[a-z]*.py"))
)
def test_a_family_is_one_short_file(path):
    tree = ast.parse(path.read_text())
    texts = [
        node.body[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and ast.get_docstring(node)
    ]
    silent = {n for node in texts for n in range(node.lineno, node.end_lineno + 1)}
    lines = enumerate(path.read_text().splitlines(), start=1)
    code = [
        x for n, x in lines if n not in silent and x.strip() and x.strip()[0] != "#"
    ]
    assert len(code) <= 60


@pytest.fixture(scope="module")
def digits():
    return skae.datasets.load_digits()


@pytest.fixture(scope="module")
def pca_score(digits):
    """What as many codes of PCA explain of new digits."""
    pca = PCA(8).fit(digits.X_train)
    again = pca.inverse_transform(pca.transform(digits.X_test))
    return explained_variance(digits.X_test, again)


@pytest.mark.parametrize(
    ("cls", "n_levels"), [(FiniteScalarAutoencoder, 7), (CodebookAutoencoder, 64)]
)
def test_integers_say_more_than_numbers_of_pca(cls, n_levels, digits, pca_score):
    model = cls(n_levels=n_levels, random_state=0).fit(digits.X_train)
    codes = model.transform(digits.X_test)
    assert codes.dtype == np.int32 and set(codes.flat) <= set(range(n_levels))
    # No level and no vector is left unused.
    assert len(np.unique(codes)) == n_levels
    assert model.score(digits.X_test) > pca_score + 0.05
    # The decoder takes integers, from wherever they come.
    again = model.inverse_transform(codes.astype(np.int64).tolist())
    assert_array_equal(again, model.inverse_transform(codes))


def digits_frame(X, y, rng):
    """Every other pixel, a tenth of them missing, a count, and two categories."""
    frame = pd.DataFrame(X[:, ::2], columns=[f"pixel{i}" for i in range(0, 64, 2)])
    frame = frame.mask(rng.uniform(size=frame.shape) < 0.1)
    frame["bright"] = (X > 8).sum(axis=1)
    frame["digit"] = pd.Categorical(np.array(list("abcdefghij"))[y])
    frame["shade"] = np.where(X.mean(axis=1) > 4.9, "dark", "light")
    return frame.set_axis(1000 + 3 * np.arange(len(frame)))


def test_a_data_frame_comes_back(digits):
    rng = np.random.default_rng(0)
    train = digits_frame(digits.X_train, digits.y_train, rng)
    new = digits_frame(digits.X_test, digits.y_test, rng)
    model = FrameAutoencoder(random_state=0).set_output(transform="pandas").fit(train)
    again = model.inverse_transform(model.transform(new))
    pd.testing.assert_index_equal(again.index, new.index)
    pd.testing.assert_series_equal(again.dtypes, new.dtypes)
    assert not again.isna().any(axis=None)
    assert (again["digit"] == new["digit"]).mean() > 0.85  # chance: 0.1
    assert (again["shade"] == new["shade"]).mean() > 0.85  # chance: about 0.5
    # What was missing is guessed: better than by the mean of its column.
    whole = pd.DataFrame(digits.X_test[:, ::2], index=new.index)
    gaps = new.filter(like="pixel").isna().to_numpy()
    guess, mean = again.filter(like="pixel").to_numpy(), train.filter(like="pixel")
    errors = [
        np.square(whole.to_numpy() - guessed)[gaps].mean()
        for guessed in (guess, np.broadcast_to(mean.mean().to_numpy(), guess.shape))
    ]
    assert errors[0] < 0.6 * errors[1]
    with pytest.raises(ValueError, match="digit has categories new to"):
        model.transform(new.assign(digit="z"))
    with pytest.raises(ValueError, match="feature names should match"):
        model.transform(new.rename(columns={"digit": "number"}))


def test_conditions_reach_encoder_decoder_and_samples(digits):
    model = ConditionalVariationalAutoencoder(8, epochs=60, random_state=0)
    names = np.array(list("abcdefghij"))
    model.fit(digits.X_train, names[digits.y_train])
    told = model.score(digits.X_test, names[digits.y_test])
    assert told > model.score(digits.X_test, names[digits.y_test - 1]) + 0.2
    y = np.repeat(names, 20)
    made = model.sample(200, y=y, random_state=0)
    judge = KNeighborsClassifier(5).fit(digits.X_train, names[digits.y_train])
    assert judge.score(made, y) > 0.8  # chance: 0.1
    codes = model.transform(digits.X_test[:5], "a")
    assert not np.array_equal(codes, model.transform(digits.X_test[:5], "b"))
    assert not np.array_equal(
        model.inverse_transform(codes, "a"), model.inverse_transform(codes, "b")
    )
    with pytest.raises(ValueError, match="classes that fit has not seen"):
        model.transform(digits.X_test[:5], "z")


@pytest.mark.slow
def test_two_networks_compete(digits, pca_score):
    model = AdversarialAutoencoder(random_state=0).fit(digits.X_train)
    assert model.score(digits.X_test) > pca_score + 0.05
    codes = model.transform(digits.X_test)
    assert np.abs(codes.mean(axis=0)).max() < 0.3
    assert 0.7 < codes.std(axis=0).min() <= codes.std(axis=0).max() < 1.3
    # At the end the second network knows nothing: log 4.
    assert model.history_["judging"][-1] == pytest.approx(np.log(4), abs=0.1)
    assert model.history_["loss"][-1] == pytest.approx(
        model.history_["reconstruction_loss"][-1] + model.history_["fooling"][-1]
    )
    free = AdversarialAutoencoder(fooling_weight=0.0, random_state=0)
    assert free.fit(digits.X_train).transform(digits.X_test).std() > 1.3


def test_each_update_trains_its_own_weights(X):
    """One step: the second network moves as RMSprop moves, the first as Adam."""
    start = make(AdversarialAutoencoder, epochs=1, early_stopping=False)
    start.batch_size, start.learning_rate = len(X), 1e-12
    before = start.fit(X)._model.weights
    start.learning_rate = 1e-3
    after = start.fit(X)._model.weights
    for name in before:
        moved = np.abs(after[name] - before[name]).max()
        if name.startswith("judge_"):  # lr / 2 * g / sqrt(0.1 g^2)
            assert moved == pytest.approx(0.5e-3 / np.sqrt(0.1), rel=0.05), name
        elif "standardize" not in name:  # lr * sign(g)
            assert moved == pytest.approx(1e-3, rel=0.05), name


@pytest.mark.slow
def test_two_updates_leave_no_graph(X, own_cache):
    def n_graphs():
        skae.clear_cache()
        gc.collect()
        return sum(isinstance(x, tf.Graph) for x in gc.get_objects())

    gc.unfreeze()
    make(AdversarialAutoencoder).fit(X).transform(X)
    before = n_graphs()
    for n in range(3, 6):
        make(AdversarialAutoencoder, encoding_dim=n).fit(X).transform(X)
    assert n_graphs() <= before


@keras.saving.register_keras_serializable(package="tests")
def known_encoder(shape):
    """Comes with weights: the first components of a known kind."""
    model = dense_encoder(shape)
    for i, weight in enumerate(model.trainable_weights):
        weight.assign(np.random.default_rng(i).normal(size=weight.shape) / 8)
    model.trainable = False
    return model


def test_networks_of_ones_own(digits, pca_score, tmp_path):
    model = OwnAutoencoder(random_state=0).fit(digits.X_train)
    assert model.score(digits.X_test) > pca_score + 0.05
    save(model, tmp_path / "own.skae")
    assert_array_equal(
        load(tmp_path / "own.skae").transform(digits.X_test),
        model.transform(digits.X_test),
    )


def test_pretrained_weights_are_kept(X):
    expected = known_encoder(X.shape[1:])
    for random_state in (0, 1):
        model = OwnAutoencoder(
            known_encoder, pretrained=True, epochs=3, random_state=random_state
        )
        twin = pickle.loads(pickle.dumps(model.fit(X)))
        # Frozen: as they came, after training and in a copy.
        for weights in (model.encoder_.weights, twin.encoder_.weights):
            kernels = [w for w in weights if len(w.shape) == 2]
            known = [w for w in expected.weights if len(w.shape) == 2]
            for kernel, known_one in zip(kernels, known, strict=True):
                assert_array_equal(np.asarray(kernel), np.asarray(known_one))
    fresh = OwnAutoencoder(known_encoder, epochs=3, random_state=0).fit(X)
    assert not np.array_equal(fresh.transform(X), model.transform(X))


@pytest.mark.slow
def test_neighbours_stay_neighbours(digits):
    model = NeighbourAutoencoder(random_state=0).fit(digits.X_train)

    def share_right(encoder):
        judge = KNeighborsClassifier(5)
        judge.fit(encoder.transform(digits.X_train), digits.y_train)
        return judge.score(encoder.transform(digits.X_test), digits.y_test)

    pca = PCA(2).fit(digits.X_train)
    assert share_right(model) > share_right(pca) + 0.15
    assert list(model.history_) == ["loss", "neighbours", "val_loss", "val_neighbours"]
    assert not hasattr(model, "reconstruct") and not hasattr(model, "score_samples")
