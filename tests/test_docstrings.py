"""Docstrings of estimators: complete, in order, and true."""

import ast
import inspect
import re
import subprocess
import sys
from functools import partial

import pytest
from discovery import autoencoder_classes, estimator_classes

from skae.engine import Field
from skae.estimator._docstrings import (
    _entries,
    _sections,
    title_of,
    with_shared_texts,
)
from skae.estimator._parameters import TRAINING_CONSTRAINTS
from skae.estimator._shared_attributes import (
    ATTRIBUTES_WITH,
    FIRST_ATTRIBUTES,
    LAST_ATTRIBUTES,
)
from skae.estimator._shared_texts import PARAMETERS, RANDOM_THINGS_WITH
from skae.families.dense import DenseArchitecture
from skae.fitting import worth_compiling

# Training parameters that a class explains in words of its own.
OWN_WORDS = {
    "NeighborAutoencoder": {"epochs"},
    "StackedAutoencoder": {
        "learning_rate_schedule",
        "epochs",
        "validation_fraction",
        "warm_start",
        "callbacks",
    },
}
# Their words depend on the class: the tests below ask each for its truth.
FILLED_IN = {"jit_compile", "random_state"}


def explained(cls, section="Parameters"):
    return _entries(_sections(inspect.getdoc(cls))[section])


def written(cls, section):
    """What stands in the source, before anything is inserted."""
    (node,) = ast.parse(inspect.getsource(cls)).body
    return _entries(_sections(ast.get_docstring(node)).get(section, ""))


def parameters_of(cls):
    """The parameters by their names in a docstring."""
    return {title_of(p): p for p in inspect.signature(cls).parameters.values()}


def words(entry):
    return " ".join(entry.split("\n", 1)[1].split())


def test_discovery_finds_all_kinds():
    names = {cls.__name__ for cls in estimator_classes()}
    assert names > {cls.__name__ for cls in autoencoder_classes()}


@pytest.mark.parametrize("cls", estimator_classes())
def test_every_parameter_is_explained_in_order(cls):
    assert list(explained(cls)) == list(parameters_of(cls))
    assert all(words(entry) for entry in explained(cls).values())


@pytest.mark.parametrize("cls", estimator_classes())
def test_defaults_are_those_of_the_signature(cls):
    for name, parameter in parameters_of(cls).items():
        header = explained(cls)[name].split("\n")[0]
        _, default, value = header.partition(", default=")
        assert bool(default) == (parameter.default is not parameter.empty), header
        if default:
            assert ast.literal_eval(value) == parameter.default, header


@pytest.mark.parametrize("cls", estimator_classes())
def test_lines_fit_the_source(cls):
    assert max(map(len, inspect.getdoc(cls).split("\n"))) <= 84
    assert not re.search(r"\$\w", inspect.getdoc(cls))


@pytest.mark.parametrize("cls", autoencoder_classes())
def test_training_parameters_have_one_text(cls):
    shared, own = _entries(PARAMETERS), OWN_WORDS.get(cls.__name__, set())
    assert own == TRAINING_CONSTRAINTS.keys() & written(cls, "Parameters").keys()
    for name in TRAINING_CONSTRAINTS.keys() - own - FILLED_IN:
        assert words(explained(cls)[name]) == words(shared[name]), name


@pytest.mark.parametrize("section", ["Parameters", "Attributes"])
def test_own_words_are_not_those_of_another_class(section):
    shared = [PARAMETERS, FIRST_ATTRIBUTES, LAST_ATTRIBUTES, *ATTRIBUTES_WITH.values()]
    entries = [entry for text in shared for entry in _entries(text).values()]
    seen = {words(entry): "shared" for entry in entries}
    several = {"encoding_dim", "code_activation"}  # short, and with other defaults
    for cls in autoencoder_classes():
        for name, entry in written(cls, section).items():
            if name not in several:
                assert words(entry) not in seen, (cls, name, seen[words(entry)])
                seen[words(entry)] = cls


@pytest.mark.parametrize("cls", autoencoder_classes())
def test_jit_compile_tells_what_happens(cls):
    text = words(explained(cls)["jit_compile"])
    defaults = {k: p.default for k, p in parameters_of(cls).items() if k[0] != "*"}
    noiseless = dict.fromkeys({"input_noise", "noise_level"} & defaults.keys(), 0.0)
    architecture = cls._architecture({"data": Field((4,))}, **defaults | noiseless)
    compiles = partial(worth_compiling, "auto", architecture)
    promised = re.search(r'"auto" does for (\d+) steps or more', text)
    assert ("unless there is noise" in text) == bool(noiseless and promised)
    if promised is None:
        assert '"auto" never does' in text
        assert not compiles(10**9)
    else:
        steps = int(promised[1])
        assert compiles(steps)
        assert not compiles(steps - 1)


@pytest.mark.parametrize("cls", autoencoder_classes())
def test_random_state_names_what_there_is(cls):
    text = words(explained(cls)["random_state"])
    parameters = parameters_of(cls)
    for name, thing in RANDOM_THINGS_WITH.items():
        assert (thing in text) == (name in parameters), (name, text)


def test_own_words_win_and_gaps_are_filled():
    @with_shared_texts
    class Tiny:
        """One line.

        Parameters
        ----------
        beta : float, default=3.0
            Own words.

        Attributes
        ----------
        n_iter_ : int
            Own count.

        extra_ : int
            Own attribute.

        Notes
        -----
        At the end.
        """

        _architecture = DenseArchitecture

        def __init__(self, shuffle=False, beta=3.0):
            pass

    parameters, attributes = explained(Tiny), explained(Tiny, "Attributes")
    assert list(parameters) == ["shuffle", "beta"]
    assert parameters["shuffle"].startswith("shuffle : bool, default=False\n")
    assert words(parameters["beta"]) == "Own words."
    assert list(attributes)[4] == "extra_" and "n_iter_" in attributes
    assert words(attributes["n_iter_"]) == "Own count."
    assert list(_sections(Tiny.__doc__)) == [
        *("", "Parameters", "Attributes", "Raises", "Notes")
    ]


@pytest.mark.parametrize(
    "written, wrong", [("nothing", "nothing"), ("tol", "unheard_of")]
)
def test_disagreement_of_docstring_and_signature_is_an_error(written, wrong):
    class Tiny:
        def __init__(self, tol=0.0, unheard_of=1):
            pass

    Tiny.__doc__ = f"One.\n\nParameters\n----------\n{written} : int\n    Words.\n"
    with pytest.raises(TypeError, match=f"Tiny: .* disagree on .*'{wrong}'"):
        with_shared_texts(Tiny)


def test_import_without_docstrings():
    # No `assert`: -OO leaves these out as well.
    code = "import skae; print(skae.Autoencoder.__doc__, skae.Autoencoder())"
    run = subprocess.run(
        [sys.executable, "-OO", "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout == "None Autoencoder()\n"
