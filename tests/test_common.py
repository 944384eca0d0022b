"""The promises of `skae.testing`, house rules and scikit-learn's checks, for each."""

import numpy as np
import pytest
from discovery import autoencoder_classes, estimator_classes, make, with_defaults
from house_rules import HOUSE_RULES
from sklearn.utils.estimator_checks import (
    check_methods_sample_order_invariance,
    check_methods_subset_invariance,
    parametrize_with_checks,
)

from skae.testing._needs import missing
from skae.testing._run import CHECKS, PROPERTIES

_MINI_BATCH = (
    "rows are drawn into mini-batches: a weight is not the same as a repetition, as "
    "scikit-learn declares for its own mini-batch estimators"
)
EXPECTED_FAILURES = {
    "check_sample_weight_equivalence_on_dense_data": _MINI_BATCH,
    "check_sample_weight_equivalence_on_sparse_data": _MINI_BATCH,
}


EMPTIES_THE_CACHE = (
    "check_the_same_everywhere",
    "check_settings_of_keras_change_nothing",
)


def test_discovery_finds_the_estimators():
    assert "Autoencoder" in [cls.__name__ for cls in autoencoder_classes()]


@pytest.mark.parametrize(
    "check", [*CHECKS, *HOUSE_RULES], ids=lambda check: check.__name__
)
@pytest.mark.parametrize("cls", autoencoder_classes())
def test_common(cls, check, X, request):
    _apply(check, cls, X, request)


AROUND = [cls for cls in estimator_classes() if cls not in autoencoder_classes()]


@pytest.mark.parametrize("check", PROPERTIES, ids=lambda check: check.__name__)
@pytest.mark.parametrize("cls", AROUND)
def test_around_an_autoencoder(cls, check, X, request):
    _apply(check, cls, X, request)


def _apply(check, cls, X, request):
    if reason := missing(check, cls, X):
        pytest.skip(reason)
    if check.__name__ in EMPTIES_THE_CACHE:
        request.getfixturevalue("own_cache")
    check(cls, X)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The posterior has collapsed")
@pytest.mark.filterwarnings("ignore:X has .* columns, which is not the square")
@pytest.mark.parametrize("cls", estimator_classes())
def test_a_row_does_not_depend_on_its_batch(cls):
    """Float32 products of other sizes round otherwise, and large networks show it.

    All checks with defaults: `examples/benchmarks/estimator_checks.py`.
    """
    name = cls.__name__
    check_methods_subset_invariance(name, with_defaults(cls))
    check_methods_sample_order_invariance(name, with_defaults(cls))


@pytest.mark.filterwarnings("ignore:X has .* columns, which is not the square")
@pytest.mark.parametrize("cls", autoencoder_classes())
def test_a_row_has_the_same_code_at_every_place(cls, X):
    """Kernels take some rows at once, and round what is left over otherwise.

    To the bit, but for convolutions on processors without AVX-512.
    """
    model = with_defaults(cls).fit(X)
    codes, places = model.transform(X), np.arange(len(X))
    atol = 1e-6 * np.abs(codes).max() if "filters" in cls._get_param_names() else 0
    for shift in places[1:]:
        order = np.roll(places, shift)
        for some in (order, order[:shift]):
            found = model.transform(X[some])
            np.testing.assert_allclose(found, codes[some], rtol=0, atol=atol)


# Some of scikit-learn's data are noise: there is nothing to encode.
@pytest.mark.filterwarnings("ignore:The posterior has collapsed")
@parametrize_with_checks(
    # Each check has rows of another width, and this optimizer is traced in half the
    # time of the default.
    [make(cls, optimizer="sgd") for cls in autoencoder_classes()],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learn(estimator, check):
    check(estimator)
