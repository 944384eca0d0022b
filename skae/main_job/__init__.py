"""The job of ``python -m skae``: a table of autoencoders beside PCA, and a figure."""
