"""Save and load fitted estimators, without pickle."""

from skae.persistence._save_load import load as load
from skae.persistence._save_load import save as save
