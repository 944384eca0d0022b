"""The program for the backend and the devices that Keras runs on."""

from typing import Any

import keras

from skae.networks import Graph
from skae.training._program import Program
from skae.training._settings import ProgramSettings


def active_distribution() -> Any:
    """The strategy whose scope we are in (TensorFlow), or Keras' distribution."""
    if keras.backend.backend() != "tensorflow":
        return keras.distribution.distribution()
    import tensorflow as tf

    return tf.distribute.get_strategy() if tf.distribute.has_strategy() else None


def make_program(graph: Graph, settings: ProgramSettings) -> Program:
    """The program for the backend and the devices that Keras runs on."""
    if keras.backend.backend() != "tensorflow":
        from skae.training._keras import KerasProgram

        return KerasProgram(graph, settings)
    # TensorFlow need not be there for another backend.
    if active_distribution() is not None:
        from skae.training._distributed import DistributedProgram

        return DistributedProgram(graph, settings)
    from skae.training._tensorflow import TensorFlowProgram

    return TensorFlowProgram(graph, settings)
