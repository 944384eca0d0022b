"""What a user sees of the package by `dir`, `help` and `from skae import *`."""

import importlib
import inspect
import subprocess
import sys

import pytest

import skae

MODULES = ("skae", "skae.datasets", "skae.metrics", "skae.plotting", "skae.testing")


def functions():
    """Each public class and function, and the methods that skae's classes define."""
    for module in map(importlib.import_module, MODULES):
        for name in dir(module):
            value = getattr(module, name)
            if name.startswith("_") or inspect.ismodule(value) or not callable(value):
                continue
            yield f"{module.__name__}.{name}", value
            members = inspect.getmembers(value, inspect.isfunction)
            for method, function in members if inspect.isclass(value) else ():
                if function.__module__.startswith("skae.") and method[0] != "_":
                    yield f"{module.__name__}.{name}.{method}", function


def test_dir_is_what_star_imports():
    assert len(set(skae.__all__)) == len(skae.__all__)
    assert dir(skae) == sorted([*skae.__all__, "__version__"])
    names = {}
    exec("from skae import *", names)
    assert names.keys() - {"__builtins__"} == set(skae.__all__)
    assert "importlib" not in dir(skae) and "Autoencoder" in dir(skae)


def test_signatures_can_be_read():
    for name, function in functions():
        for parameter in inspect.signature(function).parameters.values():
            shown = inspect.formatannotation(parameter.annotation)
            assert len(shown) < 70, f"{name}: {parameter}"


def test_annotations_are_names_that_exist():
    """They are written as text, which nothing else would notice to be wrong."""
    for name, function in functions():
        if inspect.isfunction(function):
            found = [
                p.annotation for p in inspect.signature(function).parameters.values()
            ]
            scope = inspect.unwrap(function).__globals__
            for text in (text for text in found if isinstance(text, str)):
                assert eval(text, scope) is not None, name


def shown(capsys):
    skae.show_versions()
    return capsys.readouterr().out


def test_versions_of_a_process_at_work(capsys):
    import keras

    text = shown(capsys)
    assert f"skae: {skae.__version__}\n" in text
    assert f"keras: {keras.__version__}\n" in text
    assert f"backend: {keras.backend.backend()} (in use)" in text
    assert "/physical_device:CPU:0" in text
    assert "image_data_format: channels_last" in text


@pytest.mark.parametrize(
    ("setting", "backend"),
    [("", "tensorflow (Keras' default"), ("jax", "jax (KERAS_BACKEND")],
)
def test_versions_import_nothing(setting, backend, tmp_path):
    code = (
        "import sys, skae; skae.show_versions();"
        "assert not {'keras', 'tensorflow', 'jax'} & sys.modules.keys()"
    )
    environment = {
        "TF_VAR_password": "secret",
        "KERAS_BACKEND": setting,
        "KERAS_HOME": str(tmp_path),
    }
    text = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env=environment | {"PYTHONPATH": ":".join(sys.path)},
    ).stdout
    assert f"backend: {backend}" in text
    assert "devices: not known before the first fit" in text
    assert "secret" not in text
