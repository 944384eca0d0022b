"""Architectures: how to encode and how to decode, without an objective."""

from skae.backbones._conv import ConvBackbone as ConvBackbone
from skae.backbones._dense import DenseBackbone as DenseBackbone
from skae.backbones._recurrent import RecurrentBackbone as RecurrentBackbone
