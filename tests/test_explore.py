"""The page to explore a map with, also in a real browser."""

import base64
import gzip
import json
import re
import shutil
import subprocess
from html import unescape

import numpy as np
import pandas as pd
import pytest
from discovery import make
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skae import (
    Autoencoder,
    ConvAutoencoder,
    NeighborAutoencoder,
    VariationalAutoencoder,
)
from skae.datasets import load_digits
from skae.plotting import explore

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER = next(filter(None, map(shutil.which, NAMES)), None)
in_browser = pytest.mark.skipif(BROWSER is None, reason=f"needs one of {NAMES}")
SMALL = {"hidden_layer_sizes": (16, 8), "epochs": 2, "random_state": 0}


@pytest.fixture(scope="module")
def digits():
    data = load_digits()
    return data.X_train[:200], data.y_train[:200]


def ask(page, script, size="1000,700"):
    """What `script` answers inside the page, in a browser without a window."""
    asking = f"""<script>
    (async () => {{
      while (!document.body.dataset.ready) await new Promise(r => setTimeout(r, 20));
      const canvas = document.getElementById("map");
      const event = (kind, x, y, more) => canvas.dispatchEvent(new (kind === "wheel"
        ? WheelEvent : PointerEvent)(kind, {{clientX: x, clientY: y, ...more}}));
      const what = () => document.getElementById("what").textContent;
      const answer = (() => {{ {script} }})();
      document.body.dataset.answer = JSON.stringify(answer);
    }})();
    </script>"""
    page.write_text(page.read_text().replace("</body>", asking + "</body>"))
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
    command += [f"--window-size={size}", "--virtual-time-budget=20000", "--dump-dom"]
    done = subprocess.run(
        [*command, page.as_uri()], capture_output=True, text=True, timeout=180
    )
    found = re.search(r'data-answer="([^"]*)"', done.stdout)
    assert found, done.stdout[-500:] + done.stderr[-2000:]
    return json.loads(unescape(found.group(1)))


@in_browser
@pytest.mark.parametrize("activation", ["gelu", "elu", "tanh", "relu", "silu"])
def test_the_page_decodes_as_the_model_does(digits, tmp_path, activation):
    X, y = digits
    model = NeighborAutoencoder(activation=activation, **SMALL).fit(X)
    page = explore(model, X, y, tmp_path / "map.html")
    places = [[0.0, 0.0], [0.5, -1.0], [-2.0, 3.0]]
    found = ask(
        page,
        f"""return {{
          decoder: !!explorer.facts.decoder,
          decoded: {places}.map(place => Array.from(explorer.decode(place))),
          rows: [0, 7].map(i => Array.from(explorer.row(i))),
          again: Array.from(explorer.reconstruction(7)),
        }};""",
    )
    assert found["decoder"]
    right = model.inverse_transform(places)
    np.testing.assert_allclose(found["decoded"], right, atol=1e-4)
    np.testing.assert_allclose(found["rows"], X[[0, 7]], atol=0.5 / 255 + 1e-6)
    np.testing.assert_allclose(found["again"], model.reconstruct(X)[7], atol=1e-4)


@in_browser
def test_pointing_zooming_and_the_legend(digits, tmp_path):
    X, y = digits
    model = NeighborAutoencoder(**SMALL).fit(X)
    found = ask(
        explore(model, X, y, tmp_path / "map.html"),
        """
        const seen = {};
        const [x, z] = explorer.toPixel(3);
        event("pointermove", x, z);
        seen.row = what();
        seen.pictures = [...document.querySelectorAll("#shown canvas")].map(
          canvas => [canvas.title, canvas.width, canvas.height]);
        event("pointermove", 1, 1);
        seen.empty = what();
        seen.decoded = [...document.querySelectorAll("#shown canvas")].map(
          canvas => canvas.title);
        event("wheel", x, z, {deltaY: -400, cancelable: true});
        const after = explorer.toPixel(3), other = explorer.toPixel(9);
        seen.fixed = Math.hypot(after[0] - x, after[1] - z);
        event("dblclick", 1, 1);
        const back = explorer.toPixel(9);
        seen.zoom = Math.hypot(other[0] - x, other[1] - z)
          / Math.hypot(back[0] - x, back[1] - z);
        const boxes = [...document.querySelectorAll("#legend input")];
        seen.names = [...document.querySelectorAll("#legend label")].map(
          label => label.textContent.trim());
        const hit = explorer.nearest(x, z);
        boxes.forEach(box => { if (box.checked) box.click(); });
        seen.hidden = [hit >= 0, explorer.nearest(x, z)];
        const pixels = canvas.getContext("2d").getImageData(
          0, 0, canvas.width, canvas.height).data;
        seen.ink = pixels.some(value => value > 0);
        boxes[0].click();
        seen.inkAgain = canvas.getContext("2d").getImageData(
          0, 0, canvas.width, canvas.height).data.some(value => value > 0);
        return seen;
        """,
    )
    assert re.match(r"Row \d+, \d: itself and its reconstruction", found["row"])
    assert found["pictures"] == [["row", 8, 8], ["reconstruction", 8, 8]]
    assert found["empty"].startswith("Decoded at (") and found["decoded"] == ["decoded"]
    # A browser rounds where the mouse is.
    assert found["fixed"] < 3 and found["zoom"] == pytest.approx(np.e, rel=0.05)
    assert found["names"] == [str(i) for i in range(10)]
    assert found["hidden"] == [True, -1]
    assert not found["ink"] and found["inkAgain"]


