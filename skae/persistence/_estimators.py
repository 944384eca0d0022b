"""Conversion of estimators and their attributes to JSON and arrays, and back."""

import warnings
from collections.abc import Callable
from inspect import signature
from typing import Any

import numpy as np
from sklearn import config_context
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted

from skae._callers import level_of_user
from skae._saved_state import SavedState
from skae.base import BaseAutoencoder
from skae.data import Layout, Units
from skae.density import AutoencoderDensity
from skae.engine import Architecture
from skae.families.keras_networks import BuiltNetwork, is_model
from skae.fitting import TrainedModel
from skae.imputation import AutoencoderImputer
from skae.outliers import AutoencoderOutlierDetector
from skae.persistence import (
    _keras_models,
    _keras_objects,
    _objects,
    _scikit_learn,
    _version_1,
)
from skae.persistence._checks import check_model
from skae.persistence._earlier_models import bring_up_to_date
from skae.persistence._former_names import CLASSES, with_names_of_today
from skae.persistence._values import CannotSave, Decoder, Encoder
from skae.search import PrefixSearchCV
from skae.semi_supervised import EncoderClassifier, EncoderRegressor, Head
from skae.tables import Column, MixedTableLayout, TableNumbers

_PLAIN = (type(None), bool, int, float, str, list, tuple, dict)
_REQUESTS = "_metadata_request"
# Classes whose constructors take all their attributes.
_VALUES = (
    *((Layout, "layout"), (Column, "column")),
    *((TableNumbers, "table_numbers"), (Units, "units")),
)
_META_ESTIMATORS = (
    *(AutoencoderDensity, AutoencoderImputer, AutoencoderOutlierDetector),
    *(EncoderClassifier, EncoderRegressor, PrefixSearchCV),
)


def can_save(estimator) -> bool:
    """Whether an estimator is of a class that can be saved."""
    return type(estimator) in _known_classes().values()


def encode(estimator) -> tuple[Any, dict[str, np.ndarray]]:
    """Convert a fitted estimator to JSON and arrays."""
    encoder = Encoder(_encode_special)
    document = encoder.encode(estimator)
    for sentence in sorted(encoder.left_out):
        warnings.warn(sentence, stacklevel=level_of_user())
    return document, encoder.arrays


def decode(document: Any, arrays: dict[str, np.ndarray], version: int):
    """Return the estimator; raise ValueError for an invalid document."""
    if version == 1:
        document = _version_1.convert(document, _known_classes())
    estimator = Decoder(arrays, _DECODERS).decode(document)
    if not can_save(estimator) or not _is_fitted(estimator):
        raise ValueError("it holds no fitted estimator")
    return estimator


def _is_fitted(estimator) -> bool:
    try:
        check_is_fitted(estimator)
    except NotFittedError:
        return False
    return True


def _name(cls: type) -> str:
    """Name of a class of skae; full name of others."""
    if cls.__module__.partition(".")[0] == "skae":
        return cls.__name__
    return f"{cls.__module__}.{cls.__qualname__}"


def _known_classes() -> dict[str, type]:
    """Classes that a file may name: those of skae, and imported subclasses."""
    return {_name(cls): cls for cls in [*_META_ESTIMATORS, *_family(BaseAutoencoder)]}


def _family(base: type) -> list[type]:
    """A class and all its subclasses."""
    known, todo = [], [base]
    while todo:
        cls = todo.pop()
        todo += cls.__subclasses__()
        known.append(cls)
    return known


def _find_class(name: Any, base: type | None = None) -> type:
    known = {_name(cls): cls for cls in _family(base)} if base else _known_classes()
    cls = known.get(CLASSES.get(name, name)) if isinstance(name, str) else None
    if cls is None or getattr(cls, "__abstractmethods__", None):
        raise ValueError(
            f"it holds a {name!r}, which is unknown: if it is a family of your own, "
            "import its module first"
        )
    return cls


def _encode_special(encoder: Encoder, value: Any) -> dict | None:
    if type(value) in _PLAIN:
        return None
    if isinstance(value, FrozenEstimator):
        return {"frozen": encoder.encode(value.estimator)}
    if can_save(value):
        return {"estimator": _encode_estimator(encoder, value)}
    if isinstance(value, Head):
        return {"head": [encoder.encode(part) for part in value]}
    if (described := _objects.describe(value)) is not None:
        return {"object": [encoder.encode(part) for part in described]}
    for base, kind in _VALUES:
        if isinstance(value, base):
            values = _encode_values(encoder, value)
            return {kind: {"class": _name(type(value)), "values": values}}
    if isinstance(value, BuiltNetwork) and value.own:
        raise CannotSave(f"a model with {', '.join(sorted(value.own))}")
    if isinstance(value, SavedState):
        values = encoder.encode_items(vars(value))
        return {"part": {"class": _name(type(value)), "values": values}}
    if isinstance(value, TrainedModel):
        state = None if value.state is None else encoder.encode_items(value.state)
        return {
            "model": {
                "architecture": _encode_architecture(encoder, value.architecture),
                "weights": encoder.encode_items(value.weights),
                "code_size": value.code_size,
                "state": state,
            }
        }
    if isinstance(value, np.random.RandomState):
        return {"random_state": encoder.encode(value.get_state())}
    if type(value) in _scikit_learn.KNOWN:
        return {"scikit_learn": encoder.encode(_scikit_learn.describe(value))}
    described = _keras_objects.describe(value)
    return None if described is None else {"keras": described}


