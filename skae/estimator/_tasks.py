"""What belongs to a fit and not to its training: callbacks, and names of rows."""

from collections.abc import Callable, Mapping
from typing import Any

from skae.frames import name_of_row


class EpochTasks:
    """Tells the callbacks set by `set_callbacks`, here or by an outer estimator.

    Does nothing where there are none, as with scikit-learn before 1.9.

    Parameters
    ----------
    estimator : estimator

    X, y, sample_weight : object
        As `fit` got them. What an autoencoder is to predict, without `y`, is `X`.
    """

    def __init__(self, estimator, X, y, sample_weight):
        self._estimator = estimator
        self._data: dict[str, Any] = {"X": X, "y": X if y is None else y}
        if sample_weight is not None:
            self._data["metadata"] = {"sample_weight": sample_weight}
        self._root = self._epoch = None

    def row_name(self, row: int) -> str:
        """The number of a row, and its label where a data frame has others."""
        return name_of_row(self._data["X"], row)

    def begin(self, n_epochs: int) -> None:
        """Training begins, of at most `n_epochs` epochs."""
        if hasattr(self._estimator, "_skl_callbacks"):
            self._root = self._estimator._init_callback_context(max_subtasks=n_epochs)
            self._root.call_on_fit_task_begin(estimator=self._estimator, **self._data)

    def epoch_begin(self) -> None:
        """An epoch begins."""
        if self._root is not None:
            self._epoch = self._root.subcontext(task_name="epoch")
            self._epoch.call_on_fit_task_begin(estimator=self._estimator, **self._data)

    def epoch_end(self, attributes: Callable[[], Mapping[str, Any]]) -> bool:
        """An epoch has ended; returns whether a callback asks to stop.

        `attributes` gives what a copy of the estimator needs to be as fitted so far.
        """
        if self._epoch is None:
            return False
        return self._epoch.call_on_fit_task_end(
            estimator=self._estimator,
            reconstruction_attributes=attributes,
            **self._data,
        )

    def end(self) -> None:
        """The estimator is fitted."""
        if self._root is not None:
            self._root.call_on_fit_task_end(
                estimator=self._estimator, reconstruction_attributes={}, **self._data
            )
