import functools

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.model_selection import cross_val_score

import skae
from skae import RecurrentAutoencoder
from skae.data._flat_rows import filled
from skae.metrics import report

KINDS = [("conv", "pca"), ("conv", "random"), ("lstm", "random"), ("gru", "pca")]
FAST = {"hidden_layer_sizes": (6,), "epochs": 3, "random_state": 0, "batch_size": 16}


@pytest.fixture
def sequences():
    rng = np.random.default_rng(0)
    lengths = rng.integers(3, 12, size=40)
    return [rng.normal(size=(n, 2)).cumsum(axis=0).astype("f") for n in lengths]


def padded(sequences, length=None):
    length = length or max(map(len, sequences))
    X = np.full((len(sequences), length, 2), np.nan, dtype=np.float32)
    for row, sequence in zip(X, sequences, strict=True):
        row[: len(sequence)] = sequence
    return X


@pytest.mark.parametrize(("cell", "init"), KINDS)
def test_padding_changes_nothing(sequences, cell, init):
    settings = {"cell": cell, "init": init, **FAST}
    model = RecurrentAutoencoder(3, **settings).fit(sequences)
    codes = model.transform(sequences)
    twin = RecurrentAutoencoder(3, **settings).fit(padded(sequences))
    np.testing.assert_array_equal(twin.transform(padded(sequences)), codes)
    assert twin.history_["loss"] == model.history_["loss"]
    for i in (0, 7):  # alone, without any padding
        alone = model.transform([sequences[i]])
        np.testing.assert_allclose(alone[0], codes[i], atol=1e-5)
        alone = model.transform(sequences[i][None])
        np.testing.assert_allclose(alone[0], codes[i], atol=1e-5)


@pytest.mark.parametrize(("cell", "init"), KINDS)
def test_each_cell_trains(cell, init):
    rng = np.random.default_rng(0)
    phase = rng.uniform(0, 2, size=(60, 1))
    X = np.sin(0.7 * np.arange(11) + phase).astype(np.float32)
    settings = {"random_state": 0, "batch_size": 16, "learning_rate": 1e-2}
    model = RecurrentAutoencoder(
        2, cell=cell, init=init, hidden_layer_sizes=(8,), epochs=25, **settings
    ).fit(X)
    assert model.history_["loss"][-1] < 0.7 * model.history_["loss"][0]


@pytest.mark.parametrize("cell", ["conv", "lstm"])
def test_pca_is_what_training_is_compared_with(sequences, cell):
    """PCA of sequences that go on with their own means."""
    settings = {**FAST, "epochs": 1, "learning_rate": 1e-12}
    model = RecurrentAutoencoder(3, cell=cell, **settings).fit(sequences)
    flat = filled(padded(sequences)).reshape(len(sequences), -1)
    pca = PCA(3).fit(flat)
    expected = pca.inverse_transform(pca.transform(flat)).reshape(-1, 11, 2)
    for found, x in zip(model.reconstruct(sequences), expected, strict=True):
        np.testing.assert_allclose(found, x[: len(found)], atol=2e-4)


def test_textbook_network_has_the_textbooks_weights(sequences):
    settings = {"cell": "lstm", "init": "random"}
    model = RecurrentAutoencoder(3, **settings, **FAST).fit(sequences)
    layers = {name.split("/")[0] for name in model._model.weights}
    own = {"encoder_0", "code", "decoder_0", "output"}
    assert layers == own | {"standardize", "unstandardize"}


def test_other_losses_weights_and_files(sequences, tmp_path):
    bounded = [1 / (1 + np.exp(-x)) for x in sequences]
    weight = np.linspace(0, 2, len(sequences))
    model = RecurrentAutoencoder(3, loss="binary_crossentropy", **FAST)
    model.fit(bounded, sample_weight=weight)
    assert all(0 <= x.min() <= x.max() <= 1 for x in model.reconstruct(bounded))
    skae.save(model, tmp_path / "model.skae")
    codes = skae.load(tmp_path / "model.skae").transform(bounded)
    np.testing.assert_array_equal(codes, model.transform(bounded))


@pytest.mark.parametrize("n_steps", [1, 2, 3, 9])
def test_sequences_of_any_length(n_steps):
    X = np.random.default_rng(0).normal(size=(20, n_steps)).astype(np.float32)
    model = RecurrentAutoencoder(2, **{**FAST, "batch_size": 1, "epochs": 1}).fit(X)
    assert model.reconstruct(X).shape == X.shape


