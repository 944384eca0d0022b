"""Search with Optuna, and give up on a setting after a few epochs: is pruning worth it?

``pip install skae[optuna]`` and scikit-learn 1.9. Expect: about half of the trials stop
early. Their epochs are saved; every trial with another layer size compiles anew.
"""

import optuna
from sklearn.model_selection import train_test_split

from skae import Autoencoder
from skae.datasets import load_digits

EPOCHS = 40


class Prune:
    """A callback of scikit-learn: tells a trial the validation score of each epoch."""

    def __init__(self, trial, X_val):
        self.trial, self.X_val = trial, X_val

    def setup(self, estimator, context):
        """Nothing to prepare."""

    def teardown(self, estimator, context):
        """Nothing to clean up."""

    def on_fit_task_begin(self, estimator, context):
        """Epochs are judged when they end."""

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        """Report every tenth epoch; an error ends the fit."""
        if context.task_name == "epoch" and context.task_id % 10 == 9:
            self.trial.report(fitted_estimator.score(self.X_val), context.task_id)
            if self.trial.should_prune():
                raise optuna.TrialPruned


def main():
    digits = load_digits()
    X, X_val = train_test_split(digits.X_train, test_size=0.2, random_state=0)

    def explained(trial):
        model = Autoencoder(
            8,
            hidden_layer_sizes=[trial.suggest_int("units", 16, 256, log=True)],
            learning_rate=trial.suggest_float("learning_rate", 1e-4, 1e-2, log=True),
            dropout=trial.suggest_float("dropout", 0.0, 0.3),
            epochs=EPOCHS,
            batch_size=64,
            random_state=0,
        )
        return model.set_callbacks(Prune(trial, X_val)).fit(X).score(X_val)

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=0),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4),
    )
    study.optimize(explained, n_trials=10)
    states = [trial.state.name for trial in study.trials]
    print(f"{states.count('PRUNED')} of {len(states)} trials were pruned")
    print(f"best: {study.best_value:.3f} with {study.best_params}")
    n_epochs = sum(max(trial.intermediate_values) + 1 for trial in study.trials)
    print(f"{n_epochs} epochs instead of {EPOCHS * len(states)}")


if __name__ == "__main__":
    main()
