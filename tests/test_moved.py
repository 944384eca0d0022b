"""Names and hooks of before: found with a warning, or refused with advice."""

from importlib import import_module

import numpy as np
import pytest

from skae._moved import MOVED
from skae.base import BaseAutoencoder
from skae.data import TableLayout
from skae.families.dense import DenseArchitecture
from skae.persistence import _estimators
from skae.persistence._former_names import CLASSES

PLACES = [
    (package, home, name)
    for package, homes in MOVED.items()
    for home, names in homes.items()
    for name in names
]


@pytest.mark.parametrize(("package", "home", "name"), PLACES)
def test_a_name_is_found_where_it_was(package, home, name):
    module = import_module(package)
    with pytest.warns(FutureWarning, match=f"import it from {home}") as caught:
        found = getattr(module, name)
    assert found is getattr(import_module(home), name)
    assert caught[0].filename == __file__


def test_what_never_was_there_is_not_found():
    with pytest.raises(AttributeError, match="skae.architectures"):
        import_module("skae.architectures").Nothing  # noqa: B018
    with pytest.raises(ImportError, match="Nothing"):
        exec("from skae.layers import Nothing")


def test_a_renamed_hook_is_taken():
    with pytest.warns(FutureWarning, match="_loss_weights") as caught:

        class Former(BaseAutoencoder):
            _architecture = DenseArchitecture

            def _strengths(self, epoch):
                return {"term": 2.0}

    assert caught[0].filename == __file__
    assert Former()._loss_weights(1) == {"term": 2.0}


@pytest.mark.parametrize(
    ("base", "former", "present"),
    [
        (BaseAutoencoder, "_facts", "_data_values"),
        (DenseArchitecture, "variance_left", "unexplained_variance"),
        (DenseArchitecture, "settle_units", "fit_units"),
        (TableLayout, "settle_units", "fit_units"),
        (TableLayout, "numeric", "numeric_only"),
    ],
)
def test_every_base_takes_its_renamed_hooks(base, former, present):
    hook = object()
    with pytest.warns(FutureWarning, match=f"{former} is called {present} now"):
        cls = type("Former", (base,), {former: hook})
    assert getattr(cls, present) is hook


@pytest.mark.parametrize(
    ("base", "hook", "advice"),
    [
        (DenseArchitecture, "settle", "resolve_auto"),
        (DenseArchitecture, "initial_weights", "Baseline"),
        (DenseArchitecture, "has_normal_prior", "sample"),
        (DenseArchitecture, "most_auto_codes", "resolve_auto"),
        (TableLayout, "check_other", "validate"),
        (TableLayout, "is_sequence", "SequenceLayout"),
        (BaseAutoencoder, "_linear_code", "limits"),
    ],
)
def test_a_hook_that_nothing_calls_is_refused(base, hook, advice):
    with pytest.raises(TypeError, match=f"{hook} any more: .*{advice}"):
        type("Former", (base,), {hook: lambda self: None})


def test_classes_in_files_have_names_of_today():
    states = {cls.__name__ for cls in _estimators._family(_estimators.SavedState)}
    assert set(CLASSES.values()) <= states
    assert not CLASSES.keys() & states


def test_fields_are_the_arguments_of_encode_and_decode():
    class Told(DenseArchitecture):
        def encode(self, x, condition, *, place):
            return x

        def decode(self, code, encoder, condition):
            return code

    told = Told({"data": ((3,), np.float32)})
    assert told.encoder_inputs == ("condition", "place")
    assert told.decoder_inputs == ("condition",)
    assert DenseArchitecture({"data": ((3,),)}).encoder_inputs == ()
