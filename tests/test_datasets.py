import os
import subprocess
import sys
import textwrap
from pathlib import Path

import keras
import numpy as np
import pytest
from sklearn import datasets as sklearn_datasets

from skae import datasets

IMAGE_LOADERS = {
    "mnist": datasets.load_mnist,
    "fashion_mnist": datasets.load_fashion_mnist,
}


def write_archive(folder, name, **changes):
    """Write a small archive in the layout of MNIST's; None leaves an array out."""
    rng = np.random.default_rng(0)
    arrays = {
        "x_train": rng.integers(0, 256, (6, 28, 28), dtype=np.uint8),
        "y_train": np.arange(6, dtype=np.uint8),
        "x_test": rng.integers(0, 256, (3, 28, 28), dtype=np.uint8),
        "y_test": np.arange(3, dtype=np.uint8),
    }
    arrays |= changes
    arrays = {key: array for key, array in arrays.items() if array is not None}
    np.savez(folder / f"{name}.npz", **arrays)
    return arrays


@pytest.fixture(params=IMAGE_LOADERS)
def name(request):
    return request.param


@pytest.fixture
def no_net(monkeypatch, name):
    """Let Keras' own loader fail as it does without a net and a cache."""

    def load_data():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(getattr(keras.datasets, name), "load_data", load_data)


def check_rows(data):
    assert len(data.target_names) == 10
    assert data.DESCR
    for part in ("train", "test"):
        X, y = data[f"X_{part}"], data[f"y_{part}"]
        assert X.dtype == np.float32
        assert X.flags.c_contiguous
        assert X.shape == (len(y), np.prod(data.image_shape))
        assert X.min() == 0
        assert X.max() == 1
        assert y.dtype == np.int64
        assert set(y) == set(range(10))


def test_digits_are_all_rows_of_scikit_learn_scaled():
    data = datasets.load_digits()
    check_rows(data)
    assert data.X_train.shape == (1257, 64)
    pixels, labels = sklearn_datasets.load_digits(return_X_y=True)

    def in_order(X, y):
        rows = np.column_stack([X, y])
        return rows[np.lexsort(rows.T)]

    X = np.concatenate([data.X_train, data.X_test])
    y = np.concatenate([data.y_train, data.y_test])
    np.testing.assert_array_equal(in_order(X, y), in_order(pixels / 16, labels))


def test_digits_split_is_stratified_and_fixed():
    first, second = datasets.load_digits(), datasets.load_digits()
    np.testing.assert_array_equal(first.X_test, second.X_test)
    shares = [
        np.bincount(first[part]) / len(first[part]) for part in ("y_train", "y_test")
    ]
    np.testing.assert_allclose(*shares, atol=2e-3)


def test_images_are_scaled_and_flattened(tmp_path, name):
    arrays = write_archive(tmp_path, name)
    data = IMAGE_LOADERS[name](data_home=tmp_path)
    np.testing.assert_allclose(
        data.X_train.reshape(6, 28, 28), arrays["x_train"] / 255, rtol=1e-6
    )
    assert data.X_test.dtype == np.float32
    assert data.X_test.flags.c_contiguous
    assert data.y_test.tolist() == [0, 1, 2]
    assert data.y_test.dtype == np.int64
    assert data.image_shape == (28, 28)


def test_data_home_goes_before_the_environment_variable(tmp_path, monkeypatch, name):
    for folder, label in [("given", 1), ("environment", 2)]:
        (tmp_path / folder).mkdir()
        write_archive(tmp_path / folder, name, y_test=np.full(3, label))
    monkeypatch.setenv("SKAE_DATA_HOME", str(tmp_path / "environment"))
    given = IMAGE_LOADERS[name](data_home=str(tmp_path / "given"))
    assert given.y_test.tolist() == [1, 1, 1]
    assert IMAGE_LOADERS[name]().y_test.tolist() == [2, 2, 2]


