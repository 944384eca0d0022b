"""Complete copies of Keras' loss objects.

Keras copies and pickles a loss by its `get_config`, from which the `delta` of Huber's
loss and the attributes of many classes of users are missing: without an error, a clone
in a search would have the default. Losses are plain objects, which Python copies whole.
"""

import copyreg
import sys
from typing import Any


def complete_copies() -> None:
    """Make Python copy and pickle the losses of Keras with all their attributes.

    All classes of losses that exist are registered with `copyreg`, which concerns the
    `copy` and `pickle` of Python alone, and no file of Keras.
    """
    losses = getattr(sys.modules.get("keras"), "losses", None)
    base = getattr(losses, "Loss", None)
    if base is None:  # Keras was not imported: there is no loss to copy
        return
    todo = [base]
    while todo:
        cls = todo.pop()
        todo += cls.__subclasses__()
        if cls in copyreg.dispatch_table:
            continue
        if not {"__reduce__", "__reduce_ex__", "__deepcopy__"} & _names(cls, base):
            copyreg.pickle(cls, _reduce)


def _names(cls: type, base: type) -> set[str]:
    """Names that a class and its bases define, down from the base of all losses."""
    above = cls.__mro__[: cls.__mro__.index(base)]
    return {name for parent in above for name in vars(parent)}


def _reduce(loss: Any) -> tuple:
    return _remake, (type(loss), vars(loss))


def _remake(cls: type, attributes: dict) -> Any:
    complete_copies()  # in a new process the next copy must be complete, too
    loss = cls.__new__(cls)
    vars(loss).update(attributes)
    return loss