def test_padding_does_not_count_in_the_loss(sequences):
    model = RecurrentAutoencoder(3, early_stopping=False, **FAST)
    model.set_params(epochs=1, learning_rate=1e-9, loss="squared_error").fit(sequences)
    scale = model._model.weights["standardize/scale"]
    errors = [
        np.mean((x - y) ** 2)
        for x, y in zip(sequences, model.reconstruct(sequences), strict=True)
    ]
    expected = np.mean(errors) / scale**2
    assert model.history_["loss"][0] == pytest.approx(expected, rel=1e-4)
    np.testing.assert_allclose(model.reconstruction_error(sequences), errors, rtol=1e-4)


def test_each_sequence_comes_back_at_its_own_length(sequences):
    model = RecurrentAutoencoder(3, **FAST).fit(sequences)
    found = model.reconstruct(sequences)
    assert [x.shape for x in found] == [x.shape for x in sequences]
    X = padded(sequences)
    as_array = model.reconstruct(X)
    np.testing.assert_array_equal(np.isnan(as_array), np.isnan(X))
    np.testing.assert_allclose(as_array[0, : len(found[0])], found[0], atol=1e-6)
    decoded = model.inverse_transform(model.transform(sequences))
    assert isinstance(decoded, list) and decoded[0].shape == X.shape[1:]


def test_score_is_over_the_values_that_exist(sequences):
    X = padded(sequences)
    model = RecurrentAutoencoder(3, **FAST).fit(X)
    mean = np.nanmean(X, axis=0)
    residual = np.nansum((X - model.reconstruct(X)) ** 2)
    expected = 1 - residual / np.nansum((X - mean) ** 2)
    assert model.score(X) == pytest.approx(expected, rel=1e-4)


def test_scaling_is_per_feature(sequences):
    model = RecurrentAutoencoder(3, **FAST).fit(sequences)
    values = np.concatenate(sequences)
    weights = model._model.weights
    np.testing.assert_allclose(
        weights["standardize/mean"][0], values.mean(axis=0), rtol=1e-4
    )
    assert weights["standardize/scale"] ** 2 == pytest.approx(
        values.var(axis=0).mean(), rel=1e-4
    )


def test_arrays_of_one_length_and_tables(sequences):
    X = np.random.default_rng(0).normal(size=(40, 5, 3)).astype("f")
    model = RecurrentAutoencoder(3, **FAST).fit(X)
    assert model.reconstruct(X).shape == X.shape
    assert model.inverse_transform(model.transform(X)).shape == X.shape
    assert (model.n_timesteps_, model.n_features_) == (5, 3)
    shorter = model.reconstruct(
        X[:, :3]
    )  # fitted without padding, encodes it all the same
    assert shorter.shape == (40, 3, 3) and np.isfinite(shorter).all()
    table = RecurrentAutoencoder(3, **FAST).fit(X[..., 0])
    assert table.reconstruct(X[..., 0]).shape == (40, 5)
    column = RecurrentAutoencoder(3, **FAST).fit(X[..., :1])
    np.testing.assert_array_equal(
        column.transform(X[..., :1]), table.transform(X[..., 0])
    )


@pytest.mark.slow
def test_it_learns_lengths_and_all():
    rng = np.random.default_rng(0)
    waves = [
        np.full((n, 1), level, dtype=np.float32)
        for n, level in zip(rng.integers(2, 6, 200), rng.normal(size=200), strict=True)
    ]
    model = RecurrentAutoencoder(
        2, hidden_layer_sizes=(8,), epochs=40, learning_rate=0.02, random_state=0
    )
    assert model.fit(waves).score(waves) > 0.9


def test_mistakes_are_explained(sequences):
    model = RecurrentAutoencoder(3, **FAST)
    hole = padded(sequences)
    hole[3, 1] = np.nan
    half = padded(sequences)
    half[3, 1, 0] = np.nan
    empty = padded(sequences)
    empty[3] = np.nan
    infinite = padded(sequences)
    infinite[3, 0, 0] = np.inf
    for data, message in (
        (hole, "NaN inside a sequence"),
        (half, "NaN inside a sequence"),
        (empty, "NaN only, in at least one sequence"),
        (infinite, "infinity"),
        ([*sequences, np.ones((3, 5))], r"different numbers of features: \[2, 5\]"),
        ([*sequences, np.ones(3)], "Sequence 40 of X has shape"),
        ([*sequences, np.full((3, 2), np.nan)], r"X\[40\] contains NaN"),
        ([*sequences, np.ones((0, 2))], "0 sample"),
        (np.ones((4, 3, 2, 2)), "Sequences are a 3-D array"),
    ):
        with pytest.raises(ValueError, match=message):
            model.fit(data)
        assert not model.__sklearn_is_fitted__()
    model.fit(sequences)
    with pytest.raises(ValueError, match="up to 30 time steps.*has 11"):
        model.transform([np.ones((30, 2))])
    with pytest.raises(ValueError, match="3 features per time step.*expecting 2"):
        model.transform([np.ones((3, 3))])
    with pytest.raises(ValueError, match="'cell' parameter"):
        RecurrentAutoencoder(cell="rnn").fit(sequences)


