"""What users are told who make a common mistake: which one, where, and the way out."""

import re

import keras
import numpy as np
import pandas as pd
import polars as pl
import pytest
from discovery import autoencoder_classes, estimator_classes, make
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skae
from skae import (
    Autoencoder,
    AutoencoderDensity,
    AutoencoderImputer,
    AutoencoderOutlierDetector,
    ConvAutoencoder,
    DenoisingAutoencoder,
    EncoderClassifier,
    EncoderRegressor,
    TableAutoencoder,
    VariationalAutoencoder,
)
from skae.plotting import ColumnDisplay, OutlierDisplay

X = np.random.default_rng(0).normal(size=(40, 4))
GAPS = X.copy()
GAPS[17, 2] = np.nan
FRAME = pd.DataFrame(X, columns=list("abcd"))
SMALL = {"epochs": 1, "hidden_layer_sizes": (), "random_state": 0}
FAMILIES = autoencoder_classes()
NUMERIC = [cls for cls in FAMILIES if cls._architecture.layout.numeric_only]
AROUND = [cls for cls in estimator_classes() if "autoencoder" in cls._get_param_names()]


@pytest.fixture(scope="module")
def fitted():
    return Autoencoder(2, **SMALL).fit(FRAME)


def says(error, function, *parts):
    """Assert that `function` raises `error`, with all `parts` in its text."""
    with pytest.raises(error) as caught:
        function()
    for part in parts:
        assert part in str(caught.value)
    assert "HistGradientBoosting" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (GAPS, "row 17, column 2"),
        (FRAME.mask(np.isnan(GAPS)), "row 17, column 'c'"),
        (pl.DataFrame(GAPS, schema=list("abcd")), "row 17, column 'c'"),
    ],
)
def test_missing_values_say_where_and_what_takes_them(data, where):
    ways = ("TableAutoencoder", "AutoencoderImputer")
    says(ValueError, lambda: Autoencoder(2).fit(data), "contains NaN", where, *ways)
    infinite = np.where(np.isnan(GAPS), np.inf, GAPS)
    says(ValueError, lambda: Autoencoder(2).fit(infinite), "infinity", "row 17, column")


def test_the_detector_says_it_too():
    data = FRAME.mask(np.isnan(GAPS))
    parts = ("takes no missing values: TableAutoencoder", "row 17, column 'c'")
    says(ValueError, lambda: AutoencoderOutlierDetector().fit(data), *parts)


def test_the_row_is_that_of_the_whole(fitted):
    many = np.zeros((100_000, 4), dtype=np.float32)
    many[87_654, 1] = np.nan
    with pytest.warns(UserWarning, match="feature names"):
        says(ValueError, lambda: fitted.transform(many), "row 87654, column 'b'")


def test_what_is_wrong_with_another_argument_names_it():
    model = DenoisingAutoencoder(2, **SMALL)
    says(ValueError, lambda: model.fit(X, X_val=X[:, :3]), "X_val: X has 3 features")
    says(ValueError, lambda: model.fit(X, X_val=GAPS), "Input X_val contains NaN")
    says(ValueError, lambda: model.fit(X, target=GAPS), "Input target contains NaN")
    says(ValueError, lambda: model.fit(X, target=X[:, :3]), "target: X has 3 features")


@pytest.mark.parametrize("cls", FAMILIES)
def test_what_holds_no_rows(cls):
    for nothing, got in (([], "empty list"), ((), "empty tuple")):
        says(ValueError, lambda x=nothing: make(cls).fit(x), got, cls.__name__)
    says(ValueError, lambda: make(cls).fit(pd.DataFrame()), "(0, 0)", cls.__name__)


@pytest.mark.parametrize("cls", NUMERIC)
def test_what_is_no_table(cls):
    for wrong in (None, "data.csv", {"a": [1, 2]}):
        says(ValueError, lambda x=wrong: make(cls).fit(x), "a row per sample", "Read")


@pytest.mark.parametrize("cls", NUMERIC)
@pytest.mark.parametrize(
    ("data", "value", "where"),
    [
        (FRAME.assign(c="red"), "'red'", "row 0, column 'c'"),
        (FRAME.assign(c=pd.Timestamp("2020-01-02")), "2020-01-02", "column 'c'"),
        (pl.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]}), "'x'", "row 0, column 'b'"),
        (np.array([[1, 2], [3, "x"]], dtype=object), "'x'", "row 1, column 1"),
        (np.array([["a", "b"]]), "'a'", "row 0, column 0"),
    ],
    ids=["strings", "dates", "polars", "objects", "text"],
)
def test_values_that_are_no_numbers(cls, data, value, where):
    error = (ValueError, TypeError)
    says(error, lambda: make(cls).fit(data), value, where, "TableAutoencoder")


