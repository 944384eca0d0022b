"""Fitted estimators as files: one file, no pickle, no code in it."""

from skae.persistence._save_load import load as load
from skae.persistence._save_load import save as save
