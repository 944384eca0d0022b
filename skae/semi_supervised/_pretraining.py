"""Base class of classifier and regressor: pretraining, head, fine-tuning."""

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator, MetaEstimatorMixin
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils.validation import check_is_fitted

from skae._sklearn import Interval, StrOptions
from skae.data import ImageLayout, Layout, refuse_masked
from skae.engine import draw_seed, is_auto
from skae.families.denoising import DenoisingAutoencoder
from skae.meta import AutoencoderMetaEstimator, codes_of
from skae.semi_supervised._fine_tuning import FineTuning, Head

_CODE_SIZE = 32
# Largest shift of images with "auto": 2 of 28 pixels.
_SHIFTED_SHARE = 1 / 14


class EncoderPredictor(AutoencoderMetaEstimator, MetaEstimatorMixin, BaseEstimator):
    """Base class: pretrain the autoencoder, fit a head, fine-tune both."""

    _parameter_constraints: ClassVar[dict] = {
        "autoencoder": "no_validation",
        "head_alpha": [Interval(Real, 0, None, closed="neither")],
        "fine_tune_epochs": [
            StrOptions({"auto"}),
            Interval(Integral, 0, None, closed="left"),
        ],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "batch_size": [
            StrOptions({"auto"}),
            Interval(Integral, 1, None, closed="left"),
        ],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "n_iter_no_change": [
            StrOptions({"auto"}),
            Interval(Integral, 1, None, closed="left"),
        ],
        "max_shift": [
            StrOptions({"auto"}),
            Interval(Integral, 0, None, closed="left"),
        ],
        "random_state": ["random_state"],
        "verbose": [Interval(Integral, 0, 2, closed="both"), "boolean"],
    }

    def __init__(
        self,
        autoencoder: Any = None,
        *,
        head_alpha: float = 1.0,
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
        self.autoencoder = autoencoder
        self.head_alpha = head_alpha
        self.fine_tune_epochs = fine_tune_epochs
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.max_shift = max_shift
        self.random_state = random_state
        self.verbose = verbose

    def _check_training_data(self, X, y, dtype=None):
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is "
                "None."
            )
        X = self._check_input(X, reset=True)
        refuse_masked(y, type(self).__name__, "y")
        y = column_or_1d(y, warn=True, dtype=dtype)
        check_consistent_length(X, y)
        return X, y

    def _fit(self, X, targets, labelled):
        """Fit to the `targets`, classes or numbers, of the rows `labelled`."""
        self._check_shift()
        seed = draw_seed(self.random_state)
        rng = np.random.default_rng(seed)
        far = self._far_rows(X)
        weight = self._without(far, X)
        autoencoder = self._pretrained(X, seed, weight)
        labelled, inliers = self._inliers(far, labelled, targets)
        held_out = labelled[:0]
        if self.early_stopping and self.fine_tune_epochs != 0:
            # They are held out from the head too.
            labelled, held_out = self._split(labelled, targets, rng)
        codes = codes_of(autoencoder, X)
        # The strength of the head's penalty must not depend on the codes' scale.
        scale = np.float32(float(codes[labelled].std(axis=0).mean()) or 1.0)
        codes = codes / scale
        head = self._fit_head(codes[labelled], targets[labelled])
        head = Head(head.kernel / scale, head.bias)
        history = {}
        if self.fine_tune_epochs != 0:
            fields = autoencoder._read_fields(X)
            shift = _resolve_max_shift(self.max_shift, autoencoder._layout)
            unit = float(2.0 ** np.rint(np.log2(scale)))
            tuning = FineTuning(
                *(self, autoencoder, fields, held_out, head, rng), shift, unit
            )
            self._fine_tune(tuning, X, codes, targets, labelled, inliers, rng)
            autoencoder, head = tuning.autoencoder, tuning.head
            history = tuning.history
        self.autoencoder_, self.head_, self.history_ = autoencoder, head, history
        self.n_iter_ = len(history.get("loss", ()))

    def _inliers(self, far, labelled, targets):
        """The rows with targets, and all rows, without extreme rows."""
        inliers = np.setdiff1d(np.arange(len(targets)), far)
        return np.setdiff1d(labelled, far), inliers

    def _fine_tune(self, tuning, X, codes, targets, labelled, inliers, rng):
        """Train encoder and head; `inliers` are all rows but extreme ones."""
        tuning.train(targets, labelled)

    def _check_shift(self) -> None:
        """Raise ValueError for rows that are not images, before training."""
        if is_auto(self.max_shift) or self.max_shift == 0:
            return
        inner = self._inner()
        if not issubclass(inner._architecture.layout, ImageLayout):
            raise ValueError(
                f"max_shift={self.max_shift} moves images, but rows of "
                f"{type(inner).__name__} have no height and width. Use max_shift=0, or "
                "a convolutional autoencoder."
            )

    def _split(self, labelled, targets, rng):
        """Rows to train on, one or more, and rows to hold out."""
        order = rng.permutation(labelled)
        n_held_out = min(round(self.validation_fraction * len(order)), len(order) - 1)
        return order[n_held_out:], order[:n_held_out]

    def _default(self):
        # Its codes preserve distances, which neighbours and Gaussian processes use.
        n_features = getattr(self, "n_features_in_", _CODE_SIZE)
        return DenoisingAutoencoder(min(_CODE_SIZE, n_features))

    def _outputs(self, X) -> np.ndarray:
        check_is_fitted(self)
        codes = codes_of(self.autoencoder_, self._check_input(X, reset=False))
        return self.head_(codes)


def _resolve_max_shift(max_shift: int | str, layout: Layout) -> int:
    """Resolve "auto" to a largest shift in pixels; 0 for layouts without images."""
    if not is_auto(max_shift):
        return int(max_shift)
    if not isinstance(layout, ImageLayout):
        return 0
    height, width, _ = layout.image_shape
    return round(_SHIFTED_SHARE * min(height, width))
