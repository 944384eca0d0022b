"""scikit-learn's own checks of estimators, none expected to fail: skae and its peers.

The peers bring PyTorch and pins of their own, so give them an environment::

    python3 -m venv /tmp/peers
    /tmp/peers/bin/pip install torch --index-url https://download.pytorch.org/whl/cpu
    /tmp/peers/bin/pip install -e . scikeras umap-learn pyod skorch cebra
    /tmp/peers/bin/pip install encdr  # needs Python 3.12
    /tmp/peers/bin/python examples/benchmarks/estimator_checks.py

(30 minutes.) What is not installed is left out; ``--only pyod encdr`` for some. Each
estimator has its own process and at most ``--timeout`` seconds. If scikit-learn cannot
list all its checks, those before are counted. skae has the settings of its tests; with
``--only defaults`` the defaults of all its estimators, but 3 epochs where `epochs` is a
parameter (5 minutes).
"""

import argparse
import subprocess
import sys
import traceback
from collections import Counter
from contextlib import redirect_stdout
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from pkgutil import resolve_name
from unittest import SkipTest

from _measure import print_table

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
ONE, SEED, SMALL = {"n_components": 1}, {"random_state": 0}, {"batch_size": 8}
BRIEF = {"batch_size": 512, "max_iterations": 10}
SHORT = {"max_epochs": 3, "trainer_kwargs": {"enable_progress_bar": False}}
PYOD_AE, PYOD_VAE = "pyod.models.auto_encoder:AutoEncoder", "pyod.models.vae:VAE"
# Distribution, what makes the estimator, and the parameters.
PEERS = {
    "sklearn PCA(1)": ("scikit-learn", "sklearn.decomposition:PCA", ONE),
    "keras SKLearnTransformer": ("keras", "__main__:keras_transformer", {}),
    "scikeras KerasRegressor": ("scikeras", "__main__:regressor", {}),
    "scikeras KerasRegressor(random_state=0)": ("scikeras", "__main__:regressor", SEED),
    "scikeras AutoEncoder of its docs": ("scikeras", "__main__:autoencoder", SEED),
    "encdr ENCDR": ("encdr", "encdr:ENCDR", {}),
    "encdr ENCDR(max_epochs=3, trainer_kwargs=...)": ("encdr", "encdr:ENCDR", SHORT),
    "umap ParametricUMAP": ("umap-learn", "umap.parametric_umap:ParametricUMAP", {}),
    "pyod AutoEncoder": ("pyod", PYOD_AE, {}),
    "pyod AutoEncoder(batch_size=8)": ("pyod", PYOD_AE, SMALL),
    "pyod VAE": ("pyod", PYOD_VAE, {}),
    "pyod VAE(batch_size=8)": ("pyod", PYOD_VAE, SMALL),
    "skorch NeuralNetRegressor": ("skorch", "__main__:skorch_regressor", {}),
    "cebra CEBRA(batch_size=512, max_iterations=10)": ("cebra", "cebra:CEBRA", BRIEF),
}


def keras_transformer():
    return resolve_name("keras.wrappers:SKLearnTransformer")(_keras_model)


def _keras_model(X, y):
    return _model({"n_features_in_": X.shape[1]})


def regressor(**settings):
    return resolve_name("scikeras.wrappers:KerasRegressor")(_model, **settings)


def _model(meta):
    import keras

    inputs, dense = keras.Input((meta["n_features_in_"],)), keras.layers.Dense
    model = keras.Sequential([inputs, dense(100, activation="relu"), dense(1)])
    model.compile("adam", "mse")
    return model


def skorch_regressor():
    linear = resolve_name("torch.nn:LazyLinear")
    return resolve_name("skorch:NeuralNetRegressor")(linear, module__out_features=1)


