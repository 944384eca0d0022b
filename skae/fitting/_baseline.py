"""The baseline of a fit, and its evaluation on rows held out."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from skae.data import Rows, Summary, sample_rows
from skae.engine import MANY_ROWS, Baseline, TrainingData, margin_of_luck
from skae.fitting._model import TrainedModel
from skae.fitting._request import FitRequest

# Maximum number of rows on which reconstructions are compared.
_MAX_COMPARED = 8192


def baseline_of(
    request: FitRequest, data: TrainingData, summary: Summary, seed: int, rng
) -> Baseline:
    """The baseline of the family, such as PCA; the previous weights in a warm start."""
    if request.previous is not None:
        return Baseline(_weights_so_far(request), complete=True)
    fields, hook = data.fields, request.estimator._baseline
    weight = _weight_without(data.held_out, data.weight, fields["data"])
    baseline = hook(request.architecture, fields, summary, weight, rng)
    if weight is not data.weight:

        def refitted():
            alone = np.random.default_rng(seed)
            args = request.architecture, fields, summary, data.weight, alone
            return hook(*args).weights

        baseline = replace(baseline, refitted=refitted)
    if baseline.must_reconstruct:
        comparison = _ReconstructionComparison(request, data)
        baseline = replace(baseline, reconstructs_better=comparison.prefers)
    return baseline


def state_to_go_on_from(request: FitRequest):
    """The training state of the previous fit, if training can continue with it."""
    previous = request.previous
    if previous is None or previous.state is None:
        return None
    # `partial_fit` keeps rotated codes, to which the optimizer's state does not apply.
    return None if _were_rotated(previous) and request.one_epoch else previous.state


def _weights_so_far(request: FitRequest) -> Mapping[str, np.ndarray]:
    previous = request.previous
    if _were_rotated(previous) and not request.one_epoch:
        return previous.state["weights"]
    return previous.weights


def _were_rotated(model: TrainedModel) -> bool:
    return "weights" in (model.state or {})


def _weight_without(held_out, weight, rows: Rows) -> np.ndarray | None:
    """Sample weights that are 0 for the rows held out to evaluate the baseline.

    For many rows the difference is too small to be worth a copy.
    """
    if held_out is None or len(rows) >= MANY_ROWS:
        return weight
    weight = np.ones(len(rows), dtype=np.float32) if weight is None else weight.copy()
    weight[held_out] = 0
    return weight


class _ReconstructionComparison:
    """Comparison of reconstructions, on rows held out if there are any."""

    def __init__(self, request: FitRequest, data: TrainingData):
        self._architecture = request.architecture.for_inference()
        self._data = data

    def prefers(self, weights, others) -> bool:
        """Whether weights reconstruct better than others, by more than chance."""
        rows = self._rows()
        margin = margin_of_luck(len(rows["data"]))
        return self._error(weights, rows) < (1 - margin) * self._error(others, rows)

    def _rows(self) -> dict[str, np.ndarray]:
        data = self._data
        if data.val is not None:
            return sample_rows(data.val, None, _MAX_COMPARED)
        held_out = None
        if data.held_out is not None:
            held_out = np.zeros(len(data.fields["data"]))
            held_out[data.held_out] = 1
        return sample_rows(data.fields, held_out, _MAX_COMPARED)

    def _error(self, weights, rows: Mapping[str, np.ndarray]) -> float:
        """Sum of the squared errors of reconstructions, in the units of the data."""
        model = TrainedModel(self._architecture, dict(weights), 0)
        loss = self._architecture.reconstruction_loss()
        target = loss.comparable(rows.get("target", rows["data"]))
        return float(np.nansum(np.square(model.run("autoencoder", rows) - target)))
