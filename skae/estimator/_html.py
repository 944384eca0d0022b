"""HTML representation of a fitted autoencoder, below scikit-learn's diagram."""

import html
import math
from collections.abc import Mapping, Sequence

_STYLE = """
<style>
.skae-fitted summary {cursor: pointer; font-family: monospace; padding: .3em 0}
.skae-fitted > div {display: flex; flex-wrap: wrap; gap: 0 2em; align-items: start}
.skae-fitted table {border-collapse: collapse; font-size: .85em}
.skae-fitted caption {text-align: left; font-weight: bold; padding: .3em 0}
.skae-fitted td, .skae-fitted th {text-align: left; padding: .1em .8em .1em 0}
.skae-fitted td.number, .skae-fitted th.number {text-align: right}
.skae-fitted svg {overflow: visible; display: block}
</style>"""
_COLOURS = {"loss": "#1f77b4", "val_loss": "#ff7f0e"}
_WIDTH, _HEIGHT = 260, 90


class HTMLRepresentation:
    """Mixin that adds the layers and the history of a fit to scikit-learn's HTML."""

    def _repr_html_inner(self) -> str:
        diagram = super()._repr_html_inner()
        if not hasattr(self, "_model"):
            return diagram
        return f"<div>{diagram}{_fitted_html(self)}</div>"

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        if "text/html" in bundle:
            bundle["text/html"] = self._repr_html_inner()
        return bundle


def _fitted_html(estimator) -> str:
    parts = {"Encoder": estimator.encoder_}
    whole = estimator.encoder_
    if hasattr(estimator, "decoder_"):
        parts["Decoder"], whole = estimator.decoder_, estimator.autoencoder_
    title = f"Network of {whole.count_params():,} weights, {estimator.n_iter_} epochs"
    tables = "".join(_layers(title, model) for title, model in parts.items())
    return (
        f'{_STYLE}<details class="skae-fitted"><summary>{title}</summary><div>'
        f"{tables}{_curves(estimator.history_)}</div></details>"
    )


def _layers(title: str, model) -> str:
    rows = "".join(
        f"<tr><td>{html.escape(layer.name)}</td>"
        f"<td>{html.escape(type(layer).__name__)}</td>"
        f"<td>{html.escape(_shape(layer.output.shape))}</td>"
        f'<td class="number">{layer.count_params():,}</td></tr>'
        for layer in model.layers
    )
    return (
        f"<table><caption>{title}</caption><thead><tr><th>layer</th><th>type</th>"
        f'<th>output</th><th class="number">weights</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _shape(shape: Sequence[int | None]) -> str:
    return " x ".join("any" if size is None else str(size) for size in shape[1:])


def _curves(history: Mapping[str, Sequence[float]]) -> str:
    """Plot of training and validation loss, with first and last values in a table."""
    series = {name: history[name] for name in _COLOURS if name in history}
    finite = [v for values in series.values() for v in values if math.isfinite(v)]
    if not finite:
        return ""
    low, high = min(finite), max(finite)
    lines, legend = "", ""
    for name, values in series.items():
        colour = _COLOURS[name]
        points = " ".join(
            f"{_WIDTH * i / max(len(values) - 1, 1):.1f},"
            f"{_HEIGHT * (high - value) / ((high - low) or 1.0):.1f}"
            for i, value in enumerate(values)
            if math.isfinite(value)
        )
        lines += f'<polyline points="{points}" fill="none" stroke="{colour}"/>'
        which = "validation loss" if name.startswith("val_") else "training loss"
        legend += (
            f'<tr><td style="color:{colour}">{which}</td>'
            f'<td class="number">{values[0]:.4g}</td><td>to</td>'
            f'<td class="number">{values[-1]:.4g}</td></tr>'
        )
    return (
        f"<table><caption>History</caption><tbody>{legend}"
        f'<tr><td colspan="4"><svg width="{_WIDTH}" height="{_HEIGHT}" role="img" '
        f'aria-label="loss per epoch">{lines}</svg></td></tr></tbody></table>'
    )
