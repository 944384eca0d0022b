"""The encoding part of a pipeline or search."""

from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted


def encoding_part(estimator):
    """Return the fitted estimator, or the part of it, that transforms data to codes.

    For a search it is the best estimator, and for a pipeline the pipeline without final
    steps that do not transform, such as a classifier after the autoencoder.

    Raises
    ------
    TypeError
        If no part of it has `transform`.
    """
    check_is_fitted(estimator)
    estimator = getattr(estimator, "best_estimator_", estimator)
    if isinstance(estimator, Pipeline):
        for n_steps in range(len(estimator), 0, -1):
            if hasattr(estimator[n_steps - 1], "transform"):
                whole = n_steps == len(estimator)
                return estimator if whole else estimator[:n_steps]
    if hasattr(estimator, "transform"):
        return estimator
    name = type(estimator).__name__
    advice = "an autoencoder, or a pipeline or search that has one"
    if hasattr(estimator, "autoencoder_"):
        advice = "its autoencoder_, which does"
    raise TypeError(f"{name} has no codes, for it does not transform: give {advice}.")
