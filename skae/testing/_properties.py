"""Checks of the results of all estimators, autoencoders and meta-estimators.

They fit small integers, which all types and containers represent exactly.
"""

import copy
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from unittest import SkipTest

import numpy as np
from sklearn.utils import get_tags

from skae._keras import keras
from skae.engine import clear_cache
from skae.testing._mistakes import refused
from skae.testing._needs import frame_modules, needs
from skae.testing._settings import make

# Main method of an estimator: the first of these that it has.
_RESULTS = ("decision_function", "predict_proba", "predict", "transform")
_GRID = 100


def result(estimator, X) -> np.ndarray:
    """Return the result of the estimator's main method for `X`, as an array."""
    for name in (*_RESULTS, "score_samples"):
        if hasattr(estimator, name):
            return np.asarray(getattr(estimator, name)(X))
    raise AssertionError(f"{type(estimator).__name__} has none of the main methods.")


def integers(cls, X) -> np.ndarray:
    """Round rows to integers, as float64; with missing values, for imputers."""
    found = np.round(X * _GRID / np.ptp(X)).astype(np.float64)
    if hasattr(cls, "impute_multiple"):
        found[::7, 1] = np.nan
    return found


def labels(X) -> np.ndarray:
    """Return a class for two thirds of the rows, and -1 for the others."""
    y = (X[:, 0] > np.median(X[:, 0])).astype(int)
    y[::3] = -1
    return y


def fit(cls, X, **settings):
    """Fit to `X` and labels, which autoencoders ignore."""
    return make(cls, **settings).fit(X, labels(np.asarray(X, dtype=np.float64)))


def fitted(cls, X):
    """Return a copy of a fitted estimator that the checks of a class share."""
    return copy.deepcopy(_fitted(cls, X.tobytes(), X.shape))


@lru_cache(maxsize=4)
def _fitted(cls, content: bytes, shape):
    return fit(cls, np.frombuffer(content).reshape(shape))


