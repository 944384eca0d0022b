"""
How does a search run on a cluster?
===================================

Two worker processes on this machine, or yours: ``pip install skae[dask]``. Expect the
same table as in one process. With fits of a second or two one process is faster; a
cluster is for long ones. This example is not run for this page, since it starts
processes.
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
        # The data go to every worker: the search outlives the death of one.
        joblib.parallel_backend("dask", scatter=[X]),
    ):
        search.set_params(n_jobs=-1).fit(X)
    print(f"best: {search.best_params_}, explained variance {search.best_score_:.3f}")


if __name__ == "__main__":
    main()