def test_data_home_without_the_file_is_an_error(tmp_path, monkeypatch, name):
    (tmp_path / "elsewhere").mkdir()
    write_archive(tmp_path / "elsewhere", name)
    monkeypatch.setenv("SKAE_DATA_HOME", str(tmp_path / "elsewhere"))
    with pytest.raises(FileNotFoundError, match=f"data_home=.*holds no {name}.npz"):
        IMAGE_LOADERS[name](data_home=tmp_path)


@pytest.mark.parametrize("folder", [None, "", "/no/such/folder"])
def test_keras_is_asked_last(monkeypatch, name, folder):
    if folder is None:
        monkeypatch.delenv("SKAE_DATA_HOME", raising=False)
    else:
        monkeypatch.setenv("SKAE_DATA_HOME", folder)
    part = np.full((2, 28, 28), 51, dtype=np.uint8), np.array([4, 7], dtype=np.uint8)
    monkeypatch.setattr(
        getattr(keras.datasets, name), "load_data", lambda: (part, part)
    )
    data = IMAGE_LOADERS[name]()
    np.testing.assert_allclose(data.X_train, np.full((2, 784), 0.2), rtol=1e-6)
    assert data.y_train.tolist() == [4, 7]


@pytest.mark.usefixtures("no_net")
def test_absent_and_offline_says_where_and_what_to_do(tmp_path, monkeypatch, name):
    monkeypatch.setenv("SKAE_DATA_HOME", str(tmp_path))
    pattern = f"{name}.npz was not found.*{tmp_path}.*URL fetch failure.*data_home="
    with pytest.raises(FileNotFoundError, match=pattern):
        IMAGE_LOADERS[name]()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y_test": None}, "y_test is not a file"),
        ({"x_train": np.zeros((6, 784), np.uint8)}, r"x_train .*\(6, 784\)"),
        ({"x_test": np.zeros((3, 28, 28))}, "x_test .*float64"),
        ({"y_train": np.zeros(5, np.uint8)}, r"y_train .*6 images.*\(5,\)"),
        ({"y_train": np.zeros(6)}, "y_train .*float64"),
        ({"y_test": np.array(["a", None, 1], dtype=object)}, "Object arrays"),
    ],
)
def test_archive_of_other_arrays_is_an_error(tmp_path, changes, message):
    write_archive(tmp_path, "mnist", **changes)
    with pytest.raises(ValueError, match=f"mnist.npz.*{message}"):
        datasets.load_mnist(data_home=tmp_path)


def write_beats(folder, filename="ecg5000.npz", **changes):
    """Write a small archive in the layout of ECG5000's."""
    rng = np.random.default_rng(0)
    arrays = {
        "x_train": rng.normal(size=(5, 140)),
        "y_train": np.arange(1.0, 6.0),
        "x_test": rng.normal(size=(2, 140)),
        "y_test": np.array([1.0, 4.0]),
    }
    arrays |= changes
    np.savez(folder / filename, **arrays)
    return arrays


@pytest.mark.parametrize("filename", ["ts_ecg5000.npz", "ecg5000.npz"])
def test_beats_are_as_in_the_file(tmp_path, monkeypatch, filename):
    arrays = write_beats(tmp_path, filename)
    monkeypatch.setenv("SKAE_DATA_HOME", str(tmp_path))
    for data in (datasets.load_ecg5000(), datasets.load_ecg5000(data_home=tmp_path)):
        np.testing.assert_allclose(data.X_train, arrays["x_train"], rtol=1e-6)
        assert data.X_train.dtype == data.X_test.dtype == np.float32
        assert data.X_test.flags.c_contiguous
        assert data.y_train.tolist() == [1, 2, 3, 4, 5]
        assert data.y_test.dtype == np.int64
        assert data.target_names[0] == "normal"


