"""A variational autoencoder that is told the class of each row (Sohn et al., 2015)."""

from typing import ClassVar

import numpy as np
from keras import ops

from skae import VariationalAutoencoder
from skae.data import Rows
from skae.engine import draw_seed
from skae.families.variational import DenseVariational


class Conditional(DenseVariational):
    def told(self, x, condition):
        """`x` beside the class; zeros for a row of unknown class, -1."""
        which = ops.cast(ops.one_hot(condition, self.n_classes), x.dtype)
        return ops.concatenate([x, which], axis=-1)

    def encode(self, x, condition):
        return super().encode(self.told(x, condition))

    def decode(self, code, encoder, condition):
        return super().decode(self.told(code, condition), encoder)


class ConditionalVariationalAutoencoder(VariationalAutoencoder):
    _architecture: ClassVar = Conditional

    def _fields(self, y, n_rows, *, reset=False):
        if reset:
            self.classes_ = np.unique([] if y is None else y)
        place = np.full(n_rows, -1)
        if y is not None:
            y = np.broadcast_to(y, n_rows)
            if strange := set(y) - set(self.classes_):
                raise ValueError(f"y has classes that fit has not seen: {strange}")
            place = np.searchsorted(self.classes_, y)
        return {"condition": Rows(place, type(self).__name__, dtype="int32")}

    def _data_values(self):
        return {"n_classes": max(1, len(self.classes_))}

    def transform(self, X, y=None):
        return self._apply("encoder", X, y)

    def inverse_transform(self, X, y=None):
        return self._decode(X, y)

    def sample(self, n_samples=1, *, y=None, random_state=None):
        rng = np.random.default_rng(draw_seed(random_state))
        return self._decode(rng.normal(size=(n_samples, self._n_features_out)), y)
