"""Codes like PCA's: uncorrelated, ordered, in units of the data, signs fixed.

A linear code can be turned and scaled after training, if what takes it is turned back:
no reconstruction changes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from skae.architectures import LinearCode
from skae.data._rows import CHUNK_BYTES, Rows, Summary, aligned, some_rows
from skae.fitting._model import TrainedModel

# Decoded rows that tell how a decoder uses its codes, once for all of them.
_DECODED_ROWS = 8192
_LEAST_ROWS, _MOST_ROWS = 32, 2048
# Size of a step, in standard deviations of a code.
_STEP = 0.1
# Codes that the decoder ignores are made no smaller than this share of the others.
_LEAST_GAIN = 1e-3
# Share of the largest reconstructed value by which others may differ.
_ROUNDING = 1e-3
_CHUNK_BYTES = 4 << 20


class Turned(NamedTuple):
    """A model with other codes, and what each of them explains."""

    model: TrainedModel
    explained_variance_ratio: np.ndarray


def turn_codes(
    model: TrainedModel,
    linear: LinearCode,
    fields: Mapping[str, Rows],
    weight: np.ndarray | None,
    summary: Summary,
) -> Turned | None:
    """The same model with the codes that PCA would have, as far as `linear` allows.

    With full freedom the codes of the rows are centred and uncorrelated, and a step of
    1 in any direction moves reconstructions by 1, in the mean of the squares: PCA's own
    codes where the decoder is linear. None where that would change reconstructions,
    because the family makes something else of its code.
    """
    mean, covariance = _moments(model, fields, weight)
    decoder = _Decoder(model, fields, weight)
    gains, direction = decoder.gains(np.sqrt(np.diag(covariance)))
    turn = _turn(linear, gains, covariance)
    back = np.linalg.inv(turn)
    explained = decoder.losses_without(turn, back, mean) / _total(decoder.x, summary)
    order = np.arange(len(mean))
    if linear.reorders:
        order = np.argsort(-explained, kind="stable")
    turn, back = turn[:, order], back[order]
    # As PCA has it: the largest loading is positive.
    loadings = back @ direction
    largest = np.abs(loadings).argmax(axis=1)
    signs = np.where(loadings[np.arange(len(loadings)), largest] < 0, -1.0, 1.0)
    turn, back = turn * signs, back * signs[:, None]
    mean = mean if linear.shifts else np.zeros_like(mean)
    weights = _turned(model.weights, linear, turn, back, mean, order)
    turned = replace(model, weights=weights, _live={})
    if not decoder.agrees(turned):
        return None
    return Turned(turned, explained[order])


def _moments(model, fields, weight) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of the codes, in one pass."""
    parts: dict[int, tuple] = {}
    shift = model.run("encoder", some_rows(fields, weight, 1))[0].astype(np.float64)

    def add(codes: np.ndarray, where: slice) -> None:
        w = np.ones(len(codes)) if weight is None else weight[where].astype(np.float64)
        # A row that does not count may be anywhere.
        z, w = codes[w > 0] - shift, w[w > 0]
        parts[where.start] = w.sum(), w @ z, (z.T * w) @ z

    # In small pieces: a fit that is done must not need more memory than training did.
    model.map_all("encoder", fields, add, CHUNK_BYTES)
    # In the order of the rows, whatever was done first: bit for bit the same.
    ordered = [part for _, part in sorted(parts.items())]
    mass, total, squares = map(sum, zip(*ordered, strict=True))
    offset = total / mass
    return shift + offset, squares / mass - np.outer(offset, offset)


