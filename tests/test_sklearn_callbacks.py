"""scikit-learn's own callbacks see the epochs of every autoencoder."""

import numpy as np
import pytest
from discovery import autoencoder_classes, make, whole_epochs
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from skae import Autoencoder
from skae.metrics import SCORERS

sklearn_callback = pytest.importorskip("sklearn.callback")

SMALL = {"hidden_layer_sizes": (4,), "batch_size": 16, "random_state": 0}


class Recorder:
    """Counts tasks, and asks to stop after `last` epochs."""

    max_propagation_depth = 5

    def __init__(self, last=None):
        self.last, self.seen, self.scores = last, [], []

    def setup(self, estimator, context):
        self.seen.append("setup")

    def teardown(self, estimator, context):
        self.seen.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.seen.append(f"{context.task_name} begins")

    def on_fit_task_end(self, estimator, context, *, X=None, fitted_estimator=None):
        self.seen.append(f"{context.task_name} ends")
        self.scores.append(fitted_estimator.score(X))
        return context.task_name == "epoch" and context.task_id + 1 == self.last


@pytest.mark.filterwarnings("ignore:The posterior has collapsed")
@pytest.mark.parametrize("cls", autoencoder_classes())
def test_each_epoch_is_a_task(cls, X):
    recorder = Recorder()
    model = make(cls, **whole_epochs(cls, 2)).set_callbacks(recorder)
    model.fit(X)
    epoch = ["epoch begins", "epoch ends"]
    tasks = ["fit begins", *epoch, *epoch, "fit ends"]
    assert recorder.seen == ["setup", *tasks, "teardown"]
    assert recorder.scores[-1] == pytest.approx(model.score(X))


def test_the_copy_of_an_epoch_is_the_estimator_as_trained_so_far(X):
    options = {"early_stopping": False, "learning_rate_schedule": "constant"}
    recorder = Recorder()
    Autoencoder(2, epochs=3, **SMALL, **options).set_callbacks(recorder).fit(X)
    short = Autoencoder(2, epochs=1, **SMALL, **options).fit(X)
    # The codes of the one that ended have been turned since.
    assert recorder.scores[0] == pytest.approx(short.score(X), abs=1e-6)
    assert len(set(recorder.scores[:3])) == 3


def test_a_callback_can_stop_training(X):
    model = Autoencoder(2, epochs=9, **SMALL).set_callbacks(Recorder(last=4)).fit(X)
    assert model.n_iter_ == 4


def test_an_error_of_a_callback_leaves_nothing_fitted(X):
    class Broken(Recorder):
        def on_fit_task_end(self, estimator, context):
            raise RuntimeError("broken")

    broken = Broken()
    model = Autoencoder(2, epochs=2, **SMALL).set_callbacks(broken)
    with pytest.raises(RuntimeError, match="broken"):
        model.fit(X)
    assert broken.seen[-1] == "teardown"
    assert not hasattr(model, "n_iter_") and not hasattr(model, "_callback_fit_ctx")


def test_the_monitor_scores_epochs_inside_folds_inside_a_pipeline(X):
    monitor = sklearn_callback.ScoringMonitor(
        scoring={"explained": SCORERS["reconstruction_explained_variance"]}
    )
    encoder = Autoencoder(2, epochs=3, **SMALL).set_callbacks(monitor)
    pipeline = make_pipeline(MinMaxScaler(), encoder, LogisticRegression())
    y = np.where(X[:, 0] > 0.5, "right", "left")
    GridSearchCV(pipeline, {"autoencoder__l2": [0.0, 0.1]}, cv=2).fit(X, y)
    (log,) = monitor.get_logs(select="all")
    frame = log.data_as_pandas
    # Two values in two folds, and one refit, of three epochs each.
    assert frame["task_name"].str.contains("epoch").sum() == 5 * 3
    assert np.all(frame["explained"] <= 1)


def test_the_progress_bar_of_a_search_shows_epochs(X, capsys):
    pytest.importorskip("rich")
    encoder = Autoencoder(2, epochs=3, **SMALL)
    search = GridSearchCV(encoder, {"l2": [0.0, 0.1]}, cv=2)
    search.set_callbacks(sklearn_callback.ProgressBar()).fit(X)
    shown = capsys.readouterr().out
    assert "Autoencoder" in shown and "GridSearchCV" in shown


def test_a_clone_has_the_same_callbacks():
    recorder = Recorder()
    model = Autoencoder(2).set_callbacks(recorder)
    assert clone(model)._skl_callbacks[0] is recorder
