"""What is drawn: numbers of images, data of the artists, labels; and the ugly cases."""

import matplotlib
import numpy as np
import pandas as pd
import pytest
from discovery import make
from families.adversarial import AdversarialAutoencoder
from families.neighbours import NeighbourAutoencoder
from matplotlib import pyplot as plt
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from skae import (
    Autoencoder,
    AutoencoderOutlierDetector,
    ConvAutoencoder,
    DenoisingAutoencoder,
    RecurrentAutoencoder,
    SparseAutoencoder,
    StackedAutoencoder,
    TableAutoencoder,
    VariationalAutoencoder,
)
from skae.datasets import load_digits
from skae.plotting import (
    ActivationDisplay,
    CodeDisplay,
    ColumnDisplay,
    InterpolationDisplay,
    LatentSpaceDisplay,
    LossCurveDisplay,
    ManifoldDisplay,
    OutlierDisplay,
    ReconstructionDisplay,
    explore,
)

SMALL = {"hidden_layer_sizes": (16,), "epochs": 2, "batch_size": 64, "random_state": 0}


@pytest.fixture(autouse=True)
def agg():
    """No window, and nothing left open."""
    matplotlib.use("Agg")
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def digits():
    data = load_digits()
    return data.X_train[:300], data.y_train[:300]


@pytest.fixture(scope="module")
def plane(digits):
    return Autoencoder(2, **SMALL).fit(digits[0])


@pytest.fixture(scope="module")
def variational(digits):
    return VariationalAutoencoder(2, **SMALL).fit(digits[0])


def test_originals_over_reconstructions(plane, digits):
    X = digits[0][:5]
    display = ReconstructionDisplay.from_estimator(plane, X)
    drawn = display.image_.get_array()
    assert drawn.shape == (2 * 9 - 1, 5 * 9 - 1)
    np.testing.assert_allclose(drawn[:8, 9:17], X[1].reshape(8, 8))
    found = plane.reconstruct(X)[1].reshape(8, 8)
    np.testing.assert_allclose(drawn[9:, 9:17], found, rtol=1e-6)
    assert np.ma.getmaskarray(np.ma.masked_invalid(drawn))[:, 8].all()  # the gap
    labels = [text.get_text() for text in display.ax_.get_yticklabels()]
    assert labels == ["original", "reconstruction"]


def test_a_denoiser_has_a_third_row(digits):
    X = digits[0]
    noisy = X + 0.2
    model = DenoisingAutoencoder(4, **SMALL).fit(X)
    display = ReconstructionDisplay.from_estimator(model, X[:1], X_noisy=noisy[:1])
    drawn = display.image_.get_array()
    assert drawn.shape == (3 * 9 - 1, 8)
    np.testing.assert_allclose(drawn[:8], noisy[0].reshape(8, 8))
    np.testing.assert_allclose(drawn[-8:].ravel(), model.reconstruct(noisy[:1])[0])


def test_images_in_colour(digits):
    images = np.repeat(digits[0].reshape(-1, 8, 8, 1), 3, axis=3)
    model = ConvAutoencoder(2, filters=(4,), epochs=1, random_state=0).fit(images)
    display = ReconstructionDisplay.from_estimator(model, images[:2])
    drawn = display.image_.get_array()
    assert drawn.shape == (17, 17, 4) and drawn.min() >= 0 and drawn.max() <= 1
    assert not drawn[:, 8, 3].any()  # the gap is transparent


def test_sequences_are_curves(digits):
    sequences = [row[: 20 + i, None] for i, row in enumerate(digits[0][:10])]
    model = RecurrentAutoencoder(2, epochs=1, random_state=0).fit(sequences)
    display = ReconstructionDisplay.from_estimator(model, sequences[:3])
    assert len(display.lines_) == 6
    np.testing.assert_array_equal(display.lines_[2].get_ydata(), sequences[1][:, 0])
    assert display.lines_[2].get_xdata()[0] >= 20  # after the first one


def test_tables_are_bars():
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 3)), columns=list("abc"))
    X["c"] = 1.0
    model = Autoencoder(1, **SMALL).fit(X)
    display = ReconstructionDisplay.from_estimator(model, X)
    error = np.sqrt(np.mean((X - model.reconstruct(X)) ** 2, axis=0))
    expected = error / [*X.std(ddof=0)[:2], 1]
    heights = [bar.get_height() for bar in display.bars_]
    np.testing.assert_allclose(heights, expected, rtol=1e-4)
    assert [t.get_text() for t in display.ax_.get_xticklabels()] == list("abc")


