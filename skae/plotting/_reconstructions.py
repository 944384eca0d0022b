"""Plots of originals and reconstructions."""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from skae.data import is_ragged_list
from skae.metrics import encoding_part, reconstruct
from skae.plotting._drawing import (
    BLUE,
    INK,
    ORANGE,
    Display,
    curve,
    drawn_by_value,
    find_image_shape,
    has_sequences,
    image_shape_of,
    main_feature,
    mosaic,
    show,
    size_of_mosaic,
    tidy,
)


class ReconstructionDisplay(Display):
    """Originals and reconstructions, and optionally the noisy inputs.

    Images are drawn in lines of a mosaic: noisy inputs, originals, reconstructions.
    Sequences are drawn as curves, the reconstruction over the original. For tables
    there is a bar per feature: the root mean squared error over the rows, in units of
    the feature's standard deviation.

    Parameters
    ----------
    X : ndarray of shape (n_samples, ...) or list of ndarray
        Originals; for denoising autoencoders the clean data.

    reconstructions : ndarray or list of ndarray, like `X`
        Reconstructions.

    X_noisy : ndarray or list of ndarray, like `X`, default=None
        Inputs that were reconstructed, if not the originals.

    image_shape : tuple of int, default=None
        Shape (height, width) or (height, width, channels) of an image; None for rows
        that are not images.

    sequences : bool, default=False
        Whether rows are sequences.

    feature_names : sequence of str, default=None
        Names of the features of tables.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    image_ : matplotlib AxesImage
        Of images.
    lines_ : list of matplotlib Line2D
        Of sequences, originals and reconstructions in turn; noisy ones before them.
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
        X: "ArrayLike",
        *,
        X_noisy: "ArrayLike | None" = None,
        image_shape: tuple[int, ...] | None = None,
        ax=None,
    ) -> Self:
        """Reconstruct `X` and plot both.

        Parameters
        ----------
        estimator : fitted autoencoder

        X : array-like of shape (n_samples, ...)
            Originals, all of which are plotted: about ten images, a few sequences, or a
            whole table.

        X_noisy : array-like of the shape of `X`, default=None
            Inputs to reconstruct in place of `X`, for denoising autoencoders.

        image_shape : tuple of int, default=None
            Shape of an image; by default as the estimator or `X` has it, or square.

        ax : matplotlib Axes, default=None
            Axes to draw on; new ones by default.

        Returns
        -------
        display : ReconstructionDisplay
        """
        estimator = encoding_part(estimator)
        model = drawn_by_value(estimator)
        found = reconstruct(estimator, X if X_noisy is None else X_noisy)
        names = getattr(X, "columns", None)
        if is_ragged_list(X):
            if image_shape is not None:
                raise ValueError("image_shape is for rows; X is a list of sequences.")
        else:
            X = np.asarray(X)
            X_noisy = None if X_noisy is None else np.asarray(X_noisy)
            # Columns with names are not pixels, unless an image shape is given.
            if names is None or image_shape or image_shape_of(model):
                image_shape = find_image_shape(model, X, image_shape)
        return cls(
            X,
            found,
            X_noisy=X_noisy,
            image_shape=image_shape,
            sequences=has_sequences(model),
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
        feature = main_feature(self.X)
        kinds = [("original", BLUE, self.X)]
        kinds += [("reconstruction", ORANGE, self.reconstructions)]
        if self.X_noisy is not None:
            kinds.insert(0, ("noisy", "0.8", self.X_noisy))
        self.lines_, start = [], 0
        for i, original in enumerate(self.X):
            steps = start + np.arange(len(original))
            for name, colour, sequences in kinds:
                values = np.reshape(sequences[i], (len(original), -1))[:, feature]
                label = name if i == 0 else None
                line = curve(ax, steps, values, color=colour, lw=1.5, label=label)
                self.lines_.append(line)
            start += len(original) + max(1, len(original) // 10)
        several = np.ndim(self.X[0]) > 1 and np.shape(self.X[0])[1] > 1
        ax.set(
            xlabel="time step, one sequence after the other",
            ylabel=f"value of feature {feature}" if several else "value",
        )
        tidy(ax)
        # Above the axes: sequences leave no corner free.
        ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=3)

    def _plot_table(self, ax):
        X = np.asarray(self.X, dtype=np.float64)
        deviation = X.std(axis=0)
        # A single row has no deviation.
        scale = np.where(deviation > 0, deviation, 1.0)

        def error_of(found):
            return np.sqrt(np.mean((X - np.asarray(found)) ** 2, axis=0)) / scale

        error = error_of(self.reconstructions)
        names = self.feature_names
        if names is None:
            names = np.arange(X.shape[1])
        if self.X_noisy is not None:
            noisy = error_of(self.X_noisy)
            places = np.arange(len(noisy))
            ax.plot(places, noisy, "_", color=ORANGE, ms=10, label="noisy")
        self.bars_ = ax.bar(
            np.arange(len(error)), error, color=BLUE, label="reconstruction"
        )
        if len(error) <= 30:
            ax.set_xticks(np.arange(len(error)), names)
            if any(len(str(name)) > 3 for name in names):
                ax.tick_params(axis="x", rotation=90)
        unit = " / standard deviation" if len(X) > 1 else ""
        ax.set(xlabel="feature", ylabel=f"error{unit}")
        tidy(ax)
        if self.X_noisy is not None:
            ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
