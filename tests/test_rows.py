import numpy as np
import pytest
from discovery import make
from scipy import sparse
from sklearn.decomposition import PCA

from skae import Autoencoder
from skae.data import _pca, _rows
from skae.data._pca import principal_components
from skae.data._rows import Rows


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(_rows, "CHUNK_BYTES", 400)
    monkeypatch.setattr(_rows, "MAP_BYTES", 400)
    monkeypatch.setattr(_pca, "_BATCH_ROWS", 40)


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(101, 5)) * [1, 2, 3, 4, 5] + 1e5


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_summary_matches_numpy_far_from_zero(data, container):
    summary = Rows(container(data), "Test").summarize()
    np.testing.assert_allclose(summary.mean, data.mean(axis=0), rtol=1e-6)
    assert summary.variance == pytest.approx(data.var(axis=0).mean(), rel=1e-2)
    assert summary.minimum == pytest.approx(data.min())
    assert summary.maximum == pytest.approx(data.max())


def test_weighted_summary_equals_repetition(data):
    weight = np.arange(101) % 3
    weighted = Rows(data, "Test").summarize(weight)
    repeated = Rows(np.repeat(data, weight, axis=0), "Test").summarize()
    np.testing.assert_allclose(weighted.mean, repeated.mean)
    assert weighted.variance == pytest.approx(repeated.variance)


def test_map_visits_each_row_once(data):
    seen = np.zeros(data.shape)

    def serve(chunk, where):
        assert chunk.dtype == np.float32 and chunk.ctypes.data % 64 == 0
        seen[where] += chunk

    Rows(data, "Test").map(serve)
    np.testing.assert_allclose(seen, data, rtol=1e-6)


def test_an_error_in_a_chunk_reaches_the_caller(data):
    data[77, 3] = np.inf
    with pytest.raises(ValueError, match="Test does not accept|infinity"):
        Rows(data, "Test").map(lambda chunk, where: None)


def test_memory_maps_are_recognised(tmp_path, data):
    np.save(tmp_path / "x.npy", data)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert not Rows(np.asarray(mapped), "Test").in_memory
    assert not Rows(mapped[::2], "Test").in_memory
    assert Rows(data[::2], "Test").in_memory


@pytest.fixture
def narrow_is_wide(monkeypatch):
    """Six columns already go to scikit-learn."""
    monkeypatch.setattr(_pca, "_MAX_COVARIANCE", 5)


def contained(X, kind, folder):
    if kind == "sparse":
        return sparse.csr_array(X)
    if kind == "memmap":
        np.save(folder / "x.npy", X)
        return np.load(folder / "x.npy", mmap_mode="r")
    return X


each_kind = pytest.mark.parametrize("kind", ["array", "sparse", "memmap"])


@pytest.mark.parametrize("wide", [False, True])
@each_kind
def test_components_are_those_of_pca(kind, wide, tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 6)) * [9, 7, 5, 1, 1, 1] + 3
    X = X.astype(np.float32)
    if wide:
        monkeypatch.setattr("skae.data._pca._MAX_COVARIANCE", 5)
    rows = Rows(contained(X, kind, tmp_path), "Test")
    components, variances = principal_components(rows, rows.summarize(), None, 3, 0)
    pca = PCA(3).fit(X)
    # Incremental PCA, for wide memory maps, is an approximation.
    tolerance = 2e-2 if wide and kind == "memmap" else 1e-3
    cosines = abs(np.sum(components * pca.components_, axis=1))
    np.testing.assert_allclose(cosines, 1, atol=tolerance)
    np.testing.assert_allclose(variances, pca.explained_variance_, rtol=2e-2)


def test_weighted_components_equal_repetition():
    X = np.random.default_rng(0).normal(size=(50, 4)) * [4, 3, 2, 1]
    weight = np.arange(50) % 4
    rows = Rows(X, "Test")
    weighted = principal_components(rows, rows.summarize(weight), weight, 2, 0)
    repeated = Rows(np.repeat(X, weight, axis=0), "Test")
    plain = principal_components(repeated, repeated.summarize(), None, 2, 0)
    np.testing.assert_allclose(weighted[1], plain[1], rtol=1e-5)
    np.testing.assert_allclose(abs(weighted[0]), abs(plain[0]), atol=1e-5)


