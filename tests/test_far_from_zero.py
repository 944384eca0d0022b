"""Data far from zero, in any unit; arrays with masks and of dates."""

import datetime

import numpy as np
import pytest
from discovery import estimator_classes, make
from scipy import sparse
from sklearn.base import clone

import skae
from skae import (
    Autoencoder,
    AutoencoderDensity,
    AutoencoderImputer,
    AutoencoderOutlierDetector,
    BaseAutoencoder,
    ConvAutoencoder,
    DenoisingAutoencoder,
    EncoderClassifier,
    EncoderRegressor,
    NeighborAutoencoder,
    PrefixSearchCV,
    RecurrentAutoencoder,
    TableAutoencoder,
    VariationalAutoencoder,
    metrics,
)
from skae.data import Rows, find_units
from skae.data._units import minus
from skae.testing._settings import bent_surface

X = np.rint(bent_surface().astype(np.float64) * 2**10) / 2**10
TINY = {"epochs": 2, "hidden_layer_sizes": (4,), "batch_size": 16, "random_state": 0}
OFFSETS = [1e6, 1e9, 1e12]


def tiny(**settings):
    return Autoencoder(2, **{**TINY, **settings})


def close(found, expected):
    scale = max(1e-30, float(np.ptp(expected)))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * scale)


def judged(estimator, offset, y=None):
    """What an estimator makes of the rows, and of others near them."""
    estimator.fit(X + offset, *([] if y is None else [y]))
    found = [np.zeros(1)]
    for name in ("decision_function", "score_samples", "transform", "predict_proba"):
        if hasattr(estimator, name):
            found.append(getattr(estimator, name)(X + offset))
            found.append(getattr(estimator, name)(X[::2] + 0.25 + offset))
    if hasattr(estimator, "explain"):
        found.append(estimator.explain(X + offset))
    if hasattr(estimator, "sample") and offset < 1e12:  # float64 has no room beside
        found.append(estimator.sample(5, random_state=0) - offset)
    return found


LABELS = np.where(np.arange(60) < 30, np.arange(60) % 2, -1)
AROUND = {
    "detector": (lambda: AutoencoderOutlierDetector(tiny(), random_state=0), None),
    "novelty": (
        lambda: AutoencoderOutlierDetector(tiny(), novelty=True, random_state=0),
        None,
    ),
    "errors": (
        lambda: AutoencoderOutlierDetector(tiny(), criterion="reconstruction"),
        None,
    ),
    "density": (lambda: AutoencoderDensity(tiny(), random_state=0), None),
    "classifier": (
        lambda: EncoderClassifier(
            tiny(), n_rounds=1, fine_tune_epochs=2, random_state=0
        ),
        LABELS,
    ),
    "search": (lambda: PrefixSearchCV(tiny(), cv=2), None),
}


@pytest.mark.parametrize("name", AROUND)
def test_what_stands_around_an_autoencoder(name):
    build, y = AROUND[name]
    expected = judged(build(), 0.0, y)
    for offset in OFFSETS:
        found = judged(build(), offset, y)
        for one, before in zip(found, expected, strict=False):
            close(one, before)


@pytest.mark.parametrize("name", ["detector", "novelty", "density"])
def test_units_around_an_autoencoder(name):
    build, _ = AROUND[name]
    expected = build().fit(X)
    for unit in (1e-50, 2.0**-20, 2.0**20, 1e300):
        found = build().fit(X * unit)
        if name == "density":
            sampled = found.sample(5, random_state=0) / unit
            close(sampled, expected.sample(5, random_state=0))
        else:
            close(found.score_samples(X * unit), expected.score_samples(X))
            close(found.explain(X * unit), expected.explain(X))


@pytest.mark.parametrize("offset", [2460310.5, 1e9, 1e12])
def test_targets_far_from_zero(offset):
    """Predictions differ as the targets do, and are as good."""
    y = X[:, 0].copy()
    y[40:] = np.nan

    def fitted(y):
        settings = {"fine_tune_epochs": 2, "random_state": 0}
        return EncoderRegressor(tiny(), **settings).fit(X, y)

    expected, found = fitted(y), fitted(y + offset)
    assert found.predict(X).dtype == np.float64
    # float64 holds the sum of both to so much.
    rounding = offset * 1e-15
    np.testing.assert_allclose(
        found.predict(X) - offset, expected.predict(X), atol=1e-5 + rounding
    )
    score, before = found.score(X, X[:, 0] + offset), expected.score(X, X[:, 0])
    assert abs(score - before) < 1e-5 + 10 * rounding


