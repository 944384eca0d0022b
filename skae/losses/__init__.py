"""Reconstruction losses, with the scaling of inputs and outputs of the network.

The first use imports Keras; importing this package does not.
"""

from skae._moved import former
from skae.losses._copies import complete_copies as complete_copies
from skae.losses._custom import LOSS_CONSTRAINTS as LOSS_CONSTRAINTS
from skae.losses._custom import CustomLoss as CustomLoss
from skae.losses._custom import make_loss as make_loss
from skae.losses._custom import plain_loss as plain_loss
from skae.losses._values import LIKELIHOODS as LIKELIHOODS
from skae.losses._values import RECONSTRUCTION as RECONSTRUCTION
from skae.losses._values import RECONSTRUCTION_LOSSES as RECONSTRUCTION_LOSSES
from skae.losses._values import AbsoluteError as AbsoluteError
from skae.losses._values import Bernoulli as Bernoulli
from skae.losses._values import BinaryCrossentropy as BinaryCrossentropy
from skae.losses._values import Gaussian as Gaussian
from skae.losses._values import Huber as Huber
from skae.losses._values import LinearLink as LinearLink
from skae.losses._values import ReconstructionLoss as ReconstructionLoss
from skae.losses._values import SquaredError as SquaredError
from skae.losses._values import StandardizedLoss as StandardizedLoss

__getattr__ = former(__name__)