@each_kind
@pytest.mark.parametrize("n_components", [4, 6, 9])
def test_wide_data_have_all_their_components(
    kind, n_components, tmp_path, narrow_is_wide
):
    X = np.random.default_rng(0).normal(size=(40, 6)) * [9, 7, 5, 3, 2, 1]
    rows = Rows(contained(X, kind, tmp_path), "Test")
    found = principal_components(rows, rows.summarize(), None, n_components, 0)
    k = min(n_components, 6)
    np.testing.assert_allclose(found[0] @ found[0].T, np.eye(k), atol=1e-6)
    np.testing.assert_allclose(
        found[1], np.linalg.eigvalsh(np.cov(X.T, bias=True))[::-1][:k], rtol=1e-5
    )


@each_kind
@pytest.mark.parametrize("weight", [None, np.repeat([0.0, 1, 2], 8)])
def test_wide_data_without_variance_have_no_components(
    kind, weight, tmp_path, narrow_is_wide
):
    X = np.full((24, 6), 0.1)
    for data, w in ((X, weight), (X[-1:], weight if weight is None else weight[-1:])):
        rows = Rows(contained(data, kind, tmp_path), "Test")
        components, variances = principal_components(rows, rows.summarize(w), w, 2, 0)
        assert components.shape == (0, 6) and variances.shape == (0,)


@each_kind
@pytest.mark.parametrize("n_rows", [2, 3, 200])
def test_rows_of_weight_0_have_no_part_in_wide_components(
    kind, n_rows, tmp_path, narrow_is_wide
):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, 9)) * [9, 5, 1, 1, 1, 1, 1, 1, 1]
    absent = rng.normal(size=(n_rows, 9)) * [1, 1, 1, 1, 1, 1, 1, 50, 90]
    mixed = np.stack([X, absent], axis=1).reshape(-1, 9)
    weight = np.tile([1.0, 0.0], n_rows)
    rows = Rows(contained(mixed, kind, tmp_path), "Test")
    components, variances = principal_components(
        rows, rows.summarize(weight), weight, 2, 0
    )
    pca = PCA(min(2, n_rows - 1)).fit(X)
    cosines = abs(np.sum(components * pca.components_, axis=1))
    np.testing.assert_allclose(cosines, 1, atol=1e-3)
    np.testing.assert_allclose(variances, pca.explained_variance_, rtol=2e-2)


@pytest.mark.parametrize("factor", [1e-30, 1e20, 1e35])
@each_kind
def test_wide_data_of_any_scale_have_the_same_components(
    kind, factor, tmp_path, narrow_is_wide
):
    X = np.random.default_rng(0).uniform(-1, 1, size=(60, 8)) * [3, 2, 1, 1, 1, 1, 1, 1]
    X = X.astype(np.float32)
    (tmp_path / "far").mkdir()
    plain = Rows(contained(X, kind, tmp_path), "Test")
    X = X * np.float32(factor)
    far = Rows(contained(X.copy(), kind, tmp_path / "far"), "Test")
    components, variances = principal_components(plain, plain.summarize(), None, 2, 0)
    found = principal_components(far, far.summarize(), None, 2, 0)
    np.testing.assert_allclose(abs(found[0]), abs(components), atol=1e-4)
    np.testing.assert_allclose(found[1] / factor**2, variances, rtol=1e-4)
    kept = far.X.toarray() if kind == "sparse" else far.X
    np.testing.assert_array_equal(kept, X)


def test_rows_anywhere_in_memory_are_encoded(X):
    """TensorFlow ends the process for rows that are not aligned."""
    model = make(Autoencoder).fit(X)
    expected, memory = model.transform(X), np.empty(X.nbytes + 64, np.uint8)
    for start in range(0, 64, 4):
        rows = memory[start : start + X.nbytes].view(np.float32).reshape(X.shape)
        rows[:] = X
        for data in (rows, np.asfortranarray(rows)):
            found = model._model.run("encoder", {"data": data})
            np.testing.assert_array_equal(found, expected)
