"""Semi-supervised regressor on a pretrained encoder."""

import warnings
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import RegressorMixin
from sklearn.linear_model import Ridge
from sklearn.utils.validation import assert_all_finite

from skae._callers import level_of_user
from skae._sklearn import Interval, StrOptions, fit_context
from skae.data import FAR, Rows, far_rows, find_units, minus
from skae.estimator import MatrixLike
from skae.meta import restores_on_error
from skae.semi_supervised._fine_tuning import Head
from skae.semi_supervised._pretraining import EncoderPredictor
from skae.semi_supervised._pseudo_targets import MAX_TARGETS, pseudo_targets

# Squares of smaller deviations may underflow.
_MIN_SCALE = 1e-100


class EncoderRegressor(RegressorMixin, EncoderPredictor):
    r"""Semi-supervised regressor on a pretrained encoder.

    Use it for many rows of which few have a target. An autoencoder is pretrained on all
    rows; then encoder and a linear head are fine-tuned on the targets and on
    pseudo-targets of the other rows.

    Parameters
    ----------
    autoencoder : estimator, default=None
        Any autoencoder of this library; a clone of it is fitted. None means
        ``DenoisingAutoencoder(32)``, with fewer codes for fewer features.
        ``sklearn.frozen.FrozenEstimator(fitted)`` is not fitted again; it should have
        been fitted on the rows without targets as well.

    head_alpha : float, default=1.0
        Strength of the head's L2 penalty before fine-tuning, on codes of unit scale:
        the `alpha` of :class:`~sklearn.linear_model.Ridge`.

    n_rounds : {0, 1}, default=1
        Number of rounds of pseudo-labelling and training. With 1, pseudo-targets of the
        rows without a target are predicted, and trained on as well. With 0 only rows
        with targets are used for fine-tuning.

    fine_tune_epochs : "auto" or int, default="auto"
        Largest number of epochs of fine-tuning. "auto" makes about 1000 steps, in at
        most 100 epochs. With 0 there is no fine-tuning: the encoder stays as
        pretrained, and the head as fitted to its codes.

    learning_rate : float, default=1e-3
        Initial learning rate of fine-tuning with Adam; it decays to zero by a cosine
        schedule.

    batch_size : "auto" or int, default="auto"
        Rows per step; "auto" is a sixteenth of the rows trained on, from 16 to 256.

    early_stopping : bool, default=False
        Whether to hold out some rows with targets, from the head as well, and keep the
        epoch with the lowest loss on them. The initial weights count as an epoch.
        Usually not needed: few targets are more useful in training, and there are few
        steps.

    validation_fraction : float, default=0.1
        Share of the rows with targets held out by early stopping. At least one target
        is always trained on. If no row is held out, the training loss is monitored.

    n_iter_no_change : "auto" or int, default="auto"
        Number of epochs without improvement after which early stopping stops.

    max_shift : "auto" or int, default="auto"
        Data augmentation in fine-tuning: images are shifted at random by up to so many
        pixels, vertically and horizontally, in each epoch. For convolutional
        autoencoders "auto" is a fourteenth of the shorter side; for all others it is 0.

    random_state : int, RandomState instance or None, default=None
        Determines the split, the order of the rows and the seed of the autoencoder.
        With None the autoencoder keeps its own.

    verbose : {0, 1, 2}, default=0
        Output of fine-tuning: none; a progress bar with the loss and the time left
        (lines if the output is not a terminal); or a line per epoch.

    pseudo_targets : bool, default="deprecated"
        Former name of `n_rounds`.

        .. deprecated:: 0.2
            Use ``n_rounds=1`` or ``n_rounds=0``. It will be removed in version 0.3.

    Attributes
    ----------
    autoencoder_ : estimator
        The autoencoder with the fine-tuned encoder: its `transform` returns the codes
        that the head uses. The decoder is not fine-tuned: `inverse_transform` decodes
        codes of the pretrained encoder.

    head_ : Head
        Linear map from codes to standardized targets: ``kernel`` of shape
        (encoding_dim, 1) and ``bias`` of shape (1,).

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
    EncoderClassifier : Semi-supervised classification.
    sklearn.gaussian_process.GaussianProcessRegressor : Used for the pseudo-targets.

    Notes
    -----
    `fit` has four steps:

    1. The autoencoder, by default a denoising one [1]_, is trained on **all** rows.
    2. A linear head, ridge regression, is fitted to the codes of the rows with targets.
    3. Pseudo-targets of the other rows are predicted by a Gaussian process on the
       codes. The weights of its kernel, linear plus squared exponential plus noise,
       maximize the marginal likelihood [2]_. Predictions are clipped to the range of
       the given targets.
    4. Encoder and head are trained together on all rows. The loss, over standardized
       targets, is

       .. math:: \frac1{2n} \sum_i (w \cdot f(x_i) + b - y_i)^2 .

    If all rows have targets, or more than 2000 of them, there is no third step, and
    only the rows with targets are used in the fourth.

    Extreme rows and targets, a thousand times too large for example, would dominate the
    scale of the data. They are left out of training, with a warning.

    References
    ----------
    .. [1] P. Vincent, H. Larochelle, Y. Bengio and P.-A. Manzagol, "Extracting and
       composing robust features with denoising autoencoders", ICML (2008),
       :doi:`10.1145/1390156.1390294`.
    .. [2] C. E. Rasmussen and C. K. I. Williams, "Gaussian Processes for Machine
       Learning", MIT Press (2006).

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

    _parameter_constraints: ClassVar[dict] = {
        **EncoderPredictor._parameter_constraints,
        "n_rounds": [Interval(Integral, 0, 1, closed="both")],
        "pseudo_targets": ["boolean", StrOptions({"deprecated"})],
    }

    def __init__(
        self,
        autoencoder: Any = None,
        *,
        head_alpha: float = 1.0,
        n_rounds: int = 1,
        fine_tune_epochs: int | str = "auto",
        learning_rate: float = 1e-3,
        batch_size: int | str = "auto",
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int | str = "auto",
        max_shift: int | str = "auto",
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
        pseudo_targets: bool | str = "deprecated",
    ):
        super().__init__(
            autoencoder,
            head_alpha=head_alpha,
            fine_tune_epochs=fine_tune_epochs,
            learning_rate=learning_rate,
            batch_size=batch_size,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            n_iter_no_change=n_iter_no_change,
            max_shift=max_shift,
            random_state=random_state,
            verbose=verbose,
        )
        self.n_rounds = n_rounds
        self.pseudo_targets = pseudo_targets

    @fit_context(prefer_skip_nested_validation=False)
    @restores_on_error
    def fit(self, X: "MatrixLike", y: "ArrayLike") -> Self:
        """Pretrain on all rows, then fine-tune on targets and pseudo-targets.

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
        X, y = self._check_training_data(X, y)
        if y.dtype.kind not in "iu":
            y = y.astype(np.float64)
        assert_all_finite(y, allow_nan=True, input_name="y")
        labelled = np.flatnonzero(~np.isnan(y))
        if len(labelled) == 0:
            raise ValueError("y is NaN for all rows: give some rows a target.")
        labelled = self._inlying_targets(y, labelled)
        found, mean, scale = _standardized(y, labelled)
        targets = np.full((len(y), 1), np.nan, np.float32)
        targets[labelled, 0] = found[labelled]
        self._fit(X, targets, labelled)
        self.target_mean_, self.target_scale_ = mean, scale
        return self

    def _inlying_targets(self, y, labelled):
        """The rows with targets, without those of extreme targets."""
        targets = Rows(y[labelled, None], type(self).__name__, dtype=np.float64)
        targets.units = find_units(targets)
        far = labelled[far_rows(targets)]
        if len(far):
            warnings.warn(
                f"{len(far)} of {len(labelled)} targets are so far from all others "
                "that nothing else would count beside them, and are taken for missing: "
                f"{y[far[0]]:g} of row {far[0]} (counted from 0), for example. If they "
                "are wrong, mend them; if they are right, fit a transformation of y, "
                "by sklearn.compose.TransformedTargetRegressor.",
                stacklevel=level_of_user(),
            )
        return np.setdiff1d(labelled, far)

    def _fine_tune(self, tuning, X, codes, targets, labelled, inliers, rng):
        order, targets = labelled, targets.copy()
        without = inliers[np.isnan(targets[inliers, 0])]
        if self._rounds() and len(without) and len(labelled) <= MAX_TARGETS:
            known = np.searchsorted(inliers, labelled)
            found = pseudo_targets(codes[inliers], known, targets[inliers], rng)
            targets[without] = found[np.searchsorted(inliers, without)]
            order = np.union1d(labelled, without)
        tuning.train(np.nan_to_num(targets), order)

    def _rounds(self) -> int:
        if self.pseudo_targets == "deprecated":
            return self.n_rounds
        warnings.warn(
            "pseudo_targets is called n_rounds now, 1 or 0, as in EncoderClassifier. "
            "The old name will go in version 0.3.",
            FutureWarning,
            stacklevel=level_of_user(),
        )
        return int(self.pseudo_targets)

    def _fit_head(self, codes, targets) -> Head:
        head = Ridge(alpha=self.head_alpha).fit(codes, targets[:, 0])
        return Head(
            head.coef_.astype(np.float32)[:, None],
            np.array([head.intercept_], dtype=np.float32),
        )

    def predict(self, X: "MatrixLike") -> np.ndarray:
        """Predict the target.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes.

        Returns
        -------
        y : ndarray of shape (n_samples,), float64
            Predictions in the units of the targets.
        """
        outputs = self._outputs(X)[:, 0]  # first: it raises NotFittedError
        # In float64 a mean far from zero loses no digits.
        outputs = outputs.astype(np.float64)
        return self.target_mean_ + self.target_scale_ * outputs


def _standardized(y: np.ndarray, labelled: np.ndarray):
    """Targets of mean 0 and variance 1, float64, and the mean and deviation."""
    known = y[labelled].astype(np.float64)
    with np.errstate(over="ignore"):
        mean, scale = float(known.mean()), float(known.std())
    if _MIN_SCALE < scale < 1 / _MIN_SCALE and abs(mean) < FAR * scale:
        return (y - mean) / scale, mean, scale
    # Relative to one of them, in a unit in which squares do not overflow.
    z = minus(y, known[0])
    exponent = int(np.frexp(np.abs(z[labelled]).max())[1])
    z = np.ldexp(z, -exponent)
    center, deviation = float(z[labelled].mean()), float(z[labelled].std())
    if not deviation:
        return z - center, float(known[0] + np.ldexp(center, exponent)), 1.0
    mean = float(known[0] + np.ldexp(center, exponent))
    return (z - center) / deviation, mean, float(np.ldexp(deviation, exponent))
