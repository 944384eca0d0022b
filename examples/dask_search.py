"""
Search on a dask cluster
========================

Two worker processes on this machine, or your own cluster: ``pip install skae[dask]``.
The results are the same as in one process. With fits of a second or two one process is
faster; a cluster is for long fits. This example is not run for the documentation, since
it starts processes.
"""

import joblib
from dask.distributed import Client, LocalCluster
from sklearn.model_selection import GridSearchCV

from skae import Autoencoder
from skae.datasets import load_digits


def main():
    X = load_digits().X_train
    search = GridSearchCV(
        Autoencoder(epochs=20, random_state=0),
        {"encoding_dim": [2, 4, 8], "l2": [0.0, 1e-3]},
        cv=3,
    )
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        Client(cluster),
        # The data are copied to every worker, in case one of them dies.
        joblib.parallel_backend("dask", scatter=[X]),
    ):
        search.set_params(n_jobs=-1).fit(X)
    print(f"best: {search.best_params_}, explained variance {search.best_score_:.3f}")


if __name__ == "__main__":
    main()
