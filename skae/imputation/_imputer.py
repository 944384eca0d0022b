"""Imputation of missing values in tables."""

import math
import warnings
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted

from skae._callers import level_of_user
from skae._sklearn import Interval, StrOptions, feature_names_in, fit_context
from skae.engine import draw_seed, is_auto
from skae.estimator import MatrixLike, check_count
from skae.families.tables import TableAutoencoder
from skae.frames import columns_of, missing_of
from skae.imputation._blended import BlendedImputation, hide
from skae.imputation._default_network import effort, sized
from skae.imputation._extremes import encoded, fitted_layout
from skae.imputation._imputed_tables import filled_columns, with_filled
from skae.imputation._network_draws import NetworkDraws
from skae.meta import AutoencoderMetaEstimator, restores_on_error
from skae.tables import TableRows

# Share of the values hidden from each network, on which imputations are validated.
_HIDDEN_SHARE = 0.1


class AutoencoderImputer(AutoencoderMetaEstimator, TransformerMixin, BaseEstimator):
    """Imputation of missing values by denoising autoencoders, blended with others.

    Use it where you would use :class:`~sklearn.impute.KNNImputer` or
    :class:`~sklearn.impute.IterativeImputer`: for tables of numbers and, unlike with
    these, for data frames of mixed types. Observed values and types do not change.

    Parameters
    ----------
    autoencoder : TableAutoencoder or VariationalTableAutoencoder, default=None
        Unfitted network, of which clones are trained; a `TableAutoencoder` should have
        ``noise="masking"``. None means
        ``TableAutoencoder(noise="masking", noise_level=0.3)`` with wide codes and 10 %
        dropout.

    n_networks : int or "auto", default="auto"
        Number of networks whose predictions are averaged. "auto" is 4, or 2 from 2000
        rows on, or from 128 levels on (of all categories together).

    sample_posterior : bool, default=False
        Whether `transform` draws imputations at random instead of using expected
        values. Numbers are drawn jointly by the copula, with the error of the values
        hidden in `fit`; categories by their probabilities. With a variational
        autoencoder all values of a row are drawn jointly, given a code drawn by
        importance sampling as in MIWAE [1]_; the spread of each number is scaled to the
        error of the hidden values.

    add_indicator : bool, default=False
        Whether to add a missing indicator, 1 where a value is missing, for each column
        with missing values in `fit`.

    keep_empty_features : bool, default=False
        Whether to keep columns without any value, imputed with 0 (or left missing if 0
        is not of their type). By default they are dropped.

    categorical_features : array-like or "from_dtype", default="from_dtype"
        Columns that are categories whatever their type, as in
        :class:`TableAutoencoder`.

    random_state : int, RandomState instance or None, default=None
        Determines the networks, the hidden values and the draws.

    Attributes
    ----------
    autoencoders_ : list of TableAutoencoder
        The fitted networks.

    blend_ : dict of ndarray
        Weights of the normal distribution, the copula, the networks and the forests,
        for "numbers" and for "categories"; that of the forests is a mean over columns.
        Without the first two for wide tables.

    error_ : float
        Mean squared error of the numbers hidden in `fit`, in units of the variances of
        their columns; NaN if there are no numbers.

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
    sklearn.impute.IterativeImputer : Round-robin regression of each column.
    TableAutoencoder : The network that is used by default.

    Notes
    -----
    Several denoising autoencoders are trained to reconstruct masked values from the
    others. A tenth of the observed values is hidden from each of them. The weights of a
    blend of three predictions are chosen by the error on these hidden values: of the
    networks, of a normal distribution fitted to the incomplete table by expectation
    maximization, and of the same on ranks (a Gaussian copula). There is one set of
    weights for the numbers and one for the categories. Where a table is nearly linear,
    or small, the networks have little weight.

    Then a random forest for each column predicts it from the other, imputed columns, as
    in the last iteration of missForest [2]_. Its weight is chosen by the same values.

    The distributions are left out if numbers and levels make more than 256 columns, the
    forests if they would take too long: beyond some 25 columns of 2000 rows, more of
    fewer rows.

    Types and levels are those of `fit`. Numbers and dates more than 20 times as far
    from the median as 99 % of their column are clipped to the most extreme other value.

    References
    ----------
    .. [1] P.-A. Mattei and J. Frellsen, "MIWAE: deep generative modelling and
       imputation of incomplete data sets", ICML (2019),
       :doi:`10.48550/arXiv.1812.02633`.
    .. [2] D. J. Stekhoven and P. Buehlmann, "MissForest: non-parametric missing value
       imputation for mixed-type data", Bioinformatics 28 (2012),
       :doi:`10.1093/bioinformatics/btr597`.

    Examples
    --------
    >>> import numpy as np
    >>> from skae import AutoencoderImputer
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 1)) @ np.ones((1, 4))
    >>> missing = rng.random(X.shape) < 0.3
    >>> imputer = AutoencoderImputer(n_networks=1, random_state=0)
    >>> X_imputed = imputer.fit_transform(np.where(missing, np.nan, X))
    >>> bool(np.abs(X_imputed - X)[~missing].max() == 0)
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
        """Fit the networks and the other predictors to a table with missing values.

        Parameters
        ----------
        X : data frame or array-like of shape (n_samples, n_features)
            A table with missing values: NaN, None, or those of its library.

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
        with warnings.catch_warnings():  # the first layout gave them already
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
        self._with_gaps = tuple(j for j, mask in enumerate(missing) if mask.any())
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
        """Impute the missing values; all others stay as they are, bit for bit.

        Parameters
        ----------
        X : data frame or array-like of shape (n_samples, n_features)
            A table like that of `fit`.

        Returns
        -------
        X_filled : of the kind of `X`
            The imputed table. Missing values remain in ignored columns only, with a
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
        """Draw several imputations of `X`, for multiple imputation.

        The spread of the results of an analysis over the tables shows the uncertainty
        due to the missing values.

        Parameters
        ----------
        X : data frame or array-like of shape (n_samples, n_features)
            A table like that of `fit`.

        m : int, default=5
            Number of imputations.

        random_state : int, RandomState instance or None, default=None
            Determines the draws; the `random_state` of the estimator by default.

        Returns
        -------
        tables : list
            `m` tables, drawn as by `transform` with ``sample_posterior=True``.
        """
        check_is_fitted(self)
        check_count("m", m)
        seed = self.random_state if random_state is None else random_state
        X = self._check_input(X, reset=False)
        seeds = np.random.SeedSequence(draw_seed(seed)).spawn(m)
        return self._filled(X, [np.random.default_rng(one) for one in seeds])

    def _filled(self, X, rngs: list) -> list:
        """An imputed table for each generator; of expected values for None."""
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
        """A copy of `X` with missing values imputed from the `outputs` of `rows`."""
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
                f"Missing values of {left} are not imputed: these columns are ignored, "
                "by column_kinds or as identifiers. Drop them, or set their kinds.",
                stacklevel=level_of_user(),
            )

    def _empty(self) -> np.ndarray:
        columns = self._imputation.layout.columns
        return np.array([column.kind == "empty" for column in columns])

    def _indicator_names(self, names) -> list[str]:
        return [f"missingindicator_{name}" for name in names]

    def get_feature_names_out(self, input_features=None) -> np.ndarray:
        """Names of the columns of the imputed table.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the columns of the training data, if these had none.

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
