"""Originals over their reconstructions."""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from skae.metrics._reconstructions import reconstruct
from skae.plotting._drawing import (
    BLUE,
    INK,
    ORANGE,
    Display,
    autoencoder_of,
    find_image_shape,
    mosaic,
    show,
    size_of_mosaic,
    tidy,
)


class ReconstructionDisplay(Display):
    """Originals over their reconstructions; with noisy inputs, these on top.

    Images are drawn as images. Sequences are curves, each reconstruction on its
    original. Tables are a bar per feature: the root of the mean squared error over the
    rows, in units of the feature's standard deviation.

    Parameters
    ----------
    X : ndarray of shape (n_samples, ...) or list of ndarray
        Originals; for denoisers the clean ones.

    reconstructions : the same
        Their reconstructions.

    X_noisy : the same, default=None
        What was reconstructed, if not the originals.

    image_shape : tuple of int, default=None
        Shape (height, width) or (height, width, channels) of an image; None for rows
        that are no images.

    sequences : bool, default=False
        Whether rows are sequences.

    feature_names : sequence of str, default=None
        For tables.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    image_ : matplotlib AxesImage
        Of images.
    lines_ : list of matplotlib Line2D
        Of sequences, originals and reconstructions in turn.
    bars_ : matplotlib BarContainer
        Of tables.

    Examples
    --------
    >>> from skae import Autoencoder
    >>> from skae.datasets import load_digits
    >>> from skae.plotting import ReconstructionDisplay
    >>> digits = load_digits()
    >>> model = Autoencoder(8, epochs=5, random_state=0).fit(digits.X_train)
    >>> display = ReconstructionDisplay.from_estimator(model, digits.X_test[:10])
    >>> display.image_.get_array().shape  # two rows of ten images of 8 x 8
    (17, 89)
    """

    def __init__(
        self,
        X,
        reconstructions,
        *,
        X_noisy=None,
        image_shape=None,
        sequences=False,
        feature_names=None,
    ):
        self.X, self.reconstructions, self.X_noisy = X, reconstructions, X_noisy
        self.image_shape, self.sequences = image_shape, sequences
        self.feature_names = feature_names

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X: ArrayLike,
        *,
        X_noisy: ArrayLike | None = None,
        image_shape: tuple[int, ...] | None = None,
        ax=None,
    ) -> Self:
        """Reconstruct `X` and draw both.

        Parameters
        ----------
        estimator : fitted autoencoder

        X : array-like of shape (n_samples, ...)
            All of them are drawn: about ten images, a few sequences, or a whole table.

        X_noisy : array-like of the shape of `X`, default=None
            What to reconstruct instead, for denoisers.

        image_shape : tuple of int, default=None
            Shape of an image; by default as the estimator or `X` has it, or square.

        ax : matplotlib Axes, default=None
            Axes to draw on; new ones by default.

        Returns
        -------
        display : ReconstructionDisplay
        """
        model = autoencoder_of(estimator)
        found = reconstruct(estimator, X if X_noisy is None else X_noisy)
        sequences = hasattr(model, "n_timesteps_")
        if not isinstance(X, list):
            names = getattr(X, "columns", None)
            X = np.asarray(X)
            image_shape = find_image_shape(model, X, image_shape)
        else:
            names, image_shape = None, None
        return cls(
            X,
            found,
            X_noisy=None if X_noisy is None or sequences else np.asarray(X_noisy),
            image_shape=image_shape,
            sequences=sequences,
            feature_names=names,
        ).plot(ax=ax)

    def _size(self):
        if self.image_shape is None:
            return None
        n_rows = 2 if self.X_noisy is None else 3
        return size_of_mosaic(n_rows, len(self.X), self.image_shape)

    def _draw(self, ax):
        if self.image_shape is not None:
            self._plot_images(ax)
        elif self.sequences:
            self._plot_sequences(ax)
        else:
            self._plot_table(ax)

    def _plot_images(self, ax):
        rows = {"noisy": self.X_noisy, "original": self.X}
        rows = {name: x for name, x in rows.items() if x is not None}
        rows["reconstruction"] = self.reconstructions
        images = np.stack([np.asarray(x) for x in rows.values()])
        images = images.reshape(len(rows), len(self.X), *self.image_shape)
        self.image_ = show(ax, mosaic(images), like=self.X)
        height = self.image_shape[0] + 1
        ticks = [height * i + (height - 2) / 2 for i in range(len(rows))]
        ax.set_yticks(ticks, rows, color=INK)
        ax.tick_params(length=0)

    def _plot_sequences(self, ax):
        self.lines_, start = [], 0
        for original, found in zip(self.X, self.reconstructions, strict=True):
            # One feature of each: more would be a tangle.
            original, found = (
                np.asarray(x)[:, 0] if np.ndim(x) > 1 else np.asarray(x)
                for x in (original, found)
            )
            steps = start + np.arange(len(original))
            self.lines_ += ax.plot(steps, original, color=BLUE, lw=1.5)
            self.lines_ += ax.plot(steps, found, color=ORANGE, lw=1.5)
            start += len(original) + max(1, len(original) // 10)
        self.lines_[0].set_label("original")
        self.lines_[1].set_label("reconstruction")
        ax.set(xlabel="time step, one sequence after the other", ylabel="value")
        tidy(ax)
        ax.legend(frameon=False)

    def _plot_table(self, ax):
        X, found = np.asarray(self.X, dtype=float), np.asarray(self.reconstructions)
        deviation = X.std(axis=0)
        error = np.sqrt(np.mean((X - found) ** 2, axis=0))
        error = error / np.where(deviation > 0, deviation, 1.0)
        names = self.feature_names
        if names is None:
            names = np.arange(X.shape[1])
        self.bars_ = ax.bar(np.arange(len(error)), error, color=BLUE)
        if len(error) <= 30:
            ax.set_xticks(np.arange(len(error)), names)
            if any(len(str(name)) > 3 for name in names):
                ax.tick_params(axis="x", rotation=90)
        ax.set(xlabel="feature", ylabel="error / standard deviation")
        tidy(ax)
