"""Estimators and what they keep, as JSON and arrays, and back."""

import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted

from skae import meta
from skae.base import BaseAutoencoder
from skae.fitting._model import TrainedModel
from skae.meta._fine_tuning import Head
from skae.persistence import _keras_objects
from skae.persistence._checks import check_model
from skae.persistence._values import CannotSave, Decoder, Encoder

_PRIVATE = ("_model", "_layout")
_META = [cls for cls in vars(meta).values() if isinstance(cls, type)]


def can_save(estimator) -> bool:
    """Whether there is a place in a file for such an estimator."""
    return type(estimator) in _known_classes().values()


def encode(estimator) -> tuple[Any, dict[str, np.ndarray]]:
    """JSON and arrays of a fitted estimator."""
    encoder = Encoder(_encode_special)
    return encoder.encode(estimator), encoder.arrays


def decode(document: Any, arrays: dict[str, np.ndarray]):
    """The estimator; ValueError for a document that is none."""
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
    """Public name of our classes; full name of others."""
    if cls.__module__.partition(".")[0] == "skae":
        return cls.__name__
    return f"{cls.__module__}.{cls.__qualname__}"


def _known_classes() -> dict[str, type]:
    """Classes that a file may name: ours, and families that are imported already."""
    known, todo = list(_META), [BaseAutoencoder]
    while todo:
        cls = todo.pop()
        todo += cls.__subclasses__()
        known.append(cls)
    return {_name(cls): cls for cls in known}


def _find_class(name: Any) -> type:
    cls = _known_classes().get(name) if isinstance(name, str) else None
    if cls is None or getattr(cls, "__abstractmethods__", None):
        raise ValueError(
            f"it holds a {name!r}, which is unknown: if it is a family of your own, "
            "import its module first"
        )
    return cls


def _encode_special(encoder: Encoder, value: Any) -> dict | None:
    if isinstance(value, FrozenEstimator):
        return {"frozen": encoder.encode(value.estimator)}
    if can_save(value):
        return {"estimator": _encode_estimator(encoder, value)}
    if isinstance(value, Head):
        return {"head": [encoder.encode(part) for part in value]}
    if isinstance(value, TrainedModel):
        state = None if value.state is None else encoder.encode_items(value.state)
        return {
            "model": {
                "spec": _encode_spec(encoder, value.spec),
                "sample_shape": list(value.sample_shape),
                "weights": encoder.encode_items(value.weights),
                "code_size": value.code_size,
                "state": state,
            }
        }
    if isinstance(value, np.random.RandomState):
        return {"random_state": encoder.encode(value.get_state())}
    described = _keras_objects.describe(value)
    return None if described is None else {"keras": described}


def _encode_spec(encoder: Encoder, spec) -> dict:
    return {"class": _name(type(spec)), "parameters": encoder.encode_items(vars(spec))}


def _encode_estimator(encoder: Encoder, estimator) -> dict:
    parameters = estimator.get_params(deep=False)
    if parameters.get("callbacks"):
        warnings.warn(
            "Callbacks are not saved: the loaded estimator has callbacks=None.",
            stacklevel=6,
        )
        parameters["callbacks"] = None
    fitted = {
        name: value for name, value in vars(estimator).items() if name not in parameters
    }
    fitted.pop("callbacks_", None)
    encoded = {}
    for name, value in (parameters | fitted).items():
        try:
            encoded[name] = encoder.encode(value)
        except CannotSave as error:
            raise CannotSave(
                f"{type(estimator).__name__}.{name} is {error}, which a file cannot "
                "hold: numbers, strings, arrays and Keras objects can, functions and "
                "classes of your own if they are registered with "
                "keras.saving.register_keras_serializable."
            ) from None
    return {
        "class": _name(type(estimator)),
        "parameters": {name: encoded[name] for name in parameters},
        "fitted": {name: encoded[name] for name in fitted},
    }


def _decode_estimator(decoder: Decoder, node: Any):
    cls = _find_class(_get(node, "class"))
    parameters = decoder.decode_items(_get(node, "parameters"))
    fitted = decoder.decode_items(_get(node, "fitted"))
    strange = set(parameters) - set(cls._get_param_names())
    if strange:
        raise ValueError(f"{cls.__name__} has no parameter {sorted(strange)[0]!r}")
    estimator = cls(**parameters)
    estimator._validate_params()
    for name, value in fitted.items():
        public = name.isidentifier() and name.endswith("_") and not name.startswith("_")
        if not (public or name in _PRIVATE) or hasattr(cls, name):
            raise ValueError(f"{cls.__name__} has no attribute {name!r}")
        setattr(estimator, name, value)
    if isinstance(estimator, BaseAutoencoder) and fitted:
        model = fitted.get("_model")
        if not isinstance(model, TrainedModel) or type(model.spec) is not cls:
            raise ValueError(f"its {cls.__name__} has no weights")
        estimator.callbacks_ = []
    return estimator


def _decode_model(decoder: Decoder, node: Any) -> TrainedModel:
    state = _get(node, "state")
    model = TrainedModel(
        spec=_decode_spec(decoder, _get(node, "spec")),
        sample_shape=tuple(_get(node, "sample_shape")),
        weights=decoder.decode_items(_get(node, "weights")),
        code_size=_get(node, "code_size"),
        state=None if state is None else decoder.decode_items(state),
    )
    check_model(model)
    return model


def _decode_spec(decoder: Decoder, node: Any):
    spec = object.__new__(_find_class(_get(node, "class")))
    vars(spec).update(decoder.decode_items(_get(node, "parameters")))
    return spec


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
    "model": _decode_model,
    "random_state": _decode_random_state,
    "spec": _decode_spec,
}
