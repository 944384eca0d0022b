"""Weights of the training rows, and the units of the data."""

from collections.abc import Mapping

import numpy as np

from skae.data import Rows, weight_of_rows
from skae.estimator import EpochTasks


def weigh_rows(
    estimator,
    fields: Mapping[str, Rows],
    sample_weight,
    tasks: EpochTasks,
    continuing: bool,
) -> np.ndarray | None:
    """Weights of the training rows; unless `continuing`, units are fitted as well.

    The units are set in the layout of `estimator`.
    """
    rows = fields["data"]
    weight = weight_of_rows(sample_weight, rows)
    if continuing:
        return estimator._training_weight(rows, weight, tasks)
    architecture, layout = estimator._make_architecture(fields), estimator._layout
    architecture.fit_units(layout, rows, weight)
    counted = estimator._training_weight(rows, weight, tasks)
    if counted is not weight:  # without the rows that are left out
        architecture.fit_units(layout, rows, counted)
    return counted
