"""Tables as hypothesis draws them: any types, gaps, constants and copies of columns."""

import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import skae
from skae import AutoencoderImputer, TableAutoencoder
from skae.frames._types import is_missing
from skae.tables._layout import MixedTableLayout

N = 12
EVER_THE_SAME = settings(
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
OPTIONS = {
    "categorical_features": "from_dtype",
    "column_kinds": None,
    "column_weight": None,
    "handle_unknown": "missing",
    "max_levels": 255,
}
DAY = pd.Timestamp("2024-10-20")


def objects(make):
    """A maker of columns of Python objects, None where there is a gap."""
    return lambda n, gaps: pd.Series(
        [None if gap else make(int(i)) for i, gap in zip(n, gaps, strict=True)],
        dtype=object,
    )


def typed(dtype, make=lambda n: n):
    """A maker of columns of a type that has gaps of its own."""

    def column(n, gaps):
        found = pd.Series(make(n)).astype(dtype)
        found[gaps] = None
        return found

    return column


# Of small whole numbers, and of where there is no value.
KINDS = {
    "float64": typed("float64", lambda n: n / 4),
    "far": typed("float64", lambda n: 1.7e9 + n / 4),
    "tiny": typed("float64", lambda n: n * 1e-30),
    "float32": typed("float32", lambda n: n / 4),
    "Float32": typed("Float32"),
    "float16": typed("float16"),
    "Int64": typed("Int64"),
    "beyond": typed("Int64", lambda n: 2**60 + n),
    "boolean": typed("boolean", lambda n: n > 0),
    "string": typed("string", lambda n: np.char.add("level ", n.astype(str))),
    "text": objects(lambda i: f"level {i}"),
    "category": typed("category", lambda n: np.char.add("level ", n.astype(str))),
    "numbers as levels": typed("category"),
    "Decimal": objects(lambda i: Decimal(i) / 4),
    "whole objects": objects(int),
    "dates": typed("datetime64[us]", lambda n: DAY + pd.to_timedelta(9 * n, "h")),
    # Clocks are set back in the night of the seventh day, the 27th of October.
    "zone": typed(
        "datetime64[us, Europe/Berlin]",
        lambda n: DAY.tz_localize("UTC") + pd.to_timedelta(168 + n, "h"),
    ),
    "durations": typed("timedelta64[us]", lambda n: pd.to_timedelta(n, "min")),
}
# Without gaps, whatever is drawn.
FULL = {
    "int8": lambda n, gaps: pd.Series(n.astype(np.int8)),
    "int64": lambda n, gaps: pd.Series(10**15 + n),
    "uint64": lambda n, gaps: pd.Series(n.astype(np.uint64) + np.uint64(2**63)),
    "bool": lambda n, gaps: pd.Series(n > 0),
}


@st.composite
def columns(draw, kinds):
    """A column of one of the kinds: varied, constant, or without any value."""
    make = (KINDS | FULL)[draw(st.sampled_from(sorted(kinds)))]
    n = draw(st.lists(st.integers(0, 5), min_size=N, max_size=N))
    n = n[:1] * N if draw(st.integers(0, 7)) == 0 else n
    gaps = draw(st.lists(st.booleans(), min_size=N, max_size=N))
    if draw(st.booleans()):
        gaps = [False] * N
    elif draw(st.integers(0, 7)) == 0:
        gaps = [True] * N
    return make(np.array(n), np.array(gaps))


@st.composite
def frames(draw, kinds=KINDS | FULL, most=4):
    """A data frame, perhaps with a column twice and a row twice."""
    found = draw(st.lists(columns(kinds), min_size=1, max_size=most))
    if draw(st.booleans()):
        found.append(found[0].copy())
    frame = pd.concat(found, axis=1, keys=[f"c{i}" for i in range(len(found))])
    if draw(st.booleans()):
        frame = frame.iloc[[*range(N - 1), 0]]
    return frame


def check_the_same_where_known(found, frame, layout, exact=False):
    """Types are those of `frame`, values too where it has some."""
    pd.testing.assert_series_equal(found.dtypes, frame.dtypes)
    for name, column in zip(layout.names, layout.columns, strict=True):
        before, after = frame[name].tolist(), found[name].tolist()
        known = [i for i, value in enumerate(before) if not is_missing(value)]
        if column.kind == "identifier" and not exact:
            continue
        for i in known:
            if column.kind == "number" and not exact:
                spread = float(np.ptp([float(before[i]) for i in known]))
                near = abs(float(after[i]) - float(before[i])) <= 1e-5 * spread
                assert near, (name, before[i], after[i])
            else:
                assert after[i] == before[i], (name, before[i], after[i])


def layout_of(frame, scaling="standard"):
    """The layout of a frame; not of one whose rows nothing tells apart."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return MixedTableLayout.fit(frame, "X", scaling=scaling, **OPTIONS)
        except ValueError as error:
            assume("tells its rows apart" not in str(error))
            raise


@pytest.mark.parametrize("scaling", ["standard", "quantile"])
@settings(EVER_THE_SAME, max_examples=120)
@given(frames())
def test_tables_are_read_and_written(scaling, frame):
    layout = layout_of(frame, scaling)
    x = layout.encode(frame)
    assert not np.isinf(x).any()
    found = layout.restore(np.nan_to_num(layout.vectors(x)))
    check_the_same_where_known(found, frame, layout)


# Few networks to trace: their number of levels is that of the columns.
SOME = ("float64", "far", "Int64", "boolean", "Decimal", "zone", "int64")


@settings(EVER_THE_SAME, max_examples=3)
@given(frames(SOME, most=2))
def test_models_take_them(tmp_path, frame):
    layout = layout_of(frame)
    small = {"hidden_layer_sizes": (4,), "epochs": 1, "early_stopping": False}
    model = TableAutoencoder(1, **small, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        codes = model.fit_transform(frame)
        imputer = AutoencoderImputer(model, n_networks=1, random_state=0).fit(frame)
        full = imputer.transform(frame)
    assert np.isfinite(codes).all() and np.isfinite(model.score(frame))
    pd.testing.assert_series_equal(model.reconstruct(frame).dtypes, frame.dtypes)
    skae.save(model, tmp_path / "model.skae")
    again = skae.load(tmp_path / "model.skae").transform(frame)
    np.testing.assert_array_equal(again, codes)
    kept = [n for n, c in model.column_kinds_.items() if c != "empty"]
    assert list(full.columns) == kept and not full[kept].isna().any(axis=None)
    for name in set(layout.names) - set(kept):
        full[name] = frame[name]
    check_the_same_where_known(full[layout.names], frame, layout, exact=True)