def test_codes_as_images(plane, digits):
    conv = ConvAutoencoder(filters=(4, 2), epochs=1, random_state=0).fit(digits[0])
    drawn = CodeDisplay.from_estimator(conv, digits[0][:3]).image_.get_array()
    code = conv.transform(digits[0][:3])[1].reshape(conv.code_shape_)
    np.testing.assert_allclose(drawn[:2, 3:5], code[..., 0])
    np.testing.assert_allclose(drawn[3:, 3:5], code[..., 1])
    assert not np.isfinite(drawn[2]).any()  # between the channels
    drawn = CodeDisplay(np.arange(10.0).reshape(2, 5)).plot().image_.get_array()
    assert drawn.shape == (2, 7) and drawn[1, 5] == 9 and not np.isfinite(drawn[1, 6])


def test_latent_space_of_two_dimensions(plane, digits):
    X, y = digits
    display = LatentSpaceDisplay.from_estimator(plane, X, y)
    assert list(display.scatters_) == list(range(10))
    codes = plane.transform(X)[y == 3]
    np.testing.assert_allclose(display.scatters_[3].get_offsets(), codes, rtol=1e-6)
    assert display.ax_.get_xlabel() == "code 0"
    assert len(display.ax_.get_legend().get_texts()) == 10


def test_thumbnails_are_at_their_places_and_none_covers_another(plane, digits):
    X, y = digits
    display = LatentSpaceDisplay.from_estimator(plane, X, y, thumbnails=True)
    assert 5 < len(display.thumbnails_) < len(X)
    boxes = []
    for row, image in display.thumbnails_.items():
        np.testing.assert_allclose(image.get_array(), X[row].reshape(8, 8))
        left, right, low, high = image.get_extent()
        middle = [(left + right) / 2, (low + high) / 2]
        np.testing.assert_allclose(middle, display.points[row], rtol=1e-5)
        boxes.append((left, right, low, high))
    for i, (left, right, low, high) in enumerate(boxes):
        for other in boxes[:i]:
            beside = left >= other[1] or right <= other[0]
            assert beside or low >= other[3] or high <= other[2]
    # Every row without an image is covered by one, or would cover one.
    assert not LatentSpaceDisplay.from_estimator(plane, X, y).thumbnails_


def test_thumbnails_in_colour_and_of_no_image(plane, digits):
    points = np.array([[0.0, 0.0], [1.0, 1.0], [np.nan, 1.0]])
    images = np.random.default_rng(0).random((3, 4, 5, 3))
    display = LatentSpaceDisplay(points, images=images).plot()
    assert set(display.thumbnails_) == {0, 1}
    assert display.thumbnails_[0].get_array().shape == (4, 5, 4)
    X, _ = digits
    flat = Autoencoder(2, **SMALL).fit(X[:, :50])
    with pytest.raises(ValueError, match="Say with image_shape which shape"):
        LatentSpaceDisplay.from_estimator(flat, X[:, :50], thumbnails=True)
    shaped = LatentSpaceDisplay.from_estimator(
        flat, X[:, :50], thumbnails=True, image_shape=(5, 10)
    )
    assert shaped.thumbnails_


@pytest.mark.parametrize("embed", ["tsne", "pca"])
def test_wider_codes_are_embedded(digits, embed):
    X, y = digits[0][:40], digits[1][:40] % 3
    model = Autoencoder(5, **SMALL).fit(X)
    display = LatentSpaceDisplay.from_estimator(
        model, X, y, embed=embed, random_state=0
    )
    assert display.points.shape == (40, 2) and len(display.scatters_) == 3
    assert display.ax_.get_xlabel() == ""  # these axes mean nothing
    with pytest.raises(ValueError, match="5 dimensions.*embed='tsne'"):
        LatentSpaceDisplay.from_estimator(model, X)
    with pytest.raises(ValueError, match="embed must be 'tsne', 'pca' or None"):
        LatentSpaceDisplay.from_estimator(model, X, embed="umap")