class _Decoder:
    """What the decoder makes of the codes of some rows, in float64."""

    def __init__(self, model, fields, weight):
        self._model = model
        size = model.code_size
        n_rows = int(np.clip(_DECODED_ROWS // size, _LEAST_ROWS, _MOST_ROWS))
        self._fields = some_rows(fields, weight, n_rows)
        loss = model.architecture.reconstruction_loss()
        self.x = loss.comparable(self._fields["data"]).astype(np.float64)
        self._present = ~np.isnan(self.x)
        self.codes = model.run("encoder", self._fields).astype(np.float64)

    def _chunks(self) -> Iterator[slice]:
        size = max(1, _CHUNK_BYTES // (8 * self.x[0].size * self.codes.shape[1]))
        for start in range(0, len(self.codes), size):
            yield slice(start, start + size)

    def _decode(self, codes, part: slice) -> np.ndarray:
        """Reconstructions of rows `part` by other codes; 0 where nothing is."""
        some = {name: values[part] for name, values in self._fields.items()}
        found = self._model.run("decoder", {**some, "codes": aligned(codes)})
        return np.where(self._present[part], found, 0.0).reshape(len(codes), -1)

    def gains(self, deviations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean products of the decoder's derivatives, and their mean."""
        size = len(deviations)
        steps = _STEP * np.where(deviations > 0, deviations, 1.0)
        products, total = np.zeros((size, size)), 0.0
        for part in self._chunks():
            codes = self.codes[part]
            slopes = np.empty((size, len(codes), self.x[0].size))
            for slope, step in zip(slopes, np.diag(steps), strict=True):
                ahead = self._decode(codes + step, part)
                behind = self._decode(codes - step, part)
                np.divide(ahead - behind, 2 * step.sum(), out=slope)
            flat = slopes.reshape(size, -1)
            products += flat @ flat.T
            total = total + slopes.sum(axis=1)
        return products / len(self.codes), total / len(self.codes)

    def losses_without(self, turn, back, mean) -> np.ndarray:
        """By how much squared errors grow when a turned code is held at its mean."""
        losses = np.zeros(len(mean))
        for part in self._chunks():
            codes = self.codes[part]
            x = np.nan_to_num(self.x[part]).reshape(len(codes), -1)
            error = np.sum((x - self._decode(codes, part)) ** 2)
            for j, held in enumerate(((codes - mean) @ turn).T):
                without = codes - held[:, None] * back[j]
                losses[j] += np.sum((x - self._decode(without, part)) ** 2) - error
        return losses

    def agrees(self, model: TrainedModel) -> bool:
        """Whether another model reconstructs as this one does, but for rounding."""
        old = self._model.run("autoencoder", self._fields)
        new = model.run("autoencoder", self._fields)
        return bool(np.abs(new - old).max() <= _ROUNDING * np.abs(old).max())


def _total(x: np.ndarray, summary: Summary) -> float:
    """Squared distances from the mean; 1 where all rows are alike."""
    return float(np.nansum((x - summary.mean) ** 2)) or 1.0


def _turn(linear: LinearCode, gains: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """The matrix by which to multiply codes."""
    if not linear.mixes:
        if not linear.scales:
            return np.eye(len(gains))
        return np.diag(_roots(np.diag(gains)))
    root = np.eye(len(gains))
    if linear.scales:
        values, vectors = np.linalg.eigh(gains)
        root = vectors * _roots(values) @ vectors.T
    values, vectors = np.linalg.eigh(root @ covariance @ root)
    return root @ vectors[:, ::-1]


def _roots(squares: np.ndarray) -> np.ndarray:
    """Square roots, none of them too small to divide by."""
    roots = np.sqrt(np.maximum(squares, 0.0))
    return np.maximum(roots, _LEAST_GAIN * roots.max()) if roots.max() else roots + 1.0


def _turned(weights, linear, turn, back, mean, order) -> dict[str, np.ndarray]:
    """All weights, with those around the code turned."""
    new = dict(weights)
    for name in linear.makers:
        new[name] = weights[name] @ turn
    new[linear.bias] = (weights[linear.bias] - mean) @ turn
    for name in linear.followers:
        new[name] = weights[name][..., order]
    for kernel, bias in linear.takers:
        new[bias] = new[bias] + (mean @ weights[kernel]).astype(np.float64)
        new[kernel] = back @ weights[kernel]
    return {name: np.asarray(v, weights[name].dtype) for name, v in new.items()}
