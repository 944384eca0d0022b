"""The regressor on a pretrained encoder."""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import RegressorMixin
from sklearn.linear_model import Ridge
from sklearn.utils.validation import assert_all_finite

from skae._sklearn import fit_context
from skae.estimator._scoring import MatrixLike
from skae.meta._fine_tuning import Head
from skae.meta._pretraining import EncoderPredictor


class EncoderRegressor(RegressorMixin, EncoderPredictor):
    r"""Regressor on a pretrained encoder, for many rows of which few have a target.

    The same three steps as :class:`EncoderClassifier`, with ridge regression as the
    head and, over standardized targets, the loss

    .. math:: \frac1{2n} \sum_i (w \cdot f(x_i) + b - y_i)^2 .

    Parameters
    ----------
    autoencoder : estimator, default=None
        Any autoencoder of this library; a clone of it is fitted. None is a
        `DenoisingAutoencoder` with a code of 200 rectified units and one hidden layer
        of 500. ``sklearn.frozen.FrozenEstimator(fitted)``, fitted on rows without
        targets as well, is not fitted again.

    head_alpha : float, default=1.0
        Strength of the head's L2 penalty before fine-tuning, on codes of unit scale:
        the `alpha` of :class:`~sklearn.linear_model.Ridge`.

    fine_tune_epochs : "auto" or int, default="auto"
        Largest number of epochs of the third step. "auto" makes about 1000 steps,
        in at most 100 epochs; 0 leaves the encoder as it was pretrained.

    learning_rate : float, default=3e-4
        Learning rate of the third step (Adam, falling to zero by half a cosine).

    batch_size : "auto" or int, default="auto"
        Rows per step; "auto" is a sixteenth of the rows, from 16 to 256.

    early_stopping : bool, default=False
        Hold out some rows, from the head as well, and keep the epoch with the best loss
        on them. What the third step starts from counts as an epoch. Few targets are
        worth more in training, and few steps are taken anyway.

    validation_fraction : float, default=0.1
        Share of the rows held out by early stopping. One row or more is always trained
        on; if none is held out, the training loss is followed.

    n_iter_no_change : "auto" or int, default="auto"
        Epochs without a better loss after which to stop.

    max_shift : "auto" or int, default="auto"
        Images are moved by up to so many pixels up or down, left or right, in each
        epoch anew, where encoder and head are trained. For convolutional autoencoders
        "auto" is a fourteenth of the shorter side; it is 0 for all others.

    random_state : int, RandomState instance or None, default=None
        Decides on the split, the order of rows and the seed of the autoencoder. With
        None the autoencoder keeps its own.

    verbose : {0, 1, 2}, default=0
        Of the third step: silent; a progress bar with loss and time left (lines where
        the output is no terminal); or a line per epoch.

    Attributes
    ----------
    autoencoder_ : estimator
        The pretrained autoencoder, with the fine-tuned encoder: its `transform` gives
        the codes under the head. Its decoder has not followed: `inverse_transform`
        belongs to the codes before fine-tuning.

    head_ : Head
        ``kernel`` of shape (encoding_dim, 1) and ``bias`` of shape (1,), from codes to
        standardized targets.

    target_mean_, target_scale_ : float
        Mean and standard deviation of the targets.

    history_ : dict of lists
        "loss" and "val_loss" per epoch of fine-tuning.

    n_iter_ : int
        Epochs of fine-tuning.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, when `X` has names that are all strings.

    Raises
    ------
    ValueError
        From `fit`, for parameters and data that cannot be used.

    See Also
    --------
    EncoderClassifier : The same for classes.

    References
    ----------
    .. [1] P. Vincent, H. Larochelle, Y. Bengio and P.-A. Manzagol, "Extracting and
       composing robust features with denoising autoencoders", ICML (2008),
       :doi:`10.1145/1390156.1390294`.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skae import Autoencoder, EncoderRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> X = StandardScaler().fit_transform(X)
    >>> model = EncoderRegressor(Autoencoder(5, epochs=20), random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.4
    True
    """

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: MatrixLike, y: ArrayLike) -> Self:
        """Pretrain on all rows, then train on them with their targets.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Training data, in a layout that the autoencoder takes.

        y : array-like of shape (n_samples,)
            Targets; NaN marks rows without one.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        X, y = self._check_training_data(X, y, dtype=np.float64)
        assert_all_finite(y, allow_nan=True, input_name="y")
        labelled = np.flatnonzero(~np.isnan(y))
        if len(labelled) == 0:
            raise ValueError("y is NaN for all rows: give some rows a target.")
        mean = float(y[labelled].mean())
        scale = float(y[labelled].std()) or 1.0
        targets = np.nan_to_num((y - mean) / scale).astype(np.float32)[:, None]
        self._fit(X, targets, labelled)
        self.target_mean_, self.target_scale_ = mean, scale
        return self

    def _fit_head(self, codes, targets) -> Head:
        head = Ridge(alpha=self.head_alpha).fit(codes, targets[:, 0])
        return Head(
            head.coef_.astype(np.float32)[:, None],
            np.array([head.intercept_], dtype=np.float32),
        )

    def predict(self, X: MatrixLike) -> np.ndarray:
        """Predict the target.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes.

        Returns
        -------
        y : ndarray of shape (n_samples,), float32
            In the units of the targets.
        """
        outputs = self._outputs(X)[:, 0]  # first: it tells whether we are fitted
        # In float64, so that a mean far from zero costs no digits before the end.
        outputs = outputs.astype(np.float64)
        predictions = self.target_mean_ + self.target_scale_ * outputs
        return predictions.astype(np.float32)
