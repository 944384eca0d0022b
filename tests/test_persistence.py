"""Fitted estimators as files: the same estimator again, or one clear error."""

import copy
import errno
import importlib.util
import json
import math
import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

import fuzz_files
import keras
import numpy as np
import pytest
import safetensors.numpy
from discovery import autoencoder_classes, make, outputs, whole_epochs
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skae
from skae import Autoencoder, _file

FILES = Path(__file__).parent / "files"
ALL_VERSIONS = sorted(FILES.glob("v?_*.skae"))
AUTOENCODERS = {cls.__name__ for cls in autoencoder_classes()}
PRESENT = sorted(FILES.glob(f"v{_file.FORMAT_VERSION}_*.skae"))


@keras.saving.register_keras_serializable("tests")
def bent(x):
    """A function of one's own."""
    return keras.ops.tanh(x) + 0.1 * x


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.skae"


@pytest.mark.parametrize("cls", autoencoder_classes())
def test_the_same_estimator_again(cls, X, path):
    model = make(cls).fit(X)
    skae.save(model, path)
    again = skae.load(path)
    np.testing.assert_array_equal(again.transform(X), model.transform(X))
    np.testing.assert_array_equal(again.reconstruct(X), model.reconstruct(X))
    assert repr(again) == repr(model) and again.history_ == model.history_
    assert vars(again).keys() == vars(model).keys()
    before = again.transform(X)
    again.partial_fit(X)
    model.partial_fit(X)
    assert not np.array_equal(again.transform(X), before)
    # One network still, not three copies.
    parts = {id(w) for w in (*again.encoder_.weights, *again.decoder_.weights)}
    assert parts == {id(w) for w in again.autoencoder_.weights}


@pytest.mark.parametrize("cls", autoencoder_classes())
def test_training_goes_on_as_if_there_were_no_file(cls, X, path):
    settings = {
        "warm_start": True,
        "early_stopping": False,
        "learning_rate_schedule": "constant",
    }
    whole = make(cls, **settings, **whole_epochs(cls, 4)).fit(X)
    half = make(cls, **settings, **whole_epochs(cls, 2)).fit(X)
    skae.save(half, path)
    loaded = skae.load(path)
    loaded.fit(X)
    np.testing.assert_array_equal(loaded.transform(X), whole.transform(X))


@pytest.mark.parametrize("file", ALL_VERSIONS, ids=lambda file: file.stem)
def test_files_of_all_versions_load(file):
    X = np.load(FILES / "X.npy")
    expected = np.load(FILES / "outputs.npz")[file.stem[3:]]
    # Other machines round differently.
    np.testing.assert_allclose(outputs(skae.load(file), X), expected, atol=1e-5)


def changes_if_trained_further(model, X):
    """What would differ from the network in the file, which `partial_fit` refuses."""
    before = model._model.architecture
    after = model._make_architecture({"data": model._read(X)}, previous=before)
    # Fields of training alone, such as the places on a map, are made by `partial_fit`.
    changes = before.changes(after.for_inference())
    return [change for change in changes if not change.startswith("training with")]


@pytest.mark.parametrize(
    "file",
    [file for file in ALL_VERSIONS if file.stem[3:] in AUTOENCODERS],
    ids=lambda file: file.stem,
)
def test_models_of_all_versions_can_be_trained_further(file):
    assert changes_if_trained_further(skae.load(file), np.load(FILES / "X.npy")) == []


@pytest.mark.parametrize(
    ("model", "scale"),
    [
        (Autoencoder(2, input_noise=0, epochs=1), 1.0),
        (Autoencoder(2, epochs=1), 1e-50),
        (skae.DenoisingAutoencoder(2, noise_level=1, epochs=1), 1.0),
        (skae.DenoisingAutoencoder(2, noise_level=1e-51, epochs=1), 1e-50),
        (skae.DenoisingAutoencoder(2, noise="masking", epochs=1), 1e-50),
    ],
    ids=["zero", "unit", "level", "level and unit", "share"],
)
def test_levels_of_noise_in_files_of_before(model, scale, X, path):
    """They were floats in the unit of the rows, which the network did not know."""
    X = scale * X
    model = model.set_params(random_state=0).fit(X)
    values = dict(model._model.architecture.values)
    unit, noise = values.pop("unit_exponent", 0), values.get("noise")
    for name in ("input_noise", "noise_level"):
        if isinstance(values.get(name), int | float) and noise != "masking":
            values[name] = math.ldexp(values[name], -unit)
    model._model.architecture = type(model._model.architecture)(**values)
    skae.save(model, path)
    again = skae.load(path)
    assert changes_if_trained_further(again, X) == []
    np.testing.assert_array_equal(again.transform(X), model.transform(X))