def test_codes_of_one_dimension_are_strips(digits):
    X, y = digits
    model = Autoencoder(1, **SMALL).fit(X)
    display = LatentSpaceDisplay.from_estimator(model, X, y)
    assert set(display.scatters_[4].get_offsets()[:, 1]) == {4}
    alone = LatentSpaceDisplay.from_estimator(model, X[:1])
    assert alone.scatters_[None].get_offsets().shape == (1, 2)


def test_manifold_over_quantiles_of_the_prior(variational):
    display = ManifoldDisplay.from_estimator(variational, n=3)
    z = 1.6448536  # the quantile of .95
    corner = variational.inverse_transform([[-z, z]])  # left, up
    np.testing.assert_allclose(display.decoded[0, 0], corner[0], atol=1e-5)
    middle = variational.inverse_transform([[0.0, 0.0]])
    np.testing.assert_allclose(display.decoded[1, 1], middle[0], atol=1e-5)
    assert display.image_.get_array().shape == (26, 26)


def test_manifold_over_quantiles_of_codes(plane, digits):
    X = digits[0]
    display = ManifoldDisplay.from_estimator(plane, X, n=2)
    low, high = np.quantile(plane.transform(X), [0.05, 0.95], axis=0)
    expected = plane.inverse_transform([[high[0], low[1]]])  # right, down
    np.testing.assert_allclose(display.decoded[1, 1], expected[0], atol=1e-5)
    with pytest.raises(ValueError, match="no prior.*give X"):
        ManifoldDisplay.from_estimator(plane)
    with pytest.raises(ValueError, match="3 dimensions"):
        ManifoldDisplay.from_estimator(Autoencoder(3, **SMALL).fit(X), X)
    line = Autoencoder(1, **SMALL).fit(X)
    assert ManifoldDisplay.from_estimator(line, X, n=4).decoded.shape == (1, 4, 64)


def test_interpolation_ends_at_the_reconstructions(plane, digits):
    X = digits[0][:2]
    display = InterpolationDisplay.from_estimator(plane, X, n_steps=4)
    ends = plane.reconstruct(X)
    np.testing.assert_allclose(display.decoded[0, [0, -1]], ends, atol=1e-5)
    assert display.image_.get_array().shape == (8, 4 * 9 - 1)
    with pytest.raises(ValueError, match="two rows.*got 3"):
        InterpolationDisplay.from_estimator(plane, digits[0][:3])
    with pytest.raises(ValueError, match="n_steps"):
        InterpolationDisplay.from_estimator(plane, X, n_steps=1)


def test_series_are_drawn_as_curves():
    X = np.random.default_rng(0).normal(size=(40, 7))
    model = Autoencoder(2, **SMALL).fit(X)
    display = InterpolationDisplay.from_estimator(model, X[:2], n_steps=3)
    assert len(display.lines_) == 3
    np.testing.assert_allclose(display.lines_[1].get_ydata(), display.decoded[0, 1])


def test_loss_curves(plane, variational, digits):
    display = LossCurveDisplay.from_estimator(plane)
    assert set(display.lines_) == {"loss", "val_loss"}
    line = display.lines_["val_loss"]
    np.testing.assert_array_equal(line.get_ydata(), plane.history_["val_loss"])
    np.testing.assert_array_equal(line.get_xdata(), [1, 2])
    assert line.get_label() == "validation loss"
    parts = LossCurveDisplay.from_estimator(variational).lines_
    assert {"loss", "reconstruction_loss", "kl", "val_kl"} <= set(parts)
    stacked = StackedAutoencoder(2, hidden_layer_sizes=(8,), epochs=2, random_state=0)
    stacked.set_params(fine_tune_epochs=2)
    layers = LossCurveDisplay.from_estimator(stacked.fit(digits[0]))
    assert {"layer 1", "layer 2"} <= set(layers.lines_)


def test_activations(digits):
    model = SparseAutoencoder(8, epochs=2, random_state=0).fit(digits[0])
    display = ActivationDisplay.from_estimator(model, digits[0], bins=5)
    codes = model.transform(digits[0])
    count, _ = np.histogram(codes, 5)
    heights = [bar.get_height() for bar in display.activations_]
    np.testing.assert_allclose(heights, count / codes.size)
    assert sum(bar.get_height() for bar in display.means_) == pytest.approx(1)


