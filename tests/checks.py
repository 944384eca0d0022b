"""What every autoencoder promises, as functions of a class.

`test_common.py` runs them over all public estimators, `test_new_family.py` over a
family that is defined in a test.
"""

import ast
import copy
import inspect
import pickle
import random
import textwrap

import numpy as np
import pytest
from discovery import make, whole_epochs
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from skae import BaseAutoencoder
from skae.estimator._parameters import TRAINING_CONSTRAINTS


def check_signature_and_constraints_agree(cls, X):
    parameters = list(inspect.signature(cls).parameters)
    assert sorted(parameters) == sorted(clone(cls()).get_params())
    assert sorted(cls._parameter_constraints) == sorted(parameters)


def check_training_parameters_come_last(cls, X):
    parameters = inspect.signature(cls).parameters
    last = list(parameters)[-len(TRAINING_CONSTRAINTS) :]
    assert last == list(TRAINING_CONSTRAINTS)
    assert all(parameters[name].kind.name == "KEYWORD_ONLY" for name in last)


def check_public_signatures_are_typed(cls, X):
    methods = dict(inspect.getmembers(cls, callable))
    for name in ("__init__", "fit", "partial_fit", "transform", "inverse_transform"):
        parameters = list(inspect.signature(methods[name]).parameters.values())[1:]
        for parameter in parameters:
            assert parameter.annotation is not parameter.empty, (name, parameter)


def check_init_only_assigns(cls, X):
    (function,) = ast.parse(textwrap.dedent(inspect.getsource(cls.__init__))).body
    names = list(inspect.signature(cls).parameters)
    assigned = [ast.unparse(statement) for statement in function.body]
    assert assigned == [f"self.{name} = {name}" for name in names]


def check_fit_changes_no_parameter(cls, X):
    estimator = make(cls)
    before = copy.deepcopy(estimator.get_params())
    estimator.fit(X)
    assert estimator.get_params() == before


def check_global_random_state_is_untouched(cls, X):
    import keras

    def draws(work=lambda: None):
        keras.utils.set_random_seed(3)
        work()
        return [random.random(), np.random.rand(), float(keras.random.uniform(()))]

    def fit():
        for random_state in (0, None):
            estimator = make(cls, random_state=random_state).fit(X)
            estimator.transform(X)
            assert estimator.encoder_ is not None

    first, again, after = draws(), draws(), draws(fit)
    # Keras 3.10 does not set its own generator back: there is nothing to compare then.
    n_repeatable = 3 if again == first else 2
    assert after[:n_repeatable] == first[:n_repeatable]


def check_seed_decides(cls, X):
    def codes(random_state):
        estimator = make(cls, random_state=random_state, early_stopping=False)
        return estimator.fit(X).transform(X)

    np.testing.assert_array_equal(codes(0), codes(0))
    assert not np.array_equal(codes(1), codes(0))


def check_shapes_and_dtypes(cls, X):
    estimator = make(cls)
    codes = estimator.fit_transform(X.astype(np.float64))
    assert codes.ndim == 2 and codes.dtype == np.float32
    assert list(estimator.get_feature_names_out()) == [
        f"{cls.__name__.lower()}{i}" for i in range(codes.shape[1])
    ]
    for rows in (estimator.inverse_transform(codes), estimator.reconstruct(X)):
        assert rows.shape == X.shape and rows.dtype == np.float32
    assert estimator.reconstruction_error(X).shape == (len(X),)


def check_scores_match_numpy(cls, X):
    estimator = make(cls).fit(X)
    residual = np.square(X - estimator.reconstruct(X), dtype=np.float64).sum()
    expected = 1 - residual / np.square(X - X.mean(axis=0), dtype=np.float64).sum()
    assert estimator.score(X) == pytest.approx(expected, rel=1e-5)
    if cls.score_samples is BaseAutoencoder.score_samples:
        errors = estimator.reconstruction_error(X)
        np.testing.assert_array_equal(estimator.score_samples(X), -errors)


def check_decode_of_encode_is_reconstruct(cls, X):
    estimator = make(cls).fit(X)
    decoded = estimator.inverse_transform(estimator.transform(X))
    np.testing.assert_allclose(decoded, estimator.reconstruct(X), atol=1e-5)