@pytest.mark.parametrize("unit", [1e-200, 1e-50, 1e300])
def test_targets_in_any_unit(unit):
    settings = {"fine_tune_epochs": 1, "random_state": 0}
    expected = EncoderRegressor(tiny(), **settings).fit(X, X[:, 0]).predict(X)
    found = EncoderRegressor(tiny(), **settings).fit(X, X[:, 0] * unit).predict(X)
    close(found / unit, expected)


def test_integer_targets_beyond_float64():
    """Nanoseconds since 1970: the differences count."""
    y = np.rint(1000 * X[:, 0]).astype(np.int64)
    settings = {"fine_tune_epochs": 1, "random_state": 0}
    expected = EncoderRegressor(tiny(), **settings).fit(X, y)
    found = EncoderRegressor(tiny(), **settings).fit(X, y + 2**60)
    assert found.target_scale_ == pytest.approx(expected.target_scale_)
    codes = found.autoencoder_.transform(X)
    close(found.head_(codes), expected.head_(expected.autoencoder_.transform(X)))


def test_each_column_has_its_own_origin():
    """A unix time, a Julian date and a price beside numbers near zero."""
    offsets = np.array([1_700_000_000, 2460310.5, 0, 1e12, -3e8, 0])
    expected, found = tiny().fit(X), tiny().fit(X + offsets)
    assert np.abs(found._layout.units.origin - offsets).max() < 5
    assert found.score(X + offsets) == pytest.approx(expected.score(X), abs=1e-6)
    close(found.transform(X + offsets), expected.transform(X))
    # float64 has so much left beside 1e12.
    rows = found.reconstruct(X + offsets) - offsets
    np.testing.assert_allclose(rows, expected.reconstruct(X), atol=2e-4)


def test_constant_columns_far_from_zero():
    far = np.column_stack([X, np.full(60, 1e9), np.full(60, 1 / 3 + 1e7)])
    near = far - np.r_[np.zeros(6), far[0, 6:]]
    model = tiny().fit(far)
    close(model.transform(far), tiny().fit(near).transform(near))
    np.testing.assert_allclose(model.reconstruct(far)[:, 6:], far[:, 6:], atol=1e-2)


def test_ordinary_data_are_served_as_they_are():
    """Counts, indicators, years after scaling: nothing is moved."""
    rng = np.random.default_rng(0)
    rare = np.ones((50000, 2))
    rare[::40000] = 0
    for data in (
        X,
        100 * X + 50,
        rng.poisson(3.0, (200, 5)),
        rng.integers(0, 256, (100, 64)).astype(np.uint8),
        rare,
        np.where(rng.random((300, 4)) < 0.02, 1e7, 0.0),
        sparse.random_array((200, 50), density=0.02, rng=rng, format="csr"),
        np.full((1, 3), 500.0),
        np.arange(6.0).reshape(2, 3),
        np.zeros((5, 3)),
    ):
        assert find_units(Rows(data, "test")) is None
    assert tiny().fit(X).reconstruct(X).dtype == np.float32


def test_a_sorted_memory_map_far_from_zero(tmp_path):
    """What the first rows look like does not matter."""
    t = np.sort(np.random.default_rng(0).uniform(0, 1e6, 3000))
    data = np.column_stack([1.7e9 + t, 1.7e9 + t + 1000 * np.sin(t)])
    path = tmp_path / "X.dat"
    mapped = np.memmap(path, np.float64, "w+", shape=data.shape)
    mapped[:] = data
    units = find_units(Rows(mapped, "test"))
    np.testing.assert_array_equal(units.origin, [1.7e9, 1.7e9])
    wide = np.column_stack([np.r_[np.full(1500, 1e9), np.zeros(1500)], t])
    assert find_units(Rows(wide, "test")) is None


