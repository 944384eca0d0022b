"""Error messages for methods that an estimator lacks and that users look for."""

from typing import TYPE_CHECKING

_DENSITY = (
    "AutoencoderDensity(autoencoder).fit(X) samples from any autoencoder that decodes; "
    "the variational families sample by themselves"
)
_LABELS = "EncoderClassifier and EncoderRegressor predict from the codes"
_OUTLIERS = "AutoencoderOutlierDetector(autoencoder).fit(X) detects outliers"
_ELSEWHERE = {
    "sample": _DENSITY,
    "log_likelihood": _DENSITY,
    "predict": f"{_LABELS}; `reconstruct` returns what Keras' autoencoders predict",
    "predict_proba": _LABELS,
    "fit_predict": _OUTLIERS,
    "decision_function": _OUTLIERS,
    "explain": _OUTLIERS,
    "encode": "`transform` encodes",
    "decode": "`inverse_transform` decodes",
    "evaluate": "`score` and `reconstruction_error` evaluate",
    "compile": "`fit` compiles; `optimizer`, `loss` and `learning_rate` are parameters",
    "summary": "`encoder_.summary()` and `decoder_.summary()` list the layers",
    "history": "`history_` has the losses of each epoch",
    "column_scores": "TableAutoencoder scores columns",
    "column_kinds_": "TableAutoencoder has kinds of columns",
    "components_": "`decoder_` maps codes back, and need not be linear",
    "n_components_": "`encoding_dim` is the number of code dimensions",
}


class MissingMethods:
    """Errors for missing methods, which name the alternative."""

    if not TYPE_CHECKING:  # else type checkers would accept any attribute

        def __getattr__(self, name):
            try:  # raises the original error, of a property for example
                return object.__getattribute__(self, name)
            except AttributeError as error:
                if name not in _ELSEWHERE:
                    raise
                text = f"{error}: {_ELSEWHERE[name]}."
                raise AttributeError(text, name=name, obj=self) from None