@contextmanager
def quiet() -> Iterator[None]:
    """Ignore warnings, which other tests check."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@needs("array")
def check_types_agree(cls, X):
    """Results do not depend on the type or container of the data."""
    X = integers(cls, X)
    estimator = fitted(cls, X)
    expected = result(estimator, X)
    with tempfile.TemporaryDirectory() as folder:
        for kind, other in _in_other_types(X, Path(folder)):
            with quiet():  # warnings about feature names
                found = result(estimator, other)
            np.testing.assert_allclose(
                found.astype(np.float64), expected, rtol=1e-6, atol=1e-6, err_msg=kind
            )
            if kind in ("int64", "Decimal", "pandas"):
                found = result(fit(cls, other), other)
                np.testing.assert_allclose(
                    found.astype(np.float64),
                    expected,
                    rtol=1e-5,
                    atol=1e-5,
                    err_msg=f"fitted as {kind}",
                )
            del other  # a memory map holds its file open


def _in_other_types(X, folder: Path):
    """Yield `X` in types and containers that represent it exactly, with their names."""
    wide = np.zeros((2 * len(X), 2 * X.shape[1]))
    wide[::2, 1::2] = X
    np.save(folder / "X.npy", X)
    yield "float32", X.astype(np.float32)
    yield "not contiguous", wide[::2, 1::2]
    yield "memory map", np.load(folder / "X.npy", mmap_mode="r")
    if np.isfinite(X).all():
        yield "int64", X.astype(np.int64)
        yield "int16", X.astype(np.int16)
        decimals = [Decimal(int(value)) for value in X.flat]
        yield "Decimal", np.array(decimals, dtype=object).reshape(X.shape)
    for module in frame_modules():
        columns = {f"x{j}": column for j, column in enumerate(X.T)}
        yield module.__name__, module.DataFrame(columns)


@needs("array")
def check_any_batches(cls, X):
    """Batches of one, of some, of no rows, and rows without a value are handled."""
    X = integers(cls, X)
    estimator = fitted(cls, X)
    expected = result(estimator, X)
    for some in (slice(0, 1), slice(3, 20)):
        np.testing.assert_allclose(
            result(estimator, X[some]), expected[some], rtol=1e-5, atol=1e-5
        )
    with refused("minimum of 1 is required"):
        result(estimator, X[:0])
    nothing = np.full((2, X.shape[1]), np.nan)
    if get_tags(estimator).input_tags.allow_nan:
        with quiet():
            assert np.isfinite(result(estimator, nothing)).all()
    else:
        with refused("contains NaN"):
            result(estimator, nothing)


@needs("array", "sample_weight")
def check_rows_of_weight_0_may_be_anything(cls, X):
    """Rows of weight 0 have no effect, even extreme ones."""
    X = integers(cls, X)
    more = np.vstack([X, 1e4 * X[:7]])
    weight = np.repeat([1.0, 0.0], [len(X), 7])
    settings = {"early_stopping": False}
    weighted = make(cls, **settings).fit(more, sample_weight=weight)
    alone = make(cls, **settings).fit(X)
    np.testing.assert_allclose(
        result(weighted, X), result(alone, X), rtol=1e-4, atol=1e-3
    )


@needs("array", "sample_weight", "decoder")
def check_a_weight_of_2_is_a_repeated_row(cls, X):
    """A weight of 2 acts as a repeated row on scores and on a PCA initialization."""
    X = integers(cls, X)
    weight = np.where(np.arange(len(X)) % 3, 1.0, 2.0)
    repeated = np.repeat(X, weight.astype(int), axis=0)
    estimator = fitted(cls, X)
    np.testing.assert_allclose(
        estimator.score(X, sample_weight=weight), estimator.score(repeated), rtol=1e-5
    )
    start, other = _start(cls, X, sample_weight=weight), _start(cls, repeated)
    _assert_near(result(start, X), result(other, X))
    for name in {"explained_variance_ratio_", "feature_std_"} & vars(start).keys():
        _assert_near(getattr(start, name), getattr(other, name))


@needs("array", "sample_weight", "columns")
def check_the_order_of_columns_does_not_matter(cls, X):
    """The order of columns has no effect on a PCA initialization, but for signs."""
    X = integers(cls, X)
    codes, other = (result(_start(cls, x), x) for x in (X, X[:, ::-1]))
    _assert_near(np.abs(other), np.abs(codes))


def _start(cls, X, **options):
    """Fit with negligible steps; raise SkipTest if the initialization is random."""
    settings = {"early_stopping": False, "learning_rate": 1e-12}
    first, other = (
        make(cls, random_state=seed, **settings).fit(X, **options) for seed in (0, 1)
    )
    expected = result(first, X)
    if not np.allclose(result(other, X), expected, atol=1e-3 * np.ptp(expected)):
        raise SkipTest("training starts with weights that are drawn")
    return first


def _assert_near(found, expected) -> None:
    largest = np.abs(expected).max()
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3 * largest)


@needs("array")
def check_the_unit_of_the_data_does_not_matter(cls, X):
    """Data times a millionth, or a million, have the same results in this unit."""
    X = integers(cls, X) / 2**10  # powers of two round nothing
    first = fit(cls, X)
    model = getattr(first, "_model", None)
    if model and not model.architecture.reconstruction_loss().standardizes:
        if cls._architecture.layout.numeric_only:
            raise SkipTest("the network is given the data as they are")
    expected = result(first, X)
    for unit in (2.0**-20, 2.0**20):
        found = result(fit(cls, X * unit), X * unit)
        if hasattr(cls, "transform") and not 0.5 < np.ptp(found) / np.ptp(expected) < 2:
            found = found / unit
        # Densities are per unit.
        found, expected = (x - x.mean(axis=0) for x in (found, expected))
        largest = np.abs(expected).max()
        np.testing.assert_allclose(
            found, expected, rtol=0, atol=1e-3 * largest, err_msg=f"{unit:.0e}"
        )


@needs("array")
def check_one_broken_row(cls, X):
    """Results are finite if the training data have an extreme row."""
    X = integers(cls, X)
    for factor in (1e3, 1e8):
        broken = X.copy()
        broken[4] = factor * (1 + np.abs(broken[4]))
        with quiet():
            found = result(fit(cls, broken), broken)
        assert np.isfinite(found).all(), f"{factor:.0e}"


@needs("array")
def check_a_fit_that_diverges_is_an_error(cls, X):
    """Divergence raises an error and leaves no model, or the previous one."""
    X = integers(cls, X)
    names = make(cls).get_params()
    rate = "learning_rate"
    if rate not in names:
        rate = next((name for name in names if name.endswith("__learning_rate")), "")
    if not rate:
        return
    # With a single step the divergence shows in the weights only.
    broken = make(cls).set_params(**{rate: 1e30})
    try:
        with quiet():
            broken.fit(X, labels(X))
    except FloatingPointError as error:
        assert "learning_rate" in str(error), error
        assert [name for name in vars(broken) if name.endswith("_")] == []
    else:
        assert np.isfinite(result(broken, X)).all()
    for again in ("fit", "partial_fit"):
        if not hasattr(cls, again):
            continue
        estimator = fitted(cls, X)
        before = result(estimator, X)
        estimator.set_params(**{rate: 1e30})
        try:
            with quiet():
                getattr(estimator, again)(X, labels(X))
        except FloatingPointError:
            np.testing.assert_array_equal(result(estimator, X), before)
        else:
            assert np.isfinite(result(estimator, X)).all()


@needs("array")
def check_settings_of_keras_change_nothing(cls, X):
    """Results do not depend on Keras' formats and types, nor change them."""
    X = integers(cls, X)
    estimator = fitted(cls, X)
    expected = result(estimator, X)
    with _other_settings_of_keras() as settings:
        before = settings()
        np.testing.assert_array_equal(result(estimator, X), expected, "fitted before")
        clear_cache()  # what is compiled now is compiled under these settings
        np.testing.assert_array_equal(result(estimator, X), expected, "compiled anew")
        np.testing.assert_array_equal(result(fit(cls, X), X), expected, "fitted")
        assert settings() == before
    # Programs compiled under these settings are not used afterwards.
    np.testing.assert_array_equal(result(fit(cls, X), X), expected, "fitted after")


@contextmanager
def _other_settings_of_keras() -> Iterator[Callable[[], list]]:
    """Change Keras' data formats and types; yield a function that reads them."""
    names = ("image_data_format", "floatx", "dtype_policy")

    def read() -> list:
        return [getattr(keras.config, name)() for name in names]

    before = read()
    other = {"channels_last": "channels_first", "channels_first": "channels_last"}
    try:
        for name, value in zip(
            names, (other[before[0]], "float64", "mixed_float16"), strict=True
        ):
            getattr(keras.config, f"set_{name}")(value)
        yield read
    finally:
        for name, value in zip(names, before, strict=True):
            getattr(keras.config, f"set_{name}")(value)
