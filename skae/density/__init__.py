"""Density estimation in latent space."""

from skae.density._density import AutoencoderDensity as AutoencoderDensity
