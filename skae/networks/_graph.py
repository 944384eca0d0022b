"""The Keras models of one autoencoder, connected, and the loss that joins them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import keras
from keras import ops

from skae.losses import ReconstructionLoss


class Forward(NamedTuple):
    """What a penalty may look at: one training step's tensors."""

    tensors: Mapping[str, Any]  # "code", "raw" and what the encoder adds
    row_weight: Any  # (n_rows,), sums to 1: ops.sum(row_weight * values) is the mean
    kernels: list  # trainable weights with two or more axes


@dataclass(frozen=True)
class Graph:
    """Connected models, and the terms of the loss.

    `encoder`, `decoder` and `autoencoder` map data to codes, codes to reconstructions
    and data to reconstructions. `forward` maps data to a dict of tensors, for training.
    `functions` are further models for inference, by name.
    """

    encoder: keras.Model
    decoder: keras.Model
    autoencoder: keras.Model
    forward: keras.Model
    functions: dict[str, keras.Model]
    penalties: Callable[[Forward], dict[str, Any]]
    penalty_names: tuple[str, ...]

    @property
    def code_size(self) -> int:
        """Number of code dimensions."""
        return self.encoder.output_shape[-1]

    @property
    def term_names(self) -> list[str]:
        """Names of the values of `loss_terms`."""
        return ["loss", "reconstruction_loss", *self.penalty_names]

    def loss_terms(self, tensors, row_weight, strengths) -> list:
        """Total loss, reconstruction loss and each penalty times its strength.

        `strengths` is a tensor, one value per name of `penalty_names`: another value
        needs no other program.
        """
        kernels = [w for w in self.forward.trainable_weights if len(w.shape) > 1]
        reconstruction = ops.sum(row_weight * tensors["row_loss"])
        penalties = self.penalties(Forward(tensors, row_weight, kernels))
        extra = [strengths[i] * penalties[n] for i, n in enumerate(self.penalty_names)]
        # Losses that layers add by themselves (Keras' regularizers) count as well.
        total = sum([*extra, *self.forward.losses], reconstruction)
        return [total, reconstruction, *extra]


class Parts(NamedTuple):
    """Symbolic tensors and models from which a family makes its own functions."""

    x: Any  # the input
    normal: Any  # what the network sees of it
    tensors: Mapping[str, Any]  # what the encoder returned
    code: Any  # the decoder's input
    raw: Any  # the decoder's raw outputs
    loss: ReconstructionLoss


def build_graph(
    sample_shape: tuple[int, ...],
    *,
    loss: ReconstructionLoss,
    encode: Callable,
    decode: Callable,
    corrupt: Callable,
    paired: bool,
    penalties: Callable[[Forward], dict[str, Any]],
    penalty_names: tuple[str, ...],
    functions: Callable[[Parts], dict[str, keras.Model]],
) -> Graph:
    """Connect `encode` and `decode` into the models of a `Graph`.

    Parameters
    ----------
    sample_shape : tuple of int
        Shape of one row.

    loss : ReconstructionLoss

    encode : callable
        Normal data to the code, or to a dict with "code" and further tensors that the
        penalties need. Training decodes "sample" instead of "code" if there is one.

    decode : callable
        Code and encoder (a Keras model, for decoders that share its weights) to raw
        outputs of shape (n_rows, *sample_shape).

    corrupt : callable
        Data to what the encoder is trained on; only `forward` has it.

    paired : bool
        Whether `forward` gets inputs and targets, side by side along axis 1, and
        nothing is corrupted.

    penalties : callable
        A `Forward` to the unweighted penalty terms, by name.

    penalty_names : tuple of str
        The names of these terms.

    functions : callable
        `Parts` to further models for inference.
    """
    x = keras.Input(sample_shape, dtype="float32", name="x")
    normal = loss.normalize(x)
    tensors = encode(normal)
    if not isinstance(tensors, dict):
        tensors = {"code": tensors}
    encoder = keras.Model(x, tensors["code"], name="encoder")

    code = keras.Input(tensors["code"].shape[1:], dtype="float32", name="code_input")
    raw = decode(code, encoder)
    decoder = keras.Model(code, loss.denormalize(raw), name="decoder")

    def forward():
        source, noisy, clean = x, x, x
        if paired:
            source = keras.Input((2, *sample_shape), dtype="float32", name="pair")
            noisy, clean = source[:, 0], source[:, 1]
        elif (corrupted := corrupt(x)) is not x:
            noisy = corrupted
        found = tensors
        if noisy is not x:
            found = keras.Model(x, tensors, name="encoder_trunk")(noisy)
        target = normal if clean is x else loss.normalize(clean)
        decoded = keras.Model(code, raw, name="decoder_trunk")(
            found.get("sample", found["code"])
        )
        outputs = {**found, "raw": decoded, "row_loss": loss.row_loss(target, decoded)}
        return keras.Model(source, outputs, name="forward")

    return Graph(
        encoder=encoder,
        decoder=decoder,
        autoencoder=keras.Model(x, decoder(encoder(x)), name="autoencoder"),
        forward=forward(),
        functions=functions(Parts(x, normal, tensors, code, raw, loss)),
        penalties=penalties,
        penalty_names=penalty_names,
    )
