"""Semi-supervised classifier on a pretrained encoder."""

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

from skae._callers import level_of_user
from skae._sklearn import Interval, fit_context
from skae.estimator import MatrixLike
from skae.frames import is_missing
from skae.meta import codes_of, restores_on_error
from skae.semi_supervised._fine_tuning import Head
from skae.semi_supervised._pretraining import EncoderPredictor
from skae.semi_supervised._pseudo_labels import PseudoLabels, most_certain

_HEAD_STEPS = 1000
# Marks of unlabelled rows, also as strings of NumPy; and the only other label with
# which -1 is a class.
_WITHOUT, _ONE = (-1, "-1", "-1.0"), (1, "1", "1.0")
# Missing values that were converted to strings.
_MISSING_AS_TEXT = ("nan", "None", "<NA>", "NaT")
# Shares of the unlabelled rows that are trained on, in the first and the last round.
_SHARES = (0.7, 0.95)


class EncoderClassifier(ClassifierMixin, EncoderPredictor):
    r"""Semi-supervised classifier on a pretrained encoder.

    Use it for many rows of which few have a label. An autoencoder is pretrained on all
    rows; then encoder and a linear head are fine-tuned on the labelled rows and on
    pseudo-labels of the others. With thousands of labels, a network trained on the
    labelled rows alone does nearly as well.

    Parameters
    ----------
    autoencoder : estimator, default=None
        Any autoencoder of this library; a clone of it is fitted. None means
        ``DenoisingAutoencoder(32)``, with fewer codes for fewer features.
        ``sklearn.frozen.FrozenEstimator(fitted)`` is not fitted again: use it to
        pretrain once and try many heads.

    head_alpha : float, default=1.0
        Strength of the head's L2 penalty before fine-tuning: ``1 / C`` of
        :class:`~sklearn.linear_model.LogisticRegression`, on codes of unit scale.

    n_rounds : int, default=4
        Number of rounds of pseudo-labelling and training. With 0 only labelled rows are
        used for fine-tuning, which is much quicker if there are many others.

    fine_tune_epochs : "auto" or int, default="auto"
        Largest number of epochs per round. "auto" makes about 1000 steps, in at most
        100 epochs. With 0 there is no fine-tuning: the encoder stays as pretrained, and
        the head as fitted to its codes.

    learning_rate : float, default=1e-3
        Initial learning rate of fine-tuning with Adam; it decays to zero by a cosine
        schedule in each round.

    batch_size : "auto" or int, default="auto"
        Rows per step; "auto" is a sixteenth of the rows trained on, from 16 to 256.

    early_stopping : bool, default=False
        Whether to hold out some labelled rows, from the head as well, and keep the
        epoch with the lowest loss on them. The initial weights of a round count as an
        epoch. Usually not needed: few labels are more useful in training, and there
        are few steps.

    validation_fraction : float, default=0.1
        Share of the labelled rows held out by early stopping, stratified by class. At
        least one label of each class is always trained on, so a class with too few
        labels has none held out. If no row is held out, the training loss is monitored.

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

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels.

    autoencoder_ : estimator
        The autoencoder with the fine-tuned encoder: its `transform` returns the codes
        that the head uses. The decoder is not fine-tuned: `inverse_transform` decodes
        codes of the pretrained encoder.

    head_ : Head
        Linear map from codes to logits: ``kernel`` of shape (encoding_dim, n_classes)
        and ``bias`` of shape (n_classes,).

    transduction_ : ndarray of shape (n_samples,)
        Classes of the training rows: the given labels, and predictions for the rows
        without a label.

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
    EncoderRegressor : Semi-supervised regression.
    sklearn.semi_supervised.LabelSpreading : Label propagation without a network.
    sklearn.semi_supervised.SelfTrainingClassifier : Self-training of any classifier.

    Notes
    -----
    `fit` has four steps:

    1. The autoencoder, by default a denoising one [1]_, is trained on **all** rows.
    2. A linear head, multinomial logistic regression, is fitted to the codes of the
       labelled rows.
    3. Unlabelled rows get pseudo-labels from two predictions: those of the head, and
       label propagation on the graph of nearest codes [2]_. Their weights are chosen by
       cross-validation on the labelled rows.
    4. Encoder and head are trained together, on the labelled rows and on the 70 % of
       the rows of each class whose pseudo-labels are the most certain. Then the network
       predicts new pseudo-labels [3]_, and training is repeated with more rows, up to
       95 % in the last of `n_rounds` rounds.

    If all rows have labels, the steps 3 and 4 are one training on them. The loss is the
    cross-entropy, minimized over the head :math:`W, b` and the encoder :math:`f`:

    .. math:: -\frac1n \sum_i \log \mathrm{softmax}(W f(x_i) + b)_{y_i}

    Extreme rows, such as those with values a thousand times too large, would dominate
    the scale of the data. They are left out of training, with a warning.

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
        """Pretrain on all rows, then fine-tune on labels and pseudo-labels.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Training data, in a layout that the autoencoder takes.

        y : array-like of shape (n_samples,)
            Class labels; -1 marks unlabelled rows, as in
            :mod:`sklearn.semi_supervised`. So does "-1" among strings, which
            ``np.where(known, labels, -1)`` returns. If all labels are -1 or 1, these
            are two classes.

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
        # A class keeps its labels if all of them are in extreme rows.
        alone = np.setdiff1d(targets[labelled], targets[kept])
        needed = labelled[np.isin(targets[labelled], alone)]
        return super()._inliers(np.setdiff1d(far, needed), labelled, targets)

    def _fine_tune(self, tuning, X, codes, targets, labelled, inliers, rng):
        if not self.n_rounds or (targets >= 0).all():
            super()._fine_tune(tuning, X, codes, targets, labelled, inliers, rng)
            return
        classes = targets[labelled]
        pseudo = PseudoLabels(codes, inliers, labelled, classes, self._fit_head, rng)
        for i, share in enumerate(np.linspace(*_SHARES, self.n_rounds)):
            if i == 0:
                probabilities = pseudo.probabilities()
            else:
                outputs = tuning.head(codes_of(tuning.autoencoder, X))[pseudo.rows]
                probabilities = pseudo.smooth(softmax(outputs, axis=1))
            chosen = most_certain(probabilities, share)
            chosen = chosen[targets[pseudo.rows[chosen]] < 0]
            labels, new = targets.copy(), pseudo.rows[chosen]
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
            Probabilities in the order of `classes_`; they sum to 1.
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
        outputs = self._outputs(X)  # first: it raises NotFittedError
        return self.classes_[outputs.argmax(axis=1)]


def _shares(counts: np.ndarray, fraction: float, rng) -> np.ndarray:
    """Number of held-out labels per class; in total the fraction, if possible."""
    wanted = fraction * counts
    shares = np.minimum(np.floor(wanted).astype(int), counts - 1)
    # The rest goes to the largest remainders, ties broken at random.
    n_left = round(fraction * counts.sum()) - shares.sum()
    by_remainder = np.lexsort((rng.random(len(counts)), shares - wanted))
    can_give = [c for c in by_remainder if shares[c] + 1 < counts[c]]
    shares[can_give[: max(0, n_left)]] += 1
    return shares


def _refuse_missing(y: np.ndarray) -> None:
    """Raise ValueError for missing labels; warn of those converted to strings."""
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
            f"y has labels that are called {names[0]!r}, which are taken for a class. "
            "Rows without a label are marked by -1.",
            stacklevel=level_of_user(),
        )


def _has_label(y: np.ndarray) -> np.ndarray:
    labels = y.tolist()
    labelled = np.array([label not in _WITHOUT for label in labels])
    if labelled.any() and all(labels[i] in _ONE for i in np.flatnonzero(labelled)):
        return np.ones(len(y), dtype=bool)  # the two classes -1 and 1
    return labelled
