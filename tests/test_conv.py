import numpy as np
import pytest
from discovery import make
from sklearn.decomposition import PCA

from skae import ConvAutoencoder, ConvVariationalAutoencoder
from skae.engine import Field
from skae.families.conv import LinearPathConv

SLOW = pytest.mark.slow
FAST = {"epochs": 1, "random_state": 0, "filters": (3, 2)}


def images(n=12, height=8, width=8, channels=None, seed=0):
    shape = (n, height, width) + ((channels,) if channels else ())
    return np.random.default_rng(seed).uniform(size=shape).astype(np.float32)


@pytest.mark.parametrize("upsampling", ["nearest", "transposed"])
@pytest.mark.parametrize("pooling", ["max", "average", "stride"])
@pytest.mark.parametrize(
    "size", [(7, 5), *(pytest.param(s, marks=SLOW) for s in [(28, 28), (1, 1), (2, 9)])]
)
def test_every_size_comes_back_exactly(size, pooling, upsampling):
    X = images(12, *size)
    conv = ConvAutoencoder(pooling=pooling, upsampling=upsampling, **FAST).fit(X)
    assert conv.reconstruct(X).shape == X.shape
    small = tuple(-(-n // 4) for n in size)
    assert conv.code_shape_ == (*small, 2)
    assert conv.transform(X).shape == (12, 2 * small[0] * small[1])


def test_the_tutorials_code_is_4_by_4_by_8():
    X = images(12, 28, 28)
    conv = ConvAutoencoder(pooling="max", epochs=1, random_state=0).fit(X)
    assert conv.code_shape_ == (4, 4, 8)
    assert conv.transform(X).shape == (12, 128)
    feature_map = conv.encoder_.get_layer("encoder_2_pool").output
    assert feature_map.shape[1:] == (4, 4, 8)


def test_layouts_agree_and_come_back():
    X = images(20, 6, 6)
    by_layout = {}
    for layout in ((6, 6), (6, 6, 1), (36,)):
        x = X.reshape(20, *layout)
        conv = ConvAutoencoder(**FAST).fit(x)
        by_layout[layout] = conv.transform(x)
        assert conv.image_shape_ == (6, 6, 1) and conv.n_features_in_ == 36
        assert conv.reconstruct(x).shape == x.shape
        assert conv.inverse_transform(conv.transform(x)).shape == x.shape
        # Another layout of the same images is understood, and comes back as it was.
        for other in ((6, 6), (6, 6, 1), (36,)):
            assert conv.reconstruct(X.reshape(20, *other)).shape == (20, *other)
    for codes in by_layout.values():
        np.testing.assert_array_equal(codes, by_layout[(6, 6)])


def test_colour_images_flat_and_not():
    X = images(20, 6, 4, 3)
    conv = ConvAutoencoder(**FAST).fit(X)
    flat = ConvAutoencoder(image_shape=(6, 4, 3), **FAST).fit(X.reshape(20, -1))
    np.testing.assert_array_equal(flat.transform(X.reshape(20, -1)), conv.transform(X))
    left = ConvAutoencoder(image_shape=(6, -1, 3), **FAST).fit(X.reshape(20, -1))
    assert left.image_shape_ == (6, 4, 3)


def test_dense_code():
    X = images(20)
    conv = ConvAutoencoder(5, **FAST).fit(X)
    assert conv.transform(X).shape == (20, 5) and conv.code_shape_ == (5,)
    assert conv.get_feature_names_out()[0] == "convautoencoder0"


@pytest.mark.parametrize("channels", [None, 3])
def test_pca_is_a_candidate(channels):
    X = images(60, 6, 5, channels)
    # Training begins elsewhere, and a useless one finds nothing better.
    conv = ConvAutoencoder(4, epochs=1, learning_rate=1e-12, random_state=0).fit(X)
    flat = X.reshape(len(X), -1)
    pca = PCA(4).fit(flat)
    expected = pca.inverse_transform(pca.transform(flat)).reshape(X.shape)
    np.testing.assert_allclose(conv.reconstruct(X), expected, atol=1e-4)
    later = conv.set_params(learning_rate=1e-3, epochs=2, warm_start=True).fit(X)
    assert later.score(X) >= conv.score(X) - 1e-3


def test_training_begins_at_a_random_network():
    X = images(60, 6, 5)
    conv = ConvAutoencoder(
        4, epochs=1, learning_rate=1e-12, early_stopping=False, random_state=0
    ).fit(X)
    # The last weights are kept, and these are those of the beginning.
    weights = conv.autoencoder_.get_layer("decoder").get_layer("linear_decoder").kernel
    np.testing.assert_allclose(weights, 0, atol=1e-6)
    assert conv.score(X) < 0.05


@pytest.mark.parametrize(
    ("size", "k", "filters"),
    [
        ((8, 8), 2, [32, 64]),
        ((28, 28), 2, [32, 64]),
        ((33, 20), 2, [16, 32, 64]),
        ((64, 64), 2, [16, 32, 64]),
        ((1, 1000), 2, [16, 16, 16, 32, 64]),
        ((28, 28), None, [16, 8, 8]),
    ],
)
def test_filters_follow_the_size_of_the_image(size, k, filters):
    architecture = LinearPathConv(
        {"data": Field((*size, 1), "float32")}, encoding_dim=k, filters="auto"
    )
    assert architecture.n_filters == filters


def test_it_learns():
    rng = np.random.default_rng(0)
    where = rng.integers(1, 7, size=(300, 2))
    X = np.zeros((300, 8, 8), dtype=np.float32)
    X[np.arange(300), where[:, 0], where[:, 1]] = 1
    conv = ConvAutoencoder(
        8, filters=(16,), epochs=80, batch_size=32, learning_rate=0.01, random_state=0
    )
    assert conv.fit(X).score(X) > 0.5


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_upsample_conv_is_upsampling_and_convolution(size):
    import keras

    from skae.layers import UpsampleConv2D

    x = images(3, 5, 4, 2, seed=1)
    layer = UpsampleConv2D(3, size, activation="tanh")
    found = np.asarray(layer(x))
    conv = keras.layers.Conv2D(3, size, padding="same", activation="tanh")
    large = keras.layers.UpSampling2D(2)(x)
    conv.build(large.shape)
    conv.set_weights([layer.kernel, layer.bias + 0.0])
    np.testing.assert_allclose(found, conv(large), atol=1e-5)
    twin = UpsampleConv2D.from_config(layer.get_config())
    assert twin.compute_output_shape(x.shape) == found.shape


def test_channels_that_come_first_are_named():
    X = np.random.default_rng(0).uniform(size=(20, 3, 8, 9)).astype(np.float32)
    for method in ("fit", "partial_fit"):
        model = make(ConvAutoencoder, image_shape=None)
        with pytest.warns(UserWarning, match=r"3 x 8 x 9: height, width") as caught:
            getattr(model, method)(X)
        assert caught[0].filename == __file__
        assert "np.moveaxis(X, 1, -1)" in str(caught[0].message)
    for shape in ((3, 8, 9), [3, -1, 9]):  # says that it is meant
        make(ConvAutoencoder, image_shape=shape).fit(X)
    model.fit(np.moveaxis(X, 1, -1))
    assert model.image_shape_ == (8, 9, 3)
    with pytest.raises(ValueError, match=r"np.moveaxis\(X, 1, -1\)"):
        make(ConvAutoencoder, image_shape=(8, 9, 3)).fit(X)


def test_mistakes_are_explained():
    X = images(10, 8, 8)
    flat = X.reshape(10, -1)
    for parameters, data, message in (
        ({"image_shape": (8, 9)}, flat, r"image_shape=\(8, 9\) does not fit X with 64"),
        ({"image_shape": (5, -1)}, flat, "a multiple of 5 values"),
        ({"image_shape": (8,)}, flat, r"must be \(height, width\)"),
        ({"image_shape": (-1, -1)}, flat, "at most one -1"),
        ({"image_shape": (4, 16)}, X, "does not agree with X of shape"),
        ({"encoding_dim": 9}, X, r"encoding_dim=9 is larger .* 2 x 2 x 2 = 8 values"),
        ({"filters": ()}, X, "filters must be"),
        ({"filters": (3, 0)}, X, "filters must be"),
        ({"activation": "rilu"}, X, "unknown to Keras"),
        ({"pooling": "median"}, X, "'pooling' parameter"),
        ({"upsampling": "bilinear"}, X, "'upsampling' parameter"),
        ({}, X[None, ..., None], "Images are of shape"),
        ({}, X[:, :0], "images without pixels"),
    ):
        with pytest.raises(ValueError, match=message):
            ConvAutoencoder(**{**FAST, **parameters}).fit(data)
    conv = ConvAutoencoder(**FAST).fit(X)
    with pytest.raises(ValueError, match="images of 8 x 7 x 1, but .* 8 x 8 x 1"):
        conv.transform(X[..., :-1])
    with pytest.raises(ValueError, match="expecting 64 features"):
        conv.transform(flat[:, :-1])
    with pytest.warns(UserWarning, match="strips of 1 x 10 pixels"):
        strips = ConvAutoencoder(**FAST).fit(flat[:, :10])
    assert strips.image_shape_ == (1, 10, 1)


def test_variational_images():
    X = images(40)
    vae = ConvVariationalAutoencoder(2, filters=(8,), likelihood="bernoulli", epochs=3)
    vae.set_params(random_state=0, beta=0.01).fit(X)
    assert vae.sample(3, random_state=0).shape == (3, 8, 8)
    assert vae.score_samples(X).shape == (40,)
    assert vae.code_shape_ == (2,)
