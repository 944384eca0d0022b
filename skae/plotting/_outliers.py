"""Plots of the residuals of outliers."""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.pipeline import Pipeline

from skae.data import is_ragged_list
from skae.plotting._drawing import (
    BLUE,
    ORANGE,
    Display,
    autoencoder_of,
    bare,
    curve,
    find_image_shape,
    has_sequences,
    image_shape_of,
    main_feature,
    mosaic,
    size_of_mosaic,
    tidy,
)

# Standardized residuals of this size or more have the strongest colour.
_STRONG = 6.0


class OutlierDisplay(Display):
    """Standardized residuals, which show the values that make a row an outlier.

    One row of a table is plotted as a bar per feature, the largest on top; several rows
    as a heat map of the features with the largest residuals. Images are drawn as
    images, sequences as curves. Blue values are less than their reconstruction from the
    row, orange or red ones are greater.

    Parameters
    ----------
    residuals : array-like of shape (n_samples, ...) or list of arrays
        Standardized residuals: `AutoencoderOutlierDetector.explain`.

    feature_names : sequence of str, default=None
        For tables.

    row_names : sequence, default=None
        For tables: names of the rows; their numbers by default.

    n_features : int, default=15
        For tables: number of features to plot, those with the largest residuals.

    image_shape : tuple of int, default=None
        Shape of an image; None for rows that are not images.

    sequences : bool, default=False
        Whether rows are sequences.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    features_ : ndarray of int
        Of tables: the plotted features.
    bars_ : matplotlib BarContainer
        Of one row of a table.
    image_ : matplotlib AxesImage
        Of several rows and of images.
    lines_ : list of matplotlib Line2D
        Of sequences.

    Examples
    --------
    >>> import numpy as np
    >>> from skae import AutoencoderOutlierDetector
    >>> from skae.plotting import OutlierDisplay
    >>> rng = np.random.default_rng(0)
    >>> t = rng.normal(size=(300, 1))
    >>> X = np.hstack([t, 2 * t, -t, t]) + 0.1 * rng.normal(size=(300, 4))
    >>> detector = AutoencoderOutlierDetector(random_state=0).fit(X)
    >>> outlier = [[1.0, 2.0, 3.0, 1.0]]
    >>> display = OutlierDisplay.from_estimator(detector, outlier)
    >>> int(display.features_[0])
    2
    """

    def __init__(
        self,
        residuals,
        *,
        feature_names=None,
        row_names=None,
        n_features: int = 15,
        image_shape=None,
        sequences: bool = False,
    ):
        self.residuals = residuals
        self.feature_names, self.row_names = feature_names, row_names
        self.n_features = n_features
        self.image_shape, self.sequences = image_shape, sequences

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X: "ArrayLike",
        *,
        n_features: int = 15,
        image_shape: tuple[int, ...] | None = None,
        ax=None,
    ) -> Self:
        """Explain rows and plot the residuals.

        Parameters
        ----------
        estimator : fitted AutoencoderOutlierDetector, or Pipeline that ends with one
            The feature names are those of the detector, if it has any, else those of
            `X`.

        X : array-like of shape (n_samples, ...)
            Rows to explain, about ten at most.

        n_features : int, default=15
            For tables: number of features to plot.

        image_shape : tuple of int, default=None
            Shape of an image; by default as the estimator or `X` has it, or none.

        ax : matplotlib Axes, default=None
            Axes to draw on; new ones by default.

        Returns
        -------
        display : OutlierDisplay
        """
        names, row_names = getattr(X, "columns", None), getattr(X, "index", None)
        detector = autoencoder_of(estimator)
        if not hasattr(detector, "explain"):
            raise TypeError(
                "OutlierDisplay draws what an AutoencoderOutlierDetector explains; got "
                f"{type(detector).__name__}: give AutoencoderOutlierDetector(...).fit."
            )
        fitted = getattr(estimator, "best_estimator_", estimator)
        if isinstance(fitted, Pipeline):
            X = fitted[:-1].transform(X) if len(fitted) > 1 else X
        names = getattr(detector, "feature_names_in_", names)
        found = detector.explain(X)
        model = detector.autoencoder_
        known = image_shape_of(model)
        if not is_ragged_list(found):
            found = np.asarray(found)
            if image_shape or known or found.ndim > 2:
                image_shape = find_image_shape(model, found, image_shape)
        return cls(
            found,
            feature_names=names,
            row_names=None if callable(row_names) else row_names,
            n_features=n_features,
            image_shape=image_shape,
            sequences=has_sequences(model),
        ).plot(ax=ax)

    def _size(self):
        if self.image_shape is not None:
            width, height = size_of_mosaic(1, len(self.residuals), self.image_shape)
            return width, height + 0.8  # for the colour bar
        return None

    def _draw(self, ax):
        if self.image_shape is not None:
            self._draw_images(ax)
        elif self.sequences:
            self._draw_sequences(ax)
        else:
            self._draw_table(ax)

    def _colours(self):
        return {"cmap": "RdBu_r", "vmin": -_STRONG, "vmax": _STRONG}

    def _draw_images(self, ax):
        images = np.reshape(self.residuals, (1, len(self.residuals), *self.image_shape))
        bare(ax)
        # Channels are averaged: the colour shows the sign.
        self.image_ = ax.imshow(mosaic(images).mean(axis=2), **self._colours())
        self._explain_colours(ax, orientation="horizontal", aspect=40)

    def _draw_sequences(self, ax):
        feature = main_feature(self.residuals)
        self.lines_, start = [], 0
        for residuals in self.residuals:
            values = np.reshape(residuals, (len(residuals), -1))[:, feature]
            steps = start + np.arange(len(values))
            self.lines_.append(curve(ax, steps, values, color=BLUE, lw=1.5))
            start += len(values) + max(1, len(values) // 10)
        ax.axhline(0, color="k", lw=0.8)
        ax.set(
            xlabel="time step, one sequence after the other",
            ylabel="standardized residual",
        )
        tidy(ax)

    def _draw_table(self, ax):
        found = np.asarray(self.residuals, dtype=np.float64)
        names = self.feature_names
        if names is None:
            names = np.arange(found.shape[1])
        size = np.abs(found).max(axis=0)
        largest = np.argsort(-size, kind="stable")[: self.n_features]
        if len(found) > 1:
            largest = np.sort(largest)  # in the order of the table
        self.features_ = largest
        chosen, labels = found[:, largest], [names[i] for i in largest]
        places = np.arange(len(largest))
        if len(found) == 1:
            colours = np.where(chosen[0] < 0, BLUE, ORANGE)
            self.bars_ = ax.barh(places, chosen[0], color=colours)
            ax.set_yticks(places, labels)
            ax.invert_yaxis()
            ax.axvline(0, color="k", lw=0.8)
            ax.set_xlabel("standardized residual")
            if self.row_names is not None:
                ax.set_title(f"row {self.row_names[0]}")
            tidy(ax)
            ax.grid(axis="y", visible=False)
            return
        self.image_ = ax.imshow(chosen, aspect="auto", **self._colours())
        rotated = any(len(str(label)) > 3 for label in labels)
        ax.set_xticks(places, labels, rotation=90 if rotated else 0)
        ax.set_yticks(np.arange(len(found)), self.row_names)
        ax.set(xlabel="feature", ylabel="row")
        self._explain_colours(ax)

    def _explain_colours(self, ax, **layout):
        bar = ax.figure.colorbar(self.image_, ax=ax, extend="both", **layout)
        bar.set_label("standardized residual")
