"""The encoder of another architecture under a head that predicts."""

from skae.architectures._architecture import Architecture, Field


class SupervisedArchitecture(Architecture):
    """The encoder of `inner` and a linear head, trained on the field "label".

    Parameters
    ----------
    inner : Architecture
        Its encoder's weights have the same names here.

    n_outputs : int
        Number of classes, or of targets.

    classes : bool
        Whether the labels are positions of classes, for which the loss is the
        cross-entropy in nats, or targets, for which it is half the squared error.
    """

    def __init__(self, inner: Architecture, n_outputs: int, classes: bool, **base):
        label = Field((), "int32") if classes else Field((n_outputs,))
        fields = {"data": inner.fields["data"], "label": label}
        fields |= {name: inner.fields[name] for name in inner.encoder_inputs}
        values = {"inner": inner, "n_outputs": n_outputs, "classes": classes}
        super().__init__(fields, **values)

    def encode(self, x):
        """Not used: the encoder is that of `inner`."""
        return self.inner.encode(x)

    def build(self):
        """A `Graph` whose decoder is the head."""
        from skae.networks import connect_head

        return connect_head(self)