@in_browser
def test_what_is_shown_is_marked_and_all_classes_have_one_switch(digits, tmp_path):
    X, y = digits
    model = NeighborAutoencoder(**SMALL).fit(X)
    found = ask(
        explore(model, X, y, tmp_path / "map.html"),
        """
        const seen = {}, over = document.getElementById("mark").getContext("2d");
        const ink = () => over.getImageData(0, 0, canvas.width, canvas.height).data
          .reduce((sum, value) => sum + (value > 0), 0);
        seen.before = ink();
        const hit = explorer.toPixel(3);
        event("pointermove", ...hit);
        const row = explorer.marked().row;
        const [x, z] = explorer.toPixel(row);
        const near = over.getImageData(x - 10, z - 10, 20, 20).data.some(v => v > 0);
        seen.row = [row >= 0, near, ink() > 0, what().startsWith(`Row ${row},`)];
        event("wheel", 1, 1, {deltaY: 200, cancelable: true});
        const [x2, z2] = explorer.toPixel(row);
        const there = over.getImageData(x2 - 10, z2 - 10, 20, 20).data;
        seen.follows = there.some(v => v > 0);
        const boxes = [...document.querySelectorAll("#legend input")];
        document.getElementById("none").click();
        seen.none = [boxes.some(box => box.checked), ink()];
        document.getElementById("all").click();
        seen.all = [boxes.every(box => box.checked), ink() > 0];
        return seen;
        """,
    )
    assert found == {
        "before": 0,
        "row": [True, True, True, True],
        "follows": True,
        "none": [False, 0],
        "all": [True, True],
    }


@in_browser
def test_fingers_on_a_phone(digits, tmp_path):
    X, y = digits
    model = NeighborAutoencoder(**SMALL).fit(X)
    found = ask(
        explore(model, X, y, tmp_path / "map.html"),
        """
        const seen = {width: [innerWidth, canvas.width, canvas.height]};
        const touch = (kind, x, y, id = 1) => event(kind, x, y,
          {pointerId: id, pointerType: "touch", bubbles: true});
        const [x, z] = explorer.toPixel(3);
        touch("pointerdown", x + 9, z + 9); touch("pointermove", x + 10, z + 9);
        touch("pointerup", x + 10, z + 9);
        seen.tap = what();
        touch("pointerdown", 100, 100); touch("pointermove", 150, 130);
        touch("pointerup", 150, 130);
        const after = explorer.toPixel(3);
        seen.drag = [after[0] - x, after[1] - z];
        seen.still = what() === seen.tap;
        touch("pointerdown", 100, 200); touch("pointerdown", 200, 200, 2);
        const [a, b] = [explorer.toPixel(3), explorer.toPixel(9)];
        touch("pointermove", 50, 200); touch("pointermove", 250, 200, 2);
        const [c, d] = [explorer.toPixel(3), explorer.toPixel(9)];
        seen.pinch = Math.hypot(c[0] - d[0], c[1] - d[1])
          / Math.hypot(a[0] - b[0], a[1] - b[1]);
        touch("pointerup", 50, 200); touch("pointerup", 250, 200, 2);
        document.getElementById("everything").click();
        seen.back = Math.hypot(explorer.toPixel(3)[0] - x, explorer.toPixel(3)[1] - z);
        return seen;
        """,
        size="390,844",
    )
    wide, width, height = found["width"]
    assert width == wide and height > 300
    assert found["tap"].startswith("Row ")
    np.testing.assert_allclose(found["drag"], [50, 30], atol=2)
    assert found["still"] and found["pinch"] == pytest.approx(2, rel=0.05)
    assert found["back"] < 1


@in_browser
def test_what_has_no_dense_decoder_comes_from_a_grid(digits, tmp_path):
    X, _ = digits
    model = make(ConvAutoencoder, encoding_dim=2, epochs=1).fit(X)
    page = explore(model, X, path=tmp_path / "map.html")
    codes = model.transform(X)
    corner = codes.min(axis=0)
    found = ask(
        page,
        f"""return {{
          decoder: !!explorer.facts.decoder,
          corner: Array.from(explorer.decode({corner.tolist()})),
          again: Array.from(explorer.reconstruction(5)),
        }};""",
    )
    assert not found["decoder"]
    step = np.ptp(X) / 255
    right = np.clip(model.inverse_transform(corner[None])[0].ravel(), X.min(), X.max())
    np.testing.assert_allclose(found["corner"], right, atol=step)
    right = np.clip(model.reconstruct(X[:6])[5].ravel(), X.min(), X.max())
    np.testing.assert_allclose(found["again"], right, atol=step)


