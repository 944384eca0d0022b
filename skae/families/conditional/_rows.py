"""Rows of a conditional model: hidden conditions, and data less their linear part."""

from collections.abc import Mapping

import numpy as np

from skae.data import AugmentedRows, Rows

# A class shrinks towards the mean of all as if it had this many more rows there.
_RIDGE = 1.0


class HiddenConditions(AugmentedRows):
    """Conditions of which a random share is unknown in each epoch of training.

    Parameters
    ----------
    rows : Rows
        Vectors of conditions.

    share : float
        Share of the rows.

    seed : int
        Seed of the draws.

    n_before : int
        Number of epochs of earlier fits, so that a continued fit draws the same rows as
        an uninterrupted one.
    """

    def __init__(self, rows: Rows, share: float, seed: int, n_before: int):
        super().__init__(rows)
        self._share, self._seed, self._n_before = share, seed, n_before

    def _augment(self, indices, out, epoch):
        rng = np.random.default_rng((self._seed, self._n_before + epoch))
        # A field, and not a layer: encoder and decoder must be told the same.
        out[(rng.random(len(self._rows)) < self._share)[indices]] = 0


class Residuals(Rows):
    """Data less what is linear in their conditions.

    Parameters
    ----------
    rows : Rows
        Data, which have been read before.

    condition : Rows
        Vectors of their conditions.

    effects : ndarray of shape (width of a condition, values of a row)
        Coefficients, in the units of `rows`.
    """

    def __init__(self, rows: Rows, condition: Rows, effects: np.ndarray):
        vars(self).update(vars(rows))
        self._rows, self._condition, self._effects = rows, condition, effects
        self._whole = rows.in_memory
        self.is_sparse = False

    @property
    def in_memory(self):
        """Whether the data are in memory, and dense."""
        return self._whole

    @property
    def table(self):
        """A copy of all rows."""
        return self.read(slice(None))

    def read(self, which, out=None):
        """Rows `which`."""
        return self._subtract(
            self._rows.read(which, out), self._condition.read(which).astype(np.float64)
        )

    def gather(self, indices, out, epoch=0):
        """Write the rows `indices` into `out`."""
        condition = np.empty(
            (len(indices), *self._condition.sample_shape), self._condition.dtype
        )
        self._condition.gather(indices, condition)
        self._rows.gather(indices, out)
        self._subtract(out[: len(indices)], condition.astype(np.float64))

    def _subtract(self, x: np.ndarray, condition: np.ndarray) -> np.ndarray:
        x -= (condition @ self._effects).reshape(x.shape).astype(x.dtype)
        return x


def linear_effects(
    fields: Mapping[str, Rows], weight: np.ndarray | None, mean: np.ndarray
) -> np.ndarray:
    """Coefficients of a ridge regression of the data on the vectors of conditions.

    A row of unknown condition, whose vector is 0, is predicted to be the `mean` of all.
    """
    data, condition = fields["data"], fields["condition"]
    (width,), size = condition.sample_shape, mean.size
    squares, products = np.zeros((width, width)), np.zeros((width, size))
    for part in data.chunks():
        x, c = data.read(part), condition.read(part).astype(np.float64)
        w = np.ones(len(x)) if weight is None else weight[part].astype(np.float64)
        # Rows of weight 0 may be anything.
        x, c, w = x[w > 0], c[w > 0], w[w > 0]
        z = (x - mean).reshape(len(x), -1)
        squares += (c.T * w) @ c
        products += (c.T * w) @ z
    # The last value of a vector is 1 for all known conditions: their sums are there.
    mass = squares[-1, -1]
    effects = np.zeros((width, size))
    if mass == 0:
        return effects
    center, known_mean = squares[-1, :-1] / mass, products[-1] / mass
    squares = squares[:-1, :-1] - mass * np.outer(center, center)
    products = products[:-1] - mass * np.outer(center, known_mean)
    effects[:-1] = np.linalg.solve(squares + _RIDGE * np.eye(width - 1), products)
    effects[-1] = known_mean - center @ effects[:-1]
    return effects
