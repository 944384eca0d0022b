"""Baselines that training has to beat, for example PCA."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

Weights = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Baseline:
    """Weights before training, and the conditions under which training replaces them.

    The loss on the rows held out has to be below that of the baseline by a margin
    (`margin_of_luck`).

    Parameters
    ----------
    weights : dict of ndarray
        Weights by name, fitted without the rows held out. Weights that are not named
        are drawn with the seed of the fit.

    initial_weights : callable, default=None
        Takes `weights` and returns the weights with which training begins, if they
        differ. The baseline is still evaluated on the rows held out, and kept if
        training finds nothing better. Weights that are not named are drawn at random.

    refitted : callable, default=None
        Returns `weights` fitted to all rows, including those held out. They are kept
        instead of `weights` if training does not beat the baseline.

    must_reconstruct : bool, default=False
        Whether training must also reconstruct the rows held out better than the
        baseline does; for losses with further terms.

    reconstructs_better : callable, default=None
        Takes two sets of weights and returns whether the first one reconstructs better.

    complete : bool, default=False
        Whether `weights` must name all weights of the network, as when a fit is
        continued.
    """

    weights: Weights
    initial_weights: Callable[[Weights], Weights] | None = None
    refitted: Callable[[], Weights] | None = None
    must_reconstruct: bool = False
    reconstructs_better: Callable[[Weights, Weights], bool] | None = None
    complete: bool = False

    def with_weights(self, weights: Weights) -> "Baseline":
        """Copy with further weights, which replace those of the same names."""
        return replace(self, weights={**self.weights, **weights})

    def completed(self, weights: Weights) -> "Baseline":
        """Copy with all weights: those that are not named are taken from `weights`."""
        refit = self.refitted
        if refit is None:
            return replace(self, weights=weights, complete=True)

        @functools.cache
        def refitted():
            own = refit()
            return {
                name: np.array(np.broadcast_to(own.get(name, w), w.shape), w.dtype)
                for name, w in weights.items()
            }

        return replace(self, weights=weights, refitted=refitted, complete=True)

    def to_keep(self) -> Weights:
        """Weights to keep if the baseline was not beaten, refitted if possible."""
        return self.weights if self.refitted is None else self.refitted()

    def is_beaten_by(self, weights: Weights) -> bool:
        """Whether weights of a smaller loss fulfil the other conditions as well."""
        better = self.reconstructs_better
        if not self.must_reconstruct or better is None:
            return True
        return better(weights, self.weights)
