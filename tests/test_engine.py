"""The engine: the same numbers as Keras, programs that are shared and kept apart."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from discovery import make
from joblib import Parallel, delayed
from scipy.stats import t
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

import skae
from skae import Autoencoder
from skae.engine import Baseline, _cache
from skae.engine import _batches as _blocks
from skae.engine._batches import BatchSource, round_up
from skae.engine._stopping import BestWeights, margin_of_luck
from skae.engine._tensorflow import TensorFlowProgram

PLAIN = {
    "hidden_layer_sizes": (5,),
    "activation": "relu",
    "code_activation": "relu",
    "loss": "binary_crossentropy",
    "init": "random",
    "shuffle": False,
    "early_stopping": False,
    "learning_rate": 0.01,
    "learning_rate_schedule": "constant",
    "batch_size": 16,
    "epochs": 6,
}


@pytest.fixture
def empty_cache(own_cache):
    skae.clear_cache()


@pytest.fixture
def n_traces(empty_cache):
    start = TensorFlowProgram.n_traces
    return lambda: TensorFlowProgram.n_traces - start


# A program is traced twice: its training steps and its evaluation.
TRACES_PER_PROGRAM = 2


def initial_weights(estimator, X):
    """Weights before the first step, from a fit whose steps change nothing."""
    tiny = clone(estimator).set_params(learning_rate=1e-30, epochs=1).fit(X)
    # Biases start at 0; a relu tells 0 from 1e-30.
    return {k: np.where(abs(w) < 1e-20, 0, w) for k, w in tiny._model.weights.items()}


def keras_twin(estimator, X):
    """The same network, typed in Keras, with the same first weights."""
    weights = initial_weights(estimator, X)
    l2 = keras.regularizers.L2(estimator.l2) if estimator.l2 else None
    inputs = h = keras.Input((X.shape[1],))
    for units, activation in ((5, "relu"), (2, "relu"), (5, "relu"), (6, None)):
        h = keras.layers.Dense(units, activation=activation, kernel_regularizer=l2)(h)
    model = keras.Model(inputs, h)
    model.set_weights([weights[path] for path in WEIGHTS])
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss)
    return model


WEIGHTS = [
    f"{layer}/{part}"
    for layer in ("encoder_0", "code", "decoder_0", "output")
    for part in ("kernel", "bias")
]


@pytest.mark.parametrize(
    "jit_compile", [False, pytest.param(True, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("l2", [0.0, 0.01])
def test_training_is_that_of_keras(X, jit_compile, l2):
    estimator = make(Autoencoder, **PLAIN, jit_compile=jit_compile, l2=l2)
    options = {"batch_size": 16, "epochs": 6, "shuffle": False, "verbose": 0}
    # 48 rows are three full batches. (Keras' own mean over the batches of an epoch
    # gives a last, smaller batch as much say as the others.)
    twin = keras_twin(estimator, X[:48])
    history = twin.fit(X[:48], X[:48], **options).history["loss"]
    estimator.fit(X[:48])
    np.testing.assert_allclose(estimator.history_["loss"], history, rtol=1e-5)
    # 60 rows: the last batch is a quarter empty.
    twin = keras_twin(estimator, X)
    twin.fit(X, X, **options)
    estimator.fit(X)
    for path, expected in zip(WEIGHTS, twin.get_weights(), strict=True):
        ours = estimator._model.weights[path]
        np.testing.assert_allclose(ours, expected, atol=1e-5, err_msg=path)


def test_padding_changes_no_mean(X):
    """One batch with 4 rows of padding has the loss of its 60 rows alone."""
    settings = {**PLAIN, "learning_rate": 1e-30, "epochs": 1, "l1": 0.3, "l2": 0.2}
    padded = make(Autoencoder, **{**settings, "batch_size": 64}).fit(X)
    full = make(Autoencoder, **{**settings, "batch_size": 60}).fit(X)
    for name, values in full.history_.items():
        assert padded.history_[name] == pytest.approx(values, rel=1e-6), name
    codes = full.transform(X)
    l1 = 0.3 * abs(codes).sum(axis=1).mean()
    assert full.history_["l1"][0] == pytest.approx(l1, rel=1e-5)
    kernels = [w for w in full._model.weights.values() if w.ndim == 2]
    l2 = 0.2 * sum((kernel**2).sum() for kernel in kernels)
    assert full.history_["l2"][0] == pytest.approx(l2, rel=1e-5)
    error = full.reconstruction_error(X).mean()
    assert full.history_["reconstruction_loss"][0] == pytest.approx(error, rel=1e-5)


def test_streaming_equals_residence(X, monkeypatch):
    resident = make(Autoencoder, epochs=5).fit(X)
    monkeypatch.setattr(_blocks, "RESIDENT_BYTES", 0)
    monkeypatch.setattr(_blocks, "STREAM_BYTES", 32 * X[0].nbytes)
    streamed = make(Autoencoder, epochs=5).fit(X)
    np.testing.assert_array_equal(streamed.transform(X), resident.transform(X))
    for name, values in resident.history_.items():
        assert streamed.history_[name] == pytest.approx(values, rel=1e-5)


def test_a_feed_serves_each_row_once_with_its_weight(monkeypatch):
    from skae.data._rows import Rows

    X = np.arange(50, dtype=np.float32)[:, None]
    order = np.random.default_rng(0).permutation(50)[:45]
    for resident_bytes in (0, 1 << 20):
        monkeypatch.setattr(_blocks, "RESIDENT_BYTES", resident_bytes)
        monkeypatch.setattr(_blocks, "STREAM_BYTES", 80)
        feed = BatchSource(
            {"data": Rows(X, "Test")}, 8, lambda rows: rows, weight=X[:, 0] + 1
        )
        seen, weights, n_steps = [], [], 0
        for block in feed.blocks(order):
            real = block.weight > 0
            seen += list(block.fields["data"][block.index[real], 0])
            weights += list(block.weight[real])
            n_steps += block.n_steps
        assert seen == list(order) and weights == [row + 1 for row in seen]
        assert n_steps == 6


@pytest.mark.parametrize("n", [1, 15, 16, 17, 100, 1437, 60000, 10**7])
def test_round_up_is_close(n):
    assert n <= round_up(n) <= max(16, 1.125 * n + 16)
    assert round_up(round_up(n)) == round_up(n)


def test_refits_are_not_traced(X, n_traces):
    for seed in range(3):
        for epochs in (1, 2):
            settings = {"random_state": seed, "epochs": epochs, "learning_rate": 0.1}
            make(Autoencoder, **settings).fit(X[seed:])
    assert n_traces() == TRACES_PER_PROGRAM


def test_a_search_over_strengths_is_traced_once(X, n_traces):
    grid = {"l1": [0.0, 1e-4, 1e-3, 1e-2, 1e-1]}
    search = GridSearchCV(make(Autoencoder, early_stopping=False), grid, cv=5).fit(X)
    assert n_traces() == TRACES_PER_PROGRAM
    shrunk = make(Autoencoder, early_stopping=False, l1=10.0).fit(X)
    free = make(Autoencoder, early_stopping=False).fit(X)
    assert abs(shrunk.transform(X)).mean() < abs(free.transform(X)).mean()
    assert len(set(search.cv_results_["mean_test_score"])) > 1


@pytest.mark.parametrize(
    "backend", ["threading", pytest.param("loky", marks=pytest.mark.slow)]
)
def test_parallel_fits_equal_serial_ones(X, backend):
    estimators = [make(Autoencoder, random_state=seed) for seed in range(4)]
    serial = [clone(estimator).fit(X).transform(X) for estimator in estimators]

    def work(estimator):
        return estimator.fit(X).transform(X)

    parallel = Parallel(n_jobs=2, backend=backend)(
        delayed(work)(estimator) for estimator in estimators
    )
    for one, other in zip(serial, parallel, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_cache_is_bounded_and_can_be_emptied(X, monkeypatch, empty_cache):
    monkeypatch.setattr(_cache, "MAX_PROGRAMS", 2)
    monkeypatch.setattr(_cache, "MAX_INFERENCES", 2)
    first = make(Autoencoder).fit(X)
    codes = first.transform(X)
    for width in (3, 5, 6):
        make(Autoencoder, encoding_dim=width).fit(X).transform(X)
    assert sum(map(len, _cache._programs.values())) == 2
    assert len(_cache._inferences) == 2
    skae.clear_cache()
    assert not _cache._programs and not _cache._inferences
    np.testing.assert_array_equal(first.transform(X), codes)
    np.testing.assert_array_equal(first.fit(X).transform(X), codes)


def test_a_failed_fit_leaves_no_program_behind(X, empty_cache):
    with pytest.raises(FloatingPointError):
        make(Autoencoder, learning_rate=1e30, epochs=50, early_stopping=False).fit(X)
    assert not any(_cache._programs.values())


def test_optimizers_by_name_and_by_example(X):
    settings = {"early_stopping": False, "learning_rate": 0.1}
    named = make(Autoencoder, optimizer="sgd", **settings).fit(X)
    example = keras.optimizers.SGD(learning_rate=123.0)
    given = make(Autoencoder, optimizer=example, **settings).fit(X)
    np.testing.assert_array_equal(named.transform(X), given.transform(X))
    momentum = keras.optimizers.SGD(momentum=0.9)
    other = make(Autoencoder, optimizer=momentum, **settings).fit(X)
    assert not np.array_equal(other.transform(X), named.transform(X))


def test_tensorflows_determinism_switch_is_left_alone(X):
    import tensorflow as tf

    make(Autoencoder).fit(X)
    # Raises if the switch is on, since no seed is set.
    assert tf.random.uniform(()) < 1


def test_on_few_rows_to_be_better_is_luck():
    assert margin_of_luck(1) > margin_of_luck(2) > 1  # nothing is evidence
    assert margin_of_luck(4) == pytest.approx(
        0.4 / 2 * t.ppf(0.975, 3) / 1.96, rel=1e-3
    )
    assert margin_of_luck(10**6) == pytest.approx(0.4e-3, rel=1e-3)
    best = BestWeights(tol=0.0, patience=5, margin=margin_of_luck(100))
    weights = [{"kernel": np.full(1, float(epoch))} for epoch in range(4)]
    best.baseline_loss = 1.0
    best.update(1, 0.97, lambda: weights[1])
    assert best.prefers_baseline
    best.update(2, 0.95, lambda: weights[2])
    assert not best.prefers_baseline and best.weights is weights[2]
    # PCA that knows the rows is better than what training found.
    best.bar = 0.94
    assert best.prefers_baseline
    best.update(3, 0.93, lambda: weights[3])
    assert not best.prefers_baseline and best.weights is weights[3]


def test_a_baseline_is_kept_as_all_rows_have_it():
    one, two = (np.full((2, 2), value, np.float32) for value in (1, 2))
    all_weights = {"kernel": one, "drawn": one}
    plain = Baseline({"kernel": one}).completed(all_weights)
    assert plain.complete and plain.to_keep() is all_weights
    calls = []

    def refitted():
        calls.append(0)
        return {"kernel": np.float32(2)}

    baseline = Baseline({"kernel": one}, refitted=refitted).completed(all_weights)
    assert not calls  # only asked where it is to be kept
    for _ in range(2):
        kept = baseline.to_keep()
    assert len(calls) == 1 and kept.keys() == all_weights.keys()
    np.testing.assert_array_equal([kept["kernel"], kept["drawn"]], [two, one])
    assert baseline.is_beaten_by({})
    told = replace(
        baseline,
        must_reconstruct=True,
        reconstructs_better=lambda weights, others: weights["kernel"].sum() > 4,
    )
    assert told.is_beaten_by({"kernel": two}) and not told.is_beaten_by(all_weights)
