"""The tables of mixed types that the benchmarks of tables run on."""

import json

import pandas as pd
from _measure import DATA

FOLDER = DATA / "tables"
NAMES = (
    "hepatitis",
    "auto_imports",
    "penguins",
    "titanic",
    "taxis",
    "california_housing",
    "adult",
)


def load_table(name):
    """A table as a user would read it: categories are strings, dates are dates."""
    kinds = json.loads((FOLDER / "columns.json").read_text())[name]["kinds"]
    dates = [column for column, kind in kinds.items() if kind == "date"]
    categories = [c for c, kind in kinds.items() if kind in ("nominal", "ordinal")]
    return pd.read_csv(
        FOLDER / f"{name}.csv", dtype=dict.fromkeys(categories, str), parse_dates=dates
    )
