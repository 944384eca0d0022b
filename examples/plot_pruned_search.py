"""
Pruning a search with Optuna
============================

A search trains many models to the end that looked unpromising after a few epochs.
Optuna can prune such trials: a callback of scikit-learn reports the score during the
fit. This example needs ``pip install skae[optuna]`` and scikit-learn 1.9.
"""

import matplotlib.pyplot as plt
import optuna
from sklearn.model_selection import train_test_split

from skae import Autoencoder
from skae.datasets import load_digits

# %%
# The callback reports a score on validation rows every fifth epoch. If the trial is
# then worse than the median of the earlier trials at that epoch, an exception ends the
# fit.


class Prune:
    """Report scores to a trial of Optuna during a fit."""

    def __init__(self, trial, X_val):
        self.trial, self.X_val = trial, X_val

    def setup(self, estimator, context):
        """Nothing to prepare."""

    def teardown(self, estimator, context):
        """Nothing to clean up."""

    def on_fit_task_begin(self, estimator, context):
        """Scores are computed at the end of an epoch."""

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        """Report every fifth epoch."""
        if context.task_name == "epoch" and context.task_id % 5 == 4:
            self.trial.report(fitted_estimator.score(self.X_val), context.task_id + 1)
            if self.trial.should_prune():
                raise optuna.TrialPruned


# %%
# The two parameters that are searched do not change the network, so it is compiled
# once.

X, X_val = train_test_split(load_digits().X_train, test_size=0.2, random_state=0)
model = Autoencoder(8, init="random", epochs=30, jit_compile=False, random_state=0)


def explained_variance(trial):
    model.set_params(
        learning_rate=trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True),
        l2=trial.suggest_float("l2", 1e-6, 1e-2, log=True),
    )
    return model.set_callbacks(Prune(trial, X_val)).fit(X).score(X_val)


optuna.logging.set_verbosity(optuna.logging.WARNING)
study = optuna.create_study(
    direction="maximize",
    sampler=optuna.samplers.TPESampler(seed=0),
    pruner=optuna.pruners.MedianPruner(n_startup_trials=4),
)
study.optimize(explained_variance, n_trials=12)

# %%
# One curve per trial. We expect four complete ones, which Optuna needs for comparison,
# then short ones below them and complete ones above.

_, ax = plt.subplots(figsize=(6.5, 4), layout="constrained")
n_epochs = 0
for trial in study.trials:
    pruned = trial.state.name == "PRUNED"
    epochs, scores = zip(*trial.intermediate_values.items(), strict=True)
    n_epochs += epochs[-1]
    ax.plot(epochs, scores, "x:" if pruned else ".-", color="C1" if pruned else "C0")
ax.plot([], [], "x:", color="C1", label="pruned")
ax.plot([], [], ".-", color="C0", label="trained to the end")
ax.set(xlabel="epoch", ylabel="explained variance, validation rows", ylim=(0.2, 0.9))
ax.legend(frameon=False)
print(f"{n_epochs} epochs instead of {30 * len(study.trials)}")
print(f"best: {study.best_value:.3f} with {study.best_params}")

# %%
# Result: six of the twelve trials were pruned after five epochs, one of them below the
# edge of the figure. 210 epochs were trained instead of 360, and nothing was lost: the
# curves hardly cross after the fifth epoch. Pruning assumes that they do not. A small
# learning rate starts slowly and is pruned first, even if it would be best in the end.
