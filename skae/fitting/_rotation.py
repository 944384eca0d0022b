"""Rotation of linear codes, to be like PCA's: uncorrelated, ordered, signs fixed.

The codes are also scaled to units of the data. If the layers after a linear code apply
the inverse of its transformation, reconstructions do not change.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.linalg import blas, lapack

from skae.data import CHUNK_BYTES, Rows, Summary, aligned, sample_rows
from skae.engine import LinearCode
from skae.fitting._model import TrainedModel

# Number of decoded rows, over all codes, from which a decoder's use of its codes is
# estimated. With more than _MAX_CODES codes only the leading ones are decoded one by
# one, with fewer rows each: this is to take a fifth of the training time at most.
_DECODED_ROWS, _DECODED_ROWS_OF_MANY = 8192, 4096
_MAX_ROWS = 2048
_MAX_CODES, _LEADING_CODES = 256, 64
# Size of a step, in standard deviations of a code.
_STEP = 0.1
# Codes that the decoder ignores are scaled to at least this share of the others.
_MIN_GAIN = 1e-3
# Tolerance of changes of reconstructions, as a share of the largest value.
_ROUNDING = 1e-3


class RotatedCodes(NamedTuple):
    """A model with rotated codes, and their explained variance ratios."""

    model: TrainedModel
    explained_variance_ratio: np.ndarray


def rotate_codes(
    model: TrainedModel,
    linear: LinearCode,
    fields: Mapping[str, Rows],
    weight: np.ndarray | None,
    summary: Summary,
) -> RotatedCodes | None:
    """Rotate and scale codes to be like those of PCA, as far as `linear` allows.

    Without restrictions, the codes of the rows are centred and uncorrelated, and a step
    of 1 in any direction changes reconstructions by 1 in the root mean square. With a
    linear decoder these are the codes of PCA. Returns None if reconstructions would
    change, because the family uses its code in another way.
    """
    mean, covariance = _moments(model, fields, weight)
    decoder = _Decoder(model, fields, weight)
    rotation, back, loadings, losses = _find_rotation(linear, decoder, mean, covariance)
    explained = losses / _total(decoder.x, summary)
    order = np.arange(len(mean))
    if linear.reorders:
        order = np.argsort(-explained, kind="stable")
    rotation, back, loadings = rotation[:, order], back[order], loadings[order]
    # As in PCA, the largest loading is positive.
    largest = np.abs(loadings).argmax(axis=1)
    signs = np.where(loadings[np.arange(len(loadings)), largest] < 0, -1.0, 1.0)
    rotation, back = rotation * signs, back * signs[:, None]
    mean = mean if linear.shifts else np.zeros_like(mean)
    weights = _rotated(model.weights, linear, rotation, back, mean, order)
    rotated = replace(model, weights=weights, _live={})
    if not decoder.agrees(rotated):
        return None
    return RotatedCodes(rotated, explained[order])


def _find_rotation(linear, decoder, mean, covariance):
    """Find the rotation, its inverse, the loadings, and the losses without each code.

    The loadings are the mean derivatives of the decoder. For many codes the losses are
    computed from them: each code explains little, so that the decoder is nearly linear
    in it. Only the leading codes are decoded.
    """
    size = len(mean)
    deviations = np.sqrt(np.diag(covariance))
    gains, direction = decoder.gains(np.eye(size), deviations)
    rotation, back = _rotate(linear, gains, covariance)
    loadings = back @ direction
    if size <= _MAX_CODES:
        everything = np.arange(size)
        losses = decoder.losses_without(rotation, back, mean, everything)
        return rotation, back, loadings, losses
    losses = decoder.linear_losses_without(rotation, back, mean, gains, loadings)
    leading = np.sort(np.argsort(-losses, kind="stable")[:_LEADING_CODES])
    # Repeat it in the space of the leading codes.
    part = rotation[:, leading].T @ covariance @ rotation[:, leading]
    gains, _ = decoder.gains(back[leading], np.sqrt(np.maximum(np.diag(part), 0.0)))
    again, undo = _rotate(linear, gains, part)
    rotation[:, leading] = rotation[:, leading] @ again
    back[leading] = undo @ back[leading]
    loadings[leading] = undo @ loadings[leading]
    losses[leading] = decoder.losses_without(rotation, back, mean, leading)
    return rotation, back, loadings, losses


def _moments(model, fields, weight) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of the codes, in one pass."""
    parts: dict[int, tuple] = {}
    shift = model.run("encoder", sample_rows(fields, weight, 1))[0].astype(np.float64)

    def add(codes: np.ndarray, where: slice) -> None:
        if weight is None:
            z = codes - shift
            parts[where.start] = len(z), z.sum(axis=0), z.T @ z
            return
        w = weight[where].astype(np.float64)
        # A row of weight 0 may be arbitrarily far out.
        z, w = codes[w > 0] - shift, w[w > 0]
        parts[where.start] = w.sum(), w @ z, (z.T * w) @ z

    # In small chunks, so that this needs no more memory than training did.
    model.map_all("encoder", fields, add, CHUNK_BYTES)
    # In the order of the rows, so that the results do not depend on the threads.
    ordered = [part for _, part in sorted(parts.items())]
    mass, total, squares = map(sum, zip(*ordered, strict=True))
    offset = total / mass
    return shift + offset, squares / mass - np.outer(offset, offset)


