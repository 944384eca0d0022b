"""Fill the gaps of tables."""

import math
import warnings
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted

from skae._sklearn import Interval, StrOptions, feature_names_in, fit_context
from skae.engine import draw_seed, is_auto
from skae.estimator import MatrixLike, check_count
from skae.families.tables import TableAutoencoder
from skae.frames import columns_of, missing_of
from skae.imputation._blended import BlendedImputation, hide
from skae.imputation._default_network import effort, sized
from skae.imputation._extremes import encoded, fitted_layout
from skae.imputation._filled_tables import filled_columns, with_filled
from skae.imputation._network_draws import NetworkDraws
from skae.meta import AutoencoderMetaEstimator, restores_on_error
from skae.tables import TableRows

# Share of the values that each network does not see, by which answers are judged.
_HIDDEN_SHARE = 0.1


class AutoencoderImputer(AutoencoderMetaEstimator, TransformerMixin, BaseEstimator):
    """Fill missing values with what the rest of their rows says.

    Use it where you would use :class:`~sklearn.impute.KNNImputer` or
    :class:`~sklearn.impute.IterativeImputer`: for tables of numbers, and, unlike these,
    for data frames of mixed types, which come back as they were, but for the gaps.

    Some denoising networks learn to tell values that were taken away from those that
    are left [1]_. Each has not seen a tenth of the known values. By these the answers
    of the networks, of a normal distribution with gaps (an expectation-maximization of
    mean and covariance) and of the same on ranks (a Gaussian copula) are blended, one
    set of weights for the numbers, one for the categories: where a table is nearly
    linear, or small, the networks are hardly asked. Then a random forest for each
    column looks at the others, so filled, and has its share in the answer by the same
    values, as in the last round of a missForest. The distributions are left out where
    numbers and levels make more than 256 columns, the forests where they would take too
    long: beyond some 25 columns of 2000 rows, more of fewer rows.

    What `fit` saw decides types and levels. A number or date that is more than 20 times
    as far from the median as 99 % of its column counts as the farthest of the others.

    Parameters
    ----------
    autoencoder : TableAutoencoder or VariationalTableAutoencoder, default=None
        Unfitted; ``noise="masking"`` is what the former should be trained with. By
        default it is ``TableAutoencoder(noise="masking", noise_level=0.3)`` with wide
        codes and 10 % dropout.

    n_networks : int or "auto", default="auto"
        Networks whose answers are averaged. "auto" is 4; from 2000 rows, or 128 levels
        of all categories, on it is 2.

    sample_posterior : bool, default=False
        Whether `transform` draws what it fills in, instead of filling in what is
        expected: numbers move together as the copula has it, by what was wrong about
        values that were hidden in `fit`; categories are drawn by their probabilities.
        With a variational autoencoder all values of a row are drawn together, given a
        code that was chosen by its importance, as in MIWAE [1]_; numbers lie as far
        from what is expected as hidden values did.

    add_indicator : bool, default=False
        Whether to add a column for each in which `fit` saw gaps: 1 where one was.

    keep_empty_features : bool, default=False
        Whether columns without any value are kept, filled with 0 (or left empty where
        that is no value of theirs), instead of left out.

    categorical_features : array-like or "from_dtype", default="from_dtype"
        Columns that are categories whatever their type, as in
        :class:`TableAutoencoder`.

    random_state : int, RandomState instance or None, default=None
        Decides the networks, what is hidden, and what is drawn.

    Attributes
    ----------
    autoencoders_ : list of TableAutoencoder
        The fitted networks.

    blend_ : dict of ndarray
        Weights of the normal distribution, the copula, the networks and the forests, of
        "numbers" and of "categories"; that of the forests is a mean over columns.
        Without the first two for wide tables.

    error_ : float
        Mean squared error of the numbers that were hidden in `fit`, in units of the
        variances of their columns; NaN where there were none.

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
    sklearn.impute.IterativeImputer : A regression for each column, in rounds.
    TableAutoencoder : What is inside.

    References
    ----------
    .. [1] P.-A. Mattei and J. Frellsen, "MIWAE: deep generative modelling and
       imputation of incomplete data sets", ICML (2019),
       :doi:`10.48550/arXiv.1812.02633`.

    Examples
    --------
    >>> import numpy as np
    >>> from skae import AutoencoderImputer
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 1)) @ np.ones((1, 4))
    >>> gaps = rng.random(X.shape) < 0.3
    >>> imputer = AutoencoderImputer(n_networks=1, random_state=0)
    >>> found = imputer.fit_transform(np.where(gaps, np.nan, X))
    >>> bool(np.abs(found - X)[~gaps].max() == 0)
    True
    """

    _parameter_constraints: ClassVar[dict] = {
        "autoencoder": "no_validation",
        "n_networks": [
            StrOptions({"auto"}),
            Interval(Integral, 1, None, closed="left"),
        ],
        "sample_posterior": ["boolean"],
        "add_indicator": ["boolean"],
        "keep_empty_features": ["boolean"],
        "categorical_features": ["array-like", StrOptions({"from_dtype"})],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        autoencoder: Any = None,
        *,
        n_networks: int | str = "auto",
        sample_posterior: bool = False,
        add_indicator: bool = False,
        keep_empty_features: bool = False,
        categorical_features: "ArrayLike | str" = "from_dtype",
        random_state: int | np.random.RandomState | None = None,
    ):
        self.autoencoder = autoencoder
        self.n_networks = n_networks
        self.sample_posterior = sample_posterior
        self.add_indicator = add_indicator
        self.keep_empty_features = keep_empty_features
        self.categorical_features = categorical_features
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    @restores_on_error
    def fit(self, X: "MatrixLike", y: Any = None) -> Self:
        """Learn what values say of each other.

        Parameters
        ----------
        X : data frame or array-like of shape (n_samples, n_features)
            A table with gaps: NaN, None, or what else its library has for them.

        y : None
            Ignored.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        X = self._check_input(X, reset=True)
        seed = draw_seed(self.random_state)
        rng = np.random.default_rng(seed)
        inner = self._network(X.shape[0], X.shape[1])
        layout = fitted_layout(inner, X)
        with warnings.catch_warnings():  # of columns there were all already
            warnings.simplefilter("ignore", UserWarning)
            ranks = fitted_layout(clone(inner).set_params(scaling="quantile"), X)
        x, ranked = encoded(layout, X), encoded(ranks, X)
        n_networks = self.n_networks
        if is_auto(n_networks):
            n_networks = effort(len(x), sum(layout.levels)).n_networks
        chances = rng.random(X.shape)
        hidden, networks = [], []
        for i in range(n_networks):
            start = i * _HIDDEN_SHARE % 1
            values = (chances >= start) & (chances < start + _HIDDEN_SHARE)
            rows = TableRows(hide(x, values, layout), type(self).__name__, layout)
            network = self._network(len(x), layout.n_outputs, sum(layout.levels))
            networks.append(network.set_params(random_state=seed + i).fit(rows))
            hidden.append(values)
        filling = BlendedImputation(layout, ranks)
        filling.fit(x, ranked, hidden, networks, rng)
        self.autoencoders_, self._imputation = networks, filling
        draws = NetworkDraws.fit(layout, x, hidden, networks, filling.errors, rng)
        self._draws = draws
        missing = [missing_of(values) for _, values in columns_of(X)]
        self._with_gaps = tuple(j for j, gap in enumerate(missing) if gap.any())
        m = layout.n_numbers
        self.blend_ = {}
        if m:
            self.blend_["numbers"] = filling.shares(slice(0, m))
        if layout.levels:
            self.blend_["categories"] = filling.shares(slice(m, None))
        self.error_ = float(filling.errors[:m].mean()) if m else math.nan
        return self

    def _default(self):
        return TableAutoencoder(noise="masking", noise_level=0.3)

    @classmethod
    def _test_params(cls):
        brief = {"epochs": 3, "batch_size": 16, "hidden_layer_sizes": (4,)}
        return {"autoencoder": TableAutoencoder(2, **brief), "n_networks": 1}

    def _network(self, n_rows: int, width: int, n_levels: int = 0) -> Any:
        """An unfitted network for so many rows, and numbers and levels."""
        if self.autoencoder is not None:
            network = clone(self.autoencoder)
        else:
            network = sized(self._default(), n_rows, width, n_levels)
        if not isinstance(self.categorical_features, str):
            network.set_params(categorical_features=self.categorical_features)
        return network

    def transform(self, X: "MatrixLike") -> Any:
        """Fill the gaps; all other values stay as they are, bit for bit.

        Parameters
        ----------
        X : data frame or array-like of shape (n_samples, n_features)
            A table like that of `fit`.

        Returns
        -------
        X_filled : of the kind of `X`
            Without gaps, but those of columns that are ignored, for which there is a
            warning.
        """
        check_is_fitted(self)
        X = self._check_input(X, reset=False)
        rng = None
        if self.sample_posterior:
            rng = np.random.default_rng(draw_seed(self.random_state))
        return self._filled(X, [rng])[0]

    def impute_multiple(
        self,
        X: "MatrixLike",
        m: int = 5,
        *,
        random_state: int | np.random.RandomState | None = None,
    ) -> list:
        """Draw what is in the gaps several times, for multiple imputation.

        An analysis of each table, and the spread of its results, tells what is not
        known for the gaps.

        Parameters
        ----------
        X : data frame or array-like of shape (n_samples, n_features)
            A table like that of `fit`.

        m : int, default=5
            Number of tables.

        random_state : int, RandomState instance or None, default=None
            Decides the draws; the `random_state` of the estimator by default.

        Returns
        -------
        tables : list
            Of `m` tables, each like what `transform` returns, drawn as with
            ``sample_posterior=True``.
        """
        check_is_fitted(self)
        check_count("m", m)
        seed = self.random_state if random_state is None else random_state
        X = self._check_input(X, reset=False)
        seeds = np.random.SeedSequence(draw_seed(seed)).spawn(m)
        return self._filled(X, [np.random.default_rng(one) for one in seeds])

    def _filled(self, X, rngs: list) -> list:
        """A table without gaps for each generator; None for what is expected."""
        filling = self._imputation
        missing = np.column_stack([missing_of(values) for _, values in columns_of(X)])
        self._warn_of_ignored(missing)
        x, ranked = (encoded(own, X) for own in (filling.layout, filling.ranks))
        rows = np.flatnonzero(missing.any(axis=1))
        outputs = np.empty((0, len(filling.errors)))
        if len(rows):
            outputs = filling.expected(x[rows], ranked[rows], self.autoencoders_)
        drawn = [outputs] * len(rngs)
        if rngs != [None] and len(rows):
            if draws := getattr(self, "_draws", None):  # old files have none
                drawn = draws.draw(x[rows], outputs, self.autoencoders_, rngs)
            else:
                drawn = [filling.drawn(outputs, ranked[rows], rng) for rng in rngs]
        return [self._table(X, missing, rows, found) for found in drawn]

    def _table(self, X, missing, rows, outputs):
        """A copy of `X` in whose gaps is what the `outputs` of some `rows` say."""
        filled = filled_columns(X, self._imputation.layout, outputs, missing, rows)
        empty = self._empty()
        kept = [
            j for j in range(X.shape[1]) if self.keep_empty_features or not empty[j]
        ]
        added = [j for j in self._with_gaps if self.add_indicator]
        names = self._indicator_names([self._imputation.layout.names[j] for j in added])
        indicators = dict(zip(names, missing[:, added].T, strict=True))
        return with_filled(X, filled, kept, indicators)

    def _warn_of_ignored(self, missing):
        layout = self._imputation.layout
        left = [
            name
            for name, column, own in zip(
                layout.names, layout.columns, missing.T, strict=True
            )
            if column.kind in ("identifier", "ignored") and own.any()
        ]
        if left:
            warnings.warn(
                f"The gaps of {left} stay: these columns are ignored, as column_kinds "
                "or a look at them told. Leave them out, or set their kinds.",
                stacklevel=4,
            )

    def _empty(self) -> np.ndarray:
        columns = self._imputation.layout.columns
        return np.array([column.kind == "empty" for column in columns])

    def _indicator_names(self, names) -> list[str]:
        return [f"missingindicator_{name}" for name in names]

    def get_feature_names_out(self, input_features=None) -> np.ndarray:
        """Names of the columns of what `transform` returns.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the columns of `fit`'s data, where these had none.

        Returns
        -------
        names : ndarray of str
        """
        check_is_fitted(self)
        names = feature_names_in(self, input_features)
        empty = self._empty()
        kept = names if self.keep_empty_features else names[~empty]
        added = names[list(self._with_gaps)] if self.add_indicator else names[:0]
        return np.append(kept, self._indicator_names(added)).astype(object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
