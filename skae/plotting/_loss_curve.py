"""Loss curves."""

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np

from skae.plotting._drawing import (
    BLUE,
    ORANGE,
    Display,
    autoencoder_of,
    curve,
    shades,
    tidy,
)

_STYLES = ("-", "--", ":", "-.")


class LossCurveDisplay(Display):
    """Training and validation loss per epoch, and their terms.

    For variational models there are lines for the reconstruction loss and the
    divergence, for sparse ones for the penalty, and for stacked models a line per
    layer.

    Parameters
    ----------
    history : dict of lists
        Values per epoch, by name; ``val_`` marks those of the validation data.

    layer_histories : sequence of dicts, default=()
        Histories of the layers of a stacked model.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : dict of matplotlib Line2D
        By name of the series.

    Examples
    --------
    >>> from skae import Autoencoder
    >>> from skae.datasets import load_digits
    >>> from skae.plotting import LossCurveDisplay
    >>> model = Autoencoder(8, epochs=5, random_state=0).fit(load_digits().X_train)
    >>> display = LossCurveDisplay.from_estimator(model)
    >>> sorted(display.lines_)
    ['loss', 'val_loss']
    """

    def __init__(
        self, history: Mapping[str, Sequence[float]], layer_histories: Sequence = ()
    ):
        self.history = history
        self.layer_histories = layer_histories

    @classmethod
    def from_estimator(cls, estimator, *, ax=None) -> Self:
        """Plot the history of a fitted estimator.

        Parameters
        ----------
        estimator : fitted autoencoder
        ax : matplotlib Axes, default=None
            Axes to draw on; new ones by default.

        Returns
        -------
        display : LossCurveDisplay
        """
        model = autoencoder_of(estimator)
        return cls(model.history_, model.layer_histories_).plot(ax=ax)

    def _draw(self, ax):
        self.lines_, colours = {}, shades(len(self.layer_histories))
        for i, history in enumerate(self.layer_histories):
            name = f"layer {i + 1}"
            # In units of the codes of the previous layer.
            self.lines_[name] = curve(
                ax,
                *_points(history["loss"]),
                lw=1,
                color=colours[i],
                label=f"{name}, its own loss",
            )
        parts = [n for n in self.history if not n.startswith("val_")]
        if self.history.get("loss") == self.history.get("reconstruction_loss"):
            parts = ["loss"]  # there is no other term
        for style, part in zip(_STYLES * len(parts), parts, strict=False):
            for name, colour in ((part, BLUE), (f"val_{part}", ORANGE)):
                if name in self.history:
                    self.lines_[name] = curve(
                        ax, *_points(self.history[name]), color=colour, lw=2, ls=style
                    )
                    which = "training" if name == part else "validation"
                    self.lines_[name].set_label(f"{which} {part.replace('_', ' ')}")
        ax.set(xlabel="epoch", ylabel="loss")
        if max(len(line.get_xdata()) for line in self.lines_.values()) == 1:
            ax.set_xlim(0, 2)
        ax.xaxis.get_major_locator().set_params(integer=True)
        tidy(ax)
        ax.legend(frameon=False)


def _points(values):
    return np.arange(1, len(values) + 1), values
