"""Model selection that fits once for all code sizes."""

from skae.search._prefix_search import PrefixSearchCV as PrefixSearchCV