def test_displays_keep_to_the_axes_they_are_given(plane, digits):
    X = digits[0][:2]
    figure = matplotlib.figure.Figure()
    before = plt.get_fignums()
    for draw in (
        lambda ax: ReconstructionDisplay.from_estimator(plane, X, ax=ax),
        lambda ax: CodeDisplay.from_estimator(plane, X, ax=ax),
        lambda ax: LatentSpaceDisplay.from_estimator(plane, X, ax=ax),
        lambda ax: ManifoldDisplay.from_estimator(plane, X, ax=ax),
        lambda ax: InterpolationDisplay.from_estimator(plane, X, ax=ax),
        lambda ax: LossCurveDisplay.from_estimator(plane, ax=ax),
        lambda ax: ActivationDisplay.from_estimator(plane, X, ax=ax),
    ):
        ax = figure.add_subplot()
        display = draw(ax)
        assert display.ax_ is ax and display.figure_ is figure
        again = display.plot()
        assert again is display and display.ax_ is not ax
        plt.close(display.figure_)
    assert plt.get_fignums() == before


def test_errors(plane, digits):
    with pytest.raises(NotFittedError):
        ReconstructionDisplay.from_estimator(Autoencoder(), digits[0])
    with pytest.raises(ValueError, match=r"image_shape=\(3, 3\) has 9 values.*64"):
        ReconstructionDisplay.from_estimator(plane, digits[0], image_shape=(3, 3))


def test_pipelines_and_searches_are_drawn_like_their_autoencoder(digits):
    X, y = digits[0] * 16, digits[1]
    pipeline = make_pipeline(MinMaxScaler(), Autoencoder(2, **SMALL))
    search = GridSearchCV(pipeline, {"autoencoder__l2": [0.0]}, cv=2).fit(X)
    fitted = search.best_estimator_
    for estimator in (fitted, search):
        found = ReconstructionDisplay.from_estimator(estimator, X[:3]).reconstructions
        expected = fitted.inverse_transform(fitted.transform(X[:3]))
        np.testing.assert_allclose(found, expected)
        lines = LossCurveDisplay.from_estimator(estimator).lines_
        assert len(lines["loss"].get_ydata()) == 2
        assert LatentSpaceDisplay.from_estimator(estimator, X, y).points.shape[1] == 2
        assert ManifoldDisplay.from_estimator(estimator, X, n=2).decoded.max() > 2


def test_new_figures_have_no_empty_paper_around_images(plane, digits):
    X = digits[0]
    wide = ReconstructionDisplay.from_estimator(plane, X[:10]).figure_
    tall = ReconstructionDisplay.from_estimator(plane, X[:1]).figure_
    for figure, expected in ((wide, 2 * 9 / (10 * 9)), (tall, 1)):
        width, height = figure.get_size_inches()
        assert height / width == pytest.approx(expected, abs=0.05)


def test_two_channels_are_grey_and_three_are_colours(digits):
    for n_channels, drawn_channels in ((2, 0), (3, 4)):
        images = np.repeat(digits[0][:40].reshape(-1, 8, 8, 1), n_channels, axis=3)
        model = ConvAutoencoder(2, filters=(4,), epochs=1, random_state=0).fit(images)
        display = ReconstructionDisplay.from_estimator(model, images[:2])
        drawn = display.image_.get_array()
        assert drawn.shape[2:] == ((drawn_channels,) if drawn_channels else ())


def test_fifty_classes_have_a_colour_bar(plane, digits):
    X = digits[0]
    display = LatentSpaceDisplay.from_estimator(plane, X, np.arange(len(X)) % 50)
    assert display.ax_.get_legend() is None and len(display.figure_.axes) == 2
    labels = [t.get_text() for t in display.figure_.axes[1].get_yticklabels()]
    assert labels == ["0", "49"]
    display.figure_.canvas.draw()  # a layout that does not fit is a warning


