"""The classifier on a pretrained encoder."""

import warnings
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import softmax
from sklearn.base import ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import assert_all_finite

from skae._sklearn import Interval, fit_context
from skae.data import level_of_user
from skae.estimator import MatrixLike
from skae.frames import is_missing
from skae.meta import codes_of, restores_on_error
from skae.semi_supervised._fine_tuning import Head
from skae.semi_supervised._pretraining import EncoderPredictor
from skae.semi_supervised._pseudo_labels import PseudoLabels, most_certain

_HEAD_STEPS = 1000
# What marks rows without a label, as NumPy makes strings of it too; and the label that
# makes a class of it.
_WITHOUT, _ONE = (-1, "-1", "-1.0"), (1, "1", "1.0")
# What missing values are called where somebody has made text of them.
_MISSING_AS_TEXT = ("nan", "None", "<NA>", "NaT")
# Of the rows without a label, those to train on: in the first round and in the last.
_SHARES = (0.7, 0.95)


class EncoderClassifier(ClassifierMixin, EncoderPredictor):
    r"""Classifier on a pretrained encoder, for many rows of which few have a label.

    Use it when labels are dear and rows are cheap. `fit` takes these steps:

    1. The autoencoder, a denoising one [1]_, is trained on **all** rows.
    2. A linear head, multinomial logistic regression, is trained on the codes of the
       labelled rows.
    3. Rows without a label get one, from the head and from the rows whose codes are
       nearest, along which labels spread [2]_. What is made of each is found by
       cross-validation on the labelled rows.
    4. Encoder and head are trained together on the labelled rows and on those whose new
       label is most certain, 70 % of each class. Then they give the labels themselves
       [3]_, and more rows are trained on, up to 95 % in the last of the `n_rounds`.

    Rows so far from all others that nothing else would count beside them, values a
    thousand times too large for example, are left out of training with a warning.
    Where all rows have labels, steps 3 and 4 are one training on them. With thousands
    of labels, a network trained on these alone does nearly as well. Training minimizes
    the mean cross-entropy

    .. math:: -\frac1n \sum_i \log \mathrm{softmax}(W f(x_i) + b)_{y_i}

    over :math:`W`, :math:`b` and the encoder :math:`f`.

    Parameters
    ----------
    autoencoder : estimator, default=None
        Any autoencoder of this library; a clone of it is fitted. None is
        ``DenoisingAutoencoder(32)``, with fewer codes for fewer features.
        ``sklearn.frozen.FrozenEstimator(fitted)`` is not fitted again: to
        pretrain once and try many heads.

    head_alpha : float, default=1.0
        Strength of the head's L2 penalty before fine-tuning: one over the `C` of
        :class:`~sklearn.linear_model.LogisticRegression`, on codes of unit scale.

    n_rounds : int, default=4
        How often rows without a label are given one and trained on. With 0 labelled
        rows alone are trained on: much quicker where there are many others.

    fine_tune_epochs : "auto" or int, default="auto"
        Largest number of epochs of a round. "auto" makes about 1000 steps, in at most
        100 epochs; 0 leaves the encoder as it was pretrained, and the head as it is
        after the second step.

    learning_rate : float, default=1e-3
        Learning rate of encoder and head (Adam, falling to zero by half a cosine in
        each round).

    batch_size : "auto" or int, default="auto"
        Rows per step; "auto" is a sixteenth of the rows trained on, from 16 to 256.

    early_stopping : bool, default=False
        Hold out some rows, from the head as well, and keep the epoch with the best loss
        on them. What a round starts from counts as an epoch. Few targets are
        worth more in training, and few steps are taken anyway.

    validation_fraction : float, default=0.1
        Share of the labelled rows held out by early stopping, of each class alike. One
        label or more of each class is always trained on: a class with too few labels
        has none held out, and if that is so for all, the training loss is followed.

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
        Of encoder and head: silent; a progress bar with loss and time left (lines where
        the output is no terminal); or a line per epoch.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels.

    autoencoder_ : estimator
        The pretrained autoencoder, with the fine-tuned encoder: its `transform` gives
        the codes under the head. Its decoder has not followed: `inverse_transform`
        belongs to the codes before fine-tuning.

    head_ : Head
        ``kernel`` of shape (encoding_dim, n_classes) and ``bias`` of shape
        (n_classes,), from codes to logits.

    transduction_ : ndarray of shape (n_samples,)
        The classes of the training rows: the labels that were given, and `predict` of
        all others.

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
        From `fit`, for parameters and data that cannot be used, or without labels.

    See Also
    --------
    EncoderRegressor : The same for numbers.
    sklearn.semi_supervised.LabelSpreading : Neighbours alone, without a network.
    sklearn.semi_supervised.SelfTrainingClassifier : Learns from its own labels.

    References
    ----------
    .. [1] P. Vincent, H. Larochelle, Y. Bengio and P.-A. Manzagol, "Extracting and
       composing robust features with denoising autoencoders", ICML (2008),
       :doi:`10.1145/1390156.1390294`.
    .. [2] J. Calder, B. Cook, M. Thorpe and D. Slepcev, "Poisson learning: graph based
       semi-supervised learning at very low label rates", ICML (2020),
       :doi:`10.48550/arXiv.2006.11184`.
    .. [3] D.-H. Lee, "Pseudo-label: the simple and efficient semi-supervised learning
       method for deep neural networks", ICML workshop (2013).

    Examples
    --------
    >>> import numpy as np
    >>> from skae import DenoisingAutoencoder, EncoderClassifier
    >>> from skae.datasets import load_digits
    >>> digits = load_digits()
    >>> y = np.where(np.arange(len(digits.y_train)) < 100, digits.y_train, -1)
    >>> denoiser = DenoisingAutoencoder(64, noise="masking", noise_level=0.3, epochs=50)
    >>> model = EncoderClassifier(denoiser, random_state=0).fit(digits.X_train, y)
    >>> model.score(digits.X_test, digits.y_test) > 0.8
    True
    """

    _parameter_constraints: ClassVar[dict] = {
        **EncoderPredictor._parameter_constraints,
        "n_rounds": [Interval(Integral, 0, None, closed="left")],
    }

    def __init__(
        self,
        autoencoder: Any = None,
        *,
        head_alpha: float = 1.0,
        n_rounds: int = 4,
        fine_tune_epochs: int | str = "auto",
        learning_rate: float = 1e-3,
        batch_size: int | str = "auto",
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int | str = "auto",
        max_shift: int | str = "auto",
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
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

    @fit_context(prefer_skip_nested_validation=False)
    @restores_on_error
    def fit(self, X: "MatrixLike", y: "ArrayLike") -> Self:
        """Pretrain on all rows, then train on labels: those given, and those found.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Training data, in a layout that the autoencoder takes.

        y : array-like of shape (n_samples,)
            Class labels; -1 marks rows without one, as in
            :mod:`sklearn.semi_supervised`, and so does "-1" among labels that are
            strings, as ``np.where(known, labels, -1)`` has it. Where all labels are -1
            or 1, these are two classes.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        X, y = self._check_training_data(X, y)
        _refuse_missing(y)
        assert_all_finite(y, input_name="y")
        labelled = np.flatnonzero(_has_label(y))
        if len(labelled) == 0:
            raise ValueError(
                "y is -1 for all rows: give some rows a label, or fit the autoencoder "
                "alone."
            )
        known = y[labelled]
        if known.dtype == object:
            known = np.array(known.tolist())
        check_classification_targets(known)
        classes, position = np.unique(known, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(
                f"Classifier can't train when only one class is present: {classes[0]!r}"
            )
        targets = np.full(len(y), -1, dtype=np.int32)
        targets[labelled] = position
        self._fit(X, targets, labelled)
        self.classes_ = classes
        if len(labelled) < len(targets):
            likeliest = self._outputs(X).argmax(axis=1)
            targets = np.where(targets < 0, likeliest, targets)
        self.transduction_ = classes[targets]
        return self

    def _inliers(self, far, labelled, targets):
        kept, _ = super()._inliers(far, labelled, targets)
        # A class all of whose labels are far out is a class.
        alone = np.setdiff1d(targets[labelled], targets[kept])
        needed = labelled[np.isin(targets[labelled], alone)]
        return super()._inliers(np.setdiff1d(far, needed), labelled, targets)

    def _fine_tune(self, tuning, X, codes, targets, labelled, inliers, rng):
        if not self.n_rounds or (targets >= 0).all():
            super()._fine_tune(tuning, X, codes, targets, labelled, inliers, rng)
            return
        classes = targets[labelled]
        labels = PseudoLabels(codes, inliers, labelled, classes, self._fit_head, rng)
        for i, share in enumerate(np.linspace(*_SHARES, self.n_rounds)):
            if i == 0:
                probabilities = labels.probabilities()
            else:
                outputs = tuning.head(codes_of(tuning.autoencoder, X))[labels.rows]
                probabilities = labels.smooth(softmax(outputs, axis=1))
            chosen = most_certain(probabilities, share)
            chosen = chosen[targets[labels.rows[chosen]] < 0]
            labels, new = targets.copy(), labels.rows[chosen]
            labels[new] = probabilities[chosen].argmax(axis=1)
            tuning.train(labels, np.union1d(labelled, new))

    def _split(self, labelled, targets, rng):
        classes = targets[labelled]
        counts = np.bincount(classes)
        n_held_out = _shares(counts, self.validation_fraction, rng)
        order = rng.permutation(len(labelled))
        held_out = np.zeros(len(labelled), dtype=bool)
        for c, n in enumerate(n_held_out):
            held_out[order[classes[order] == c][:n]] = True
        return labelled[order[~held_out[order]]], labelled[order[held_out[order]]]

    def _fit_head(self, codes, targets) -> Head:
        head = LogisticRegression(C=1 / self.head_alpha, max_iter=_HEAD_STEPS)
        head.fit(codes, targets)
        kernel, bias = head.coef_.T, head.intercept_
        if len(bias) == 1:  # one logit for the second class
            kernel = np.hstack([-kernel / 2, kernel / 2])
            bias = np.hstack([-bias / 2, bias / 2])
        return Head(kernel.astype(np.float32), bias.astype(np.float32))

    def predict_proba(self, X: "MatrixLike") -> np.ndarray:
        """Probability of each class.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes), float32
            In the order of `classes_`; they sum to 1.
        """
        return softmax(self._outputs(X), axis=1)

    def predict(self, X: "MatrixLike") -> np.ndarray:
        """Most probable class.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes.

        Returns
        -------
        labels : ndarray of shape (n_samples,)
            Class labels.
        """
        outputs = self._outputs(X)  # first: it tells whether we are fitted
        return self.classes_[outputs.argmax(axis=1)]


def _shares(counts: np.ndarray, fraction: float, rng) -> np.ndarray:
    """How many labels of each class to hold out: in all the fraction, if possible."""
    wanted = fraction * counts
    shares = np.minimum(np.floor(wanted).astype(int), counts - 1)
    # What rounding down has left goes to the largest remainders, by lot among equals.
    n_left = round(fraction * counts.sum()) - shares.sum()
    by_remainder = np.lexsort((rng.random(len(counts)), shares - wanted))
    can_give = [c for c in by_remainder if shares[c] + 1 < counts[c]]
    shares[can_give[: max(0, n_left)]] += 1
    return shares


def _refuse_missing(y: np.ndarray) -> None:
    """ValueError for missing labels; a warning for those that are text by now."""
    gone = np.isnan(y) if y.dtype.kind == "f" else np.zeros(len(y), dtype=bool)
    if y.dtype == object:
        gone = np.array([is_missing(label) for label in y.tolist()])
    if gone.any():
        raise ValueError(
            f"Input y contains NaN, or None, the first in row {gone.argmax()}. Rows "
            "without a label are marked by -1."
        )
    may_be_text = y.dtype.kind in "OUT"
    names = [name for name in _MISSING_AS_TEXT if may_be_text and (y == name).any()]
    if names:
        warnings.warn(
            f"y has labels that are called {names[0]!r}, and takes them for a class. "
            "Rows without a label are marked by -1.",
            stacklevel=level_of_user(),
        )


def _has_label(y: np.ndarray) -> np.ndarray:
    labels = y.tolist()
    labelled = np.array([label not in _WITHOUT for label in labels])
    if labelled.any() and all(labels[i] in _ONE for i in np.flatnonzero(labelled)):
        return np.ones(len(y), dtype=bool)  # the two classes -1 and 1
    return labelled
