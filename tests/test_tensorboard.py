"""TensorBoard's own server reads what fits and `write_projector` write."""

import contextlib
import json
import re
import subprocess
import sys
import urllib.parse
import urllib.request

import keras
import numpy as np
import pytest
from matplotlib.image import imread

from skae import Autoencoder
from skae.datasets import load_digits
from skae.plotting import write_projector
from skae.plotting._projector import _sprite

SMALL = {"hidden_layer_sizes": (8,), "epochs": 3, "random_state": 0}


@contextlib.contextmanager
def server(folder):
    """TensorBoard on loopback; gives a function that asks it."""
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(folder)]
    command += ["--host", "127.0.0.1", "--port", "0", "--load_fast", "false"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stderr:
                if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
                    break
            else:
                pytest.fail("TensorBoard ended before it listened")

            def ask(plugin, path, **query):
                url = f"{found[0]}data/plugin/{plugin}/{path}?"
                url += urllib.parse.urlencode(query)
                with urllib.request.urlopen(url, timeout=60) as answer:
                    return answer.read()

            yield ask
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def digits():
    return load_digits()


@pytest.mark.slow
# Keras' callback reads the learning rate in a way that NumPy 2 deprecates.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_the_server_has_scalars_and_projector(tmp_path, digits):
    X, y = digits.X_train[:200], digits.y_train[:200]
    callback = keras.callbacks.TensorBoard(tmp_path / "run")
    model = Autoencoder(4, callbacks=[callback], **SMALL).fit(X)
    write_projector(model, X, tmp_path, y=y)
    with server(tmp_path) as ask:
        query = {"tag": "epoch_loss", "run": "run/validation"}
        scalars = json.loads(ask("scalars", "scalars", **query))
        (run,) = json.loads(ask("projector", "runs"))
        info = json.loads(ask("projector", "info", run=run))
        name = info["embeddings"][0]["tensorName"]
        query = {"run": run, "name": name}
        codes = np.frombuffer(ask("projector", "tensor", **query), dtype=np.float32)
        labels = ask("projector", "metadata", **query).decode().split()
        image = ask("projector", "sprite_image", **query)

    epochs, losses = np.array(scalars)[:, 1:].T
    np.testing.assert_array_equal(epochs, range(3))
    np.testing.assert_allclose(losses, model.history_["val_loss"], rtol=1e-5)
    assert info["embeddings"][0]["tensorShape"] == [200, 4]
    expected = model.transform(X)
    np.testing.assert_allclose(codes.reshape(200, 4), expected, rtol=1e-5, atol=1e-5)
    assert labels == [str(label) for label in y]
    assert image.startswith(b"\x89PNG")


def test_images_are_in_the_order_of_the_codes(tmp_path, digits):
    model = Autoencoder(2, **SMALL).fit(digits.X_train)
    X = digits.X_test[:7]
    write_projector(model, X, tmp_path)
    picture = imread(tmp_path / "images.png")
    assert picture.shape[:2] == (3 * 8, 3 * 8)
    fifth = picture[8:16, 8:16, 0]  # row by row: 1 2 3 / 4 5 6 / 7
    np.testing.assert_allclose(fifth, X[4].reshape(8, 8), atol=1 / 255)
    assert not picture[16:, 8:, :3].any()
    assert not (tmp_path / "labels.tsv").exists()


def test_labels_are_one_line_each(tmp_path):
    X = np.random.default_rng(0).normal(size=(30, 3))
    y = np.array(["one\ttwo", "a\nb", "c"] * 10)
    model = Autoencoder(2, **SMALL).fit(X)
    config = write_projector(model, X, tmp_path / "made" / "here", y=y)
    lines = (config.parent / "labels.tsv").read_text().splitlines()
    assert lines[:3] == ["one two", "a b", "c"] and len(lines) == 30
    assert not (config.parent / "images.png").exists()


def test_nothing_is_written_after_an_error(tmp_path, digits):
    model = Autoencoder(2, **SMALL).fit(digits.X_train)
    X = digits.X_test[:9]
    with pytest.raises(ValueError, match="inconsistent numbers"):
        write_projector(model, X, tmp_path / "no", y=[1, 2])
    with pytest.raises(ValueError, match="image_shape"):
        write_projector(model, X, tmp_path / "no", image_shape=(3, 3))
    assert not (tmp_path / "no").exists()


def test_too_many_images_for_a_browser():
    with pytest.raises(ValueError, match="9 images of 2 x 4000.*at most 4 rows"):
        _sprite(np.zeros((9, 2, 4000)))
