"""Choice of the training program by Keras' backend and devices."""

from typing import Any

from skae._keras import keras
from skae.engine._graph import Graph
from skae.engine._program import Program
from skae.engine._settings import ProgramSettings


def active_distribution() -> Any:
    """The active `tf.distribute` strategy (TensorFlow), or Keras' distribution."""
    if keras.backend.backend() != "tensorflow":
        return keras.distribution.distribution()
    import tensorflow as tf

    return tf.distribute.get_strategy() if tf.distribute.has_strategy() else None


def make_program(graph: Graph, settings: ProgramSettings) -> Program:
    """Make the program for the backend and the devices that Keras runs on."""
    if keras.backend.backend() != "tensorflow":
        from skae.engine._keras import KerasProgram

        return KerasProgram(graph, settings)
    # Imported late: TensorFlow may be missing with another backend.
    if active_distribution() is not None:
        from skae.engine._distributed import DistributedProgram

        return DistributedProgram(graph, settings)
    from skae.engine._tensorflow import TensorFlowProgram

    return TensorFlowProgram(graph, settings)
