"""What notebooks show: scikit-learn's diagram, the layers and the history."""

import re

import numpy as np
import pytest
from discovery import autoencoder_classes, make
from sklearn import config_context
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skae import Autoencoder
from skae.estimator._html import _curves


@pytest.mark.parametrize("cls", autoencoder_classes())
def test_layers_and_history_are_below_the_diagram(cls, X):
    model = make(cls, early_stopping=True)
    assert "skae-fitted" not in model._repr_html_()
    page = model.fit(X)._repr_html_()
    assert page.index("sk-top-container") < page.index("skae-fitted")
    for layer in (*model.encoder_.layers, *model.decoder_.layers):
        assert f"<td>{layer.name}</td><td>{type(layer).__name__}</td>" in page
    count = f"{model.autoencoder_.count_params():,} weights, {model.n_iter_} epochs"
    assert count in page
    assert f"{model.history_['val_loss'][-1]:.4g}</td>" in page
    for tag in ("div", "table", "tr", "td", "details", "svg"):
        assert len(re.findall(f"<{tag}[ >]", page)) == page.count(f"</{tag}>"), tag
    assert "skae-fitted" in model._repr_mimebundle_()["text/html"]


def test_scikit_learn_keeps_its_say(X):
    model = make(Autoencoder).fit(X)
    with config_context(display="text"):
        assert not hasattr(model, "_repr_html_")
        assert list(model._repr_mimebundle_()) == ["text/plain"]
    assert "Autoencoder" in make_pipeline(StandardScaler(), model)._repr_html_()


def test_curves_of_odd_histories():
    assert _curves({"loss": [np.nan, np.nan]}) == ""
    assert 'points="130.0,0.0 260.0,0.0"' in _curves({"loss": [np.nan, 1.0, 1.0]})
    assert 'points="0.0,0.0"' in _curves({"loss": [2.0]})
