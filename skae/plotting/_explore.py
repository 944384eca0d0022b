"""Interactive map of codes as an HTML page: one file, no server, no network."""

import base64
import gzip
import json
import os
import warnings
from collections.abc import Callable
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_consistent_length, column_or_1d

from skae._file import file_to_write
from skae._keras import keras
from skae.metrics import encoding_part
from skae.plotting._drawing import drawn_by_value, find_image_shape, has_sequences

_MAX_CLASSES = 250
# If the page cannot decode, a grid of so many places per side is decoded in advance.
_GRID = 40
# Rows of more columns are drawn as curves, not listed as a table.
_MAX_LISTED = 24
# Digits of a listed number, and digits that float32 guarantees.
_DIGITS, _DIGITS_OF_FLOAT32 = 4, 6
_ACTIVATIONS = {"linear", "relu", "elu", "selu", "gelu", "tanh", "sigmoid"}
_ACTIVATIONS |= {"softplus", "silu"}


def explore(
    estimator,
    X: "ArrayLike",
    y: "ArrayLike | None" = None,
    path: str | os.PathLike[str] = "map.html",
    *,
    image_shape: tuple[int, ...] | None = None,
) -> Path:
    """Write an interactive map of the codes of `X` as an HTML page.

    The page is zoomed with the wheel or two fingers and moved with the mouse or one
    finger, on phones too; its legend switches classes on and off, one or all. Pointing
    at a row, or a tap, marks it and shows it beside its reconstruction; pointing at an
    empty place shows the decoded code of this place. It is computed in the page for
    dense decoders, and taken from a grid of 40 x 40 places otherwise. Rows are drawn as
    images or curves, or listed with the names of their columns. The page is a single
    file and loads nothing.

    Parameters
    ----------
    estimator : fitted autoencoder, or Pipeline that ends with one
        Its codes have two dimensions.

    X : array-like of shape (n_samples, ...)
        Data; a few thousand rows.

    y : array-like of shape (n_samples,), default=None
        Class labels, at most 250 different ones.

    path : path-like, default="map.html"
        File to write; an existing one is overwritten.

    image_shape : tuple of int, default=None
        Shape of an image, (height, width) or (height, width, channels); by default as
        the estimator or `X` has it, or square.

    Returns
    -------
    path : pathlib.Path
        The file.

    Raises
    ------
    ValueError
        If the codes do not have two dimensions, or if `y` or `image_shape` does not
        fit. Nothing is written then.

    See Also
    --------
    LatentSpaceDisplay : Plot of the codes with Matplotlib.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skae import NeighborAutoencoder
    >>> from skae.datasets import load_digits
    >>> from skae.plotting import explore
    >>> digits = load_digits()
    >>> model = NeighborAutoencoder(epochs=5, random_state=0).fit(digits.X_train)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "map.html")
    ...     page = explore(model, digits.X_test, digits.y_test, path)
    ...     page.stat().st_size < 5_000_000
    True
    """
    estimator = encoding_part(estimator)
    model, target = drawn_by_value(estimator), file_to_write(path)
    codes = np.asarray(estimator.transform(X), dtype=np.float32)
    if codes.shape[1] != 2:
        raise ValueError(
            f"The codes have {codes.shape[1]} dimensions, and a map has two: fit with "
            "encoding_dim=2, a NeighborAutoencoder for example."
        )
    classes = _classes(y, codes)
    names = getattr(X, "columns", None)
    names = None if names is None else [str(name) for name in names]
    rows = np.asarray(X, dtype=np.float64)
    shape = find_image_shape(model, rows, image_shape)
    is_list = rows.ndim == 2 and rows.shape[1] <= _MAX_LISTED
    is_list = is_list and not has_sequences(model)
    kind = "image" if shape else "table" if is_list else "curve"
    flat = rows.reshape(len(rows), -1)
    digits = _digits(flat)
    number = np.float64 if max(digits) > _DIGITS_OF_FLOAT32 else np.float32

    def decode(places: np.ndarray) -> np.ndarray:
        found = np.asarray(estimator.inverse_transform(places), dtype=number)
        return found.reshape(len(places), -1)

    arrays = {"codes": codes}
    low, high = float(np.nanmin(flat)), float(np.nanmax(flat))
    facts = {"kind": kind, "shape": shape, "low": low, "high": high, "names": names}
    if kind == "table":
        facts["digits"] = digits
    pack = _bytes_of(low, high) if kind == "image" else number
    arrays["rows"] = pack(flat)
    if classes is not None:
        facts["classes"], arrays["classes"] = classes
    decoder = _dense_decoder(model, codes, decode)
    if decoder is not None:
        facts["decoder"], weights = decoder
        arrays |= weights
    else:
        corners = np.stack([codes.min(axis=0), codes.max(axis=0)])
        arrays["corners"] = corners
        x, z = (np.linspace(*corners[:, i], _GRID, dtype=np.float32) for i in (0, 1))
        grid = np.stack(np.meshgrid(x, z), axis=-1).reshape(-1, 2)
        arrays["grid"], facts["grid"] = pack(decode(grid)), _GRID
        arrays["decoded"] = pack(decode(codes))
    title = f"{type(model).__name__}, {len(rows)} rows"
    page = files("skae.plotting").joinpath("_explore.html").read_text("utf-8")
    page = page.replace("$TITLE", escape(title)).replace("$DATA", _pack(facts, arrays))
    target.write_text(page, encoding="utf-8")
    return Path(path)


