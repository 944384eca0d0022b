"""Checks of the results of a fitted autoencoder."""

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils import get_tags

from skae._sklearn import safe_indexing
from skae.base import BaseAutoencoder
from skae.testing._needs import frame_modules, needs
from skae.testing._settings import make


def check_codes(cls, X):
    """Codes have a row per sample, independent of the batch, and feature names."""
    estimator = make(cls)
    codes = estimator.fit_transform(X)
    assert codes.ndim == 2 and len(codes) == len(X)
    assert codes.dtype == np.float32 or codes.dtype.kind in "iu", codes.dtype
    assert list(estimator.get_feature_names_out()) == [
        f"{cls.__name__.lower()}{i}" for i in range(codes.shape[1])
    ]
    some = estimator.transform(safe_indexing(X, np.arange(3, 17)))
    np.testing.assert_allclose(some, codes[3:17], rtol=1e-5, atol=1e-5)


@needs("numbers")
def check_shapes_and_dtypes(cls, X):
    """Results for float64 data are float32, of the same shape."""
    estimator = make(cls).fit(X.astype(np.float64))
    codes = estimator.transform(X.astype(np.float64))
    assert codes.dtype == estimator.transform(X).dtype
    if not cls._architecture.has_decoder():
        return
    for rows in (estimator.inverse_transform(codes), estimator.reconstruct(X)):
        assert rows.shape == X.shape and rows.dtype == np.float32
    assert estimator.reconstruction_error(X).shape == (len(X),)


def check_what_has_no_decoder(cls, X):
    """Methods that need a decoder exist only with a decoder."""
    estimator = make(cls).fit(X)
    found = {
        name: hasattr(estimator, name)
        for name in ("inverse_transform", "reconstruct", "score", "decoder_")
    }
    has_decoder = cls._architecture.has_decoder()
    assert found == dict.fromkeys(found, has_decoder), found
    assert f"{estimator.n_iter_} epochs" in estimator._repr_html_()


@needs("decoder", "numbers")
def check_scores_match_numpy(cls, X):
    """`score` is the explained variance, whatever the training loss.

    For tables of mixed types it is the mean of the shares of the columns.
    """
    estimator = make(cls).fit(X)
    residual = np.square(X - estimator.reconstruct(X), dtype=np.float64).sum(axis=0)
    total = np.square(X - X.mean(axis=0), dtype=np.float64).sum(axis=0)
    if hasattr(estimator, "column_scores"):
        expected = np.mean(1 - residual / total)
    else:
        expected = 1 - residual.sum() / total.sum()
    np.testing.assert_allclose(estimator.score(X), expected, rtol=1e-5, atol=1e-6)
    if cls.score_samples is BaseAutoencoder.score_samples:
        errors = estimator.reconstruction_error(X)
        np.testing.assert_array_equal(estimator.score_samples(X), -errors)


@needs("decoder", "numbers")
def check_decode_of_encode_is_reconstruct(cls, X):
    """Decoding the codes gives the reconstructions."""
    estimator = make(cls).fit(X)
    decoded = estimator.inverse_transform(estimator.transform(X))
    np.testing.assert_allclose(decoded, estimator.reconstruct(X), atol=1e-5)


@needs("decoder", "numbers")
def check_keras_models_are_connected(cls, X):
    """The Keras models give the same results, share weights, and are copies."""
    estimator = make(cls).fit(X)
    if isinstance(estimator.encoder_.input, dict):
        return  # their other inputs depend on the family
    rows = estimator._read(X)
    x = rows.read(slice(None))

    def reconstructed():
        found = np.asarray(estimator.autoencoder_(x))
        return estimator._layout.inverse_transform(found, rows)

    codes = np.asarray(estimator.encoder_(x))
    np.testing.assert_allclose(codes, estimator.transform(X), atol=1e-5)
    reconstruction = reconstructed()
    np.testing.assert_allclose(reconstruction, estimator.reconstruct(X), atol=1e-5)
    for weight in estimator.encoder_.weights:
        weight.assign(weight * 0)
    assert not np.allclose(reconstructed(), reconstruction)
    np.testing.assert_allclose(estimator.transform(X), codes, atol=1e-5)


@needs("numbers")
def check_containers_agree(cls, X):
    """Codes do not depend on the container of the data."""
    path_free = np.ascontiguousarray(X)
    expected = make(cls).fit(X)
    codes = expected.transform(X)
    columns = [f"x{i}" for i in range(X.shape[1])]
    containers = [np.asfortranarray(X), path_free[::-1][::-1], X.tolist()]
    if get_tags(expected).input_tags.sparse:
        makers = (sparse.csr_matrix, sparse.csr_array, sparse.coo_array)
        containers += [make_sparse(X) for make_sparse in makers]
    for module in frame_modules():
        containers.append(module.DataFrame(dict(zip(columns, X.T, strict=True))))
    for container in containers:
        estimator = make(cls).fit(container)
        np.testing.assert_array_equal(estimator.transform(container), codes)
        if cls._architecture.has_decoder():
            np.testing.assert_allclose(estimator.score(container), expected.score(X))


def check_set_output(cls, X):
    """`set_output` makes `transform` return data frames."""
    for module in frame_modules():
        name = module.__name__
        estimator = make(cls).set_output(transform=name)
        codes = estimator.fit_transform(X)
        assert isinstance(codes, module.DataFrame)
        assert list(codes.columns) == list(estimator.get_feature_names_out())


@needs("numbers")
def check_pipeline_and_search(cls, X):
    """A grid search over a pipeline gives the same result in one process and in two."""
    y = np.where(X[:, 0] > np.median(X[:, 0]), "right", "left")
    pipeline = make_pipeline(
        MinMaxScaler(), make(cls, epochs=2), LogisticRegression(max_iter=1000)
    )
    name = pipeline.steps[1][0]
    grid = {f"{name}__random_state": [0, 1]}
    results = [
        GridSearchCV(pipeline, grid, cv=2, n_jobs=n_jobs, error_score="raise")
        .fit(X, y)
        .cv_results_["mean_test_score"]
        for n_jobs in (1, 2)
    ]
    np.testing.assert_array_equal(*results)
    assert np.isfinite(results[0]).all()
    assert set(pipeline.fit(X, y).predict(X)) <= {"left", "right"}


@needs("numbers", "decoder")
def check_search_without_labels(cls, X):
    """A grid search without labels uses `score`, and has `inverse_transform`."""
    pipeline = make_pipeline(MinMaxScaler(), make(cls, epochs=2))
    grid = {f"{pipeline.steps[-1][0]}__random_state": [0, 1]}
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(X)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.inverse_transform(search.transform(X)).shape == X.shape