def test_sparse_columns_far_from_zero():
    """Wide sparse data with one full column: PCA must not see its distance from 0."""
    rng = np.random.default_rng(0)
    data = sparse.random_array((60, 3000), density=0.01, rng=rng, format="lil")
    data[:, [0]] = X[:, :1]
    near = sparse.csr_array(data)
    data[:, [0]] = X[:, :1] + 1e9
    far = sparse.csr_array(data)
    settings = {**TINY, "epochs": 1, "hidden_layer_sizes": ()}
    expected = Autoencoder(2, **settings).fit(near)
    found = Autoencoder(2, **settings).fit(far)
    close(found.transform(far), expected.transform(near))
    assert found.score(far) == pytest.approx(expected.score(near), abs=1e-6)


def test_dask_blocks_far_from_zero():
    array = pytest.importorskip("dask.array")
    model, near = tiny().fit(X + 1e9), tiny().fit(X)
    blocks = array.from_array(X + 1e9, chunks=(20, 6))
    np.testing.assert_array_equal(model.transform(blocks).compute(), near.transform(X))
    rows = model.reconstruct(blocks)
    assert rows.dtype == np.float64
    close(rows.compute() - 1e9, near.reconstruct(X))


def test_sequences_far_from_zero():
    """Lists of arrays of many lengths, and one origin for all time steps."""
    lengths = [4, 5, 6] * 20
    series = [np.column_stack([x[:n], x[-n:]]) for x, n in zip(X, lengths, strict=True)]
    offset = np.array([1e9, -1e7])

    def fitted(series):
        return RecurrentAutoencoder(2, **TINY).fit(series)

    far = [x + offset for x in series]
    expected, found = fitted(series), fitted(far)
    close(found.transform(far), expected.transform(series))
    assert found.score(far) == pytest.approx(expected.score(series), abs=1e-6)
    before = expected.reconstruct(series)
    for x, other in zip(found.reconstruct(far), before, strict=True):
        close(x - offset, other)


def test_images_far_from_zero():
    images = X[:, :4].reshape(60, 2, 2)
    settings = {"filters": (4,), "epochs": 1, "batch_size": 16, "random_state": 0}
    expected = ConvAutoencoder(2, **settings).fit(images)
    found = ConvAutoencoder(2, **settings).fit(images + 1e9)
    close(found.transform(images + 1e9), expected.transform(images))
    close(found.reconstruct(images + 1e9) - 1e9, expected.reconstruct(images))


def test_validation_and_targets_far_from_zero():
    settings = {**TINY, "epochs": 3}

    def fitted(offset):
        model = DenoisingAutoencoder(2, **settings)
        noisy, val = X + 0.125 + offset, X[:20] + 0.25 + offset
        model.fit(noisy, target=X + offset, X_val=val, target_val=X[:20] + offset)
        return model.history_, model.transform(noisy)

    (history, codes), (near, expected) = fitted(1e9), fitted(0.0)
    assert history == near
    close(codes, expected)


def test_likelihoods_count_units_of_the_data():
    """A density of X in another unit differs by the volume of that unit."""
    model = VariationalAutoencoder(2, **TINY).fit(X)
    for unit in (2.0**20, 2.0**-200):
        found = VariationalAutoencoder(2, **TINY).fit(X * unit)
        shift = 6 * np.log(unit)
        close(found.score_samples(X * unit) + shift, model.score_samples(X))


def test_noise_is_in_units_of_the_data():
    settings = {**TINY, "noise_level": 0.5}
    expected = DenoisingAutoencoder(2, **settings).fit(X)
    unit = 2.0**-200
    settings["noise_level"] *= unit
    found = DenoisingAutoencoder(2, **settings).fit(X * unit)
    close(found.history_["loss"], expected.history_["loss"])


def test_cross_entropy_sees_data_as_they_are():
    high = 0.99 + X / 1000
    model = tiny(loss="binary_crossentropy").fit(high)
    assert model._layout.units is None and model.reconstruct(high).max() <= 1


def test_files_keep_the_origin(tmp_path):
    far = X + np.array([1e9, 0, 1e12, 0, 0, 5e7])
    for model in (tiny(), NeighborAutoencoder(**{**TINY, "epochs": 1})):
        model.fit(far)
        skae.save(model, tmp_path / "far.skae")
        again = skae.load(tmp_path / "far.skae")
        assert again._layout.units.origin.dtype == np.float64
        np.testing.assert_array_equal(again.transform(far), model.transform(far))
        np.testing.assert_array_equal(again.reconstruct(far), model.reconstruct(far))
    detector = AutoencoderOutlierDetector(tiny(), random_state=0).fit(far)
    skae.save(detector, tmp_path / "far.skae")
    again = skae.load(tmp_path / "far.skae")
    np.testing.assert_array_equal(again.score_samples(far), detector.score_samples(far))


