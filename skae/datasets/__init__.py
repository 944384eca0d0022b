"""Data sets for ``python -m skae``, the examples and the tests."""

from skae.datasets._loaders import load_digits as load_digits
from skae.datasets._loaders import load_ecg5000 as load_ecg5000
from skae.datasets._loaders import load_fashion_mnist as load_fashion_mnist
from skae.datasets._loaders import load_mnist as load_mnist
