"""Dense autoencoders, and the linear path from which most families begin."""

from skae.families.dense._architecture import DenseArchitecture as DenseArchitecture
from skae.families.dense._architecture import dense_stack as dense_stack
from skae.families.dense._autoencoder import Autoencoder as Autoencoder
from skae.families.dense._input_noise import InputNoise as InputNoise
from skae.families.dense._input_noise import auto_noise_level as auto_noise_level
from skae.families.dense._linear_path import LinearPath as LinearPath
from skae.families.dense._linear_path import (
    LinearPathArchitecture as LinearPathArchitecture,
)
