"""An encoder under a head that predicts: a graph for the same engine."""

import keras
from keras import ops

from skae.networks._graph import Graph


def connect_head(architecture) -> Graph:
    """The models of a `SupervisedArchitecture`.

    The loss is the cross-entropy of the classes in nats, or half the squared error.
    """
    encoder = architecture.inner.build().encoder
    codes = keras.Input(encoder.output_shape[1:], dtype=encoder.output.dtype)
    output = keras.layers.Dense(architecture.n_outputs, name="head")(codes)
    head = keras.Model(codes, output, name="head_model")
    fields = {
        name: keras.Input(field.shape, dtype=field.dtype, name=name)
        for name, field in architecture.fields.items()
    }
    seen = {name: x for name, x in fields.items() if name != "label"}
    data = seen if len(seen) > 1 else seen["data"]
    output, label = head(encoder(data)), fields["label"]
    if architecture.classes:
        chosen = ops.one_hot(label, architecture.n_outputs)
        row_loss = -ops.sum(chosen * ops.log_softmax(output, axis=-1), axis=-1)
    else:
        row_loss = 0.5 * ops.sum(ops.square(label - output), axis=-1)
    return Graph(
        architecture=architecture,
        encoder=encoder,
        decoder=head,
        autoencoder=keras.Model(data, output, name="predictor"),
        forward=keras.Model(fields, {"row_loss": row_loss}, name="forward"),
        functions={},
    )
