"""Command line program ``python -m skae``: a comparison with PCA, and a figure."""
