"""Command line program ``python -m skae``: a comparison with PCA, and a figure."""

from skae.main_job._job import main as main