def check_keras_models_are_connected(cls, X):
    estimator = make(cls).fit(X)
    x = X.reshape(-1, *estimator.encoder_.input_shape[1:])
    codes = np.asarray(estimator.encoder_(x))
    np.testing.assert_allclose(codes, estimator.transform(X), atol=1e-5)
    reconstruction = np.asarray(estimator.autoencoder_(x)).reshape(X.shape)
    np.testing.assert_allclose(reconstruction, estimator.reconstruct(X), atol=1e-5)
    for weight in estimator.encoder_.weights:
        weight.assign(weight * 0)
    changed = np.asarray(estimator.autoencoder_(x)).reshape(X.shape)
    assert not np.allclose(changed, reconstruction)
    # The models are copies: the estimator itself does not follow.
    np.testing.assert_allclose(estimator.transform(X), codes, atol=1e-5)


def check_pickle_and_copy(cls, X):
    estimator = make(cls).fit(X)
    assert estimator.encoder_ is not None  # a live model must not be pickled
    codes = estimator.transform(X)
    for twin in (pickle.loads(pickle.dumps(estimator)), copy.deepcopy(estimator)):
        np.testing.assert_array_equal(twin.transform(X), codes)
        twin.partial_fit(X)
        assert not np.array_equal(twin.transform(X), codes)
    np.testing.assert_array_equal(estimator.transform(X), codes)


def check_fits_do_not_share_weights(cls, X):
    first = make(cls).fit(X)
    codes = first.transform(X)
    make(cls, random_state=1).fit(X[::2] * 2)
    np.testing.assert_array_equal(first.transform(X), codes)


def check_warm_start_goes_on(cls, X):
    settings = {"early_stopping": False, "learning_rate_schedule": "constant"}
    whole = make(cls, **whole_epochs(cls, 4), **settings).fit(X)
    halves = make(cls, **whole_epochs(cls, 2), warm_start=True, **settings).fit(X)
    halves = pickle.loads(pickle.dumps(halves)).fit(X)
    np.testing.assert_array_equal(halves.transform(X), whole.transform(X))
    assert halves.n_iter_ == 4 and halves.history_["loss"] == whole.history_["loss"]
    again = make(cls, **whole_epochs(cls, 2), **settings)
    once = again.fit(X).transform(X)
    np.testing.assert_array_equal(again.fit(X).transform(X), once)


def check_best_epoch_is_kept(cls, X):
    settings = {"learning_rate": 0.1, "learning_rate_schedule": "constant"}
    longer = make(cls, **whole_epochs(cls, 100), n_iter_no_change=5, **settings)
    longer.fit(X[:40], X_val=X[40:])
    losses = longer.history_["val_loss"]
    best = 1 + int(np.argmin(losses))
    assert 1 < best < len(losses) == longer.n_iter_
    # Layers that are trained before the whole must be stopped in both alike.
    in_layers = "epochs" not in whole_epochs(cls, best)
    shorter = make(cls, **whole_epochs(cls, best), **settings)
    shorter.set_params(early_stopping=in_layers)
    shorter.fit(X[:40], X_val=X[40:])
    np.testing.assert_array_equal(longer.transform(X), shorter.transform(X))


def check_containers_agree(cls, X):
    import pandas as pd
    import polars as pl

    path_free = np.ascontiguousarray(X)
    expected = make(cls).fit(X)
    codes = expected.transform(X)
    columns = [f"x{i}" for i in range(X.shape[1])]
    for container in (
        np.asfortranarray(X),
        path_free[::-1][::-1],
        X.tolist(),
        sparse.csr_matrix(X),
        sparse.csr_array(X),
        sparse.coo_array(X),
        pd.DataFrame(X, columns=columns),
        pl.DataFrame(X, schema=columns),
    ):
        estimator = make(cls).fit(container)
        np.testing.assert_array_equal(estimator.transform(container), codes)
        np.testing.assert_allclose(estimator.score(container), expected.score(X))


def check_set_output(cls, X):
    import pandas as pd
    import polars as pl

    for name, frame in (("pandas", pd.DataFrame), ("polars", pl.DataFrame)):
        estimator = make(cls).set_output(transform=name)
        codes = estimator.fit_transform(X)
        assert isinstance(codes, frame)
        assert list(codes.columns) == list(estimator.get_feature_names_out())


