"""The connected Keras models of one architecture, and the terms of their loss."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from skae._keras import keras, ops
from skae.engine._weights import named_weights
from skae.losses import RECONSTRUCTION, ReconstructionLoss


class Forward(NamedTuple):
    """Tensors of one training step, from which penalties are computed."""

    tensors: Mapping[str, Any]  # "code", "raw" and those that the encoder adds
    row_weight: Any  # (n_rows,), sums to 1: ops.sum(row_weight * values) is the mean
    kernels: list  # trainable weights with two or more axes
    fields: Mapping[str, Any]  # the mini-batch by field, "data" among them


@dataclass(frozen=True, eq=False)
class Graph:
    """Connected models, and the terms of the loss.

    `encoder`, `decoder` and `autoencoder` map data to codes, codes to reconstructions
    and data to reconstructions; without a decoder the other two are None. `forward`
    maps the fields of a mini-batch to a dict of tensors, for training. `functions` are
    further models for inference, by name.
    """

    architecture: Any
    encoder: "keras.Model"
    decoder: "keras.Model | None"
    autoencoder: "keras.Model | None"
    forward: "keras.Model"
    functions: "dict[str, keras.Model]"

    @property
    def models(self) -> "dict[str, keras.Model]":
        """The models for inference, by name."""
        found = {"encoder": self.encoder, "decoder": self.decoder}
        found |= {"autoencoder": self.autoencoder, **self.functions}
        return {name: model for name, model in found.items() if model is not None}

    @property
    def whole(self) -> "keras.Model":
        """The autoencoder, or the encoder if there is no decoder."""
        return self.encoder if self.autoencoder is None else self.autoencoder

    @cached_property
    def weights(self) -> dict[str, Any]:
        """All weights, by their names."""
        return named_weights([self.whole, self.forward, *self.functions.values()])

    @cached_property
    def weight_names(self) -> dict[int, str]:
        """The name of a weight, by its `id`."""
        return {id(weight): name for name, weight in self.weights.items()}

    @cached_property
    def depends_on_batch(self) -> bool:
        """Whether a row's outputs, or the loss, depend on the rows of its mini-batch.

        So it is with batch normalization and activity regularizers; of layers of users
        it is assumed. Such a network gets mini-batches without padding.
        """
        return any(map(_sees_batch, self.forward._flatten_layers()))

    @property
    def code_size(self) -> int:
        """Number of code dimensions."""
        return self.encoder.output_shape[-1]

    @property
    def term_names(self) -> list[str]:
        """Names of the values that a step returns: the loss, then its terms."""
        own = [] if "row_loss" not in self.forward.output else [RECONSTRUCTION]
        others = (name for name in self.architecture.terms if name != RECONSTRUCTION)
        return ["loss", *own, *others]

    def terms(self, tensors, fields, row_weight, loss_weights) -> dict[str, Any]:
        """Weighted terms of the loss, by name.

        `loss_weights` is a tensor with one value per name of `architecture.terms`, so
        that other values need no new program.
        """
        found = {}
        if "row_loss" in tensors:
            found[RECONSTRUCTION] = ops.sum(row_weight * tensors["row_loss"])
        kernels = [w for w in self.forward.trainable_weights if len(w.shape) > 1]
        forward = Forward(tensors, row_weight, kernels, fields)
        found |= self.architecture.penalties(forward)
        weighted = {
            name: loss_weights[i] * found[name]
            for i, name in enumerate(self.architecture.terms)
        }
        found |= weighted
        return {name: found[name] for name in self.term_names[1:]}

    def total(self, terms: Mapping[str, Any], update) -> Any:
        """The loss that one of `updates` minimizes."""
        names = list(terms) if update.terms is None else update.terms
        first = update is self.updates[0]
        # Losses that layers add by themselves (Keras' regularizers) are included.
        own = self.forward.losses if first else []
        values = [*(terms[name] for name in names), *own]
        return sum(values[1:], values[0])

    @cached_property
    def updates(self) -> tuple:
        """The updates of the architecture."""
        return tuple(self.architecture.updates())

    def trained_by(self, update) -> list:
        """The variables that an update trains; ValueError if there are none."""
        others = tuple(name for u in self.updates for name in u.weights)
        names = self.weight_names
        variables = [
            v
            for v in self.forward.trainable_variables
            if (names[id(v)].startswith(update.weights) if update.weights else True)
            and (update.weights or not others or not names[id(v)].startswith(others))
        ]
        if not variables and len(self.updates) > 1:
            raise ValueError(
                f"An update trains weights that begin with {update.weights}, but the "
                f"network has {sorted(self.weights)}."
            )
        return variables


class Parts(NamedTuple):
    """Symbolic tensors from which a family builds further functions."""

    fields: Mapping[str, Any]  # the inputs by field, "data" among them
    normal: Any  # the normalized data
    tensors: Mapping[str, Any]  # the outputs of the encoder
    codes: Any  # the input of the decoder model
    raw: Any  # the outputs of the decoder, before `denormalize`
    loss: ReconstructionLoss

    @property
    def x(self) -> Any:
        """The data."""
        return self.fields["data"]


def connect(architecture) -> Graph:
    """Build and connect the models of an `Architecture`."""
    loss = architecture.reconstruction_loss()
    fields = {
        name: keras.Input(field.shape, dtype=field.dtype, name=name)
        for name, field in architecture.fields.items()
    }
    x = fields["data"]
    seen = {name: fields[name] for name in architecture.encoder_inputs}
    normal = loss.normalize(x)
    tensors = architecture.encode(normal, **seen)
    if not isinstance(tensors, dict):
        tensors = {"code": tensors}
    encoder = _model("data", x, seen, tensors["code"], "encoder")

    def trunk(source):
        """Outputs of the encoder for `source`, with the same weights."""
        if source is x:
            return tensors
        inputs = [x, *seen.values()]
        return keras.Model(inputs, tensors, name="encoder_trunk")(
            [source, *seen.values()]
        )

    decoder = autoencoder = codes = raw = latent = None
    told = {name: fields[name] for name in architecture.decoder_inputs}
    if architecture.has_decoder():
        code = tensors["code"]
        codes = keras.Input(code.shape[1:], dtype=code.dtype, name="codes")
        latent = architecture.embed(codes, encoder)
        raw = architecture.decode(latent, encoder, **told)
        decoder = _model("codes", codes, told, loss.denormalize(raw), "decoder")
        both = {**seen, **told}
        found = decoder(_inputs("codes", encoder(_inputs("data", x, seen)), told))
        autoencoder = _model("data", x, both, found, "autoencoder")

    def forward():
        # Data that have a target are corrupted already.
        noisy = x if "target" in fields else architecture.corrupt(x)
        outputs = dict(trunk(noisy))
        if architecture.has_decoder():
            found = outputs.get("sample", outputs.get("latent", outputs["code"]))
            decoded = keras.Model([latent, *told.values()], raw, name="decoder_trunk")(
                [found, *told.values()]
            )
            target = loss.normalize(fields["target"]) if "target" in fields else normal
            outputs["raw"] = decoded
            outputs["row_loss"] = loss.row_loss(target, outputs)
        return keras.Model(fields, outputs, name="forward")

    return Graph(
        architecture=architecture,
        encoder=encoder,
        decoder=decoder,
        autoencoder=autoencoder,
        forward=forward(),
        functions=architecture.functions(
            Parts(fields, normal, tensors, codes, raw, loss)
        ),
    )


# Layers of Keras whose outputs for a row may depend on other rows.
_OF_BATCHES = (
    *("AugMix", "BatchNormalization", "CutMix", "Lambda", "MixUp"),
    *("RandAugment", "UnitNormalization"),
)


def _sees_batch(layer) -> bool:
    """Whether outputs or losses of a layer may depend on the batch as a whole."""
    if getattr(layer, "is_of_user", False):
        models = [m for m in layer._flatten_layers() if isinstance(m, keras.Model)]
        operations = [o for m in models for o in getattr(m, "operations", ())]
        if not all(isinstance(o, keras.layers.Layer) for o in operations):
            return True  # functions of keras.ops, of any axis
    is_ours = type(layer).__module__.partition(".")[0] in ("keras", "skae")
    return (
        not is_ours
        or type(layer).__name__ in _OF_BATCHES
        or getattr(layer, "activity_regularizer", None) is not None
    )


def _inputs(name: str, first, others: Mapping[str, Any]) -> Any:
    """A single tensor unchanged; several as a dict by name."""
    return {name: first, **others} if others else first


def _model(name: str, first, others, outputs, title: str) -> "keras.Model":
    return keras.Model(_inputs(name, first, others), outputs, name=title)
