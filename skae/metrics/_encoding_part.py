"""What encodes, in a pipeline that goes on from the codes."""

from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted


def encoding_part(estimator):
    """The fitted estimator that encodes.

    Of a search the best one, and of a pipeline all but the last steps that do not
    transform: a classifier behind the autoencoder, for example.

    Raises
    ------
    TypeError
        If nothing in it transforms.
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
