"""The published checks: what they return, and that a broken family does not pass."""

import numpy as np
import pytest
from families.neighbours import NeighbourAutoencoder
from keras import layers

from skae import Autoencoder, BaseAutoencoder
from skae.families.dense import DenseArchitecture
from skae.testing import autoencoder_checks, check_autoencoder


class Plain(DenseArchitecture):
    hidden_layer_sizes, activation = (4,), "elu"


class PlainAutoencoder(BaseAutoencoder):
    _architecture = Plain

    def __init__(self, encoding_dim=2, epochs=3, random_state=None):
        self.encoding_dim = encoding_dim
        self.epochs = epochs
        self.random_state = random_state


class ChangesParameters(PlainAutoencoder):
    def _finish(self, fields, weight):
        self.encoding_dim = 7


class HasOneSeed(PlainAutoencoder):
    def _fit(self, *args, **options):
        random_state, self.random_state = self.random_state, 0
        try:
            return super()._fit(*args, **options)
        finally:
            self.random_state = random_state


class ReadsTheGlobalSeed(PlainAutoencoder):
    def _baseline(self, *args):
        np.random.rand()
        return super()._baseline(*args)


class LooksAtTheBatch(PlainAutoencoder):
    def transform(self, X):
        codes = super().transform(X)
        return codes - codes.mean(axis=0)


class BuildsOtherNetworksArchitecture(Plain):
    n_built = 0

    def bottleneck(self, h, x):
        type(self).n_built += 1
        name = f"code_{chr(ord('a') + type(self).n_built % 26)}"
        return layers.Dense(self.encoding_dim, name=name)(h)


class BuildsOtherNetworks(PlainAutoencoder):
    _architecture = BuildsOtherNetworksArchitecture


BROKEN = {
    ChangesParameters: "check_fit_changes_no_parameter",
    HasOneSeed: "check_seed_decides",
    ReadsTheGlobalSeed: "check_global_random_state_is_untouched",
    LooksAtTheBatch: "check_codes",
    BuildsOtherNetworks: "check_the_same_everywhere",
}


@pytest.mark.parametrize(("cls", "name"), BROKEN.items())
def test_a_broken_promise_is_found(cls, name):
    checks = dict(autoencoder_checks(cls))
    with pytest.raises((AssertionError, ValueError)):
        checks[name]()
    dict(autoencoder_checks(PlainAutoencoder))[name]()


@pytest.mark.slow
def test_results_say_what_does_not_apply():
    results = check_autoencoder(NeighbourAutoencoder)
    assert results["check_seed_decides"] == "passed"
    skipped = {name for name, result in results.items() if result != "passed"}
    assert {results[name] for name in skipped} <= {
        "skipped: the family has no decoder",
        "skipped: it has no parameter optimizer",
        "skipped: training starts with weights that are drawn",
    }
    assert "check_scores_match_numpy" in skipped


def test_what_is_no_family():
    for cls in (Autoencoder(), dict):
        with pytest.raises(TypeError, match="derives from skae.BaseAutoencoder"):
            check_autoencoder(cls)
