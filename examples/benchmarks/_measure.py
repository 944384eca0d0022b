"""What the benchmarks share: medians, memory, fresh processes, tables."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
DATA = Path(__file__).parents[3] / "shared" / "data"
if "SKAE_DATA_HOME" not in os.environ and DATA.is_dir():
    os.environ["SKAE_DATA_HOME"] = str(DATA)


def seconds(work, repeat=5, warm_up=1):
    """Median time of `work()`, in seconds."""
    for _ in range(warm_up):
        work()
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return median(times)


def alternating_seconds(*works, repeat=5, warm_up=1):
    """Medians of several works in turn: a noisy machine is noisy to all alike."""
    times = [[] for _ in works]
    for i in range(warm_up + repeat):
        for spent, work in zip(times, works, strict=True):
            start = time.perf_counter()
            work()
            if i >= warm_up:
                spent.append(time.perf_counter() - start)
    return [median(spent) for spent in times]


def resident_mb():
    """Resident memory of this process, in MB."""
    return _status("VmRSS")


def peak_mb():
    """Largest resident memory of this process so far, in MB."""
    return _status("VmHWM")


def _status(key):
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"/proc/self/status has no {key}: these figures need Linux")


def in_fresh_process(script, *arguments):
    """Result of ``script arguments``, which prints JSON as its last line."""
    command = [sys.executable, script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def explained_variance(X, reconstruction):
    """Fraction of the variance of `X` that is explained."""
    X = np.asarray(X, dtype=np.float64)
    return 1 - np.sum((X - reconstruction) ** 2) / np.sum((X - X.mean(axis=0)) ** 2)


def print_table(title, header, rows):
    """Print a Markdown table."""
    print(f"\n### {title}\n")
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |", flush=True)


def write_table(document, name, header, rows):
    """Replace what stands between two comments, ``<!-- name -->`` and its end."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, rest = document.read_text().split(begin)
    _, after = rest.split(end)
    table = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    table += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    text = [before + begin, "", *table, "", end + after]
    document.write_text("\n".join(text))
