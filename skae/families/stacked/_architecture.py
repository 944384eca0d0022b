"""Dense layers that are trained layer by layer before the whole network."""

from skae.families.dense import DenseArchitecture, LinearPath


class StackedArchitecture(LinearPath, DenseArchitecture):
    """Dense layers with a parallel linear path if `init` is "pca"."""

    parameter_constraints = {
        **DenseArchitecture.parameter_constraints,
        **LinearPath.parameter_constraints,
    }
