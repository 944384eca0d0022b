"""The main job: an autoencoder beside PCA on images, one figure and one table."""

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

from skae import Autoencoder
from skae.datasets import load_digits, load_fashion_mnist, load_mnist

_LOADERS = {
    "digits": load_digits,
    "mnist": load_mnist,
    "fashion_mnist": load_fashion_mnist,
}
_PICTURE_SUFFIXES = (".png", ".pdf", ".svg")
_MAX_MAPPED = 2000


def main(argv: Sequence[str] | None = None) -> None:
    """Run the main job.

    Parameters
    ----------
    argv : sequence of str, default=None
        Options as on the command line; None takes them from there.
    """
    parser = _make_parser()
    options = parser.parse_args(argv)
    out = options.out or Path(f"skae-{options.data}.png")
    if out.suffix not in _PICTURE_SUFFIXES:
        parser.error(f"--out must end in {', '.join(_PICTURE_SUFFIXES)}, got {out}")
    if not out.parent.is_dir():
        parser.error(f"--out: there is no folder {out.parent}")
    try:
        data = _LOADERS[options.data]()
    except FileNotFoundError as error:
        parser.exit(1, f"{parser.prog}: {error}\n")
    n_features = data.X_train.shape[1]
    encoding_dim = options.encoding_dim or (8 if options.data == "digits" else 32)
    if encoding_dim > n_features:
        parser.error(
            f"--encoding-dim must be at most {n_features}, the number of pixels of "
            f"{options.data}, got {encoding_dim}"
        )

    print(
        f"{options.data}: {len(data.X_train)} training rows and {len(data.X_test)} "
        f"test rows of {n_features} pixels, codes of {encoding_dim} numbers"
    )
    autoencoder = make_pipeline(
        MinMaxScaler(),
        Autoencoder(
            encoding_dim,
            epochs=options.epochs or "auto",
            random_state=options.seed,
            verbose=1,
        ),
    )
    pca = make_pipeline(MinMaxScaler(), PCA(encoding_dim, random_state=options.seed))
    rows = {
        "Autoencoder": _fit_and_measure(autoencoder, data),
        "PCA": _fit_and_measure(pca, data),
    }

    mapped = np.random.default_rng(options.seed).permutation(len(data.X_test))
    mapped = mapped[:_MAX_MAPPED]
    print(f"mapping {len(mapped)} of {len(data.X_test)} test codes to the plane (t-SNE)")
    codes = autoencoder.transform(data.X_test)
    plane = TSNE(random_state=options.seed).fit_transform(codes[mapped])
    from skae._main_figure import draw  # here, so that --help needs no Matplotlib

    figure = draw(
        data,
        plane,
        data.y_test[mapped],
        reconstructed=autoencoder.inverse_transform(codes),
        history=autoencoder[-1].history_,
        title=f"{options.data}: {n_features} pixels encoded in {encoding_dim} numbers",
    )
    figure.savefig(out)
    print(f"\n{_format_table(rows)}\n\nfigure: {out}")


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
        help="passes over the data (default: chosen by the data's size)",
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


def _format_table(rows: dict[str, tuple[float, float, float]]) -> str:
    lines = [f"{'test rows':<12}{'explained variance':>20}{'5-NN accuracy':>15}"]
    lines[0] += f"{'fit, seconds':>14}"
    for name, (explained, accuracy, seconds) in rows.items():
        lines.append(f"{name:<12}{explained:>20.3f}{accuracy:>15.3f}{seconds:>14.1f}")
    return "\n".join(lines)
