"""Encoder of another architecture with a linear head."""

from skae._keras import keras, ops
from skae.engine import Architecture, Field, Graph


class SupervisedArchitecture(Architecture):
    """Encoder of `inner` with a linear head, trained on the field "label".

    Parameters
    ----------
    inner : Architecture
        Architecture with the encoder, whose weights keep their names.

    n_outputs : int
        Number of classes, or of targets.

    classes : bool
        True if the labels are positions of classes, and the loss is the cross-entropy
        in nats; False if they are targets, and the loss is half the squared error.
    """

    def __init__(self, inner: Architecture, n_outputs: int, classes: bool, **base):
        label = Field((), "int32") if classes else Field((n_outputs,))
        fields = {"data": inner.fields["data"], "label": label}
        fields |= {name: inner.fields[name] for name in inner.encoder_inputs}
        values = {"inner": inner, "n_outputs": n_outputs, "classes": classes}
        super().__init__(fields, **values)

    def encode(self, x):
        """Return the codes of `inner`; not used, since its encoder is."""
        return self.inner.encode(x)

    def build(self):
        """Build a `Graph` whose decoder is the head."""
        return connect_head(self)


def connect_head(architecture) -> Graph:
    """Build the models of a `SupervisedArchitecture`.

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