def _encode_values(encoder: Encoder, value: Any) -> dict[str, Any]:
    """Convert the attributes of an object; an error names the column of a table."""
    if not isinstance(value, MixedTableLayout):
        return encoder.encode_items(vars(value))
    found: dict[str, Any] = {}
    for key, content in vars(value).items():
        if key not in ("columns", "types"):
            found[key] = encoder.encode(content)
            continue
        found[key] = []
        for name, part in zip(value.names, content, strict=True):
            try:
                found[key].append(encoder.encode(part))
            except CannotSave as error:
                raise CannotSave(f"{error}, of column {name!r}") from None
    return found


def _encode_architecture(encoder: Encoder, architecture: Architecture) -> dict:
    values = dict(architecture.values)
    fields = {
        name: [[int(n) for n in field.shape], field.dtype]
        for name, field in values.pop("fields").items()
    }
    return {
        "class": _name(type(architecture)),
        "fields": fields,
        "values": encoder.encode_items(values),
    }


def _encode_estimator(encoder: Encoder, estimator) -> dict:
    estimator._validate_params()  # they may have been set after the fit
    parameters = estimator.get_params(deep=False)
    if parameters.get("callbacks"):
        encoder.left_out.add(
            "Callbacks are not saved: the loaded estimator has callbacks=None."
        )
        parameters["callbacks"] = None
    fitted = {
        name: value for name, value in vars(estimator).items() if name not in parameters
    }
    fitted.pop("callbacks_", None)
    requests = fitted.pop(_REQUESTS, None)
    _check_names(type(estimator), fitted)
    _check_that_it_loads(estimator, fitted)
    encoded = {}
    for name, value in (parameters | fitted).items():
        try:
            if name in ("encoder", "decoder") and is_model(value):
                network = _keras_models.describe(value)
                encoded[name] = {"keras_model": encoder.encode(network)}
            else:
                encoded[name] = encoder.encode(value)
        except CannotSave as error:
            # Not a CannotSave, which an estimator around this one would extend.
            raise TypeError(
                f"{type(estimator).__name__}.{name} is {error}, which a file cannot "
                "hold: it can hold numbers, strings, arrays, and Keras' optimizers, "
                "activations and losses; functions and classes of your own if they are "
                "registered with keras.saving.register_keras_serializable, and losses "
                "whose get_config returns all that their constructor takes."
            ) from None
    return {
        "class": _name(type(estimator)),
        "parameters": {name: encoded[name] for name in parameters},
        "fitted": {name: encoded[name] for name in fitted},
        "requests": encoder.encode(_requests(requests)),
    }


def _requests(requests: Any) -> dict[str, dict[str, Any]]:
    """Metadata requests, as set by `set_fit_request` and the like, by method."""
    if requests is None:
        return {}
    found = {name: getattr(v, "requests", None) for name, v in vars(requests).items()}
    return {name: dict(told) for name, told in found.items() if told}


def _check_names(cls: type, fitted) -> None:
    for name in fitted:
        if not _may_be_set(cls, name):
            raise TypeError(
                f"{cls.__name__} has set the attribute {name!r}, which would hide a "
                "method or property of its class: a file cannot hold it."
            )


def _check_that_it_loads(estimator, fitted) -> None:
    """Raise TypeError if `load` would refuse the file."""
    for name, value in fitted.items():
        if not isinstance(value, TrainedModel):
            continue
        try:
            if isinstance(estimator, BaseAutoencoder):
                _check_model_of(estimator)
            check_model(value)
        except ValueError as error:
            raise TypeError(
                f"{type(estimator).__name__}.{name} cannot be saved, since load would "
                f"refuse the file: {error}."
            ) from error
        except RuntimeError:
            pass  # a forked process cannot build a network, but may write files


def _may_be_set(cls: type, name: str) -> bool:
    """Whether `name` is an instance attribute, with at most a plain class default."""
    if not name.isidentifier() or name.startswith("__"):
        return False
    return not hasattr(cls, name) or type(getattr(cls, name)) in _PLAIN


