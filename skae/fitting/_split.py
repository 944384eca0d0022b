"""Moments of the data, and the split into training rows and rows held out."""

from collections.abc import Mapping

import numpy as np

from skae.data import Rows, Summary, weight_of_rows
from skae.engine import Architecture, TrainingData
from skae.estimator import EpochTasks
from skae.fitting._broken_rows import warn_of_one_row
from skae.fitting._request import FitRequest

# With fewer rows than this none are held out: a tenth of them would be no estimate.
_MIN_ROWS_TO_SPLIT = 10


def summarize(request: FitRequest) -> tuple[TrainingData, Summary]:
    """Check every value, before training; returns the training data and their moments.

    The moments are those of the target, if there is one.
    """
    fields, architecture = request.fields, request.architecture
    order, weight = _weigh(len(fields["data"]), request.weight)
    summary = _summarize(architecture, fields, weight)
    if request.val is not None:
        _summarize(architecture, request.val)
    warn_of_one_row(fields["data"], weight, summary, request.tasks)
    return TrainingData(fields, order, weight, val=request.val), summary


def split(data: TrainingData, request: FitRequest, rng) -> TrainingData:
    """Hold rows out for validation, if it is used and there are no validation data."""
    if not request.is_validated or data.val is not None:
        return data
    fraction = request.estimator.validation_fraction
    if len(data.order) < _MIN_ROWS_TO_SPLIT:
        return data
    n_held_out = max(1, round(fraction * len(data.order)))
    if n_held_out == len(data.order):
        raise ValueError(
            f"validation_fraction={fraction} leaves none of the {len(data.order)} rows "
            "to train on."
        )
    order = rng.permutation(data.order)
    held_out = order[:n_held_out]
    for rows in data.fields.values():
        rows.hold_out(held_out)
    return data.without(held_out, order[n_held_out:])


def _weigh(n_rows: int, sample_weight):
    """Indices of the rows of positive weight, and weights with mean 1 over them."""
    order = np.arange(n_rows)
    if sample_weight is None:
        return order, None
    # Rows of weight 0 are not part of mini-batches.
    order = np.flatnonzero(sample_weight)
    if len(order) == 0:
        raise ValueError("sample_weight is zero for all rows: nothing to learn from.")
    return order, sample_weight / sample_weight[order].mean(dtype=np.float64)


def _summarize(architecture: Architecture, fields, weight=None) -> Summary:
    summaries = {
        name: rows.summarize(weight if name in ("data", "target") else None)
        for name, rows in fields.items()
        if rows.dtype.kind == "f"
    }
    summary = summaries.get("target", summaries["data"])
    architecture.reconstruction_loss().check(summary)
    return summary


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
