"""Plots of fitted autoencoders, as scikit-learn's Display objects.

``SomeDisplay.from_estimator(estimator, X)`` plots and returns a display with `ax_`,
`figure_` and the plotted data; `plot(ax=...)` plots them again.
"""

from skae.plotting._activations import ActivationDisplay as ActivationDisplay
from skae.plotting._codes import CodeDisplay as CodeDisplay
from skae.plotting._columns import ColumnDisplay as ColumnDisplay
from skae.plotting._decoded import InterpolationDisplay as InterpolationDisplay
from skae.plotting._decoded import ManifoldDisplay as ManifoldDisplay
from skae.plotting._explore import explore as explore
from skae.plotting._latent_space import LatentSpaceDisplay as LatentSpaceDisplay
from skae.plotting._loss_curve import LossCurveDisplay as LossCurveDisplay
from skae.plotting._outliers import OutlierDisplay as OutlierDisplay
from skae.plotting._projector import write_projector as write_projector
from skae.plotting._reconstructions import (
    ReconstructionDisplay as ReconstructionDisplay,
)
from skae.plotting._scree import ScreeDisplay as ScreeDisplay
