"""Calls of scikit-learn's callbacks in a fit, and names of rows."""

from collections.abc import Callable, Mapping
from typing import Any

from skae.frames import name_of_row


class EpochTasks:
    """Calls the callbacks set by `set_callbacks`, here or in an outer estimator.

    Does nothing if there are none, as with scikit-learn before 1.9.

    Parameters
    ----------
    estimator : estimator
        The estimator that is fitted.

    X, y, sample_weight : object
        Arguments of `fit`. If `y` is None, the callbacks get `X` as the target.
    """

    def __init__(self, estimator, X, y, sample_weight):
        self._estimator = estimator
        self._data: dict[str, Any] = {"X": X, "y": X if y is None else y}
        if sample_weight is not None:
            self._data["metadata"] = {"sample_weight": sample_weight}
        self._root = self._epoch = None

    def row_name(self, row: int) -> str:
        """Index of a row, and its label in the index of a data frame if different."""
        return name_of_row(self._data["X"], row)

    def begin(self, n_epochs: int) -> None:
        """Call the callbacks when training of at most `n_epochs` epochs begins."""
        if hasattr(self._estimator, "_skl_callbacks"):
            self._root = self._estimator._init_callback_context(max_subtasks=n_epochs)
            self._root.call_on_fit_task_begin(estimator=self._estimator, **self._data)

    def epoch_begin(self) -> None:
        """Call the callbacks when an epoch begins."""
        if self._root is not None:
            self._epoch = self._root.subcontext(task_name="epoch")
            self._epoch.call_on_fit_task_begin(estimator=self._estimator, **self._data)

    def epoch_end(self, attributes: Callable[[], Mapping[str, Any]]) -> bool:
        """Call the callbacks after an epoch; returns whether one asks to stop.

        `attributes` returns the attributes that make a copy of the estimator fitted, in
        its present state.
        """
        if self._epoch is None:
            return False
        return self._epoch.call_on_fit_task_end(
            estimator=self._estimator,
            reconstruction_attributes=attributes,
            **self._data,
        )

    def end(self) -> None:
        """Call the callbacks when the estimator is fitted."""
        if self._root is not None:
            self._root.call_on_fit_task_end(
                estimator=self._estimator, reconstruction_attributes={}, **self._data
            )
