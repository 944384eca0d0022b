"""Base class and helpers of meta-estimators around an autoencoder."""

import copy
from functools import partial, wraps
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state, get_tags

from skae._sklearn import checked_table, num_samples
from skae.base import BaseAutoencoder
from skae.data import far_rows, is_ragged_list, left_out, refuse_masked
from skae.engine import draw_seed
from skae.estimator import all_or_nothing
from skae.families.dense import Autoencoder
from skae.frames import name_of_row


def restores_on_error(fit):
    """Decorate `fit` so that an error leaves the estimator as it was before."""

    @wraps(fit)
    def whole(self, *args, **options):
        with all_or_nothing(self, continuing=False):
            return fit(self, *args, **options)

    return whole


class AutoencoderMetaEstimator:
    """Mixin for estimators with the parameters `autoencoder` and `random_state`.

    A subclass must define `_default()`.
    """

    def _check_input(self, X, *, reset: bool):
        """Check number and names of the features of tables.

        Return `X` unchanged: the autoencoder checks it too, and may use the names.
        """
        layout = self._inner()._architecture.layout
        if not layout.numeric_only:
            return layout.validate(self, X, reset=reset)
        refuse_masked(X, type(self).__name__)
        # Images and sequences are checked by the autoencoder.
        if not is_ragged_list(X) and getattr(X, "ndim", 2) <= 2:
            checked_table(self, X, reset=reset)
        return X

    def _inner(self):
        """The autoencoder given by the user, or the default."""
        if self.autoencoder is None:
            return self._default()
        inner = self.autoencoder.estimator if self._is_frozen else self.autoencoder
        if not isinstance(inner, BaseAutoencoder):
            raise TypeError(_what_is_wrong(type(self).__name__, inner))
        return inner

    @property
    def _is_frozen(self) -> bool:
        return isinstance(self.autoencoder, FrozenEstimator)

    def _unfitted(self, random_state):
        """Clone the autoencoder; it keeps its random state if ours is None.

        A frozen one is copied, so that a later fit by the user does not change it.
        """
        if self._is_frozen:
            return copy.deepcopy(self.autoencoder.estimator)
        inner = self.autoencoder
        model = self._default() if inner is None else clone(inner)
        if self.random_state is not None:
            model.set_params(random_state=random_state)
        return model

    def _pretrained(self, X, random_state, weight=None):
        """The autoencoder, fitted to `X` with `weight` unless it is frozen."""
        model = self._unfitted(random_state)
        return model if self._is_frozen else model.fit(X, sample_weight=weight)

    def _far_rows(self, X) -> np.ndarray:
        """Extreme rows, which would dominate the scale of the data; usually none."""
        if not self._inner()._architecture.layout.numeric_only:
            return np.empty(0, dtype=np.intp)  # each column has its own scale
        model = self._inner() if self._is_frozen else self._unfitted(None)
        rows = model._read(X, reset=not self._is_frozen)
        if not self._is_frozen:  # a frozen one has units already
            model._layout.fit_units(rows, None)
        return far_rows(rows)

    def _without(self, far: np.ndarray, X) -> np.ndarray | None:
        """Weights of 0 for the rows `far`, with a warning; None if there are none."""
        name = partial(name_of_row, X)
        return left_out(far, num_samples(X), None, name)

    @classmethod
    def _test_params(cls) -> dict[str, Any]:
        """Small settings for the common tests."""
        brief = {"epochs": 3, "batch_size": 16, "hidden_layer_sizes": (4,)}
        settings = {"autoencoder": Autoencoder(2, **brief), "fine_tune_epochs": 2}
        settings |= {"n_components": 2}
        return {k: settings[k] for k in cls._get_param_names() if k in settings}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        if self.autoencoder is not None:
            tags.input_tags = get_tags(self.autoencoder).input_tags
        tags.input_tags.sparse = self._inner()._architecture.layout.numeric_only
        return tags


def _what_is_wrong(name: str, inner) -> str:
    if isinstance(inner, type):
        got, advice = f"the class {inner.__name__}", f"write {inner.__name__}()"
    elif isinstance(inner, Pipeline):
        got, advice = "a Pipeline", f"put {name} at the end of the pipeline, around it"
    else:
        got, advice = repr(inner), "give one, or None for the default"
    return f"{name} takes an autoencoder of skae; got {got}: {advice}."


def codes_of(autoencoder, X) -> np.ndarray:
    """Codes of `X` as a C-ordered array, also if `set_output` asks for data frames.

    The memory order of data frames would change the rounding of sums.
    """
    return np.ascontiguousarray(autoencoder.transform(X))


def generator(random_state) -> np.random.RandomState:
    """RandomState of a seed; None gives a new one, independent of NumPy's global."""
    seed = draw_seed(None) if random_state is None else random_state
    return check_random_state(seed)