def check_pipeline_and_search(cls, X):
    y = np.where(X[:, 0] > 0.5, "right", "left")
    pipeline = make_pipeline(MinMaxScaler(), make(cls, epochs=2))
    name = pipeline.steps[-1][0]
    grid = {f"{name}__learning_rate": [1e-3, 1e-2]}
    results = [
        GridSearchCV(pipeline, grid, cv=2, n_jobs=n_jobs, error_score="raise")
        .fit(X, y)
        .cv_results_["mean_test_score"]
        for n_jobs in (1, 2)
    ]
    np.testing.assert_array_equal(*results)
    assert np.isfinite(results[0]).all()
    search = GridSearchCV(pipeline, grid, cv=2).fit(X, y)
    assert search.inverse_transform(search.transform(X)).shape == X.shape
    pipeline.steps.append(("classifier", LogisticRegression()))
    assert set(pipeline.fit(X, y).predict(X)) <= {"left", "right"}


def check_zero_weight_is_absence(cls, X):
    weight = np.ones(len(X))
    weight[50:] = 0
    settings = {"early_stopping": False}
    weighted = make(cls, **settings).fit(X, sample_weight=weight)
    without = make(cls, **settings).fit(X[:50])
    np.testing.assert_allclose(weighted.transform(X), without.transform(X), atol=1e-3)


def check_mistakes_are_explained(cls, X):
    estimator = make(cls)
    bad = X.copy()
    bad[3, 2] = np.nan
    for data, message in (
        (X[:, 0], "Expected 2D array, got 1D array"),
        (bad, "contains NaN"),
        (np.where(np.isnan(bad), np.inf, bad), "infinity"),
        (X.astype(np.float64) * 1e200, "too large for dtype"),
        (X * 1j, "Complex data not supported"),
        (X[:0], "minimum of 1 is required"),
        (X[:, :0], "minimum of 1 is required"),
        (np.full(X.shape, "text"), "could not convert|dtype='numeric'"),
    ):
        with pytest.raises(ValueError, match=message):
            estimator.fit(data)
        assert not estimator.__sklearn_is_fitted__()
        assert [v for v in vars(estimator) if v.endswith("_")] == []
    estimator.fit(X)
    with pytest.raises(ValueError, match=r"expecting 6 features"):
        estimator.transform(X[:, :4])
    with pytest.raises(ValueError, match="code dimensions"):
        estimator.inverse_transform(np.zeros((2, 77)))
    with pytest.raises(ValueError, match="contains NaN"):
        estimator.transform(bad)
    with pytest.raises(ValueError, match="negative values|Negative values"):
        estimator.fit(X, sample_weight=-np.ones(len(X)))
    for name, value in (("epochs", 0), ("batch_size", -3), ("learning_rate", -1.0)):
        with pytest.raises(ValueError, match=f"The '{name}' parameter"):
            make(cls).set_params(**{name: value}).fit(X)
    with pytest.raises(ValueError, match="unknown to Keras"):
        make(cls, optimizer="adamant").fit(X)
    with pytest.raises(ValueError, match="callbacks must be"):
        make(cls, callbacks=["early"]).fit(X)


def check_documented_attributes_exist(cls, X):
    estimator = make(cls).fit(X)
    estimator.feature_names_in_ = None  # set by data frames only
    documented = _section(cls, "Attributes")
    public = {v for v in vars(estimator) if v.endswith("_") and v[0] != "_"}
    assert public | {"encoder_", "decoder_", "autoencoder_"} == set(documented)


def check_documented_parameters(cls, X):
    assert _section(cls, "Parameters") == list(inspect.signature(cls).parameters)


def _section(cls, title):
    """Names that a section of a numpydoc docstring explains."""
    lines = inspect.getdoc(cls).split("\n")
    start = lines.index(title) + 2
    names = []
    for line, following in zip(lines[start:], [*lines[start + 1 :], ""], strict=True):
        if following.startswith("---"):
            break
        if " : " in line and not line.startswith(" "):
            names.append(line.split(" : ")[0])
    return names


CHECKS = [value for name, value in sorted(globals().items()) if name[:6] == "check_"]
# A private class needs no docstring to work.
DOCUMENTATION_CHECKS = [
    check_documented_attributes_exist,
    check_documented_parameters,
    check_public_signatures_are_typed,
]