def test_there_is_a_file_of_each_estimator():
    kept = {file.stem[3:] for file in PRESENT}
    assert AUTOENCODERS <= kept
    assert {file.stem[:2] for file in ALL_VERSIONS} == {"v1", "v2"}


def test_a_detector_of_old_is_what_it_was(path):
    old = skae.load(FILES / "v1_AutoencoderOutlierDetector.skae")
    assert old.criterion == "reconstruction"
    X = np.load(FILES / "X.npy")
    np.testing.assert_array_equal(
        old.score_samples(X), old.autoencoder_.score_samples(X)
    )
    with pytest.raises(AttributeError, match="saved by an earlier version"):
        old.explain(X)
    skae.save(old, path)
    np.testing.assert_array_equal(skae.load(path).predict(X), old.predict(X))


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Pipeline"},
        {"name": ["GaussianMixture"]},
        {"parameters": {"dict": {"depth": 3}}},
        {"parameters": {"dict": {"n_components": -1}}},
        {"fitted": {"dict": {"fit": 1}}},
        {"fitted": 3},
    ],
)
def test_mixtures_that_are_none(change, path):
    file = FILES / "v2_AutoencoderOutlierDetector_novelty.skae"
    document, arrays, _ = _file.read(file)

    def mend(node):
        if isinstance(node, list):
            return [mend(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "scikit_learn" in node:
            described = node["scikit_learn"]["dict"]
            return {"scikit_learn": {"dict": {**described, **change}}}
        return {key: mend(value) for key, value in node.items()}

    assert "scikit_learn" in str(document) and mend(document) != document
    _file.write(path, mend(document), arrays)
    with pytest.raises(ValueError, match="invalid|does not have|must be"):
        skae.load(path)


@pytest.mark.slow
def test_another_backend_gives_the_same_codes():
    if importlib.util.find_spec("jax") is None:
        pytest.skip("jax is not installed")
    script = (
        "import keras, numpy as np, pathlib, skae, sys\n"
        "assert keras.backend.backend() == 'jax'\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "X, outputs = np.load(folder / 'X.npy'), np.load(folder / 'outputs.npz')\n"
        "for file in folder.glob('v1_*Autoencoder.skae'):\n"
        "    codes = skae.load(file).transform(X)\n"
        "    expected = outputs[file.stem[3:]]\n"
        "    np.testing.assert_allclose(codes, expected, atol=1e-5, rtol=1e-5)\n"
    )
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    command = [sys.executable, "-c", script, str(FILES)]
    subprocess.run(command, check=True, env=environment, timeout=300)


def test_parameters_of_all_kinds(X, path):
    model = make(
        Autoencoder,
        activation=bent,
        code_activation=keras.activations.relu,
        init="random",
        hidden_layer_sizes=[8, 4],
        optimizer=keras.optimizers.SGD(momentum=0.5),
        random_state=np.random.RandomState(3),
        l1=np.float64(0.01),
        warm_start=True,
    ).fit(X)
    skae.save(model, path)
    again = skae.load(path)
    assert again.activation is bent and again.hidden_layer_sizes == [8, 4]
    assert again.code_activation is keras.activations.relu
    assert again.optimizer.momentum == 0.5 and type(again.l1) is np.float64
    assert again.random_state.randint(1000) == model.random_state.randint(1000)
    np.testing.assert_array_equal(again.transform(X), model.transform(X))
    again.fit(X)  # goes on with the optimizer's state


def test_names_of_features_and_classes(X, path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=[f"x{i}" for i in range(X.shape[1])])
    frozen = FrozenEstimator(make(Autoencoder).fit(frame))
    labels = np.where(X[:, 0] > 0.5, "high", "low").astype(object)
    model = skae.EncoderClassifier(frozen, random_state=0, fine_tune_epochs=1)
    skae.save(model.fit(frame, labels), path)
    again = skae.load(path)
    assert list(again.feature_names_in_) == list(frame.columns)
    np.testing.assert_array_equal(again.predict(frame), model.predict(frame))
    assert again.classes_.dtype == model.classes_.dtype
    with pytest.raises(ValueError, match="feature names"):
        again.predict(frame.rename(columns={"x0": "other"}))


class TestSave:
    """What cannot be saved, and files that cannot be written."""

    def test_not_fitted(self, path):
        with pytest.raises(NotFittedError):
            skae.save(Autoencoder(), path)
        assert not path.exists()

    def test_other_objects(self, path, X):
        pipeline = make_pipeline(StandardScaler(), make(Autoencoder)).fit(X)
        with pytest.raises(TypeError, match="got Pipeline.*pickle, joblib or skops"):
            skae.save(pipeline, path)

    def test_functions_that_are_not_registered(self, path, X):
        model = make(Autoencoder, activation=lambda x: x, init="random").fit(X)
        with pytest.raises(
            TypeError, match="Autoencoder.activation is <function.*regis"
        ):
            skae.save(model, path)
        assert list(path.parent.iterdir()) == []

    def test_callbacks_are_left_out_with_a_warning(self, path, X):
        callbacks = [keras.callbacks.TerminateOnNaN()]
        model = make(Autoencoder, callbacks=callbacks).fit(X)
        with pytest.warns(UserWarning, match="Callbacks are not saved") as caught:
            skae.save(model, path)
        assert caught[0].filename == __file__
        again = skae.load(path)
        assert again.callbacks is None and model.callbacks == callbacks
        np.testing.assert_array_equal(again.transform(X), model.transform(X))

    @pytest.mark.parametrize(
        ("step", "number"),
        [
            ("open", errno.EROFS),
            ("open", errno.EACCES),
            ("fsync", errno.ENOSPC),
            ("replace", errno.ENOSPC),
        ],
    )
    def test_a_full_or_read_only_disk(self, step, number, path, X, monkeypatch):
        skae.save(make(Autoencoder).fit(X), path)
        before = path.read_bytes()

        def refuse(*args):
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, step, refuse)
        with pytest.raises(OSError, match=os.strerror(number)):
            skae.save(make(Autoencoder, random_state=1).fit(X), path)
        monkeypatch.undo()
        assert path.read_bytes() == before and list(path.parent.iterdir()) == [path]

    @pytest.mark.slow
    def test_sigkill_leaves_the_old_file(self, path, X):
        script = (
            "import os, signal, sys, numpy as np, skae\n"
            "X = np.arange(12.0).reshape(6, 2)\n"
            "model = skae.Autoencoder(1, hidden_layer_sizes=(), epochs=1).fit(X)\n"
            "os.replace = lambda *args: os.kill(os.getpid(), signal.SIGKILL)\n"
            "skae.save(model, sys.argv[1])\n"
        )
        skae.save(make(Autoencoder).fit(X), path)
        before = path.read_bytes()
        ended = subprocess.run([sys.executable, "-c", script, str(path)], timeout=300)
        assert ended.returncode == -signal.SIGKILL
        assert path.read_bytes() == before
        skae.load(path)

    def test_a_folder_that_takes_no_file(self, path, X):
        path.write_text("no folder")
        with pytest.raises(OSError, match="model.skae"):
            skae.save(make(Autoencoder).fit(X), path / "model.skae")
        assert path.read_text() == "no folder"

    @pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
    @pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o444])
    def test_a_file_keeps_its_mode(self, mode, path, X, monkeypatch):
        model = make(Autoencoder).fit(X)
        umask = os.umask(0o022)
        try:
            skae.save(model, path)
            assert path.stat().st_mode & 0o777 == 0o644
            path.chmod(mode)
            open_ = os.open

            def open_and_look(part, *args):
                descriptor = open_(part, *args)
                # Not readable by others for a moment either.
                assert os.fstat(descriptor).st_mode & 0o777 & ~mode == 0
                return descriptor

            monkeypatch.setattr(os, "open", open_and_look)
            skae.save(model, path)
        finally:
            os.umask(umask)
        assert path.stat().st_mode & 0o777 == mode

    def test_links_stay_links(self, path, X):
        link = path.with_name("link")
        link.symlink_to(path)
        skae.save(make(Autoencoder).fit(X), link)
        assert link.is_symlink() and path.is_file()