def test_the_feature_that_varies_most_is_drawn(digits):
    sequences = digits[0][:30].reshape(-1, 8, 8)  # the border pixels are zero
    model = RecurrentAutoencoder(2, epochs=1, random_state=0).fit(sequences)
    noisy = sequences[:2] + 0.1
    display = ReconstructionDisplay.from_estimator(model, sequences[:2], X_noisy=noisy)
    feature = int(np.argmax(sequences[:2].reshape(-1, 8).var(axis=0)))
    assert display.ax_.get_ylabel() == f"value of feature {feature}"
    assert len(display.lines_) == 6
    drawn = [line.get_ydata() for line in display.lines_[:2]]
    np.testing.assert_allclose(drawn[0], noisy[0, :, feature])
    np.testing.assert_allclose(drawn[1], sequences[0, :, feature])
    names = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert names == ["noisy", "original", "reconstruction"]
    with pytest.raises(ValueError, match="X is a list of sequences"):
        ReconstructionDisplay.from_estimator(
            model, list(sequences[:2]), image_shape=(8, 8)
        )


def test_columns_with_names_are_no_pixels(digits):
    frame = pd.DataFrame(digits[0], columns=[f"pixel {i}" for i in range(64)])
    model = Autoencoder(2, **SMALL).fit(frame)
    assert len(ReconstructionDisplay.from_estimator(model, frame).bars_) == 64
    asked = ReconstructionDisplay.from_estimator(model, frame[:2], image_shape=(8, 8))
    assert asked.image_.get_array().shape == (17, 17)


def test_one_row_and_one_epoch_can_be_seen(digits):
    X = digits[0][:, :10]
    model = Autoencoder(2, **{**SMALL, "epochs": 1}).fit(X)
    assert LossCurveDisplay.from_estimator(model).lines_["loss"].get_marker() == "o"
    one = ReconstructionDisplay.from_estimator(model, X[:1])
    assert one.ax_.get_ylabel() == "error"
    wide = Autoencoder(3, **SMALL).fit(X)
    with pytest.raises(ValueError, match="two rows at least; got 1"):
        LatentSpaceDisplay.from_estimator(wide, X[:1], embed="pca")


def test_families_that_plotting_does_not_know(X):
    model = make(AdversarialAutoencoder).fit(X)
    # Its codes have a normal prior, so there is a grid without data.
    assert ManifoldDisplay.from_estimator(model, n=3).decoded.shape == (3, 3, 6)
    encoder = make(NeighbourAutoencoder).fit(X)
    assert len(LossCurveDisplay.from_estimator(encoder).lines_) > 1
    assert CodeDisplay.from_estimator(encoder, X[:3]).code_shape == (2,)


def test_outliers_of_a_table_are_bars_or_a_mosaic():
    rng = np.random.default_rng(0)
    t = rng.normal(size=(200, 1))
    X = np.hstack([t, 2 * t, -t, t]) + 0.1 * rng.normal(size=(200, 4))
    frame = pd.DataFrame(X, columns=["a", "b", "c", "dd"])
    detector = make_pipeline(
        StandardScaler(), AutoencoderOutlierDetector(Autoencoder(1), random_state=0)
    ).fit(frame)
    odd = frame.iloc[:2].copy()
    odd.iloc[0, 2] += 3.0
    bars = OutlierDisplay.from_estimator(detector, odd[:1], n_features=2)
    assert bars.features_[0] == 2 and len(bars.bars_) == 2
    assert bars.ax_.get_yticklabels()[0].get_text() == "c"
    residuals = detector[-1].explain(detector[:-1].transform(odd))
    assert bars.bars_[0].get_width() == pytest.approx(residuals[0, 2])
    assert bars.ax_.get_title() == "row 0"
    odd.index = ["Ada", "Bob"]
    several = OutlierDisplay.from_estimator(detector, odd)
    assert [t.get_text() for t in several.ax_.get_yticklabels()] == ["Ada", "Bob"]
    np.testing.assert_allclose(several.image_.get_array(), residuals)
    assert [t.get_text() for t in several.ax_.get_xticklabels()] == list(odd.columns)


