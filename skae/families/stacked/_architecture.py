"""Dense layers that are trained one at a time before the whole."""

from skae.families.dense import DenseArchitecture, LinearPath


class StackedArchitecture(LinearPath, DenseArchitecture):
    """Dense layers beside one linear layer, on both ways, if `init` is "pca"."""

    parameter_constraints = {
        **DenseArchitecture.parameter_constraints,
        **LinearPath.parameter_constraints,
    }
