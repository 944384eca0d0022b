"""Export of codes to TensorBoard's projector."""

import math
import os
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_consistent_length, column_or_1d

from skae._file import file_to_write
from skae.data import is_ragged_list
from skae.metrics import encoding_part
from skae.plotting._drawing import autoencoder_of, find_image_shape

# Limit of TensorBoard: WebGL takes no larger image.
_MAX_PIXELS = 8192

_CONFIG = """\
embeddings {
  tensor_name: "codes"
  tensor_path: "codes.tsv"
"""


def write_projector(
    estimator,
    X: "ArrayLike",
    log_dir: str | os.PathLike[str],
    *,
    y: "ArrayLike | None" = None,
    image_shape: tuple[int, ...] | None = None,
) -> Path:
    """Write the codes of `X` for the projector of TensorBoard.

    TensorBoard's tab "Projector" then shows them in three dimensions by PCA, t-SNE or
    UMAP, with rotation and search. Labels are shown as colours and, if rows are images,
    points as thumbnails. Start it with ``tensorboard --logdir LOG_DIR``.

    Parameters
    ----------
    estimator : fitted autoencoder, or Pipeline that ends with one

    X : array-like of shape (n_samples, ...)
        Data; at most a few thousand rows, a limit of the browser.

    log_dir : path-like
        Folder to write to; created if necessary. An existing projector is overwritten.

    y : array-like of shape (n_samples,), default=None
        Labels.

    image_shape : tuple of int, default=None
        Shape of an image, (height, width) or (height, width, channels); by default as
        the estimator or `X` has it, or square. Rows that are not images are points.

    Returns
    -------
    config : pathlib.Path
        The configuration file of the projector, ``projector_config.pbtxt``. Beside it
        are ``codes.tsv`` and, if they apply, ``labels.tsv`` and ``images.png``.

    Raises
    ------
    ValueError
        If `y` or `image_shape` does not fit, or if the mosaic of the images has more
        than 8192 pixels in height or width. Nothing is written then.

    See Also
    --------
    LatentSpaceDisplay : Scatter plot of codes, without TensorBoard.

    Examples
    --------
    >>> import tempfile
    >>> from skae import Autoencoder
    >>> from skae.datasets import load_digits
    >>> from skae.plotting import write_projector
    >>> digits = load_digits()
    >>> model = Autoencoder(8, epochs=5, random_state=0).fit(digits.X_train)
    >>> with tempfile.TemporaryDirectory() as log_dir:
    ...     config = write_projector(model, digits.X_test, log_dir, y=digits.y_test)
    ...     sorted(path.name for path in config.parent.iterdir())
    ['codes.tsv', 'images.png', 'labels.tsv', 'projector_config.pbtxt']
    """
    estimator = encoding_part(estimator)
    model = autoencoder_of(estimator)
    codes = np.asarray(estimator.transform(X))
    if y is not None:
        y = column_or_1d(y)
        check_consistent_length(codes, y)
    shape = sprite = None
    if not is_ragged_list(X):
        X = np.asarray(X)
        shape = find_image_shape(model, X, image_shape)
    if shape is not None:
        sprite = _sprite(X.reshape(-1, *shape))

    folder = Path(log_dir)
    folder.mkdir(parents=True, exist_ok=True)
    names = ("codes.tsv", "labels.tsv", "images.png", "projector_config.pbtxt")
    codes_file, labels_file, images_file, _ = (file_to_write(folder / n) for n in names)
    config = _CONFIG
    np.savetxt(codes_file, codes, fmt="%.6g", delimiter="\t")
    if y is not None:
        # A label is one line of the file, so line breaks are replaced.
        lines = [" ".join(str(label).split()) + "\n" for label in y]
        labels_file.write_text("".join(lines), encoding="utf-8")
        config += '  metadata_path: "labels.tsv"\n'
    if sprite is not None:
        from matplotlib.image import imsave

        imsave(images_file, sprite)
        config += '  sprite {\n    image_path: "images.png"\n'
        for size in (shape[1], shape[0]):  # width, height
            config += f"    single_image_dim: {size}\n"
        config += "  }\n"
    path = folder / "projector_config.pbtxt"
    path.write_text(config + "}\n", encoding="utf-8")
    return path


def _sprite(images: np.ndarray) -> np.ndarray:
    """One mosaic of all images, row by row, in colours between 0 and 1."""
    if images.ndim == 3:
        images = images[..., None]
    n_images, height, width, n_channels = images.shape
    side = math.ceil(math.sqrt(n_images))
    if side * max(height, width) > _MAX_PIXELS:
        most = (_MAX_PIXELS // max(height, width)) ** 2
        raise ValueError(
            f"{n_images} images of {height} x {width} pixels need a mosaic of more "
            f"than {_MAX_PIXELS} pixels, which TensorBoard does not take: give at "
            f"most {most} rows."
        )
    low, high = float(images.min()), float(images.max())
    grid = np.zeros((side * side, height, width, 3))
    # Grey as three equal channels.
    grid[:n_images] = (images[..., :3] - low) / ((high - low) or 1.0)
    grid = grid.reshape(side, side, height, width, 3).swapaxes(1, 2)
    return grid.reshape(side * height, side * width, 3)