@pytest.mark.parametrize("wrap", [np.asarray, list])
def test_sequences_of_one_axis_are_refused(wrap):
    sequences = [wrap([1.0, 2.0, 3.0]), wrap([1.0, 2.0])]
    with pytest.raises(ValueError, match=r"Sequence 0 of X has shape \(3,\).*reshape"):
        RecurrentAutoencoder(2, epochs=1).fit(sequences)


@functools.cache
def waves_and_model():
    """One fit for all tests of longer sequences and odd containers."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(6, 12, size=40)
    waves = [np.sin(np.linspace(0, 6, n) + n)[:, None] for n in lengths]
    return waves, RecurrentAutoencoder(3, **FAST).fit(waves)


def test_resampled_by_default_up_to_twice_the_length():
    waves, model = waves_and_model()
    longer = [*waves[:3], np.sin(np.linspace(0, 6, 20) + 9)[:, None]]
    back = model.reconstruct(longer)
    assert [len(x) for x in back] == [len(x) for x in longer]
    codes = model.transform(longer)
    np.testing.assert_array_equal(codes[:3], model.transform(waves[:3]))
    # The same curve at fewer time steps.
    shorter = np.sin(np.linspace(0, 6, 11) + 9)[:, None]
    np.testing.assert_allclose(codes[3], model.transform([shorter])[0], atol=0.1)
    assert np.isfinite(model.score(longer))
    found = model.reconstruct(padded_ones(longer))
    assert found.shape == (4, 20, 1)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(padded_ones(longer)))


def test_a_parameter_cuts_them_or_refuses():
    waves, _ = waves_and_model()
    longer = [*waves[:3], np.ones((30, 1))]
    model = RecurrentAutoencoder(3, longer_sequences="truncate", **FAST).fit(waves)
    codes = model.transform(longer)
    np.testing.assert_array_equal(codes[3], model.transform([np.ones((11, 1))])[0])
    assert [len(x) for x in model.reconstruct(longer)][3] == model.n_timesteps_
    for how in ("auto", "error"):
        model = RecurrentAutoencoder(3, longer_sequences=how, **FAST).fit(waves)
        with pytest.raises(ValueError, match="longer_sequences='resample'"):
            model.transform(longer)


def test_cross_validation_of_ragged_data():
    waves, _ = waves_and_model()
    model = RecurrentAutoencoder(2, **FAST | {"epochs": 1})
    order = np.argsort([len(x) for x in waves])  # the longest in one fold
    scores = cross_val_score(model, [waves[i] for i in order], cv=2)
    assert np.isfinite(scores).all()


def test_containers():
    waves, model = waves_and_model()
    codes = model.transform(waves)
    objects = np.empty(len(waves), dtype=object)
    objects[:] = waves
    np.testing.assert_array_equal(model.transform(objects), codes)
    lists = [wave.tolist() for wave in waves]
    np.testing.assert_array_equal(model.transform(lists), codes)
    np.testing.assert_allclose(model.transform(padded_ones(waves)), codes, atol=1e-5)
    assert model.transform([np.ones((1, 1))]).shape == (1, 3)  # one time step
    with pytest.raises(ValueError, match="Sequence 1 of X has 0 sample"):
        model.transform([waves[0], np.ones((0, 1))])
    with pytest.raises(ValueError, match="time steps of sequence 1 of X"):
        model.transform([waves[0], [[1.0], [1.0, 2.0]]])


def test_report():
    waves, model = waves_and_model()
    table = report(model, waves, X_train=waves[:30])
    ours = table.explained_variance["RecurrentAutoencoder"]
    assert ours == pytest.approx(model.score(waves), abs=1e-4)
    assert np.isfinite(table.explained_variance["PCA"])


def padded_ones(sequences):
    X = np.full((len(sequences), max(map(len, sequences)), 1), np.nan)
    for row, sequence in zip(X, sequences, strict=True):
        row[: len(sequence)] = sequence
    return X
