"""What all estimators around an autoencoder do with it and with its data."""

from sklearn.utils.validation import validate_data

from skae._sequences import is_ragged_list

_IGNORED = object()


class MetaInput:
    """Checks of data that the autoencoder inside will check in full."""

    def _check_input(self, X, *, reset: bool, y=_IGNORED):
        """Number and names of the features of tables; `X` in a form to index."""
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is "
                "None."
            )
        if is_ragged_list(X) or getattr(X, "ndim", 2) > 2:
            return X  # the layouts of images and sequences are the inner model's
        return validate_data(
            self,
            X,
            "no_validation",  # targets are the caller's
            reset=reset,
            dtype="numeric",
            accept_sparse="csr",
            # NaN may be padding; all else is refused inside, chunk by chunk.
            ensure_all_finite=False,
        )
