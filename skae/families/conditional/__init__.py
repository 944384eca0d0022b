"""Conditional variational autoencoders, dense and convolutional."""

from skae.families.conditional._architecture import Conditional as Conditional
from skae.families.conditional._architecture import ConvConditional as ConvConditional
from skae.families.conditional._architecture import DenseConditional as DenseConditional
from skae.families.conditional._conv import (
    ConvConditionalVariationalAutoencoder as ConvConditionalVariationalAutoencoder,
)
from skae.families.conditional._dense import (
    ConditionalVariationalAutoencoder as ConditionalVariationalAutoencoder,
)
from skae.families.conditional._encoder import ConditionEncoder as ConditionEncoder
from skae.families.conditional._objective import (
    ConditionalObjective as ConditionalObjective,
)
