"""How every family in the package is written: promises beside `skae.testing`."""

import ast
import inspect
import textwrap

from sklearn.base import clone

from skae.estimator._docstrings import title_of
from skae.estimator._parameters import TRAINING_CONSTRAINTS
from skae.testing._settings import make


def check_signature_and_constraints_agree(cls, X):
    parameters = set(inspect.signature(cls).parameters)
    parameters -= {"network_parameters"}  # of functions of users, by any name
    assert sorted(parameters) == sorted(clone(cls()).get_params(deep=False))
    assert sorted(cls._parameter_constraints) == sorted(parameters)


def check_training_parameters_come_last(cls, X):
    parameters = dict(inspect.signature(cls).parameters)
    parameters.pop("network_parameters", None)  # of functions of users, by any name
    last = list(parameters)[-len(TRAINING_CONSTRAINTS) :]
    assert last == list(TRAINING_CONSTRAINTS)
    assert all(parameters[name].kind.name == "KEYWORD_ONLY" for name in last)


def check_public_signatures_are_typed(cls, X):
    methods = dict(inspect.getmembers(cls, callable))
    for name in ("__init__", "fit", "partial_fit", "transform", "inverse_transform"):
        parameters = list(inspect.signature(methods[name]).parameters.values())[1:]
        for parameter in parameters:
            assert parameter.annotation is not parameter.empty, (name, parameter)


def check_init_only_assigns(cls, X):
    (function,) = ast.parse(textwrap.dedent(inspect.getsource(cls.__init__))).body
    names = list(inspect.signature(cls).parameters)
    assigned = [ast.unparse(statement) for statement in function.body]
    if names[-1] == "network_parameters":
        assert assigned.pop() == f"self._set_network_parameters({names.pop()})"
    assert assigned == [f"self.{name} = {name}" for name in names]


def check_documented_attributes_exist(cls, X):
    estimator = make(cls).fit(X)
    estimator.feature_names_in_ = None  # set by data frames only
    documented = _section(cls, "Attributes")
    public = {v for v in vars(estimator) if v.endswith("_") and v[0] != "_"}
    properties = {"encoder_", "decoder_", "autoencoder_", "encoding_dim_"}
    # Of linear codes alone: a few settings of some families have others.
    public |= {"explained_variance_ratio_"}
    assert public | properties == set(documented)


def check_documented_parameters(cls, X):
    parameters = inspect.signature(cls).parameters.values()
    assert _section(cls, "Parameters") == [title_of(p) for p in parameters]


def _section(cls, title):
    """Names that a section of a numpydoc docstring explains."""
    lines = inspect.getdoc(cls).split("\n")
    start = lines.index(title) + 2
    names = []
    for line, following in zip(lines[start:], [*lines[start + 1 :], ""], strict=True):
        if following.startswith("---"):
            break
        if " : " in line and not line.startswith(" "):
            names.append(line.split(" : ")[0])
    return names


HOUSE_RULES = [value for name, value in globals().items() if name[:6] == "check_"]