def test_measures_far_from_zero():
    codes = X[:, :2].astype(np.float32)
    for measure in (metrics.trustworthiness, metrics.neighborhood_preservation):
        for data in (X + 1e9, X * 1e-200, X * 1e200):
            assert measure(data, codes) == measure(X, codes)
    for factor in (1e-200, 1e200):
        found = metrics.explained_variance(X * factor, 0.9 * X * factor)
        assert found == pytest.approx(metrics.explained_variance(X, 0.9 * X))


@pytest.mark.filterwarnings("ignore:PCA explains")
def test_report_far_from_zero():
    pytest.importorskip("pandas")
    columns = ["explained_variance", "neighborhood_preservation"]
    near = metrics.report(tiny().fit(X), X)[columns]
    far = metrics.report(tiny().fit(X + 1e9), X + 1e9)[columns]
    np.testing.assert_allclose(far, near, atol=1e-6)


def test_tables_far_from_zero():
    """An array of float64 comes back as such, where float32 would round it."""
    settings = {**TINY, "scaling": "standard"}
    model = TableAutoencoder(2, **settings).fit(X + 1e9)
    expected = TableAutoencoder(2, **settings).fit(X)
    found = model.reconstruct(X + 1e9)
    assert found.dtype == np.float64
    assert expected.reconstruct(X).dtype == np.float32
    close(found - 1e9, expected.reconstruct(X))


def test_differences_of_large_integers_are_exact():
    for dtype, origin in ((np.int64, -(2.0**62)), (np.uint64, 2.0**63 + 2.0**20)):
        values = np.array([int(origin) + i for i in (0, 1, 12345)], dtype)
        found = minus(values, np.array(origin))
        np.testing.assert_array_equal(found, [0, 1, 12345])
    wide = np.array([-(2**63), 2**63 - 1])
    np.testing.assert_array_equal(minus(wide, np.array(2.0**62)), wide - 2.0**62)


def test_a_value_beyond_float32_among_others_is_an_error():
    broken = X.copy()
    broken[7, 2] = 1e300
    with pytest.raises(ValueError, match="too large"):
        tiny().fit(broken)
    model = tiny().fit(X)
    with pytest.raises(ValueError, match="too large"):
        model.transform(broken)


def test_columns_that_vanish_beside_others_are_named():
    with pytest.warns(UserWarning, match="Feature 6 of X deviates by"):
        tiny().fit(np.column_stack([X, 1e-60 * X[:, 0]]))


def test_errors_whose_squares_are_no_numbers():
    model = tiny().fit(X * 1e300)
    with pytest.raises(ValueError, match="Scale X first"):
        model.reconstruction_error(X * 1e300)
    assert (tiny().fit(X * 1e-50).reconstruction_error(X * 1e-50) > 0).all()


@pytest.mark.parametrize("factor", [1e-200, 1e-30, 1e30, 1e200])
def test_weights_of_any_size(factor):
    """Only their proportions matter."""
    weight = np.linspace(0.5, 1.5, 60)
    expected = tiny().fit(X, sample_weight=weight)
    found = tiny().fit(X, sample_weight=weight * factor)
    close(found.transform(X), expected.transform(X))
    score = found.score(X, sample_weight=weight * factor)
    assert score == pytest.approx(expected.score(X, sample_weight=weight), abs=1e-5)


def masked(data, where=(3, 1)):
    mask = np.zeros(np.shape(data), bool)
    mask[where] = True
    return np.ma.MaskedArray(data, mask)


@pytest.mark.parametrize(
    "cls", [c for c in estimator_classes() if c is not PrefixSearchCV]
)
def test_masked_values_are_missing(cls):
    """Numbers alone: refused in words. Tables: as NaN is."""
    y = np.arange(60) % 2
    supervised = cls in (EncoderClassifier, EncoderRegressor)
    arguments = [y] if supervised else []
    small = issubclass(cls, BaseAutoencoder)
    estimator = make(cls) if small else cls()
    layout = getattr(cls, "_architecture", Autoencoder._architecture).layout
    if layout.numeric_only and cls is not AutoencoderImputer:
        with pytest.raises(ValueError, match="row 3.*AutoencoderImputer"):
            estimator.fit(masked(X), *arguments)
        return
    gaps = X.copy()
    gaps[3, 1] = np.nan
    if not small:
        estimator = cls(TableAutoencoder(2, **TINY), n_networks=1, random_state=0)
    found, expected = (clone(estimator).fit(data) for data in (masked(X), gaps))
    np.testing.assert_array_equal(found.transform(masked(X)), expected.transform(gaps))


