"""Keras models of a fitted autoencoder."""


class LiveModels:
    """Mixin with the Keras models of a fitted autoencoder.

    Requires `_model` and `__sklearn_is_fitted__`.
    """

    @property
    def encoder_(self):
        """Keras model from data to codes.

        Its input is that of `transform`, as float32. For data far from zero, which
        float32 would not represent, it is their difference from
        ``_layout.units.origin``.
        """
        return self._keras_models().encoder

    @property
    def decoder_(self):
        """Keras model from codes to data."""
        return self._decoding_model("decoder")

    @property
    def autoencoder_(self):
        """Keras model from data to reconstructions, composed of the other two."""
        return self._decoding_model("autoencoder")

    @property
    def encoding_dim_(self) -> int:
        """Number of columns of the codes."""
        self._check_fitted()
        return self._model.code_size

    def _decoding_model(self, name: str):
        model = getattr(self._keras_models(), name)
        if model is None:
            raise AttributeError(f"{type(self).__name__} has no decoder: no {name}_.")
        return model

    def _keras_models(self):
        self._check_fitted()
        return self._model.keras_models()

    def _check_fitted(self):
        if not self.__sklearn_is_fitted__():
            # AttributeError, so that hasattr() is False before fit.
            raise AttributeError(
                f"This {type(self).__name__} is not fitted yet: call fit first."
            )
