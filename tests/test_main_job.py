import os
import re
import subprocess
import sys

import keras
import matplotlib.image
import numpy as np
import pytest

from skae.main_job._job import main


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    """Run the main job once; return what it printed and the folder it ran in."""
    folder = tmp_path_factory.mktemp("main_job")
    # As of one who has not set it: what runs the tests may have.
    environment = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
    command = [sys.executable, "-m", "skae", "--epochs", "2", "--encoding-dim", "6"]
    result = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return result.stdout, folder, result.stderr


def read_table(printed):
    rows = re.findall(r"^(\w+) +(\d\.\d{3}) +(\d\.\d{3}) +(\d+\.\d)$", printed, re.M)
    return {name: [float(number) for number in numbers] for name, *numbers in rows}


def test_table_compares_with_pca(job):
    table = read_table(job[0])
    assert list(table) == ["Autoencoder", "PCA"]
    for explained, accuracy, seconds in table.values():
        assert 0.4 < explained < 0.9
        assert 0.8 < accuracy <= 1
        assert 0 <= seconds < 60
    # Six components of the scaled training rows, by scikit-learn alone.
    assert table["PCA"][0] == pytest.approx(0.583, abs=0.02)


def test_progress_and_steps_are_printed(job):
    assert "1257 training rows and 540 test rows of 64 pixels" in job[0]
    assert re.search(r"^epoch 2/2 - loss: 0\.\d+", job[0], re.M)
    assert "mapping 540 of 540 test codes" in job[0]


def test_tensorflows_notes_are_not_printed(job):
    assert re.findall(r"^(?:[A-Z]\d{4} |.*absl|.*TensorFlow).*", job[2], re.M) == []


def test_figure_is_written_under_the_name_of_the_data(job):
    (path,) = job[1].iterdir()
    assert path.name == "skae-digits.png"
    pixels = matplotlib.image.imread(path)
    assert pixels.shape[0] > 600
    assert pixels.shape[1] > 1000
    # Neither blank nor filled: ink on up to a third of the paper.
    assert 0.01 < np.mean(pixels[..., :3].min(axis=-1) < 0.9) < 0.33


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--data", "cifar"], "choose from .*digits.*fashion_mnist"),
        (["--encoding-dim", "0"], "whole number above 0, got 0"),
        (["--encoding-dim", "2.5"], "whole number above 0, got 2.5"),
        (
            ["--encoding-dim", "65"],
            "at most 64, the number of pixels.*, got 65",
        ),
        (["--epochs", "-3"], "whole number above 0, got -3"),
        (["--seed", "4294967296"], "from 0 to 4294967295, got 4294967296"),
        (["--out", "map.doc"], r"end in \.png, \.pdf, \.svg, got map.doc"),
        (["--out", "no/such/folder/map.png"], "no folder no/such/folder"),
    ],
)
def test_bad_option_says_what_is_allowed(capsys, options, message):
    with pytest.raises(SystemExit) as exit_:
        main(options)
    assert exit_.value.code == 2
    assert re.search(message, capsys.readouterr().err)


def test_absent_data_end_without_a_traceback(capsys, monkeypatch, tmp_path):
    def load_data():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", load_data)
    monkeypatch.setenv("SKAE_DATA_HOME", str(tmp_path))
    with pytest.raises(SystemExit) as exit_:
        main(["--data", "mnist"])
    assert exit_.value.code == 1
    assert "mnist.npz was not found" in capsys.readouterr().err
