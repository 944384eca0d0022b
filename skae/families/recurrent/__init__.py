"""Autoencoders of sequences."""

from skae.families.recurrent._architecture import (
    LinearPathRecurrent as LinearPathRecurrent,
)
from skae.families.recurrent._architecture import (
    RecurrentArchitecture as RecurrentArchitecture,
)
from skae.families.recurrent._autoencoder import (
    RecurrentAutoencoder as RecurrentAutoencoder,
)
