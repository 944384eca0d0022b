"""Checkpoints, from which a killed fit is resumed."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from skae import _file
from skae.engine._divergence import all_finite


class Checkpoint:
    """Save the state of a fit after its epochs, and resume the fit from there.

    Pass one in `callbacks`. If the process is killed, call `fit` again with the same
    data and parameters: it ends with the same weights, bit for bit, as if it had never
    been interrupted. The file is removed when a fit ends normally.

    Parameters
    ----------
    path : path-like
        File to write; not for fits that run at the same time, as in a parallel search.
        Writing is atomic: a process that is killed meanwhile leaves the previous state.

    every : int, default=1
        Number of epochs between two saved states.

    See Also
    --------
    skae.save : Save a fitted estimator.

    Notes
    -----
    The file holds the weights, the state of the optimizer and of all random number
    generators, and the history. It does not hold the state of Keras' callbacks. A
    :class:`~skae.StackedAutoencoder` repeats the layer-wise training, with the same
    result, and resumes the training of the whole network.

    Examples
    --------
    >>> import tempfile
    >>> from skae import Autoencoder, Checkpoint
    >>> from skae.datasets import load_digits
    >>> X = load_digits().X_train
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     keep = Checkpoint(f"{folder}/fit.ckpt", every=5)
    ...     model = Autoencoder(8, epochs=10, callbacks=[keep], random_state=0).fit(X)
    >>> model.n_iter_
    10
    """

    def __init__(self, path: str | os.PathLike[str], *, every: int = 1):
        if every < 1:
            raise ValueError(f"every must be 1 or more epochs; got {every}.")
        self.path, self.every = path, every

    def __repr__(self):
        return f"Checkpoint({os.fspath(self.path)!r}, every={self.every})"


class CheckpointState:
    """State of one fit in a checkpoint; empty without a checkpoint.

    Parameters
    ----------
    checkpoint : Checkpoint, default=None

    identity : str, default=""
        Identifier of the data and parameters of the fit.

    draw_seed : callable, default=int
        Returns the seed of a new fit.
    """

    def __init__(
        self,
        checkpoint: Checkpoint | None = None,
        identity: str = "",
        draw_seed: Callable[[], int] = int,
    ):
        self._identity = identity
        self._path = None if checkpoint is None else Path(checkpoint.path)
        if self._path is not None:
            _file.file_to_write(self._path)  # an error now, not after an epoch
        self._every = 1 if checkpoint is None else checkpoint.every
        self._document, self._arrays = self._read() or ({}, {})
        self.seed = self._document["seed"] if self._document else draw_seed()

    def _read(self):
        path = self._path
        if path is None or not path.exists():
            return None
        try:
            document, arrays, _ = _file.read(path, kind="checkpoint")
        except ValueError as error:
            raise ValueError(f"{path} is no checkpoint: {error}.") from error
        if document["fit"] != self._identity:
            raise ValueError(
                f"{path} belongs to a fit of other data or parameters, or with another "
                "version or backend of Keras. Give another path, or remove the file to "
                "begin anew."
            )
        return document, arrays

    def restore(self, program, rng, best, history: dict[str, list[float]]) -> int:
        """Restore the saved state, if any; returns the number of completed epochs."""
        if not self._document:
            return 0
        program.set_weights(self._part("weights"))
        variables = self._part("variables")
        program.set_state([variables[str(i)] for i in range(len(variables))])
        rng.bit_generator.state = self._document["rng"]
        history |= self._document["history"]
        if best is not None:
            best.restore(self._document["best"], self._part("best") or None)
        return self._document["epoch"]

    def epoch_end(self, epoch: int, program, rng, best, history) -> None:
        """Write the state, if it is due and finite."""
        if self._path is None or epoch % self._every:
            return
        document = {
            "fit": self._identity,
            "seed": self.seed,
            "epoch": epoch,
            "history": history,
            "rng": rng.bit_generator.state,
            "best": None if best is None else best.losses(),
        }
        state = enumerate(program.get_state())
        parts = {
            "weights": program.get_weights(),
            "variables": {str(i): value for i, value in state},
            "best": {} if best is None else best.weights or {},
        }
        arrays = {
            f"{part}/{name}": value
            for part, values in parts.items()
            for name, value in values.items()
        }
        if all_finite([*parts["weights"].values(), *parts["variables"].values()]):
            _file.write(self._path, document, arrays, kind="checkpoint")

    def end(self) -> None:
        """Remove the file: the fit is complete."""
        if self._path is not None:
            _file.file_to_write(self._path).unlink(missing_ok=True)
            self._path.unlink(missing_ok=True)  # if it is a link to that file

    def _part(self, part: str) -> dict[str, np.ndarray]:
        prefix = f"{part}/"
        return {
            name.removeprefix(prefix): value
            for name, value in self._arrays.items()
            if name.startswith(prefix)
        }
