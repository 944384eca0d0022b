"""An encoder under a head that predicts: a graph for the same engine."""

import keras
from keras import ops

from skae.networks._graph import Graph


def build_supervised_graph(graph: Graph, n_outputs: int, *, classes: bool) -> Graph:
    """Put a linear head on the encoder of `graph`.

    A row of the new graph's `forward` is flat: the row of data and then its target,
    `n_outputs` values. Its loss is the cross-entropy of the classes in nats, or half
    the squared error.
    """
    encoder = graph.encoder
    code = keras.Input(encoder.output_shape[1:], dtype="float32", name="code_input")
    head = keras.Model(code, keras.layers.Dense(n_outputs, name="head")(code))
    x = keras.Input(encoder.input_shape[1:], dtype="float32", name="x")

    n_inputs = 1
    for size in x.shape[1:]:
        n_inputs *= size
    row = keras.Input((n_inputs + n_outputs,), dtype="float32", name="row")
    data = ops.reshape(row[:, :n_inputs], (-1, *x.shape[1:]))
    target = row[:, n_inputs:]
    output = head(encoder(data))
    if classes:
        row_loss = -ops.sum(target * ops.log_softmax(output, axis=-1), axis=-1)
    else:
        row_loss = 0.5 * ops.sum(ops.square(target - output), axis=-1)
    return Graph(
        encoder=encoder,
        decoder=head,
        autoencoder=keras.Model(x, head(encoder(x)), name="classifier"),
        forward=keras.Model(row, {"row_loss": row_loss}, name="forward"),
        functions={},
        penalties=lambda forward: {},
        penalty_names=(),
    )
