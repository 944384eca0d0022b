"""What training has to beat: PCA, for example."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

Weights = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Baseline:
    """The weights that are there before training, and what it takes to leave them.

    The loss of the rows held out has to be clearly below theirs (`margin_of_luck`).

    Parameters
    ----------
    weights : dict of ndarray
        By name, fitted without the rows held out; the seed of the fit decides on those
        that are not named.

    initial_weights : callable, default=None
        Takes `weights` and returns those with which training begins, if others: the
        baseline is then judged on the rows held out, and kept if training finds nothing
        better. Weights that are not named are drawn at random.

    refitted : callable, default=None
        Returns `weights` fitted to the rows held out, too: what is kept, in their
        place, where nothing beats them.

    must_reconstruct : bool, default=False
        Whether they are left only for better reconstructions of the rows held out, as
        well: for a loss that has other terms.

    reconstructs_better : callable, default=None
        Tells of two sets of weights whether the first one does.

    complete : bool, default=False
        Whether `weights` must name all: those of a fit that is to go on.
    """

    weights: Weights
    initial_weights: Callable[[Weights], Weights] | None = None
    refitted: Callable[[], Weights] | None = None
    must_reconstruct: bool = False
    reconstructs_better: Callable[[Weights, Weights], bool] | None = None
    complete: bool = False

    def with_weights(self, weights: Weights) -> "Baseline":
        """The same with further weights, or others of the same names."""
        return replace(self, weights={**self.weights, **weights})

    def completed(self, weights: Weights) -> "Baseline":
        """The same with all weights: those that are not named are as in `weights`."""
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
        """The weights of all rows, where the baseline was not beaten."""
        return self.weights if self.refitted is None else self.refitted()

    def is_beaten_by(self, weights: Weights) -> bool:
        """Whether weights of a smaller loss are better in all that is asked."""
        better = self.reconstructs_better
        if not self.must_reconstruct or better is None:
            return True
        return better(weights, self.weights)
