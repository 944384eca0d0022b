import numpy as np
import pytest

from skae import Autoencoder, EncoderRegressor
from skae.semi_supervised._pseudo_targets import MAX_TARGETS, pseudo_targets

SMALL = Autoencoder(2, hidden_layer_sizes=(4,), epochs=3, batch_size=16)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_what_is_linear_is_linear(rng):
    codes = rng.normal(size=(200, 3)).astype(np.float32)
    truth = codes @ [[1.0], [-2.0], [0.5]] / np.sqrt(5.25)
    found = pseudo_targets(codes, np.arange(20), truth, rng)
    assert found.dtype == np.float32 and found.shape == (200, 1)
    low, high = truth[:20].min(), truth[:20].max()
    assert truth.min() < low and truth.max() > high
    np.testing.assert_allclose(found, np.clip(truth, low, high), atol=0.05)


def test_what_bends_bends(rng):
    codes = rng.uniform(-3, 3, size=(300, 1)).astype(np.float32)
    truth = np.sqrt(2) * np.sin(2 * codes)
    labelled = np.argsort(codes[:, 0])[::6]
    found = pseudo_targets(codes, labelled, truth, rng)
    inside = np.abs(codes[:, 0]) < 2.8
    np.testing.assert_allclose(found[inside], truth[inside], atol=0.1)


def test_noise_is_averaged(rng):
    codes = rng.normal(size=(400, 5)).astype(np.float32)
    noise = rng.normal(size=(400, 1))
    found = pseudo_targets(codes, np.arange(200), noise, rng)
    assert np.mean(found[200:] ** 2) < 0.15
    # The unit of the codes says nothing.
    other = pseudo_targets(1000 * codes + 7, np.arange(200), noise, rng)
    np.testing.assert_allclose(other[200:], found[200:], atol=0.02)


def test_many_targets_are_all_used(rng):
    codes = rng.normal(size=(900, 2)).astype(np.float32)
    truth = np.sin(3 * codes[:, :1]) + 0.3 * rng.normal(size=(900, 1))
    labelled = np.arange(600)
    found = pseudo_targets(codes, labelled, truth, np.random.default_rng(1))
    best = np.sin(3 * codes[:, :1])
    error = np.mean((found - best)[600:] ** 2)
    few = pseudo_targets(codes, labelled[:60], truth, np.random.default_rng(1))
    assert error < 0.03 < np.mean((few - best)[600:] ** 2)


@pytest.mark.parametrize("n_labelled", [1, 2])
def test_hardly_any_targets_and_equal_codes(n_labelled, rng):
    codes, targets = np.ones((30, 4), np.float32), np.zeros((30, 1))
    found = pseudo_targets(codes, np.arange(n_labelled), targets, rng)
    np.testing.assert_allclose(found, 0, atol=1e-6)


def curve(n, rng):
    """Rows near a bent line, and where on it they are."""
    t = rng.uniform(-1, 1, n)
    X = np.column_stack([np.cos(2 * t), np.sin(2 * t), t**2, np.ones(n)])
    return (X + 0.02 * rng.normal(size=X.shape)).astype(np.float32), 30 + 10 * t


def test_rows_without_targets_help(rng):
    X, y = curve(600, rng)
    few = np.where(np.arange(600) < 25, y, np.nan)
    inner = Autoencoder(4, epochs=20)
    scores = {
        some: EncoderRegressor(inner, n_rounds=int(some), random_state=0)
        .fit(X, few)
        .score(X[25:], y[25:])
        for some in (True, False)
    }
    assert scores[True] > 0.98
    assert scores[True] > scores[False]


def test_rows_held_out_are_taught_to_nobody(rng, monkeypatch):
    X, y = curve(60, rng)
    y[40:] = np.nan
    seen = {}

    def spy(codes, labelled, targets, rng):
        seen["labelled"] = labelled
        return np.full(targets.shape, 7.0, np.float32)

    monkeypatch.setattr("skae.semi_supervised._regressor.pseudo_targets", spy)
    trained = {}

    def train(self, labels, order):
        trained["labels"], trained["order"] = labels, order

    monkeypatch.setattr("skae.semi_supervised._pretraining.FineTuning.train", train)
    EncoderRegressor(
        SMALL, early_stopping=True, validation_fraction=0.5, random_state=0
    ).fit(X, y)
    labelled, order, labels = seen["labelled"], trained["order"], trained["labels"]
    assert len(labelled) == 20 and labelled.max() < 40
    assert sorted(order) == sorted([*labelled, *range(40, 60)])
    # What is known is kept, held out or not.
    expected = (y[:40] - y[:40].mean()) / y[:40].std()
    np.testing.assert_allclose(labels[:40, 0], expected, rtol=1e-5, atol=1e-6)
    assert (labels[40:] == 7).all()


@pytest.mark.parametrize(("n", "n_labelled"), [(60, 60), (2100, MAX_TARGETS + 1)])
def test_enough_targets_need_no_others(n, n_labelled, rng, monkeypatch):
    def refuse(*args):
        raise AssertionError("a Gaussian process was asked")

    monkeypatch.setattr("skae.semi_supervised._regressor.pseudo_targets", refuse)
    X, y = curve(n, rng)
    y[n_labelled:] = np.nan
    settings = {"fine_tune_epochs": 1, "random_state": 0}
    model = EncoderRegressor(SMALL, **settings).fit(X, y)
    without = EncoderRegressor(SMALL, n_rounds=0, **settings).fit(X, y)
    np.testing.assert_array_equal(model.predict(X), without.predict(X))


def test_targets_of_the_user_stay_as_they_are(rng):
    X, y = curve(60, rng)
    y[30:] = np.nan
    before = y.copy()
    EncoderRegressor(SMALL, fine_tune_epochs=1, random_state=0).fit(X, y)
    np.testing.assert_array_equal(y, before)


def test_the_former_name_of_the_switch(rng):
    X, y = curve(40, rng)
    y[20:] = np.nan
    settings = {"fine_tune_epochs": 1, "random_state": 0}
    today = EncoderRegressor(SMALL, n_rounds=0, **settings).fit(X, y)
    former = EncoderRegressor(SMALL, pseudo_targets=False, **settings)
    with pytest.warns(FutureWarning, match="n_rounds") as caught:
        former.fit(X, y)
    assert caught[0].filename == __file__
    np.testing.assert_array_equal(former.predict(X), today.predict(X))
    with pytest.raises(ValueError, match="n_rounds"):
        EncoderRegressor(SMALL, n_rounds=2).fit(X, y)