def _decode_estimator(decoder: Decoder, node: Any):
    cls = _find_class(_get(node, "class"))
    parameters = decoder.decode_items(_get(node, "parameters"))
    fitted = decoder.decode_items(_get(node, "fitted"))
    fitted = with_names_of_today(cls, fitted)
    takes_more = any(
        p.kind is p.VAR_KEYWORD for p in signature(cls).parameters.values()
    )
    strange = set(parameters) - set(cls._get_param_names())
    if strange and not takes_more:
        raise ValueError(f"{cls.__name__} has no parameter {sorted(strange)[0]!r}")
    old = getattr(cls, "_parameters_of_old_files", {})
    try:
        estimator = cls(**{**old, **parameters})
    except TypeError as error:
        raise ValueError(str(error)) from None
    estimator._validate_params()
    for name, value in fitted.items():
        if not _may_be_set(cls, name) or name in parameters:
            raise ValueError(f"{cls.__name__} has no attribute {name!r}")
        setattr(estimator, name, value)
    _restore_requests(estimator, decoder.decode(node.get("requests", {"dict": {}})))
    if isinstance(estimator, BaseAutoencoder) and fitted:
        bring_up_to_date(estimator, parameters)
        _check_model_of(estimator)
        estimator.callbacks_ = []
    return estimator


def _restore_requests(estimator, requests: Any) -> None:
    if not isinstance(requests, dict):
        raise ValueError("invalid metadata requests")
    with config_context(enable_metadata_routing=True):
        for method, told in requests.items():
            getattr(estimator, f"set_{method}_request")(**told)


def _check_model_of(estimator: BaseAutoencoder) -> None:
    model, layout = vars(estimator).get("_model"), vars(estimator).get("_layout")
    if not isinstance(model, TrainedModel):
        raise ValueError(f"its {type(estimator).__name__} has no weights")
    kind = estimator._architecture
    if type(model.architecture) is not kind or type(layout) is not kind.layout:
        raise ValueError(f"its {type(estimator).__name__} has weights of another class")
    if layout.sample_shape != model.architecture.sample_shape:
        raise ValueError(f"its rows are not of the shape {layout.sample_shape}")


def _decode_model(decoder: Decoder, node: Any) -> TrainedModel:
    state = _get(node, "state")
    model = TrainedModel(
        architecture=_decode_architecture(decoder, node),
        weights=decoder.decode_items(_get(node, "weights")),
        code_size=_get(node, "code_size"),
        state=None if state is None else decoder.decode_items(state),
    )
    check_model(model)
    return model


def _decode_architecture(decoder: Decoder, node: Any) -> Architecture:
    node = _get(node, "architecture")
    cls = _find_class(_get(node, "class"), Architecture)
    fields = _get(node, "fields")
    if not isinstance(fields, dict) or "data" not in fields:
        raise ValueError("rows without data")
    fields = {name: (tuple(shape), dtype) for name, (shape, dtype) in fields.items()}
    values = decoder.decode_items(_get(node, "values"))
    return cls(fields=fields, **with_names_of_today(cls, values))


def _decode_value(base: type) -> Callable[[Decoder, Any], Any]:
    """Return a decoder of classes whose constructors take all their attributes."""

    def decode(decoder: Decoder, node: Any) -> Any:
        cls = _find_class(_get(node, "class"), base)
        values = decoder.decode_items(_get(node, "values"))
        return cls(**with_names_of_today(cls, values))

    return decode


def _decode_part(decoder: Decoder, node: Any) -> SavedState:
    cls = _find_class(_get(node, "class"), SavedState)
    part = cls.__new__(cls)
    values = decoder.decode_items(_get(node, "values"))
    vars(part).update(with_names_of_today(cls, values))
    return part


def _decode_head(decoder: Decoder, parts: Any) -> Head:
    head = Head(*(decoder.decode(part) for part in parts))
    if not all(isinstance(part, np.ndarray) for part in head):
        raise ValueError("a head without weights")
    return head


def _decode_random_state(decoder: Decoder, node: Any) -> np.random.RandomState:
    state = np.random.RandomState()
    state.set_state(decoder.decode(node))
    return state


def _get(node: Any, name: str) -> Any:
    if not isinstance(node, dict) or name not in node:
        raise ValueError(f"{name!r} is missing in its description")
    return node[name]


_DECODERS = {
    "estimator": _decode_estimator,
    "frozen": lambda decoder, node: FrozenEstimator(decoder.decode(node)),
    "head": _decode_head,
    "keras": lambda decoder, node: _keras_objects.rebuild(node),
    "keras_model": lambda decoder, node: _keras_models.rebuild(decoder.decode(node)),
    "model": _decode_model,
    "object": lambda decoder, node: _objects.rebuild(decoder.decode(node)),
    "part": _decode_part,
    "random_state": _decode_random_state,
    **{kind: _decode_value(base) for base, kind in _VALUES},
    "scikit_learn": lambda decoder, node: _scikit_learn.rebuild(decoder.decode(node)),
}
