"""TensorFlow's notes at its start, which nobody asked for."""

import os
import re
import subprocess
import sys

import pytest

from skae._keras import without_notes

NOTES = r"^(?:[A-Z]\d{4} |.*absl|.*TensorFlow).*"
FIT = "skae.Autoencoder(2, epochs=1, random_state=0, **OPTIONS).fit(X)"
BEGIN = """
import os
import numpy as np
import skae
X = np.random.default_rng(0).normal(size=(40, 5))
OPTIONS = {"hidden_layer_sizes": (4,), "early_stopping": False}
before = dict(os.environ)
"""


def run(code, **environment):
    """What a process that knows nothing of log levels writes to stderr."""
    kept = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
    command = [sys.executable, "-c", BEGIN + code]
    result = subprocess.run(
        command, env=kept | environment, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return result.stderr


def test_other_words_on_stderr_are_printed(capfd):
    with pytest.raises(ImportError), without_notes():
        print("a warning", file=sys.stderr)
        os.write(2, b"WARNING: All log messages before absl::InitializeLog() is ...\n")
        os.write(2, b"I0000 00:00:1795540302.169594    3908 port.cc:153] oneDNN\n")
        os.write(2, b"E0000 00:00:1795540302.169595    3908 an error\n")
        raise ImportError
    os.write(2, b"and after\n")
    found = capfd.readouterr().err.splitlines()
    error = "E0000 00:00:1795540302.169595    3908 an error"
    assert found == ["a warning", error, "and after"]


def test_a_fit_writes_nothing_and_changes_no_setting():
    # XLA has notes of its own, long after the import.
    code = "OPTIONS['jit_compile'] = True\n" + FIT
    assert run(code + "\nassert dict(os.environ) == before") == ""


@pytest.mark.slow
def test_loading_and_workers_are_quiet_too(tmp_path):
    path = tmp_path / "model.skae"
    code = f"""
from sklearn.model_selection import cross_val_score
cross_val_score(skae.Autoencoder(2, epochs=1, **OPTIONS), X, n_jobs=2, cv=2)
import sys
assert "tensorflow" not in sys.modules
skae.save({FIT}, {str(path)!r})
"""
    assert run(code) == ""
    assert run(f"skae.load({str(path)!r}).transform(X)") == ""


@pytest.mark.slow
def test_who_has_set_a_level_or_imported_tensorflow_sees_what_he_asked_for():
    assert re.search(NOTES, run(FIT, TF_CPP_MIN_LOG_LEVEL="0"), re.M)
    code = "import tensorflow, sys; print('then', file=sys.stderr)\n" + FIT
    assert re.search(NOTES, run(code).split("then")[0], re.M)