class TestLoad:
    """Files that are refused."""

    @pytest.fixture
    def forge(self, path):
        """Write the file of an autoencoder after a change of its document."""
        document, arrays, _ = _file.read(FILES / "v2_Autoencoder.skae")

        def forge(change):
            changed = copy.deepcopy(document)
            change(changed["estimator"])
            _file.write(path, changed, arrays)
            return path

        return forge

    def test_no_file(self, path):
        with pytest.raises(FileNotFoundError, match="model.skae does not exist"):
            skae.load(path)
        with pytest.raises(FileNotFoundError, match="is not a file"):
            skae.load(path.parent)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\0" * 100,
            pickle.dumps({"a": 1}),
            # A header of 2^60 bytes, and an array of 2^62 of them.
            (2**60).to_bytes(8, "little") + b"{}",
            (lambda header: len(header).to_bytes(8, "little") + header)(
                b'{"a":{"dtype":"F32","shape":[4611686018427387904],'
                b'"data_offsets":[0,18446744073709551608]}}'
            ),
        ],
        ids=["empty", "zeros", "pickle", "large header", "large array"],
    )
    def test_other_files(self, path, content):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="cannot be loaded: it is cut off, or of"):
            skae.load(path)

    def test_arrays_of_others(self, path):
        safetensors.numpy.save_file({"a": np.zeros(3)}, path)
        with pytest.raises(ValueError, match="it holds arrays, but no estimator"):
            skae.load(path)

    def test_files_of_the_future(self, path, monkeypatch):
        document, arrays, _ = _file.read(FILES / "v2_Autoencoder.skae")
        monkeypatch.setattr(_file, "FORMAT_VERSION", 7)
        _file.write(path, document, arrays)
        monkeypatch.undo()
        with pytest.raises(
            ValueError, match="version 7.*up to 2: install a newer skae"
        ):
            skae.load(path)

    def test_each_cut_and_each_damaged_byte(self, path):
        content = (FILES / "v2_SparseAutoencoder.skae").read_bytes()
        for place in range(0, len(content), 37):
            path.write_bytes(content[:place])
            with pytest.raises(ValueError, match="cannot be loaded"):
                skae.load(path)
            damaged = bytearray(content)
            damaged[place] ^= 4
            path.write_bytes(damaged)
            with pytest.raises(ValueError, match="cannot be loaded"):
                skae.load(path)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (
                lambda e: e.update({"class": "os.system"}),
                "'os.system', which is unknown",
            ),
            (lambda e: e.update({"class": "BaseAutoencoder"}), "which is unknown"),
            (lambda e: e["parameters"].update(shell=1), "no parameter 'shell'"),
            (lambda e: e["parameters"].update(epochs=-3), "'epochs' parameter"),
            (lambda e: e["fitted"].update(transform=1), "no attribute 'transform'"),
            (lambda e: e["fitted"].update(encoder_=1), "no attribute 'encoder_'"),
            (lambda e: e["fitted"].update(__class__=1), "no attribute '__class__'"),
            (lambda e: e["fitted"].pop("_model"), "has no weights"),
            (
                lambda e: e["parameters"].update(
                    activation={"keras": {"module": "os", "name": "system"}}
                ),
                "unknown Keras object 'system'",
            ),
            (
                lambda e: e["parameters"].update(
                    activation={"keras": {"registered": "theirs>Layer"}}
                ),
                "import the module that registers it",
            ),
        ],
    )
    def test_hostile_descriptions(self, forge, change, message):
        with pytest.raises(ValueError, match=message):
            skae.load(forge(change))

    def test_a_network_that_needs_a_thousand_gigabytes(self, forge):
        def change(estimator):
            model = estimator["fitted"]["_model"]["model"]
            model["architecture"]["values"]["hidden_layer_sizes"] = {
                "tuple": [10**6, 10**6]
            }

        with pytest.raises(ValueError, match="but the network that it describes has"):
            skae.load(forge(change))
        # Keras has not kept a list of weights to fill in later.
        with keras.StatelessScope():
            pass

    def test_a_network_of_a_million_layers(self, forge):
        def change(estimator):
            model = estimator["fitted"]["_model"]["model"]
            model["architecture"]["values"]["hidden_layer_sizes"] = {
                "tuple": [1] * 10**6
            }

        with pytest.raises(ValueError, match="it has more than 240 variables"):
            skae.load(forge(change))

    def test_a_deep_document(self, path):
        _, arrays, _ = _file.read(FILES / "v2_Autoencoder.skae")
        text = "[" * 100000 + "]" * 100000
        metadata = {"format": "skae", "version": "1", "document": text}
        metadata["sha256"] = _file._digest(text, arrays)
        safetensors.numpy.save_file(arrays, path, metadata)
        with pytest.raises(ValueError, match="description cannot be read"):
            skae.load(path)

    @pytest.mark.slow
    def test_hundreds_of_mutated_files(self, tmp_path):
        X = np.load(FILES / "X.npy")
        outcomes = fuzz_files.fuzz(PRESENT, X, 300, tmp_path)
        assert sum(outcomes.values()) >= 290
        refused = {kind for kind, outcome in outcomes if outcome == "refused"}
        assert refused == {"flip_bits", "flip_header", "cut", "splice", "forged"}
        # With a wrong checksum nothing loads.
        loaded = {kind for kind, outcome in outcomes if outcome != "refused"}
        assert loaded <= {"forged"}


def test_the_document_is_plain_json():
    document, arrays, _ = _file.read(FILES / "v2_VariationalAutoencoder.skae")
    text = json.dumps(document)
    assert json.loads(text) == document and "builtins" not in text
    assert all(array.dtype.kind in "biuf" for array in arrays.values())
