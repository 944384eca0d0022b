"""What all estimators around an autoencoder do with it and with its data."""

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
    """Decorate `fit`: after an error the estimator is as it was before.

    As an autoencoder: half of a fit is none.
    """

    @wraps(fit)
    def whole(self, *args, **options):
        with all_or_nothing(self, continuing=False):
            return fit(self, *args, **options)

    return whole


class AutoencoderMetaEstimator:
    """Needs the parameters `autoencoder` and `random_state`, and `_default()`."""

    def _check_input(self, X, *, reset: bool):
        """Check number and names of the features of tables.

        Returns `X` as it came: the autoencoder checks it too, and may know the names.
        """
        layout = self._inner()._architecture.layout
        if not layout.numeric_only:
            return layout.validate(self, X, reset=reset)
        refuse_masked(X, type(self).__name__)
        # The layouts of images and sequences are the inner model's.
        if not is_ragged_list(X) and getattr(X, "ndim", 2) <= 2:
            checked_table(self, X, reset=reset)
        return X

    def _inner(self):
        """The autoencoder as the user gave it, or the default."""
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
        """A clone of the autoencoder; with its own random state if ours is None.

        Of a frozen one a copy, which does not change when the user fits it again.
        """
        if self._is_frozen:
            return copy.deepcopy(self.autoencoder.estimator)
        inner = self.autoencoder
        model = self._default() if inner is None else clone(inner)
        if self.random_state is not None:
            model.set_params(random_state=random_state)
        return model

    def _pretrained(self, X, random_state, weight=None):
        """The autoencoder, fitted to `X` unless it is frozen; `weight` of the rows."""
        model = self._unfitted(random_state)
        return model if self._is_frozen else model.fit(X, sample_weight=weight)

    def _far_rows(self, X) -> np.ndarray:
        """The rows beside which no other would count: none, as a rule."""
        if not self._inner()._architecture.layout.numeric_only:
            return np.empty(0, dtype=np.intp)  # the columns have a scale each
        model = self._inner() if self._is_frozen else self._unfitted(None)
        rows = model._read(X, reset=not self._is_frozen)
        if not self._is_frozen:  # which has units already
            model._layout.fit_units(rows, None)
        return far_rows(rows)

    def _without(self, far: np.ndarray, X, stacklevel: int) -> np.ndarray | None:
        """Weights that leave the rows `far` out, with a warning; None without any."""
        name = partial(name_of_row, X)
        return left_out(far, num_samples(X), None, name, stacklevel)

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
    """Codes of `X` as an array, also where `set_output` asks for data frames.

    These have their values column by column, which sums round otherwise.
    """
    return np.ascontiguousarray(autoencoder.transform(X))


def generator(random_state) -> np.random.RandomState:
    """That of a seed; None gives a fresh one without touching NumPy's own."""
    seed = draw_seed(None) if random_state is None else random_state
    return check_random_state(seed)