def test_outliers_among_images_and_sequences(digits):
    X = digits[0][:40]
    flat = AutoencoderOutlierDetector(Autoencoder(3, **SMALL)).fit(X)
    display = OutlierDisplay.from_estimator(flat, X[:3], image_shape=(8, 8))
    drawn = display.image_.get_array()
    np.testing.assert_allclose(drawn[:, 9:17], flat.explain(X[1:2]).reshape(8, 8))
    sequences = [row[: 20 + i, None] for i, row in enumerate(X)]
    recurrent = RecurrentAutoencoder(2, epochs=1, random_state=0)
    detector = AutoencoderOutlierDetector(recurrent).fit(sequences)
    lines = OutlierDisplay.from_estimator(detector, sequences[:2]).lines_
    assert [len(line.get_ydata()) for line in lines] == [20, 21]
    expected = detector.explain(sequences[1:2])[0][:, 0]
    np.testing.assert_allclose(lines[1].get_ydata(), expected, rtol=1e-4)


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": rng.normal(40, 9, 120),
            "kind": rng.choice(["a", "b", None], 120),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(120), "D"),
            "same": 1,
        }
    )


def test_columns_are_drawn_beside_their_reconstructions(people):
    model = TableAutoencoder(2, **SMALL).fit(people)
    display = ColumnDisplay.from_estimator(model, people)
    assert display.columns_ == ["age", "kind", "day"]
    heights = [bar.get_height() for bar in display.axes_["kind"].patches]
    shares = people["kind"].value_counts(normalize=True)
    assert heights[:2] == pytest.approx(list(shares))
    assert sum(heights[2:]) == pytest.approx(1)
    drawn = [patch.get_path().get_extents() for patch in display.axes_["age"].patches]
    assert drawn[0].x0 == pytest.approx(people["age"].min(), abs=1)
    assert len(drawn) == 2
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == [
        "real",
        "reconstructed",
    ]


def test_columns_are_compared_where_they_are_known():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"deck": ["F"] * 10 + ["A"] * 20 + [None] * 90})
    frame["code"], frame["x"] = rng.integers(0, 3, 120), rng.normal(size=120)
    model = TableAutoencoder(2, categorical_features=["code"], **SMALL).fit(frame)
    found = model.reconstruct(frame)["deck"][:30]
    display = ColumnDisplay.from_estimator(model, frame)
    heights = [bar.get_height() for bar in display.axes_["deck"].patches]
    assert heights[2:] == pytest.approx([(found == k).mean() for k in ("A", "F")])
    assert len(display.axes_["code"].patches) == 6  # shares of levels, no histogram
    display = ColumnDisplay.from_tables(frame, frame, kinds={"code": "category"})
    assert len(display.axes_["code"].patches) == 6


def test_columns_of_two_tables(people):
    made_up = people.sample(50, random_state=0, replace=True)
    display = ColumnDisplay.from_tables(
        people, made_up, columns=["day", "kind"], labels=("then", "now")
    )
    assert list(display.axes_) == ["day", "kind"]
    bars = display.axes_["kind"].patches
    assert len(bars) == 4 and bars[0].get_x() < bars[2].get_x()
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert labels == ["then", "now"]
    with pytest.raises(ValueError, match="no column 'size'"):
        ColumnDisplay.from_tables(people, made_up, columns=["size"])
    X = np.random.default_rng(0).normal(size=(30, 14))
    model = TableAutoencoder(2, **SMALL).fit(X)
    assert len(ColumnDisplay.from_estimator(model, X).columns_) == 12
    named = ColumnDisplay.from_estimator(model, X, columns=range(14))
    assert named.columns_ == list(range(14))  # whoever names them sees them all
    array = ColumnDisplay.from_tables(np.eye(5), np.eye(5))
    assert array.columns_ == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "draw",
    [
        ReconstructionDisplay.from_estimator,
        ManifoldDisplay.from_estimator,
        InterpolationDisplay.from_estimator,
        explore,
    ],
)
def test_tables_are_drawn_column_by_column(people, draw):
    model = TableAutoencoder(2, **SMALL).fit(people)
    with pytest.raises(ValueError, match="ColumnDisplay draws the columns"):
        draw(model, people)


def test_a_pipeline_that_goes_on_from_the_codes(digits):
    X, y = digits[0][:100], digits[1][:100]
    encoder = Autoencoder(2, hidden_layer_sizes=(), epochs=1, random_state=0)
    pipeline = make_pipeline(encoder, RidgeClassifier()).fit(X, y)
    for display in (ActivationDisplay, CodeDisplay, ReconstructionDisplay):
        display.from_estimator(pipeline, X[:10])
    found = LatentSpaceDisplay.from_estimator(pipeline, X, y)
    np.testing.assert_array_equal(found.points, pipeline[0].transform(X))
