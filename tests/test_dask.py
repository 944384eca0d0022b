"""More than one machine: arrays in blocks, and searches on a cluster."""

import os
import signal
import threading
import time

import joblib
import numpy as np
import pytest
from discovery import autoencoder_classes, make
from sklearn.model_selection import GridSearchCV

from skae import Autoencoder, RecurrentAutoencoder

da = pytest.importorskip("dask.array")
distributed = pytest.importorskip("dask.distributed")

METHODS = ("transform", "reconstruct", "reconstruction_error", "score_samples")


@pytest.mark.filterwarnings("ignore:The posterior has collapsed")
@pytest.mark.parametrize("cls", autoencoder_classes())
def test_blocks_give_the_same_rows(cls, X):
    model = make(cls).fit(X)
    blocks = da.from_array(X, chunks=(17, 2))  # columns are put together again
    for name in METHODS:
        lazy, expected = getattr(model, name)(blocks), getattr(model, name)(X)
        assert isinstance(lazy, da.Array) and lazy.chunks[0] == blocks.chunks[0]
        assert lazy.shape == expected.shape and lazy.dtype == expected.dtype
        found = lazy.compute()
        assert found.dtype == lazy.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_only_the_blocks_asked_for_are_read(X):
    model = Autoencoder(2, epochs=1, hidden_layer_sizes=(4,), random_state=0).fit(X)
    seen = []

    def read(block):
        seen.append(len(block))
        return block

    blocks = da.from_array(X, chunks=(20, 6)).map_blocks(
        read, dtype=X.dtype, meta=X[:0]
    )
    codes = model.transform(blocks)
    assert seen == []
    codes[:20].compute()
    assert seen == [20]


def test_sequences_in_blocks(X):
    sequences = np.repeat(X[:, :, None], 2, axis=2)
    model = RecurrentAutoencoder(2, epochs=1, random_state=0).fit(sequences)
    lazy = model.reconstruct(da.from_array(sequences, chunks=(25, 3, 1)))
    assert lazy.shape == sequences.shape
    np.testing.assert_allclose(lazy, model.reconstruct(sequences), atol=1e-5)


def test_a_wrong_width_is_told_at_once(X):
    model = Autoencoder(2, epochs=1, hidden_layer_sizes=(4,)).fit(X)
    with pytest.raises(ValueError, match="X has 4 features"):
        model.transform(da.zeros((100, 4)))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # workers come and go
def test_a_search_on_a_cluster_survives_the_death_of_a_worker(X):
    search = GridSearchCV(
        Autoencoder(hidden_layer_sizes=(4,), epochs=40, random_state=0),
        {"learning_rate": [1e-3, 2e-3, 4e-3]},  # one program for each worker
        cv=2,
        error_score="raise",
    )
    expected = search.fit(X).cv_results_["mean_test_score"]
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        pids = client.run(os.getpid)
        killed = []

        def kill_a_busy_worker():
            while not killed:
                for address, keys in client.processing().items():
                    if keys and not killed:
                        time.sleep(1)
                        os.kill(pids[address], signal.SIGKILL)
                        killed.append(address)
                time.sleep(0.1)

        killer = threading.Thread(target=kill_a_busy_worker)
        killer.start()
        # On every worker: what only a dead worker has is lost.
        with joblib.parallel_backend("dask", scatter=[X]):
            found = search.set_params(n_jobs=-1).fit(X).cv_results_["mean_test_score"]
        killer.join()
    assert len(killed) == 1
    np.testing.assert_array_equal(found, expected)