class _Decoder:
    """Responses of the decoder to the codes of a sample of rows, in float64."""

    def __init__(self, model, fields, weight):
        self._model = model
        are_many = model.code_size > _MAX_CODES
        n_codes = _LEADING_CODES if are_many else model.code_size
        self._n_decoded = _DECODED_ROWS_OF_MANY if are_many else _DECODED_ROWS
        n_rows = min(max(1, self._n_decoded // n_codes), _MAX_ROWS)
        self._fields = sample_rows(fields, weight, n_rows)
        loss = model.architecture.reconstruction_loss()
        self.x = loss.comparable(self._fields["data"]).astype(np.float64)
        self._present = ~np.isnan(self.x)
        self.codes = model.run("encoder", self._fields).astype(np.float64)

    def _chunks(self, n_directions: int, n_rows: int) -> Iterator[np.ndarray]:
        """Yield indices of up to `n_rows` rows in chunks, evenly spaced."""
        places = np.arange(len(self.codes))
        if n_rows < len(places):
            places = np.linspace(0, len(places) - 1, n_rows).astype(np.intp)
        size = max(1, CHUNK_BYTES // (8 * self.x[0].size * n_directions))
        for start in range(0, len(places), size):
            yield places[start : start + size]

    def _decode(self, codes, part: np.ndarray) -> np.ndarray:
        """Reconstructions of rows `part` by other codes; 0 for missing values."""
        some = {name: values[part] for name, values in self._fields.items()}
        found = self._model.run("decoder", {**some, "codes": aligned(codes)})
        return np.where(self._present[part], found, 0.0).reshape(len(codes), -1)

    def _decode_moved(self, part: np.ndarray, amounts, directions) -> np.ndarray:
        """Reconstructions with the codes of rows moved along each of the directions.

        `amounts` has a row per direction. Directions are decoded in chunks.
        """
        codes, n_rows = self.codes[part], len(part)
        size = max(1, CHUNK_BYTES // (8 * n_rows * max(self.x[0].size, codes.shape[1])))
        found = []
        for start in range(0, len(directions), size):
            some = slice(start, start + size)
            moved = codes + amounts[some][:, :, None] * directions[some][:, None]
            n = len(moved)
            decoded = self._decode(moved.reshape(n * n_rows, -1), np.tile(part, n))
            found.append(decoded.reshape(n, n_rows, -1))
        return np.concatenate(found)

    def gains(self, directions, deviations) -> tuple[np.ndarray, np.ndarray]:
        """Mean products of the decoder's directional derivatives, and their mean.

        `deviations` are the standard deviations of the codes along the directions.
        """
        size = len(directions)
        steps = _STEP * np.where(deviations > 0, deviations, 1.0)
        products, total, n_done = np.zeros((size, size)), 0.0, 0
        for part in self._chunks(size, max(1, self._n_decoded // size)):
            slopes = self._slopes(part, steps, directions)
            flat = slopes.reshape(size, -1)
            products += flat @ flat.T
            total = total + slopes.sum(axis=1)
            n_done += len(part)
        return products / n_done, total / n_done

    def _slopes(self, part: np.ndarray, steps, directions) -> np.ndarray:
        """Finite differences of reconstructions along the directions."""
        amounts = np.repeat(steps[:, None], len(part), axis=1)
        if len(directions) <= _MAX_CODES:
            ahead = self._decode_moved(part, amounts, directions)
            behind = self._decode_moved(part, -amounts, directions)
            return (ahead - behind) / (2 * steps[:, None, None])
        # Half as many decodings: forward and backward differences for alternate rows.
        amounts[:, 1::2] *= -1
        moved = self._decode_moved(part, amounts, directions)
        return (moved - self._decode(self.codes[part], part)) / amounts[:, :, None]

    def losses_without(self, rotation, back, mean, which) -> np.ndarray:
        """Increase of the squared error if one rotated code is fixed at its mean.

        Computed for the codes of the indices `which`, one at a time.
        """
        losses = np.zeros(len(which))
        for part in self._chunks(len(which), len(self.codes)):
            codes = self.codes[part]
            x = np.nan_to_num(self.x[part]).reshape(len(part), -1)
            error = np.sum((x - self._decode(codes, part)) ** 2)
            held = (((codes - mean) @ rotation)[:, which]).T
            decoded = self._decode_moved(part, -held, back[which])
            for j, without in enumerate(decoded):
                losses[j] += np.sum((x - without) ** 2) - error
        return losses

    def linear_losses_without(
        self, rotation, back, mean, gains, loadings
    ) -> np.ndarray:
        """Linear approximation of `losses_without`, for all codes."""
        everything = np.arange(len(self.codes))
        x = np.nan_to_num(self.x).reshape(len(self.codes), -1)
        residuals = x - self._decode(self.codes, everything)
        held = (self.codes - mean) @ rotation
        towards = np.einsum("ij,ij->j", held, residuals @ loadings.T)
        squares = np.einsum("ij,ij->i", back @ gains, back)
        return 2 * towards + squares * np.einsum("ij,ij->j", held, held)

    def agrees(self, model: TrainedModel) -> bool:
        """Whether another model gives the same reconstructions, up to rounding."""
        old = self._model.run("autoencoder", self._fields)
        new = model.run("autoencoder", self._fields)
        return bool(np.abs(new - old).max() <= _ROUNDING * np.abs(old).max())


def _total(x: np.ndarray, summary: Summary) -> float:
    """Sum of the squared distances from the mean; 1 if all rows are equal."""
    return float(np.nansum((x - summary.mean) ** 2)) or 1.0


def _rotate(
    linear: LinearCode, gains: np.ndarray, covariance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The matrix with which to multiply the codes, and its inverse."""
    size = len(gains)
    if not linear.mixes:
        roots = _roots(np.diag(gains)) if linear.scales else np.ones(size)
        return np.diag(roots), np.diag(1 / roots)
    if not linear.scales:
        _, vectors = np.linalg.eigh(covariance)
        return vectors[:, ::-1], vectors[:, ::-1].T
    root, places = _triangular_root(gains)
    inner, _ = lapack.dsygst(covariance[np.ix_(places, places)], root, itype=2, lower=1)
    vectors = np.linalg.eigh(inner, UPLO="L")[1][:, ::-1]
    rotation, back = np.empty_like(gains), np.empty_like(gains)
    rotation[places] = blas.dtrmm(1.0, root, vectors, lower=1)
    back[:, places] = blas.dtrsm(1.0, root, vectors.T, side=1, lower=1)
    return rotation, back


def _triangular_root(squares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """R with R @ R.T equal to `squares`, and the order of the pivots.

    Pivoted Cholesky decomposition: an eigendecomposition would do as well, but takes
    twenty times as long. The part that is too small to divide by is replaced by a small
    multiple of the identity.
    """
    size = len(squares)
    largest = np.diag(squares).max()
    if not largest > 0:
        return np.eye(size), np.arange(size)
    least = _MIN_GAIN * np.sqrt(largest)
    root, places, rank, _ = lapack.dpstrf(squares, tol=least**2, lower=1)
    root[rank:, rank:] = least * np.eye(size - rank)
    return np.tril(root), places - 1


def _roots(squares: np.ndarray) -> np.ndarray:
    """Square roots, bounded from below so that they can be divided by."""
    roots = np.sqrt(np.maximum(squares, 0.0))
    return np.maximum(roots, _MIN_GAIN * roots.max()) if roots.max() else roots + 1.0


def _rotated(weights, linear, rotation, back, mean, order) -> dict[str, np.ndarray]:
    """All weights, with those next to the code transformed."""
    new = dict(weights)
    for name in linear.makers:
        new[name] = weights[name] @ rotation
    new[linear.bias] = (weights[linear.bias] - mean) @ rotation
    for name in linear.followers:
        new[name] = weights[name][..., order]
    for kernel, bias in linear.takers:
        new[bias] = new[bias] + (mean @ weights[kernel]).astype(np.float64)
        new[kernel] = back @ weights[kernel]
    return {name: np.asarray(v, weights[name].dtype) for name, v in new.items()}
