"""Keras callbacks and the progress bar around the engine's epochs."""

import pickle

from skae._keras import keras
from skae.engine._progress import make_progress

_BATCH_HOOKS = (
    "on_batch_begin",
    "on_batch_end",
    "on_train_batch_begin",
    "on_train_batch_end",
)


def _needs_batches(callback) -> bool:
    # The batch hooks of ModelCheckpoint and TensorBoard do nothing at these settings.
    if "epoch" in (
        getattr(callback, "save_freq", None),
        getattr(callback, "update_freq", None),
    ):
        return False
    return not all(
        getattr(getattr(callback, hook), "_is_default", False) for hook in _BATCH_HOOKS
    )


def _drop(model, callback) -> None:
    """Remove the references of `callback` to the model, which other fits reuse.

    Not by `set_model(None)`: a callback may override it and use its argument.
    """
    attributes = vars(callback)
    for name in [name for name, value in attributes.items() if value is model]:
        attributes[name] = None


def _restore_unpicklable(callback, before: dict) -> None:
    """Reset files, writers and modules that Keras' own callbacks keep after training.

    They are made anew when training begins; until then they would make the estimator
    unpicklable.
    """
    if not type(callback).__module__.startswith("keras."):
        return
    for name, value in list(vars(callback).items()):
        try:
            pickle.dumps(value)
        except Exception:  # whatever a resource of TensorFlow raises
            setattr(callback, name, before.get(name))


class Callbacks:
    """User callbacks on the model that is being trained, and the progress bar.

    The model of the callbacks is the autoencoder (the encoder if there is no decoder),
    with the optimizer in use and the weights that are being trained.

    Parameters
    ----------
    callbacks : list of keras.callbacks.Callback

    program : Program

    epochs, n_steps, verbose : int
        For the progress bar: `n_steps` is the number of steps of one epoch.
    """

    def __init__(self, callbacks, program, *, epochs, n_steps, verbose):
        self._callbacks = callbacks
        self._progress = make_progress(verbose, epochs, n_steps)
        self._before = [dict(vars(callback)) for callback in callbacks]
        self._model = program.graph.whole
        self._list = None
        if callbacks:
            self._model.compile(optimizer=program.optimizers[0])
            self._model.stop_training = False
            self._list = keras.callbacks.CallbackList(
                callbacks,
                model=self._model,
                verbose=verbose,
                epochs=epochs,
                steps=n_steps,
            )

    @property
    def every_step(self) -> bool:
        """Whether a callback has hooks for single steps."""
        return any(map(_needs_batches, self._callbacks))

    def train_begin(self) -> None:
        """Tell the callbacks that training begins."""
        if self._list:
            self._list.on_train_begin()

    def epoch_begin(self, epoch: int) -> None:
        """Epoch `epoch`, from 1, begins."""
        if self._list:
            self._list.on_epoch_begin(epoch - 1)

    def steps_begin(self, step: int) -> None:
        """Steps from `step` on, within the epoch, begin."""
        if self._list and self.every_step:
            self._list.on_train_batch_begin(step)

    def steps_end(self, epoch: int, n_done: int, logs: dict[str, float]) -> None:
        """`n_done` steps of the epoch are done."""
        self._progress.steps_end(epoch, n_done, logs)
        if self._list and self.every_step:
            self._list.on_train_batch_end(n_done - 1, logs)

    def epoch_end(self, epoch: int, logs: dict[str, float]) -> bool:
        """Epoch `epoch` is done; returns whether a callback asks to stop."""
        self._progress.epoch_end(epoch, logs)
        if self._list is None:
            return False
        self._list.on_epoch_end(epoch - 1, logs)
        return bool(self._model.stop_training)

    def train_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Training has ended, after `epoch` epochs."""
        self._progress.train_end(epoch, logs)
        if self._list:
            self._list.on_train_end(logs)
            for callback, before in zip(self._callbacks, self._before, strict=True):
                _drop(self._model, callback)
                _restore_unpicklable(callback, before)
