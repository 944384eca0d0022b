"""Targets for codes that preserve neighbours."""

from numbers import Integral, Real
from typing import ClassVar

import numpy as np

from skae._sklearn import Interval
from skae.data import Rows, far_rows, left_out, one_blas_thread
from skae.neighbors import Mixup, MixupRows, Neighborhood, neighbor_map


class NeighborObjective:
    """Mixin that computes an embedding that preserves neighbours, as target of codes.

    Uses the parameters `encoding_dim`, `n_neighbors`, `neighbor_weight` and
    `attraction`. In the list of base classes it precedes `BaseAutoencoder`; the loss is
    part of the architecture.
    """

    _outside_graph: ClassVar[tuple[str, ...]] = (
        "n_neighbors",
        "neighbor_weight",
        "attraction",
    )

    _parameter_constraints: ClassVar[dict] = {
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "neighbor_weight": [Interval(Real, 0, None, closed="left")],
        "attraction": [Interval(Real, 0, None, closed="neither")],
    }

    def _loss_weights(self, epoch):
        weight = float(self.neighbor_weight)
        return {"neighbor_loss": weight} if weight else {}

    def _training_weight(self, rows, weight, tasks):
        weight = super()._training_weight(rows, weight, tasks)
        # Beside extreme outliers the distances of all other rows would be negligible.
        far = far_rows(rows, weight) if self.neighbor_weight else []
        return left_out(far, len(rows), weight, tasks.row_name)

    def _training_fields(self, fields, val, weight, known):
        fields, val = super()._training_fields(fields, val, weight, known)
        if not self.neighbor_weight:
            return fields, val
        rows, name = fields["data"], type(self).__name__
        around = Neighborhood(rows, weight, int(self.n_neighbors))
        if known is None:
            start = around.leading_directions(int(self.encoding_dim))
        else:
            start = known.run_all("encoder", fields)[around.kept]
        found = neighbor_map(around.neighbors, start, float(self.attraction))
        found /= found.std() or 1.0
        if known is not None:
            found = _aligned(found, start)
        if val is not None:
            val = val | {"place": Rows(found[around.nearest(val["data"])], name)}
        places = np.zeros((len(rows), found.shape[1]), dtype=np.float32)
        places[around.kept] = found
        fields = fields | {"place": Rows(places, name)}
        # A continued fit draws the same mixtures as an uninterrupted one.
        mixture = Mixup(around, n_before=getattr(self, "n_iter_", 0))
        return {k: MixupRows(field, mixture) for k, field in fields.items()}, val


@one_blas_thread()
def _aligned(places: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Align `places` to `codes` by a rotation or reflection, and a translation."""
    center = codes.mean(axis=0)
    left, _, right = np.linalg.svd(places.T @ (codes - center))
    return (places @ (left @ right) + center).astype(np.float32)
