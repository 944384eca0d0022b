"""Dense layers whose code units are to be active for few rows."""

from numbers import Real

from skae._sklearn import Interval, StrOptions
from skae.architectures._dense import DenseArchitecture

# Mean activities are kept this far from 0 and 1, where the divergence is infinite.
_LEAST_ACTIVITY = 1e-6


class SparseArchitecture(DenseArchitecture):
    """Dense layers and a penalty on the activity of the code units.

    Reads `penalty` and `sparsity_target` as well; its term is called "sparsity".
    """

    parameter_constraints = {
        **DenseArchitecture.parameter_constraints,
        "penalty": [StrOptions({"l1", "kl"})],
        "sparsity_target": [Interval(Real, 0, 1, closed="neither")],
    }

    def check(self):
        """Activities between 0 and 1 for the divergence."""
        super().check()
        if self.penalty == "kl" and self.code_activation not in (
            "sigmoid",
            "hard_sigmoid",
        ):
            raise ValueError(
                "penalty='kl' compares activities between 0 and 1: it needs "
                "code_activation='sigmoid' or 'hard_sigmoid'; got "
                f"{self.code_activation!r}. Use one of these, or penalty='l1'."
            )

    def penalties(self, forward):
        """Sum of the activities, or divergence of their means from the target."""
        from keras import ops

        code, row_weight = forward.tensors["code"], forward.row_weight
        if self.penalty == "l1":
            return {"sparsity": ops.sum(row_weight * ops.sum(ops.abs(code), axis=-1))}
        activity = ops.sum(row_weight[:, None] * code, axis=0)
        activity = ops.clip(activity, _LEAST_ACTIVITY, 1 - _LEAST_ACTIVITY)
        target = float(self.sparsity_target)
        divergence = target * ops.log(target / activity)
        divergence += (1 - target) * ops.log((1 - target) / (1 - activity))
        return {"sparsity": ops.sum(divergence)}