def autoencoder(**parameters):
    """The estimator to which SciKeras' page on autoencoders leads, in few words."""
    global AutoEncoder  # or it is not pickled
    import keras
    from scikeras.wrappers import BaseWrapper
    from sklearn.base import TransformerMixin

    class AutoEncoder(BaseWrapper, TransformerMixin):
        def _keras_build_fn(self, encoding_dim, meta):
            def side(n_in, n_out, activation):
                dense = keras.layers.Dense(n_out, activation=activation)
                return keras.Sequential([keras.Input((n_in,)), dense])

            width = meta["n_features_in_"]
            encoder = side(width, encoding_dim, "relu")
            decoder = side(encoding_dim, width, "sigmoid")
            self.encoder_model_ = BaseWrapper(encoder, verbose=self.verbose)
            self.decoder_model_ = BaseWrapper(decoder, verbose=self.verbose)
            return keras.Sequential([keras.Input((width,)), encoder, decoder])

        def _initialize(self, X, y=None):
            X, _ = super()._initialize(X=X, y=y)
            self.decoder_model_.initialize(self.encoder_model_.initialize(X).predict(X))
            return X, X

        def fit(self, X, *, sample_weight=None):
            return super().fit(X=X, y=X, sample_weight=sample_weight)

        def score(self, X):
            return 1 - ((self.predict(X) - X) ** 2).mean()

        def transform(self, X):
            return self.encoder_model_.predict(self.feature_encoder_.transform(X))

        def inverse_transform(self, X_tf):
            X = self.decoder_model_.predict(X_tf)
            return self.feature_encoder_.inverse_transform(X)

    fitting = {"loss": "binary_crossentropy", "optimizer": "adam", "epochs": 5}
    return AutoEncoder(encoding_dim=2, verbose=0, **fitting, **parameters)


def run(title):
    """Check one estimator in this process; print a line for each check."""
    from sklearn.utils.estimator_checks import estimator_checks_generator

    say = partial(print, sep="\t", file=sys.stdout, flush=True)
    with redirect_stdout(sys.stderr):
        try:
            if title in PEERS:
                _, name, parameters = PEERS[title]
                estimator = resolve_name(name)(**parameters)
            else:
                import discovery

                name, _, defaults = title.removeprefix("skae ").partition(", ")
                make = discovery.with_defaults if defaults else discovery.make
                estimator = make(resolve_name(f"skae:{name}"))
            for instance, check in estimator_checks_generator(estimator, legacy=True):
                try:
                    check(instance)
                    outcome = "pass"
                except SkipTest:
                    outcome = "skip"
                except Exception:
                    outcome = "fail"
                    traceback.print_exc()
                say(outcome, check.func.__name__)
            say("end", "")
        except Exception as error:  # there are no more checks
            reason = f"no further checks: {type(error).__name__}: {error}"
            say("end", " ".join(reason.split(". ")[0].split()))


def measure(title, timeout):
    """Counts of checks that pass, fail and are skipped, of how many, and what fails."""
    command = [sys.executable, __file__, "--run", title]
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout)
        output, note = done.stdout, f"the process ended with {done.returncode}"
    except subprocess.TimeoutExpired as expired:
        output, note = expired.stdout or b"", f"stopped after {timeout} s"
    lines = [line.split("\t", 1) for line in output.decode().splitlines()]
    if lines and lines[-1][0] == "end":
        note = lines.pop()[1]
    counts = Counter(outcome for outcome, _ in lines)
    failed = list(dict.fromkeys(check for outcome, check in lines if outcome == "fail"))
    notes = [", ".join(failed[:3]) + ", ..." * (len(failed) > 3), note]
    total, notes = "-" if note else len(lines), "; ".join(filter(None, notes))
    return counts["pass"], counts["fail"], counts["skip"], total, notes


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", default=[""], help="parts of names")
    parser.add_argument("--timeout", type=int, default=1200)
    parser.add_argument("--run", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        return run(options.run)
    todo = {title: distribution for title, (distribution, *_) in PEERS.items()}
    try:
        autoencoders = resolve_name("discovery:autoencoder_classes")()
        estimators = resolve_name("discovery:estimator_classes")()
        skae = {f"skae {cls.__name__}": "skae" for cls in autoencoders}
        skae |= {f"skae {cls.__name__}, defaults": "skae" for cls in estimators}
        todo = skae | todo
    except ImportError as error:
        print(f"left out: skae ({error})")
    rows = []
    for title, distribution in todo.items():
        if any(part in title for part in options.only):
            try:
                found = version(distribution)
            except PackageNotFoundError:
                print(f"left out: {title}, not installed")
                continue
            rows.append((title, found, *measure(title, options.timeout)))
            print(*rows[-1], sep=" | ", flush=True)
    header = ["estimator", "version", "pass", "fail", "skip", "of", "note"]
    print_table(f"Checks of scikit-learn {version('scikit-learn')}", header, rows)


if __name__ == "__main__":
    main()
