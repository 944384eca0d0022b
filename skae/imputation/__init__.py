"""Imputation of missing values."""

from skae.imputation._imputer import AutoencoderImputer as AutoencoderImputer
