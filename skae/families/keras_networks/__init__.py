"""Autoencoders of Keras networks of the user."""

from skae.families.keras_networks._architecture import (
    KerasArchitecture as KerasArchitecture,
)
from skae.families.keras_networks._autoencoder import (
    KerasAutoencoder as KerasAutoencoder,
)
from skae.families.keras_networks._conditional import (
    KerasConditionalVariationalAutoencoder as KerasConditionalVariationalAutoencoder,
)
from skae.families.keras_networks._denoising import (
    KerasDenoisingAutoencoder as KerasDenoisingAutoencoder,
)
from skae.families.keras_networks._networks import BuiltNetwork as BuiltNetwork
from skae.families.keras_networks._networks import is_model as is_model
from skae.families.keras_networks._variational import (
    KerasVariationalAutoencoder as KerasVariationalAutoencoder,
)
