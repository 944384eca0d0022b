"""All that writes a file replaces files, and nothing else that may be there."""

import os
import socket
import stat
import sys

import keras
import numpy as np
import pytest
from discovery import make

import skae
from skae import Autoencoder, Checkpoint, NeighborAutoencoder
from skae.main_job import _job
from skae.plotting import explore, write_projector

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="has neither named pipes nor links for everyone"
)


@pytest.fixture(scope="module")
def rows():
    return np.random.default_rng(0).random((60, 6), dtype=np.float32)


@pytest.fixture(scope="module")
def model(rows):
    return make(Autoencoder, epochs=1).fit(rows)


@pytest.fixture(scope="module")
def map_model(rows):
    return make(NeighborAutoencoder, epochs=1, encoding_dim=2).fit(rows)


@pytest.fixture(params=["save", "checkpoint", "explore", "projector", "main job"])
def write(request, model, map_model, rows, monkeypatch):
    """One of the ways to write a file, as a function of its path."""

    def checkpoint(path):
        make(Autoencoder, epochs=1, callbacks=[Checkpoint(path)]).fit(rows)

    def projector(path):
        path.rename(path.with_name("codes.tsv"))
        write_projector(model, rows, path.parent)

    def main_job(path):
        picture = path.with_name("figure.png")
        path.rename(picture)
        monkeypatch.setattr(_job, "import_keras", lambda: None)
        _job._read_options(["--out", os.fspath(picture)])

    return {
        "save": lambda path: skae.save(model, path),
        "checkpoint": checkpoint,
        "explore": lambda path: explore(map_model, rows, path=path),
        "projector": projector,
        "main job": main_job,
    }[request.param]


def named_pipe(path):
    os.mkfifo(path)


def folder(path):
    path.mkdir()


def listening_socket(path):
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(os.fspath(path))


def link_to_a_pipe(path):
    os.mkfifo(path.with_name("pipe"))
    path.symlink_to("pipe")


def link_into_no_folder(path):
    path.symlink_to("nowhere/nothing")


NO_FILES = {
    named_pipe: "named pipe",
    folder: "folder",
    listening_socket: "socket",
    link_to_a_pipe: "named pipe",
    link_into_no_folder: "There is no folder",
}


@pytest.mark.parametrize("put", NO_FILES, ids=lambda put: put.__name__)
def test_what_is_no_file_is_refused_and_stays(
    put, write, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)  # the address of a socket may be 100 letters long
    put(tmp_path.joinpath("x").relative_to(tmp_path))
    before = {stat.S_IFMT(p.lstat().st_mode) for p in tmp_path.iterdir()}
    with pytest.raises((OSError, SystemExit)) as caught:
        write(tmp_path / "x")
    assert NO_FILES[put] in f"{caught.value} {capsys.readouterr().err}"
    assert {stat.S_IFMT(p.lstat().st_mode) for p in tmp_path.iterdir()} == before


def test_a_link_to_a_file_is_followed(model, map_model, rows, tmp_path):
    for write in (
        lambda path: skae.save(model, path),
        lambda path: explore(map_model, rows, path=path),
    ):
        file, link = tmp_path / "file", tmp_path / "link"
        file.touch()
        link.symlink_to(file.name)
        write(link)
        assert link.is_symlink() and file.stat().st_size > 1000
        link.unlink()


class Stop(keras.callbacks.Callback):
    """As if the process was killed in the second epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            raise LookupError


def test_a_checkpoint_behind_a_link_is_removed(rows, tmp_path):
    file, link = tmp_path / "file", tmp_path / "link"
    keep = make(Autoencoder, epochs=2, callbacks=[Checkpoint(file), Stop()])
    with pytest.raises(LookupError):
        keep.fit(rows)
    assert file.is_file()
    link.symlink_to(file.name)
    keep.set_params(callbacks=[Checkpoint(link)]).fit(rows)
    assert [*tmp_path.iterdir()] == []