@in_browser
def test_tables_are_listed_in_their_own_units(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(5, 3, size=(60, 3)), columns=["a<b", "mass", "x"])
    pipeline = make_pipeline(StandardScaler(), Autoencoder(2, **SMALL)).fit(frame)
    page = explore(pipeline, frame, path=tmp_path / "map.html")
    found = ask(
        page,
        """
        event("pointermove", ...explorer.toPixel(4));
        return {
          cells: [...document.querySelectorAll("#shown td")].map(td => td.textContent),
          again: Array.from(explorer.reconstruction(4)), what: what(),
        };
        """,
    )
    row = int(re.match(r"Row (\d+)", found["what"]).group(1))
    assert found["cells"][0::3] == ["a<b", "mass", "x"]
    shown = [float(cell) for cell in found["cells"][1::3]]
    np.testing.assert_allclose(shown, frame.iloc[row], rtol=1e-3)
    right = pipeline.inverse_transform(pipeline.transform(frame))[4]
    np.testing.assert_allclose(found["again"], right, rtol=1e-4)


def unpacked(page):
    """Facts and arrays of a page, as it reads them."""
    text = re.search(r'id="data"[^>]*>([^<]*)<', page.read_text()).group(1)
    data = gzip.decompress(base64.b64decode(text))
    size = int.from_bytes(data[:4], "little")
    facts = json.loads(data[4 : 4 + size])
    arrays = {}
    for name, where in facts["arrays"].items():
        start = 4 + size + where["start"]
        assert start % 8 == 0
        found = np.frombuffer(data, where["kind"], int(np.prod(where["shape"])), start)
        arrays[name] = found.reshape(where["shape"])
    return facts, arrays


def test_numbers_far_from_zero_keep_their_digits(tmp_path):
    rng = np.random.default_rng(0)
    X = np.column_stack([1.7e9 + rng.normal(size=(60, 2)), rng.normal(size=60)])
    model = Autoencoder(2, **SMALL).fit(X)
    facts, arrays = unpacked(explore(model, X, path=tmp_path / "map.html"))
    np.testing.assert_array_equal(arrays["rows"], X)
    np.testing.assert_array_equal(arrays["decoded"], model.reconstruct(X))
    shown = [f"{x:.{n}g}" for x, n in zip(X[0], facts["digits"], strict=True)]
    assert all(len(text) >= 13 for text in shown[:2]) and len(shown[2]) < 9
    near = X - [1.7e9, 1.7e9, 0]
    facts, arrays = unpacked(explore(model, near, path=tmp_path / "near.html"))
    assert arrays["rows"].dtype == np.float32 and max(facts["digits"]) <= 6


@in_browser
def test_series_are_curves(tmp_path):
    X = np.cumsum(np.random.default_rng(0).normal(size=(50, 90)), axis=1)
    model = VariationalAutoencoder(2, **SMALL).fit(X)
    found = ask(
        explore(model, X, path=tmp_path / "map.html"),
        """
        event("pointermove", ...explorer.toPixel(4));
        return [explorer.facts.kind,
          ...[...document.querySelectorAll("#shown canvas")].map(c => c.width)];
        """,
    )
    assert found == ["curve", 220, 220]


def test_page_is_one_small_file_that_loads_nothing(digits, tmp_path):
    X, y = digits
    X, y = np.tile(X, (25, 1)), np.tile(y, 25)
    model = NeighborAutoencoder(epochs=1, random_state=0).fit(X[:200])
    page = explore(model, X, y, tmp_path / "map.html")
    text = page.read_text()
    assert page.stat().st_size < 5_000_000
    assert not re.search(r"(src|href)=|https?://|import\(|fetch\(", text)
    assert explore(model, X, y, tmp_path / "again.html").read_text() == text


def test_what_cannot_be_explored_is_said_before_anything_is_written(digits, tmp_path):
    X, y = digits
    path = tmp_path / "map.html"
    model = Autoencoder(3, **SMALL).fit(X)
    with pytest.raises(ValueError, match="codes have 3 dimensions.*encoding_dim=2"):
        explore(model, X, y, path)
    model = Autoencoder(2, **SMALL).fit(X)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        explore(model, X, y[:-1], path)
    with pytest.raises(ValueError, match="300 different values"):
        explore(model, np.tile(X, (2, 1))[:300], np.arange(300), path)
    with pytest.raises(ValueError, match="image_shape"):
        explore(model, X, y, path, image_shape=(3, 3))
    assert not path.exists()