def test_masks_of_other_arguments():
    none = np.ma.MaskedArray(X, np.zeros(X.shape, bool))
    np.testing.assert_array_equal(tiny().fit_transform(none), tiny().fit_transform(X))
    with pytest.raises(ValueError, match="sample_weight is masked"):
        tiny().fit(X, sample_weight=masked(np.ones(60), (3,)))
    with pytest.raises(ValueError, match="y is masked"):
        EncoderRegressor(tiny()).fit(X, masked(X[:, 0], (3,)))
    with pytest.raises(ValueError, match="y is masked"):
        EncoderClassifier(tiny()).fit(X, masked(np.arange(60) % 2, (3,)))
    with pytest.raises(ValueError, match="entry 0"):
        RecurrentAutoencoder(2).fit([masked(X[:5]), X[:4]])
    with pytest.raises(ValueError, match="masked"):
        metrics.trustworthiness(masked(X), X[:, :2])
    with pytest.raises(ValueError, match="masked"):
        tiny().fit(X).transform(masked(X))


DAYS = np.datetime64("2024-01-01") + np.arange(120).reshape(60, 2)


@pytest.mark.parametrize(
    "data",
    [
        DAYS.astype("M8[ns]"),
        DAYS - DAYS[0],
        DAYS.astype(object),
        [[datetime.datetime(2024, 1, 1), 1.0]] * 20,
    ],
    ids=["dates", "durations", "objects", "list"],
)
def test_dates_are_no_numbers(data):
    for estimator in (tiny(), AutoencoderOutlierDetector(tiny())):
        with pytest.raises(TypeError, match="TableAutoencoder"):
            estimator.fit(data)
    if isinstance(data, np.ndarray) and data.dtype.kind in "mM":
        with pytest.raises(TypeError, match="takes numbers"):
            ConvAutoencoder().fit(data.reshape(30, 2, 2))
        with pytest.raises(TypeError, match="takes numbers"):
            RecurrentAutoencoder().fit(data.reshape(30, 2, 2))


def test_rows_elsewhere_than_those_of_fit_are_not_explained():
    """float32 sees no difference between them, and the score does."""
    model = tiny().fit(X)
    for far in (X + 1e9, np.vstack([X + 1e9, X[:1]])):
        weight = np.arange(len(far)) < 60
        assert model.score(far, sample_weight=weight) < -1e12
    assert model.score(X + 1e9) < -1e12
    assert model.score(np.ones((5, 6)) * 1e9) == 0


@pytest.mark.parametrize("value", [0.0, -1.0, 1e12, 1e15])
def test_a_few_broken_rows_do_not_hide_that_the_others_are_far(value):
    """A time of 0, or one in milliseconds among seconds."""
    rng = np.random.default_rng(0)
    data = 1.7e9 + rng.normal(size=(900, 3))
    data[[0, 500]] = value
    units = find_units(Rows(data, "test"))
    assert (np.abs(units.origin - 1.7e9) < 64).all()
    # Nor are ordinary rows far from zero for them, or columns of one value.
    for ordinary in (rng.normal(size=(900, 3)), np.ones((900, 3))):
        ordinary[[0, 500]] = value
        assert find_units(Rows(ordinary, "test")) is None


@pytest.mark.parametrize("cls", [EncoderClassifier, NeighborAutoencoder])
def test_a_broken_row_beside_rows_far_from_zero(cls):
    y = (X[:, 0] > np.median(X[:, 0])).astype(int)
    y[::3] = -1
    found = []
    for offset in (0.0, 1e9):
        data = X + offset
        data[4] = offset - 1e9
        with pytest.warns(UserWarning, match="left out of training: 4 "):
            estimator = make(cls).fit(data, y)
        name = "predict_proba" if hasattr(cls, "predict_proba") else "transform"
        found.append(np.delete(getattr(estimator, name)(data), 4, axis=0))
    close(*found)
