"""What all estimators around an autoencoder do with it and with its data."""

import numpy as np
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils import check_random_state, get_tags

from skae._sklearn import checked_table
from skae.data._sequences import is_ragged_list
from skae.training import draw_seed


class Part:
    """A part of what an estimator has learned, made of numbers and arrays.

    A file holds the attributes of a part by their names.
    """


class AroundAutoencoder:
    """Needs the parameters `autoencoder` and `random_state`, and `_default()`."""

    def _check_input(self, X, *, reset: bool):
        """Check number and names of the features of tables.

        Returns `X` as it came: the autoencoder checks it too, and may know the names.
        """
        layout = self._inner()._architecture.layout
        if not layout.numeric:
            return layout.check(self, X, reset=reset)
        # The layouts of images and sequences are the inner model's.
        if not is_ragged_list(X) and getattr(X, "ndim", 2) <= 2:
            checked_table(self, X, reset=reset)
        return X

    def _inner(self):
        """The autoencoder as the user gave it, or the default."""
        if self.autoencoder is None:
            return self._default()
        is_frozen = isinstance(self.autoencoder, FrozenEstimator)
        return self.autoencoder.estimator if is_frozen else self.autoencoder

    def _unfitted(self, random_state):
        """A clone of the autoencoder; with its own random state if ours is None."""
        inner = self.autoencoder
        model = self._default() if inner is None else clone(inner)
        if self.random_state is not None:
            model.set_params(random_state=random_state)
        return model

    def _pretrained(self, X, random_state):
        """The autoencoder, fitted to `X` unless it is frozen."""
        if isinstance(self.autoencoder, FrozenEstimator):
            return self.autoencoder.estimator
        return self._unfitted(random_state).fit(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        if self.autoencoder is not None:
            tags.input_tags = get_tags(self.autoencoder).input_tags
        tags.input_tags.sparse = self._inner()._architecture.layout.numeric
        return tags


def codes_of(autoencoder, X) -> np.ndarray:
    """Codes of `X` as an array, also where `set_output` asks for data frames.

    These have their values column by column, which sums round otherwise.
    """
    return np.ascontiguousarray(autoencoder.transform(X))


def generator(random_state) -> np.random.RandomState:
    """That of a seed; None gives a fresh one without touching NumPy's own."""
    seed = draw_seed(None) if random_state is None else random_state
    return check_random_state(seed)
