"""The check of activations, which all backbones share."""


def check_activations(**activations) -> None:
    """Raise ValueError for a name that Keras does not know."""
    import keras

    for name, value in activations.items():
        try:
            keras.activations.get(value)
        except (ValueError, TypeError) as error:
            raise ValueError(
                f"{name}={value!r} is unknown to Keras. Give a name such as 'relu', "
                "'elu', 'tanh', 'sigmoid' or 'linear', or a function of a tensor."
            ) from error
