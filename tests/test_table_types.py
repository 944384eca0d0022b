"""Types of columns, of pandas with and without Arrow and of polars: in, and back."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import skae
from skae import VariationalTableAutoencoder
from skae.frames._types import is_missing
from skae.tables._layout import MixedTableLayout

N = 60
OPTIONS = {
    "scaling": "quantile",
    "categorical_features": "from_dtype",
    "column_kinds": None,
    "column_weight": None,
    "handle_unknown": "missing",
    "max_levels": 255,
}
ZONES = ("America/New_York", "America/Los_Angeles", "Asia/Hong_Kong", "Etc/GMT+5")
ZONES += ("+05:30", dt.timezone(dt.timedelta(hours=-3)), dt.UTC)


def values():
    """Python values of several kinds, the same in every library."""
    rng = np.random.default_rng(0)
    days = [dt.date(2020, 1, 1) + dt.timedelta(int(d)) for d in rng.integers(0, 900, N)]
    n = rng.integers(0, 40, N).tolist()
    return {
        "integer": n,
        "float": rng.normal(size=N).round(2).tolist(),
        "bool": (rng.random(N) < 0.5).tolist(),
        "text": rng.choice(["a", "b", "c"], N).tolist(),
        "decimal": [Decimal(f"{i}.{i:02d}") for i in n],
        "date": days,
        "datetime": [dt.datetime.combine(day, dt.time(9)) for day in days],
        "duration": [dt.timedelta(hours=i) for i in n],
        "time": [dt.time(i % 24, 15) for i in n],
    }


def pandas_frame():
    own = values()
    when = pd.Series(pd.to_datetime(own["datetime"]))
    number = pd.Series(own["float"])
    n, text = np.array(own["integer"]), own["text"]
    columns = {
        **{t: pd.array(n, dtype=t) for t in ("int8", "uint16", "Int64", "UInt8", "f8")},
        "f4": np.array(own["float"], np.float32),
        "Float32": pd.array(own["float"], dtype="Float32"),
        "beyond": n + 2**60,
        "unsigned": n.astype(np.uint64) + np.uint64(2**63),
        "bool": own["bool"],
        "boolean": pd.array([None, *own["bool"][1:]], dtype="boolean"),
        "str": text,
        "string": pd.array(text, dtype="string"),
        "odd": [{"a": "x\0y", "b": "x\0z", "c": "x" * 10**5}[t] for t in text],
        **{f"object {key}": pd.Series(own[key], dtype=object) for key in own},
        "object gap": pd.Series([pd.NA, *own["integer"][1:]], dtype=object),
        "object mixed": pd.Series(
            [{"a": 1, "b": "a", "c": None}[t] for t in text], dtype=object
        ),
        "object Timestamp": pd.Series(when.tolist(), dtype=object),
        "object zone": pd.Series(
            when.dt.tz_localize("Asia/Tokyo").tolist(), dtype=object
        ),
        "category str": pd.Categorical(text, ["c", "a", "b", "never"], ordered=True),
        **{
            f"category {t}": pd.Series(pd.Categorical(pd.Series(n % 3).astype(t)))
            for t in ("Int64", "int8", "float64", "string", "object")
        },
        "category year": pd.Categorical(when.dt.to_period("Y").dt.to_timestamp()),
        "category decimal": pd.Categorical([Decimal(int(i)) / 4 for i in n % 3]),
        "category date": pd.Categorical([dt.date(2020, 1, 1 + i) for i in n % 3]),
        "cut": pd.cut(number, 4),
        "qcut": pd.qcut(number, 3),
        "interval": pd.Series(pd.arrays.IntervalArray(pd.cut(number, 3))),
        "period": when.dt.to_period("M"),
        "sparse": pd.arrays.SparseArray(n % 5),
        **{f"M8[{u}]": when.astype(f"M8[{u}]") for u in ("s", "ms", "us", "ns")},
        "m8": pd.to_timedelta(n, unit="h"),
        **{f"zone {zone}": when.dt.tz_localize(zone) for zone in ZONES},
    }
    return pd.DataFrame(columns)


def arrow_frame():
    own = values()
    dictionary = pa.array(own["text"]).dictionary_encode()
    arrays = {
        "int32": pa.array(own["integer"], pa.int32()),
        "float64": pa.array(own["float"]),
        "float32": pa.array(own["float"], pa.float32()),
        "bool": pa.array(own["bool"]),
        "string": pa.array(own["text"]),
        "large": pa.array(own["text"], pa.large_string()),
        "dictionary": dictionary,
        "decimal": pa.array(own["decimal"], pa.decimal128(10, 2)),
        "timestamp": pa.array(own["datetime"], pa.timestamp("ms")),
        "zone": pa.array(own["datetime"], pa.timestamp("us", "America/New_York")),
        "date": pa.array(own["date"]),
        "duration": pa.array(own["duration"], pa.duration("ns")),
        "time": pa.array(own["time"], pa.time64("us")),
        "null": pa.nulls(N),
    }
    columns = {
        key: pd.Series(array, dtype=pd.ArrowDtype(array.type))
        for key, array in arrays.items()
    }
    columns["string[pyarrow]"] = pd.Series(own["text"], dtype="string[pyarrow]")
    columns["category"] = pd.Series(pd.Categorical(columns["string[pyarrow]"]))
    columns["category decimal"] = pd.Series(
        pd.Categorical(columns["decimal"].where(columns["decimal"] < 9))
    )
    return pd.DataFrame(columns)


def polars_frame():
    own = values()
    text, when = own["text"], pl.Series(own["datetime"])
    return pl.DataFrame(
        {
            **{
                name: pl.Series(own["integer"], dtype=getattr(pl, name))
                for name in ("Int8", "UInt64", "Float32", "Float64")
            },
            "beyond": pl.Series([i + 2**63 for i in own["integer"]], dtype=pl.UInt64),
            "gap": [None, *own["integer"][1:]],
            "Decimal": pl.Series(own["decimal"], dtype=pl.Decimal(12, 2)),
            "Boolean": own["bool"],
            "String": [None, *text[1:]],
            "Categorical": pl.Series(text, dtype=pl.Categorical),
            "Enum": pl.Series(text, dtype=pl.Enum(["c", "b", "a", "never"])),
            "Date": own["date"],
            "ms": when.cast(pl.Datetime("ms")),
            "ns": when.cast(pl.Datetime("ns")),
            **{zone: when.dt.replace_time_zone(zone) for zone in ZONES[:4]},
            "Duration": own["duration"],
            "Time": own["time"],
            "Null": pl.Series([None] * N, dtype=pl.Null),
        }
    )


FRAMES = {"pandas": pandas_frame, "arrow": arrow_frame, "polars": polars_frame}


def told(frame):
    """Columns of Python objects by names, None where they are missing."""
    polars = isinstance(frame, pl.DataFrame)
    columns = {
        c: frame[c].to_list() if polars else frame[c].tolist() for c in frame.columns
    }
    return {
        name: [None if is_missing(value) else value for value in column]
        for name, column in columns.items()
    }


def fitted(frame, **options):
    return MixedTableLayout.fit(frame, "X", **{**OPTIONS, **options})


def back(layout, frame):
    """What a network that knows its rows would return, as a table."""
    return layout.restore(np.nan_to_num(layout.vectors(layout.encode(frame))))


def check_types(found, frame):
    if isinstance(frame, pl.DataFrame):
        assert found.schema == frame.schema
    else:
        pd.testing.assert_series_equal(found.dtypes, frame.dtypes)
    for name, before in told(frame).items():
        classes = [
            {type(v) for v in part if v is not None}
            for part in (told(found)[name], before)
        ]
        assert classes[0] <= classes[1], name


@pytest.mark.parametrize("library", FRAMES)
def test_values_come_back_as_they_were(library):
    frame = FRAMES[library]()
    layout = fitted(frame)
    found = back(layout, frame)
    check_types(found, frame)
    for name, before in told(frame).items():
        for a, b in zip(told(found)[name], before, strict=True):
            if (
                b is None
                or b is pd.NA
                or b != b
                or layout.columns[layout.names.index(name)].kind
                in ("empty", "identifier")
            ):
                continue
            same = abs(a - b) <= 1e-5 * abs(b) if isinstance(b, float) else a == b
            assert same, (name, a, b)


@pytest.mark.parametrize("library", FRAMES)
def test_models_take_all_types_and_give_them_back(library, tmp_path):
    frame = FRAMES[library]()
    model = VariationalTableAutoencoder(
        2, hidden_layer_sizes=(8,), epochs=1, random_state=0
    ).fit(frame)
    assert np.isfinite(model.transform(frame)).all()
    check_types(model.reconstruct(frame), frame)
    rows = model.sample(20, random_state=0)
    check_types(rows, frame)
    check_types(model.sample(20, missing=True, random_state=0), frame)
    skae.save(model, tmp_path / "model.skae")
    loaded = skae.load(tmp_path / "model.skae")
    assert told(loaded.sample(20, random_state=0)) == told(rows)
    assert loaded.column_kinds_ == model.column_kinds_


GAPS = (
    np.full(5, np.nan),
    pd.Series([None] * 5, dtype=object),
    pd.Series([pd.NaT] * 5),
    pd.Series([pd.NA] * 5, dtype="Int64"),
    pd.Series([None] * 5, dtype="category"),
    pd.Series([None] * 5, dtype="boolean"),
    pd.Series([None] * 5, dtype="string"),
    pd.Series([None] * 5, dtype="datetime64[ns, UTC]"),
    pd.Series([None] * 5, dtype=pd.ArrowDtype(pa.null())),
)


@pytest.mark.parametrize("library", ["pandas", "arrow"])
def test_columns_without_values_are_gaps_whatever_their_type(library):
    frame = FRAMES[library]()
    layout = fitted(frame)
    for gap in GAPS:
        batch = pd.DataFrame(dict.fromkeys(frame.columns, gap))
        assert np.isnan(layout.encode(batch)).all()


def test_columns_of_nulls_are_gaps_in_polars():
    frame = polars_frame()
    layout = fitted(frame)
    for dtype in (pl.Null, pl.Float64, pl.String, pl.Datetime, pl.Object):
        gap = pl.Series([None] * 5, dtype=dtype)
        assert np.isnan(
            layout.encode(pl.DataFrame([gap.alias(c) for c in frame.columns]))
        ).all()
    nan = pl.DataFrame({c: [float("nan")] * 5 for c in frame.columns})
    assert np.isnan(layout.encode(nan)).all()


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("f8", lambda c: c.astype("int64")),
        ("Int64", lambda c: c.astype("float64")),
        ("int8", lambda c: c.astype(object)),
        ("object decimal", lambda c: c.astype(float)),
        ("bool", lambda c: c.astype(object)),
        ("str", lambda c: c.astype("category")),
        ("str", lambda c: c.astype(pd.ArrowDtype(pa.string()))),
        ("object text", lambda c: c.astype("string[pyarrow]")),
        ("category str", lambda c: c.cat.reorder_categories(["never", "b", "c", "a"])),
        ("category str", lambda c: c.cat.remove_unused_categories().astype(object)),
        ("category Int64", lambda c: c.astype("int8")),
        ("cut", lambda c: c.astype(object)),
        ("M8[us]", lambda c: c.astype("M8[ms]")),
        ("M8[ns]", lambda c: c.astype("M8[s]").astype(object)),
        ("object date", lambda c: pd.to_datetime(c)),
        ("zone America/New_York", lambda c: c.dt.tz_convert("Asia/Tokyo")),
        ("zone Etc/GMT+5", lambda c: c.dt.tz_convert("UTC").astype(object)),
        ("m8", lambda c: c.astype(object)),
        ("period", lambda c: c.dt.to_timestamp()),
    ],
)
def test_the_same_values_of_another_type_are_the_same_table(name, other):
    frame = pandas_frame()[["f4", name]]
    layout = fitted(frame)
    batch = frame.assign(**{name: other(frame[name])})[:20]
    np.testing.assert_array_equal(layout.encode(batch), layout.encode(frame)[:20])


@pytest.mark.parametrize(
    ("name", "other", "message"),
    [
        ("f8", "str", "'f8' has strings .*, but fit saw numbers"),
        ("f8", "M8[us]", "'f8' has dates .*, but fit saw numbers"),
        ("str", "f8", "'str' has numbers .*, but fit saw strings"),
        ("M8[us]", "f8", r"'M8\[us\]' has numbers .*, but fit saw dates"),
        ("M8[us]", "str", r"'M8\[us\]' has strings .*, but fit saw dates"),
        ("M8[us]", "zone America/New_York", "with a time zone, but those of fit were"),
        ("zone America/New_York", "M8[us]", "with no time zone, but those of fit were"),
        ("m8", "Int64", "'m8' has integers .*, but fit saw durations"),
        (
            "category str",
            "Int64",
            "'category str' has integers .*, but fit saw strings",
        ),
        ("cut", "f8", "'cut' has numbers .*, but fit saw intervals"),
    ],
)
def test_other_types_are_refused_with_the_name_of_the_column(name, other, message):
    frame = pandas_frame()
    layout = fitted(frame[["f4", name]])
    with pytest.raises(ValueError, match=message):
        layout.encode(frame[["f4"]].assign(**{name: frame[other]}))


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pl.Series("c", [[1], [2, 3], []]), r"'c' has values of type List\(Int64\)"),
        (pl.Series("c", [{"a": 1}] * 3), r"'c' has values of type Struct"),
        (pd.Series([[1], [2], [3]], name="c"), "'c' has values of type list"),
        (pd.Series([{1}, {2}, {3}], name="c"), "'c' has values of type set"),
        (pd.Series([1j, 2j, 3j], name="c"), "'c' has values of type complex128"),
    ],
)
def test_what_no_column_may_be_is_refused_with_its_name(column, message):
    with pytest.raises(ValueError, match=message):
        fitted(column.to_frame())


def test_dates_as_text_come_back_as_text():
    days = values()["date"]
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%dT%H:%M:%S"):
        frame = pd.DataFrame({"k": [day.strftime(form) for day in days], "x": range(N)})
        layout = fitted(frame, column_kinds={"k": "date"})
        assert layout.columns[0].kind == "date"
        assert (back(layout, frame)["k"] == frame["k"]).all()
    with pytest.raises(ValueError, match="Column 'k' has dates as text, and time data"):
        layout.encode(frame.assign(k="yesterday"))
    both = pd.DataFrame({"k": ["01/02/2020", "03/04/2021", "05/05/2021"]})
    with pytest.raises(ValueError, match="'k' .* may have the day or the month first"):
        fitted(both, column_kinds={"k": "date"})


def test_names_of_columns_come_back():
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 3)))
    frame.columns = pd.MultiIndex.from_tuples(
        [("a", "x"), ("a", "y"), ("b", "x")], names=["one", None]
    )
    found = back(fitted(frame), frame)
    pd.testing.assert_index_equal(found.columns, frame.columns)
    frame.columns = pd.Index(["p", "q", "r"], name="letters")
    pd.testing.assert_index_equal(back(fitted(frame), frame).columns, frame.columns)


def test_two_columns_of_one_name_are_refused():
    frame = pd.DataFrame(np.eye(4), columns=["a", "b", "a", "c"])
    with pytest.raises(ValueError, match="several columns that are called 'a'"):
        VariationalTableAutoencoder().fit(frame)


def test_dates_as_text_are_not_ignored_without_a_word():
    frame = pd.DataFrame({"k": [str(day) for day in values()["date"]], "x": range(N)})
    with pytest.warns(UserWarning, match="'k' has dates as text, '20.*column_kinds="):
        assert fitted(frame).columns[0].kind == "identifier"


def test_numbers_as_text_are_not_ignored_without_a_word():
    n = np.arange(N)
    for texts in (n + 0.5, [f"{1000 * i:,}" for i in n], -n):
        texts = [str(text) for text in texts]
        with pytest.warns(UserWarning, match="'k' has numbers as text, .*column_kinds"):
            fitted(pd.DataFrame({"k": texts, "x": n}))
        fitted(pd.DataFrame({"k": texts, "x": n}), column_kinds={"k": "ignored"})
    for names in ([f"id{i}" for i in n], [f"{i:05d}" for i in n]):
        fitted(pd.DataFrame({"k": names, "x": n}))


def test_integers_beyond_floats_are_exact():
    n = np.arange(40) * 7
    for first, dtype in (
        (2**60 + 1, "int64"),
        (-(2**62) - 1, "int64"),
        (2**63, "uint64"),
    ):
        column = pd.Series([int(first) + int(i) for i in n], dtype=dtype)
        frame = pd.DataFrame({"k": column})
        for scaling in ("standard", "quantile"):
            layout = fitted(frame, scaling=scaling)
            outputs = layout.vectors(layout.encode(frame)).astype(float)
            assert (layout.restore(outputs)["k"] == frame["k"]).all()
            below = layout.restore(np.full_like(outputs, -99.0))["k"]
            assert (below == frame["k"].min()).all()


def test_numbers_have_as_many_digits_as_they_had():
    rng = np.random.default_rng(0)
    x = rng.normal(size=N)
    frame = pd.DataFrame({"one": x.round(1), "three": x.round(3), "all": x})
    frame["single"] = x.round(2).astype(np.float32)
    layout = fitted(frame)
    assert [column.decimals for column in layout.columns] == [1, 3, None, 2]
    outputs = layout.vectors(layout.encode(frame)) + 0.1 * rng.normal(size=(N, 4))
    found = layout.restore(outputs)
    for name, digits in (("one", 1), ("three", 3)):
        assert (found[name] == found[name].round(digits)).all()
    assert (found["single"] == found["single"].round(2)).all()
    assert (found["all"] != found["all"].round(6)).any()