def test_beats_can_be_made_of_the_archives_text_files(tmp_path, monkeypatch):
    beats = np.linspace(-2, 2, 280).reshape(2, 140)
    for part in ("TRAIN", "TEST"):
        np.savetxt(tmp_path / f"ECG5000_{part}.txt", np.column_stack([[1, 5], beats]))
    monkeypatch.chdir(tmp_path)
    snippet = datasets.load_ecg5000.__doc__.split("::\n")[1].split("Parameters")[0]
    exec(textwrap.dedent(snippet), {"np": np})
    data = datasets.load_ecg5000(data_home=tmp_path)
    np.testing.assert_allclose(data.X_test, beats, rtol=1e-6)
    assert data.y_train.tolist() == [1, 5]


def test_absent_beats_say_where_they_come_from(tmp_path, monkeypatch):
    monkeypatch.delenv("SKAE_DATA_HOME", raising=False)
    pattern = "ecg5000.npz was not found.*not set.*data_home=.*UCR archive.*docstring"
    with pytest.raises(FileNotFoundError, match=pattern):
        datasets.load_ecg5000()
    pattern = "data_home=.*holds no ts_ecg5000.npz or ecg5000.npz.*UCR archive"
    with pytest.raises(FileNotFoundError, match=pattern):
        datasets.load_ecg5000(data_home=tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x_train": np.zeros((5, 141))}, r"x_train .*\(5, 141\)"),
        ({"x_test": np.zeros((2, 140), int)}, "x_test .*int64"),
        ({"y_train": np.ones(4)}, r"y_train .*5 beats.*\(4,\)"),
        ({"y_test": np.array([0, 1])}, "y_test .*from 1 to 5"),
        ({"y_test": np.array(["a", "b"])}, "y_test .*from 1 to 5"),
    ],
)
def test_other_beats_are_an_error(tmp_path, changes, message):
    write_beats(tmp_path, **changes)
    with pytest.raises(ValueError, match=f"ecg5000.npz: {message}"):
        datasets.load_ecg5000(data_home=tmp_path)


@pytest.mark.parametrize("damage", ["empty", "text", "truncated", "changed", "npy"])
def test_damaged_archive_is_an_error(tmp_path, damage):
    write_archive(tmp_path, "mnist")
    path = tmp_path / "mnist.npz"
    content = bytearray(path.read_bytes())
    if damage == "empty":
        path.write_bytes(b"")
    elif damage == "text":
        path.write_text("no archive at all")
    elif damage == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "changed":
        content[1000] ^= 255
        path.write_bytes(content)
    else:
        with path.open("wb") as file:
            np.save(file, np.zeros(3))
    with pytest.raises(ValueError, match="mnist.npz is not a NumPy archive"):
        datasets.load_mnist(data_home=tmp_path)


def test_import_loads_no_keras():
    code = (
        "import sys, skae.datasets as d; d.load_digits();"
        "print([m for m in ('keras', 'tensorflow', 'matplotlib') if m in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert loaded.stdout.strip() == "[]"


def test_real_images(name):
    folder = Path(os.environ.get("SKAE_DATA_HOME", ""))
    if not (folder / f"{name}.npz").is_file():
        pytest.skip(f"SKAE_DATA_HOME holds no {name}.npz")
    data = IMAGE_LOADERS[name]()
    check_rows(data)
    assert data.X_train.shape == (60000, 784)
    assert data.X_test.shape == (10000, 784)
    # Known means of the training pixels: 0.1307 and 0.2860.
    expected = {"mnist": 0.1307, "fashion_mnist": 0.2860}[name]
    assert data.X_train.mean(dtype=np.float64) == pytest.approx(expected, abs=1e-4)


def test_real_beats():
    try:
        data = datasets.load_ecg5000()
    except FileNotFoundError:
        pytest.skip("SKAE_DATA_HOME holds no ecg5000.npz")
    assert data.X_train.shape == (500, 140)
    assert data.X_test.shape == (4500, 140)
    assert np.bincount(data.y_train).tolist() == [0, 292, 177, 10, 19, 2]
    beats = np.concatenate([data.X_train, data.X_test])
    np.testing.assert_allclose(beats.mean(axis=1), 0, atol=1e-5)
    np.testing.assert_allclose(beats.std(axis=1, ddof=1), 1, atol=1e-3)
