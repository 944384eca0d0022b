"""Damaged and hostile files: each is refused with one clear error, or loads as a model.

``python tests/fuzz_files.py --files 20000`` tries many; the suite a few hundred.
"""

import argparse
import collections
import copy
import json
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

import skae
from skae import _file

ODD_VALUES = [
    *(None, True, -1, 0, 1, 2, 10**9, 2**63, 10**30, 1e308, "", "a0", "a1", "x" * 1000),
    *(
        [],
        {},
        [[]],
        {"tuple": []},
        {"array": "a0"},
        {"array": "none"},
        {"scalar": "a0"},
    ),
    *({"float": "nan"}, {"strings": ["a"], "shape": [7], "kind": "str"}),
    *({"keras": {"module": "optimizers", "name": "Adam"}}, {"keras": {"name": "exec"}}),
    *({"keras": {"registered": "os>system"}}, {"estimator": {}}, {"random_state": 3}),
    {"estimator": {"class": "os.system", "parameters": {}, "fitted": {}}},
]


def flip_bits(content: bytes, rng) -> bytes:
    """Another value in one to eight places."""
    damaged = bytearray(content)
    for place in rng.integers(len(damaged), size=rng.integers(1, 9)):
        damaged[place] ^= 1 << rng.integers(8)
    return bytes(damaged)


def flip_header(content: bytes, rng) -> bytes:
    """Another value in the header, where the sizes are."""
    damaged = bytearray(content)
    end = 8 + int.from_bytes(content[:8], "little")
    for place in rng.integers(end, size=rng.integers(1, 4)):
        damaged[place] = rng.integers(256)
    return bytes(damaged)


def cut(content: bytes, rng) -> bytes:
    """The beginning of the file."""
    return content[: rng.integers(len(content))]


def splice(content: bytes, rng) -> bytes:
    """A piece of the file is somewhere else."""
    begin, end, place = rng.integers(len(content), size=3)
    piece = content[min(begin, end) : max(begin, end)]
    return content[:place] + piece + content[place:]


def forge(path: Path, rng) -> None:
    """Write another document with the checksum that belongs to it."""
    document, arrays, _ = _file.read(path)
    document, arrays = copy.deepcopy(document), dict(arrays)
    for _ in range(rng.integers(1, 4)):
        if rng.random() < 0.2:
            name = str(rng.choice(list(arrays)))
            array = arrays[name]
            others = (
                np.zeros(0),
                array.ravel()[:3],
                array.astype("f8"),
                array.reshape(-1).view("i1"),
            )
            arrays[name] = others[rng.integers(len(others))]
        else:
            change_a_node(document, rng)
    _file.write(path, document, arrays)


def change_a_node(document, rng) -> None:
    """Put something odd in a random place of the document, or take something out."""
    places, todo = [], [document]
    while todo:
        node = todo.pop()
        keys = node if isinstance(node, dict) else range(len(node))
        for key in keys:
            places.append((node, key))
            if isinstance(node[key], dict | list):
                todo.append(node[key])
    if not places:  # all has been taken out
        return
    node, key = places[rng.integers(len(places))]
    if rng.random() < 0.2:
        del node[key]
    elif isinstance(node, dict) and rng.random() < 0.2:
        node[str(rng.choice(["_model", "__class__", "transform", "n_iter_"]))] = 3
    else:
        node[key] = copy.deepcopy(ODD_VALUES[rng.integers(len(ODD_VALUES))])


def try_file(path: Path, X) -> str:
    """What became of the file; raises for anything but a refusal or a model."""
    try:
        model = skae.load(path)
    except ValueError as error:
        assert str(error).startswith(f"{path} cannot be loaded: "), error
        return "refused"
    # The checksum was right, and the description makes sense: an attribute or an
    # array has another value. The model must work or say that it does not.
    try:
        model.transform(X)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError):
        return "loaded, does not encode"
    return "loaded"


def fuzz(originals, X, n_files: int, folder: Path, seed=0) -> collections.Counter:
    """Try `n_files` mutations of the files `originals`; count the outcomes."""
    rng = np.random.default_rng(seed)
    contents = [path.read_bytes() for path in originals]
    path, outcomes = folder / "mutated.skae", collections.Counter()
    damages = (flip_bits, flip_header, cut, splice)
    for i in range(n_files):
        content = contents[rng.integers(len(contents))]
        if i % 5 == 0:
            path.write_bytes(content)
            forge(path, rng)
            kind = "forged"
        else:
            damage = damages[i % 4]
            damaged = damage(content, rng)
            if damaged == content:
                continue
            path.write_bytes(damaged)
            kind = damage.__name__
        outcomes[kind, try_file(path, X)] += 1
    return outcomes


def main():
    """Fuzz, and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    originals = sorted((Path(__file__).parent / "files").glob("v2_*.skae"))
    X = np.load(Path(__file__).parent / "files" / "X.npy")
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        outcomes = fuzz(originals, X, options.files, Path(folder), options.seed)
    for (kind, outcome), n in sorted(outcomes.items()):
        print(f"{kind:12} {outcome:25} {n:6}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps({"seconds": round(time.monotonic() - begin), "peak_MiB": int(peak)})
    )


if __name__ == "__main__":
    main()
