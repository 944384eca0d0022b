"""A recurrent network that reads a sequence, and one that writes it."""

from numbers import Integral

from skae._sklearn import Interval, StrOptions
from skae.architectures._architecture import Architecture
from skae.architectures._checks import as_sizes, check_sizes
from skae.data._sequences import SequenceLayout, pooled


class RecurrentArchitecture(Architecture):
    """Recurrent layers to the last state, the code, and from it to each time step.

    Reads `encoding_dim`, `hidden_layer_sizes` and `cell`. The layers are called
    ``encoder_0``, ..., ``code``, ``decoder_0``, ..., ``output``.
    """

    layout = SequenceLayout
    test_parameters = {"hidden_layer_sizes": (4,), "batch_size": 16}
    parameter_constraints = {
        "encoding_dim": [Interval(Integral, 1, None, closed="left")],
        "hidden_layer_sizes": [
            "array-like",
            Interval(Integral, 1, None, closed="left"),
        ],
        "cell": [StrOptions({"lstm", "gru"})],
    }

    @property
    def sizes(self) -> list[int]:
        """Units of the encoder's hidden layers."""
        return as_sizes(self.hidden_layer_sizes)

    def check(self):
        """Sizes that Keras takes."""
        super().check()
        check_sizes(
            "hidden_layer_sizes",
            self.hidden_layer_sizes,
            "such as (100,), one integer, or ()",
        )

    def scaling(self, summary):
        """One mean per feature."""
        # A mean per time step would rest on few sequences at the far end.
        return pooled(summary)

    def encode(self, x):
        """The last state of the last layer."""
        from skae.layers import MaskPadding
        from skae.networks import recurrent_stack

        if self.padded:
            x = MaskPadding(name="padding")(x)
        sizes = [*self.sizes, int(self.encoding_dim)]
        names = [f"encoder_{i}" for i in range(len(self.sizes))]
        return recurrent_stack(
            x,
            sizes,
            cell=self.cell,
            prefix="encoder",
            names=[*names, "code"],
            return_sequences=False,
        )

    def decode(self, code, encoder):
        """The code at each time step, and what recurrent layers make of it."""
        from keras import layers

        from skae.networks import recurrent_stack

        n_timesteps, n_features = self.sample_shape
        sizes = self.sizes[::-1] or [int(self.encoding_dim)]
        h = layers.RepeatVector(n_timesteps, name="repeat")(code)
        h = recurrent_stack(h, sizes, cell=self.cell, prefix="decoder")
        return layers.Dense(n_features, name="output")(h)