def _classes(y, codes) -> tuple[list[str], np.ndarray] | None:
    if y is None:
        return None
    y = column_or_1d(y)
    check_consistent_length(codes, y)
    labels, index = np.unique(y, return_inverse=True)
    if len(labels) > _MAX_CLASSES:
        raise ValueError(
            f"y has {len(labels)} different values: a legend holds {_MAX_CLASSES} "
            "classes at most."
        )
    return [str(label) for label in labels], index.astype(np.uint8)


def _digits(flat: np.ndarray) -> list[int]:
    """Number of digits of each column that make its values distinguishable."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of columns without any value
        largest, deviation = np.nanmax(np.abs(flat), axis=0), np.nanstd(flat, axis=0)
        more = np.log10(largest / deviation)
    more = np.where(np.isfinite(more), more, 0.0)
    return (_DIGITS + np.clip(more, 0, 17 - _DIGITS)).astype(int).tolist()


def _bytes_of(low: float, high: float) -> Callable[[np.ndarray], np.ndarray]:
    def pack(x: np.ndarray) -> np.ndarray:
        share = (np.nan_to_num(x, nan=low) - low) / ((high - low) or 1.0)
        return np.round(255 * np.clip(share, 0, 1)).astype(np.uint8)

    return pack


def _pack(facts: dict[str, Any], arrays: dict[str, np.ndarray]) -> str:
    """A header of JSON followed by the arrays, compressed, as base64 text."""
    places, body = {}, bytearray()
    for name, array in arrays.items():
        body += b" " * (
            -len(body) % 8
        )  # a number of eight bytes begins at one of these
        kind = f"{array.dtype.kind}{array.dtype.itemsize}"
        places[name] = {"kind": kind, "shape": array.shape, "start": len(body)}
        body += array.tobytes()
    head = json.dumps(facts | {"arrays": places}).encode()
    head += b" " * (-(len(head) + 4) % 8)
    data = len(head).to_bytes(4, "little") + head + body
    return base64.b64encode(gzip.compress(data, mtime=0)).decode()


def _dense_decoder(model, codes: np.ndarray, decode):
    """Layers and weights for decoding in the page; None if it cannot decode.

    They must decode some codes as `decode` does, so that other families, pipelines with
    scaling, or custom layers are never decoded wrongly.
    """
    trained = getattr(model, "_model", None)
    weights = {} if trained is None else trained.weights
    activation = getattr(model, "activation", None)
    n_layers = sum(f"decoder_{i}/kernel" in weights for i in range(len(weights)))
    if activation not in _ACTIVATIONS or "output/kernel" not in weights:
        return None
    names = [f"decoder_{i}" for i in range(n_layers)] + ["output"]
    found = {}
    for i, name in enumerate(names):
        found[f"kernel{i}"] = weights[f"{name}/kernel"]
        found[f"bias{i}"] = weights[f"{name}/bias"]
    if "linear_decoder/kernel" in weights:
        found["linear"] = weights["linear_decoder/kernel"]
    if "unstandardize/mean" in weights:
        found["mean"] = np.ravel(weights["unstandardize/mean"])
        found["scale"] = np.ravel(weights["unstandardize/scale"])
    found = {name: np.asarray(w, dtype=np.float32) for name, w in found.items()}
    facts = {"n_layers": len(names), "activation": activation}
    facts["sigmoid"] = trained.architecture.reconstruction_loss().unit_interval
    some = codes[:: max(1, len(codes) // 50)]
    try:
        ours, right = _decode(facts, found, some), decode(some)
    except ValueError:
        return None
    if ours.shape != right.shape:
        return None
    is_same = np.allclose(ours, right, rtol=1e-3, atol=1e-3 * max(1e-12, np.ptp(right)))
    return (facts, found) if is_same else None


def _decode(facts, weights, codes: np.ndarray) -> np.ndarray:
    """Decode codes as the page does."""
    h = codes
    for i in range(facts["n_layers"]):
        h = h @ weights[f"kernel{i}"] + weights[f"bias{i}"]
        if i < facts["n_layers"] - 1:
            h = _activate(facts["activation"], h)
    if "linear" in weights:
        h = h + codes @ weights["linear"]
    if facts["sigmoid"]:
        return 1 / (1 + np.exp(-h))
    return h * weights["scale"] + weights["mean"] if "mean" in weights else h


def _activate(name: str, x: np.ndarray) -> np.ndarray:
    return np.asarray(keras.activations.get(name)(keras.ops.convert_to_tensor(x)))