def test_rows_of_several_lengths():
    text = "Row 0 of X has 2 values and row 1 has 1"
    says(ValueError, lambda: Autoencoder(2).fit([[1, 2], [3]]), text)


@pytest.mark.parametrize("as_objects", [False, True])
def test_images_of_several_sizes(as_objects):
    images = [np.zeros((8, 8)), np.zeros((8, 8)), np.zeros((9, 8))]
    if as_objects:
        images = np.array([*images, None], dtype=object)[:3]
    text = "image 0 is 8 x 8, image 2 9 x 8"
    says(ValueError, lambda: ConvAutoencoder(2).fit(images), text, "scale, cut or pad")


def test_images_and_sequences_are_no_table(fitted):
    images = np.zeros((5, 8, 8))
    says(ValueError, lambda: Autoencoder(2).fit(images), "ConvAutoencoder", "reshape")
    with pytest.warns(UserWarning, match="feature names"):
        says(ValueError, lambda: fitted.transform(images), "ConvAutoencoder")


def test_a_callback_is_no_class():
    model = Autoencoder(2, callbacks=[keras.callbacks.EarlyStopping], **SMALL)
    says(ValueError, lambda: model.fit(X), "callbacks must be", "EarlyStopping(...)")


@pytest.mark.parametrize(
    ("model", "meant"),
    [
        (Autoencoder(2, loss="MSELoss"), "'MSELoss' is 'squared_error' here"),
        (Autoencoder(2, loss="l1_loss"), "'l1_loss' is 'absolute_error' here"),
        (Autoencoder(2, loss="bce"), "'bce' is 'binary_crossentropy' here"),
        (VariationalAutoencoder(likelihood="normal"), "'normal' is 'gaussian' here"),
    ],
)
def test_names_of_other_libraries(model, meant):
    says(ValueError, lambda: model.fit(X), "parameter", meant)


@pytest.mark.parametrize("cls", FAMILIES)
def test_methods_that_are_not_there_name_what_does_it(cls):
    model = cls()
    for name, way in (
        ("sample", "AutoencoderDensity"),
        ("predict", "EncoderClassifier"),
        ("decision_function", "AutoencoderOutlierDetector"),
        ("encode", "transform"),
    ):
        if not hasattr(cls, name):
            assert not hasattr(model, name)
            says(AttributeError, lambda n=name: getattr(model, n), name, way)


def test_other_attributes_keep_their_errors():
    text = r"'Autoencoder' object has no attribute 'nothing'$"
    with pytest.raises(AttributeError, match=text):
        Autoencoder().nothing  # noqa: B018

    class Broken(Autoencoder):
        @property
        def sum(self):
            return self._not_there

    with pytest.raises(AttributeError, match="_not_there"):
        Broken().sum  # noqa: B018


@pytest.mark.parametrize("cls", AROUND)
def test_what_is_no_autoencoder(cls):
    """Of what stands around one."""
    y = np.arange(40) % 2
    pipeline = make_pipeline(StandardScaler(), Autoencoder(2))
    for wrong, got in (
        (PCA(2), "got PCA(n_components=2)"),
        (Autoencoder, "write Autoencoder()"),
        (pipeline, f"put {cls.__name__} at the end of the pipeline"),
    ):
        says(TypeError, lambda w=wrong: cls(w).fit(X, y), "takes an autoencoder", got)


def test_displays_of_other_estimators(fitted):
    text = ("TableAutoencoder", "got Autoencoder", "ReconstructionDisplay")
    says(TypeError, lambda: ColumnDisplay.from_estimator(fitted, FRAME), *text)
    text = ("AutoencoderOutlierDetector", "got Autoencoder")
    says(TypeError, lambda: OutlierDisplay.from_estimator(fitted, FRAME), *text)


def test_files(fitted, tmp_path):
    path = tmp_path / "no" / "model.skae"
    says(FileNotFoundError, lambda: skae.load(path), "does not exist")
    says(FileNotFoundError, lambda: skae.save(fitted, path), "There is no folder")
    says(TypeError, lambda: skae.save(Autoencoder, path), "the class Autoencoder")


def test_the_parts_are_named():
    assert {AutoencoderDensity, AutoencoderImputer, AutoencoderOutlierDetector} | {
        EncoderClassifier,
        EncoderRegressor,
    } == set(AROUND)
    assert TableAutoencoder in FAMILIES and not re.search("Table", str(NUMERIC))
