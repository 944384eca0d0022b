"""Names that are elsewhere today: see `skae._moved`."""

from skae._moved import former

__getattr__ = former(__name__)
