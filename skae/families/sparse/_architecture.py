"""Dense layers with sparse codes."""

import math
from numbers import Integral, Real

import numpy as np

from skae import layers
from skae._keras import ops
from skae._sklearn import Interval, StrOptions
from skae.engine import is_auto, with_auto_codes
from skae.families.dense import DenseArchitecture, LinearPath

# Mean activities are kept this far from 0 and 1, where the divergence is infinite.
_MIN_ACTIVITY = 1e-6
# Up to this number of units a code is small: with "auto" all may be active.
_MAX_UNITS_OF_A_SMALL_CODE = 32
_MIN_ACTIVE = 10
_MAX_AUTO_CODES = 128
# Noise on the rows that become atoms, relative to the data, so that all differ.
_ATOM_NOISE = 1e-2


class SparseArchitecture(LinearPath, DenseArchitecture):
    """Dense layers with few active code units, by top-k selection or a penalty.

    Uses the parameters `penalty`, `n_active` and `sparsity_target` as well. The term of
    the penalty is called "sparsity". "topk" has no penalty, but a layer ``largest``
    after the code.
    """

    parameter_constraints = {
        **DenseArchitecture.parameter_constraints,
        **LinearPath.parameter_constraints,
        "penalty": [StrOptions({"topk", "l1", "kl"})],
        "n_active": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "sparsity_target": [Interval(Real, 0, 1, closed="neither")],
    }

    n_active = "auto"

    @classmethod
    def resolve_auto(cls, values, rows, data_values):
        """Resolve "auto": as many code units as a row has values, up to 128.

        With top-k selection, at most half of them (rounded up) are active.
        """
        both = [values.get(name) for name in ("encoding_dim", "n_active")]
        # A large code, since few units are active per row. A dictionary with more
        # atoms than the data have values must be requested explicitly.
        values = with_auto_codes(values, rows, 1.0, _MAX_AUTO_CODES)
        values = super().resolve_auto(values, rows, data_values)
        if values["penalty"] == "topk" and all(map(is_auto, both)):
            size = values["encoding_dim"]
            values["n_active"] = min(_few_of(size), math.ceil(size / 2))
        return values

    @property
    def most_active(self) -> int:
        """Maximum number of active code units of a row."""
        size = int(self.encoding_dim)
        if self.penalty != "topk":
            return size
        if not is_auto(self.n_active):
            return int(self.n_active)
        if size <= _MAX_UNITS_OF_A_SMALL_CODE:
            return size
        return _few_of(size)

    @property
    def selects(self) -> bool:
        """Whether some code units of each row must be inactive."""
        return self.most_active < self.encoding_dim

    def check(self):
        """Check the activation for the divergence, and the number of active units."""
        if self.penalty == "kl" and self.code_activation not in (
            "sigmoid",
            "hard_sigmoid",
        ):
            raise ValueError(
                "penalty='kl' compares activities between 0 and 1: it needs "
                "code_activation='sigmoid' or 'hard_sigmoid', and init='random'; got "
                f"{self.code_activation!r}. Use one of these, or another penalty."
            )
        if self.penalty == "topk" and self.most_active > self.encoding_dim:
            raise ValueError(
                f"n_active={self.n_active!r} code units cannot be active out of "
                f"encoding_dim={self.encoding_dim!r}. Use at most as many, or "
                "n_active='auto'."
            )
        super().check()

    def bottleneck(self, h, x):
        """Code, of which only the largest units are kept with top-k selection."""
        code = super().bottleneck(h, x)
        if not self.selects:
            return code
        return layers.KeepLargest(self.most_active, name="largest")(code)

    def linear_code(self):
        """Rotation of small codes only: it would change which units are largest."""
        is_small = self.penalty == "topk" and not self.selects
        return super().linear_code() if is_small else None

    def unexplained_variance(self, weights, summary):
        """None if the network is initialized with atoms, and not with PCA."""
        return None if self.selects else super().unexplained_variance(weights, summary)

    def penalties(self, forward):
        """L1 norm of the codes, or divergence of mean activities from the target."""
        if self.penalty == "topk":
            return {}
        code, row_weight = forward.tensors["code"], forward.row_weight
        if self.penalty == "l1":
            return {"sparsity": ops.sum(row_weight * ops.sum(ops.abs(code), axis=-1))}
        activity = ops.sum(row_weight[:, None] * code, axis=0)
        activity = ops.clip(activity, _MIN_ACTIVITY, 1 - _MIN_ACTIVITY)
        target = float(self.sparsity_target)
        divergence = target * ops.log(target / activity)
        divergence += (1 - target) * ops.log((1 - target) / (1 - activity))
        return {"sparsity": ops.sum(divergence)}

    def _linear_maps(self, rows, summary, weight, link, rng):
        """PCA if all units may be active; otherwise rows of the data as atoms."""
        if not self.selects:
            return super()._linear_maps(rows, summary, weight, link, rng)
        atoms = self._draw_atoms(rows, summary, weight, rng)
        # The active atoms of a row point in similar directions: with weights of 1 their
        # sum would be much longer than the row.
        share = 1 / math.sqrt(self.most_active)
        if self.tied_weights:  # one matrix for encoder and decoder
            both = math.sqrt(link.gain * share) * atoms
            return both.T, both
        return atoms.T, link.gain * share * atoms

    def _draw_atoms(self, rows, summary, weight, rng):
        """Directions of random rows from the mean, without rows of weight 0."""
        n_atoms, width = int(self.encoding_dim), rows.sample_shape[0]
        usable = np.arange(len(rows)) if weight is None else np.flatnonzero(weight)
        which = rng.choice(usable, n_atoms, replace=len(usable) < n_atoms)
        atoms = np.empty((n_atoms, width), dtype=rows.dtype)
        rows.gather(which, atoms)
        noise = _ATOM_NOISE * summary.scale * rng.normal(size=atoms.shape)
        atoms = atoms - summary.mean + noise
        return atoms / np.linalg.norm(atoms, axis=1, keepdims=True)


def _few_of(size: int) -> int:
    """Number of active units of a large code."""
    return max(_MIN_ACTIVE, round(math.sqrt(size)))
