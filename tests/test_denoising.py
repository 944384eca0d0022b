import numpy as np
import pandas as pd
import pytest
import sklearn
from discovery import make
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skae import ConvDenoisingAutoencoder, DenoisingAutoencoder

SMALL = {"hidden_layer_sizes": (16,), "random_state": 0}


def apply(noise, level, x, training=True, clip=False):
    from skae.layers import Corruption

    layer = Corruption(noise, level, clip=clip, seed=0)
    layer.build(x.shape)
    layer.low.assign(-1.0), layer.high.assign(2.0)
    return np.asarray(layer(x, training=training)), layer


@pytest.fixture
def x():
    return np.random.default_rng(0).uniform(0.1, 0.9, (200, 50)).astype(np.float32)


def test_gaussian_noise(x):
    noise = apply("gaussian", 0.5, x)[0] - x
    assert noise.mean() == pytest.approx(0, abs=0.02)
    assert noise.std() == pytest.approx(0.5, rel=0.02)
    clipped, _ = apply("gaussian", 5.0, x, clip=True)
    assert clipped.min() == -1 and clipped.max() == 2


def test_masking(x):
    noisy, _ = apply("masking", 0.3, x)
    assert np.mean(noisy == 0) == pytest.approx(0.3, abs=0.02)
    np.testing.assert_array_equal(noisy[noisy != 0], x[noisy != 0])


def test_dropout_keeps_the_mean(x):
    noisy, _ = apply("dropout", 0.5, x)
    assert np.mean(noisy == 0) == pytest.approx(0.5, abs=0.02)
    np.testing.assert_allclose(noisy[noisy != 0], 2 * x[noisy != 0], rtol=1e-6)
    assert noisy.mean() == pytest.approx(x.mean(), rel=0.03)


def test_salt_and_pepper(x):
    noisy, _ = apply("salt_and_pepper", 0.4, x)
    for extreme in (-1.0, 2.0):
        assert np.mean(noisy == extreme) == pytest.approx(0.2, abs=0.02)
    rest = np.abs(noisy) < 1
    np.testing.assert_array_equal(noisy[rest], x[rest])


def test_noise_is_fresh_in_training_and_fixed_in_evaluation(x):
    first, layer = apply("gaussian", 0.5, x)
    assert not np.array_equal(first, layer(x, training=True))
    evaluated = np.asarray(layer(x, training=False))
    np.testing.assert_array_equal(evaluated, layer(x, training=False))
    assert not np.array_equal(evaluated, x)


def test_the_range_of_the_noise_is_that_of_the_data(X):
    model = DenoisingAutoencoder(2, noise="salt_and_pepper", epochs=2, **SMALL)
    model.fit(X * 7 - 3)
    weights = model._model.weights
    assert weights["corruption/low"] == pytest.approx((X * 7 - 3).min())
    assert weights["corruption/high"] == pytest.approx((X * 7 - 3).max())


def test_noise_is_only_in_training(X):
    model = DenoisingAutoencoder(2, noise_level=5.0, epochs=2, **SMALL).fit(X)
    np.testing.assert_array_equal(model.transform(X), model.transform(X))
    assert "corruption" not in {layer.name for layer in model.autoencoder_.layers}


def test_it_denoises(X):
    rng = np.random.default_rng(1)
    X = np.tile(X, (20, 5))  # each feature five times
    noisy = X + 0.2 * rng.standard_normal(X.shape)
    model = DenoisingAutoencoder(2, noise_level=0.2, epochs=60, **SMALL).fit(X)
    left = np.mean((model.reconstruct(noisy) - X) ** 2)
    assert left < 0.6 * np.mean((noisy - X) ** 2)


