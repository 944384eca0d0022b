"""Command line program: compare an autoencoder with PCA on images."""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils import Bunch
from threadpoolctl import threadpool_limits

from skae import Autoencoder
from skae._file import file_to_write
from skae._keras import import_keras
from skae.datasets import load_digits, load_fashion_mnist, load_mnist

_LOADERS = {
    "digits": load_digits,
    "mnist": load_mnist,
    "fashion_mnist": load_fashion_mnist,
}
_ENCODING_DIMS = {"digits": 8, "mnist": 32, "fashion_mnist": 32}
_PICTURE_SUFFIXES = (".png", ".pdf", ".svg")
_MAX_MAPPED = 2000


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line program.

    Parameters
    ----------
    argv : sequence of str, default=None
        Command line options; None means ``sys.argv[1:]``.
    """
    options, data = _read_options(argv)
    n_test, n_features = data.X_test.shape
    print(
        f"{options.data}: {len(data.X_train)} training rows and {n_test} test rows of "
        f"{n_features} pixels, codes of {options.encoding_dim} numbers"
    )
    autoencoder = make_pipeline(
        MinMaxScaler(),
        Autoencoder(
            options.encoding_dim,
            epochs=options.epochs or "auto",
            random_state=options.seed,
            verbose=1,
        ),
    )
    pca = make_pipeline(
        MinMaxScaler(), PCA(options.encoding_dim, random_state=options.seed)
    )
    results = {
        "Autoencoder": _fit_and_measure(autoencoder, data),
        "PCA": _fit_and_measure(pca, data),
    }

    mapped = np.random.default_rng(options.seed).permutation(n_test)[:_MAX_MAPPED]
    print(f"mapping {len(mapped)} of {n_test} test codes to the plane (t-SNE)")
    codes = autoencoder.transform(data.X_test)
    # On a machine whose cores are busy, t-SNE's threads mostly wait for one another:
    # two took eight times as long as one.
    with threadpool_limits(1, user_api="openmp"):
        plane = TSNE(random_state=options.seed).fit_transform(codes[mapped])

    # Imported here, because everything above works without Matplotlib.
    from skae.main_job._figure import draw

    figure = draw(
        data,
        plane,
        data.y_test[mapped],
        reconstructed=autoencoder.inverse_transform(codes),
        history=autoencoder[-1].history_,
        title=f"{options.data}: {n_features} pixels encoded in "
        f"{options.encoding_dim} numbers",
    )
    figure.savefig(options.out)
    print(f"\n{_format_table(results)}\n\nfigure: {options.out}")


def _read_options(argv: Sequence[str] | None) -> tuple[argparse.Namespace, Bunch]:
    """Return the checked options, with defaults resolved, and the data."""
    parser = _make_parser()
    options = parser.parse_args(argv)
    options.out = options.out or Path(f"skae-{options.data}.png")
    if options.out.suffix not in _PICTURE_SUFFIXES:
        allowed = ", ".join(_PICTURE_SUFFIXES)
        parser.error(f"--out must end in {allowed}, got {options.out}")
    if not options.out.parent.is_dir():
        parser.error(f"--out: there is no folder {options.out.parent}")
    try:
        file_to_write(options.out)
    except OSError as error:
        parser.error(f"--out: {error}")
    # Before anything else imports it: data may come from Keras. It is not part of the
    # time of the fit.
    import_keras()
    try:
        data = _LOADERS[options.data]()
    except (FileNotFoundError, ValueError) as error:
        parser.exit(1, f"{parser.prog}: {error}\n")
    options.encoding_dim = options.encoding_dim or _ENCODING_DIMS[options.data]
    n_features = data.X_train.shape[1]
    if options.encoding_dim > n_features:
        parser.error(
            f"--encoding-dim must be at most {n_features}, the number of pixels of "
            f"{options.data}, got {options.encoding_dim}"
        )
    return options, data


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m skae",
        description="Fit an autoencoder on images, compare its codes with those of "
        "PCA, and draw them as a map of the plane.",
    )
    parser.add_argument(
        "--data", choices=_LOADERS, default="digits", help="default: %(default)s"
    )
    parser.add_argument(
        "--encoding-dim",
        type=_positive_int,
        metavar="N",
        help="numbers per code (default: 8 for digits, 32 otherwise)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="PATH",
        help="figure to write: .png, .pdf or .svg (default: skae-<data>.png)",
    )
    parser.add_argument(
        "--seed", type=_seed, default=0, metavar="N", help="default: %(default)s"
    )
    parser.add_argument(
        "--epochs",
        type=_positive_int,
        metavar="N",
        help="number of epochs (default: depends on the size of the data)",
    )
    return parser


def _positive_int(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"must be a whole number above 0, got {text}")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(
            f"must be a whole number from 0 to {2**32 - 1}, got {text}"
        )
    return int(text)


def _fit_and_measure(pipeline: Pipeline, data: Bunch) -> tuple[float, float, float]:
    """Return explained variance, accuracy of 5 neighbours, and seconds of the fit."""
    start = time.perf_counter()
    pipeline.fit(data.X_train)
    seconds = time.perf_counter() - start

    codes = pipeline.transform(data.X_test)
    # The scaled rows, since it is there that both were fitted.
    X = pipeline[0].transform(data.X_test)
    X_hat = pipeline[-1].inverse_transform(codes)
    explained = 1 - np.sum((X - X_hat) ** 2) / np.sum((X - X.mean(axis=0)) ** 2)

    neighbours = KNeighborsClassifier(n_neighbors=5)
    neighbours.fit(pipeline.transform(data.X_train), data.y_train)
    return explained, neighbours.score(codes, data.y_test), seconds


def _format_table(results: dict[str, tuple[float, float, float]]) -> str:
    line = "{:<12}{:>20}{:>15}{:>14}"
    lines = [line.format("", "explained variance", "5-NN accuracy", "fit, seconds")]
    for name, (explained, accuracy, seconds) in results.items():
        numbers = f"{explained:.3f}", f"{accuracy:.3f}", f"{seconds:.1f}"
        lines.append(line.format(name, *numbers))
    return "\n".join(lines)
