"""Do codes of mixed tables tell more than PCA of indicators, and how long does it take?

Run ``python examples/benchmarks/tables.py`` (a quarter of an hour), ``--tables adult``
for one of them, ``--write`` to put the tables into docs/benchmarks.md.
Three quarters of the rows are learned from, the others are reconstructed. What is
explained is the mean over the columns: the share of the variance of numbers and dates,
and of the entropy of categories. PCA stands on standardized numbers and indicators of
levels; its reconstructions of indicators are clipped at .01 and scaled to sum to 1.
"""

import argparse
import time
import tracemalloc
from pathlib import Path

import _measure
import numpy as np
from _tables import NAMES, load_table
from sklearn.model_selection import train_test_split

from skae import TableAutoencoder
from skae.metrics import report

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
CODES = (2, 4, 8)


def compare(name, n_codes, seeds):
    """Means over seeds: ours, PCA's, for numbers and for categories; seconds."""
    table = load_table(name)
    found = []
    for seed in range(seeds):
        train, test = train_test_split(table, test_size=0.25, random_state=seed)
        began = time.perf_counter()
        model = TableAutoencoder(n_codes, random_state=seed).fit(train)
        seconds = time.perf_counter() - began
        scores = report(model, test, X_train=train)
        values = [scores.loc["(all)", key] for key in ("TableAutoencoder", "PCA")]
        is_category = scores["kind"].isin(["category", "boolean"])
        for chosen in (~is_category & (scores["kind"] != ""), is_category):
            part = scores[chosen]
            values += [part["TableAutoencoder"].mean(), part["PCA"].mean()]
        found.append([*values, seconds])
    return np.mean(found, axis=0), np.array(found)


def codes(options):
    """A table of what is explained."""
    rows = []
    for name in options.tables:
        for n_codes in CODES:
            mean, every = compare(name, n_codes, options.seeds)
            ours, pca, numbers, pca_numbers, levels, pca_levels, seconds = mean
            worst = (every[:, 0] - every[:, 1]).min()
            rows.append(
                (
                    name,
                    n_codes,
                    f"{ours:.3f}",
                    f"{pca:.3f}",
                    f"{worst:+.3f}",
                    f"{numbers:.3f} / {pca_numbers:.3f}",
                    f"{levels:.3f} / {pca_levels:.3f}",
                    f"{seconds:.1f}",
                )
            )
            print(*rows[-1], flush=True)
    header = ["table", "codes", "TableAutoencoder", "PCA", "least difference"]
    header += ["numbers, ours / PCA", "categories, ours / PCA", "seconds"]
    return header, rows


def speed(options):
    """Seconds and memory of the largest table."""
    found = _measure.in_fresh_process(__file__, "--one-fit")
    header = ["adult, 48842 x 15", "value"]
    return header, [(key, f"{value:.4g}") for key, value in found.items()]


def one_fit():
    """What a fit with defaults needs, as JSON."""
    import json

    table = load_table("adult")
    # TensorFlow, and the program for such a network, are there already.
    TableAutoencoder(random_state=0).fit(table[:20000])
    size = table.memory_usage(deep=True).sum() / 2**20
    before = _measure.peak_mb()
    began = time.perf_counter()
    model = TableAutoencoder(random_state=0).fit(table)
    fit = time.perf_counter() - began
    after = _measure.peak_mb()
    tracemalloc.start()
    TableAutoencoder(random_state=0, epochs=2).fit(table)
    _, arrays = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    one = table.iloc[:1]
    found = {
        "fit, seconds": fit,
        "transform, seconds": _measure.seconds(lambda: model.transform(table), 3),
        "reconstruct, seconds": _measure.seconds(lambda: model.reconstruct(table), 3),
        "one row, milliseconds": 1e3
        * _measure.seconds(lambda: model.transform(one), 50),
        "the data frame, MB": size,
        "memory of the fit, MB": after - before,
        "of it arrays and objects, not TensorFlow's, MB": arrays / 2**20,
    }
    print(json.dumps(found))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--tables", nargs="*", default=NAMES)
    parser.add_argument("--one-fit", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    options = parser.parse_args()
    if options.one_fit:
        one_fit()
        return
    for part in (codes, speed):
        header, rows = part(options)
        name = f"tables, {part.__name__}"
        _measure.print_table(name, header, rows)
        if options.write:
            _measure.write_table(DOCUMENT, name, header, rows)


if __name__ == "__main__":
    main()