def test_pairs(X):
    """What is wrong with the rows is learned from the targets alone."""
    X = np.repeat(X, 20, axis=0)
    broken = X.copy()
    broken[:, 0] = 7.0
    model = DenoisingAutoencoder(3, epochs=60, **SMALL)
    model.fit(broken, target=X, X_val=broken[:100], target_val=X[:100])
    mended = model.reconstruct(broken)
    assert np.mean((mended - X) ** 2) < 0.2 * X.var()
    assert abs(mended[:, 0] - X[:, 0]).mean() < 0.3


def test_pairs_of_images(X):
    images = np.repeat(X, 5, axis=0)[:, :4].reshape(-1, 2, 2)
    model = ConvDenoisingAutoencoder(filters=(8,), epochs=3, random_state=0)
    model.fit(images + 1, target=images)
    assert model.reconstruct(images + 1).shape == images.shape


def test_pairs_go_on(X):
    settings = {"early_stopping": False, "learning_rate_schedule": "constant"}
    whole = DenoisingAutoencoder(2, epochs=4, batch_size=16, **SMALL, **settings)
    whole.fit(X + 1, target=X)
    half = DenoisingAutoencoder(2, epochs=2, batch_size=16, **SMALL, **settings)
    half.set_params(warm_start=True).fit(X + 1, target=X).fit(X + 1, target=X)
    np.testing.assert_array_equal(half.transform(X), whole.transform(X))
    with pytest.raises(ValueError, match="training with .target."):
        half.fit(X)


def test_targets_in_a_pipeline(X):
    with sklearn.config_context(enable_metadata_routing=True):
        model = DenoisingAutoencoder(2, epochs=2, **SMALL).set_fit_request(target=True)
        pipeline = make_pipeline(FunctionTransformer(), model)
        pipeline.fit(X + 1, target=X)
        expected = model.fit(X + 1, target=X).transform(X)
        np.testing.assert_array_equal(pipeline.transform(X), expected)


def test_a_y_that_looks_like_a_target(X):
    images = X.reshape(-1, 2, 3)
    for noisy, clean in (
        (X + 0.1, X),
        ((X + 0.1).tolist(), X.tolist()),
        (pd.DataFrame(X + 0.1), pd.DataFrame(X)),
    ):
        with pytest.warns(UserWarning, match=r"fit\(X, target=y\)") as caught:
            make(DenoisingAutoencoder).fit(noisy, clean)
        assert caught[0].filename == __file__
        with pytest.warns(UserWarning, match=r"fit\(X, target=y\)"):
            make(DenoisingAutoencoder).partial_fit(noisy, clean)
    for clean in (X, images[..., None]):
        with pytest.warns(UserWarning, match=r"fit\(X, target=y\)"):
            make(ConvDenoisingAutoencoder, image_shape=None).fit(images, clean)
    # Labels are no targets; one column of X is no reason to think so.
    make(DenoisingAutoencoder).fit(X, X[:, 0])
    make(DenoisingAutoencoder).fit(X, X[:, :2])
    make(DenoisingAutoencoder).fit(X[:, :1], X[:, :1])
    make(DenoisingAutoencoder).fit(X + 0.1, X[:, 0], target=X)


def test_mistakes_are_explained(X):
    model = DenoisingAutoencoder(2, **SMALL)
    with pytest.raises(ValueError, match="'noise' parameter.*'masking'"):
        DenoisingAutoencoder(noise="pepper").fit(X)
    with pytest.raises(ValueError, match="between 0 and 1; got 1.5"):
        DenoisingAutoencoder(noise="masking", noise_level=1.5).fit(X)
    with pytest.raises(ValueError, match="target has 59 rows.*have 60"):
        model.fit(X, target=X[:-1])
    with pytest.raises(ValueError, match="expecting 6 features"):
        model.fit(X, target=X[:, :-1])
    with pytest.raises(ValueError, match="target was given without target_val"):
        model.fit(X, target=X, X_val=X)
    with pytest.raises(ValueError, match="target_val was given without target"):
        model.fit(X, target_val=X, X_val=X)
    with pytest.raises(ValueError, match="needs data in"):
        model.set_params(loss="binary_crossentropy").fit(X, target=X * 2)
